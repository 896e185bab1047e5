# SPDX-License-Identifier: Apache-2.0
# Attested TLS against parties that we did not write: Go's crypto/tls
# (regress/go/atlspeer) and OpenSSL's s_client and s_server.

# shellcheck disable=SC2154 # scratch and top are the driver's

# wire_case NAME SERVER CLIENT SERVER-PATTERN CLIENT-PATTERN: C and GO are the
# two programs; each prints one line for the connection.
wire_case() {
	# shellcheck disable=SC2086 # program and options
	wire_go "$1" "$(wire_command $2)" "$(wire_command $3)" "$4" "$5"
}

wire_command() { # C|GO VERB OPTION...
	case $1 in
	C) printf '%s' "$O/atls_peer" ;;
	GO) printf '%s' "$wire/atlspeer" ;;
	esac
	shift
	printf ' %s' "$@"
}

# wire_serve COMMAND...: starts it; its first line is $port
wire_serve() {
	rm -f "$wire/server"
	timeout 60 "$@" >"$wire/server" 2>&1 &
	wire_pid=$!
	n=0
	until [ -s "$wire/server" ]; do
		n=$((n + 1))
		[ $n -lt 200 ] || return 1
		sleep 0.05
	done
	port=$(head -n 1 "$wire/server")
}

wire_go() { # NAME SERVER CLIENT SERVER-PATTERN CLIENT-PATTERN
	# shellcheck disable=SC2086 # words
	wire_serve $2
	# shellcheck disable=SC2086
	set -- "$1" "$4" "$5" $3
	name=$1 want_server=$2 want_client=$3 program=$4 verb=$5
	shift 5
	timeout 60 "$program" "$verb" "$port" "$@" >"$wire/client" 2>&1
	wait $wire_pid
	if sed 1d "$wire/server" | grep -q -- "^$want_server" &&
		grep -q -- "^$want_client" "$wire/client"
	then ok "wire $name"
	else
		cat "$wire/client" >>"$wire/server"
		bad "wire $name" "$wire/server"
	fi
}

wire_versions() { # 1.2|1.3
	for d in alpn sni both; do
		wire_case "go client $1 $d" "C serve 1" \
			"GO connect tls=$1 dialect=$d" \
			"ok TLSv$1 1.3.9901.2.99" "ok TLSv$1"
		wire_case "go server $1 $d" "GO serve 1 tls=$1" \
			"C connect dialect=$d" \
			"ok TLSv$1" "ok TLSv$1 1.3.9901.2.99"
	done
	wire_case "go client refused $1" "C serve 1 refuse" "GO connect tls=$1" \
		"error RT_EVERIFY .*told to refuse" "error .*bad certificate"
	wire_case "go server refuses $1" "GO serve 1 refuse tls=$1" "C connect" \
		"error told" "error RT_EAUTH .*bad certificate"
	wire_case "go client refuses $1" "C serve 1 tls=$1" "GO connect refuse" \
		"error RT_EAUTH" "error told"
	wire_case "go server refused $1" "GO serve 1 tls=$1" "C connect refuse" \
		"error" "error RT_EVERIFY .*told to refuse"
	wire_case "go server two names $1" "GO serve 1 names=2 tls=$1" \
		"C connect" "error" "error RT_EFORMAT the server names 2"
	wire_case "go server silent $1" "GO serve 1 silent tls=$1" \
		"C connect" "error" "error RT_EFORMAT .*sends no nonce"
	wire_case "go client no certificate $1" "C serve 1" \
		"GO connect nocert tls=$1" "error RT_EFORMAT" "error"
	wire_case "go client none needed $1" "C serve 1 optional" \
		"GO connect nocert tls=$1" "ok TLSv$1" "ok"
	wire_case "go client atls v2 $1" "C serve 1" \
		"GO connect offer=atls:v2:nonce:00 tls=$1" \
		"error RT_EFORMAT .*not supported" "error"
	wire_keys "$1"
	wire_sizes "$1"
}

wire_keys() { # 1.2|1.3
	for k in P-384 RSA; do
		wire_case "go client key $k $1" "C serve 1" \
			"GO connect key=$k tls=$1" "ok TLSv$1" "ok"
		wire_case "go server, key $k $1" "GO serve 1 tls=$1" \
			"C connect key=$k" "ok" "ok TLSv$1"
	done
}

# 256 KiB is the limit of Go's own reader; ours are 256 for a document and 320
# for the message
wire_sizes() { # 1.2|1.3
	wire_case "go client 300 KiB $1" "C serve 1" \
		"GO connect pad=150000 size=157200 tls=$1" "ok" "ok"
	wire_case "go client 340 KB $1" "C serve 1" \
		"GO connect pad=240000 size=100000 tls=$1" \
		"error RT_EFORMAT .*excessive" "error"
	wire_case "go client document of 257 KiB $1" "C serve 1" \
		"GO connect size=263168 tls=$1" \
		"error RT_EVERIFY .*larger than any" "error"
	wire_case "go server 300 KiB $1" \
		"GO serve 1 pad=150000 size=157200 tls=$1" "C connect" "ok" "ok"
	# Go before 1.21 reads 64 KiB
	case $("$go" version) in
	*" go1.19"* | *" go1.20"*) size=60000 ;;
	*) size=204800 ;;
	esac
	wire_case "document of $size to go $1" "C serve 1 size=$size" \
		"GO connect tls=$1" "ok" "ok"
}

