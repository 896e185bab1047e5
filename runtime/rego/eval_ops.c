/* SPDX-License-Identifier: Apache-2.0 */
/* What each instruction does. */
#include "runtime/rego/eval_int.h"
#include "runtime/base/banned.h"

#define OP(name)                                                               \
	static const struct insn *op_##name(                                   \
	    struct rego_eval *e, const struct insn *i)

static const struct insn *
set(struct rego_eval *e, const struct insn *i, rv v)
{
	e->r[i->a] = v;
	return i + 1;
}

static const struct insn *
next_if(struct rego_eval *e, const struct insn *i, bool ok)
{
	return ok ? i + 1 : eval_fail(e);
}

static const struct insn *
goes_to(const struct rego_eval *e, uint32_t at)
{
	return e->frames[e->nframes - 1].unit->code + at;
}

OP(MOVE)
{
	return set(e, i, ev(e, i->b));
}

OP(UNDEF)
{
	return set(e, i, RV_UNDEFINED);
}

OP(NEED)
{
	return next_if(e, i, ev(e, i->b) != RV_UNDEFINED);
}

OP(TRUE)
{
	rv v = ev(e, i->b);

	return next_if(e, i, v != RV_FALSE && v != RV_UNDEFINED);
}

OP(EQ)
{
	rv a = ev(e, i->b), b = ev(e, i->c);

	return next_if(e, i, a == b || rv_equal(a, b));
}

static bool
holds(const struct rego_eval *e, const struct insn *i)
{
	rv a = ev(e, i->b), b = ev(e, i->c);
	int c;

	if (i->what == REGO_OP_EQ)
		return rv_equal(a, b);
	if (i->what == REGO_OP_NE)
		return !rv_equal(a, b);
	if (rv_is_int(a) && rv_is_int(b))
		c = (int64_t)a < (int64_t)b ? -1 : a != b;
	else
		c = rv_compare(&e->heap, a, b);
	return i->what == REGO_OP_LT   ? c < 0
	       : i->what == REGO_OP_LE ? c <= 0
	       : i->what == REGO_OP_GT ? c > 0
				       : c >= 0;
}

OP(TEST)
{
	return next_if(e, i, holds(e, i));
}

OP(COMPARE)
{
	return set(e, i, rv_bool(holds(e, i)));
}

OP(OPERATE)
{
	return eval_operate(e, i);
}

static bool
among(const rv *v, size_t n, rv x)
{
	size_t k;

	for (k = 0; k < n; k++) {
		if (v[k] == x || rv_equal(v[k], x))
			return true;
	}
	return false;
}

OP(MEMBER)
{
	rv x = ev(e, i->b), c = ev(e, i->c);
	bool in = false;

	if (rv_type(c) == RV_TARRAY)
		in = among(rv_items(c), rv_count(c), x);
	else if (rv_type(c) == RV_TOBJECT)
		in = among(rv_values(c), rv_count(c), x);
	else if (rv_type(c) == RV_TSET)
		in = rv_set_has(&e->heap, c, x);
	return set(e, i, rv_bool(in));
}

OP(MEMBER3)
{
	rv v = rv_get(&e->heap, ev(e, i->c), ev(e, i->b));

	return set(
	    e, i, rv_bool(v != RV_UNDEFINED && rv_equal(v, ev(e, i->d))));
}

/* Constant keys are the same word in most objects. */
#define NEAR 8

/* Members of base data whose name is the text of a number. */
static rv
get_by_text(struct rego_eval *e, rv base, rv key)
{
	if (rv_type(base) != RV_TOBJECT || rv_type(key) != RV_TNUMBER)
		return RV_UNDEFINED;
	e->text.n = 0;
	rv_number_print(&e->text, &e->heap, key);
	return rv_get(&e->heap, base, rv_string(&e->heap, buf_str(&e->text)));
}

OP(GET)
{
	rv base = ev(e, i->b), key = ev(e, i->c), v;
	size_t k, n;

	if (rv_type(base) == RV_TOBJECT) {
		n = rv_count(base);
		for (k = 0; k < n && k < NEAR; k++) {
			if (rv_keys(base)[k] == key)
				return set(e, i, rv_values(base)[k]);
		}
	}
	v = rv_get(&e->heap, base, key);
	if (v == RV_UNDEFINED && i->what != 0)
		v = get_by_text(e, base, key);
	return v == RV_UNDEFINED ? eval_fail(e) : set(e, i, v);
}

/* Choices */

static struct choice *
push(struct rego_eval *e)
{
	if (e->nchoices == e->choices_cap) {
		e->choices_cap *= 2;
		e->choices = rt_realloc(
		    e->choices, e->choices_cap * sizeof(*e->choices));
	}
	return &e->choices[e->nchoices++];
}

