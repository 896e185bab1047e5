# SPDX-License-Identifier: Apache-2.0
# The same output, to the bit, in another directory, locale, time zone, umask,
# home, order of files and number of threads, cold and warm; and the same
# commit.

# shellcheck disable=SC2154 # scratch and top are the driver's

# repro_make DIRECTORY: the shop and the keys, the only random part
repro_make() {
	rm -rf "$1"
	mkdir -p "$1"
	cp -R samples/shop "$1/in"
	[ ! -e "$repro.keys" ] || cp "$repro.keys"/*.pem "$1/"
}

# repro_run DIRECTORY ARGUMENT...
repro_run() {
	dir=$1
	shift
	(cd "$dir" && "$contrastc" generate --reference-values metal-qemu-snp \
		--offline --image-source "oci-layout:$top/samples/images" \
		--image-replacements "$top/samples/image-replacements.txt" \
		"$@" >.out 2>.err)
}

# repro_same NAME DIRECTORY: as in the first directory, messages included
repro_same() {
	if [ -e "$2/manifest.json" ] &&
		diff -r -x .git "$repro.first" "$2" >"$repro.diff" 2>&1
	then ok "repro: $1"
	else bad "repro: $1" "$repro.diff"
	fi
}

repro_environment() {
	repro_make "$repro.a longer name/b"
	repro_run "$repro.a longer name/b" in
	repro_same "another directory" "$repro.a longer name/b"
	repro_make "$repro.b"
	(umask 077 && repro_run "$repro.b" in)
	repro_same "umask" "$repro.b"
	for setting in LC_ALL=de_DE.UTF-8 LC_ALL=tr_TR.UTF-8 LC_ALL=C \
		TZ=Asia/Tokyo TZ=America/St_Johns HOME=/nowhere XDG_CACHE_HOME= \
		TMPDIR=/nowhere TERM=dumb SOURCE_DATE_EPOCH=0 USER=nobody; do
		repro_make "$repro.b"
		(
			export "${setting?}"
			repro_run "$repro.b" in
		)
		repro_same "$setting" "$repro.b"
	done
	repro_make "$repro.b"
	(cd "$repro.b" && env -i "$contrastc" generate --reference-values \
		metal-qemu-snp --offline --image-source \
		"oci-layout:$top/samples/images" --image-replacements \
		"$top/samples/image-replacements.txt" in >.out 2>.err)
	repro_same "no environment" "$repro.b"
	if "$contrastc" generate --help | grep -q -e --jobs; then
		for jobs in 1 2 7 64; do
			repro_make "$repro.b"
			repro_run "$repro.b" --jobs "$jobs" in
			repro_same "-j $jobs" "$repro.b"
		done
	fi
}

# Entries of a directory made in another order; a cache that is warm.
repro_files() {
	repro_make "$repro.b"
	rm "$repro.b"/in/*
	for file in web orders coordinator catalogue bot; do
		cp "samples/shop/$file.yml" "$repro.b/in/"
	done
	repro_run "$repro.b" in
	repro_same "files made in another order" "$repro.b"
	repro_make "$repro.b"
	repro_run "$repro.b" -q in/web.yml in/bot.yml in/orders.yml \
		in/coordinator.yml in/catalogue.yml
	repro_run "$repro.b" in
	repro_same "a second run" "$repro.b"
	repro_make "$repro.b"
	cp "$repro.first/contrast.lock" "$repro.b/"
	repro_run "$repro.b" --locked in
	repro_same "--locked" "$repro.b"
	repro_make "$repro.b"
	cp "$repro.first/contrast.lock" "$repro.b/"
	repro_run "$repro.b" in
	repro_same "a warm lock file" "$repro.b"
	# the order of arguments shows in messages only
	repro_make "$repro.b"
	repro_run "$repro.b" in/web.yml in/orders.yml in/coordinator.yml \
		in/catalogue.yml in/bot.yml
	cp "$repro.first/.err" "$repro.b/.err"
	repro_same "files named in another order" "$repro.b"
}

# repro_git DIRECTORY: the id of a commit that is made there
repro_git() {
	repro_make "$1"
	printf '*.pem\n.out\n.err\n' >"$1/.gitignore"
	git -C "$1" init -q
	repro_run "$1" --git-commit in
	git -C "$1" rev-parse HEAD 2>&1
}

repro_commit() {
	command -v git >/dev/null || {
		skip "repro: commit" "git is not installed"
		return
	}
	printf '[user]\n\tname = A Developer\n\temail = dev@example.com\n' \
		>"$HOME/.gitconfig"
	one=$(SOURCE_DATE_EPOCH=1700000000 repro_git "$repro.b")
	two=$(umask 077 && SOURCE_DATE_EPOCH=1700000000 TZ=Asia/Tokyo \
		repro_git "$repro.a longer name/c")
	echo "$one, $two" >"$repro.diff"
	if [ "$one" = "$two" ] && [ ${#one} -eq 40 ]
	then ok "repro: commit"
	else bad "repro: commit" "$repro.diff"
	fi
}

theme_repro() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	repro=$scratch/repro
	repro_make "$repro.first"
	repro_run "$repro.first" -q in
	mkdir "$repro.keys"
	mv "$repro.first"/*.pem "$repro.keys/"
	repro_make "$repro.first"
	repro_run "$repro.first" in
	repro_environment
	repro_files
	repro_commit
}