wire_theme_go() {
	go=$(command -v go || echo /usr/local/go/bin/go)
	if ! [ -x "$go" ]; then
		skip wire "go is not installed"
		return
	fi
	if ! (cd regress/go/atlspeer && GOFLAGS=-mod=mod GOPROXY=off \
		GOTOOLCHAIN=local GOCACHE="$wire/gocache" GO111MODULE=on \
		"$go" build -o "$wire/atlspeer" .) >"$wire/build" 2>&1
	then
		bad "wire (go build)" "$wire/build"
		return
	fi
	wire_versions 1.2
	wire_versions 1.3
	wire_case "go server HelloRetryRequest" "GO serve 1 groups=P384" \
		"C connect" "ok TLSv1.3" "ok TLSv1.3"
	wire_case "go client other group" "C serve 1" \
		"GO connect groups=P384" "ok TLSv1.3" "ok TLSv1.3"
}

wire_hex=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
wire_base64=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

# wire_s_client NAME SERVER-PATTERN CLIENT-PATTERN SERVER-OPTIONS OPTION...
wire_s_client() {
	name=$1 want_server=$2 want_client=$3 options=$4
	shift 4
	# shellcheck disable=SC2086 # words
	wire_serve "$O/atls_peer" serve 1 $options
	echo ping | timeout 20 openssl s_client -connect "127.0.0.1:$port" \
		-ign_eof -alpn "atls:v1:nonce:$wire_hex,h2" "$@" \
		>"$wire/client" 2>&1
	wait $wire_pid
	if sed 1d "$wire/server" | grep -q -- "^$want_server" &&
		grep -q -- "$want_client" "$wire/client"
	then ok "wire $name"
	else
		cat "$wire/client" >>"$wire/server"
		bad "wire $name" "$wire/server"
	fi
}

wire_openssl_cert() {
	openssl x509 -in "$wire/client" -noout -text >"$wire/text" 2>&1
	for want in "CN = Contrast" prime256v1 1.3.9901.2.99 "Version: 3"; do
		grep -q -- "$want" "$wire/text" || bad "wire certificate: $want" \
			"$wire/text"
	done
	if grep -A1 'Acceptable client certificate CA names' "$wire/client" |
		grep -qE '^CN = "?[A-Za-z0-9+/]{43}="?$'
	then ok "wire certificate"
	else bad "wire authority names" "$wire/client"
	fi
}

wire_theme_s_client() {
	for v in 2 3; do
		wire_s_client "s_client 1.$v" "ok TLSv1.$v" "^pong" optional \
			-tls1_$v
		wire_openssl_cert
		wire_s_client "s_client refused 1.$v" "error RT_EFORMAT" \
			alert "" -tls1_$v
		wire_s_client "s_client certificate 1.$v" \
			"error RT_EVERIFY .*no valid attestation" alert "" \
			-tls1_$v -cert "$wire/cert.pem" -key "$wire/key.pem"
		wire_s_client "s_client no validator 1.$v" "ok TLSv1.$v $" \
			"^pong" any -tls1_$v -cert "$wire/cert.pem" \
			-key "$wire/key.pem"
		rm -f "$wire/session"
		wire_s_client "s_client session 1.$v" ok "^New, " optional \
			-tls1_$v -sess_out "$wire/session"
		if [ -e "$wire/session" ]; then
			bad "wire s_client can resume 1.$v" "$wire/client"
		else ok "wire s_client has nothing to resume 1.$v"
		fi
	done
	wire_s_client "s_client HelloRetryRequest" "ok TLSv1.3" "^pong" \
		optional -groups ffdhe2048:P-256
	wire_s_client "s_client TLS 1.1" "error RT_EFORMAT" "" optional \
		-tls1_1 -cipher ALL:@SECLEVEL=0
}

# s_server sends the name of a CA, which is a nonce here
wire_theme_s_server() {
	for v in 2 3; do
		p=$(reg_port)
		(sleep 2; echo pong; sleep 1) | timeout 20 openssl s_server \
			-accept "127.0.0.1:$p" -naccept 1 -alpn h2 -tls1_$v \
			-cert "$wire/cert.pem" -key "$wire/key.pem" \
			-Verify 1 -CAfile "$wire/ca.pem" \
			>"$wire/server" 2>&1 &
		wire_pid=$!
		n=0
		until grep -q ACCEPT "$wire/server" || [ $n -gt 100 ]; do
			n=$((n + 1))
			sleep 0.05
		done
		timeout 20 "$O/atls_peer" connect "$p" any bare \
			>"$wire/client" 2>&1
		wait $wire_pid
		if grep -q "^ok TLSv1.$v" "$wire/client" &&
			grep -q 'subject=CN = Contrast' "$wire/server"
		then ok "wire s_server 1.$v"
		else
			cat "$wire/client" >>"$wire/server"
			bad "wire s_server 1.$v" "$wire/server"
		fi
	done
}

wire_openssl_keys() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=test" -keyout "$wire/key.pem" -out "$wire/cert.pem" \
		-days 2 >/dev/null 2>&1 &&
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
			-nodes -subj "/CN=$wire_base64" -keyout /dev/null \
			-out "$wire/ca.pem" -days 2 >/dev/null 2>&1
}

theme_wire() {
	wire=$scratch/wire
	mkdir -p "$wire"
	wire_theme_go
	if ! command -v openssl >/dev/null || ! wire_openssl_keys; then
		skip wire "the openssl program is not installed"
		return
	fi
	wire_theme_s_client
	wire_theme_s_server
}
