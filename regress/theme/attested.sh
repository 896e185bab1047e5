# SPDX-License-Identifier: Apache-2.0
# The commands that talk to a Coordinator, on loopback and simulated hardware:
# samples/attested as it is, then what is refused, in what it has left.

# shellcheck disable=SC2154,SC2086 # scratch: the driver's; two options
# at STATUS NAME PATTERN ARGUMENTS...: a line of output matches
at() {
	want=$1
	name=$2
	pattern=$3
	shift 3
	(cd "$att" && timeout 60 "$contrastc" "$@") >"$scratch/at" 2>&1
	rc=$?
	if [ "$rc" -eq "$want" ] && grep -qE -e "$pattern" "$scratch/at"
	then ok "attested: $name"
	else
		echo "exit status $rc, not $want; or no line: $pattern" \
			>>"$scratch/at"
		bad "attested: $name" "$scratch/at"
	fi
}

# attested_start [HISTORY]: sets user, the address of the User API
attested_start() {
	: >"$att/coordinator.log"
	CONTRAST_LISTEN=127.0.0.1 CONTRAST_HISTORY=$att/$1 \
		CONTRAST_USER_PORT=0 CONTRAST_MESH_PORT=0 CONTRAST_PROBE_PORT=0 \
		CONTRAST_HTTP_PORT=0 CONTRAST_TRANSIT_PORT=0 \
		CONTRASTC_SIMULATED_TEE=there-is-no-confidentiality \
		CONTRASTC_SIMULATED_TEE_CONFIG=$att/sim/coordinator.json \
		CONTRASTC_INSECURE_ALLOW_SIMULATED_TEE=1 \
		CONTRASTC_SIMULATED_ROOT=$att/sim/roots.pem \
		"$O/contrast-coordinator" >"$att/coordinator.log" 2>&1 &
	attested_pid=$!
	tries=0
	while ! grep -q '"msg":"ready"' "$att/coordinator.log" &&
		[ "$tries" -lt 100 ]
	do
		sleep 0.1
		tries=$((tries + 1))
	done
	user=127.0.0.1:$(sed -n \
		's/.*"for":"user_port","port":"\([0-9]*\)".*/\1/p' \
		"$att/coordinator.log")
}
attested_stop() {
	kill "$attested_pid" && wait "$attested_pid" 2>/dev/null
}

# what needs no Coordinator
attested_usage() {
	at 2 "no address" '^Error: required flag.s. "coordinator" not set$' verify
	at 2 "bad address" 'is not HOST:PORT' verify -c 127.0.0.1:x
	at 2 "transition without atomic" \
		'^Error: "latest-transition" flag cannot be set without "atomic"' \
		set -c "$1" --latest-transition 00 deployment
	at 2 "bad API version" 'not v1, v2, ...: v01' \
		verify -c "$1" --minimum-api-version v01
	at 2 "bad hash" 'must be exactly 32 hex-encoded bytes, got 2' \
		verify -c "$1" --coordinator-policy-hash abcd
	at 3 "no manifest" '^Error: failed to read manifest file: ' \
		verify -c "$1" -m none.json
	at 4 "simulated hardware is not accepted by itself" \
		'sim.not_allowed' verify -c "$1"
	at 3 "unreachable" 'failed to dial coordinator: .*refused' \
		verify -c 127.0.0.1:1 $allow
	at 3 "--timeout" 'Waiting for coordinator' \
		verify -c 127.0.0.1:1 --timeout 1s $allow
	at 2 "--max-collateral-age" 'not a number of days from 0 to 90: 91' \
		verify -c "$1" $allow --max-collateral-age 91
	at 2 "--revocation" 'unknown value: maybe' \
		verify -c "$1" $allow --revocation maybe
	at 3 "lists of before" 'up to 9 days .*collateral-old' \
		verify -c "$1" $allow --max-collateral-age 9
	at 3 "no lists" 'revocation-off' \
		verify -c "$1" $allow --revocation=off --offline
	at 3 "seed share owner key" \
		'^Error: decrypting seed: reading seedshare owner key: ' \
		recover -c "$1" $allow --seedshare-owner-key none.pem
	: >"$att/file"
	at 3 "set, nowhere to write" '^Error: cannot write to file/w/' \
		set -c "$1" $allow -m manifest.json --workspace-dir file/w \
		--workload-owner-key workload-owner.pem \
		deployment
	at 1 "policies differ" 'policy count mismatch: 1 policies in deployment' \
		set -c "$1" $allow deployment/web.yml
	at 1 "init replaces nothing" 'is there already' \
		simulated-tee init --out sim
}

