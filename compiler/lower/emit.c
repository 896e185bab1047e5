/* SPDX-License-Identifier: Apache-2.0 */
/* Values of policy data and where they came from. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

struct jv *
lw_str(struct arena *a, struct str s, const struct origin *o)
{
	struct jv *v = jv_string(a, s);

	v->origin = o;
	return v;
}

struct jv *
lw_int(struct arena *a, int64_t n, const struct origin *o)
{
	struct jv *v = jv_new(a, JV_NUMBER);
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do {
		digits[--at] = (char)('0' + u % 10);
		u /= 10;
	} while (u > 0);
	if (n < 0)
		digits[--at] = '-';
	v->text = arena_str(a, (struct str){digits + at, sizeof(digits) - at});
	v->origin = o;
	return v;
}

struct jv *
lw_bool(struct work *w, bool b, const struct origin *o)
{
	struct jv *v = jv_bool(w->a, b);

	v->origin = o;
	return v;
}

void
lw_put(struct arena *a, struct jv *object, const char *key, struct jv *value)
{
	VEC_PUSH(
	    a, &object->members, ((struct jv_member){str_from(key), value}));
}

struct loc
lw_loc(const struct yaml_node *n)
{
	return n == NULL ? loc_none : n->loc;
}

const struct origin *
lw_yaml(struct work *w, const struct yaml_node *n)
{
	struct origin *o;

	BECAUSE(made, "added by the compiler");
	if (n == NULL || n->loc.source == NULL)
		return &made;
	o = ARENA_NEW(w->a, struct origin);
	o->kind = ORIGIN_YAML;
	o->loc = n->loc;
	return o;
}

const struct origin *
lw_image(struct work *w, const char *fmt, ...)
{
	struct origin *o = ARENA_NEW(w->a, struct origin);
	struct str member;
	va_list ap;

	va_start(ap, fmt);
	member = arena_vprintf(w->a, fmt, ap);
	va_end(ap);
	o->kind = ORIGIN_IMAGE;
	o->what = lw_cat(w->a, member, STR(" of "), w->image);
	return o;
}

struct str
lw_cat(struct arena *a, struct str x, struct str y, struct str z)
{
	char *p = arena_alloc(a, x.n + y.n + z.n + 1);

	if (x.n > 0)
		memcpy(p, x.p, x.n);
	if (y.n > 0)
		memcpy(p + x.n, y.p, y.n);
	if (z.n > 0)
		memcpy(p + x.n + y.n, z.p, z.n);
	return (struct str){p, x.n + y.n + z.n};
}

struct str
lw_last(struct str path)
{
	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	return str_basename(path);
}

struct diag *
lw_found(struct work *w, struct diag *g)
{
	if (g->severity == DIAG_ERROR)
		w->failed = true;
	k8s_say_whose(
	    w->l->diags, g, w->w->object, w->k == NULL ? NULL : w->k->node);
	return g;
}
