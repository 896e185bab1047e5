/* SPDX-License-Identifier: Apache-2.0 */
/* What the containers of a pod have in common, or differ by. */
#include "compiler/policy/index_int.h"
#include "runtime/base/banned.h"

#define CRI "io.kubernetes.cri."
#define NETWORK "nerdctl/network-namespace"

/* Calls `test` with each container; does it hold for all, and is there one? */
static bool
all_containers(const struct jv *pd,
    bool (*test)(const struct jv *container, const struct jv *first))
{
	const struct jv *list = jv_getz(pd, "containers");
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++)
		if (!test(list->items.p[i], list->items.p[0]))
			return false;
	return i > 0;
}

static const struct jv *
annotations(const struct jv *container)
{
	return jv_path(container, "OCI", "Annotations", NULL);
}

static struct str
annotation(const struct jv *container, struct str key)
{
	return jv_get_str(annotations(container), key);
}

static bool
is_sandbox(const struct jv *container)
{
	return str_eqz(
	    annotation(container, STR(CRI "container-type")), "sandbox");
}

/* The usual pattern of the sandbox's id; name and namespace of the first. */
static bool
is_of_pod(const struct jv *c, const struct jv *first)
{
	struct str name = annotation(c, STR(CRI "sandbox-name"));
	const struct jv *namespace =
	    jv_get(annotations(c), STR(CRI "sandbox-namespace"));

	return name.n > 0 && jv_is(namespace, JV_STRING) &&
	       str_eq(name, annotation(first, STR(CRI "sandbox-name"))) &&
	       str_eq(namespace->text,
		   annotation(first, STR(CRI "sandbox-namespace"))) &&
	       str_eqz(annotation(c, STR(CRI "sandbox-id")), "^[a-z0-9]{64}$");
}

bool
index_has_pod(const struct jv *policy_data)
{
	return all_containers(policy_data, is_of_pod);
}

/* The first is the sandbox and has no name; all others have one. */
static bool
is_named(const struct jv *c, const struct jv *first)
{
	const struct jv *name =
	    jv_get(annotations(c), STR(CRI "container-name"));

	if (c == first)
		return is_sandbox(c) && name == NULL;
	return jv_is(name, JV_STRING) &&
	       str_eqz(annotation(c, STR(CRI "container-type")), "container");
}

bool
index_has_names(const struct jv *policy_data)
{
	const struct jv *list = jv_getz(policy_data, "containers");
	static const struct str key = STR_INIT(CRI "container-name");
	size_t i, k;

	if (!all_containers(policy_data, is_named))
		return false;
	for (i = 1; i < list->items.n; i++)
		for (k = 1; k < i; k++)
			if (str_eq(annotation(list->items.p[i], key),
				annotation(list->items.p[k], key)))
				return false;
	return true;
}

static void
put(struct arena *a, struct jv *out, const struct jv *container, struct str key)
{
	struct jv *v = jv_get(annotations(container), key);

	jv_push(a, out, v != NULL ? v : jv_new(a, JV_NULL));
}

struct jv *
index_pod(struct arena *a, const struct jv *policy_data)
{
	const struct jv *list = jv_getz(policy_data, "containers"), *sandbox;
	struct jv *out = jv_array(a), *names;
	size_t i, n = jv_is(list, JV_ARRAY) ? list->items.n : 0;

	for (i = 0; i < n && !is_sandbox(list->items.p[i]); i++)
		continue;
	sandbox = i < n ? list->items.p[i] : NULL;
	if (n == 0)
		return out;
	put(a, out, list->items.p[0], STR(CRI "sandbox-name"));
	put(a, out, list->items.p[0], STR(CRI "sandbox-namespace"));
	put(a, out, sandbox, STR(NETWORK));
	put(a, out, sandbox, STR(CRI "sandbox-log-directory"));
	names = jv_push(a, out, jv_array(a));
	for (i = 0; index_has_names(policy_data) && i < n; i++)
		put(a, names, list->items.p[i], STR(CRI "container-name"));
	return out;
}

/* One that rules do not accept by its name. */
static bool
is_listed(const struct jv_member *m)
{
	return !str_starts(m->key, STR(CRI)) && !str_eqz(m->key, NETWORK);
}

static size_t
count_listed(const struct jv *map)
{
	const struct jv_member *m;
	size_t n = 0;

	VEC_FOREACH(m, &map->members)
		n += is_listed(m);
	return n;
}

/* The same annotations as the first; a network in the sandbox only. */
static bool
has_same(const struct jv *c, const struct jv *first)
{
	const struct jv *map = annotations(c), *other = annotations(first);
	const struct jv_member *m;

	if (!jv_is(map, JV_OBJECT) || !jv_is(other, JV_OBJECT) ||
	    (jv_getz(map, NETWORK) != NULL) != is_sandbox(c) ||
	    count_listed(map) != count_listed(other))
		return false;
	VEC_FOREACH(m, &map->members)
		if (!jv_is(m->value, JV_STRING) ||
		    (is_listed(m) && jv_get(other, m->key) == NULL))
			return false;
	return true;
}

bool
index_has_annotations(const struct jv *policy_data)
{
	return all_containers(policy_data, has_same);
}

struct jv *
index_annotations(struct arena *a, const struct jv *policy_data)
{
	const struct jv *list = jv_getz(policy_data, "containers");
	struct jv *out = jv_array(a);
	const struct jv_member *m;

	if (!index_has_annotations(policy_data))
		return out;
	VEC_FOREACH(m, &annotations(list->items.p[0])->members)
		if (is_listed(m))
			jv_push(a, out, jv_string(a, m->key));
	return out;
}
