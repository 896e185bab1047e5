# SPDX-License-Identifier: Apache-2.0
# contrast-initializer against contrast-coordinator on a simulated platform.

# shellcheck disable=SC2154 # scratch and top are the driver's

init_digest() { # FILE
	sha256sum "$1" | cut -d' ' -f1
}

# init_platform: $tee, the Coordinator's, and $tee/pod, the pod's
init_platform() {
	tee=$init/tee
	mkdir -p "$tee/pod"
	printf 'package coordinator\n' >"$init/co.rego"
	printf 'package pod\n' >"$init/pod.rego"
	printf 'package plain\n' >"$init/plain.rego"
	printf 'package other\n' >"$init/other.rego"
	"$O/daemon_rig" platform "$tee" "$init/co.rego" "$init/pod.rego" \
		"$init/plain.rego" >"$init/out" 2>&1 || return 1
	init_digest "$init/co.rego" >"$tee/hostdata"
	sed "s,$tee/hostdata,$tee/pod/hostdata," "$tee/simulated-tee.json" \
		>"$tee/pod/simulated-tee.json"
	cp "$tee/vcek.key" "$tee/chain.pem" "$tee/pod/"
	sed -i "s,$tee/vcek,$tee/pod/vcek,;s,$tee/chain,$tee/pod/chain," \
		"$tee/pod/simulated-tee.json"
	chmod 600 "$tee/pod"/*
}

# init_coordinator: starts it; $init_user and $init_mesh are its ports
init_coordinator() {
	init_user=$(reg_port)
	init_mesh=$(reg_port)
	env CONTRASTC_SIMULATED_TEE=there-is-no-confidentiality \
		CONTRASTC_SIMULATED_TEE_CONFIG="$tee/simulated-tee.json" \
		CONTRASTC_INSECURE_ALLOW_SIMULATED_TEE=1 \
		CONTRASTC_SIMULATED_ROOT="$tee/roots.pem" \
		CONTRAST_LISTEN=127.0.0.1 CONTRAST_USER_PORT="$init_user" \
		CONTRAST_MESH_PORT="$init_mesh" CONTRAST_PROBE_PORT=off \
		CONTRAST_HTTP_PORT=off CONTRAST_TRANSIT_PORT=off \
		CONTRAST_HISTORY="$init/history" \
		timeout 120 "$O/contrast-coordinator" >"$init/co.log" 2>&1 &
	init_pid=$!
	n=0
	until grep -q '"ready"' "$init/co.log"; do
		n=$((n + 1))
		[ $n -lt 100 ] || return 1
		sleep 0.05
	done
}

# init_run SECONDS VARIABLE=VALUE...: the Initializer; its log in $init/log
init_run() {
	limit=$1
	shift
	timeout -s TERM "$limit" env \
		CONTRASTC_SIMULATED_TEE=there-is-no-confidentiality \
		CONTRASTC_SIMULATED_TEE_CONFIG="$tee/pod/simulated-tee.json" \
		COORDINATOR_HOST=127.0.0.1 CONTRAST_MESH_PORT="$init_mesh" \
		CONTRAST_DIR="$init/contrast" CONTRAST_DONE_FILE="$init/done" \
		CONTRAST_RETRY_SECONDS=1 CONTRAST_LOG_FORMAT=text "$@" \
		"$O/contrast-initializer" >"$init/log" 2>&1
}

# init_case NAME PATTERN: the log has it
init_case() {
	if grep -q -- "$2" "$init/log"
	then ok "initializer $1"
	else bad "initializer $1" "$init/log"
	fi
}

init_modes() { # NAME KEY-MODE SECRET
	(cd "$init/contrast" && stat -c '%a %n' ./* ./*/*) >"$init/modes" 2>&1
	cat >"$init/want" <<-EOT
		755 ./secrets
		755 ./tls-config
		${3}444 ./tls-config/certChain.pem
		444 ./tls-config/coordinator-root-ca.pem
		$2 ./tls-config/key.pem
		444 ./tls-config/mesh-ca.pem
	EOT
	if diff "$init/want" "$init/modes" >"$init/out" 2>&1
	then ok "initializer modes $1"
	else bad "initializer modes $1" "$init/out"
	fi
}

init_secret='400 ./secrets/workload-secret-seed
'

