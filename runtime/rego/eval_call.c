/* SPDX-License-Identifier: Apache-2.0 */
/* Calls: rules with their memo, functions, built-ins, what replaces them. */
#include <stdlib.h>

#include "runtime/rego/eval_int.h"
#include "runtime/base/banned.h"

/* Rules do not recurse, so a deeper stack is a fault of the program. */
#define FRAMES_MAX 20000

const struct insn *
eval_done(struct rego_eval *e, const struct insn *call, rv v, bool soft)
{
	if (v == RV_UNDEFINED && !soft)
		return eval_fail(e);
	e->r[call->a] = v;
	return call + 1;
}

/* Frames */

static bool
grow(struct rego_eval *e, size_t regs)
{
	size_t base = (size_t)(e->r - e->regs);

	if (e->nframes == e->frames_cap) {
		if (e->nframes >= FRAMES_MAX)
			return false;
		e->frames_cap *= 2;
		e->frames =
		    rt_realloc(e->frames, e->frames_cap * sizeof(*e->frames));
	}
	if (regs > e->nregs) {
		while (e->nregs < regs)
			e->nregs *= 2;
		e->regs = rt_realloc(e->regs, e->nregs * sizeof(*e->regs));
		e->r = e->regs + base;
	}
	return true;
}

static const struct insn *
enter(struct rego_eval *e, const struct insn *i, const struct unit *u,
    const struct world *w, bool soft)
{
	const struct frame *caller = &e->frames[e->nframes - 1];
	uint32_t base = caller->base + caller->unit->nregs, k;
	struct frame *f;

	if (!grow(e, (size_t)base + u->nregs))
		return eval_abort(
		    e, i, REGO_EINTERNAL, "calls are nested too deeply");
	for (k = 0; k < u->nargs; k++)
		e->regs[base + k] = ev(e, e->pool[i->b + k]);
	f = &e->frames[e->nframes++];
	*f = (struct frame){.back = i,
	    .unit = u,
	    .world = e->world,
	    .base = base,
	    .choices = (uint32_t)e->nchoices,
	    .soft = soft};
	e->r = e->regs + base;
	e->k = u->k;
	e->pool = u->pool;
	e->world = w;
	return u->code;
}

static uint64_t
generation(const struct unit *u, const struct world *w)
{
	return u->uses_input ? w->gen_input : w->gen;
}

/* Memo of functions: the same words are the same values. */

static struct memo *
memo_of(struct rego_eval *e, const struct unit *u, const rv *args)
{
	uint64_t h = u->id * 0x9e3779b97f4a7c15u;
	uint32_t i;

	for (i = 0; i < u->nargs; i++)
		h = (h ^ args[i]) * 0x9e3779b97f4a7c15u;
	return &e->memo[h >> 56];
}

static bool
memo_is(
    const struct memo *m, const struct unit *u, const rv *args, uint64_t gen)
{
	return m->gen == gen && m->unit == u->id &&
	       memcmp(m->args, args, u->nargs * sizeof(rv)) == 0;
}

static void
remember(struct rego_eval *e, const struct frame *f, rv v)
{
	const struct unit *u = f->unit;
	const rv *args = e->regs + f->base;
	struct memo *m;

	if (u->kind == UNIT_FUNCTION) {
		if (!u->memo)
			return;
		m = memo_of(e, u, args);
		m->gen = generation(u, e->world);
		m->unit = u->id;
		memcpy(m->args, args, u->nargs * sizeof(rv));
		m->value = v;
	} else if (u->kind != UNIT_QUERY) {
		e->slots[u->id] = (struct slot){generation(u, e->world), v};
	}
}

/* The registers of the callee end where the caller's begin again. */
const struct insn *
eval_return(struct rego_eval *e, rv v)
{
	const struct frame *f = &e->frames[e->nframes - 1];
	const struct frame *caller = f - 1;
	const struct insn *call = f->back;

	if (call == NULL) {
		e->result = v;
		if (f->unit->kind == UNIT_RULE ||
		    f->unit->kind == UNIT_DOCUMENT)
			remember(e, f, v);
		return NULL;
	}
	if (v == RV_UNDEFINED && f->pending != NULL) {
		e->where = *f->pending;
		e->fault = e->where.fault;
		return eval_raise(e, NULL, true);
	}
	remember(e, f, v);
	e->nchoices = f->choices;
	e->world = f->world;
	e->nframes--;
	e->r = e->regs + caller->base;
	e->k = caller->unit->k;
	e->pool = caller->unit->pool;
	return eval_done(e, call, v, f->soft);
}

/* with */

static const struct mock *
mock_of(const struct world *w, bool builtin, uint32_t target)
{
	const struct mock *m;

	for (m = w->mocks; m != NULL; m = m->up) {
		if (m->builtin == builtin && m->target == target)
			return m->none ? NULL : m;
	}
	return NULL;
}

/* Inside of the replacement the function is the original one. */
static const struct world *
world_without(struct rego_eval *e, const struct mock *m)
{
	struct world *w = ARENA_NEW(e->heap.arena, struct world);
	struct mock *none = ARENA_NEW(e->heap.arena, struct mock);

	*w = *e->world;
	*none = *m;
	none->none = true;
	none->up = w->mocks;
	w->mocks = none;
	w->gen = w->gen_input = ++e->gens;
	return w;
}

