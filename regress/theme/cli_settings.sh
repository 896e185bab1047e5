# SPDX-License-Identifier: Apache-2.0
# Command lines about settings, own rules and access; functions for cli.sh.

# Behind a command: the policies that it wrote.
cli_extract='&& contrast policies --extract x -q helm >/dev/null && cat x/*'

cli_settings() {
	mkdir -p "$cli_from/d/genpolicy-settings.d" "$cli_from/e/settings.d"
	echo '{"common": {"svc_name": "[A-Z]+"}}' \
		>"$cli_from/d/genpolicy-settings.json"
	printf '%s\n' '[{"op": "add", "value": "^date$",' \
		'"path": "/request_defaults/ExecProcessRequest/regex/-"}]' \
		>"$cli_from/d/genpolicy-settings.d/10-exec.json"
	printf '%s\n' '[{"op": "test", "value": "1.1.0",' \
		'"path": "/kata_config/oci_version"},' \
		'{"op": "replace", "value": "1.2.1",' \
		'"path": "/kata_config/oci_version"}]' \
		>"$cli_from/d/genpolicy-settings.d/20-oci.json"
	echo 'no patch' >"$cli_from/d/genpolicy-settings.d/README"
	echo '{}' >"$cli_from/e/settings.json"
	printf '[\n{"op": "remove", "path": "/nope"}]\n' \
		>"$cli_from/e/settings.d/1.json"
	echo '[{"op": "replace", "path": "/kata_config/oci_version", "value": "1.3.0"}]' \
		>"$cli_from/mine.json"
	cli 0 'settings init --target kata-4' out! has=settings.json \
		'err=Wrote settings.json' hasnot=rules.rego
	cli 0 'settings init --target kata-4 -s - | cmp - "$OLDPWD/compiler/lower/target/kata-4.json"' \
		out! err! hasnot=settings.json
	cli 2 'settings init' 'err=name a target' hasnot=settings.json
	cli 2 'settings init --target kata-5' 'err=unknown target: kata-5'
	cli 2 'settings' 'err=expected init, show or diff'
	cli 2 'settings diff kata-4' 'err=expected init, show or diff'
	cli 3 'settings init --target kata-4 -s broken.json' \
		'err=broken.json: it exists already' 'err!Wrote'
	cli 3 'settings init --target kata-4 -p broken.json' \
		'err=it exists already' hasnot=settings.json
	cli 0 'settings init --target kata-4 -s broken.json --force' \
		'err=Wrote broken.json'
	cli 3 'settings init --target kata-4 -s no/s.json' 'err=no/s.json'
	cli 0 'settings init --reference-values metal-qemu-snp -qs s.json && contrast settings diff contrast-metal s.json' \
		out! err!
	cli 0 'settings init --reference-values k3s-qemu-snp --workspace-dir ws && contrast settings diff metal-v1.2 ws/settings.json' \
		out! has=ws/settings.json
	cli 0 'settings show --target kata-4 >s.json && contrast settings diff kata-4 s.json' \
		out! err!
	cli 0 'settings show --target kata-4 -s d --settings-patch mine.json --origin' \
		err! 'out=^/common/ip_p: .* # target kata-4$' \
		'out=^/common/svc_name_downward_env: "\[A-Z\]\+" # d/genpolicy-settings.json:1:25 /common/svc_name$' \
		'out=^/request_defaults/ExecProcessRequest/regex/0: "\^date." # d/genpolicy-settings.d/10-exec.json:1:25 operation 0 \(add\): ' \
		'out=^/kata_config/oci_version: "1.3.0" # mine.json:1:65 operation 0 \(replace\): '
	cli 0 'settings show --target kata-4 -s d --origin --json' \
		'out="target": "kata-4"' 'out="line": 3' \
		'out="file": "d/genpolicy-settings.d/20-oci.json"'
	cli 1 'settings show --target kata-4 -s e' out! \
		'err=^e/settings.d/1.json:2:1: error: the patch fails: operation 0 .*nope'
	cli 1 'settings show --target kata-4 -s nosuch' out! 'err=nosuch'
	cli 1 'settings show --target kata-4 -s broken.json' out! \
		'err=^broken.json:[12]:[0-9]+: error: cannot read the settings'
	cli 1 'settings diff kata-4 d' err! \
		'out=^/kata_config/oci_version: "1.1.0" -> "1.2.1"$' \
		'out=^/request_defaults/ExecProcessRequest/regex: .. -> ."\^date."' \
		'out=^/common/svc_name: .absent. -> "'
	cli 1 'settings diff --json kata-4 metal-v1.2' 'out="version": 1' \
		'out="pointer": "/contrastc/lowering/groups"'
	cli 2 'settings diff d e' 'err=for which target'
	cli 1 'settings diff --target kata-4 d e' 'err=settings-patch'
	# what is set reaches the policies
	cli 0 "@G -q -s d helm $cli_extract" 'out=\^date\$' 'out!1.1.0"'
	cli 0 "@G -q --settings-patch mine.json helm $cli_extract" 'out!\^date'
	cli 1 '@G -s e shop' nothing 'err=^e/settings.d/1.json:2:1: error'
	cli 1 '@G -s broken.json shop' nothing 'err=^broken.json:'
	# own rules go through the same linker
	cli 0 "settings init -qp r.rego --target contrast-metal && contrast @G -q -p r.rego helm $cli_extract" \
		'out=^default CreateContainerRequest:=false$' \
		'out=policy_data ?:= ?' 'out!^# Own rules'
	printf '%s\n' 'package agent_policy' 'unused { input.x }' \
		'CreateContainerRequest {' \
		'	input.OCI.Version == policy_data.containers[_].OCI.Version }' \
		>"$cli_from/r.rego"
	cli 0 "@G -q -p r.rego helm $cli_extract" 'out=^CreateContainerRequest' \
		'out!unused' 'out!ExecProcessRequest'
	cli 0 '@G -q helm && cp r.rego rules.rego && contrast @G helm' \
		'err=2 of 2 workloads'
	printf 'package agent_policy\n\nx {\n  y }\n' >"$cli_from/r.rego"
	cli 1 '@G -p r.rego shop' nothing 'err=^r.rego:4:3: error'
	printf 'package other\n' >"$cli_from/r.rego"
	cli 1 '@G -p r.rego shop' nothing 'err=^r.rego:1:9: error.*policy-package'
	cli 3 '@G -p nosuch.rego shop' nothing 'err=reading policy rules'
	rm -rf "$cli_from/d" "$cli_from/e" "$cli_from/mine.json" "$cli_from/r.rego"
}
