# SPDX-License-Identifier: Apache-2.0
# Command lines of `rego`; functions for cli.sh.

cli_rego_files() {
	mkdir -p "$cli_from/r/d/on" "$cli_from/r/bad"
	printf '%s\n' 'package p' '' 'import rego.v1' '' '# says yes' \
		'allow if input.x == data.on.one' '' \
		's contains x if some x in [2, 1]' '' \
		'twice := 1 if input.y' 'twice := 2 if input.y' '' \
		'third := 1 / input.z' >"$cli_from/r/d/p.rego"
	echo '{"one": 1}' >"$cli_from/r/d/on/a.json"
	printf 'two: [a, "<b>"]\n' >"$cli_from/r/d/on/b.yaml"
	echo '{"x": 1, "y": true, "z": 0}' >"$cli_from/r/in.json"
	printf 'package a\n\nimport data.zz\np if {q}\nr if { r }\n' \
		>"$cli_from/r/bad/a.rego"
	printf 'package a\np if {\n x ==\n' >"$cli_from/r/bad/b.rego"
	printf 'package a\nimport data.zz\np   :=   1 # one\n' \
		>"$cli_from/r/ugly.rego"
}

cli_rego_fmt() {
	cli_in=r/ugly.rego
	cli 0 'rego fmt' err! 'out=^p := 1 # one$' 'out=^import data.zz$'
	cli 0 'rego fmt -' err! 'out=^p := 1 # one$'
	cli 2 'rego fmt -w -' out! 'err=--write and --diff are for files'
	cli_in=
	cli 0 'rego fmt r/ugly.rego >o && contrast rego fmt o | cmp - o' out! err!
	cli 0 'rego fmt -l r/d r/ugly.rego' 'out=^r/ugly.rego$' 'out!p.rego'
	cli 1 'rego fmt --fail -l r/ugly.rego' 'out=^r/ugly.rego$'
	cli 0 'rego fmt --fail -l r/d' out! err!
	cli 0 'rego fmt -d r/ugly.rego' 'out=^-p   :=   1' 'out=^.p := 1 # one$'
	cli 1 'rego fmt r/bad' out! \
		'err=^r/bad/b.rego:[0-9]+:[0-9]+: error: syntax error.*rego-syntax'
	cli 3 'rego fmt nosuch.rego' out! 'err=nosuch.rego: cannot read'
	cli 2 'rego fmt --rego-profile go r/d' 'err=rego-profile: unknown value: go'
	cli 2 'rego fmt --v0-compatible --v1-compatible r/d' 'err=exclude each'
}

cli_rego_check() {
	cli 0 'rego check r/d' out! err!
	cli 1 'rego check r/bad/a.rego' out! \
		'err=^r/bad/a.rego:4:7: error: variable .q. is unsafe .rego-unsafe.' \
		'err=^r/bad/a.rego:5:1: error: rule .data.a.r. depends on itself'
	cli 1 'rego check --format json r/bad/a.rego' err! \
		'out="code": "rego_unsafe_var_error"' 'out="row": 4' \
		'out="code": "rego_recursion_error"' 'out="file": "r/bad/a.rego"'
	cli 1 'rego check -f json r/bad' err! 'out="code": "rego_parse_error"'
	cli 0 'rego check r/ugly.rego' out! \
		'err=^r/ugly.rego:2:1: warning: import .zz. is not used .rego-unused'
	cli 1 'rego check --strict r/ugly.rego' out! \
		'err=^r/ugly.rego:2:1: error: import .zz. is not used'
	cli 0 'rego check --v0-compatible r/v0.rego' out! err!
	cli 1 'rego check r/v0.rego' out! 'err=^r/v0.rego:2:.* .rego-if.'
	cli 0 'rego check r/float.rego' out! \
		'err=^r/float.rego:2:6: warning: a number .*rego-portable'
	cli 0 'rego check --rego-profile opa r/float.rego' out! err!
	cli 1 'rego check r/now.rego' out! 'err=undefined function .time.now_ns'
	cli 0 'rego check --rego-profile opa r/now.rego' out! err!
	cli 1 'rego check --rego-profile opa r/twice.rego' out! \
		'err=^r/twice.rego:3:1: error: conflicting rules .data.t.p.' \
		'err=^r/twice.rego:2:1: note: the other is here' \
		'err=^r/twice.rego:4:16: error: variable .x. is declared already'
	cli 1 'rego check --rego-profile opa -f json r/twice.rego' err! \
		'out="code": "rego_type_error"' 'out="row": 3' \
		'out="code": "rego_compile_error"' 'out!rego_parse_error'
	cli 0 'rego check --rego-profile kata r/some.rego' out!
	cli 2 'rego check' out! 'err=name modules'
	cli 2 'rego check -f xml r/d' out! 'err=format: unknown value: xml'
	cli 2 'rego' out! 'err=name a verb'
	cli 2 'rego nosuch' out! 'err=unknown verb: nosuch'
	cli 0 'rego --help' 'out=^  check  ' err!
	cli 0 'rego check --help' 'out=--strict' 'out!--stdin-input' err!
	cli 0 'help rego eval' 'out=--stdin-input' err!
}

