# SPDX-License-Identifier: Apache-2.0
# What runs in threads, again with ThreadSanitizer, whose findings end a run
# with 66: themes, and the unit tests that start threads.
tsan_tests="atls_test mtls_test co_api_test co_store_test wire_grpc_test
	wire_http_test pki_ca_test tdx_test tdx_fetch_test attest_store_test"

theme_tsan() {
	# shellcheck disable=SC2046 # names
	if ! make -s -j2 O="$O/tsan" CFLAGS="-fsanitize=thread -g" \
		LDFLAGS=-fsanitize=thread all \
		$(for t in $tsan_tests; do
			echo "$O/tsan/regress/unit/$t"
		done) >"$scratch/tsan" 2>&1
	then
		bad "tsan (build)" "$scratch/tsan"
		return
	fi
	for t in $tsan_tests; do
		if TSAN_OPTIONS=exitcode=66 timeout 300 \
			"$O/tsan/regress/unit/$t" >"$scratch/tsan" 2>&1
		then ok "tsan $t"
		else bad "tsan $t" "$scratch/tsan"
		fi
	done
	O=$O/tsan TSAN_OPTIONS=exitcode=66 regress/driver.sh registry grpc initializer \
		>"$scratch/tsan" 2>&1
	add "$scratch/tsan" tsan
}
