# SPDX-License-Identifier: Apache-2.0
# --access: what it says, and what the agent then decides; for cli.sh.

# What the agent is asked: a log, input, the end of it, a command.  The
# container is the last of the policy, and runs.
access_py='
import json, re, sys
text = open(sys.argv[1]).read()
text = text[text.index("package agent_policy"):].split("\x27\x27\x27")[0]
if text[-4:] == "\"\"\"\n":
    sys.exit("escaped text is not expected")
open(sys.argv[2] + ".rego", "w").write(text)
data = json.loads(re.split(r"policy_data\s*:=\s*", text)[-1])
p = data["containers"][-1]["OCI"]["Process"]
process = {"Args": ["sh", "-c", "id"], "Env": [], "Terminal": False,
    "Cwd": p.get("Cwd", ""), "User": {"UID": 0, "GID": 0, "AdditionalGids": []},
    "NoNewPrivileges": p.get("NoNewPrivileges", False), "Capabilities": None,
    "ApparmorProfile": "", "SelinuxLabel": ""}
process["User"].update(p.get("User", {}))
box = {"container_id": "x", "exec_id": "x"}
asked = {"ReadStreamRequest": dict(box, len=1),
    "WriteStreamRequest": dict(box, data=[]), "CloseStdinRequest": box,
    "ExecProcessRequest": dict(box, string_user=None, process=process,
        stdin_port=None, stdout_port=None, stderr_port=None)}
with open(sys.argv[2] + ".req", "w") as f:
    for kind, body in asked.items():
        print(json.dumps({"name": kind, "type": kind, "input": body}), file=f)
json.dump({"pstate": {"namespace": "default", "sandbox_name": "p",
    "c:x": len(data["containers"]) - 1}}, open(sys.argv[2] + ".state", "w"))
'

# access TARGET MODE 'ALLOWED': the requests that a policy of it allows
access() {
	cli_fresh
	(cd "$cli" && contrast ${cli_g} -q --target "$1" --access "$2" \
		end.yml && contrast policies --extract x -q end.yml) \
		>/dev/null 2>"$cli/.err"
	"$ORACLES/oracle-python" -c "$access_py" "$cli"/x/* "$cli/a" \
		>"$cli.diff" 2>&1 &&
		"$ORACLES/agent-judge" --policy "$cli/a.rego" --data \
			"$cli/a.state" --requests "$cli/a.req" >"$cli/a.out" \
			2>>"$cli.diff"
	got=$(sed -n 's/.*"name":"\([A-Za-z]*\)Request",.*"allowed":true.*/\1/p' \
		"$cli/a.out" 2>>"$cli.diff" | tr '\n' ' ')
	if [ "$got" = "$3" ] && [ "$(wc -l <"$cli/a.out")" -eq 4 ]
	then ok "cli: access $2 of $1"
	else
		echo "allowed: $got" >>"$cli.diff"
		cat "$cli/a.out" "$cli/.err" >>"$cli.diff"
		bad "cli: access $2 of $1" "$cli.diff"
	fi
}

cli_access() {
	cli_pod
	# kata-4 asks for the ids that the image has
	printf '\n  securityContext: {runAsUser: 7070, runAsGroup: 7070, %s}\n' \
		'supplementalGroups: [7443]' >>"$cli_from/end.yml"
	cli 0 '@G shop' 'err!nsecure' 'err!access-debug'
	cli 0 '@G shop --access debug' 'err=^⚠️ Insecure debug access enabled!$' \
		'err=^warning: debug access: .*.access-debug.$'
	cli 0 '@G shop -q --access debug --report json' \
		'err="name": "access-debug"'
	cli 1 '@G shop --access debug -W error=access-debug' nothing
	cli 2 '@G shop --access all' 'err=access: unknown value: all'
	for style in specialised full; do
		cli 0 "@G end.yml -q --access debug --policy-style $style && contrast policies --extract x end.yml && cat x/*" \
			'out=^# INSECURE: debug access'
		cli 0 "@G end.yml -q --policy-style $style && contrast policies --extract x end.yml && cat x/*" \
			'out!INSECURE'
	done
	printf 'commands: {generate: {access: debug}}\n' >"$cli_from/c.yaml"
	cli 0 '@G end.yml --config c.yaml' \
		'err=^c.yaml:1:31: warning: debug access'
	if [ ! -x "$ORACLES/agent-judge" ] || [ ! -x "$ORACLES/oracle-python" ]
	then
		skip "cli: access" "agent-judge is not installed"
		return
	fi
	all='ReadStream WriteStream CloseStdin ExecProcess '
	for target in metal-v1.2 contrast-metal kata-4; do
		access $target debug "$all"
	done
	access metal-v1.2 production 'ReadStream '
	access contrast-metal production 'ReadStream '
	access kata-4 production ''
}
