# SPDX-License-Identifier: Apache-2.0
# Golden runs: regress/compile/NAME/ has in.yaml (and more), args (one line
# of words after `contrastc`; default: generate with the facts of
# images.json), and any of
#   out.yaml       in.yaml after the run, long base64 cut to POLICY
#   manifest.json  the same
#   out, err       standard output, standard error
#   rc             exit status (default 0)
# A case that succeeds is run twice: the second run changes nothing.

cut_policy() {
	sed 's/[A-Za-z0-9+\/]\{200,\}=*/POLICY/g; s/"[0-9a-f]\{64\}"/"DIGEST"/g
		s/[0-9]* bytes, annotation [0-9]*, [0-9]* left/N bytes/'
}

# expect FILE GOT: compare with an expectation, or make it
expect() {
	if [ -n "${REGEN:-}" ] && [ -e "$1" ]; then
		cmp -s "$1" "$2" || {
			diff -u "$1" "$2"
			cp "$2" "$1"
		}
	elif [ -e "$1" ] && ! diff -u "$1" "$2" >>"$work.diff" 2>&1; then
		return 1
	fi
}

run_compile() { # DIRECTORY
	work=$scratch/compile
	rm -rf "$work" "$work.diff"
	cp -R "$1" "$work"
	cp regress/compile/*.json "$work/" 2>/dev/null
	args="generate --target kata-4 --coco --images images.json in.yaml"
	[ ! -e "$1/args" ] || args=$(cat "$1/args")
	# shellcheck disable=SC2086 # words
	(cd "$work" && timeout 60 "$contrastc" $args >.out 2>.err)
	rc=$?
	: >"$work.diff"
	[ "$rc" = "$(cat "$1/rc" 2>/dev/null || echo 0)" ] || {
		echo "exit status $rc" >"$work.diff"
		cat "$work/.err" >>"$work.diff"
		return 1
	}
	result=0
	for file in out.yaml:in.yaml manifest.json:manifest.json out:.out err:.err
	do
		[ -e "$1/${file%:*}" ] || continue
		cut_policy <"$work/${file#*:}" >"$work/.got"
		expect "$1/${file%:*}" "$work/.got" || result=1
	done
	[ "$rc" -ne 0 ] && return $result
	cp "$work/in.yaml" "$work/.first"
	# shellcheck disable=SC2086 # words
	(cd "$work" && timeout 60 "$contrastc" $args >/dev/null 2>.err)
	cmp "$work/.first" "$work/in.yaml" >>"$work.diff" 2>&1 || result=1
	return $result
}

theme_compile() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	for case in regress/compile/*/; do
		[ -d "$case" ] || continue
		if run_compile "${case%/}"; then
			ok "compile $(basename "$case")"
		else
			bad "compile $(basename "$case")" "$work.diff"
		fi
	done
}
