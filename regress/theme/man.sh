# SPDX-License-Identifier: Apache-2.0
# Manual pages: linted; every option of --help stands in its page; every line
# "$ contrastc ..." of EXAMPLES runs in a copy of the samples.

# what the examples of a page print is not compared, only that they succeed
examples() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh DIAG/s/^\.Dl \$ //p' "$1"
}

man_options() { # COMMAND PAGE...
	command=$1
	shift
	# shellcheck disable=SC2046 # a verb is a word of its own
	"$contrastc" $(echo "$command" | tr : ' ') --help | sed -n 's/^ .*--\([a-zA-Z0-9-]*\).*/\1/p' |
	while read -r option; do
		grep -qE "Fl -$option( |\$)" "$@" || echo "--$option"
	done
}

theme_man() {
	contrastc=$(CDPATH='' cd -- "$O" && pwd)/contrastc
	command -v mandoc >/dev/null || {
		skip man "mandoc is not installed"
		return
	}
	for page in $(make -s list-man); do
		if mandoc -T lint -W warning "$page" >"$scratch/man" 2>&1
		then ok "man $page"
		else bad "man $page" "$scratch/man"
		fi
	done
	for command in $("$contrastc" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p') \
		rego:eval rego:test rego:fmt rego:check
	do
		man_options "$command" compiler/cmd/contrastc.1 \
			"compiler/cmd/contrastc-${command%%:*}.1" \
			>"$scratch/man" 2>/dev/null
		if [ -s "$scratch/man" ]
		then bad "man: options of $command that no page has" "$scratch/man"
		else ok "man options of $command"
		fi
	done
	for page in $(make -s list-man); do
		examples "$page" >"$scratch/examples"
		while read -r line; do
			rm -rf "$scratch/example"
			cp -R samples "$scratch/example"
			if (cd "$scratch/example" && PATH=$(dirname "$contrastc"):$PATH \
				timeout 60 sh -e -c "$line") </dev/null \
				>"$scratch/man" 2>&1
			then ok "man example: $line"
			else bad "man example: $line" "$scratch/man"
			fi
		done <"$scratch/examples"
	done
}
