/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of fields (k8s_field.def) as a tree of structures, look-ups in
 * it, and the list of all paths that it stands for.
 */
#include <string.h>

#include "compiler/front/k8s_field_int.h"
#include "runtime/base/banned.h"

enum {
	W_, /* as what it is in */
#define WHY(id, class, text, help) W_##id,
#include "compiler/front/k8s_field.def"
	W_COUNT
};

const struct k8s_why k8s_whys[] = {
    {K8S_ENFORCED, NULL, NULL},
#define WHY(id, class, text, help) {K8S_##class, text, help},
#include "compiler/front/k8s_field.def"
};

enum {
	T_Any,
	T_String,
	T_Bool,
	T_Int32,
	T_Int64,
	T_IntOrString,
	T_Quantity,
	T_Time,
	T_Bytes,
#define NAMED(type, values) T_##type,
#define CLOSED(type, values) T_##type,
#define STRUCT_AS(type, name) T_##type,
#include "compiler/front/k8s_field.def"
	T_COUNT
};

#define STRUCT_AS(type, name) static const struct k8s_member m_##type[] = {
#define KIND(id, ...) static const struct k8s_member kind_##id[] = {
#define MEMBER(name, type, shape, flag, only, why)                             \
	{#name, only, sizeof(#name) - 1, K8S_##shape, K8S_F_##flag, T_##type,  \
	    W_##why},
#define END                                                                    \
	{                                                                      \
		"", "", 0, K8S_END, 0, 0, 0                                    \
	}                                                                      \
	}                                                                      \
	;
#include "compiler/front/k8s_field.def"

