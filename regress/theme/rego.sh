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

theme_rego() {
	if ! command -v opa >/dev/null; then
		skip "rego" "opa is not installed"
		return
	fi
	for file in stdlib-rego/*_test.rego; do
		name=$(basename "$file" _test.rego)
		[ "$name" != fixture ] || continue
		with=$(sed -n 's/^# with: //p' "$file")
		# shellcheck disable=SC2046,SC2086 # words
		set -- $(rego_modules "$name" $with)
		for language in "" --v0-compatible; do
			if opa test -v $language "$@" "$file" \
				stdlib-rego/fixture_test.rego \
				>"$scratch/rego" 2>&1; then
				rego_count "$name"
			else
				bad "rego $name $language" "$scratch/rego"
			fi
		done
	done
}

# Every test and every case of one counts.
rego_count() {
	if ! grep -q '^PASS: ' "$scratch/rego"; then
		bad "rego $1 (no tests)" "$scratch/rego"
		return
	fi
	passed=$((passed + $(grep -c ': PASS' "$scratch/rego")))
}
