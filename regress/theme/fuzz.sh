# SPDX-License-Identifier: Apache-2.0
# Each fuzz target with libFuzzer from its seeds: the same 20,000 inputs in
# each run, or those of them that 10 seconds allow.  FUZZ_SECONDS=600 goes on
# with inputs of its own for so long.
theme_fuzz() {
	if ! command -v clang >/dev/null; then
		skip fuzz "clang is not installed"
		return
	fi
	if ! make -s -j2 O="$O" fuzz >"$scratch/fuzz" 2>&1; then
		bad "fuzz (build)" "$scratch/fuzz"
		return
	fi
	limits="-seed=1 -runs=20000 -max_total_time=10"
	if [ -n "${FUZZ_SECONDS-}" ]; then
		limits="-max_total_time=$FUZZ_SECONDS"
	fi
	for source in $(make -s list-fuzz); do
		name=${source#regress/fuzz/}
		name=${name%.c}
		mkdir -p "$scratch/corpus"
		if (cd "$scratch" && timeout $((${FUZZ_SECONDS:-10} + 120)) "$top/$O/fuzz/${source%.c}" \
			$limits -rss_limit_mb=2048 -timeout=10 corpus "$top/regress/fuzz/seed/$name") \
			>"$scratch/fuzz" 2>&1
		then ok "fuzz $name"
		else
			tail -n 40 "$scratch/fuzz" >"$scratch/fuzz.end"
			bad "fuzz $name" "$scratch/fuzz.end"
		fi
		rm -rf "$scratch/corpus"
	done
}
