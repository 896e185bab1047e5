# SPDX-License-Identifier: Apache-2.0
# Command lines about reports; functions for cli.sh.

# counts FILE KIND: "ERRORS WARNINGS" that a report has
counts() {
	case $2 in
	json) e='"severity": "error"' w='"severity": "warning"' ;;
	sarif) e='"level": "error"' w='"level": "warning"' ;;
	junit) e='<failure ' w='<skipped message="warning' ;;
	github) e='^::error ' w='^::warning ' ;;
	gitlab) e='"severity": "major"' w='"severity": "minor"' ;;
	azuredevops) e='logissue type=error;' w='logissue type=warning;' ;;
	tap) e='^not ok ' w='^ok .* # SKIP warning' ;;
	text) e='^[^ ]*:[0-9:]* error: ' w='^(ignored|.*[0-9]): warning: |^warning: ' ;;
	esac
	echo "$(grep -cE -e "$e" "$1") $(grep -cE -e "$w" "$1")"
}

cli_report() {
	printf 'kind: Pod\nkind: Pod\n---\na: 1\na: 2\n' >"$cli_from/two.yml"
	all='json sarif junit github gitlab azuredevops tap'
	line='@G notes.txt bad.yml two.yml worse.yml -W input-ignored'
	for kind in $all; do
		line="$line --report $kind=$kind.r"
	done
	cli 1 "$line" nothing out! 'err=^[0-9]+ errors, 1 warning$' \
		'err=^warning: ignoring notes.txt'
	want=$(sed -n 's/^\([0-9]*\) errors*, \([0-9]*\) warn.*/\1 \2/p' "$cli/.err")
	for kind in $all; do
		if [ "$(counts "$cli/$kind.r" "$kind")" = "$want" ]
		then ok "cli: report $kind has the counts of the text"
		else bad "cli: report $kind has not: $want" "$cli/$kind.r"
		fi
	done
	cp "$cli/junit.r" "$cli/sarif.r" "$cli/gitlab.r" "$scratch/"
	if [ ! -e "$ORACLES/sarif-2.1.0.json" ]; then
		skip "cli: SARIF schema" "the oracle sarif is not installed"
	elif "$ORACLES/check-jsonschema" --schemafile \
		"$ORACLES/sarif-2.1.0.json" "$scratch/sarif.r" >"$cli.diff" 2>&1
	then ok "cli: SARIF schema"
	else bad "cli: SARIF schema" "$cli.diff"
	fi
	if [ ! -x "$ORACLES/oracle-python" ]; then
		skip "cli: XML and JSON of reports" "no oracle-python"
	elif "$ORACLES/oracle-python" -c 'import sys, json
import xml.dom.minidom as m
s = m.parse(sys.argv[1]).getElementsByTagName("testsuite")[0]
n = len(s.getElementsByTagName("testcase"))
assert n == int(s.getAttribute("tests")) == len(json.load(open(sys.argv[2])))
' "$scratch/junit.r" "$scratch/gitlab.r" >"$cli.diff" 2>&1
	then ok "cli: XML and JSON of reports"
	else bad "cli: XML and JSON of reports" "$cli.diff"
	fi
	# no findings
	cli 0 'config show --report junit=- --report tap=- --report json=-' err! \
		'out=tests="1" failures="0"' 'out=^ok 1 - no findings' \
		'out="errors": 0'
	# what is on standard error is instead of the text
	cli 1 '@G bad.yml --report json' 'err!^bad.yml' 'err=yaml-duplicate-key'
	cli 1 '@G bad.yml --report text --report tap' 'err=^bad.yml' \
		'err=^not ok 1 - bad.yml:2:1: '
	cli 2 '@G bad.yml --report xml' 'err=unknown report format: xml .one of: text, json, '
	cli 2 '@G bad.yml --report json=' 'err=unknown report format: json='
	cli 1 '@G bad.yml --report json=no/x.json' 'err=^Error: report no/x.json'
	cli 3 '@G helm --report json=no/x.json' 'err=^Error: report no/x.json' \
		has=manifest.json
	cli_as='env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=sum.md'
	cli 1 'generate bad.yml; contrast generate bad.yml; cat sum.md; exit 1' \
		'err=^bad.yml:2:1: error' \
		'err=^::error file=bad.yml,line=2,col=1,endLine=2,endColumn=5,title=yaml-duplicate-key::' \
		'out=^\| error \| bad.yml:2:1 \| ' 'out=^### contrastc: 1 errors'
	cli 1 '@G bad.yml --report text' 'err!^::' hasnot=sum.md
	cli_as='env GITHUB_ACTIONS=false'
	cli 1 '@G bad.yml' 'err!^::'
	cli_as='env CLICOLOR_FORCE=1'
	cli 1 '@G bad.yml' 'err=\[1;31merror'
	cli 1 '@G --color never bad.yml' 'err!\[1;31m'
	cli_as='env CLICOLOR_FORCE=1 NO_COLOR=1'
	cli 1 '@G bad.yml' 'err!\[1;31m'
	cli_as='env CLICOLOR_FORCE=0'
	cli 1 '@G bad.yml' 'err!\[1;31m'
	cli_as=
	# status and log
	cli 9 '@G notes.txt helm --warnings-as 9' 'err=1 warning' has=manifest.json
	cli 1 '@G bad.yml notes.txt --warnings-as 9'
	cli 0 '@G helm --warnings-as 9'
	cli 2 '@G helm --warnings-as 126' 'err=not a status from 0 to 125: 126'
	cli 2 '@G helm --warnings-as x' 'err=not a status'
	cli 0 '@G helm --log-format json' \
		'err=^."level":"info","msg":"✔️ Patched targets".$' 'err!^[^{]'
	cli 3 '@G helm -o no/x --log-format json' \
		'err=^."level":"error","msg":"parse flags: no: No such'
	cli 2 '@G helm --log-format xml' 'err=log-format: unknown value: xml'
}
