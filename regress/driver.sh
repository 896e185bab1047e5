#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# driver.sh quick|all|THEME...: runs test themes, prints one line a failure
# with what it printed, and closes with "N passed, N failed, N skipped".
# Environment: O (build directory), SHARED (vectors), V=1 (every test),
# REGEN=1 (replace expectations of golden tests), VALGRIND=1.
set -u
top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$top" || exit 1
O=${O:-obj}
SHARED=${SHARED:-$top/../shared}
export O SHARED
unset CDPATH GITHUB_ACTIONS GITHUB_STEP_SUMMARY NO_COLOR CLICOLOR_FORCE
# shellcheck disable=SC2046 # names
unset $(env | sed -n 's/^\(CONTRASTC*_[A-Z_]*\)=.*/\1/p')
# no test asks a registry but those that are about it
CONTRASTC_OFFLINE=true
export CONTRASTC_OFFLINE
ORACLES=${ORACLES:-$(sh "$SHARED/tools/oracles" path 2>/dev/null | cut -d: -f1)}
[ -z "$ORACLES" ] || PATH=$ORACLES:$PATH
LC_ALL=C
export LC_ALL PATH
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
HOME=$scratch/home
XDG_CACHE_HOME=$scratch/cache
TMPDIR=$scratch/tmp
mkdir -p "$HOME" "$XDG_CACHE_HOME" "$TMPDIR"
export HOME XDG_CACHE_HOME TMPDIR

passed=0
failed=0
skipped=0

ok() {
	passed=$((passed + 1))
	[ -z "${V:-}" ] || echo "ok $1"
}
bad() { # NAME [FILE]
	failed=$((failed + 1))
	echo "FAIL $1"
	[ -z "${2:-}" ] || sed -n '1,60s/^/    /p' "$2"
}
skip() { # NAME WHY
	skipped=$((skipped + 1))
	echo "SKIP $1: $2"
}
# add FILE NAME: the closing line of another program counts
add() {
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$1" |
		tail -n 1)
	if [ -z "$line" ]; then
		bad "$2 (no closing line)" "$1"
		return
	fi
	grep -E '^(FAIL|SKIP)' "$1"
	# shellcheck disable=SC2086 # six words
	set -- $line
	passed=$((passed + $1))
	failed=$((failed + $3))
	skipped=$((skipped + $5))
}

theme_unit() {
	for source in $(make -s list-tests); do
		t=$O/${source%.c}
		name=${source#regress/unit/}
		name=${name%.c}
		CMOCKA_MESSAGE_OUTPUT=TAP \
			${VALGRIND:+valgrind -q --error-exitcode=99} \
			timeout 300 "$t" >"$scratch/tap" 2>&1
		status=$?
		p=$(grep -c '^ok ' "$scratch/tap")
		# cmocka of some versions prints "not ok" for what is skipped
		ps=$(grep -ci '^ok .*# skip' "$scratch/tap")
		s=$(grep -Eci '^(not )?ok .*# skip' "$scratch/tap")
		f=$(grep '^not ok ' "$scratch/tap" | grep -vic '# skip')
		passed=$((passed + p - ps))
		skipped=$((skipped + s))
		if [ "$f" -gt 0 ] || [ "$status" -ne 0 ]; then
			[ "$f" -gt 0 ] || f=1
			failed=$((failed + f - 1))
			bad "unit $name" "$scratch/tap"
		fi
		grep -Ei '^(not )?ok .*# skip' "$scratch/tap" |
			sed "s/^[^#]*# *[Ss][Kk][Ii][Pp]/SKIP unit $name:/"
	done
}

theme_replay() {
	for source in $(make -s list-fuzz); do
		t=$O/${source%.c}
		name=${source#regress/fuzz/}
		name=${name%.c}
		if timeout 120 "$t" "regress/fuzz/seed/$name" >"$scratch/out" 2>&1
		then ok "replay $name"
		else bad "replay $name" "$scratch/out"
		fi
	done
}

# the other themes: each a file that defines theme_NAME
for file in regress/theme/*.sh; do
	# shellcheck disable=SC1090
	[ ! -e "$file" ] || . "$file"
done

quick="unit compile features reject rego conform man cli"
all="$quick
	ask decide mutants why
	memory
	lock_registry samples images
	verity
	pipeline recipes faults passes
	registry wire grpc initializer volume deny coordinator
	attested collateral
	repro hostile
	oracle replay fuzz"
case ${1:-quick} in
quick) themes=$quick ;;
all) themes=$all ;;
*) themes=$* ;;
esac
for theme in $themes; do
	if command -v "theme_$theme" >/dev/null; then
		"theme_$theme"
	fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
