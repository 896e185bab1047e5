# SPDX-License-Identifier: Apache-2.0
# Registries on loopback: Debian's docker-registry behind TLS and basic
# authentication, filled by skopeo, and a server of the tests that misbehaves
# (regress/registry/registry.py).
#   reg STATUS IMAGE OPTIONS [CHECK...]
# runs generate on a pod of this image, @M in it is the server of the tests.
# CHECKs: err=PATTERN, err!PATTERN on stderr; log=PATTERN, log!PATTERN on the
# server's log of this run; requests=N counts its lines.

# shellcheck disable=SC2154 # scratch and top are the driver's

# reg_start NAME COMMAND...: runs it for this theme; its first line is $port
reg_start() {
	name=$1
	shift
	timeout 900 "$@" >"$reg/$name.out" 2>"$reg/$name.err" &
	reg_pids="$reg_pids $!"
	n=0
	until [ -s "$reg/$name.out" ]; do
		n=$((n + 1))
		[ $n -lt 100 ] || return 1
		sleep 0.1
	done
	port=$(head -n 1 "$reg/$name.out")
}

reg_stop() {
	for pid in $reg_pids; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	reg_pids=
}

reg_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

reg_check() { # CHECK
	case $1 in
	err=*) grep -qE -e "${1#err=}" "$reg/err" ;;
	err!*) ! grep -qE -e "${1#err!}" "$reg/err" ;;
	log=*) grep -qE -e "${1#log=}" "$reg/log" ;;
	log!*) ! grep -qE -e "${1#log!}" "$reg/log" ;;
	requests=*) [ "$(grep -vc '^PROXY' "$reg/log")" -eq "${1#requests=}" ] ;;
	*) false ;;
	esac
}

reg_pod() { # IMAGE
	cat <<-POD
		apiVersion: v1
		kind: Pod
		metadata: {name: p, namespace: shop}
		spec:
		  runtimeClassName: contrast-cc
		  containers:
		  - name: c
		    image: $1
	POD
}

reg() {
	status=$1
	image=$(echo "$2" | sed "s|@M|$reg_m|")
	options=$(echo "$3" | sed "s|@M|$reg_m|g")
	shift 3
	[ -n "${reg_keep:-}" ] || rm -rf "$reg/cwd" "$reg/cache"
	mkdir -p "$reg/cwd"
	reg_pod "$image" >"$reg/cwd/pod.yml"
	: >"$reg/log"
	# shellcheck disable=SC2086 # words
	(cd "$reg/cwd" && XDG_CACHE_HOME=$reg/cache ${reg_as:-} timeout 60 \
		"$contrastc" generate --reference-values k3s-qemu-snp -d \
		--skip-initializer --add-seedshare-owner-key "$reg/share.pem" \
		$options pod.yml) >"$reg/out" 2>"$reg/err"
	rc=$?
	: >"$reg/diff"
	[ "$rc" -eq "$status" ] ||
		echo "exit status $rc, not $status" >>"$reg/diff"
	for check; do
		reg_check "$check" || echo "not so: $check" >>"$reg/diff"
	done
	grep -aq 'pass:word\|identity/token\|given\.token' "$reg/err" &&
		echo "a secret is printed" >>"$reg/diff"
	if [ -s "$reg/diff" ]; then
		cat "$reg/err" "$reg/log" >>"$reg/diff"
		bad "registry: $image $options" "$reg/diff"
	else
		ok "registry: $image $options"
	fi
}

reg_auth() { # FILE MEMBERS
	printf '{%s}\n' "$2" >"$reg/$1"
}

