# SPDX-License-Identifier: Apache-2.0
# A run is killed, or gets an error, at each call that changes a file system:
# afterwards every file is old or new in whole, a run that fails has changed
# nothing, --check tells what is mixed, and the next run mends all of it.

# shellcheck disable=SC2154 # scratch and top are the driver's

fault_args="generate -q --reference-values metal-qemu-snp --offline"
fault_args="$fault_args shop/bot.yml shop/web.yml --image-source"
fault_files="shop/bot.yml shop/web.yml contrast.lock manifest.json"

# fault_run AT HOW ARGUMENT...: the exit status, 137 if it was killed
fault_run() {
	at=$1
	how=$2
	shift 2
	# (the shell in between keeps "Killed" to itself)
	# shellcheck disable=SC2016,SC2086 # of that shell; words
	(cd "$faults" && sh -c '"$@"; exit $?' - env FAULT_AT="$at" \
		FAULT="$how" LD_PRELOAD="$fault_so" "$contrastc" $fault_args \
		"oci-layout:$top/samples/images" "$@") \
		>"$faults.out" 2>"$faults.err"
}

fault_count() { # ARGUMENT...
	rm -f "$faults.log"
	FAULT_LOG=$faults.log fault_run 0 none "$@"
	wc -l <"$faults.log"
}

fault_fresh() { # STATE
	rm -rf "$faults"
	cp -R "$scratch/faults.$1" "$faults"
}

# Is every file that of one state or the other?  Prints "old", "new", "mixed".
fault_state() { # OLD NEW
	old=0
	new=0
	for file in $fault_files; do
		if cmp -s "$faults/$file" "$scratch/faults.$2/$file"; then
			new=$((new + 1))
		elif cmp -s "$faults/$file" "$scratch/faults.$1/$file" ||
			{ [ ! -e "$faults/$file" ] &&
				[ ! -e "$scratch/faults.$1/$file" ]; }; then
			old=$((old + 1))
		else
			echo "$file is neither old nor new"
		fi
	done
	if [ "$new" -eq 0 ]; then echo old
	elif [ "$old" -eq 0 ]; then echo new
	else echo mixed
	fi
}

fault_leftovers() {
	find "$faults" -name '.git' -prune -o -name '*.??????' -print |
		grep -E '\.[A-Za-z0-9]{6}$' | grep -v sha256
}

# fault_one AT HOW OLD NEW: what is wrong, if anything
fault_one() {
	fault_fresh "$3"
	fault_run "$1" "$2"
	status=$?
	state=$(fault_state "$3" "$4")
	case $2:$status:$state in
	kill:137:old | kill:137:new) ;;
	kill:137:mixed)
		# resources first, manifest last: more of one kind is no mix
		fault_run 0 none --check
		[ $? -eq 1 ] || echo "--check does not fail"
		grep -q '\[stale-mix\]$' "$faults.err" ||
			cmp -s "$faults/shop/bot.yml" "$scratch/faults.$3/shop/bot.yml" ||
			echo "--check tells no mix"
		;;
	E*:3:old)
		fault_leftovers
		grep -q '^Error: write ' "$faults.err" || echo "no error"
		;;
	E*:0:new) ;; # what failed was only to tidy up
	*) echo "exit status $status, files are $state" ;;
	esac
	fault_run 0 none || cat "$faults.err"
	[ "$(fault_state "$3" "$4")" = new ] || echo "not mended"
	fault_leftovers
	fault_run 0 none --check || echo "--check fails at the end"
}

fault_all() { # NAME OLD NEW HOW
	n=$(fault_fresh "$2" && fault_count)
	[ "$n" -gt 20 ] || echo "only $n calls" >"$scratch/faults.bad"
	for how in $4; do
		: >"$scratch/faults.bad"
		at=1
		while [ "$at" -le "$n" ]; do
			call=$(sed -n "${at}p" "$faults.log")
			fault_one "$at" "$how" "$2" "$3" |
				sed "s/^/$call $at: /" >>"$scratch/faults.bad"
			at=$((at + 1))
		done
		if [ -s "$scratch/faults.bad" ]
		then bad "faults: $1, $how" "$scratch/faults.bad"
		else ok "faults: $1, $how ($n calls)"
		fi
	done
}

# A key is there in whole or not at all, and after a failure not at all.
fault_keys() {
	: >"$scratch/faults.bad"
	fault_fresh before
	rm "$faults/workload-owner.pem"
	n=$(fault_count)
	for how in kill EIO; do
		at=1
		while [ "$at" -le "$n" ]; do
			fault_fresh before
			rm "$faults/workload-owner.pem"
			fault_run "$at" "$how"
			status=$?
			key=$faults/workload-owner.pem
			{
				[ ! -e "$key" ] || [ "$status" -ne 3 ] ||
					echo "a key stays behind"
				[ ! -e "$key" ] ||
					openssl ec -in "$key" -check -noout 2>&1 |
					grep -qi 'key valid' || echo "a broken key"
				[ ! -e "$key" ] ||
					[ "$(stat -c %a "$key")" = 600 ] ||
					echo "a readable key"
				grep -lr 'PRIVATE KEY' "$faults" |
					grep -v -e '/workload-owner.pem$' \
						-e '/seedshare-owner.pem$'
				fault_run 0 none || cat "$faults.err"
				fault_run 0 none --check ||
					echo "not mended"
			} | sed "s/^/$how $at: /" >>"$scratch/faults.bad"
			at=$((at + 1))
		done
	done
	if [ -s "$scratch/faults.bad" ]
	then bad "faults: keys" "$scratch/faults.bad"
	else ok "faults: keys ($n calls)"
	fi
}

