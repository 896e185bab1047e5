# SPDX-License-Identifier: Apache-2.0
# The Coordinator as a process: killed at each write of its history, under
# simulated evidence, with peers, under load, and searched for its secrets.

# shellcheck disable=SC2154 # scratch and top are the driver's
co_kill_at() { # N: sets one more manifest, killed at its Nth write
	# shellcheck disable=SC2016 # of that shell
	sh -c '"$@"; exit $?' - env FAULT_AT="$1" FAULT=kill \
		LD_PRELOAD="$co_fault" "$O/co_writer" set "$co/history" \
		$((co_told + 1)) >"$co/told" 2>"$co/err"
}

# What is wrong after a kill, if anything; keeps count of what was told.
co_after() { # N
	[ ! -s "$co/told" ] || co_told=$(tail -n 1 "$co/told")
	now=$("$O/co_writer" check "$co/history" 2>&1)
	case $now in
	"$co_told") ;;
	$((co_told + 1))) co_told=$now ;; # durable, but nobody was told
	*) echo "at $1: told of $co_told, found $now" ;;
	esac
	find "$co/history" -name '*.tmp' | sed "s/^/at $1: left over: /"
}

# Each write of a first set and of later ones, over and over on one history.
co_crash() {
	co_kills=0
	: >"$co/bad"
	while [ "$co_kills" -lt 520 ]; do
		[ $((co_kills % 130)) -ne 0 ] || {
			rm -rf "$co/history"
			co_told=0
		}
		at=1
		while co_kill_at "$at"; [ $? -eq 137 ]; do
			co_kills=$((co_kills + 1))
			co_after "$at" >>"$co/bad"
			at=$((at + 1))
			[ $((co_kills % 130)) -ne 0 ] || break
		done
		co_after end >>"$co/bad"
	done
	# the seed is 00 to 3f: in no file, as bytes or as text
	if LC_ALL=C grep -rlaP '\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09' \
		"$co/history" >>"$co/bad" ||
		grep -rl -e 000102030405060708090a0b0c -e AAECAwQFBgcICQoL \
			"$co/history" >>"$co/bad"
	then echo "the seed is in these" >>"$co/bad"
	fi
	if [ -s "$co/bad" ]; then bad "coordinator crash" "$co/bad"
	else ok "coordinator crash ($co_kills kills, $co_told manifests)"
	fi
}

# A set that fails at any of its writes leaves the latest state as it was: the
# seed of a first one is lost with it.
co_fail_at() { # N MANIFESTS: sets manifests up to that number
	: >"$co/calls"
	env FAULT_AT="$1" FAULT=EIO FAULT_LOG="$co/calls" \
		LD_PRELOAD="$co_fault" "$O/co_writer" set "$co/history" "$2" \
		>"$co/told" 2>"$co/err"
}

co_same() { # A B: both are the same, or neither is there
	cmp -s "$1" "$2" || { [ ! -e "$1" ] && [ ! -e "$2" ]; }
}

co_failing() {
	latest=$co/history/transitions/latest
	co_failed=0
	: >"$co/bad"
	for n in 1 2; do
		at=1
		while :; do
			rm -rf "$co/history" "$co/before"
			[ $n = 1 ] || co_fail_at 0 1
			[ $n = 1 ] || cp "$latest" "$co/before"
			co_fail_at $at $n || {
				co_failed=$((co_failed + 1))
				co_same "$latest" "$co/before" ||
					cat "$co/err" >>"$co/bad"
			}
			[ $at -le "$(wc -l <"$co/calls")" ] || break
			at=$((at + 1))
		done
	done
	if [ -s "$co/bad" ] || [ $co_failed -lt 20 ]
	then bad "coordinator failing sets ($co_failed)" "$co/bad"
	else ok "coordinator failing sets"
	fi
}