# How it asks.
reg_plain() {
	web=parcel/web:1.4.2
	cat=parcel/catalogue:1.4.2
	digest=sha256:8206bb962286e36ca31c5819c94817ccd329fb3c971a4a3b3ef3f900cbd3a0a1
	reg 0 "@M/plain/$cat" "" requests=2 'log=manifests/1.4.2 - -' \
		'log=blobs/' 'err=in   Pod/p'
	reg 0 "@M/plain/$web" "--plain-http @M" 'log=manifests/sha256:'
	reg 0 "@M/plain/parcel/catalogue@$digest" "" requests=2 \
		"log=manifests/$digest"
	reg_keep=1
	# what is in the cache is not asked for
	reg 0 "@M/plain/parcel/catalogue@$digest" "" requests=0
	rm "$reg/cwd/contrast.lock"
	reg 0 "@M/plain/parcel/catalogue@$digest" "--offline" requests=0
	rm "$reg/cwd/contrast.lock"
	reg 0 "@M/plain/parcel/catalogue@$digest" "--no-cache" requests=2
	rm "$reg/cwd/contrast.lock"
	for f in "$reg"/cache/contrastc/blobs-1/*; do echo broken >"$f"; done
	reg 0 "@M/plain/parcel/catalogue@$digest" "" requests=2
	rm "$reg/cwd/contrast.lock"
	reg 0 "@M/plain/parcel/catalogue@$digest" "--offline" requests=0
	rm "$reg/cwd/contrast.lock"
	reg 1 "@M/plain/$cat" "--offline" requests=0 \
		'err=registry 127.0.0.1:[0-9]+ is not asked .--offline'
	reg_keep=
	reg 1 "@M/plain/parcel/catalogue@$digest" "--offline" requests=0 \
		'err=and the cache does not have all of it'
	reg 1 "@M/plain/parcel/no:1" "" requests=1 \
		'err=127.0.0.1:[0-9]+: no such manifest .404, MANIFEST_UNKNOWN: the .\[31mtext. of it' \
		'err=image-unavailable'
	reg 1 "@M/plain/parcel/catalogue@sha256:$(printf '%064d' 0)" "" \
		'err=no such manifest .404, BLOB_UNKNOWN'
	reg 1 "@M/plain/$cat" "--image-platform plan9/mips" 'err=not for plan9'
	reg 1 "@M/plain/$web" "--image-platform plan9/mips" \
		'err=no manifest for plan9/mips, only for linux.arm64'
	: >"$reg/file"
	reg 0 "@M/plain/$cat" "-v -c $reg/file" 'err=the cache is not used'
	reg 0 "@M/plain/$cat" "-c cache"
	[ -d "$reg/cwd/cache/blobs-1" ] || bad "registry: -c is not the cache"
	reg 0 "@M/plain/$cat" "--progress plain" \
		'err=^  Read 127.*/catalogue:1.4.2: [0-9]+ B$'
	reg 0 "@M/plain/$cat" "--progress plain -q" 'err!Read'
	reg 0 "@M/plain/$cat" "--progress none" 'err!Read'
	reg 2 "@M/plain/$cat" "--progress some" 'err=unknown value: some'
	reg 2 "@M/plain/$cat" "-j 0" 'err=--jobs: 0 is no number from 1'
	reg 2 "@M/plain/$cat" "--jobs=x" 'err=--jobs: x is no number'
	reg 2 "@M/plain/$cat" "--timeout 3" 'err=--timeout: 3 is no time'
	reg 2 "@M/plain/$cat" "--timeout 0s" 'err=no time such as 3m'
	reg 0 "@M/plain/$cat" "--timeout 1m30s -j 1"
}

