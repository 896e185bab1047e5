# SPDX-License-Identifier: Apache-2.0
# Features of Kubernetes that the program which contrastc replaces refuses or
# mangles: regress/features/NAME.yaml begins with comments
#   feature:, before:, now:   what contrastc-kubernetes(7) says about it
#   policy: TEXT    the policy holds TEXT       absent: TEXT  it does not
#   yaml: TEXT      the file holds TEXT in the end
#   args: WORDS     options beside --target kata-4
#   refused: NAME   it ends with that error     warned: NAME  with that warning
# In a file that is accepted no line of the user changes but for what is put
# behind it, and nothing is found that no line announces.

# shellcheck disable=SC2154 # scratch is the driver's

feature_of() { # FILE WORD
	sed -n "s/^\xef\xbb\xbf//; s/\r\$//; s/^# $2: //p" "$1"
}

feature_run() { # FILE
	work=$scratch/feature
	rm -rf "$work"
	mkdir -p "$work"
	# the comments are the test's, not the user's
	sed '/^# [a-z]*: /d' "$1" >"$work/in.yaml"
	cp "$work/in.yaml" "$work/user.yaml"
	cp regress/compile/images.json "$work/"
	args=$(feature_of "$1" args)
	w='-W no-image-unpinned'
	# shellcheck disable=SC2086 # words
	(cd "$work" && timeout 60 "$contrastc" generate --target kata-4 --coco $w \
		$args --policy-style full --images images.json in.yaml) \
		>"$work/out" 2>"$work/err"
	rc=$?
	refused=$(feature_of "$1" refused)
	warned=$(feature_of "$1" warned)
	if [ -n "$refused" ]; then
		[ "$rc" -eq 1 ] || echo "exit status $rc"
		grep -q "error: .*\[$refused\]$" "$work/err" ||
			echo "no error $refused"
		grep -q '^in.yaml:[0-9]*:[0-9]*: error' "$work/err" ||
			echo "no place"
		cmp "$work/in.yaml" "$work/user.yaml"
		return
	fi
	[ "$rc" -eq 0 ] || echo "exit status $rc"
	grep -E '^(.*: )?(error|warning): ' "$work/err" |
		grep -v "\[${warned:-none}\]$"
	[ -z "$warned" ] || grep -q "\[$warned\]$" "$work/err" ||
		echo "no warning $warned"
	(cd "$work" && "$contrastc" policies --extract x in.yaml) >/dev/null ||
		echo "no policy"
	cat "$work"/x/* >"$work/policy" 2>&1
	feature_of "$1" policy | while IFS= read -r text; do
		grep -qF -e "$text" "$work/policy" || echo "policy lacks $text"
	done
	feature_of "$1" absent | while IFS= read -r text; do
		! grep -qF -e "$text" "$work/policy" || echo "policy has $text"
	done
	feature_of "$1" yaml | while IFS= read -r text; do
		grep -qF -e "$text" "$work/in.yaml" || echo "yaml lacks $text"
	done
	# what the user wrote is there, byte for byte, in its order
	LC_ALL=C awk 'NR == FNR { user = user $0 "\n"; next }
		{ new = new $0 "\n" }
		END {
			n = length(user); at = 1
			for (i = 1; i <= length(new) && at <= n; i++)
				at += substr(new, i, 1) == substr(user, at, 1)
			if (at <= n)
				print "bytes of the user are lost"
		}' "$work/user.yaml" "$work/in.yaml"
	cp "$work/in.yaml" "$work/first.yaml"
	# shellcheck disable=SC2086 # words
	(cd "$work" && "$contrastc" generate -q --target kata-4 --coco $w \
		$args --policy-style full --images images.json in.yaml) \
		>/dev/null 2>&1
	cmp "$work/in.yaml" "$work/first.yaml"
}

# The table as the manual page has it, in mdoc.
feature_table() {
	for file in regress/features/*.yaml; do
		printf '.It %s\n%s;\nnow %s.\n' "$(feature_of "$file" feature)" \
			"$(feature_of "$file" before)" "$(feature_of "$file" now)"
	done | sed 's/\\/\\e/g; s/^\$/\\\&$/; s/ \([.,;:]\) / \\\&\1 /g'
}

theme_features() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	for file in regress/features/*.yaml; do
		name=$(basename "$file" .yaml)
		feature_run "$file" >"$scratch/feature.diff" 2>&1
		if [ -s "$scratch/feature.diff" ]; then
			cat "$work/err" >>"$scratch/feature.diff" 2>/dev/null
			bad "feature $name" "$scratch/feature.diff"
		else
			ok "feature $name"
		fi
	done
	page=compiler/front/contrastc-kubernetes.7
	feature_table >"$scratch/feature.table"
	if [ -n "${REGEN:-}" ]; then
		sed -n '1,/^\.\\" begin of the table/p' "$page" >"$scratch/page"
		cat "$scratch/feature.table" >>"$scratch/page"
		sed -n '/^\.\\" end of the table/,$p' "$page" >>"$scratch/page"
		cp "$scratch/page" "$page"
	fi
	sed '1,/^\.\\" begin of the table/d; /^\.\\" end of the table/,$d' \
		"$page" | diff -u - "$scratch/feature.table" >"$scratch/feature.diff" 2>&1
	if [ -s "$scratch/feature.diff" ]
	then bad "feature table in $page" "$scratch/feature.diff"
	else ok "feature table"
	fi
}
