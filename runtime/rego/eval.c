/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluators: what a thread has for itself. */
#include <stdlib.h>

#include "runtime/rego/eval_int.h"
#include "runtime/base/banned.h"

#define INSTRUCTIONS 50000000u
#define MEMORY ((size_t)256 << 20)
#define NANOSECONDS 10000000000u

static void
set_limits(struct rego_limits *to, const struct rego_limits *from)
{
	*to = (struct rego_limits){INSTRUCTIONS, MEMORY, NANOSECONDS};
	if (from == NULL)
		return;
	if (from->instructions > 0)
		to->instructions = from->instructions;
	if (from->memory > 0)
		to->memory = from->memory;
	if (from->nanoseconds > 0)
		to->nanoseconds = from->nanoseconds;
}

/* Room for a usual policy; more is made when it is needed. */
static void
start_machine(struct rego_eval *e)
{
	e->nregs = 4096;
	e->regs = rt_calloc(e->nregs, sizeof(*e->regs));
	e->frames_cap = 64;
	e->frames = rt_calloc(e->frames_cap, sizeof(*e->frames));
	e->choices_cap = 128;
	e->choices = rt_calloc(e->choices_cap, sizeof(*e->choices));
	e->nslots = e->p->units.n;
	e->slots = rt_calloc(e->nslots, sizeof(*e->slots));
}

struct rego_eval *
rego_eval_new(const struct rego_program *p, const struct rego_limits *limits)
{
	struct rego_eval *e = rt_calloc(1, sizeof(*e));

	e->p = p;
	e->heap = p->heap;
	e->heap.arena = arena_new();
	e->state[0] = arena_new();
	e->state[1] = arena_new();
	e->base = p->base;
	e->input = RV_UNDEFINED;
	e->env.regexes = rego_regexes_new();
	set_limits(&e->limits, limits);
	start_machine(e);
	return e;
}

void
rego_eval_free(struct rego_eval *e)
{
	if (e == NULL)
		return;
	arena_free(e->heap.arena);
	arena_free(e->state[0]);
	arena_free(e->state[1]);
	rego_regexes_free(e->env.regexes);
	buf_free(&e->text);
	buf_free(&e->env.text);
	free(e->regs);
	free(e->frames);
	free(e->choices);
	free(e->slots);
	free(e);
}

void
rego_eval_reset(struct rego_eval *e)
{
	arena_reset(e->heap.arena);
	e->heap.full = false;
	e->input = RV_UNDEFINED;
}

struct rv_heap *
rego_eval_heap(struct rego_eval *e)
{
	return &e->heap;
}

void
rego_eval_input(struct rego_eval *e, rv input)
{
	e->input = input;
}

void
rego_eval_data(struct rego_eval *e, rv data)
{
	struct rv_heap heap = e->heap;

	e->which ^= 1;
	arena_reset(e->state[e->which]);
	heap.arena = e->state[e->which];
	heap.limit = 0;
	e->base = rv_copy(&heap, data);
}

rv
rego_eval_base(const struct rego_eval *e)
{
	return e->base;
}

void
rego_eval_now(struct rego_eval *e, int64_t ns)
{
	e->env.now_ns = ns;
}

void
rego_eval_prints(struct rego_eval *e, rego_print_fn fn, void *arg)
{
	e->print = fn;
	e->print_arg = arg;
}

struct place
eval_place(const struct rego_program *p, uint16_t file, uint32_t off)
{
	struct place at = {1, 1};
	struct str text;
	size_t i;

	if (file >= p->files.n)
		return (struct place){0, 0};
	text = p->files.p[file].text;
	for (i = 0; i < off && i < text.n; i++) {
		if (text.p[i] == '\n')
			at = (struct place){at.line + 1, 1};
		else if (((unsigned char)text.p[i] & 0xc0) != 0x80)
			at.col++;
	}
	return at;
}

static int
run(struct rego_eval *e, const struct unit *u, struct rt_err *err)
{
	struct world *w = ARENA_NEW(e->heap.arena, struct world);
	struct rego_where *t = &e->told;
	int r;

	*w = (struct world){.input = e->input, .base = e->base};
	w->gen = w->gen_input = ++e->gens;
	e->world = w;
	if (u->nregs > e->nregs) {
		e->nregs = u->nregs;
		e->regs = rt_realloc(e->regs, e->nregs * sizeof(*e->regs));
	}
	r = eval_run(e, u);
	*t = (struct rego_where){.fault = e->where.fault};
	if (r == 0)
		return 0;
	if (e->where.file < e->p->files.n)
		t->file = e->p->files.p[e->where.file].name;
	t->at = eval_place(e->p, e->where.file, e->where.off);
	return rt_err_set(
	    err, r, "%.*s:%u: %s", STR_ARG(t->file), t->at.line, t->fault.text);
}

int
rego_eval_query(struct rego_eval *e, const struct rego_query *q,
    rego_each_fn each, void *arg, struct rt_err *err)
{
	e->query = q;
	e->each = each;
	e->each_arg = arg;
	e->out = ARENA_ARRAY(e->heap.arena, rv, q->nexpressions + q->vars.n);
	return run(e, &q->unit, err);
}

/* "data.a.b": the unit that gives its value, or NULL. */
static const struct unit *
unit_at(const struct rego_program *p, struct str path)
{
	const struct node *n = p->root;
	size_t dot;

	if (!str_eqz(str_sub(path, 0, 4), "data"))
		return NULL;
	path = str_sub(path, 4, path.n);
	while (n != NULL && path.n > 0) {
		path = str_sub(path, 1, path.n);
		dot = str_chr(path, '.', 0);
		n = map_get(&n->children, str_sub(path, 0, dot));
		path = str_sub(path, dot < path.n ? dot : path.n, path.n);
	}
	if (n == NULL || (n->group != NULL && n->group->kind == GROUP_FUNCTION))
		return NULL;
	return p->units
	    .p[n->document != NO_UNIT ? n->document : n->group->unit];
}

int
rego_eval_rule(
    rv *out, struct rego_eval *e, struct str path, struct rt_err *err)
{
	const struct unit *u = unit_at(e->p, path);
	int r;

	*out = RV_UNDEFINED;
	if (u == NULL)
		return 0;
	r = run(e, u, err);
	if (r == 0)
		*out = e->result;
	return r;
}

const struct rego_where *
rego_eval_fault(const struct rego_eval *e)
{
	return &e->told;
}

uint64_t
rego_eval_spent(const struct rego_eval *e)
{
	return e->limits.instructions - e->budget - e->left;
}