# co_start NAME VARIABLE=VALUE...: a Coordinator; its ports are $user, $mesh,
# $probe, $http, $transit
co_start() {
	co_log=$co/$1.log
	shift
	env CONTRASTC_INSECURE_ALLOW_SIMULATED_TEE=1 \
		CONTRASTC_SIMULATED_ROOT="$co/sim/roots.pem" \
		CONTRASTC_SIMULATED_TEE=there-is-no-confidentiality \
		CONTRASTC_SIMULATED_TEE_CONFIG="$co/sim/simulated-tee.json" \
		CONTRAST_LISTEN=127.0.0.1 CONTRAST_USER_PORT=0 \
		CONTRAST_MESH_PORT=0 CONTRAST_PROBE_PORT=0 \
		CONTRAST_HTTP_PORT=0 CONTRAST_TRANSIT_PORT=0 \
		CONTRAST_METRICS= "$@" \
		"$O/contrast-coordinator" 2>"$co_log" &
	co_pid=$!
	for _ in $(seq 200); do
		! grep -q '"ready"' "$co_log" || break
		kill -0 $co_pid 2>/dev/null || return 1
		sleep 0.05
	done
	user=$(co_port user) mesh=$(co_port mesh) probe=$(co_port probe)
	http=$(co_port http) transit=$(co_port transit)
}

co_port() {
	sed -n "s/.*\"for\":\"$1_port\",\"port\":\"\([0-9]*\)\".*/\1/p" "$co_log"
}

co_stop() { # PID NAME: ends with 0 within the grace of Kubernetes
	kill -TERM "$1"
	wait "$1"
	co_is "$2 stops" 0 $?
}

co_is() { # NAME WANT GOT
	if [ "$2" = "$3" ]; then ok "coordinator $1"
	else
		printf 'want %s, got %s\n' "$2" "$3" >"$co/is"
		tail -n 20 "$co_log" >>"$co/is"
		bad "coordinator $1" "$co/is"
	fi
}

co_drive() { # NAME CODE ARGUMENT...
	co_what=$1 co_want=$2
	shift 2
	(cd "$co/cwd" && "$top/$O/co_drive" "$@") >"$co/out" 2>"$co/err"
	co_got=$?
	[ "$co_got" = "$co_want" ] || cat "$co/err" >>"$co_log"
	co_is "$co_what" "$co_want" "$co_got"
}

co_http() { # NAME WANT CURL-ARGUMENT...
	co_what=$1 co_want=$2
	shift 2
	co_is "$co_what" "$co_want" "$(curl -s -m 20 -o "$co/body" \
		-w '%{http_code}' "$@")"
}

co_pod() { # DOCUMENT: the next evidence is of its pod
	printf %s "$1" | sha256sum | cut -c1-64 >"$co/sim/hostdata"
}

co_found() {
	mkdir -p "$co/cwd"
	"$O/contrastc" simulated-tee init --out "$co/sim" >"$co/out" 2>&1 ||
		bad "coordinator simulated-tee" "$co/out"
	co_pod a
	(cd "$co/cwd" && "$top/$O/co_drive" manifest "$co/sim") ||
		bad "coordinator manifest"
}