# Credentials: from where, how they are sent, to whom.
reg_credentials() {
	wrong=$(printf 'user:wrong' | base64)
	cat=parcel/catalogue:1.4.2
	mkdir -p "$HOME/.docker" "$HOME/.config/containers" "$reg/run/containers"
	basic="127.0.0.1:[0-9]+: not authorised .401"
	reg 3 "@M/basic/$cat" "" requests=1 "err=$basic.: no credentials for it in .*/.docker/config.json .is not there" \
		'err=image-auth' 'err=^help: log in with docker login'
	reg 2 "@M/basic/$cat" "--registry-username user --registry-password x" \
		'err=--registry-username needs --registry-host'
	reg 2 "@M/basic/$cat" "--registry-username user --registry-host @M" \
		'err=go together'
	reg 2 "@M/basic/$cat" "--registry-host a/b" 'err=no host of a registry'
	given="--registry-username user --registry-password @$reg/password"
	reg 0 "@M/basic/$cat" "$given --registry-host @M" requests=3 \
		'log=manifests/1.4.2 - -' 'log=manifests/1.4.2 basic -' \
		'log=blobs/.* basic -'
	reg 3 "@M/basic/$cat" "$given --registry-host r.example" "err=$basic" \
		'log! basic '
	reg 3 "@M/basic/$cat" "--registry-username user --registry-password x --registry-host @M" \
		requests=2 "err=$basic, UNAUTHORIZED: .*: the credentials are of --registry-"
	reg_as="env CONTRASTC_REGISTRY_PASSWORD=pass:word" \
		reg 0 "@M/basic/$cat" "--registry-username user --registry-host @M"
	reg 0 "@M/given/$cat" "--registry-host @M --registry-token @$reg/token" \
		requests=3 'log!TOKEN'
	reg 3 "@M/denied/$cat" "" requests=1 \
		'err=access denied .403, DENIED' 'err=image-auth'
	# files, and which entry counts
	reg_auth bad.json "\"auths\": {\"$reg_m\": {\"auth\": \"$wrong\"}}"
	reg_auth path.json "\"auths\": {\"$reg_m\": {\"auth\": \"$wrong\"},
		\"$reg_m/basic/parcel\": {\"auth\": \"$pair\"},
		\"$reg_m/basic/parc\": {\"auth\": \"$wrong\"},
		\"$reg_m/basic/parcel/other\": {\"auth\": \"$wrong\"}}"
	reg_auth url.json "\"auths\": {\"https://$reg_m/v1/\": {\"auth\": \"$pair\"}}"
	reg_auth other.json "\"auths\": {\"r.example\": {\"auth\": \"$pair\"}}"
	reg_auth names.json "\"auths\": {\"$reg_m\": {\"username\": \"user\", \"password\": \"pass:word\"}}"
	reg_auth id.json "\"auths\": {\"$reg_m\": {\"auth\": \"$wrong\", \"identitytoken\": \"identity/token+=\"}}"
	reg_auth given.json "\"auths\": {\"$reg_m\": {\"registrytoken\": \"given.token\"}}"
	reg_auth broken.json "\"auths\": {\"$reg_m\": {\"auth\": \"???\"}}"
	echo '{"auths": "pass:word' >"$reg/cut.json"
	for f in ok path url names; do
		reg 0 "@M/basic/$cat" "--authfile $reg/$f.json" 'log=basic -'
	done
	reg 3 "@M/basic/$cat" "--authfile $reg/bad.json" \
		"err=the credentials are of $reg/bad.json .entry '127.0.0.1:"
	reg 3 "@M/basic/$cat" "--authfile $reg/other.json" \
		"err=no credentials for it in $reg/other.json .no entry"
	reg 3 "@M/basic/$cat" "--authfile $reg/no.json" \
		"err=$reg/no.json .is not there"
	reg 3 "@M/basic/$cat" "--authfile $reg/broken.json" \
		"err='auth' is not USER:PASSWORD in base64"
	reg 3 "@M/basic/$cat" "--authfile $reg/cut.json" 'err=it is no JSON object'
	reg_as="env REGISTRY_AUTH_FILE=$reg/ok.json" reg 0 "@M/basic/$cat" ""
	cp "$reg/ok.json" "$reg/config.json"
	reg_as="env DOCKER_CONFIG=$reg" reg 0 "@M/basic/$cat" ""
	cp "$reg/ok.json" "$HOME/.docker/config.json"
	reg 0 "@M/basic/$cat" ""
	cp "$reg/bad.json" "$HOME/.config/containers/auth.json"
	reg 3 "@M/basic/$cat" "" 'err=.config/containers/auth.json .entry'
	cp "$reg/ok.json" "$reg/run/containers/auth.json"
	reg_as="env XDG_RUNTIME_DIR=$reg/run" reg 0 "@M/basic/$cat" ""
	rm -f "$HOME/.docker/config.json" "$HOME/.config/containers/auth.json"
	# tokens: one for a repository
	reg 0 "@M/bearer/$cat" "" requests=5 \
		'log=TOKEN GET repository:bearer/parcel/catalogue:pull -$' \
		'log=GET /token - -' 'log=blobs/.* Bearer t -'
	reg 0 "@M/bearer/$cat" "--authfile $reg/ok.json" 'log=GET /token basic -'
	reg 0 "@M/private/$cat" "--authfile $reg/ok.json" 'log=TOKEN GET .* basic'
	reg 3 "@M/private/$cat" "" 'err=its token server 127.0.0.1:[0-9]+ refuses .401, UNAUTHORIZED'
	reg 0 "@M/identity/$cat" "--authfile $reg/id.json" \
		'log=TOKEN POST .* refresh_token'
	reg 3 "@M/identity/$cat" "--authfile $reg/ok.json" 'err=refuses .401'
	reg 0 "@M/given/$cat" "--authfile $reg/given.json" 'log!TOKEN'
	reg 0 "@M/expired/$cat" ""
	reg 3 "@M/nonsense/$cat" "--timeout 2s" 'err=holds no token in JSON'
	reg 3 "@M/flood/$cat" "" 'err=the answer has more than 262144 bytes'
	reg 3 "@M/wrong/$cat" "--authfile $reg/ok.json" "err=$basic"
}