cli_rego_eval() {
	e='rego eval -d r/d -i r/in.json'
	cli 0 "$e data.p.allow" err! 'out=^ {10}"value": true,$' \
		'out=^ {10}"text": "data.p.allow",$' 'out=^ {12}"row": 1,$'
	cli 0 "$e 'x := data.p.s[_]'" 'out=^ {8}"x": 2$' 'out="bindings": .$'
	cli 0 "$e data.p.nope" 'out=^\{\}$'
	cli 0 "$e -f raw 'data.on.two[i]'" 'out=^a$' 'out=^<b>$'
	cli 0 "$e -f pretty data.p.nope" 'out=^undefined$'
	cli 0 "$e -f pretty 'x := data.p.s[_]; x > 1'" 'out=^│ 2 │$' 'out!│ 1'
	cli 0 "$e -f values '1; \"b\"'" 'out=^  1,$' 'out=^  "b"$'
	cli 0 "$e -f bindings 'x := 1'" 'out=^  "x": 1$'
	cli 0 "$e -f discard true" 'out="result": "discarded"'
	cli 2 "$e -f xml true" out! 'err=format: unknown value: xml'
	cli 1 "$e data.p.twice" err! 'out="code": "eval_conflict_error"' \
		'out="file": "r/d/p.rego"' 'out="row": 11'
	cli 1 "$e -f raw data.p.twice" out! \
		'err=^Error: r/d/p.rego:11: eval_conflict_error: '
	cli 0 "$e data.p.third" 'out=^\{\}$'
	cli 1 "$e --strict-builtin-errors data.p.third" \
		'out="message": "div: divide by zero"' \
		'out="code": "eval_builtin_error"'
	cli 1 "$e --fail data.p.nope"
	cli 0 "$e --fail data.p.allow"
	cli 1 "$e --fail-defined data.p.allow"
	cli 1 "$e 'x == 1'" 'out="code": "rego_unsafe_var_error"'
	cli 1 "$e '1 +'" 'out="code": "rego_parse_error"'
	cli 1 "$e -f raw '1 +'" out! 'err=rego-syntax'
	cli 0 "$e -f raw 'print(\"hello\")'" 'err=^hello$'
	cli 0 'rego eval --rego-profile opa --now 12 -f raw "time.now_ns()"' \
		'out=^12$'
	cli 1 'rego eval "time.now_ns()"' 'out="code": "rego_type_error"'
	cli 0 'rego eval -d a.b:r/in.json -f raw data.a.b.x' 'out=^1$'
	cli 1 'rego eval -d r/in.json -d r/d/on/a.json -d r/two.json true' \
		'out="code": "rego_compile_error"' 'out=contradicts'
	cli 1 'rego eval -d r/d -d r/rule.json true' \
		'out=the data have a value for rule' 'out="row": 6'
	cli 1 'rego eval --max-instructions 1000 "count([x | some x in numbers.range(1, 10000)])"' \
		'out="code": "eval_cancel_error"'
	cli 2 'rego eval --timeout soon true' 'err=no time such as'
	cli 2 'rego eval' 'err=give one query'
	cli 3 'rego eval -d nosuch true' 'out="code": "load_error"'
	cli_in=r/in.json
	cli 0 'rego eval -I -f raw input.x' 'out=^1$'
	cli_in=
	cli 2 "$e -I true" 'err=exclude each other'
}