init_chain() {
	tls=$init/contrast/tls-config
	openssl verify -CAfile "$tls/mesh-ca.pem" "$tls/certChain.pem" &&
		openssl verify -CAfile "$tls/coordinator-root-ca.pem" \
			-untrusted "$tls/certChain.pem" "$tls/certChain.pem" &&
		openssl x509 -in "$tls/certChain.pem" -noout -pubkey \
			>"$init/cert.pub" &&
		openssl pkey -in "$tls/key.pem" -pubout >"$init/key.pub" &&
		cmp "$init/cert.pub" "$init/key.pub" &&
		head -n 1 "$tls/key.pem" | grep -q -e '-BEGIN PRIVATE KEY-' &&
		[ "$(wc -c <"$init/contrast/secrets/workload-secret-seed")" = 128 ]
}

# the chain is good, the key is its key, the secret 128 digits
init_files() {
	if init_chain >"$init/out" 2>&1
	then ok "initializer files"
	else bad "initializer files" "$init/out"
	fi
}

# The workload secret, as bytes and as text, and the private key, as the number
# that OpenSSL keeps, lowest byte first, and as text.
init_memory() {
	if [ -n "${SAN:-}" ]; then
		skip "initializer memory" "a sanitizer keeps what is freed"
		return
	fi
	init_run 20 MEMORY_DUMP="$init/memory" \
		LD_PRELOAD="$top/$O/regress/shim/memory.so"
	key=$init/contrast/tls-config/key.pem
	secret=$init/contrast/secrets/workload-secret-seed
	{
		cut -c1-64 "$secret"
		cut -c65-128 "$secret"
		cut -c33-96 "$secret" | tr -d '\n' | search_hex
		openssl pkey -in "$key" -noout -text |
			sed -n '/^priv:/,/^pub:/s/^ //p' | tr -d ' \n' |
			tr : '\n' | tail -n 32 | tac | tr -d '\n'
		echo
		sed -n 2p "$key" | tail -c 33 | tr -d '\n' | search_hex
	} >"$init/needles"
	search_memory "initializer memory" "$init/needles" "$init/memory" \
		"$init/log" "$init/co.log" "$init/contrast/tls-config/certChain.pem"
}

init_before_manifest() {
	init_run 3
	init_case "waits for a manifest" 'try=2 .*contrastc set'
	init_case "stops at a signal" 'stopped by a signal'
	[ ! -e "$init/done" ] || bad "initializer done too early" "$init/log"
}

init_pods() {
	init_digest "$init/pod.rego" >"$tee/pod/hostdata"
	init_run 20 CONTRASTC_KEY_MODE=0440
	init_case "gets a certificate" 'msg=done'
	init_modes group 440 "$init_secret"
	init_run 20
	init_modes usual 400 "$init_secret"
	init_files
	init_memory
	[ -e "$init/done" ] || bad "initializer done" "$init/log"
	init_digest "$init/plain.rego" >"$tee/pod/hostdata"
	init_run 20
	init_modes "no secret" 400 ""
	init_digest "$init/other.rego" >"$tee/pod/hostdata"
	init_run 3
	init_case "policy not in the manifest" \
		"policy hash $(init_digest "$init/other.rego") not found in manifest.*contrastc generate"
	init_run 3 CONTRASTC_KEY_MODE=0444
	init_case "mode too wide" 'CONTRASTC_KEY_MODE'
	init_run 3 COORDINATOR_HOST=
	init_case "no host" 'COORDINATOR_HOST not set'
	init_run 3 CONTRASTC_SIMULATED_TEE=
	init_case "no evidence" 'no certificate'
}

theme_initializer() {
	init=$scratch/initializer
	mkdir -p "$init"
	if ! init_platform; then
		bad "initializer platform" "$init/out"
		return
	fi
	init_digest "$init/pod.rego" >"$tee/pod/hostdata"
	if ! init_coordinator; then
		bad "initializer coordinator" "$init/co.log"
		return
	fi
	init_before_manifest
	if "$O/daemon_rig" set "$init_user" "$tee/manifest.json" \
		"$init/co.rego" "$init/pod.rego" "$init/plain.rego" \
		>"$init/out" 2>&1
	then init_pods
	else bad "initializer manifest" "$init/out"
	fi
	kill "$init_pid"
	wait "$init_pid" 2>/dev/null
}
