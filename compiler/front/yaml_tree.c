/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at trees and making nodes.  Where a mapping has merge keys, what
 * counts is what Kubernetes' reader takes: members in the order in which
 * they are written, a later one over an earlier one; in a sequence of
 * mappings to merge the first wins.  Every recursion here is bounded by
 * YAML_DEPTH_MAX, which holds for expanded trees.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/yaml_int.h"
#include "runtime/base/map.h"

#include "runtime/base/banned.h"

static struct yaml_node *
unconst(const struct yaml_node *n)
{
	union {
		const struct yaml_node *c;
		struct yaml_node *m;
	} u = {.c = n};

	return u.m;
}

struct yaml_node *
yaml_deref(const struct yaml_node *n)
{
	if (n != NULL && n->kind == YAML_ALIAS)
		return n->target;
	return unconst(n);
}

/* The pair that decides about a key, also inside of merged mappings. */
static const struct yaml_pair *
lookup(const struct yaml_node *map, struct str key)
{
	const struct yaml_pair *hit = NULL;
	size_t i, k;

	map = yaml_deref(map);
	if (map == NULL || map->kind != YAML_MAP)
		return NULL;
	for (i = map->pairs.n; hit == NULL && i-- > 0;) {
		const struct yaml_pair *p = &map->pairs.p[i];
		const struct yaml_node *from = p->value;

		if (!p->merge) {
			if (str_eq(p->key->text, key))
				return p;
			continue;
		}
		from = yaml_deref(from);
		if (from->kind == YAML_MAP)
			hit = lookup(from, key);
		for (k = 0;
		     hit == NULL && from->kind == YAML_SEQ && k < from->items.n;
		     k++)
			hit = lookup(from->items.p[k], key);
	}
	return hit;
}

struct yaml_node *
yaml_get(const struct yaml_node *map, struct str key)
{
	const struct yaml_pair *p = lookup(map, key);

	return p == NULL ? NULL : yaml_deref(p->value);
}

struct yaml_node *
yaml_key(const struct yaml_node *map, struct str key)
{
	const struct yaml_pair *p = lookup(map, key);

	return p == NULL ? NULL : p->key;
}

struct yaml_node *
yaml_path(const struct yaml_node *n, ...)
{
	const char *key;
	va_list ap;

	va_start(ap, n);
	while (n != NULL && (key = va_arg(ap, const char *)) != NULL)
		n = yaml_get(n, str_from(key));
	va_end(ap);
	return yaml_deref(n);
}

bool
yaml_is(const struct yaml_node *n, enum yaml_kind kind)
{
	n = yaml_deref(n);
	return n != NULL && n->kind == kind;
}

static bool
is_scalar(const struct yaml_node *n)
{
	return n->kind != YAML_SEQ && n->kind != YAML_MAP &&
	       n->kind != YAML_ALIAS;
}

struct str
yaml_text(const struct yaml_node *n)
{
	n = yaml_deref(n);
	if (n == NULL || !is_scalar(n) || n->kind == YAML_NULL)
		return STR("");
	return n->text;
}

struct str
yaml_get_str(const struct yaml_node *map, struct str key)
{
	const struct yaml_node *n = yaml_get(map, key);

	return n != NULL && n->kind == YAML_STRING ? n->text : STR("");
}

static bool
truth(const struct yaml_node *n)
{
	return strchr("yYtT", n->text.p[0]) != NULL ||
	       (n->text.n == 2 && (n->text.p[1] | 0x20) == 'n' &&
		   (n->text.p[0] | 0x20) == 'o');
}

bool
yaml_to_bool(const struct yaml_node *n, bool *out)
{
	n = yaml_deref(n);
	if (n == NULL || n->kind != YAML_BOOL)
		return false;
	*out = truth(n);
	return true;
}

bool
yaml_to_int(const struct yaml_node *n, int64_t *out)
{
	char text[YAML_NUMBER_MAX];
	long long v;
	char *end;

	n = yaml_deref(n);
	if (n == NULL || (n->kind != YAML_INT && n->kind != YAML_FLOAT) ||
	    !yaml_number(text, n))
		return false;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	*out = v;
	return true;
}

struct flat {
	struct arena *a;
	VEC(struct yaml_pair) v;
	struct map index; /* key to a pair, once there are many */
};

static struct yaml_pair *
flat_find(struct flat *f, struct str key)
{
	size_t i;

	for (i = 0; i < f->v.n; i++) {
		if (str_eq(f->v.p[i].key->text, key))
			return &f->v.p[i];
	}
	return NULL;
}

static struct yaml_pair *
flat_lookup(struct flat *f, struct str key)
{
	void *at;

	if (f->v.n < 16)
		return flat_find(f, key);
	if (f->index.n == 0) {
		size_t i;

		for (i = 0; i < f->v.n; i++)
			(void)map_set(f->a, &f->index, f->v.p[i].key->text,
			    (char *)NULL + i + 1);
	}
	at = map_get(&f->index, key);
	return at == NULL ? NULL : &f->v.p[(char *)at - (char *)NULL - 1];
}

