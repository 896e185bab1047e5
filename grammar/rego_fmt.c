/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A module in the style of `opa fmt`: lines, comments, imports and rules.
 * Where the source breaks a line decides where the result does.  The result
 * reads as the same module, and formatted again it is the same text.
 */
#include <stdlib.h>
#include <string.h>

#include "grammar/rego_fmt_int.h"
#include "runtime/base/banned.h"

/* Lines and comments */

uint32_t
fmt_row(const struct fmt *f, uint32_t off)
{
	return source_place(f->arena, f->m->source, off).line;
}

uint32_t
fmt_end_row(const struct fmt *f, struct loc l)
{
	return fmt_row(f, l.off + (l.len > 0 ? l.len - 1 : 0));
}

static bool
at_line_start(const struct fmt *f)
{
	return f->out->n == 0 || f->out->p[f->out->n - 1] == '\n';
}

void
fmt_start(struct fmt *f)
{
	buf_fill(f->out, '\t', f->level);
}

static void
put_comment(struct fmt *f, struct loc c)
{
	struct str s = loc_text(c);

	while (s.n > 0 && strchr(" \t\r", s.p[s.n - 1]) != NULL)
		s.n--;
	buf_put(f->out, s);
}

void
fmt_end(struct fmt *f)
{
	if (f->waiting != NULL && !f->held) {
		buf_putc(f->out, ' ');
		put_comment(f, *f->waiting);
		f->waiting = NULL;
	}
	f->held = false;
	buf_putc(f->out, '\n');
}

void
fmt_blank(struct fmt *f)
{
	if (f->out->n > 1 && f->out->p[f->out->n - 2] != '\n')
		buf_putc(f->out, '\n');
}

static const struct loc *
next_comment(const struct fmt *f)
{
	return f->comment < f->m->comments.n ? &f->m->comments.p[f->comment]
					     : NULL;
}

/* It starts a block of its own. */
static bool
is_metadata(struct loc c)
{
	return str_eqz(str_trim(str_sub(loc_text(c), 1, c.len)), "METADATA");
}

uint32_t
fmt_comments(struct fmt *f, uint32_t row)
{
	const struct loc *c;
	uint32_t last = 0, at;
	bool metadata = false;

	while (
	    (c = next_comment(f)) != NULL && (at = fmt_row(f, c->off)) <= row) {
		f->comment++;
		if (at == row) {
			f->failed |= f->waiting != NULL;
			f->waiting = c;
			continue;
		}
		f->failed |= !at_line_start(f);
		if (last != 0 &&
		    (at - last > 1 || (metadata && is_metadata(*c))))
			fmt_blank(f);
		fmt_start(f);
		put_comment(f, *c);
		buf_putc(f->out, '\n');
		metadata |= is_metadata(*c);
		last = at;
	}
	return last;
}

void
fmt_beside(struct fmt *f, uint32_t row)
{
	const struct loc *c = next_comment(f);

	if (c != NULL && fmt_row(f, c->off) == row)
		(void)fmt_comments(f, row);
}

void
fmt_rescue(struct fmt *f, const struct fmt *start, size_t n, struct loc l)
{
	const struct loc *c;

	if (!f->failed || start->failed)
		return;
	*f = *start;
	f->out->n = n;
	if (f->waiting != NULL && f->waiting->off - l.off < l.len)
		f->waiting = NULL;
	buf_put(f->out, loc_text(l));
	while ((c = next_comment(f)) != NULL && c->off < l.off + l.len)
		f->comment++;
}

/* Comments that stand above a node, and what separates them from it. */
static void
comments_above(struct fmt *f, uint32_t row)
{
	uint32_t last = fmt_comments(f, row);

	if (last != 0 && row - last > 1)
		fmt_blank(f);
}

