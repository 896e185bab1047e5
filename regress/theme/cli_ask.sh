# SPDX-License-Identifier: Apache-2.0
# simulate and test: what they print, and that they notice; for cli.sh.

# shellcheck disable=SC2086,SC2154 # words; the driver's
cli_ask_g="--reference-values metal-qemu-snp --offline"
cli_ask_g="$cli_ask_g --image-source oci-layout:images"

# lines FILE PATTERN N: so many lines match
lines() {
	got=$(grep -cE -e "$2" "$cli/$1")
	if [ "$got" -eq "$3" ]
	then ok "cli: $3 lines $2"
	else
		echo "$got lines of $1 match $2" >"$cli.diff"
		bad "cli: $3 lines $2" "$cli.diff"
	fi
}

cli_simulate() {
	cli 0 "simulate $cli_ask_g shop" nothing 'out!^refused' \
		'out=^allowed CreateContainerRequest web$' \
		'out=^allowed ExecProcessRequest contrast-service-mesh startupP' \
		'err=^Deployment/parcel/web: .* requests, .* allowed, 0 unexp'
	cli 0 "simulate $cli_ask_g -q --json shop" err! \
		'out=^\{"version":1,"workload":"Deployment/parcel/web","targ' \
		'out=^\{"kind":"CreateContainerRequest","container":"web",.*"op":"add"'
	# what is printed is read again, and decided in the same way
	cli 0 "simulate $cli_ask_g --only-requests --workload web shop >r" out!
	lines r '"kind":"CreateContainerRequest"' 4
	cp "$cli/r" "$cli_from/web.jsonl"
	cli 0 "simulate $cli_ask_g --workload web --requests web.jsonl shop" \
		'out!^refused' 'err=0 unexpected'
	cli 0 "simulate $cli_ask_g --workload Deployment/parcel/web \
		--requests - shop <web.jsonl" 'err=0 unexpected'
	# another pod's requests are refused, and it says why
	cli 1 "simulate $cli_ask_g --workload bot --requests web.jsonl shop" \
		'out=^refused CreateContainerRequest.* is blocked by policy: agent_policy:'
	sed 's/"request":/"allowed":false,&/' "$cli_from/web.jsonl" \
		>"$cli_from/none.jsonl"
	cli 1 "simulate $cli_ask_g --workload web --requests none.jsonl shop" \
		'err= unexpected$'
	cli 0 "simulate $cli_ask_g --engine kata-0.2.8 --workload web shop" 'err=0 unexp'
	cli 2 "simulate $cli_ask_g --engine none shop" 'err=none of kata, '
	cli 2 "simulate $cli_ask_g --workload none shop" "err=no workload 'none'"
	cli 2 "simulate" 'err=no'
	echo '{"kind":"Nothing","request":{}}' >"$cli_from/odd.jsonl"
	cli 1 "simulate $cli_ask_g --requests odd.jsonl shop" \
		"err=line 1: 'Nothing' is no request"
	cli 3 "simulate $cli_ask_g --requests nosuch shop" 'err=nosuch'
}

