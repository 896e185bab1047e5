/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage of modules by what was evaluated. */
#include <stdlib.h>
#include <string.h>

#include "compiler/cmd/rego_cover.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

struct span {
	struct place start, end;
	bool ran;
};

struct file {
	struct arena *arena;
	const struct rego_cover *cover;
	VEC(struct span) spans;
};

static void
add(struct file *f, struct loc l, bool ran)
{
	struct span s = {source_place(f->arena, l.source, l.off),
	    source_place(f->arena, l.source, l.off + l.len), ran};

	VEC_PUSH(f->arena, &f->spans, s);
}

static void see_body(struct file *f, const struct rego_body *b);

static void
see_term(struct file *f, const struct rego_term *t)
{
	uint32_t i;

	for (i = 0; t != NULL && i < t->nargs; i++)
		see_term(f, t->args[i]);
	if (t != NULL && t->body != NULL)
		see_body(f, t->body);
}

static void
see_body(struct file *f, const struct rego_body *b)
{
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		const struct rego_literal *l = b->p[i];

		/* a declaration does nothing */
		if (l->kind != REGO_SOME)
			add(f, l->loc, rego_cover_ran(f->cover, l->loc));
		for (k = 0; k < l->nterms; k++)
			see_term(f, l->terms[k]);
		if (l->body != NULL)
			see_body(f, l->body);
	}
}

static void
see_rule(struct file *f, const struct rego_rule *r)
{
	for (; r != NULL; r = r->alt) {
		add(f, r->head_loc, rego_cover_gave(f->cover, r->head_loc));
		see_term(f, r->key);
		see_term(f, r->value);
		if (r->body != NULL)
			see_body(f, r->body);
	}
}

static int
in_order(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->start.line != y->start.line)
		return x->start.line < y->start.line ? -1 : 1;
	if (x->start.col != y->start.col)
		return x->start.col < y->start.col ? -1 : 1;
	return 0;
}

static struct jv *
place_json(struct arena *a, struct place p)
{
	struct jv *o = jv_object(a);

	jv_put_int(a, o, "row", p.line);
	jv_put_int(a, o, "col", p.col);
	return o;
}

static struct jv *
spans_json(const struct file *f, bool ran)
{
	struct jv *list = jv_array(f->arena);
	const struct span *s;

	VEC_FOREACH(s, &f->spans) {
		struct jv *o;

		if (s->ran != ran)
			continue;
		o = jv_push(f->arena, list, jv_object(f->arena));
		(void)jv_set(
		    f->arena, o, STR("start"), place_json(f->arena, s->start));
		(void)jv_set(
		    f->arena, o, STR("end"), place_json(f->arena, s->end));
	}
	return list;
}

/* A line in which something ran counts, also if something else did not. */
static void
count_lines(const struct file *f, size_t *ran, size_t *not_ran)
{
	size_t i, k;

	*ran = *not_ran = 0;
	for (i = 0; i < f->spans.n; i = k) {
		bool any = false;

		for (k = i; k < f->spans.n && f->spans.p[k].start.line ==
						  f->spans.p[i].start.line;
		     k++)
			any |= f->spans.p[k].ran;
		*(any ? ran : not_ran) += 1;
	}
}

static double
percent(size_t ran, size_t not_ran)
{
	return ran + not_ran == 0 ? 0
				  : (double)ran * 100 / (double)(ran + not_ran);
}

/* One decimal, none if it is 0. */
static void
put_lines(struct arena *a, struct jv *o, size_t ran, size_t not_ran)
{
	struct jv *share = jv_new(a, JV_NUMBER);

	share->text = arena_printf(a, "%.1f", percent(ran, not_ran));
	if (str_ends(share->text, STR(".0")))
		share->text = str_sub(share->text, 0, share->text.n - 2);
	if (ran > 0)
		jv_put_int(a, o, "covered_lines", ran);
	if (not_ran > 0)
		jv_put_int(a, o, "not_covered_lines", not_ran);
	(void)jv_set(a, o, STR("coverage"), share);
}

static struct jv *
file_json(struct file *f, size_t *ran, size_t *not_ran)
{
	struct arena *a = f->arena;
	struct jv *o = jv_object(a), *list;

	if (f->spans.n > 1)
		qsort(f->spans.p, f->spans.n, sizeof(*f->spans.p), in_order);
	list = spans_json(f, true);
	if (list->items.n > 0)
		(void)jv_set(a, o, STR("covered"), list);
	list = spans_json(f, false);
	if (list->items.n > 0)
		(void)jv_set(a, o, STR("not_covered"), list);
	count_lines(f, ran, not_ran);
	put_lines(a, o, *ran, *not_ran);
	return o;
}

double
cover_report(struct buf *out, struct arena *a, const struct rego_cover *c,
    struct rego_module *const *modules, size_t n)
{
	struct jv *o = jv_object(a);
	struct jv *files = jv_set(a, o, STR("files"), jv_object(a));
	size_t i, k, ran, not_ran, all = 0, none = 0;

	for (i = 0; i < n; i++) {
		struct file f = {.arena = a, .cover = c};

		for (k = 0; k < modules[i]->rules.n; k++) {
			if (!modules[i]->rules.p[k]->is_default)
				see_rule(&f, modules[i]->rules.p[k]);
		}
		(void)jv_set(a, files, modules[i]->source->name,
		    file_json(&f, &ran, &not_ran));
		all += ran;
		none += not_ran;
	}
	put_lines(a, o, all, none);
	jv_print(out, o, JV_PRETTY);
	buf_putc(out, '\n');
	return percent(all, none);
}