void
fmt_body(struct fmt *f, const struct rego_body *b, uint32_t close)
{
	uint32_t i, row;

	f->level++;
	for (i = 0; i < b->n; i++) {
		row = fmt_row(f, b->p[i]->loc.off);
		if (i > 0 && row > fmt_end_row(f, b->p[i - 1]->loc) + 1)
			fmt_blank(f);
		comments_above(f, row);
		fmt_start(f);
		fmt_literal(f, b->p[i]);
		f->guard = false;
		fmt_end(f);
	}
	(void)fmt_comments(f, close);
	f->level--;
}

/* Rules */

static bool
is_true(const struct rego_term *t)
{
	return t->kind == REGO_BOOL && t->op != 0;
}

/* A body that says nothing, or none. */
static bool
is_idle(const struct rego_rule *r)
{
	const struct rego_body *b = r->body;

	if (r->alt != NULL && r->alt->is_else)
		return false;
	return b == NULL ||
	       (b->n == 1 && b->p[0]->kind == REGO_EXPR &&
		   b->p[0]->nwith == 0 && is_true(b->p[0]->terms[0]));
}

/* Behind `if` a set would read as a body. */
static bool
is_set(const struct rego_literal *l)
{
	return l->kind == REGO_EXPR && l->terms[0]->kind == REGO_SET;
}

/* Where the part of a rule in front of its body ends. */
static uint32_t
head_row(const struct fmt *f, const struct rego_rule *r)
{
	if (!r->is_else)
		return fmt_end_row(f, r->head_loc);
	if (r->value != NULL)
		return fmt_end_row(f, r->value->loc);
	return fmt_row(f, r->loc.off);
}

/* True if it ended with a brace. */
static bool
put_body(struct fmt *f, const struct rego_rule *r, bool with_if)
{
	const struct rego_body *b = r->body;
	uint32_t close = fmt_end_row(f, r->body->loc);

	if (with_if)
		buf_puts(f->out, " if");
	if (with_if && b->n == 1 && !is_set(b->p[0]) &&
	    fmt_row(f, b->p[0]->loc.off) == head_row(f, r)) {
		buf_putc(f->out, ' ');
		fmt_literal(f, b->p[0]);
		return false;
	}
	buf_puts(f->out, " {");
	fmt_end(f);
	f->guard = with_if && !r->is_else;
	fmt_body(f, b, close);
	fmt_start(f);
	buf_putc(f->out, '}');
	return true;
}

/* Without its value "p[x] { ... }" of v0 would be a set. */
static bool
reads_as_set(const struct fmt *f, const struct rego_rule *r)
{
	return f->options->v0 && r->kind != REGO_PARTIAL_SET &&
	       r->path != NULL && r->path->kind == REGO_REF &&
	       r->path->nargs == 2;
}

/* Value and body of a rule or of one of its further branches. */
static bool
put_rest(struct fmt *f, const struct rego_rule *r, bool with_if)
{
	bool implied =
	    r->value == NULL || (is_true(r->value) && !reads_as_set(f, r));

	if ((r->value != NULL && !implied) ||
	    (implied && is_idle(r) && r->kind != REGO_PARTIAL_SET &&
		(r->value != NULL || r->body != NULL))) {
		buf_puts(f->out,
		    f->options->v0 && (r->unify || r->value == NULL) ? " = "
								     : " := ");
		if (r->value == NULL)
			buf_puts(f->out, "true");
		else
			fmt_term(f, r->value);
	}
	return !is_idle(r) && put_body(f, r, with_if);
}

/* The last element of a path, in quotes if it had a dot. */
static void
put_last(struct fmt *f, const struct rego_term *key)
{
	bool bare = key->kind == REGO_STRING &&
		    strchr("\"`", loc_text(key->loc).p[0]) == NULL;

	if (bare)
		buf_putc(f->out, '"');
	fmt_term(f, key);
	if (bare)
		buf_putc(f->out, '"');
}

static void
put_key(struct fmt *f, const struct rego_term *key)
{
	buf_putc(f->out, '[');
	put_last(f, key);
	buf_putc(f->out, ']');
}

/*
 * A name with one key has brackets, as all engines read them, unless the
 * module has longer heads, which only later ones read.
 */