static void
flat_set(struct flat *f, const struct yaml_pair *p)
{
	struct yaml_pair *old = flat_lookup(f, p->key->text);
	struct yaml_pair pair = {p->key, yaml_deref(p->value), false};

	if (old != NULL) {
		*old = pair;
		return;
	}
	VEC_PUSH(f->a, &f->v, pair);
	if (f->index.n > 0)
		(void)map_set(
		    f->a, &f->index, p->key->text, (char *)NULL + f->v.n);
}

static void
flatten(struct flat *f, const struct yaml_node *map)
{
	const struct yaml_pair *p;
	size_t k;

	map = yaml_deref(map);
	VEC_FOREACH(p, &map->pairs) {
		const struct yaml_node *from = yaml_deref(p->value);

		if (!p->merge) {
			flat_set(f, p);
		} else if (from->kind == YAML_MAP) {
			flatten(f, from);
		} else {
			for (k = from->items.n; k-- > 0;)
				flatten(f, from->items.p[k]);
		}
	}
}

struct yaml_pairs
yaml_pairs(struct arena *a, const struct yaml_node *map)
{
	struct flat f = {.a = a};
	const struct yaml_pair *p;
	bool plain = true;

	map = yaml_deref(map);
	if (map == NULL || map->kind != YAML_MAP)
		return (struct yaml_pairs){NULL, 0};
	VEC_FOREACH(p, &map->pairs) {
		if (p->merge || p->value->kind == YAML_ALIAS)
			plain = false;
	}
	if (plain)
		return (struct yaml_pairs){map->pairs.p, map->pairs.n};
	flatten(&f, map);
	return (struct yaml_pairs){f.v.p, f.v.n};
}

static bool
has_merge(const struct yaml_node *map)
{
	const struct yaml_pair *p;

	VEC_FOREACH(p, &map->pairs) {
		if (p->merge)
			return true;
	}
	return false;
}

static bool
equal_pairs(struct yaml_pairs x, struct yaml_pairs y)
{
	struct map index = {0};
	struct arena *tmp = NULL;
	size_t i, k, at = 0;
	bool ok = x.n == y.n;

	/* Mostly both are in the same order. */
	for (i = 0; ok && i < x.n; i++) {
		const struct yaml_node *value = NULL;

		at = i;
		if (str_eq(x.p[i].key->text, y.p[at].key->text)) {
			value = y.p[at].value;
		} else if (x.n < 16) {
			for (k = 0; k < y.n && value == NULL; k++) {
				if (str_eq(x.p[i].key->text, y.p[k].key->text))
					value = y.p[k].value;
			}
		} else {
			if (tmp == NULL) {
				tmp = arena_new();
				for (k = 0; k < y.n; k++)
					(void)map_set(tmp, &index,
					    y.p[k].key->text, y.p[k].value);
			}
			value = map_get(&index, x.p[i].key->text);
		}
		ok = value != NULL && yaml_equal(x.p[i].value, value);
	}
	arena_free(tmp);
	return ok;
}

static bool
equal_maps(const struct yaml_node *x, const struct yaml_node *y)
{
	struct arena *tmp;
	bool ok;

	if (!has_merge(x) && !has_merge(y))
		return equal_pairs((struct yaml_pairs){x->pairs.p, x->pairs.n},
		    (struct yaml_pairs){y->pairs.p, y->pairs.n});
	tmp = arena_new();
	ok = equal_pairs(yaml_pairs(tmp, x), yaml_pairs(tmp, y));
	arena_free(tmp);
	return ok;
}

static bool
is_number(const struct yaml_node *n)
{
	return n->kind == YAML_INT || n->kind == YAML_FLOAT;
}

static bool
equal_scalars(const struct yaml_node *x, const struct yaml_node *y)
{
	char s[YAML_NUMBER_MAX], t[YAML_NUMBER_MAX];

	if (is_number(x) && is_number(y)) {
		if (x->kind == y->kind && str_eq(x->text, y->text))
			return true;
		return yaml_number(s, x) && yaml_number(t, y) &&
		       strcmp(s, t) == 0;
	}
	if (x->kind != y->kind)
		return false;
	if (x->kind == YAML_NULL)
		return true;
	if (x->kind == YAML_BOOL)
		return truth(x) == truth(y);
	return str_eq(x->text, y->text);
}

bool
yaml_equal(const struct yaml_node *x, const struct yaml_node *y)
{
	size_t i;

	x = yaml_deref(x);
	y = yaml_deref(y);
	if (x == y)
		return true;
	if (x == NULL || y == NULL)
		return false;
	if (is_scalar(x) || is_scalar(y))
		return is_scalar(x) && is_scalar(y) && equal_scalars(x, y);
	if (x->kind != y->kind)
		return false;
	if (x->kind == YAML_MAP)
		return equal_maps(x, y);
	if (x->items.n != y->items.n)
		return false;
	for (i = 0; i < x->items.n; i++) {
		if (!yaml_equal(x->items.p[i], y->items.p[i]))
			return false;
	}
	return true;
}

