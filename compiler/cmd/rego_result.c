/* SPDX-License-Identifier: Apache-2.0 */
/* Results of `rego eval`, as `opa eval` prints them. */
#include <string.h>

#include "compiler/cmd/rego.h"
#include "compiler/cmd/rego_result.h"
#include "runtime/base/banned.h"

static void
by_name(struct eval_results *r)
{
	size_t i, k, t;

	r->order = ARENA_ARRAY(r->arena, size_t, r->vars.n);
	for (i = 0; i < r->vars.n; i++) {
		for (k = i; k > 0; k--) {
			t = r->order[k - 1];
			if (str_cmp(r->vars.p[t], r->vars.p[i]) <= 0)
				break;
			r->order[k] = t;
		}
		r->order[k] = i;
	}
}

void
eval_results_init(struct eval_results *out, struct arena *a,
    const struct rego_body *query, const struct rego_query *q)
{
	size_t i;

	*out = (struct eval_results){.arena = a, .query = query};
	for (i = 0; i < rego_query_vars(q); i++)
		VEC_PUSH(a, &out->vars, arena_str(a, rego_query_var(q, i)));
	by_name(out);
}

static struct str
json_of(struct arena *a, const struct rv_heap *h, rv v)
{
	struct buf b = {0};
	struct str s;

	rv_print_json(&b, h, v);
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

void
eval_results_add(struct eval_results *out, const struct rv_heap *h,
    const struct rego_query *q, const struct rego_result *r)
{
	struct arena *a = out->arena;
	size_t i, n = rego_query_expressions(q);
	struct eval_result one = {ARENA_ARRAY(a, struct str, n),
	    ARENA_ARRAY(a, struct str, n),
	    ARENA_ARRAY(a, struct str, out->vars.n)};

	for (i = 0; i < n; i++) {
		one.values[i] = json_of(a, h, r->expressions[i]);
		one.raw[i] = rv_type(r->expressions[i]) == RV_TSTRING
				 ? arena_str(a, rv_str(r->expressions[i]))
				 : one.values[i];
	}
	for (i = 0; i < out->vars.n; i++)
		one.bindings[i] = json_of(a, h, r->bindings[i]);
	VEC_PUSH(a, &out->list, one);
}

/* Compact JSON of parts */

/* Escaped as OPA does: <, > and & too. */
static void
put_string(struct buf *b, struct str s)
{
	struct buf plain = {0};
	size_t i;

	jv_print_string(&plain, s);
	for (i = 0; i < plain.n; i++) {
		if (strchr("<>&", plain.p[i]) != NULL)
			buf_printf(b, "\\u%04x", (unsigned)plain.p[i]);
		else
			buf_putc(b, plain.p[i]);
	}
	buf_free(&plain);
}

static void
put_values(
    struct buf *b, const struct eval_results *r, const struct eval_result *one)
{
	uint32_t i;

	buf_putc(b, '[');
	for (i = 0; i < r->query->n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		buf_put(b, one->values[i]);
	}
	buf_putc(b, ']');
}

static void
put_bindings(
    struct buf *b, const struct eval_results *r, const struct eval_result *one)
{
	size_t i;

	buf_putc(b, '{');
	for (i = 0; i < r->vars.n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		put_string(b, r->vars.p[r->order[i]]);
		buf_putc(b, ':');
		buf_put(b, one->bindings[r->order[i]]);
	}
	buf_putc(b, '}');
}

static void
put_expression(struct buf *b, const struct eval_results *r,
    const struct eval_result *one, uint32_t i)
{
	struct loc l = r->query->p[i]->loc;
	struct place at = source_place(r->arena, l.source, l.off);

	buf_puts(b, "{\"value\":");
	buf_put(b, one->values[i]);
	buf_puts(b, ",\"text\":");
	put_string(b, loc_text(l));
	buf_printf(
	    b, ",\"location\":{\"row\":%u,\"col\":%u}}", at.line, at.col);
}

static void
put_result(
    struct buf *b, const struct eval_results *r, const struct eval_result *one)
{
	uint32_t i;

	buf_puts(b, "{\"expressions\":[");
	for (i = 0; i < r->query->n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		put_expression(b, r, one, i);
	}
	buf_putc(b, ']');
	if (r->vars.n > 0) {
		buf_puts(b, ",\"bindings\":");
		put_bindings(b, r, one);
	}
	buf_putc(b, '}');
}

/* Formats */

static void
laid_out(struct buf *out, struct buf *compact)
{
	rego_indent_json(out, buf_str(compact), 0);
	buf_putc(out, '\n');
	buf_free(compact);
}

static void
as_json(struct buf *out, const struct eval_results *r)
{
	struct buf b = {0};
	size_t i;

	buf_puts(&b, r->list.n == 0 ? "{" : "{\"result\":[");
	for (i = 0; i < r->list.n; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		put_result(&b, r, &r->list.p[i]);
	}
	buf_puts(&b, r->list.n == 0 ? "}" : "]}");
	laid_out(out, &b);
}

static void
as_values(struct buf *out, const struct eval_results *r)
{
	const struct eval_result *one;

	VEC_FOREACH(one, &r->list) {
		struct buf b = {0};

		put_values(&b, r, one);
		laid_out(out, &b);
	}
}

static void
as_bindings(struct buf *out, const struct eval_results *r)
{
	const struct eval_result *one;

	VEC_FOREACH(one, &r->list) {
		struct buf b = {0};

		put_bindings(&b, r, one);
		laid_out(out, &b);
	}
}

static void
as_raw(struct buf *out, const struct eval_results *r)
{
	const struct eval_result *one;
	uint32_t i;

	VEC_FOREACH(one, &r->list) {
		for (i = 0; i < r->query->n; i++) {
			if (i > 0)
				buf_putc(out, ' ');
			buf_put(out, one->raw[i]);
		}
		buf_putc(out, '\n');
	}
}

static void
as_nothing(struct buf *out, const struct eval_results *r)
{
	buf_puts(out,
	    r->list.n == 0 ? "{}\n" : "{\n  \"result\": \"discarded\"\n}\n");
}

/*
 * A table: a column for each expression that is no plain truth, then one for
 * each variable.
 */

struct column {
	struct str name;
	VEC(struct str) cells;
	size_t width;
};

struct table {
	struct arena *arena;
	VEC(struct column) columns;
};

static size_t
width(struct str s)
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static struct column *
add_column(struct table *t, struct str name)
{
	struct column c = {.name = name, .width = width(name)};

	VEC_PUSH(t->arena, &t->columns, c);
	return &t->columns.p[t->columns.n - 1];
}

static void
add_cell(struct table *t, struct column *c, struct str s)
{
	VEC_PUSH(t->arena, &c->cells, s);
	if (width(s) > c->width)
		c->width = width(s);
}

static bool
binds(const struct rego_literal *l)
{
	const struct rego_term *t = l->terms[0];

	return l->kind == REGO_SOME || l->kind == REGO_SOME_IN ||
	       l->kind == REGO_EVERY ||
	       (t->kind == REGO_CALL &&
		   (t->op == REGO_OP_ASSIGN || t->op == REGO_OP_UNIFY));
}

static void
rule_line(struct buf *out, const struct table *t, const char *const marks[3])
{
	size_t i, k;

	for (i = 0; i < t->columns.n; i++) {
		buf_puts(out, marks[i > 0]);
		for (k = 0; k < t->columns.p[i].width + 2; k++)
			buf_puts(out, "─");
	}
	buf_printf(out, "%s\n", marks[2]);
}

static void
row_line(struct buf *out, const struct table *t, size_t row)
{
	const struct column *c;

	VEC_FOREACH(c, &t->columns) {
		struct str s = row == SIZE_MAX ? c->name : c->cells.p[row];
		size_t pad = c->width - width(s);

		/* names of columns stand in the middle */
		buf_puts(out, "│ ");
		buf_fill(out, ' ', row == SIZE_MAX ? pad / 2 : 0);
		buf_put(out, s);
		buf_fill(out, ' ', row == SIZE_MAX ? pad - pad / 2 : pad);
		buf_putc(out, ' ');
	}
	buf_puts(out, "│\n");
}

static void
fill_table(struct table *t, const struct eval_results *r)
{
	struct column *c;
	size_t i, k;

	for (i = 0; i < r->query->n; i++) {
		if (binds(r->query->p[i]))
			continue;
		c = add_column(t, loc_text(r->query->p[i]->loc));
		for (k = 0; k < r->list.n; k++)
			add_cell(t, c, r->list.p[k].values[i]);
	}
	for (i = 0; i < r->vars.n; i++) {
		c = add_column(t, r->vars.p[r->order[i]]);
		for (k = 0; k < r->list.n; k++)
			add_cell(t, c, r->list.p[k].bindings[r->order[i]]);
	}
}

/* What is true in each row tells nothing. */
static void
drop_truths(struct table *t)
{
	size_t i, k;

	for (i = 0; i < t->columns.n; i++) {
		const struct column *c = &t->columns.p[i];

		for (k = 0; k < c->cells.n; k++)
			if (!str_eqz(c->cells.p[k], "true"))
				break;
		if (k == c->cells.n && t->columns.n > 1)
			VEC_REMOVE(&t->columns, i--);
	}
}

static void
as_table(struct buf *out, const struct eval_results *r)
{
	static const char *const top[3] = {"┌", "┬", "┐"};
	static const char *const middle[3] = {"├", "┼", "┤"};
	static const char *const bottom[3] = {"└", "┴", "┘"};
	struct table t = {.arena = r->arena};
	size_t i;

	fill_table(&t, r);
	drop_truths(&t);
	rule_line(out, &t, top);
	row_line(out, &t, SIZE_MAX);
	rule_line(out, &t, middle);
	for (i = 0; i < r->list.n; i++)
		row_line(out, &t, i);
	rule_line(out, &t, bottom);
}

static void
as_pretty(struct buf *out, const struct eval_results *r)
{
	if (r->list.n == 0) {
		buf_puts(out, "undefined\n");
	} else if (r->list.n == 1 && r->query->n == 1 && r->vars.n == 0) {
		rego_indent_json(out, r->list.p[0].values[0], 0);
		buf_putc(out, '\n');
	} else {
		as_table(out, r);
	}
}

static const struct {
	const char *name;
	eval_format *put;
} formats[] = {{"json", as_json}, {"values", as_values},
    {"bindings", as_bindings}, {"pretty", as_pretty}, {"raw", as_raw},
    {"discard", as_nothing}};

eval_format *
eval_format_find(struct str name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (str_eqz(name, formats[i].name))
			return formats[i].put;
	}
	return NULL;
}