# Docker's programs for credentials.
reg_helpers() {
	cat=parcel/catalogue:1.4.2
	cat >"$reg/bin/docker-credential-good" <<-'HELPER'
		#!/bin/sh
		read -r server
		[ "$1" = get ] || exit 1
		case $server in
		127.0.0.1:*) echo '{"Username":"user","Secret":"pass:word"}' ;;
		*) echo "credentials not found in native keychain"; exit 1 ;;
		esac
	HELPER
	cat >"$reg/bin/docker-credential-token" <<-'HELPER'
		#!/bin/sh
		echo '{"Username":"<token>","Secret":"identity/token+="}'
	HELPER
	printf '#!/bin/sh\nyes pass:word\n' >"$reg/bin/docker-credential-endless"
	printf '#!/bin/sh\necho pass:word; exit 1\n' >"$reg/bin/docker-credential-bad"
	chmod +x "$reg"/bin/docker-credential-*
	for name in good token endless bad none ../evil; do
		tag=$(basename "$name")
		reg_auth "helper-$tag.json" "\"credHelpers\": {\"$reg_m\": \"$name\"}"
		reg_auth "store-$tag.json" "\"auths\": {\"$reg_m\": {}}, \"credsStore\": \"$name\""
	done
	reg_as="env PATH=$reg/bin:$PATH"
	reg 0 "@M/basic/$cat" "--authfile $reg/helper-good.json" 'log=basic'
	reg 0 "@M/basic/$cat" "--authfile $reg/store-good.json" 'log=basic'
	reg 0 "@M/identity/$cat" "--authfile $reg/helper-token.json"
	reg 3 "@M/basic/$cat" "--authfile $reg/helper-endless.json" \
		"err=helper 'endless': no end of its output"
	reg 3 "@M/basic/$cat" "--authfile $reg/helper-bad.json" \
		"err=helper 'bad': it failed"
	reg 3 "@M/basic/$cat" "--authfile $reg/store-none.json" \
		"err=docker-credential-none: No such file"
	reg 3 "@M/basic/$cat" "--authfile $reg/helper-evil.json" \
		"err=helper '../evil': is no name of a helper"
	reg_as=
}