# Before a manifest, with one, after an update; HTTP beside it.
co_lifecycle() {
	rm -rf "$co/one"
	if ! co_start one CONTRAST_HISTORY="$co/one" MEMORY_DUMP="$co/memory" \
		LD_PRELOAD="$co_memory_so"; then
		bad "coordinator start" "$co_log"
		return 1
	fi
	nonce='{"nonce":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}'
	json='Content-Type: application/json'
	attest=http://127.0.0.1:$http/attest
	sleep 0.3
	co_http startup 200 "http://127.0.0.1:$probe/probe/startup"
	co_http liveness 200 -X PUT "http://127.0.0.1:$probe/probe/liveness"
	co_http "not ready" 503 "http://127.0.0.1:$probe/probe/readiness"
	co_http "attest, no manifest" 412 -H "$json" -d "$nonce" "$attest"
	co_drive "get, no manifest" 9 get "$user"
	co_drive "mesh, no manifest" 99 mesh "$mesh" "$co/sim"
	co_drive "first set" 0 set "$user"
	co_http ready 200 "http://127.0.0.1:$probe/probe/readiness"
	co_drive "update" 0 set "$user"
	co_drive "get" 0 get "$user"
	co_is "two manifests" 2 "$(cat "$co/out")"
	co_http "attest" 200 -H "$json" -d "$nonce" "$attest"
	grep -q '"attestation_type":\[2,25,' "$co/body" ||
		bad "coordinator attest: type" "$co/body"
	co_http "attest: method" 405 "$attest"
	co_http "attest: type" 415 -H 'Content-Type: text/plain' \
		-d "$nonce" "$attest"
	co_http "attest: no type" 400 -H 'Content-Type: x' -d "$nonce" "$attest"
	co_http "attest: nonce" 400 -H "$json" -d '{"nonce":"AAAA"}' "$attest"
	co_http "attest: JSON" 400 -H "$json" -d '{' "$attest"
	head -c 1100 /dev/zero | tr '\0' ' ' >"$co/long"
	co_http "attest: size" 413 -H "$json" --data-binary "@$co/long" \
		"$attest"
	co_http capabilities 200 "http://127.0.0.1:$http/capabilities"
	co_is "capabilities: body" '{"api_versions":[]}' "$(cat "$co/body")"
	co_mesh
	co_metrics
}

co_mesh() {
	co_pod c
	co_drive "mesh, not in the manifest" 7 mesh "$mesh" "$co/sim"
	co_pod b
	co_drive "mesh" 0 mesh "$mesh" "$co/sim"
	co_pod a
	if (cd "$co/cwd" && openssl verify -CAfile mesh-ca.pem chain.pem &&
		openssl verify -CAfile root-ca.pem -untrusted chain.pem \
			chain.pem) >"$co/out" 2>&1
	then ok "coordinator openssl verify"
	else bad "coordinator openssl verify" "$co/out"
	fi
	grep -q 'simulated TEE' "$co_log" || bad "coordinator warning" "$co_log"
	co_transit
}

co_sealed() { # NAME WANT PATH DATA
	co_http "transit $1" "$2" --cacert "$co/cwd/mesh-ca.pem" \
		--cert "$co/cwd/chain.pem" --key "$co/cwd/key.pem" \
		-H "$json" -d "$4" -X PUT \
		--connect-to "localhost:$transit:127.0.0.1:$transit" \
		"https://localhost:$transit/v1/transit/$3"
}

co_transit() {
	co_sealed encrypt 200 encrypt/web '{"plaintext":"aGVsbG8="}'
	text=$(sed 's/.*"ciphertext":"\([^"]*\)".*/\1/' "$co/body")
	co_sealed decrypt 200 decrypt/web "{\"ciphertext\":\"$text\"}"
	co_is "transit plaintext" '{"data":{"plaintext":"aGVsbG8="}}' \
		"$(cat "$co/body")"
	co_sealed "another's key" 403 encrypt/other '{"plaintext":"aGVsbG8="}'
	co_sealed short 400 decrypt/web '{"ciphertext":"vault:v0:AAAA"}'
	co_sealed path 404 sign/web '{}'
	co_http "transit without certificate" 000 -k -X PUT -d '{}' \
		"https://127.0.0.1:$transit/v1/transit/encrypt/web"
	co_drive "update under the pod" 0 set "$user"
	co_sealed "old mesh CA" 000 encrypt/web '{"plaintext":"aGVsbG8="}'
}

co_metrics() {
	co_http metrics 200 "http://127.0.0.1:$probe/metrics"
	for want in 'contrast_coordinator_manifest_generation 3' \
		'contrastc_simulated_tee 1' \
		'handled_total{.*"NewMeshCert".*="PermissionDenied"} 1' \
		'handled_total{.*"NewMeshCert".*="OK"} 1'; do
		grep -q "$want" "$co/body" ||
			bad "coordinator metrics: $want" "$co/body"
	done
}

