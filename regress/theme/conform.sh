# SPDX-License-Identifier: Apache-2.0
# Conformance against shared data, where it is present.
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
		add "$scratch/conform" "conform $theme"
	done
	# cases of our own in the same form
	timeout 600 "$O/conform" kata-policy regress/kata-policy \
		>"$scratch/conform" 2>&1
	add "$scratch/conform" "conform kata-policy (own)"
}