static bool
keeps_bracket(const struct fmt *f, const struct rego_rule *r)
{
	return !f->long_heads && r->kind != REGO_PARTIAL_SET &&
	       r->path->kind == REGO_REF && r->path->nargs == 2;
}

static bool
has_long_heads(const struct rego_module *m)
{
	struct rego_rule *const *r;

	VEC_FOREACH(r, &m->rules) {
		if ((*r)->path->kind == REGO_REF &&
		    ((*r)->path->nargs > 2 || (*r)->kind == REGO_PARTIAL_SET))
			return true;
	}
	return false;
}

static void
put_head(struct fmt *f, const struct rego_rule *r)
{
	if (r->is_default)
		buf_puts(f->out, "default ");
	if (keeps_bracket(f, r)) {
		fmt_term(f, r->path->args[0]);
		put_key(f, r->path->args[1]);
	} else {
		fmt_path(f, r->path);
	}
	if (r->kind == REGO_FUNCTION)
		fmt_args(f, r->args, r->nargs, r->head_loc, true);
	if (r->kind != REGO_PARTIAL_SET)
		return;
	if (r->bracket_key && !f->with_contains) {
		put_key(f, r->key);
		return;
	}
	buf_puts(f->out, " contains ");
	put_last(f, r->key);
}

static void
put_else(struct fmt *f, const struct rego_rule *before,
    const struct rego_rule *r, bool braced)
{
	uint32_t row = fmt_row(f, r->loc.off);

	if (braced && f->waiting == NULL &&
	    row == fmt_end_row(f, before->body->loc) &&
	    row > fmt_row(f, before->loc.off)) {
		buf_putc(f->out, ' ');
	} else {
		fmt_end(f);
		fmt_blank(f);
	}
	comments_above(f, row);
	buf_puts(f->out, "else");
}

static void
put_rule(struct fmt *f, const struct rego_rule *rule)
{
	const struct rego_rule *r, *before = rule;
	bool with_if = f->with_if && (!rule->bracket_key || f->with_contains);
	bool braced;

	put_head(f, rule);
	braced = put_rest(f, rule, with_if);
	for (r = rule->alt; r != NULL; before = r, r = r->alt) {
		if (r->is_else) {
			put_else(f, before, r, braced);
			braced = put_rest(f, r, with_if);
			continue;
		}
		/* A further body is a rule of its own. */
		fmt_end(f);
		fmt_blank(f);
		comments_above(f, fmt_row(f, r->loc.off));
		put_head(f, rule);
		{
			struct rego_rule one = *rule;

			one.body = r->body;
			braced = put_rest(f, &one, with_if);
		}
	}
}

/* May it stand in the line after that of another? */
static bool
is_groupable(const struct fmt *f, const struct rego_rule *r)
{
	return f->with_if && !r->is_default && r->alt == NULL &&
	       (!r->bracket_key || f->with_contains) &&
	       (r->body == NULL || (r->body->n == 1 && !is_set(r->body->p[0])));
}

static void
format_rule(
    struct fmt *f, const struct rego_rule *before, const struct rego_rule *r)
{
	struct fmt start;
	uint32_t row = fmt_row(f, r->loc.off);
	size_t n;

	if (before == NULL || !is_groupable(f, before) || !is_groupable(f, r) ||
	    row != fmt_row(f, before->loc.off) + 1)
		fmt_blank(f);
	comments_above(f, row);
	start = *f;
	n = f->out->n;
	put_rule(f, r);
	fmt_beside(f, fmt_end_row(f, r->loc));
	fmt_rescue(f, &start, n, r->loc);
	fmt_end(f);
}

/* Imports */

static int
import_compare(const struct fmt *f, const struct rego_import *x,
    const struct rego_import *y)
{
	struct str a = rego_path_text(f->arena, x->path);
	struct str b = rego_path_text(f->arena, y->path);
	int order = str_cmp(a, b);

	return order != 0 ? order : str_cmp(x->alias, y->alias);
}

