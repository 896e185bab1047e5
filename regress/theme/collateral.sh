# SPDX-License-Identifier: Apache-2.0
# contrastc collateral: from the vendors' services, imitated on loopback, to a
# directory, with recorded evidence and the clock of its day.

# shellcheck disable=SC2154,SC2086 # scratch: the driver's; a number
# col STATUS NAME PATTERN CLOCK ARGUMENTS...: a line of output matches
col() {
	want=$1
	name=$2
	pattern=$3
	clock=$4
	shift 4
	CLOCK=$clock LD_PRELOAD=$col_clock timeout 60 "$O/contrastc" \
		collateral "$@" >"$scratch/col.out" 2>&1
	rc=$?
	if [ "$rc" -eq "$want" ] && grep -qE -e "$pattern" "$scratch/col.out"
	then ok "collateral $name"
	else
		echo "exit status $rc, not $want; or no line: $pattern" \
			>>"$scratch/col.out"
		bad "collateral $name" "$scratch/col.out"
	fi
}

col_fetch() { # QUOTE DIR: the rest of a command line
	echo "fetch --from-evidence $1 --out $2 --collateral-proxy $col_url"
}

col_intel() {
	d=$scratch/col
	quote=$vectors/tdx/v4-uptodate/quote.bin
	# shellcheck disable=SC2046 # words
	col 0 fetch '^valid .* intel/pck-crl-platform.der$' $col_then \
		$(col_fetch "$quote" "$d/a/b")
	col 0 show '^valid  *2[0-9TZ:-]*  2[0-9TZ:-]*  intel/tdx-tcb-[0-9a-f]*.json$' \
		$col_then show "$d/a/b"
	col 0 "show as JSON" '"state": "valid"' $col_then show --json "$d/a/b"
	col 1 "show, later" '^expired .* intel/root-ca-crl.der$' \
		$((col_then + 31536000)) show "$d/a/b"
	col 1 "show, before" '^not yet valid .* intel/td-qe-identity.json$' \
		1000000000 show "$d/a/b"
	cp -R "$d/a/b" "$d/[a]*"
	echo x >"$d/[a]*/intel/root-ca-crl.der"
	col 1 "show, damaged" '^damaged .* intel/root-ca-crl.der$' $col_then \
		show "$d/[a]*"
	# shellcheck disable=SC2046
	col 0 "fetch, document" '^valid .* intel/td-qe-identity.json$' \
		$col_then $(col_fetch "${quote%.bin}.pb" "$d/pb")
	cmp -s "$d/pb/intel/td-qe-identity.json" \
		"$d/a/b/intel/td-qe-identity.json" ||
		bad "collateral: the document gives another text"
	# shellcheck disable=SC2046
	col 4 "fetch, collateral of another day" 'tdx.crl_stale' \
		$((col_then + 31536000)) $(col_fetch "$quote" "$d/none")
	head -c 700 "$quote" >"$d/short"
	# shellcheck disable=SC2046
	col 4 "fetch, half a quote" 'tdx.sig_len|tdx.size' $col_then \
		$(col_fetch "$d/short" "$d/none")
	[ ! -e "$d/none" ] || bad "collateral: something was written"
}

col_amd() {
	d=$scratch/col
	# shellcheck disable=SC2046
	col 3 "fetch, no revocation list" 'snp.crl_missing' $col_then \
		$(col_fetch "$vectors/snp/milan-v3-azure/report.bin" "$d/amd")
	grep -q 'GET /vcek/v1/Milan/[0-9a-f]\{128\}?blSPL=4&teeSPL=0&snp' \
		"$scratch/col.log" || bad "collateral: VCEK" "$scratch/col.log"
	grep -q 'GET /vcek/v1/Milan/crl ' "$scratch/col.log" ||
		bad "collateral: AMD CRL" "$scratch/col.log"
	# shellcheck disable=SC2046
	col 4 "fetch, no evidence" 'doc.proto' $col_then \
		$(col_fetch regress/wire/vendors.py "$d/none")
}

theme_collateral() {
	vectors=$SHARED/vectors/attestation
	col_clock=$O/regress/shim/clock.so
	col_then=1751328000 # 2025-07-01
	col 2 "no verb" 'expected fetch or show' $col_then
	col 2 "show, no directory" 'name one directory' $col_then show
	col 2 "fetch, no evidence" 'required flag' $col_then fetch
	col 3 "show, nothing there" 'no collateral in it' $col_then show "$O"
	if ! command -v python3 >/dev/null || [ ! -d "$vectors/tdx" ]; then
		skip collateral "python3 or the vectors are not here"
		return
	fi
	python3 regress/wire/vendors.py \
		"$vectors/tdx/v4-uptodate/collateral.json" \
		"$vectors/snp/milan-v3-azure/vcek.der" \
		>"$scratch/col.port" 2>"$scratch/col.log" &
	col_pid=$!
	for _ in $(seq 100); do
		[ ! -s "$scratch/col.port" ] || break
		sleep 0.1
	done
	col_url=http://127.0.0.1:$(cat "$scratch/col.port")
	col_intel
	col_amd
	kill $col_pid
	wait $col_pid 2>/dev/null
}
