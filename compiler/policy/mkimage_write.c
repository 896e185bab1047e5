/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/policy/mkimage.h"
#include "runtime/base/banned.h"

/*
 * Order of the text.  Policies of a run share the work on how they begin, so
 * what depends on the workload comes late; what stands near to each other is
 * what packs best.
 */

/* Concerns that are not the same for most workloads of a target. */
static bool
is_varying(const char *concern)
{
	static const char *const names[] = {"args", "block", "devices", "env",
	    "exec", "exec_commands", "expand", "mounts_block", "mounts_pattern",
	    "mounts_sysfs", "order", "overridden", "storages", "storages_block",
	    "storages_dir", "tokens", "tokens_exec"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(names[i], concern) == 0)
			return true;
	}
	return false;
}

enum { DEFAULTS, ASKED, SHARED, VARYING_ASKED, VARYING };

static int
part_of(const struct made *r, const struct maker *m)
{
	bool varying = r->module < m->n && is_varying(m->concerns[r->module]);

	if (r->group->entry && r->rule->is_default)
		return DEFAULTS;
	if (varying)
		return r->group->entry ? VARYING_ASKED : VARYING;
	return r->group->entry ? ASKED : SHARED;
}

/* Found by trying: see order.def. */
static const char *const order[] = {
#define NAME(name) #name,
#include "stdlib-rego/order.def"
#undef NAME
};
#define NORDER (sizeof(order) / sizeof(*order))

static int
place_of(const struct group *g)
{
	size_t i;

	for (i = 0; i < NORDER && !str_eqz(g->name, order[i]); i++)
		continue;
	return i < NORDER ? (int)i : (int)(NORDER + g->number);
}

static int
in_order(const void *a, const void *b)
{
	const struct made *x = a, *y = b;
	int c = x->part - y->part;

	if (c == 0 && x->group->entry)
		c = str_cmp(x->group->name, y->group->name);
	if (c == 0)
		c = place_of(x->group) - place_of(y->group);
	return c != 0 ? c : (int)x->module - (int)y->module;
}

static uint32_t
count_up_to(const struct maker *m, int part)
{
	uint32_t n = 0;

	while (n < m->rules.n && m->rules.p[n].part <= part)
		n++;
	return n;
}

void
mkimage_sort(struct maker *m)
{
	size_t i;

	for (i = 0; i < NORDER; i++) {
		if (m->marks &&
		    program_group(m->all, str_from(order[i])) == NULL)
			mkimage_fail("no such name", str_from(order[i]));
	}
	for (i = 0; i < m->rules.n; i++)
		m->rules.p[i].part = part_of(&m->rules.p[i], m);
	qsort(m->rules.p, m->rules.n, sizeof(*m->rules.p), in_order);
}

/* Output */

struct output {
	struct buf texts, numbers, ops;
	uint32_t ntexts, nnumbers, nops;
};

static struct image_range
put_text(struct output *o, struct str s)
{
	struct image_range r = {o->ntexts, (uint32_t)s.n};
	size_t i;

	buf_puts(&o->texts, "    \"");
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_printf(&o->texts, "\\%c", s.p[i]);
		else if (s.p[i] == '\n')
			buf_puts(&o->texts, "\\n");
		else if ((unsigned char)s.p[i] < ' ')
			buf_printf(&o->texts, "\\%03o", (unsigned)s.p[i]);
		else
			buf_putc(&o->texts, s.p[i]);
	}
	buf_puts(&o->texts, "\"\n");
	o->ntexts += (uint32_t)s.n;
	return r;
}

static struct image_range
put_numbers(struct output *o, const uint32_t *p, size_t n)
{
	struct image_range r = {o->nnumbers, (uint32_t)n};
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(
		    &o->numbers, "%u,%s", p[i], i % 16 == 15 ? "\n" : "");
	buf_puts(&o->numbers, n > 0 ? "\n" : "");
	o->nnumbers += (uint32_t)n;
	return r;
}

