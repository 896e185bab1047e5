# SPDX-License-Identifier: Apache-2.0
# Faults in the passes that specialise policies: each is put into a copy of
# its source, which is linked before the library, and unit tests or the
# modules of the fuzz seeds must notice.

# shellcheck disable=SC2154 # the driver's

# PASS|SOURCE|FAULT: what sed does to the source
passes_faults() {
	cat <<'FAULTS'
fold: another member|fold.c|/^fold_value(/,/^}/s/i < f->steps.n/i + 1 < f->steps.n/
fold: a value that is no scalar|fold.c|/^fold_value(/,/^}/s/data->type == JV_ARRAY/false/
simplify: live bodies go|shake.c|/^is_dead(/,/^}/s/t->op == 0/t->op == 1/
simplify: tests that fail go|shake.c|/^is_idle(/,/^}/s/return rego_term_equal/return !rego_term_equal/
shake: the first rule is not followed|shake.c|/^shake_reach(/,/^}/s/i = 0; i < g->rules/i = 1; i < g->rules/
data: what is read whole is not|live.c|/^read_whole(/,/^}/s/= true/= false/
data: arguments are not followed|live.c|/^pass(/,/^}/s/i = 0/i = 1/
select: the first element for all|unroll.c|/^selected_rule(/,/^}/s/element(v, i))/element(v, 0))/
select: data that others read|unroll.c|/^selected(/,/^}/s/count_readers(s, prefix) != 1/false/
tabulate: columns change places|unroll.c|/^see_column(/,/^}/s/(int64_t)i/(int64_t)(t->n - 1 - i)/
tabulate: what is there is not|unroll.c|/^cell(/,/^}/s/found != NULL ? found : //
unroll: an element is left out|unroll.c|/^conjunction(/,/^}/s/k = 0; k < elements/k = 1; k < elements/
unroll: a rule is left out|unroll.c|/^split(/,/^}/s/k = 1; k < all.n/k = 2; k < all.n/
unroll: several solutions|unroll.c|/^try_loop(/,/^}/s/is_single(s, loop.literal->body)/true/
unroll: prints twice|unroll.c|/^split_rules(/,/^}/s/may_print(spec->program, g)/false/
unroll: what is not there|unroll.c|/^only_one(/,/^}/s/c.failed/false/
functions: calls that differ|funcspec.c|/^drop_param(/,/^}/s/c->dynamic > 0 ||//
functions: another argument goes|funcspec.c|/^without(/,/^}/s/i = at; /i = 1; /
functions: all versions are the first|funcspec.c|/^split_function(/,/^}/s/c->values.p\[i\], &made/c->values.p[0], \&made/
names: variables are not told apart|name.c|/^rename_locals(/,/^}/s/next++/next/
FAULTS
}

# passes_line GREP WHAT TARGET: how make would build that
passes_line() {
	make -n -W "$2" O="$O" "$3" | grep -e "$1" | tail -n 1
}

# passes_caught SOURCE: does a test end otherwise than it should?
passes_caught() {
	eval "$(passes_line ' -c -o ' "$1" "$O/${1%.c}.o" |
		sed "s# -MMD -MP -c -o .*# -w -c -o $scratch/passes.o $scratch/passes.c#")" || return 2
	for it in unit/specialise_test unit/policy_test fuzz/specialise; do
		it=$O/regress/$it
		eval "$(passes_line " -o $it " "$it.o" "$it" |
			sed "s# -o $it # -o $scratch/passes.test $scratch/passes.o #")" || return 2
		timeout 60 "$scratch/passes.test" regress/fuzz/seed/specialise \
			>/dev/null 2>&1 || return 0
	done
	return 1
}

theme_passes() {
	make -s -j2 O="$O" tests "$O/regress/fuzz/specialise" >"$scratch/passes" 2>&1
	passes_faults >"$scratch/passes.list"
	while IFS='|' read -r what source fault; do
		source=compiler/policy/$source
		sed "$fault" "$source" >"$scratch/passes.c"
		if cmp -s "$source" "$scratch/passes.c"; then
			bad "passes $what: no such place in $source"
			continue
		fi
		passes_caught "$source" 2>"$scratch/passes"
		case $? in
		0) ok "passes $what" ;;
		1) bad "passes $what: no test notices" ;;
		*) bad "passes $what: does not build" "$scratch/passes" ;;
		esac
	done <"$scratch/passes.list"
}