# 10,000 connections that say nothing, 1,000 that stop within a message.
co_flood() {
	if [ "$(ulimit -Hn)" -lt 12000 ]; then
		skip "coordinator flood" "too few descriptors (ulimit -Hn)"
		return
	fi
	co_drive "flood of the User API" 0 flood "$user" 10000 1000
	co_is "flood: slowest call below 5 s" 1 \
		"$(($(cat "$co/out") < 5000))"
	n=$(grep -c '"connection refused"' "$co_log")
	co_is "flood: $n lines of refusals, not above 100" 1 "$((n <= 100))"
}

# The second has the same history and no secrets, but a peer that has.
co_peers() {
	co_first=$co_pid co_mesh_of_first=$mesh
	mkdir -p "$co/two"
	cp -R "$co/one/." "$co/two"
	co_start two CONTRAST_HISTORY="$co/two" \
		CONTRAST_PEERS="127.0.0.1:9,127.0.0.1:$co_mesh_of_first"
	for _ in $(seq 100); do
		! grep -q '"recovered from a peer"' "$co_log" || break
		sleep 0.1
	done
	co_http "recovered from a peer" 200 \
		"http://127.0.0.1:$probe/probe/readiness"
	co_drive "get at the second" 0 get "$user"
	co_stop "$co_pid" second
	co_pid=$co_first co_log=$co/one.log
}

# What a run left in memory at its very end, in its log and its history.
co_memory() {
	co_stop "$co_pid" first
	if [ -n "${SAN:-}" ]; then
		skip "coordinator memory" "a sanitizer keeps what is freed"
		return
	fi
	for part in 0 1 2 3; do
		dd if="$co/cwd/seed.bin" bs=16 skip=$part count=1 2>/dev/null |
			search_hex
	done >"$co/needles"
	# shellcheck disable=SC2046 # names without blanks
	search_memory "coordinator memory" "$co/needles" "$co/memory" \
		"$co_log" $(find "$co/one" -type f)
}

co_recovery() {
	co_start three CONTRAST_HISTORY="$co/one"
	co_drive "get in recovery" 9 get "$user"
	co_http "not ready in recovery" 503 \
		"http://127.0.0.1:$probe/probe/readiness"
	co_drive "recover" 0 recover "$user"
	co_drive "recover again" 9 recover "$user"
	co_drive "get after recovery" 0 get "$user"
	co_is "three manifests" 3 "$(cat "$co/out")"
	co_stop "$co_pid" recovered
}

# What cannot start says so and ends with 1.
co_refused() { # NAME TEXT VARIABLE=VALUE...
	co_what=$1 co_want=$2
	shift 2
	if co_start refused CONTRAST_HISTORY="$co/four" "$@"; then
		kill "$co_pid"
		wait "$co_pid"
		bad "coordinator starts: $co_what"
		return
	fi
	wait "$co_pid"
	co_is "$co_what: status" 1 $?
	grep -q "$co_want" "$co_log" || bad "coordinator $co_what" "$co_log"
}

theme_coordinator() {
	co=$scratch/co
	mkdir -p "$co"
	co_fault=$top/$O/regress/shim/fault.so
	co_memory_so=$top/$O/regress/shim/memory.so
	# (a sanitizer is to be the first library)
	[ -z "${SAN:-}" ] || co_memory_so=
	[ -n "${SAN:-}" ] || { co_crash; rm -rf "$co/history"; co_failing; }
	co_found
	co_lifecycle || return
	co_flood
	co_peers
	co_memory
	co_recovery
	co_refused "a port for metrics" "port 7777 is" \
		CONTRAST_METRICS_PORT=7777
	co_refused "a port in use" "cannot start" CONTRAST_USER_PORT=1 \
		CONTRAST_LISTEN=192.0.2.1
	co_refused "no gate" "sim.not_enabled" CONTRASTC_SIMULATED_TEE=yes \
		CONTRASTC_SIMULATED_TEE_CONFIG=/nonexistent/x
	co_refused "no directory" "history" CONTRAST_HISTORY=/dev/null/x
}