cli_rego_test() {
	cli 0 'rego test --no-duration r/t -r "ok|cases"' err! \
		'out=^PASS: 3/3$' 'out!test_ok'
	cli 0 'rego test -v --no-duration r/t -r "ok|cases"' err! \
		'out=^r/t/a_test.rego:5:$' 'out=^data.a_test.test_ok: PASS$' \
		'out=^  hello$' 'out=^data.a_test.test_cases: PASS$' \
		'out=^  one: PASS$' 'out=^-{80}$'
	cli 1 'rego test r/t' err! 'out=^data.a_test.test_bad: FAIL .[0-9.]*.s.' \
		'out=^data.a_test.todo_test_x: SKIPPED$' \
		'out=^data.a_test.test_error: ERROR' \
		'out=a_test.rego:[0-9]*: eval_conflict_error: ' \
		'out=^  two: FAIL$' 'out!  one: ' 'out=^PASS: 4/9$' \
		'out=^FAIL: 3/9$' 'out=^SKIPPED: 1/9$' 'out=^ERROR: 1/9$'
	cli 1 'rego test -f json --no-duration r/t' err! \
		'out="package": "data.a_test"' 'out="fail": true' \
		'out="skip": true' 'out="output": "aGVsbG8K"' \
		'out="sub_results": ' 'out="code": "eval_conflict_error"' \
		'out!duration'
	cli 1 'rego test r/t -r todo' 'out=^SKIPPED: 1/1$'
	cli 0 'rego test -z r/t -r todo' 'out=^SKIPPED: 1/1$'
	cli 0 'rego test r/t -r nosuch' out! err!
	cli 1 'rego test --fail-on-empty r/t -r nosuch' out! err!
	cli 2 'rego test r/t -r "("' out! 'err=parse flags: --run: '
	cli 0 'rego test -c r/t -r ok' err! 'out="r/t/a.rego": ' \
		'out="covered_lines": 2' 'out="not_covered_lines": ' \
		'out="coverage": [0-9.]*'
	cli 1 'rego test --threshold 90 r/t -r ok' \
		'err=threshold not met: got .* instead of 90.00'
	cli 0 'rego test --threshold 10.5 r/t -r ok'
	cli 2 'rego test --threshold much r/t' 'err=no percentage: much'
	cli 1 'rego test --max-instructions 500 r/t -r slow' \
		'out=eval_cancel_error: instruction limit'
	cli 1 'rego test r/bad' out! 'err=r/bad/b.rego.*syntax'
	cli 1 'rego test -f json r/bad' err! 'out="code": "rego_parse_error"'
	cli 2 'rego test' 'err=name modules'
	cli 3 'rego test nosuch' 'err=nosuch'
}

cli_rego() {
	mkdir -p "$cli_from/r/t"
	printf '%s\n' 'package a' 'allow if input.x == 1' \
		'allow if {' '	input.y' '}' 'deny := 1 if input.z' \
		>"$cli_from/r/t/a.rego"
	printf '%s\n' 'package a_test' '' 'import data.a' '' 'test_ok if {' \
		'	print("hello")' '	a.allow with input as {"x": 1}' '}' '' \
		'test_bad if a.allow with input as {}' \
		'todo_test_x if true' 'f(x) := 1 if x' 'f(x) := 2 if x' \
		'test_error if f(true) == 1' 'test_cases[n] if {' \
		'	some n, x in {"one": 1, "three": true}' '	x' '}' \
		'test_more[n] if {' '	some n, x in {"one": 1, "two": 2}' \
		'	x == 1' '}' \
		'test_slow if count([x | some x in numbers.range(1, 9999)]) == 1' \
		>"$cli_from/r/t/a_test.rego"
	cli_rego_files
	printf 'package v\np { true }\n' >"$cli_from/r/v0.rego"
	printf 'package f\np := 1.5\n' >"$cli_from/r/float.rego"
	printf 'package n\np := time.now_ns()\n' >"$cli_from/r/now.rego"
	printf '%s\n' 'package t' 'p.q := 1' 'p := 2' \
		'r(x) if { some x in [1]; x }' 's if { y == 1; y := 1 }' \
		>"$cli_from/r/twice.rego"
	printf '%s\n' 'package t' 'p if { some x in [1]; some x in [2]; x }' \
		>"$cli_from/r/some.rego"
	echo '{"x": 2}' >"$cli_from/r/two.json"
	echo '{"p": {"allow": 1}}' >"$cli_from/r/rule.json"
	cli_rego_fmt
	cli_rego_check
	cli_rego_eval
	cli_rego_test
	rm -rf "$cli_from/r"
}
