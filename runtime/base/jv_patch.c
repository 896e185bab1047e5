/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

/* No patch of a person is longer; a hostile one shall end. */
#define OPERATIONS_MAX 100000
/* Copies can double a document again and again: the sum of them is bounded. */
#define COPIED_MAX ((size_t)1 << 20)

struct patch {
	struct arena *arena;
	struct jv *doc;
	struct rt_err *err;
	size_t index; /* of the operation, for messages */
	struct str op;
	struct str path;
	size_t copied; /* nodes so far */
};

/* The place that a pointer names: a member or item of `parent`. */
struct spot {
	struct jv *parent; /* NULL: the whole document */
	struct str key;    /* unescaped last token */
	size_t depth;
};

static int
fail(const struct patch *p, int code, const char *why)
{
	return rt_err_set(p->err, code, "operation %zu (%.*s '%.*s'): %s",
	    p->index, STR_ARG(p->op), STR_ARG(p->path), why);
}

/* The token after the '/' at *at; false where an escape is malformed. */
static bool
next_token(struct arena *a, struct str pointer, size_t *at, struct str *out)
{
	size_t end = str_chr(pointer, '/', *at + 1), i;
	struct str raw = str_sub(pointer, *at + 1, end);
	char *p;

	*at = end == SIZE_MAX ? pointer.n : end;
	*out = raw;
	if (str_chr(raw, '~', 0) == SIZE_MAX)
		return true;
	p = arena_alloc(a, raw.n + 1);
	*out = (struct str){p, 0};
	for (i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '~') {
			i++;
			if (i == raw.n || (raw.p[i] != '0' && raw.p[i] != '1'))
				return false;
			c = raw.p[i] == '0' ? '~' : '/';
		}
		p[out->n++] = c;
	}
	return true;
}

/* An array index without leading zeros, at most `max`. */
static bool
to_index(struct str token, size_t max, size_t *out)
{
	uint64_t n;

	if (token.n > 1 && token.p[0] == '0')
		return false;
	if (!str_u64(token, max, &n))
		return false;
	*out = (size_t)n;
	return true;
}

static struct jv *
child(const struct jv *v, struct str token)
{
	size_t i;

	if (!jv_is(v, JV_ARRAY))
		return jv_get(v, token);
	if (v->items.n == 0 || !to_index(token, v->items.n - 1, &i))
		return NULL;
	return v->items.p[i];
}

static bool
well_formed(struct str pointer)
{
	return pointer.n == 0 || pointer.p[0] == '/';
}

static int
locate(struct patch *p, struct str pointer, struct spot *out)
{
	struct jv *at = p->doc;
	size_t pos = 0;

	*out = (struct spot){NULL, {"", 0}, 0};
	if (!well_formed(pointer))
		return fail(p, RT_EFORMAT, "a path begins with '/'");
	while (pos < pointer.n) {
		if (out->parent != NULL) {
			at = child(at, out->key);
			if (at == NULL)
				return fail(p, RT_ENOTFOUND, "no such path");
		}
		out->parent = at;
		out->depth++;
		if (!next_token(p->arena, pointer, &pos, &out->key))
			return fail(p, RT_EFORMAT, "bad escape in the path");
	}
	if (out->parent != NULL && out->parent->type != JV_ARRAY &&
	    out->parent->type != JV_OBJECT)
		return fail(p, RT_ENOTFOUND, "no such path");
	return 0;
}

static size_t
count(const struct jv *v)
{
	struct jv_member *m;
	struct jv **it;
	size_t n = 1;

	VEC_FOREACH(it, &v->items)
		n += count(*it);
	VEC_FOREACH(m, &v->members)
		n += count(m->value);
	return n;
}

static size_t
depth(const struct jv *v)
{
	struct jv_member *m;
	struct jv **it;
	size_t max = 0, n;

	VEC_FOREACH(it, &v->items)
		max = (n = depth(*it)) > max ? n : max;
	VEC_FOREACH(m, &v->members)
		max = (n = depth(m->value)) > max ? n : max;
	return max + 1;
}