# What goes wrong on the way, and what lies.
reg_wrong() {
	cat=parcel/catalogue:1.4.2
	lie="image-network"
	reg 0 "@M/redirect/$cat" "--authfile $reg/ok.json" 'log=/files/.* - -'
	reg 0 "@M/relative/$cat" "" 'log=GET /files/'
	reg 3 "@M/loop/$cat" "" 'err=more than 10 redirects' "err=$lie"
	reg 3 "@M/file/$cat" "" 'err=leads to no URL of http'
	reg 0 "@M/limit/$cat" ""
	reg 3 "@M/limited/$cat" "" requests=1 \
		'err=too many requests .429, TOOMANY.*: wait, log in' "err=$lie"
	reg 0 "@M/busy/$cat" ""
	reg 3 "@M/broken/$cat" "" requests=5 'err=answers 500, UNKNOWN'
	reg 0 "@M/hangup/$cat" ""
	reg 0 "@M/cut/$cat" "" 'log=Bytes|bytes=[1-9]'
	reg 0 "@M/norange/$cat" "" 'log=bytes=[1-9]'
	reg 0 "@M/badrange/$cat" "" 'log=bytes=[1-9]'
	reg 3 "@M/altered/$cat" "" 'err=content does not have the digest' \
		"err=$lie"
	reg 3 "@M/liar/$cat" "" 'err=the manifest is sha256:.*, the registry says'
	reg 3 "@M/short/$cat" "--timeout 3s" 'err=it ends after [0-9]+ of [0-9]+'
	reg 3 "@M/long/$cat" "" 'err=more than the [0-9]+ bytes that its desc'
	reg 3 "@M/endless/$cat" "" 'err=it has more than 4194304 bytes'
	reg 3 "@M/html/$cat" "" 'err=the answer is a web page, not a manifest'
	reg 1 "@M/garbage/$cat" "" 'err=image-unavailable'
	reg 3 "@M/head/$cat" "" 'err=the head of the answer has more than 65536'
	reg 3 "@M/stall/$cat" "--timeout 1s" 'err=it takes too long'
	reg 3 "127.0.0.1:1/x/y:1" "--timeout 1s" 'err=127.0.0.1:1: no connection'
	reg 3 "r.invalid/x/y:1" "--timeout 1s" 'err=r.invalid: its name cannot be'
	find "$scratch/tmp" -name 'contrastc.*' | grep -q . &&
		bad "registry: a directory is left in TMPDIR"
	find "$reg/cache" -name 'tmp.*' | grep -q . &&
		bad "registry: a file is left in the cache"
}

reg_elsewhere() {
	cat=parcel/catalogue:1.4.2
	# mirrors, and a proxy that stands for every host
	reg 0 "r.invalid/$cat" "--registry-mirror r.invalid=@M/plain" \
		'log=v2/plain/parcel/catalogue'
	reg 0 "r.invalid/$cat" "--registry-mirror r.invalid=@M/denied --registry-mirror r.invalid=@M/plain" \
		'log=denied/' 'log=plain/'
	reg 3 "r.invalid/$cat" "--registry-mirror r.invalid=@M/denied --timeout 1s" \
		'err=denied .403.*; r.invalid: its name cannot'
	reg 2 "x:1" "--registry-mirror r.invalid" 'err=is not HOST=MIRROR'
	reg 2 "x:1" "--registry-mirror r.invalid=-" 'err=no host of a registry'
	reg 2 "x:1" "--plain-http http://x" 'err=--plain-http: .* is no host'
	for v in HTTP_PROXY http_proxy ALL_PROXY; do
		reg_as="env $v=http://$reg_m" reg 0 "r.invalid/plain/$cat" \
			"--plain-http r.invalid" 'log=^PROXY r.invalid$'
	done
	reg_as="env HTTP_PROXY=http://$reg_m NO_PROXY=.invalid" \
		reg 3 "r.invalid/plain/$cat" "--plain-http r.invalid --timeout 1s" \
		requests=0 'err=its name cannot be resolved'
	reg_as="env HTTP_PROXY=http://$reg_m REQUEST_METHOD=GET" \
		reg 3 "r.invalid/plain/$cat" "--plain-http r.invalid --timeout 1s" \
		requests=0
	reg_as="env HTTP_PROXY=http://127.0.0.1:1" reg 0 "@M/plain/$cat" ""
	reg 3 "r.invalid/plain/$cat" "--insecure-registry r.invalid --timeout 1s" \
		'err=its name cannot'
}