/* Imports on adjacent lines: [from, to). */
static size_t
group_end(const struct fmt *f, size_t from)
{
	const struct rego_import *i = f->m->imports.p;
	size_t to = from + 1;

	while (to < f->m->imports.n &&
	       fmt_row(f, i[to].loc.off) <= fmt_row(f, i[to - 1].loc.off) + 1)
		to++;
	return to;
}

/* The comment on the line of an import. */
static const struct loc *
comment_beside(const struct fmt *f, const struct rego_import *i)
{
	const struct loc *c;

	VEC_FOREACH(c, &f->m->comments) {
		if (c->off > i->loc.off &&
		    fmt_row(f, c->off) == fmt_end_row(f, i->loc))
			return c;
	}
	return NULL;
}

static void
put_import(struct fmt *f, const struct rego_import *i)
{
	f->waiting = comment_beside(f, i);
	if (rego_import_is_idle(f->m, i)) {
		if (f->waiting != NULL) {
			put_comment(f, *f->waiting);
			buf_putc(f->out, '\n');
		}
		return;
	}
	buf_puts(f->out, "import ");
	if (str_eqz(rego_head_name(i->path), "future"))
		buf_put(f->out, rego_path_text(f->arena, i->path));
	else
		fmt_path(f, i->path);
	if (i->alias.n > 0) {
		buf_puts(f->out, " as ");
		buf_put(f->out, i->alias);
	}
	fmt_end(f);
}

static void
format_imports(struct fmt *f, size_t from, size_t to)
{
	const struct rego_import **list, *i = f->m->imports.p;
	size_t n = to - from, k, at;

	list = ARENA_ARRAY(f->arena, const struct rego_import *, n);
	for (k = 0; k < n; k++) {
		for (at = k; at > 0 &&
			     import_compare(f, list[at - 1], &i[from + k]) > 0;
		     at--)
			list[at] = list[at - 1];
		list[at] = &i[from + k];
	}
	fmt_blank(f);
	comments_above(f, fmt_row(f, i[from].loc.off));
	f->waiting = NULL;
	for (k = 0; k < n; k++)
		put_import(f, list[k]);
	while (
	    next_comment(f) != NULL && next_comment(f)->off < i[to - 1].loc.off)
		f->comment++;
	(void)fmt_comments(f, fmt_end_row(f, i[to - 1].loc));
	f->waiting = NULL;
}

/* Modules */

static bool
imports(const struct rego_module *m, const char *word)
{
	const struct rego_import *i;

	VEC_FOREACH(i, &m->imports) {
		const struct rego_term *p = i->path;

		if (!str_eqz(rego_head_name(p), "future") || p->nargs < 2)
			continue;
		if (p->nargs == 2 || str_eqz(p->args[2]->text, word))
			return true;
	}
	return m->v1;
}

static void
format_package(struct fmt *f)
{
	struct loc l = f->m->package->loc;

	comments_above(f, fmt_row(f, l.off));
	buf_puts(f->out, "package ");
	fmt_path(f, f->m->package);
	fmt_end(f);
}

void
rego_fmt(struct buf *out, struct arena *a, const struct rego_module *m,
    const struct rego_options *o)
{
	struct fmt f = {.out = out, .arena = a, .m = m, .options = o};
	const struct rego_rule *before = NULL;
	size_t i = 0, k = 0, to;

	f.with_if = imports(m, "if");
	f.with_contains = imports(m, "contains");
	f.long_heads = has_long_heads(m);
	format_package(&f);
	while (i < m->imports.n || k < m->rules.n) {
		if (i < m->imports.n &&
		    (k == m->rules.n ||
			m->imports.p[i].loc.off < m->rules.p[k]->loc.off)) {
			to = group_end(&f, i);
			format_imports(&f, i, to);
			i = to;
			before = NULL;
			continue;
		}
		format_rule(&f, before, m->rules.p[k]);
		before = m->rules.p[k++];
	}
	if (next_comment(&f) != NULL)
		fmt_blank(&f);
	(void)fmt_comments(&f, UINT32_MAX);
}