# The same for a commit.  Locks that a killed process leaves are git's own
# business: the user removes them.
fault_git() {
	command -v git >/dev/null || {
		skip "faults: git" "git is not installed"
		return
	}
	fault_fresh before
	rm -rf "$faults.git"
	(cd "$faults" && git init -q && echo '*.pem' >.gitignore &&
		echo x >other && git add . && git commit -qm first &&
		echo y >other && git add other && cp -R .git "$faults.git") \
		2>"$faults.err"
	n=$(fault_count --git-commit)
	for how in kill EIO; do
		: >"$scratch/faults.bad"
		at=1
		while [ "$at" -le "$n" ]; do
			fault_fresh before
			cp -R "$faults.git" "$faults/.git"
			printf '*.pem\n' >"$faults/.gitignore"
			echo y >"$faults/other"
			fault_run "$at" "$how" --git-commit
			status=$?
			{
				case $how:$status in
				kill:137 | EIO:3 | EIO:0) ;;
				*) echo "exit status $status" ;;
				esac
				[ "$status" -ne 3 ] ||
					grep -q 'the commit is made' "$faults.err" ||
					[ "$(git -C "$faults" rev-list --count HEAD)" = 1 ] ||
					echo "a failed run made a commit"
				[ "$(fault_state before whole)" != mixed ] ||
					[ "$how" = kill ] || echo mixed
				find "$faults/.git" -name '*.lock' -delete
				fault_run 0 none --git-commit || cat "$faults.err"
				git -C "$faults" fsck --strict 2>&1 |
					grep -v -e '^dangling' -e '^notice'
				[ "$(git -C "$faults" status --porcelain)" = "M  other" ] ||
					git -C "$faults" status --porcelain
				[ "$(git -C "$faults" rev-list --count HEAD)" = 2 ] ||
					echo "not one commit"
				for file in $fault_files; do
					git -C "$faults" cat-file blob "HEAD:$file" |
						cmp - "$faults/$file"
				done
			} 2>&1 | sed "s/^/$(sed -n "${at}p" "$faults.log") $at: /" \
				>>"$scratch/faults.bad"
			at=$((at + 1))
		done
		if [ -s "$scratch/faults.bad" ]
		then bad "faults: git, $how" "$scratch/faults.bad"
		else ok "faults: git, $how ($n calls)"
		fi
	done
}

# Two runs at once: neither takes the other's files for leftovers.
fault_together() {
	: >"$scratch/faults.bad"
	for round in 1 2 3 4 5 6 7 8; do
		fault_fresh before
		# shellcheck disable=SC2086 # words
		(
			cd "$faults" || exit
			"$contrastc" $fault_args "oci-layout:$top/samples/images" \
				2>"$faults.one" &
			"$contrastc" $fault_args "oci-layout:$top/samples/images" \
				2>"$faults.two" || cat "$faults.two"
			wait $! || cat "$faults.one"
		) >>"$scratch/faults.bad"
		[ "$(fault_state before whole)" = new ] ||
			echo "round $round" >>"$scratch/faults.bad"
		fault_leftovers >>"$scratch/faults.bad"
	done
	if [ -s "$scratch/faults.bad" ]
	then bad "faults: two runs" "$scratch/faults.bad"
	else ok "faults: two runs"
	fi
}

theme_faults() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	fault_so=$(CDPATH='' cd -- "$O" && pwd)/regress/shim/fault.so
	if [ -n "${SAN:-}" ] || [ ! -e "$fault_so" ]; then
		skip faults "the preloaded library does not go with this build"
		return
	fi
	faults=$scratch/faults
	printf '[user]\n\tname = A Developer\n\temail = dev@example.com\n' \
		>"$HOME/.gitconfig"
	mkdir "$scratch/faults.before"
	cp -R samples/shop "$scratch/faults.before/"
	fault_fresh before
	fault_run 0 none || {
		bad faults "$faults.err"
		return
	}
	cp "$faults"/*.pem "$scratch/faults.before/"
	cp -R "$faults" "$scratch/faults.whole"
	# the second run changes what is there, but for a lock file
	cp -R "$faults" "$scratch/faults.changed"
	rm "$scratch/faults.changed/contrast.lock"
	sed -i 's/memory: 200Mi/memory: 300Mi/; s/8080/8181/' \
		"$scratch/faults.changed/shop/web.yml"
	sed -i 's/WEB_HOST/WEB_NAME/' "$scratch/faults.changed/shop/bot.yml"
	fault_fresh changed
	fault_run 0 none || {
		bad faults "$faults.err"
		return
	}
	cp -R "$faults" "$scratch/faults.again"
	fault_all "first run" before whole "kill EIO"
	fault_all "second run" changed again "kill EIO ENOSPC"
	fault_keys
	fault_together
	fault_git
}
