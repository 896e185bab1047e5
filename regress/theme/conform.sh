# SPDX-License-Identifier: Apache-2.0
# Conformance against shared data, where it is present.

# conform_open THEME: cases of regress/open/THEME, a part of a line each, are
# known not to hold yet.  The runner fails with them; here each is a skip that
# says so, and one that holds now fails, so that the list shrinks.
conform_open() {
	[ -e "regress/open/$1" ] || return 0
	awk -v list="regress/open/$1" '
	BEGIN {
		while ((getline line <list) > 0)
			if (line != "" && line !~ /^#/) open[line] = 1
	}
	/^FAIL / {
		for (o in open)
			if (index($0, o)) {
				seen[o] = 1; n++
				sub(/^FAIL /, "SKIP open: ")
				break
			}
	}
	/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
		for (o in open)
			if (!(o in seen)) {
				print "FAIL holds now, take it off " list ": " o
				more++
			}
		print $1 " passed, " $3 - n + more " failed, " $5 + n " skipped"
		next
	}
	{ print }' "$scratch/conform" >"$scratch/conform.open"
	mv "$scratch/conform.open" "$scratch/conform"
}

theme_conform() {
	for pair in manifests:manifests kubernetes:kubernetes strict:real \
		images:genpolicy genpolicy:genpolicy real:real \
		kata-policy:kata-policy mutation:kata-policy rego:rego \
		attestation:attestation; do
		theme=${pair%:*}
		dir=$SHARED/vectors/${pair#*:}
		if [ ! -d "$dir" ]; then
			skip "conform $theme" "no vectors beside the project"
			continue
		fi
		"$O/conform" list 2>/dev/null | grep -qx "$theme" || continue
		timeout 600 "$O/conform" "$theme" "$dir" >"$scratch/conform" 2>&1
		conform_open "$theme"
		add "$scratch/conform" "conform $theme"
	done
	# cases of our own in the same form
	timeout 600 "$O/conform" kata-policy regress/kata-policy \
		>"$scratch/conform" 2>&1
	add "$scratch/conform" "conform kata-policy (own)"
}