# A policy as it is: of the annotation, alone or for the resources.
cli_simulate_policy() {
	cli_fresh
	(cd "$cli" && contrast ${cli_g} -q --policy-style=full shop/web.yml \
		shop/coordinator.yml && contrast policies --extract x -q \
		shop/web.yml) >/dev/null 2>&1
	cp "$cli"/x/* "$cli_from/web.toml"
	cli 0 "simulate --policy web.toml" 'out=^allowed CreateContainerRequest w'
	cli 0 "simulate --policy web.toml $cli_ask_g --workload web shop" \
		'err=0 unexpected'
	cli 1 "simulate --policy web.toml $cli_ask_g --workload bot shop" \
		'out=^refused CreateContainerRequest bot'
	cli 0 "test --policy web.toml" 'out= 0 not explained$'
	sed -i '/"schema"/d' "$cli_from/web.toml"
	cli 2 "simulate --policy web.toml" 'err=name the resources'
	cli 0 "simulate --policy web.toml --requests web.jsonl --target \
		contrast-metal" 'err=0 unexpected'
	echo 'package agent_policy' >"$cli_from/bad.toml"
	echo 'x := {' >>"$cli_from/bad.toml"
	echo 'policy_data := {}' >>"$cli_from/bad.toml"
	cli 1 "simulate --policy bad.toml --requests web.jsonl" \
		'err=the agent does not load the policy: agent_policy:'
}

cli_fixtures() {
	cat >"$cli_from/tests.yml" <<-'END'
	- name: no shell
	  workload: Deployment/web
	  kind: ExecProcess
	  container: contrast-service-mesh
	  patch: [{op: replace, path: /process/Args, value: [sh]}]
	  allowed: false
	  reason: exec-process
	- {name: the probe, kind: ExecProcess, workload: web, allowed: true}
	- {kind: SetPolicy, request: {policy: x}, allowed: false}
	END
	cli 0 "test $cli_ask_g --fixtures tests.yml --mutation=false shop" \
		nothing err! 'out=^  3 of 3 tests passed$' \
		'out=^  1 of 1 tests passed$' 'out!not explained'
	sed 's/allowed: true/allowed: false/; s/exec-process/other/' \
		"$cli_from/tests.yml" >"$cli_from/wrong.yml"
	cli 1 "test $cli_ask_g --fixtures wrong.yml --mutation=false shop" \
		'out=^  1 of 3 tests passed$' \
		"err=^wrong.yml:8:3: error: test 'the probe' of Deployment/parcel/web: the policy allows the request .test-verdict" \
		"err=^wrong.yml:1:3: error: .*refuses the request: Exec.*blocked" \
		"err=^help: the test wants the reason 'other'"
	cat >"$cli_from/odd.yml" <<-'END'
	- {kind: ExecProcess, workload: web, container: none, allowed: true}
	- {kind: ExecProcess, workload: none, allowed: true}
	END
	cli 1 "test $cli_ask_g --fixtures odd.yml --mutation=false shop" \
		'err=odd.yml:1:3: .*no such request .test-no-request.' \
		"err=odd.yml:2:3: .*'none' gets a policy .test-unused."
	echo '[{kind: ExecProcess}]' >"$cli_from/odd.yml"
	cli 1 "test $cli_ask_g --fixtures odd.yml shop" out! \
		"err='allowed' is missing .test-format."
	cli 3 "test $cli_ask_g --fixtures nosuch.yml shop" 'err=nosuch'
}

# Rules that forget a check, or refuse too much, are found out.
cli_mutation() {
	cli 0 "test $cli_ask_g shop" nothing err! \
		'out=^Deployment/parcel/web$' 'out= 0 not explained$' \
		'out=CreateContainerRequest /OCI/Hostname .changed.'
	cli 0 "test $cli_ask_g --require-env --workload web shop" \
		'out!/OCI/Process/Env .*dropped.*,'
	cli 0 "test $cli_ask_g --json --workload web shop" err! \
		'out=^  "version": 1,$' 'out="field": "/OCI/Hostname",' \
		'out="unexplained": 0,'
	cat >"$cli_from/open.rego" <<-'END'
	package agent_policy
	default AllowRequestsFailingPolicy := false
	default CreateContainerRequest := true
	default StartContainerRequest := true
	END
	cli 1 "test $cli_ask_g --policy open.rego --workload web shop" \
		'err=shop/web.yml:.* does not enforce /OCI/Process/Args/\* of Cre.*policy-open' \
		'err=refuses what a runtime sends: CreateSandboxRequest.*policy-refuses'
}

# A refusal in the words of each layer leads to the same line of the YAML.
cli_why() {
	cli 0 "simulate -q $cli_ask_g --only-requests --workload web shop >r"
	sed 's/"WEB_PORT=8080"/"WEB_PORT=9"/' "$cli/r" >"$cli_from/port.jsonl"
	cli 1 "simulate -q $cli_ask_g --workload web --requests port.jsonl \
		shop >out" out!
	text=$(sed -n 's/^refused \(CreateContainer[a-z]*Request\) web/\1/ip' \
		"$cli/out")
	once=$(printf '%s' "$text" | sed 's/[\\"]/\\&/g')
	twice=$(printf '"%s", details: []' "$once" | sed 's/[\\"]/\\&/g')
	echo "$text" >"$cli_from/t0"
	echo "message: \"$once\", details: [], x }: unknown" >"$cli_from/t1"
	echo "err=\"rpc status: message: $twice\" pod=\"parcel/web-7-x\"" \
		>"$cli_from/t2"
	for it in t0 t1 t2; do
		cli 1 "why $cli_ask_g --workload web shop <$it" err! \
			'out=^Deployment/parcel/web: .* of container web is' \
			'out=^  /OCI/Process/Env/[0-9]* .env.$' \
			'out=^    found +"WEB_PORT=9"$' \
			'out=^    expected +"WEB_PORT=8080"$' \
			'out=^    set in +shop/web.yml:30:18: value: "8080"$'
	done
	cli 1 "why $cli_ask_g --log t2 shop" 'out=^Deployment/parcel/web:' \
		'out!^Deployment/parcel/bot'
	cli 1 "why $cli_ask_g --log t2 --trace shop" \
		'out=^Deployment/parcel/bot'
	cli 1 "why $cli_ask_g --log t1 --json --workload web shop" err! \
		'out="line": 30,' 'out="field": "/OCI/Process/Env/'
	cli 1 "why $cli_ask_g shop <notes.txt" out! 'err=no policy has refused'
	cli 2 "why --log a --input b shop" 'err=exclude each other'
	# the request itself: every cause, those of webhooks named
	grep '"container":"web".*"Args"' "$cli_from/port.jsonl" |
		sed 's/"UID":7070/"UID":7/; s/"WEB_PORT=9"/&,"AZURE_X=1","DAPR_X=1"/
		s/web-x7k2q-x7k2q/web-bcdfg-wxz24/g' >"$cli_from/request.json"
	cli 1 "why $cli_ask_g --input request.json shop" err! \
		'out!^Deployment/parcel/bot' \
		'out=^  /OCI/Process/User/UID .user.$' \
		'out=^    from +User of registry.example/parcel/web' \
		'out=^    expected +"WEB_PORT=8080"$' \
		'out=^    expected +nothing like it$' \
		'out=^    looks like azure-workload-identity$' \
		'out=^    looks like dapr$'
	# as Go writes JSON, and cut in its middle
	sed 's/WEB_PORT=9/WEB_PORT=\\u003c/' "$cli_from/t1" >"$cli_from/t3"
	cli 1 "why $cli_ask_g --workload web shop <t3" \
		'out=^    found +"WEB_PORT=<"$'
	cut -c1-100 "$cli_from/t1" >"$cli_from/t4"
	cli 1 "why $cli_ask_g --workload web shop <t4"
	printf 'a\000b\r\n' >"$cli_from/t4"
	cli 1 "why $cli_ask_g shop <t4" 'err=no policy has refused'
	sed 's/.*"request":\(.*\)}$/\1/' "$cli_from/request.json" \
		>"$cli_from/bare.json"
	cli 1 "why $cli_ask_g --input bare.json --workload web shop" \
		'out=^  /OCI/Process/User/UID .user.$'
	cli 0 "why $cli_ask_g --input web.jsonl --workload web shop" out! \
		'err=the policy allows it'
}

cli_ask() {
	cli_simulate
	cli_simulate_policy
	cli_fixtures
	cli_mutation
	cli_why
	rm -f "$cli_from"/*.jsonl "$cli_from"/t[0-4] "$cli_from"/request.json "$cli_from"/bare.json \
		"$cli_from"/tests.yml "$cli_from"/wrong.yml \
		"$cli_from"/odd.yml "$cli_from"/*.toml "$cli_from"/open.rego
}
