/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out the operations of live.h. */
#include "compiler/policy/live.h"
#include "runtime/base/banned.h"

/* Deeper than any data: a cycle of names, and everything below is read. */
#define LIVE_DEPTH_MAX 24

struct answer {
	VEC(uint32_t) rules;   /* of the group */
	VEC(uint32_t) readers; /* rules that look at the group's values */
	struct values values;
};

struct solver {
	struct arena *arena;
	const struct live_program *p;
	struct live *root;
	struct values **regs; /* of each rule */
	struct answer *answers;
	bool *dirty;
	bool again, changed;
};

static struct live *
live_new(struct solver *s, const struct live *parent)
{
	struct live *l = ARENA_NEW(s->arena, struct live);

	l->depth = (uint8_t)(parent == NULL ? 0 : parent->depth + 1);
	return l;
}

/* True if it was not there. */
static bool
add(struct solver *s, struct values *to, struct live *l)
{
	size_t i;

	for (i = 0; i < to->at.n; i++) {
		if (to->at.p[i] == l)
			return false;
	}
	VEC_PUSH(s->arena, &to->at, l);
	return true;
}

static bool
join(struct solver *s, struct values *to, const struct values *from)
{
	bool more = false;
	size_t i;

	for (i = 0; i < from->at.n; i++)
		more |= add(s, to, from->at.p[i]);
	return more;
}

static void
read_whole(const struct values *v)
{
	size_t i;

	for (i = 0; i < v->at.n; i++)
		v->at.p[i]->whole = true;
}

/* The member under `key`; NULL: any. */
static struct live *
child(struct solver *s, struct live *l, const struct str *key)
{
	struct live *c;

	if (l->depth >= LIVE_DEPTH_MAX) {
		l->whole = true;
		return l;
	}
	if (key == NULL) {
		if (l->any == NULL)
			l->any = live_new(s, l);
		return l->any;
	}
	c = map_get(&l->keys, *key);
	if (c == NULL) {
		c = live_new(s, l);
		(void)map_set(s->arena, &l->keys, *key, c);
	}
	return c;
}

static bool
children(struct solver *s, struct values *to, const struct values *from,
    const struct str *key)
{
	bool more = false;
	size_t i;

	for (i = 0; i < from->at.n; i++)
		more |= add(s, to, child(s, from->at.p[i], key));
	return more;
}

static void
look_again(struct solver *s, uint32_t rule)
{
	s->dirty[rule] = true;
	s->again = true;
}

static bool
ask(struct solver *s, uint32_t rule, struct values *to, uint32_t group)
{
	struct answer *g = &s->answers[group];
	size_t i;

	for (i = 0; i < g->readers.n && g->readers.p[i] != rule; i++)
		continue;
	if (i == g->readers.n)
		VEC_PUSH(s->arena, &g->readers, rule);
	return join(s, to, &g->values);
}

static void
answer(struct solver *s, uint32_t group, const struct values *from)
{
	struct answer *g = &s->answers[group];
	size_t i;

	if (!join(s, &g->values, from))
		return;
	for (i = 0; i < g->readers.n; i++)
		look_again(s, g->readers.p[i]);
}

static void
pass(struct solver *s, const struct live_op *op, const struct values *from)
{
	const struct answer *g = &s->answers[op->what];
	const struct live_rule *r;
	uint32_t rule;
	size_t i;

	for (i = 0; i < g->rules.n; i++) {
		rule = g->rules.p[i];
		r = &s->p->rules[rule];
		if (op->n >= r->nparams || r->params[op->n] == 0)
			read_whole(from);
		else if (join(s, &s->regs[rule][r->params[op->n]], from))
			look_again(s, rule);
	}
}

static void
step(struct solver *s, uint32_t rule, const struct live_op *op)
{
	struct values *to = &s->regs[rule][op->to];
	const struct values *from = &s->regs[rule][op->from];

	switch ((enum live_code)op->code) {
	case LIVE_ROOT:
		s->changed |= add(s, to, s->root);
		break;
	case LIVE_GROUP:
		s->changed |= ask(s, rule, to, op->what);
		break;
	case LIVE_CHILD:
		s->changed |= children(s, to, from, &s->p->keys[op->what]);
		break;
	case LIVE_ANY:
		s->changed |= children(s, to, from, NULL);
		break;
	case LIVE_JOIN:
		s->changed |= join(s, to, from);
		break;
	case LIVE_READ:
		read_whole(from);
		break;
	case LIVE_ARG:
		pass(s, op, from);
		break;
	case LIVE_RESULT:
		answer(s, s->p->rules[rule].group, from);
		break;
	case LIVE_WHOLE:
		s->root->whole = true;
		break;
	case LIVE_GUARD:
		break;
	}
}

/* Until its own registers get nothing more. */
static void
run(struct solver *s, uint32_t rule)
{
	const struct live_rule *r = &s->p->rules[rule];
	const struct live_op *op;
	uint32_t i;

	do {
		s->changed = s->dirty[rule] = false;
		for (i = 0; i < r->nops; i++) {
			op = &r->ops[i];
			if (op->code == LIVE_GUARD && s->p->folded != NULL &&
			    s->p->folded[op->what])
				i += op->n;
			else
				step(s, rule, op);
		}
	} while (s->changed || s->dirty[rule]);
}

static void
start(struct solver *s)
{
	const struct live_rule *r;
	uint32_t i;

	s->root = live_new(s, NULL);
	s->regs = ARENA_ARRAY(s->arena, struct values *, s->p->nrules);
	s->dirty = ARENA_ARRAY(s->arena, bool, s->p->nrules);
	s->answers = ARENA_ARRAY(s->arena, struct answer, s->p->ngroups);
	for (i = 0; i < s->p->nrules; i++) {
		r = &s->p->rules[i];
		s->regs[i] = ARENA_ARRAY(s->arena, struct values, r->nregs + 1);
		VEC_PUSH(s->arena, &s->answers[r->group].rules, i);
		s->dirty[i] = true;
	}
}

struct live *
live_solve(struct arena *a, const struct live_program *p, struct values ***regs)
{
	struct solver s = {.arena = a, .p = p, .again = true};
	uint32_t i;

	start(&s);
	while (s.again) {
		s.again = false;
		for (i = 0; i < p->nrules; i++) {
			if (s.dirty[i])
				run(&s, i);
		}
	}
	if (regs != NULL)
		*regs = s.regs;
	return s.root;
}