OP(MARK)
{
	struct choice *c = push(e);

	c->resume = goes_to(e, i->b);
	c->world = e->world;
	c->i = c->n = 0;
	c->mark = true;
	c->catches = i->d != 0;
	return i + 1;
}

static const struct insn *
cut_to(struct rego_eval *e, uint32_t n)
{
	e->nchoices = e->frames[e->nframes - 1].choices + n;
	return NULL;
}

/* `every` over what is no collection fails, or holds; `some` may abort. */
static const struct insn *
no_collection(struct rego_eval *e, const struct insn *i, rv v)
{
	const struct rego_profile *p = e->p->profile;
	struct buf b = {0};
	const struct insn *next;

	if (i->what == EACH_EVERY && !p->every_scalar)
		(void)cut_to(e, i->d);
	if (i->what != EACH_SOME || !p->some_aborts)
		return eval_fail(e);
	rv_print_json(&b, &e->heap, v);
	next = eval_abort(e, i, REGO_ETYPE,
	    "`some .. in collection` expects array/set/object. Got `%.*s`",
	    STR_ARG(buf_str(&b)));
	buf_free(&b);
	return next;
}

OP(EACH)
{
	rv v = ev(e, i->b);
	enum rv_type t = rv_type(v);
	struct choice *c;

	if (t < RV_TARRAY)
		return no_collection(e, i, v);
	c = push(e);
	c->resume = i + 1;
	c->world = e->world;
	c->i = 0;
	c->n = (uint32_t)rv_count(v);
	c->mark = false;
	c->keys = t == RV_TARRAY ? NULL : rv_items(v);
	c->values = t == RV_TOBJECT ? rv_values(v) : rv_items(v);
	return eval_fail(e);
}

OP(CUT)
{
	(void)cut_to(e, i->b);
	return i + 1;
}

OP(FAIL)
{
	(void)i;
	return eval_fail(e);
}

OP(JUMP)
{
	return goes_to(e, i->b);
}

/* Defaults do not stand in for a definition that was aborted. */
OP(JUMP_DEF)
{
	struct frame *f = &e->frames[e->nframes - 1];

	if (e->r[i->a] != RV_UNDEFINED)
		return goes_to(e, i->b);
	if (i->what != 0 && f->pending != NULL)
		return eval_return(e, RV_UNDEFINED);
	return i + 1;
}

/* Patterns */

OP(ARRAY_N)
{
	rv v = ev(e, i->b);

	return next_if(e, i, rv_type(v) == RV_TARRAY && rv_count(v) == i->c);
}

OP(OBJECT_N)
{
	rv v = ev(e, i->b);

	return next_if(e, i, rv_type(v) == RV_TOBJECT && rv_count(v) == i->c);
}

/* Documents */

OP(INPUT)
{
	rv v = e->world->input;

	return v == RV_UNDEFINED ? eval_fail(e) : set(e, i, v);
}

OP(DATA)
{
	return set(e, i, e->world->base);
}

OP(BASE)
{
	uint32_t n = e->pool[i->b], k;
	rv v = e->world->base;

	for (k = 0; k < n && v != RV_UNDEFINED; k++)
		v = rv_get(&e->heap, v, ev(e, e->pool[i->b + 1 + k]));
	return v == RV_UNDEFINED ? i + 1 : eval_return(e, v);
}

/* Collections */

/* Nothing, after something was built: the memory is at its limit. */
static const struct insn *
built(struct rego_eval *e, const struct insn *i, rv v)
{
	if (e->heap.full)
		return eval_abort(e, i, REGO_ECANCEL, "memory limit reached");
	return set(e, i, v);
}

static void
collect(struct rego_eval *e, const struct insn *i, struct rv_builder *b)
{
	uint32_t k;

	for (k = 0; k < i->c; k++)
		rv_push(&e->heap, b, ev(e, e->pool[i->b + k]));
}

OP(MK_ARRAY)
{
	struct rv_builder b = {0};

	collect(e, i, &b);
	return built(e, i, rv_array_close(&e->heap, &b));
}

OP(MK_SET)
{
	struct rv_builder b = {0};

	collect(e, i, &b);
	return built(e, i, rv_set_close(&e->heap, &b));
}

OP(MK_OBJECT)
{
	struct rv_builder b = {0};

	collect(e, i, &b);
	return built(e, i, rv_object_close(&e->heap, &b, NULL));
}

static struct rv_builder *
builder(const struct rego_eval *e, uint32_t r)
{
	return (struct rv_builder *)(uintptr_t)e->r[r];
}

OP(BUILD)
{
	return set(
	    e, i, (rv)(uintptr_t)ARENA_NEW(e->heap.arena, struct rv_builder));
}

OP(ADD)
{
	rv_push(&e->heap, builder(e, i->a), ev(e, i->b));
	return i + 1;
}

OP(PUT)
{
	rv v = ev(e, i->c);

	if (v != RV_UNDEFINED)
		rv_put(&e->heap, builder(e, i->a), ev(e, i->b), v);
	return i + 1;
}