static const struct insn *call_builtin(
    struct rego_eval *e, const struct insn *i, uint32_t id);

static const struct insn *
call_mock(struct rego_eval *e, const struct insn *i, const struct mock *m)
{
	const struct unit *u;

	if (m->kind == WITH_VALUE)
		return eval_done(e, i, m->value, false);
	if (m->kind == WITH_BUILTIN)
		return call_builtin(e, i, m->by);
	u = e->p->units.p[m->by];
	if (u->nargs != i->c)
		return eval_fail(e);
	return enter(e, i, u, world_without(e, m), false);
}

static bool
covers(const struct over *o, const struct node *n)
{
	uint32_t d;

	if (o->n > n->depth)
		return false;
	for (d = n->depth; d > o->n; d--)
		n = n->up;
	for (; d > 0; d--, n = n->up) {
		if (!rv_equal(o->keys[d - 1], n->key))
			return false;
	}
	return true;
}

static bool
is_over(const struct rego_eval *e, const struct unit *u)
{
	const struct over *o;

	for (o = e->world->overs; o != NULL; o = o->up) {
		if (covers(o, u->node))
			return true;
	}
	return false;
}

static rv
base_at(const struct rego_eval *e, const struct node *n)
{
	rv v;

	if (n->up == NULL)
		return e->world->base;
	v = base_at(e, n->up);
	return v == RV_UNDEFINED ? v : rv_get(&e->heap, v, n->key);
}

static const struct insn *
call_function(
    struct rego_eval *e, const struct insn *i, const struct unit *u, bool soft)
{
	rv args[REGO_MEMO_ARGS];
	const struct mock *mock;
	const struct memo *m;
	uint32_t k;

	if (e->world->mocks != NULL &&
	    (mock = mock_of(e->world, false, u->id)) != NULL)
		return call_mock(e, i, mock);
	if (!u->memo)
		return enter(e, i, u, e->world, soft);
	for (k = 0; k < u->nargs; k++)
		args[k] = ev(e, e->pool[i->b + k]);
	m = memo_of(e, u, args);
	if (memo_is(m, u, args, generation(u, e->world)))
		return eval_done(e, i, m->value, soft);
	return enter(e, i, u, e->world, soft);
}

const struct insn *
eval_call(struct rego_eval *e, const struct insn *i, bool soft)
{
	const struct unit *u = e->p->units.p[i->d];
	const struct slot *s;

	if (u->kind == UNIT_FUNCTION)
		return call_function(e, i, u, soft);
	if (e->world->overs != NULL && is_over(e, u))
		return eval_done(e, i, base_at(e, u->node), soft);
	s = &e->slots[u->id];
	if (s->gen == generation(u, e->world))
		return eval_done(e, i, s->value, soft);
	return enter(e, i, u, e->world, soft);
}

/* Built-ins */

#define ARGS_MAX 16

static const struct insn *
called(struct rego_eval *e, const struct insn *i, rv v)
{
	if (v != RV_UNDEFINED) {
		e->r[i->a] = v;
		return i + 1;
	}
	if (e->heap.full)
		return eval_abort(e, i, REGO_ECANCEL, "memory limit reached");
	if (e->fault.code != REGO_FINE && (e->fault.aborts || e->p->strict))
		return eval_raise(e, i, false);
	return eval_fail(e);
}

static const struct insn *
call_builtin(struct rego_eval *e, const struct insn *i, uint32_t id)
{
	const struct rego_builtin *b = e->p->builtins.p[id];
	rv args[ARGS_MAX];
	struct rego_call c = {
	    .heap = &e->heap, .env = &e->env, .builtin = b, .args = args};
	uint32_t k;

	c.fault = &e->fault;
	e->fault.code = REGO_FINE;
	e->fault.aborts = false;
	for (k = 0; k < i->c && k < ARGS_MAX; k++)
		args[k] = ev(e, e->pool[i->b + k]);
	c.nargs = k;
	if (b->fn == NULL) {
		e->fault.aborts = true;
		(void)rego_fail(&c, REGO_EBUILTIN,
		    "built-in not available: evaluation is hermetic");
		return eval_raise(e, i, false);
	}
	return called(e, i, b->fn(&c));
}

const struct insn *
eval_builtin(struct rego_eval *e, const struct insn *i)
{
	const struct mock *m;

	if (e->world->mocks != NULL &&
	    (m = mock_of(e->world, true, i->d)) != NULL)
		return call_mock(e, i, m);
	return call_builtin(e, i, i->d);
}

const struct insn *
eval_operate(struct rego_eval *e, const struct insn *i)
{
	rv args[2] = {ev(e, i->b), ev(e, i->c)};
	struct rego_builtin b = {
	    .name = rego_op_table[i->what].function, .arity = 2};
	struct rego_call c = {.heap = &e->heap,
	    .env = &e->env,
	    .builtin = &b,
	    .args = args,
	    .nargs = 2,
	    .fault = &e->fault};

	e->fault.code = REGO_FINE;
	e->fault.aborts = false;
	return called(e, i, rego_operate(&c, i->what));
}
