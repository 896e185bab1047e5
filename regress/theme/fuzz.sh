# SPDX-License-Identifier: Apache-2.0
# Each fuzz target for a few seconds (FUZZ_SECONDS, 5) with libFuzzer, from
# its seeds.
theme_fuzz() {
	if ! command -v clang >/dev/null; then
		skip fuzz "clang is not installed"
		return
	fi
	if ! make -s -j2 O="$O" fuzz >"$scratch/fuzz" 2>&1; then
		bad "fuzz (build)" "$scratch/fuzz"
		return
	fi
	for source in $(make -s list-fuzz); do
		name=${source#regress/fuzz/}
		name=${name%.c}
		mkdir -p "$scratch/corpus"
		if (cd "$scratch" && timeout 120 "$top/$O/fuzz/${source%.c}" \
			-max_total_time="${FUZZ_SECONDS:-5}" -rss_limit_mb=2048 \
			-timeout=10 corpus "$top/regress/fuzz/seed/$name") \
			>"$scratch/fuzz" 2>&1
		then ok "fuzz $name"
		else
			tail -n 40 "$scratch/fuzz" >"$scratch/fuzz.end"
			bad "fuzz $name" "$scratch/fuzz.end"
		fi
		rm -rf "$scratch/corpus"
	done
}
