# SPDX-License-Identifier: Apache-2.0
# Our gRPC against implementations that we did not write (Python's, Go's,
# h2load), and under floods: the operator is answered, descriptors come back.

# shellcheck disable=SC2154 # the driver's
grpc_start() { # COMMAND...: $grpc_port; its input is descriptor 5
	rm -f "$scratch/grpc.in"
	mkfifo "$scratch/grpc.in"
	"$@" <"$scratch/grpc.in" >"$scratch/grpc.out" 2>&1 &
	grpc_pid=$!
	exec 5>"$scratch/grpc.in"
	for _ in $(seq 100); do
		grpc_port=$(head -n 1 "$scratch/grpc.out")
		[ -z "$grpc_port" ] || return 0
		sleep 0.1
	done
	return 1
}

grpc_stop() {
	exec 5>&-
	wait "$grpc_pid"
}

# Nothing is left of a server that has stopped.
grpc_clean() { # NAME
	grpc_stop
	if tail -n 1 "$scratch/grpc.out" | grep -q '^0 connections, 0 bytes, '
	then ok "grpc $1: returned"
	else bad "grpc $1: returned" "$scratch/grpc.out"
	fi
}

# The lines "ok NAME" and "FAIL NAME" of a peer's test.
grpc_lines() { # NAME FILE
	if [ ! -s "$2" ]; then
		bad "grpc $1 (printed nothing)"
		return
	fi
	while read -r word what; do
		if [ "$word" = ok ]; then ok "grpc $1: $what"
		else bad "grpc $1: $word $what"
		fi
	done <"$2"
}

grpc_client() { # NAME plain|tls COMMAND...
	name="$1 client, $2"
	if [ "$2" = tls ]; then
		grpc_start "$O/grpc_peer" serve tls "$scratch/grpc.pem"
		cert=$scratch/grpc.pem
	else
		grpc_start "$O/grpc_peer" serve
		cert=
	fi
	shift 2
	timeout 120 "$@" client "$grpc_port" ${cert:+"$cert"} \
		>"$scratch/grpc.lines" 2>&1
	grpc_lines "$name" "$scratch/grpc.lines"
	grpc_clean "$name"
}

grpc_call() { # NAME EXPECTED PATH MANIFEST MS
	got=$("$O/grpc_peer" call "$grpc_port" plain "$3" "$4" "$5" 2>&1)
	# shellcheck disable=SC2254 # a pattern
	case $got in
	$2) ok "grpc $1: $3" ;;
	*)
		echo "$got" >"$scratch/grpc.got"
		bad "grpc $1: $3 $4" "$scratch/grpc.got"
		;;
	esac
}

# Another's server; at the end it sends GOAWAY while a call runs.
grpc_server() { # NAME COMMAND...
	name="$1 server"
	shift
	grpc_start "$@" server || bad "grpc $name (start)" "$scratch/grpc.out"
	grpc_call "$name" '0 33554432 ' /t.T/Echo @33554432 30000
	grpc_call "$name" '9 0 100% ä not so' /t.T/Fail x 9000
	grpc_call "$name" '2 0 *crash' /t.T/Crash x 9000
	grpc_call "$name" '12 0 *' /t.T/None x 9000
	grpc_call "$name" '4 0 *' /t.T/Wait 9000 500
	grpc_call "$name" '8 0 *' /t.T/Make 68000000 9000
	"$O/grpc_peer" call "$grpc_port" plain /t.T/Wait 1500 9000 \
		>"$scratch/grpc.last" &
	last=$!
	sleep 0.7
	echo stop >&5
	wait "$last"
	if [ "$(cat "$scratch/grpc.last")" = '0 4 ' ]
	then ok "grpc $name: GOAWAY"
	else bad "grpc $name: GOAWAY" "$scratch/grpc.last"
	fi
	grpc_stop
}

grpc_both() { # NAME COMMAND...
	n=$1
	shift
	grpc_client "$n" plain "$@"
	grpc_client "$n" tls "$@"
	grpc_server "$n" "$@"
}

grpc_python() {
	for python in python3 /usr/bin/python3; do
		"$python" -c 'import grpc' 2>/dev/null || continue
		grpc_both grpcio "$python" regress/wire/grpcio.py
		return
	done
	skip "grpc grpcio" "python3-grpcio is not installed"
}

grpc_go() {
	go=$(command -v go || echo /usr/local/go/bin/go)
	if ! [ -x "$go" ]; then
		skip "grpc grpc-go" "go is not installed"
	elif ! (cd regress/go/grpcpeer && HOME=$grpc_home "$go" build \
		-o "$scratch/gogrpc" .) >"$scratch/grpc.go" 2>&1
	then skip "grpc grpc-go" "its modules cannot be had"
	else grpc_both grpc-go "$scratch/gogrpc"
	fi
}

# 20,000 calls of one empty message on 50 connections.
grpc_h2load() {
	if ! command -v h2load >/dev/null; then
		skip "grpc h2load" "nghttp2-client is not installed"
		return
	fi
	printf '\000\000\000\000\000' >"$scratch/grpc.body"
	grpc_start "$O/grpc_peer" serve
	timeout 60 h2load -n 20000 -c 50 -m 10 -d "$scratch/grpc.body" \
		-H 'content-type: application/grpc' -H 'te: trailers' \
		"http://127.0.0.1:$grpc_port/t.T/Echo" \
		>"$scratch/grpc.load" 2>&1
	if grep -q '20000 succeeded, 0 failed, 0 errored' "$scratch/grpc.load"
	then ok "grpc h2load"
	else bad "grpc h2load" "$scratch/grpc.load"
	fi
	grpc_clean h2load
}

grpc_flood() { # MODE CONNECTIONS
	if [ "$1" = tls ]; then
		grpc_start "$O/grpc_peer" serve tls "$scratch/grpc.pem" \
			connections "$2"
	else
		grpc_start "$O/grpc_peer" serve connections "$2"
	fi
	if timeout 120 "$O/grpc_peer" flood "$grpc_port" "$1" 10000 1000 20 \
		>"$scratch/grpc.flood" 2>&1
	then ok "grpc flood, $1, $2 connections"
	else bad "grpc flood, $1, $2 connections" "$scratch/grpc.flood"
	fi
	grpc_clean "flood, $1, $2 connections"
}

theme_grpc() {
	grpc_home=${grpc_home:-$(getent passwd "$(id -u)" | cut -d: -f6)}
	grpc_python
	grpc_go
	grpc_h2load
	if [ "$(ulimit -Hn)" -lt 12000 ]; then
		skip "grpc flood" "too few descriptors (ulimit -Hn)"
		return
	fi
	grpc_flood plain 1024
	grpc_flood tls 1024
	grpc_flood plain 12000
	grpc_flood tls 12000
}
