/* SPDX-License-Identifier: Apache-2.0 */
/* The machine: choices, failures, faults, and the loop. */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "runtime/rego/eval_int.h"
#include "runtime/base/banned.h"

const struct insn *
eval_fail(struct rego_eval *e)
{
	struct choice *c = &e->choices[e->nchoices - 1];
	const struct insn *i;

	for (; !c->mark; c--) {
		if (c->i < c->n) {
			i = c->resume - 1;
			if (i->a != NO_REGISTER)
				e->r[i->a] = c->keys != NULL
						 ? c->keys[c->i]
						 : ((rv)c->i << 3 | RV_TAG_INT);
			e->r[i->c] = c->values[c->i++];
			e->world = c->world;
			e->nchoices = (size_t)(c - e->choices) + 1;
			return c->resume;
		}
	}
	e->nchoices = (size_t)(c - e->choices);
	e->world = c->world;
	return c->resume;
}

/* The frame whose definition recovers; 0: none (the first never does). */
static size_t
recovering(const struct rego_eval *e, bool own)
{
	size_t f = e->nframes - 1 - own;
	const struct frame *frame;

	if (!e->p->profile->functions_recover || e->nframes < 1 + (size_t)own)
		return 0;
	for (; f > 0; f--) {
		frame = &e->frames[f];
		if (frame->unit->kind == UNIT_FUNCTION &&
		    e->nchoices > frame->choices &&
		    e->choices[frame->choices].catches)
			return f;
	}
	return 0;
}

static void
enter_frame(struct rego_eval *e, size_t f)
{
	const struct frame *frame = &e->frames[f];

	e->nframes = f + 1;
	e->r = e->regs + frame->base;
	e->k = frame->unit->k;
	e->pool = frame->unit->pool;
}

const struct insn *
eval_raise(struct rego_eval *e, const struct insn *i, bool own)
{
	size_t f = 0;
	struct choice *c;

	if (e->fault.code != REGO_ECANCEL)
		f = recovering(e, own);
	if (i != NULL) {
		e->where.fault = e->fault;
		e->where.file = i->file;
		e->where.off = i->off;
	}
	if (f == 0) {
		e->result = RV_UNDEFINED;
		return NULL;
	}
	enter_frame(e, f);
	e->frames[f].pending = ARENA_NEW(e->heap.arena, struct fault_at);
	*e->frames[f].pending = e->where;
	e->where.fault.code = REGO_FINE;
	c = &e->choices[e->frames[f].choices];
	e->nchoices = e->frames[f].choices;
	e->world = c->world;
	return c->resume;
}

const struct insn *
eval_abort(struct rego_eval *e, const struct insn *i, enum rego_fault_code code,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(e->fault.text, sizeof(e->fault.text), fmt, ap);
	va_end(ap);
	e->fault.code = code;
	return eval_raise(e, i, false);
}

static uint64_t
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The budget comes in slices, between which the clock is looked at. */
#define SLICE 65536u

static void
take_slice(struct rego_eval *e)
{
	e->left = e->budget < SLICE ? e->budget : SLICE;
	e->budget -= e->left;
}

/* NULL: go on. */
static const char *
exhausted(struct rego_eval *e)
{
	take_slice(e);
	if (e->left == 0)
		return "instruction limit reached";
	if (e->heap.full)
		return "memory limit reached";
	if (now() > e->deadline)
		return "time limit reached";
	return NULL;
}

static void
first_frame(struct rego_eval *e, const struct unit *u)
{
	e->frames[0] = (struct frame){.unit = u, .world = e->world};
	e->nchoices = 0;
	enter_frame(e, 0);
}

/* Marks what it executes, if `cover` says so: the other loop need not ask. */
static inline void
loop(struct rego_eval *e, const struct insn *i, bool cover)
{
	const char *why;

	while (i != NULL) {
		if (e->left == 0 && (why = exhausted(e)) != NULL) {
			(void)eval_abort(e, i, REGO_ECANCEL, "%s", why);
			return;
		}
		e->left--;
		if (cover)
			eval_cover(e->cover, i);
		i = eval_ops[i->op](e, i);
	}
}

static void
run(struct rego_eval *e, const struct unit *u)
{
	first_frame(e, u);
	if (e->cover != NULL)
		loop(e, u->code, true);
	else
		loop(e, u->code, false);
}

int
eval_run(struct rego_eval *e, const struct unit *u)
{
	e->budget = e->limits.instructions;
	take_slice(e);
	e->deadline = now() + e->limits.nanoseconds;
	e->heap.limit = e->limits.memory;
	memset(&e->where, 0, sizeof(e->where));
	run(e, u);
	if (e->heap.full && e->where.fault.code == REGO_FINE)
		(void)eval_abort(e, NULL, REGO_ECANCEL, "memory limit reached");
	if (e->heap.full)
		e->where.fault = e->fault;
	return e->where.fault.code == REGO_FINE      ? 0
	       : e->where.fault.code == REGO_ECANCEL ? RT_ELIMIT
						     : RT_EVERIFY;
}