reg_cert() { # NAME SUBJECT-ALT-NAME
	openssl req -newkey rsa:2048 -nodes -keyout "$reg/$1.key" -subj "/CN=$1" \
		-out "$reg/$1.csr" 2>/dev/null &&
		printf 'subjectAltName=%s\n' "$2" >"$reg/$1.ext" &&
		openssl x509 -req -in "$reg/$1.csr" -CA "$reg/ca.crt" \
			-CAkey "$reg/ca.key" -CAcreateserial -days 2 \
			-extfile "$reg/$1.ext" -out "$reg/$1.crt" 2>/dev/null
}

reg_certs() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$reg/ca.key" \
		-out "$reg/ca.crt" -days 2 -subj /CN=tests 2>/dev/null
	reg_cert server IP:127.0.0.1,DNS:r.invalid,DNS:localhost
	reg_cert other DNS:other.invalid
	reg_cert client DNS:client
}

# reg_tls NAME [ARGUMENT...]: a server of the tests with a certificate
reg_tls() {
	: >"$reg/log"
	certificate=$1
	shift
	reg_start "tls-$certificate$#" python3 regress/registry/registry.py \
		samples/images "$reg/log" "$reg/$certificate.crt" \
		"$reg/$certificate.key" "$@"
	reg_m=127.0.0.1:$port
}

reg_secure() {
	cat=parcel/catalogue:1.4.2
	plain=$reg_m
	reg_tls server
	reg 3 "@M/plain/$cat" "" requests=0 \
		'err=127.*: its certificate is not accepted: unable to get local' \
		'err=image-tls' 'err=^help: give the CA of the registry with --reg'
	reg 0 "@M/plain/$cat" "--registry-cacert $reg/ca.crt" requests=2
	reg_as="env SSL_CERT_FILE=$reg/ca.crt" reg 0 "@M/plain/$cat" ""
	reg 3 "@M/plain/$cat" "--registry-cacert $reg/share.pem" \
		'err=certificate is not accepted'
	reg 3 "@M/plain/$cat" "--registry-cacert $reg/password" \
		'err=no certificate in PEM'
	reg 3 "@M/plain/$cat" "--registry-cacert $reg/nothing" 'err=nothing: No such'
	for d in .config/containers .config/docker .docker; do
		dir=$HOME/$d/certs.d/$reg_m
		mkdir -p "$dir"
		cp "$reg/ca.crt" "$dir/ca.crt"
		reg 0 "@M/plain/$cat" ""
		rm -rf "$HOME/$d/certs.d"
	done
	reg 3 "@M/down/$cat" "--registry-cacert $reg/ca.crt" \
		'err=redirect to 127.0.0.1:1 leads from https to http'
	reg 3 "@M/plainrealm/$cat" "--registry-cacert $reg/ca.crt" \
		'err=a token server without TLS'
	reg 0 "@M/bearer/$cat" "--registry-cacert $reg/ca.crt" 'log=TOKEN GET'
	reg 0 "@M/redirect/$cat" "--registry-cacert $reg/ca.crt --registry-host @M --registry-username user --registry-password pass:word" \
		'log=/files/.* - -'
	reg_as="env HTTPS_PROXY=http://$plain" reg 3 "r.invalid/plain/$cat" \
		"--registry-cacert $reg/ca.crt --timeout 2s" \
		'err=r.invalid: TLS cannot be agreed on with it; if it speaks plain'
	reg_tls other
	reg 3 "@M/plain/$cat" "--registry-cacert $reg/ca.crt" \
		'err=certificate is not accepted: .*(other name|mismatch)'
	reg_tls server "$reg/ca.crt"
	reg 3 "@M/plain/$cat" "--registry-cacert $reg/ca.crt --timeout 1s"
	reg 0 "@M/plain/$cat" "--registry-cacert $reg/ca.crt --registry-client-cert $reg/client.crt --registry-client-key $reg/client.key"
	dir=$HOME/.config/containers/certs.d/$reg_m
	mkdir -p "$dir"
	cp "$reg/ca.crt" "$dir/"
	cp "$reg/client.crt" "$dir/client.cert"
	cp "$reg/client.key" "$dir/client.key"
	reg 0 "@M/plain/$cat" ""
	rm -rf "$HOME/.config/containers/certs.d"
	reg_m=$plain
}