/* What a patch makes is no deeper than what a file may be. */
static int
check_depth(const struct patch *p, const struct spot *s, const struct jv *value)
{
	if (s->depth + depth(value) > JV_DEPTH_MAX)
		return fail(p, RT_ELIMIT, "nested too deeply");
	return 0;
}

static int
get(struct patch *p, const struct spot *s, struct jv **out)
{
	*out = s->parent == NULL ? p->doc : child(s->parent, s->key);
	return *out == NULL ? fail(p, RT_ENOTFOUND, "no such path") : 0;
}

static int
add(struct patch *p, const struct spot *s, struct jv *value)
{
	struct jv *to = s->parent;
	size_t i;
	int r = check_depth(p, s, value);

	if (r != 0)
		return r;
	if (to == NULL) {
		p->doc = value;
		return 0;
	}
	if (to->type == JV_OBJECT) {
		jv_set(p->arena, to, s->key, value);
		return 0;
	}
	i = to->items.n;
	if (!str_eqz(s->key, "-") && !to_index(s->key, to->items.n, &i))
		return fail(p, RT_ENOTFOUND, "no such place in the list");
	VEC_INSERT(p->arena, &to->items, i, value);
	return 0;
}

static int
take(struct patch *p, const struct spot *s, struct jv **out)
{
	size_t i;
	int r = get(p, s, out);

	if (r != 0)
		return r;
	if (s->parent == NULL)
		return fail(p, RT_EFORMAT, "the whole document stays");
	if (s->parent->type == JV_OBJECT) {
		jv_remove(s->parent, s->key);
	} else if (to_index(s->key, s->parent->items.n, &i)) {
		VEC_REMOVE(&s->parent->items, i);
	}
	return 0;
}

static int
replace(struct patch *p, const struct spot *s, struct jv *value)
{
	struct jv *old;
	size_t i;
	int r = get(p, s, &old);

	if (r == 0)
		r = check_depth(p, s, value);
	if (r != 0)
		return r;
	if (s->parent == NULL)
		p->doc = value;
	else if (s->parent->type == JV_OBJECT)
		jv_set(p->arena, s->parent, s->key, value);
	else if (to_index(s->key, s->parent->items.n, &i))
		s->parent->items.p[i] = value;
	return 0;
}

/* operations: each is given the operation and the place of its path */

static int
copied(struct patch *p, const struct jv *v, struct jv **out)
{
	p->copied += count(v);
	if (p->copied > COPIED_MAX)
		return fail(p, RT_ELIMIT, "the patch copies too much");
	*out = jv_copy(p->arena, v);
	return 0;
}

static int
operand(struct patch *p, const struct jv *op, struct jv **out)
{
	*out = jv_getz(op, "value");
	if (*out == NULL)
		return fail(p, RT_EFORMAT, "has no 'value'");
	return copied(p, *out, out);
}

static int
op_add(struct patch *p, const struct jv *op, const struct spot *s)
{
	struct jv *v;
	int r = operand(p, op, &v);

	return r != 0 ? r : add(p, s, v);
}

static int
op_remove(struct patch *p, const struct jv *op, const struct spot *s)
{
	struct jv *old;

	(void)op;
	return take(p, s, &old);
}

static int
op_replace(struct patch *p, const struct jv *op, const struct spot *s)
{
	struct jv *v;
	int r = operand(p, op, &v);

	return r != 0 ? r : replace(p, s, v);
}

static int
op_test(struct patch *p, const struct jv *op, const struct spot *s)
{
	struct jv *have, *want = jv_getz(op, "value");
	int r;

	if (want == NULL)
		return fail(p, RT_EFORMAT, "has no 'value'");
	if ((r = get(p, s, &have)) != 0)
		return r;
	if (!jv_equal(have, want))
		return fail(p, RT_EVERIFY, "the value is another one");
	return 0;
}

static int
from(struct patch *p, const struct jv *op, struct spot *out)
{
	const struct jv *v = jv_getz(op, "from");

	if (!jv_is(v, JV_STRING))
		return fail(p, RT_EFORMAT, "has no 'from'");
	return locate(p, v->text, out);
}

