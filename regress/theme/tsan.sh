# SPDX-License-Identifier: Apache-2.0
# Threads ask registries: the theme registry again with ThreadSanitizer, whose
# findings end a run with 66.
theme_tsan() {
	if ! make -s -j2 O="$O/tsan" CFLAGS="-fsanitize=thread -g" \
		LDFLAGS=-fsanitize=thread all >"$scratch/tsan" 2>&1
	then
		bad "tsan (build)" "$scratch/tsan"
		return
	fi
	O=$O/tsan TSAN_OPTIONS=exitcode=66 regress/driver.sh registry \
		>"$scratch/tsan" 2>&1
	add "$scratch/tsan" tsan
}
