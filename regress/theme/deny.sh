# SPDX-License-Identifier: Apache-2.0
# The start-up deny rule in a network namespace of the test's own, with the
# kernel's firewalls: each form alone, all together, and by a Coordinator.

# shellcheck disable=SC2154 # scratch and top are the driver's
deny_in() { # COMMAND...: in the namespace
	ip netns exec "$deny_ns" "$@"
}

deny_put() { # FORM...
	for form; do
		case $form in
		legacy | nft)
			deny_in "iptables-$form" -I INPUT -m conntrack \
				! --ctstate RELATED,ESTABLISHED -j DROP
			;;
		six)
			deny_in ip6tables-legacy -N CONTRAST_DENY6
			deny_in ip6tables-legacy -A CONTRAST_DENY6 -m conntrack \
				! --ctstate ESTABLISHED,RELATED -j DROP
			deny_in ip6tables-legacy -I INPUT -j CONTRAST_DENY6
			;;
		table)
			deny_in nft -f - <<-'EOT'
				table inet contrast_deny { chain input {
				type filter hook input priority filter;
				ct state established,related accept
				drop
				}
				}
			EOT
			;;
		esac
	done
}

# a new connection over loopback, IPv4 and IPv6
deny_reach() {
	for at in 127.0.0.1 ::1; do
		deny_in timeout 5 python3 - "$at" <<-'PY' || return 1
			import socket, sys
			at = sys.argv[1]
			s = socket.create_server((at, 0), family=socket.AF_INET6
			    if ':' in at else socket.AF_INET)
			socket.create_connection(s.getsockname()[:2], 0.5)
		PY
	done
}

deny_is() { # NAME CONDITION...
	deny_what=$1
	shift
	if "$@" >"$scratch/deny" 2>&1
	then ok "deny $deny_what"
	else bad "deny $deny_what" "$scratch/deny"
	fi
}

deny_removes() { # N FORM...
	want=$1
	shift
	deny_put "$@" 2>"$scratch/deny" || bad "deny ($*)" "$scratch/deny"
	[ "$want" = 0 ] || deny_is "$*: shut" eval '! deny_reach'
	deny_is "$*: removed $want" eval \
		"[ \"\$(deny_in '$O/daemon_rig' deny)\" = $want ]"
	deny_is "$*: open" deny_reach
	deny_is "$*: nothing is left" eval '! {
		deny_in iptables-legacy-save; deny_in ip6tables-legacy-save
		deny_in nft list ruleset; } | grep -i -e drop -e contrast'
}

# Without the rights it is an error, and the rule stands.
deny_rights() {
	deny_put legacy
	deny_is "no rights" eval "! deny_in setpriv --bounding-set=-net_admin \
		--inh-caps=-net_admin '$O/daemon_rig' deny 2>'$scratch/deny.err'"
	deny_is "no rights: says so" grep 'NET_ADMIN' "$scratch/deny.err"
	deny_is "no rights: shut" eval '! deny_reach'
}

# It starts shut, with the rule that deny_rights left.
deny_coordinator() {
	mkdir -p "$scratch/deny.co"
	"$O/contrastc" simulated-tee init --out "$scratch/deny.co/sim" \
		>"$scratch/deny" 2>&1
	printf %064d 7 >"$scratch/deny.co/sim/hostdata"
	deny_in env CONTRASTC_INSECURE_ALLOW_SIMULATED_TEE=1 \
		CONTRASTC_SIMULATED_ROOT="$scratch/deny.co/sim/roots.pem" \
		CONTRASTC_SIMULATED_TEE=there-is-no-confidentiality \
		CONTRASTC_SIMULATED_TEE_CONFIG="$scratch/deny.co/sim/simulated-tee.json" \
		CONTRAST_LISTEN=127.0.0.1 CONTRAST_HISTORY="$scratch/deny.co/h" \
		timeout 30 "$O/contrast-coordinator" 2>"$scratch/deny.log" &
	deny_pid=$!
	for _ in $(seq 100); do
		! grep -q '"ready"' "$scratch/deny.log" || break
		sleep 0.05
	done
	deny_is "coordinator" grep 'start-up deny rule removed' "$scratch/deny.log"
	deny_is "coordinator: open" deny_reach
	kill "$deny_pid"
	wait "$deny_pid" 2>"$scratch/deny"
}

theme_deny() {
	for tool in ip iptables-legacy ip6tables-legacy iptables-nft nft setpriv; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || {
			skip deny "$tool is not installed"
			return
		}
	done
	deny_ns=contrastc-deny-$$
	if ! ip netns add "$deny_ns" >"$scratch/deny" 2>&1; then
		skip deny "no network namespace can be made"
		return
	fi
	deny_in ip link set lo up
	if deny_put legacy 2>"$scratch/deny"; then
		deny_in "$O/daemon_rig" deny >"$scratch/deny"
		deny_removes 0
		deny_removes 1 legacy
		deny_removes 3 legacy legacy legacy
		deny_removes 1 six
		deny_removes 1 table
		deny_removes 3 legacy six table
		deny_rights
		deny_coordinator
	else skip deny "the kernel lacks what iptables-legacy needs"
	fi
	ip netns del "$deny_ns"
}