const struct k8s_type k8s_types[] = {
    [T_Any] = {"any", K8S_ANY, false, NULL, NULL},
    [T_String] = {"string", K8S_STRING, false, NULL, NULL},
    [T_Bool] = {"bool", K8S_BOOL, false, NULL, NULL},
    [T_Int32] = {"int32", K8S_INT32, false, NULL, NULL},
    [T_Int64] = {"int64", K8S_INT64, false, NULL, NULL},
    [T_IntOrString] = {"int-or-string", K8S_INT_OR_STRING, false, NULL, NULL},
    [T_Quantity] = {"quantity", K8S_QUANTITY, false, NULL, NULL},
    [T_Time] = {"time", K8S_TIME, false, NULL, NULL},
    [T_Bytes] = {"bytes", K8S_BYTES, false, NULL, NULL},
#define NAMED(type, values)                                                    \
	[T_##type] = {"string " #type, K8S_STRING, false, values, NULL},
#define CLOSED(type, values)                                                   \
	[T_##type] = {"string " #type, K8S_STRING, true, values, NULL},
#define STRUCT_AS(type, name)                                                  \
	[T_##type] = {"object " #name, K8S_OBJECT, false, NULL, m_##type},
#include "compiler/front/k8s_field.def"
};

static const struct kind {
	const char *name; /* "apps/v1/Deployment" */
	const struct k8s_member *members;
	uint16_t why;
} kinds[] = {
#define KIND(id, name, ...) {name, kind_##id, KIND_WHY(__VA_ARGS__)},
#define KIND_WHY(why) W_##why
#include "compiler/front/k8s_field.def"
};

#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool
is_kind(const char *name, struct str api, struct str kind)
{
	return strlen(name) == api.n + 1 + kind.n &&
	       memcmp(name, api.p, api.n) == 0 && name[api.n] == '/' &&
	       memcmp(name + api.n + 1, kind.p, kind.n) == 0;
}

const struct k8s_member *
k8s_kind_members(struct str api, struct str kind)
{
	size_t i;

	for (i = 0; i < NKINDS; i++) {
		if (is_kind(kinds[i].name, api, kind))
			return kinds[i].members;
	}
	return NULL;
}

const struct k8s_member *
k8s_template_members(void)
{
	return m_PodTemplateSpec;
}

const struct k8s_member *
k8s_member_find(const struct k8s_member *m, struct str name)
{
	const struct k8s_member *in;

	if (name.n == 0)
		return NULL;
	for (; m->shape != K8S_END; m++) {
		if (m->len == name.n && memcmp(m->name, name.p, name.n) == 0)
			return m;
		if (m->shape != K8S_INLINE && m->shape != K8S_SAME)
			continue;
		in = k8s_member_find(k8s_types[m->type].members, name);
		if (in != NULL)
			return in;
	}
	return NULL;
}

/* The list of paths. */
struct lister {
	struct arena *a;
	const char *kind;
	VEC(struct k8s_field) list;
	/* Each structure once, and nothing below what is not enforced. */
	bool brief;
	bool seen[T_COUNT];
};

static void
list_add(
    struct lister *l, struct str path, const struct k8s_member *m, uint16_t why)
{
	struct k8s_field f = {.kind = l->kind, .path = path.p};

	f.type = k8s_types[m->type].name;
	f.class = k8s_whys[why].class;
	f.why = k8s_whys[why].text;
	f.help = k8s_whys[why].help;
	f.only = m->only[0] == '\0' ? NULL : m->only;
	VEC_PUSH(l->a, &l->list, f);
}

static void
list_members(
    struct lister *l, struct str at, const struct k8s_member *m, uint16_t outer)
{
	static const char *const suffix[] = {
	    [K8S_ONE] = "", [K8S_SEQ] = "[]", [K8S_MAP] = "{}"};
	const struct k8s_member *in;
	struct str path;
	uint16_t why;

	for (; m->shape != K8S_END; m++) {
		if (m->flag == K8S_F_OLD)
			continue;
		why = outer != 0 ? outer : m->why;
		in = k8s_types[m->type].members;
		path = at;
		if (m->shape <= K8S_MAP)
			path = arena_printf(l->a, "%.*s%s%s%s", STR_ARG(at),
			    at.n == 0 ? "" : ".", m->name, suffix[m->shape]);
		if (m->shape != K8S_SAME &&
		    !(l->brief && m->shape == K8S_INLINE))
			list_add(l, path, m, why);
		/* A template has what v1/Pod has: listed there. */
		if (in == NULL || in == m_PodTemplateSpec)
			continue;
		if (l->brief && (why != 0 || l->seen[m->type]))
			continue;
		l->seen[m->type] = true;
		list_members(l, path, in, why);
	}
}

static void
list_kinds(struct lister *l)
{
	size_t i;

	for (i = 0; i < NKINDS; i++) {
		l->kind = kinds[i].name;
		list_members(l, STR(""), kinds[i].members, kinds[i].why);
	}
}

const struct k8s_field *
k8s_fields(struct arena *a, size_t *n)
{
	struct lister l = {.a = a};

	list_kinds(&l);
	*n = l.list.n;
	return l.list.p;
}

static void
print_why(struct buf *out, const struct lister *l, const struct k8s_why *why)
{
	const struct k8s_field *f;

	VEC_FOREACH(f, &l->list) {
		if (f->why != why->text)
			continue;
		buf_printf(out, "    %s %s", f->kind, f->path);
		if (f->only != NULL)
			buf_printf(out, " other than %s", f->only);
		buf_putc(out, '\n');
	}
}

void
k8s_fields_print(struct buf *out)
{
	static const char *const titles[] = {
	    [K8S_ENFORCED] = "Enforced: it decides about the policy.",
	    [K8S_IRRELEVANT] = "Irrelevant: the policy does not depend on it.",
	    [K8S_UNSUPPORTED] = "Unsupported in a pod that gets a policy.",
	};
	static const enum k8s_field_class order[] = {
	    K8S_UNSUPPORTED, K8S_IRRELEVANT, K8S_ENFORCED};
	struct lister l = {.a = arena_new(), .brief = true};
	size_t i, w;

	list_kinds(&l);
	for (i = 0; i < 3; i++) {
		buf_printf(out, "%s%s\n", i == 0 ? "" : "\n", titles[order[i]]);
		for (w = 0; w < W_COUNT; w++) {
			if (k8s_whys[w].class != order[i])
				continue;
			if (k8s_whys[w].text != NULL)
				buf_printf(out, "  %s", k8s_whys[w].text);
			if (k8s_whys[w].help != NULL)
				buf_printf(out, " (%s)", k8s_whys[w].help);
			if (k8s_whys[w].text != NULL)
				buf_puts(out, ":\n");
			print_why(out, &l, &k8s_whys[w]);
		}
	}
	arena_free(l.a);
}
