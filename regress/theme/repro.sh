# SPDX-License-Identifier: Apache-2.0
# The same output, to the bit, in another directory, locale, time zone,
# umask and order of files.
repro_run() { # DIRECTORY ARGUMENT...
	dir=$1
	shift
	mkdir -p "$dir"
	cp -R samples/shop "$dir/in"
	cp "$scratch"/a/*.pem "$dir/" 2>/dev/null # the only random part
	(cd "$dir" && "$contrastc" generate --reference-values metal-qemu-snp \
		--offline --image-source "oci-layout:$top/samples/images" \
		--image-replacements "$top/samples/image-replacements.txt" \
		"$@") >"$dir/.out" 2>"$dir/.err"
}

theme_repro() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	rm -rf "$scratch/a" "$scratch/longer-name"
	repro_run "$scratch/a" in
	(
		umask 077
		LC_ALL=de_DE.UTF-8 TZ=Asia/Tokyo
		export LC_ALL TZ
		repro_run "$scratch/longer-name/b" in/web.yml in/orders.yml \
			in/coordinator.yml in/catalogue.yml in/bot.yml
	)
	rm -f "$scratch/a/.out" "$scratch/a/.err" \
		"$scratch/longer-name/b/.out"
	if [ -e "$scratch/a/manifest.json" ] &&
		mv "$scratch/longer-name/b/.err" "$scratch/b.err" &&
		diff -r "$scratch/a" "$scratch/longer-name/b" >"$scratch/repro" 2>&1
	then ok "repro"
	else bad "repro" "$scratch/repro"
	fi
}