# a Coordinator in recovery
attested_recovery() {
	at 1 "status in recovery" '^phase: recovery$' status -c "$user" $allow
	at 1 "verify in recovery" "'contrastc recover'" verify -c "$user" $allow
	at 4 "another policy hash" 'snp.host_data' verify -c "$user" $allow \
		--coordinator-policy-hash "$zeros"
	openssl genrsa -traditional -out "$att/other.pem" 2048 2>/dev/null
	at 1 "recover with another key" 'no matching seed share found' \
		recover -c "$user" $allow --seedshare-owner-key other.pem
	at 1 "recover with a file that holds no shares" \
		'decrypting seed: unmarshaling seed shares' \
		recover -c "$user" $allow --seed sim/roots.pem
	at 0 "recover" 'Successfully recovered' recover -c "$user" $allow
	at 1 "recover once more" 'already recovered' recover -c "$user" $allow
}

# history.yml against the store: the same keys, the same values
attested_history() {
	(cd "$att/history" && find manifests policies transitions -type f |
		LC_ALL=C sort | while read -r key; do
		printf '%s %s\n' "$key" "$(base64 -w 0 "$key")"
	done) >"$scratch/store"
	awk '/^  name:/ { kind = $2; sub(/contrast-store-/, "", kind)
			sub(/-.*/, "", kind) }
		/^binaryData:/ { data = 1; next }
		data { gsub(/[":]/, "", $1); print kind "/" $1, $2; data = 0 }
	' "$att/verify/history.yml" | LC_ALL=C sort >"$scratch/yml"
	if [ -s "$scratch/store" ] && cmp -s "$scratch/store" "$scratch/yml"
	then ok "attested: history.yml"
	else
		diff "$scratch/store" "$scratch/yml" >"$scratch/diff"
		bad "attested: history.yml" "$scratch/diff"
	fi
}

# a manifest that names no Coordinator, whose hash is that of a release
attested_data() {
	hash=$(sed -n 's/^ *"\([0-9a-f]\{64\}\)": {$/\1/p; /"coordinator"/q' \
		"$att/manifest.json" | tail -n 1)
	sed '/"Role": "coordinator"/s/coordinator//' "$att/manifest.json" \
		>"$att/norole.json"
	mkdir -p "$att/release"
	cp "$att/sim/reference-values.json" "$att/release"
	at 1 "no coordinator policy hash" '^Error: no coordinator policy hash' \
		status -c "$user" $allow -m norole.json --workspace-dir release
	printf 'AKS-CLH-SNP %s\nSimulated-SNP %s\n' "$zeros" "$hash" \
		>"$att/release/coordinator-policy.hash"
	export CONTRASTC_DATA_DIR="$att/release"
	at 0 "coordinator policy hash of a release" '^phase: serving$' \
		status -c "$user" $allow -m norole.json --workspace-dir release
	unset CONTRASTC_DATA_DIR
}

# to the Coordinator through a proxy, which alone knows its name
attested_proxy() {
	if ! command -v python3 >/dev/null; then
		skip "attested: proxy" "python3 is not installed"
		return
	fi
	: >"$scratch/proxy.port"
	python3 regress/wire/proxy.py >"$scratch/proxy.port" \
		2>"$scratch/proxy.log" &
	proxy_pid=$!
	for _ in $(seq 100); do
		[ ! -s "$scratch/proxy.port" ] || break
		sleep 0.1
	done
	here=127.0.0.1:$(cat "$scratch/proxy.port")
	port=${user##*:}
	export HTTPS_PROXY="http://user:word@$here"
	at 0 "through a proxy" '^phase: serving$' \
		status -c "coordinator.test:$port" $allow
	at 3 "refused by a proxy" 'dial coordinator: through the proxy: ' \
		status -c "forbidden.test:$port" $allow
	at 0 "this machine, without the proxy" '^phase: serving$' \
		status -c "$user" $allow
	HTTPS_PROXY="http://$here"
	at 3 "no credentials for the proxy" 'through the proxy: ' \
		status -c "coordinator.test:$port" $allow
	HTTPS_PROXY=http://127.0.0.1:1
	at 3 "no proxy there" 'through the proxy: ' \
		status -c "0.0.0.0:$port" $allow
	NO_PROXY=other.test,0.0.0.0 at 0 "NO_PROXY" '^phase: serving$' \
		status -c "0.0.0.0:$port" $allow
	HTTPS_PROXY=https://127.0.0.1:1
	at 3 "another kind of proxy" 'HTTPS_PROXY: a proxy that is itself' \
		status -c "coordinator.test:$port" $allow
	unset HTTPS_PROXY
	kill $proxy_pid
	wait $proxy_pid 2>/dev/null
	[ "$(sort -u "$scratch/proxy.log")" = "CONNECT coordinator.test
CONNECT forbidden.test" ] || bad "attested: proxy log" "$scratch/proxy.log"
}

# one that serves
attested_serving() {
	sed 's/^{$/{ /' "$att/manifest.json" >"$att/spaced.json"
	at 4 "another manifest" 'Both mean the same' \
		verify -c "$user" $allow -m spaced.json
	[ ! -e "$att/verify/mesh-ca.pem" ] ||
		bad "attested: a CA is left after a failed verify"
	at 0 "status as JSON" '"phase": "serving"' \
		status -c "$user" $allow --json
	[ -e "$att/verify/coordinator-root-ca.pem.former" ] ||
		bad "attested: the root of before is forgotten"
	at 4 "--minimum-api-version" 'MinimumAPIVersion is not set, not v1' \
		verify -c "$user" $allow --minimum-api-version v1
	at 0 "verify" 'matches expected manifest' verify -c "$user" $allow
	[ ! -e "$att/verify/coordinator-root-ca.pem.former" ] ||
		bad "attested: the root of before is left"
	at 3 "verify, unreachable" 'refused' verify -c 127.0.0.1:1 $allow
	[ -e "$att/verify/mesh-ca.pem" ] ||
		bad "attested: a CA is removed that nothing speaks against"
	attested_history
	attested_data
	at 0 "verify in a new workspace" 'matches expected' verify -c "$user" \
		$allow -m manifest.json --workspace-dir new/one
	cmp -s "$att/verify/history.yml" "$att/new/one/verify/history.yml" ||
		bad "attested: two histories"
	at 4 "atomic conflict" 'does not match latest state' \
		set -c "$user" $allow --atomic --latest-transition "$zeros" \
		deployment
	openssl ecparam -name secp384r1 -genkey -noout -out "$att/stranger.pem"
	at 1 "set with another key" 'Ensure you are using a trusted' \
		set -c "$user" $allow --workload-owner-key stranger.pem deployment
	at 1 "set without a key" 'Specify a workload owner key' \
		set -c "$user" $allow --workload-owner-key none.pem deployment
	at 0 "sign" 'signature written' sign --out sig
	at 0 "set with a signature" 'Manifest set' \
		set -c "$user" $allow -s sig deployment
	at 1 "the signature once more" 'PermissionDenied' \
		set -c "$user" $allow -s sig deployment
}

theme_attested() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	att=$scratch/attested
	zeros=0000000000000000000000000000000000000000000000000000000000000000
	allow="--insecure-allow-simulated-tee --simulated-root sim/roots.pem"
	if timeout 300 env ATTESTED_DIR="$att" samples/attested \
		>"$scratch/out" 2>&1 </dev/null
	then ok "attested: samples/attested"
	else
		bad "attested: samples/attested" "$scratch/out"
		return
	fi
	attested_usage 127.0.0.1:1
	attested_start history
	attested_recovery
	attested_serving
	attested_proxy
	attested_stop
	attested_start empty
	at 1 "no manifest yet" '^phase: no-manifest$' status -c "$user" $allow
	at 1 "recover without a history" 'no state to recover from' \
		recover -c "$user" $allow
	at 0 "set, waiting for nothing" 'Kept the seed shares' \
		set -c "$user" $allow deployment
	at 4 "--same-root" 'root CA is not the one' \
		verify -c "$user" $allow --same-root
	attested_stop
}