static int
op_copy(struct patch *p, const struct jv *op, const struct spot *s)
{
	struct spot src = {0};
	struct jv *v;
	int r = from(p, op, &src);

	if (r == 0)
		r = get(p, &src, &v);
	if (r == 0)
		r = copied(p, v, &v);
	return r != 0 ? r : add(p, s, v);
}

static int
op_move(struct patch *p, const struct jv *op, const struct spot *s)
{
	struct str source = jv_get_str(op, STR("from"));
	struct spot src = {0}, dst;
	struct jv *v;
	int r = from(p, op, &src);

	(void)s;
	if (r != 0 || str_eq(source, p->path))
		return r != 0 ? r : get(p, &src, &v);
	if (str_starts(p->path, source) && p->path.p[source.n] == '/')
		return fail(p, RT_EFORMAT, "moves a value into itself");
	if ((r = take(p, &src, &v)) != 0)
		return r;
	/* The place is that of the document without the value. */
	if ((r = locate(p, p->path, &dst)) != 0)
		return r;
	return add(p, &dst, v);
}

static const struct {
	const char *name;
	int (*run)(struct patch *, const struct jv *, const struct spot *);
} operations[] = {
    {"add", op_add},
    {"remove", op_remove},
    {"replace", op_replace},
    {"move", op_move},
    {"copy", op_copy},
    {"test", op_test},
};

#define NOPERATIONS (sizeof(operations) / sizeof(operations[0]))

static int
apply(struct patch *p, const struct jv *op)
{
	const struct jv *path = jv_getz(op, "path");
	struct spot s;
	size_t i;
	int r;

	p->op = jv_get_str(op, STR("op"));
	p->path = jv_str(path);
	for (i = 0; i < NOPERATIONS; i++) {
		if (str_eqz(p->op, operations[i].name))
			break;
	}
	if (i == NOPERATIONS)
		return fail(p, RT_EFORMAT, "no such operation");
	if (!jv_is(path, JV_STRING))
		return fail(p, RT_EFORMAT, "has no 'path'");
	/* A move looks the place up once the value is taken out. */
	if (operations[i].run == op_move)
		return op_move(p, op, NULL);
	if ((r = locate(p, p->path, &s)) != 0)
		return r;
	return operations[i].run(p, op, &s);
}

int
jv_patch(struct jv **doc, struct arena *a, const struct jv *patch,
    const struct jv **failed, struct rt_err *err)
{
	struct patch p = {.arena = a, .err = err};
	struct jv **it;
	int r;

	if (failed != NULL)
		*failed = patch;
	if (!jv_is(patch, JV_ARRAY))
		return rt_err_set(
		    err, RT_EFORMAT, "a JSON Patch is a list of operations");
	if (patch->items.n > OPERATIONS_MAX)
		return rt_err_set(err, RT_ELIMIT, "too many operations");
	p.doc = jv_copy(a, *doc);
	VEC_FOREACH(it, &patch->items) {
		if (failed != NULL)
			*failed = *it;
		if ((r = apply(&p, *it)) != 0)
			return r;
		p.index++;
	}
	*doc = p.doc;
	return 0;
}

struct jv *
jv_pointer(const struct jv *doc, struct str pointer)
{
	struct arena *scratch = NULL;
	const struct jv *at = doc;
	struct str token;
	size_t pos = 0;

	if (!well_formed(pointer))
		return NULL;
	if (str_chr(pointer, '~', 0) != SIZE_MAX)
		scratch = arena_new();
	while (at != NULL && pos < pointer.n) {
		at = next_token(scratch, pointer, &pos, &token)
			 ? child(at, token)
			 : NULL;
	}
	arena_free(scratch);
	return (struct jv *)(uintptr_t)at;
}

void
jv_pointer_add(struct buf *pointer, struct str key)
{
	size_t i;

	buf_putc(pointer, '/');
	for (i = 0; i < key.n; i++) {
		if (key.p[i] == '~')
			buf_puts(pointer, "~0");
		else if (key.p[i] == '/')
			buf_puts(pointer, "~1");
		else
			buf_putc(pointer, key.p[i]);
	}
}