# The shop from docker-registry: cold, warm, one at a time, locked.

reg_push() { # DESTINATION OPTION...
	to=$1
	shift
	while read -r image; do
		case $image in */*/*) ;; *) continue ;; esac
		image=${image%@*}
		skopeo copy -q --all --preserve-digests "$@" \
			"oci:samples/images:$image" "docker://$to/${image#*/}" ||
			return 1
	done <samples/images/REFERENCES
}

reg_shop() { # NAME OPTION...
	to=$reg/shop-$1
	shift
	[ -d "$to" ] || cp -R samples/shop "$to"
	cp "$reg"/keys/*.pem "$to/"
	(cd "$to" && XDG_CACHE_HOME=$reg/cache timeout 60 "$contrastc" generate \
		-q --reference-values metal-qemu-snp "$@" .) 2>&1
}

reg_same() { # NAME
	if diff -r "$reg/shop-layout" "$reg/shop-$1" >"$reg/diff" 2>&1
	then ok "registry: shop $1"
	else bad "registry: shop $1" "$reg/diff"
	fi
}

reg_docker() {
	for tool in docker-registry skopeo htpasswd; do
		command -v $tool >/dev/null || {
			skip "registry: docker-registry" "$tool is not installed"
			return
		}
	done
	port=$(reg_port)
	mkdir -p "$reg/keys" "$reg/store"
	htpasswd -Bbn user pass:word >"$reg/htpasswd" 2>/dev/null
	cat >"$reg/docker.yml" <<-YML
		version: 0.1
		log: {level: error, accesslog: {disabled: true}}
		storage: {filesystem: {rootdirectory: $reg/store}}
		http:
		  addr: 127.0.0.1:$port
		  tls: {certificate: $reg/server.crt, key: $reg/server.key}
		auth: {htpasswd: {realm: here, path: $reg/htpasswd}}
	YML
	timeout 900 docker-registry serve "$reg/docker.yml" \
		>"$reg/docker.out" 2>&1 &
	reg_pids="$reg_pids $!"
	n=0
	until curl -ks "https://127.0.0.1:$port/v2/" >/dev/null ||
		[ $n -ge 100 ]; do
		n=$((n + 1))
		sleep 0.1
	done
	if ! reg_push "127.0.0.1:$port" --dest-tls-verify=false \
		--dest-creds user:pass:word >"$reg/push" 2>&1; then
		bad "registry: skopeo cannot fill docker-registry" "$reg/push"
		return
	fi
	reg_shop layout --offline --image-source \
		"oci-layout:$top/samples/images" >"$reg/diff" ||
		bad "registry: shop" "$reg/diff"
	pair=$(printf 'user:pass:word' | base64)
	reg_auth docker.json "\"auths\": {\"127.0.0.1:$port\": {\"auth\": \"$pair\"}}"
	set -- --authfile "$reg/docker.json" --registry-cacert "$reg/ca.crt" \
		--registry-mirror "registry.example=127.0.0.1:$port" \
		--registry-mirror "ghcr.io=127.0.0.1:$port"
	rm -rf "$reg/cache"
	for run in cold warm; do
		reg_shop $run "$@"
		reg_same $run
	done
	for jobs in 1 2 8 64; do
		rm -rf "$reg/cache"
		reg_shop "jobs-$jobs" "$@" -j $jobs
		reg_same "jobs-$jobs"
	done
	reg_shop no-cache "$@" --no-cache
	reg_same no-cache
	# several at once share the cache
	rm -rf "$reg/cache"
	shops=
	for k in 1 2 3 4; do
		reg_shop "parallel-$k" "$@" &
		shops="$shops $!"
	done
	# shellcheck disable=SC2086 # numbers
	wait $shops
	for k in 1 2 3 4; do
		reg_same "parallel-$k"
	done
	cp -R samples/shop "$reg/shop-locked"
	cp "$reg/shop-cold/contrast.lock" "$reg/shop-locked/"
	reg_shop locked --locked --offline
	reg_same locked
	# errors do not depend on the number of threads either
	for jobs in 1 8; do
		rm -rf "$reg/cache" "$reg/shop-err"
		reg_shop err --registry-mirror "registry.example=127.0.0.1:$port" \
			--registry-mirror "ghcr.io=127.0.0.1:$port" \
			--registry-cacert "$reg/ca.crt" --timeout 2s -j $jobs \
			>"$reg/errors-$jobs"
	done
	if [ -s "$reg/errors-1" ] && cmp "$reg/errors-1" "$reg/errors-8"
	then ok "registry: errors with -j"
	else diff "$reg/errors-1" "$reg/errors-8" >"$reg/diff"
		bad "registry: errors with -j" "$reg/diff"
	fi
}

theme_registry() {
	for tool in python3 openssl; do
		command -v $tool >/dev/null || {
			skip registry "$tool is not installed"
			return
		}
	done
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	reg=$scratch/registry
	reg_pids=
	mkdir -p "$reg/bin" "$reg/keys"
	unset CONTRASTC_OFFLINE
	unset HTTP_PROXY http_proxy HTTPS_PROXY https_proxy ALL_PROXY all_proxy \
		NO_PROXY no_proxy SSL_CERT_FILE SSL_CERT_DIR DOCKER_CONFIG \
		REGISTRY_AUTH_FILE XDG_RUNTIME_DIR XDG_CONFIG_HOME
	(cd "$reg/keys" && "$contrastc" generate -q --offline --image-source \
		"oci-layout:$top/samples/images" --reference-values \
		metal-qemu-snp "$top/samples/shop" -o ../first.yml) 2>/dev/null
	rm -f "$reg/keys/manifest.json" "$reg/keys/contrast.lock"
	cp "$reg/keys/seedshare-owner.pem" "$reg/share.pem"
	reg_certs
	if ! reg_start tests python3 regress/registry/registry.py \
		samples/images "$reg/log"; then
		bad "registry: the server does not start" "$reg/tests.err"
	else
		reg_m=127.0.0.1:$port
		printf 'pass:word\n' >"$reg/password"
		printf 'given.token\n' >"$reg/token"
		pair=$(printf 'user:pass:word' | base64)
		reg_auth ok.json "\"auths\": {\"$reg_m\": {\"auth\": \"$pair\"}}"
		for part in ${REGISTRY_PARTS:-plain credentials helpers wrong \
			elsewhere secure docker}; do
			"reg_$part"
		done
	fi
	reg_stop
	CONTRASTC_OFFLINE=true
	export CONTRASTC_OFFLINE
}
