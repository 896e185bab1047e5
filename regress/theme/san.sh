# SPDX-License-Identifier: Apache-2.0
# The themes that run our own code again with AddressSanitizer and UBSan, each
# allocation of an arena on its own.
theme_san() {
	if ! make -s -j2 O="$O/san" SAN=1 all tests >"$scratch/san" 2>&1; then
		bad "san (build)" "$scratch/san"
		return
	fi
	SAN=1 O=$O/san regress/driver.sh unit compile samples conform \
		replay verity pipeline lock_registry registry >"$scratch/san" 2>&1
	add "$scratch/san" san
}