static struct jv *
scalar_to_jv(struct arena *a, const struct yaml_node *n)
{
	char text[YAML_NUMBER_MAX];
	struct jv *v;

	switch (n->kind) {
	case YAML_BOOL:
		return jv_bool(a, truth(n));
	case YAML_INT:
	case YAML_FLOAT:
		v = jv_new(a, JV_NUMBER);
		v->text = n->text;
		if (!n->json && yaml_number(text, n))
			v->text = arena_str(a, str_from(text));
		return v;
	case YAML_STRING:
		return jv_string(a, n->text);
	case YAML_NULL:
	case YAML_SEQ:
	case YAML_MAP:
	case YAML_ALIAS:
	default:
		return jv_new(a, JV_NULL);
	}
}

struct jv *
yaml_to_jv(struct arena *a, const struct yaml_node *n)
{
	struct yaml_pairs pairs;
	struct jv *v;
	size_t i;

	n = yaml_deref(n);
	if (n == NULL || is_scalar(n))
		return n == NULL ? jv_new(a, JV_NULL) : scalar_to_jv(a, n);
	if (n->kind == YAML_SEQ) {
		v = jv_array(a);
		for (i = 0; i < n->items.n; i++)
			(void)jv_push(a, v, yaml_to_jv(a, n->items.p[i]));
		return v;
	}
	v = jv_object(a);
	pairs = yaml_pairs(a, n);
	for (i = 0; i < pairs.n; i++) {
		struct jv_member m = {
		    pairs.p[i].key->text, yaml_to_jv(a, pairs.p[i].value)};

		VEC_PUSH(a, &v->members, m);
	}
	return v;
}

static size_t
scalar_size(const struct yaml_node *n)
{
	char text[YAML_NUMBER_MAX];

	switch (n->kind) {
	case YAML_STRING:
		return jv_string_size(n->text);
	case YAML_INT:
	case YAML_FLOAT:
		if (n->json || !yaml_number(text, n))
			return n->text.n;
		return strlen(text);
	case YAML_BOOL:
		return truth(n) ? 4 : 5;
	case YAML_NULL:
	case YAML_SEQ:
	case YAML_MAP:
	case YAML_ALIAS:
	default:
		return 4;
	}
}

size_t
yaml_json_size(struct arena *a, const struct yaml_node *n)
{
	struct yaml_pairs pairs;
	size_t i, size = 2; /* brackets; commas go between */

	n = yaml_deref(n);
	if (n == NULL || is_scalar(n))
		return n == NULL ? 4 : scalar_size(n);
	if (n->kind == YAML_SEQ) {
		for (i = 0; i < n->items.n; i++)
			size += yaml_json_size(a, n->items.p[i]) + (i > 0);
		return size;
	}
	pairs = yaml_pairs(a, n);
	for (i = 0; i < pairs.n; i++)
		size += jv_string_size(pairs.p[i].key->text) + 1 +
			yaml_json_size(a, pairs.p[i].value) + (i > 0);
	return size;
}

static struct yaml_node *
new_node(struct arena *a, enum yaml_kind kind, struct str text)
{
	struct yaml_node *n = ARENA_NEW(a, struct yaml_node);

	n->kind = kind;
	n->style = YAML_PLAIN;
	n->total = 1;
	n->height = 1;
	n->text = text;
	return n;
}

struct yaml_node *
yaml_new_str(struct arena *a, struct str s)
{
	return new_node(a, YAML_STRING, s);
}

struct yaml_node *
yaml_new_int(struct arena *a, int64_t n)
{
	return new_node(a, YAML_INT, arena_printf(a, "%lld", (long long)n));
}

struct yaml_node *
yaml_new_bool(struct arena *a, bool b)
{
	return new_node(a, YAML_BOOL, b ? STR("true") : STR("false"));
}

struct yaml_node *
yaml_new_seq(struct arena *a)
{
	struct yaml_node *n = new_node(a, YAML_SEQ, STR(""));

	n->style = YAML_BLOCK;
	return n;
}

struct yaml_node *
yaml_new_map(struct arena *a)
{
	struct yaml_node *n = new_node(a, YAML_MAP, STR(""));

	n->style = YAML_BLOCK;
	return n;
}

struct yaml_node *
yaml_push(struct arena *a, struct yaml_node *seq, struct yaml_node *item)
{
	VEC_PUSH(a, &seq->items, item);
	return item;
}

struct yaml_node *
yaml_put(struct arena *a, struct yaml_node *map, struct str key,
    struct yaml_node *value)
{
	struct yaml_pair pair = {NULL, value, false};
	struct yaml_pair *p;

	VEC_FOREACH(p, &map->pairs) {
		if (!p->merge && str_eq(p->key->text, key)) {
			p->value = value;
			return value;
		}
	}
	pair.key = yaml_new_str(a, key);
	VEC_PUSH(a, &map->pairs, pair);
	return value;
}