OP(PUT_PATH)
{
	struct rv_builder path = {0}, *b = builder(e, i->a);
	uint32_t n = e->pool[i->b], k;

	for (k = 0; k < n; k++)
		rv_push(&e->heap, &path, ev(e, e->pool[i->b + 1 + k]));
	rv_push(&e->heap, b, rv_array_close(&e->heap, &path));
	rv_push(&e->heap, b, ev(e, i->c));
	rv_push(&e->heap, b, rv_bool(i->d != 0));
	return i + 1;
}

static rv
close_kind(struct rego_eval *e, const struct insn *i)
{
	struct rv_builder *b = builder(e, i->b);
	rv clash = RV_UNDEFINED;

	switch ((enum close_kind)i->c) {
	case CLOSE_ARRAY:
		return rv_array_close(&e->heap, b);
	case CLOSE_SET:
		return rv_set_close(&e->heap, b);
	case CLOSE_OBJECT:
		return rv_object_close(&e->heap, b, &clash);
	case CLOSE_TREE:
		break;
	}
	return eval_tree(e, b);
}

OP(CLOSE)
{
	rv v = close_kind(e, i);

	if (v == RV_UNDEFINED && !e->heap.full)
		return eval_abort(
		    e, i, REGO_ECONFLICT, "object keys must be unique");
	return built(e, i, v);
}

OP(MERGE)
{
	rv a = ev(e, i->b), b = ev(e, i->c), v = eval_merge(e, a, b, i->d);

	if (v == RV_UNDEFINED && a != RV_UNDEFINED && b != RV_UNDEFINED)
		return eval_abort(e, i, REGO_ECONFLICT,
		    "complete rules must not produce multiple outputs");
	return built(e, i, v);
}

OP(DOCUMENT)
{
	uint32_t n;
	const rv *keys = eval_keys(e, i->b, &n);
	rv base = eval_walk(e, e->world->base, keys, n);

	return built(e, i, eval_document(e, base, builder(e, i->c)));
}

/* Text */

static void
print_part(struct rego_eval *e, rv v)
{
	if (v == RV_UNDEFINED)
		buf_put(&e->text, STR("<undefined>"));
	else if (rv_type(v) == RV_TSTRING)
		buf_put(&e->text, rv_str(v));
	else
		rv_print(&e->text, &e->heap, v);
}

OP(TEXT)
{
	uint32_t k;

	e->text.n = 0;
	for (k = 0; k < i->c; k++)
		print_part(e, ev(e, e->pool[i->b + k]));
	return built(e, i, rv_string(&e->heap, buf_str(&e->text)));
}

OP(PRINT)
{
	struct str file = {NULL, 0};
	uint32_t k;

	if (e->print == NULL)
		return i + 1;
	e->text.n = 0;
	for (k = 0; k < i->c; k++) {
		if (k > 0)
			buf_putc(&e->text, ' ');
		print_part(e, ev(e, e->pool[i->b + k]));
	}
	if (i->file != FILE_QUERY)
		file = e->p->files.p[i->file].name;
	e->print(e->print_arg, file, eval_place(e->p, i->file, i->off),
	    buf_str(&e->text));
	return i + 1;
}

/* Calls */

OP(BUILTIN)
{
	return eval_builtin(e, i);
}

OP(CALL)
{
	return eval_call(e, i, false);
}

OP(SOFT_CALL)
{
	return eval_call(e, i, true);
}

static const char *const conflicts[] = {
    "complete rules must not produce multiple outputs",
    "functions must not produce multiple outputs for same inputs"};

OP(YIELD)
{
	rv v = ev(e, i->b), old = e->r[i->a];

	if (old == RV_UNDEFINED)
		return set(e, i, v);
	if (rv_equal(old, v))
		return i + 1;
	e->fault.code = REGO_ECONFLICT;
	memcpy(e->fault.text, conflicts[i->what != 0],
	    strlen(conflicts[i->what != 0]) + 1);
	return eval_raise(e, i, true);
}

OP(RETURN)
{
	return eval_return(e, ev(e, i->b));
}

/* with, queries */

OP(WITH)
{
	return eval_with(e, i);
}

OP(RESTORE)
{
	e->world = (const struct world *)(uintptr_t)e->r[i->b];
	return i + 1;
}

OP(RESULT)
{
	size_t n = e->query->nexpressions;
	struct rego_result r = {.expressions = e->out, .bindings = e->out + n};
	uint32_t k;

	for (k = 0; k < i->c; k++)
		e->out[k] = ev(e, e->pool[i->b + k]);
	return e->each(e->each_arg, &r) ? eval_fail(e) : NULL;
}

insn_fn *const eval_ops[REGO_NINSNS] = {
#define X(name) [INSN_##name] = op_##name,
    REGO_INSNS(X)
#undef X
};