static struct image_range
put_ops(struct output *o, const struct live_rule *r)
{
	struct image_range range = {o->nops, r->nops};
	const struct live_op *op;
	uint32_t i;

	for (i = 0; i < r->nops; i++) {
		op = &r->ops[i];
		buf_printf(&o->ops, "{%u, %u, %u, %u, %u},\n", op->code,
		    (unsigned)op->n, op->to, op->from, op->what);
	}
	o->nops += r->nops;
	return range;
}

static void
put_range(struct buf *b, struct image_range r)
{
	buf_printf(b, "{%u, %u}, ", r.at, r.n);
}

static void
put_rule(struct buf *b, struct output *o, const struct made *r)
{
	buf_puts(b, "{");
	put_range(b, put_text(o, r->text));
	put_range(b, put_numbers(o, r->refs.p, r->refs.n));
	put_range(b, put_numbers(o, r->drops.p, r->drops.n));
	put_range(b, put_numbers(o, r->paths.p, r->paths.n));
	put_range(b, put_ops(o, &r->live));
	put_range(b, put_numbers(o, r->live.params, r->live.nparams));
	buf_printf(b, "%u, %u, %u, %u, %u},\n", r->live.nregs, r->group->number,
	    r->module == MODULES_MAX - 1 ? IMAGE_ALWAYS : r->module, r->test,
	    r->flags);
}

static void
put_path(struct buf *b, struct output *o, struct maker *m, const struct path *p)
{
	VEC(uint32_t) steps = {0};
	size_t i;

	for (i = 0; i < p->steps.steps.n; i++)
		VEC_PUSH(m->arena, &steps,
		    p->steps.steps.p[i].p == NULL
			? IMAGE_ANY
			: live_key(m->arena, &m->keys, p->steps.steps.p[i]));
	buf_puts(b, "{");
	put_range(b, put_numbers(o, steps.p, steps.n));
	put_range(b, put_text(o, p->text));
	buf_printf(b, "%u},\n", p->group);
}

static void
put_names(struct buf *b, struct output *o, const struct maker *m)
{
	struct group *const *g;
	struct str name;

	VEC_FOREACH(g, &m->all->groups) {
		name = (*g)->short_name.n > 0 ? (*g)->short_name : (*g)->name;
		put_range(b, put_text(o, name));
		buf_putc(b, '\n');
	}
}

static void
put_table(
    const char *type, const char *name, const char *image, struct buf *rows)
{
	printf("static const %s %s_%s[] = {\n%.*s};\n", type, image, name,
	    STR_ARG(buf_str(rows)));
	buf_free(rows);
}

void
mkimage_write(struct maker *m, const char *name)
{
	struct buf rules = {0}, paths = {0}, groups = {0}, keys = {0};
	struct output o = {0};
	size_t i;

	for (i = 0; i < m->rules.n; i++)
		put_rule(&rules, &o, &m->rules.p[i]);
	for (i = 0; i < m->paths.n; i++)
		put_path(&paths, &o, m, &m->paths.p[i]);
	put_names(&groups, &o, m);
	for (i = 0; i < m->keys.names.n; i++)
		put_range(&keys, put_text(&o, m->keys.names.p[i]));
	printf("static const char %s_texts[] =\n%.*s    \"\";\n", name,
	    STR_ARG(buf_str(&o.texts)));
	put_table("uint32_t", "numbers", name, &o.numbers);
	put_table("struct live_op", "ops", name, &o.ops);
	put_table("struct image_rule", "rules", name, &rules);
	put_table("struct image_path", "paths", name, &paths);
	put_table("struct image_range", "groups", name, &groups);
	put_table("struct image_range", "keys", name, &keys);
	printf("const struct image image_%s = {%s_texts, %s_rules, %s_groups,\n"
	       "    %s_keys, %s_paths, %s_numbers, %s_ops, %zu, %zu, %zu, "
	       "%zu, %u, %u};\n",
	    name, name, name, name, name, name, name, name, m->rules.n,
	    m->all->groups.n, m->keys.names.n, m->paths.n,
	    count_up_to(m, DEFAULTS), count_up_to(m, SHARED));
	buf_free(&o.texts);
}
