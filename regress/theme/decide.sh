# SPDX-License-Identifier: Apache-2.0
# Whole pods of the shop, as the Kata agent's engine decides: the requests of
# a runtime in their order and out of it, changed at every place, by the text
# in full style, specialised, and without markers (regress/conform_decide.c);
# and what may be changed without a refusal (regress/conform_cover.c).

# shellcheck disable=SC2154 # the driver's

# decide_make PLATFORM FLAGS STYLE: policies of the shop, a file each
decide_make() {
	dir=$scratch/decide/run
	rm -rf "$dir"
	mkdir -p "$dir"
	cp -R samples/shop "$dir/shop"
	# shellcheck disable=SC2086 # words
	(cd "$dir" && "$program" generate $2 --offline -q \
		--image-source "oci-layout:$top/samples/images" shop &&
		"$program" policies --extract out shop) >"$dir/list" 2>"$dir/err" ||
		{ bad "decide generate $2" "$dir/err" && return 1; }
	while read -r hash what _; do
		case=$scratch/decide/$1/$(echo "$what" | tr / -)
		mkdir -p "$case"
		for it in $3; do
			cp "$dir"/out/*."$hash".* "$case/$it"
		done
	done <"$dir/list"
}

theme_decide() {
	program=$top/$O/contrastc
	rm -rf "$scratch/decide" "$scratch/cover"
	for it in "metal-qemu-snp 0.10.0 0.2.8" "k3s-qemu-snp 0.2.8 0.1.5"; do
		# shellcheck disable=SC2086 # three words
		set -- $it
		decide_make "$1" "--reference-values $1 --policy-style=full" \
			"data text.full.$2" &&
			decide_make "$1" "--reference-values $1" \
				"text.spec.$2 text.spec.$3" &&
			decide_make "$1" "--reference-values $1 --opt=full" \
				"text.opt.$2 text.opt.$3" &&
			decide_make "$1" "--reference-values $1 --denials=none" \
				"text.none.$2" || return
		"$O/conform" decide "$scratch/decide/$1" >"$scratch/decide.out" 2>&1
		add "$scratch/decide.out" "decide $1"
		# what is open, of one workload: it takes a question a place
		mkdir -p "$scratch/cover/$1"
		cp -R "$scratch/decide/$1"/*web "$scratch/cover/$1/"
		rm -f "$scratch/cover/$1"/*/text.full.* \
			"$scratch/cover/$1"/*/text.none.* \
			"$scratch/cover/$1"/*/"text.spec.$2"
		"$O/conform" cover "$scratch/cover/$1" >"$scratch/cover.out" 2>&1
		add "$scratch/cover.out" "cover $1"
	done
}
