# SPDX-License-Identifier: Apache-2.0
# The tests beside the modules of the policy library, each with the modules
# that it needs: those named in fixture_test.rego, but for the concerns of the
# module under test and of what its own "# with:" line names.  Both languages.

# rego_modules NAME...: the files, one variant for each concern
rego_modules() {
	base=$(sed -n 's/^# modules: //p' stdlib-rego/fixture_test.rego)
	sed -n 's/^MODULE(\([a-z_]*\), [a-z_]*, "\([a-z_]*\)\.rego".*/\1 \2/p' \
		stdlib-rego/modules.def |
		awk -v first="$*" -v base="$base" '
		BEGIN {
			n = split(first, f); m = split(base, b)
			for (i = 1; i <= n; i++) named[f[i]] = 1
			for (i = 1; i <= m; i++) usual[b[i]] = 1
		}
		named[$2] { chosen[$1] = $2 }
		usual[$2] { plain[$1] = $2 }
		!seen[$1]++ { concern[++k] = $1 }
		END {
			for (i = 1; i <= k; i++) {
				x = concern[i]
				y = x in chosen ? chosen[x] : plain[x]
				if (y != "") print "stdlib-rego/" y ".rego"
			}
		}'
}

# rego_outcomes: what became of each test, without durations, in one order
rego_outcomes() {
	sed -n 's/ ([^()]*s)$//
		/: \(PASS\|FAIL\|SKIPPED\|ERROR\)/p
		/^[A-Z]*: [0-9]*\/[0-9]*$/p' | sort
}

# The same files by opa: the same tests with the same results.
rego_same_tests() { # NAME LANGUAGE FILE...
	name=$1
	shift
	[ "$1" != --v1-compatible ] || shift
	opa test -v "$@" 2>&1 | rego_outcomes >"$scratch/rego.opa"
	rego_outcomes <"$scratch/rego" >"$scratch/rego.own"
	if ! diff "$scratch/rego.own" "$scratch/rego.opa" >"$scratch/rego.diff"
	then bad "rego $name: opa test" "$scratch/rego.diff"
	fi
}

rego_library() {
	for file in stdlib-rego/*_test.rego; do
		name=$(basename "$file" _test.rego)
		[ "$name" != fixture ] || continue
		with=$(sed -n 's/^# with: //p' "$file")
		for language in --v1-compatible --v0-compatible; do
			# shellcheck disable=SC2046,SC2086 # words
			set -- $language $(rego_modules "$name" $with) \
				"$file" stdlib-rego/fixture_test.rego
			if "$O/contrastc" rego test -v --rego-profile opa "$@" \
				>"$scratch/rego" 2>&1; then
				rego_count "$name"
			else
				bad "rego $name $language" "$scratch/rego"
			fi
			! command -v opa >/dev/null ||
				rego_same_tests "$name" "$@"
		done
	done
}

# rego_same NAME OURS OPA'S: two commands print the same
rego_same() {
	sh -c "$O/contrastc rego $2" >"$scratch/rego.own" 2>/dev/null
	sh -c "opa $3" >"$scratch/rego.opa" 2>/dev/null
	if diff "$scratch/rego.own" "$scratch/rego.opa" >"$scratch/rego.diff"
	then ok "rego: $1"
	else bad "rego: $1" "$scratch/rego.diff"
	fi
}

rego_eval_files() {
	mkdir -p "$scratch/eval/foo"
	echo '{"a": 1, "n": 1.50, "s": "<&>", "e": [], "o": {}}' \
		>"$scratch/eval/foo/x.json"
	printf '%s\n' 'package p' 'allow if input.x == 1' \
		's contains x if some x in [1, 2]' \
		'third := 1 / input.z' >"$scratch/eval/p.rego"
	echo '{"x": 1, "z": 0}' >"$scratch/eval.json"
}

# Each query in each format.
rego_eval_opa() {
	rego_eval_files
	with="-d $scratch/eval -i $scratch/eval.json"
	while read -r query; do
		for format in json values bindings pretty raw discard; do
			rego_same "eval -f $format $query" \
				"eval --rego-profile opa $with -f $format '$query'" \
				"eval $with -f $format '$query'"
		done
	done <<-'EOF'
	data
	data.p.nope
	data.p.s
	data.p.third
	data.foo[k]
	x := data.p.s[y]; y > 0
	x = [1, 2][_]; "b"
	1; "b"
	1 == 2
	true; false
	some x in [1, 2]
	[x | some x in data.p.s]
	x := "a<"; z := {1, 2}
	print("x")
	EOF
}

# rego_fmt_one FILE [FLAG]: formatted as by opa, and then as it will stay
rego_fmt_one() {
	file=$1
	own=$scratch/fmt.rego
	shift
	"$O/contrastc" rego fmt "$@" "$file" >"$own" &&
		"$O/contrastc" rego fmt "$@" --fail -l "$own" &&
		opa fmt "$@" "$file" | diff "$own" -
}

rego_fmt_opa() {
	for file in stdlib-rego/*.rego regress/fmt/*.rego; do
		language=
		case $file in
		*/v0*.rego | stdlib-rego/*) language=--v0-compatible ;;
		esac
		if rego_fmt_one "$file" $language >"$scratch/rego.diff" 2>&1
		then ok "rego: fmt $file"
		else bad "rego: fmt $file" "$scratch/rego.diff"
		fi
	done
}

# Requests of a policy that was asked before need no memory of the system: a
# thousand more take as many allocations (regress/shim/alloc.c).
rego_allocations() {
	dir=$scratch/allocations
	mkdir -p "$dir"
	awk '{ print } /^        image:/ && !n++ {
		print "        livenessProbe: {exec: {command: [live]}}" }' \
		samples/shop/orders.yml >"$dir/in.yml"
	(cd "$dir" && "$top/$O/contrastc" generate -q --offline \
		--reference-values metal-qemu-snp --initdata=false \
		--image-source "oci-layout:$top/samples/images" --policy-style \
		full in.yml && "$top/$O/contrastc" policies --extract . in.yml) \
		>"$dir/log" 2>&1
	mv "$dir"/policy.*.rego "$dir/policy"
	"$O/bench-rego" "$dir/policy" "$dir" >>"$dir/log" 2>&1
	names=$(sed -n 's/^{"name":"\([^"]*\)".*/\1/p' "$dir/requests")
	for name in ${names:-none}; do
		for runs in 1010 2010; do
			FAIL_COUNT=$dir/count LD_PRELOAD=$top/$O/regress/shim/alloc.so \
				"$O/bench-rego" "$dir/policy" "$dir" $runs "$name" &&
				cat "$dir/count"
		done >"$dir/counts" 2>>"$dir/log"
		if [ "$(grep -c "^$name " "$dir/counts")" = 2 ] &&
			[ "$(grep -v "^$name " "$dir/counts" | uniq | wc -l)" = 1 ]
		then ok "rego: allocations of $name"
		else
			cat "$dir/log" >>"$dir/counts"
			bad "rego: allocations of $name" "$dir/counts"
		fi
	done
}

theme_rego() {
	rego_library
	# each allocation of an arena is one of the system there
	[ -n "${SAN:-}" ] || rego_allocations
	if ! command -v opa >/dev/null; then
		skip "rego: what opa prints" "opa is not installed"
		return
	fi
	rego_eval_opa
	rego_fmt_opa
}

# Every test and every case of one counts.
rego_count() {
	if ! grep -q '^PASS: ' "$scratch/rego"; then
		bad "rego $1 (no tests)" "$scratch/rego"
		return
	fi
	passed=$((passed + $(grep -c ': PASS' "$scratch/rego")))
}
