# SPDX-License-Identifier: Apache-2.0
# The samples compile without a warning to what is expected of them, and a
# second run changes nothing.  Expectations: regress/samples/NAME/.
theme_samples() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	for name in shop helm kustomize flux; do
		work=$scratch/samples
		rm -rf "$work" "$work.diff"
		mkdir -p "$work"
		cp -R "samples/$name" "$work/in"
		: >"$work.diff"
		for round in 1 2; do
			(cd "$work" && "$contrastc" generate -W error \
				--reference-values metal-qemu-snp --offline \
				--image-source "oci-layout:$top/samples/images" \
				--image-replacements "$top/samples/image-replacements.txt" \
				in) >"$work/out" 2>"$work/err" || {
				cat "$work/err" >>"$work.diff"
				break
			}
			[ "$round" -ne 1 ] || cp -R "$work/in" "$work/first"
		done
		diff -ur "$work/first" "$work/in" >>"$work.diff" 2>&1
		for file in "$work"/in/*.yml; do
			want=regress/samples/$name/$(basename "$file")
			cut_policy <"$file" >"$scratch/got"
			if [ -n "${REGEN:-}" ]; then
				mkdir -p "regress/samples/$name"
				cp "$scratch/got" "$want"
			fi
			diff -u "$want" "$scratch/got" >>"$work.diff" 2>&1
		done
		if [ -s "$work.diff" ]
		then bad "sample $name" "$work.diff"
		else ok "sample $name"
		fi
	done
}
