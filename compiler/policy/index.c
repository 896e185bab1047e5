/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/policy/feature.h"
#include "compiler/policy/index_int.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "runtime/base/banned.h"

/* Values that containers share are found by their place. */
#define FAMILIAR_MAX 32

struct familiar {
	const struct jv *value;
	struct jv *number;
};

struct table {
	struct jv *rows;
	VEC(uint64_t) hashes; /* of the rows */
	struct familiar familiar[FAMILIAR_MAX];
	size_t nfamiliar;
};

/* What the last one had, and what became of it. */
struct index_memory {
	struct arena *arena;
	const struct jv *patterns, *common;
	struct jv *env, *joined;
};

struct tables {
	struct arena *arena;
	const struct jv *env, *common;
	struct table mounts, kinds, volumes, linux_parts, capabilities;
};

/* The number of what a value became before, or NULL. */
static struct jv *
known(const struct table *t, const struct jv *value)
{
	size_t i;

	for (i = 0; i < t->nfamiliar; i++) {
		if (t->familiar[i].value == value)
			return t->familiar[i].number;
	}
	return NULL;
}

static struct jv *
remember(struct table *t, const struct jv *value, struct jv *number)
{
	if (t->nfamiliar < FAMILIAR_MAX)
		t->familiar[t->nfamiliar++] = (struct familiar){value, number};
	return number;
}

static uint64_t
mix(uint64_t h, struct str s)
{
	return (h ^ XXH3_64bits(s.p, s.n)) * 0x9e3779b97f4a7c15u;
}

/* Equal values have the same one; it only saves comparisons. */
static uint64_t
hash_of(const struct jv *v)
{
	const struct jv_member *m;
	uint64_t h = mix((uint64_t)v->type, v->text), sum = 0;
	size_t i;

	for (i = 0; i < v->items.n; i++)
		h = (h ^ hash_of(v->items.p[i])) * 31;
	/* members in any order */
	VEC_FOREACH(m, &v->members)
		sum += mix(hash_of(m->value), m->key);
	return h + sum;
}

/* The number of the row that is equal, which is added if there is none. */
static struct jv *
find_row(struct tables *all, struct table *t, struct jv *value)
{
	uint64_t hash = hash_of(value);
	size_t i;

	for (i = 0; i < t->hashes.n; i++) {
		if (t->hashes.p[i] == hash &&
		    jv_equal(t->rows->items.p[i], value))
			return jv_int(all->arena, (int64_t)i);
	}
	VEC_PUSH(all->arena, &t->hashes, hash);
	jv_push(all->arena, t->rows, value);
	return jv_int(all->arena, (int64_t)i);
}

static struct jv *
row(struct tables *all, struct table *t, struct jv *value)
{
	struct jv *number = known(t, value);

	return number != NULL ? number
			      : remember(t, value, find_row(all, t, value));
}

static bool
is_overlay(const struct jv *storage)
{
	return str_eqz(
	    jv_get_str(storage, STR("fstype")), "fuse3.kata-overlay");
}

bool
policy_is_layer(const struct jv *storage)
{
	return str_eqz(jv_get_str(storage, STR("fstype")), "tar") ||
	       is_overlay(storage);
}

static bool
is_image(const struct jv *storage)
{
	return policy_is_layer(storage) ||
	       str_eqz(jv_get_str(storage, STR("driver")), "image_guest_pull");
}

/* The next of a list with colons; false at its end. */
static bool
next_part(struct str *part, struct str *list)
{
	size_t end = str_chr(*list, ':', 0);

	if (list->n == 0)
		return false;
	*part = str_sub(*list, 0, end);
	*list = end == SIZE_MAX ? STR("") : str_sub(*list, end + 1, list->n);
	return true;
}

/* What the overlay says about layers, name by name. */
static struct jv *
layers(struct arena *a, const struct jv *storages)
{
	struct jv *out = jv_array(a), *pair;
	struct str names, hashes, name, hash;
	const struct jv *o;
	size_t i;

	for (i = 0; jv_is(storages, JV_ARRAY) && i < storages->items.n; i++) {
		o = jv_getz(storages->items.p[i], "options");
		if (!is_overlay(storages->items.p[i]) || !jv_is(o, JV_ARRAY) ||
		    o->items.n != 2)
			continue;
		names = jv_str(o->items.p[0]);
		hashes = jv_str(o->items.p[1]);
		while (next_part(&name, &names) && next_part(&hash, &hashes)) {
			pair = jv_push(a, out, jv_array(a));
			jv_push(a, pair, jv_string(a, name))->origin =
			    o->items.p[0]->origin;
			jv_push(a, pair, jv_string(a, hash))->origin =
			    o->items.p[1]->origin;
		}
	}
	return out;
}

/* The object itself, to which members can be added. */
static struct jv *
open_copy(struct arena *a, const struct jv *object)
{
	struct jv *out = jv_object(a);
	struct jv_member *m;

	out->origin = object->origin;
	VEC_FOREACH(m, &object->members)
		VEC_PUSH(a, &out->members, *m);
	return out;
}

/* [destination, kind, source], and the name of a shared file. */
static struct jv *
mount(struct tables *all, const struct jv *from)
{
	struct arena *a = all->arena;
	struct jv *out = jv_array(a), *kind = jv_array(a);
	struct str source = jv_get_str(from, STR("source")), name;
	bool file = index_file(&name, source, all->common);

	jv_push(a, kind, jv_string(a, jv_get_str(from, STR("type_"))));
	jv_push(a, kind, jv_copy(a, jv_getz(from, "options")));
	jv_push(a, out, jv_string(a, jv_get_str(from, STR("destination"))));
	jv_push(a, out, find_row(all, &all->kinds, kind));
	(void)index_text(&source, source);
	jv_push(a, out, file ? jv_new(a, JV_NULL) : jv_string(a, source));
	if (file)
		jv_push(a, out, jv_string(a, name));
	return out;
}

static struct jv *
mounts(struct tables *all, const struct jv *list)
{
	struct table *t = &all->mounts;
	struct jv *out = jv_array(all->arena), *m, *n;
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++) {
		m = list->items.p[i];
		n = known(t, m);
		if (n == NULL)
			n = remember(t, m, find_row(all, t, mount(all, m)));
		jv_push(all->arena, out, n);
	}
	return out;
}

/* A storage whose place is text. */
static struct jv *
volume(struct tables *all, struct jv *from)
{
	struct str place;
	struct jv *out;

	if (!index_text(&place, jv_get_str(from, STR("mount_point"))))
		return from;
	out = open_copy(all->arena, from);
	jv_set(
	    all->arena, out, STR("mount_point"), jv_string(all->arena, place));
	return out;
}

static struct jv *
volumes(struct tables *all, const struct jv *list)
{
	struct table *t = &all->volumes;
	struct jv *out = jv_array(all->arena), *v, *n;
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++) {
		v = list->items.p[i];
		if (is_image(v))
			continue;
		n = known(t, v);
		if (n == NULL)
			n = remember(t, v, find_row(all, t, volume(all, v)));
		jv_push(all->arena, out, n);
	}
	return out;
}

static int
by_text(const void *a, const void *b)
{
	struct jv *const *x = a, *const *y = b;

	return str_cmp(jv_str(*x), jv_str(*y));
}

/* Without prefixes; in order, which packs better. */
static struct jv *
bare(struct arena *a, const struct jv *set)
{
	struct jv *out = jv_array(a);
	struct str s;
	size_t i;

	for (i = 0; jv_is(set, JV_ARRAY) && i < set->items.n; i++) {
		s = jv_str(set->items.p[i]);
		jv_push(a, out,
		    jv_string(a,
			str_starts(s, STR("CAP_")) ? str_sub(s, 4, s.n) : s));
	}
	if (out->items.n > 1)
		qsort(out->items.p, out->items.n, sizeof(struct jv *), by_text);
	return out;
}

/* What a set may be: itself, and what a name in its place stands for. */
static struct jv *
alternatives(struct tables *all, const struct jv *set)
{
	static const struct {
		struct str token, name;
	} sets[] = {
	    {STR_INIT("$(default_caps)"), STR_INIT("default_caps")},
	    {STR_INIT("$(privileged_caps)"), STR_INIT("privileged_caps")},
	};
	struct arena *a = all->arena;
	struct jv *out = jv_array(a);
	struct str s;
	size_t i;

	jv_push(a, out, bare(a, set));
	if (!jv_is(set, JV_ARRAY) || set->items.n != 1)
		return out;
	s = jv_str(set->items.p[0]);
	for (i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		if (str_eq(s, sets[i].token))
			jv_push(
			    a, out, bare(a, jv_get(all->common, sets[i].name)));
	}
	return out;
}

/* In the order in which capabilities.rego asks. */
static struct jv *
capabilities(struct tables *all, const struct jv *sets)
{
	static const struct str names[] = {
	    STR_INIT("Ambient"),
	    STR_INIT("Bounding"),
	    STR_INIT("Effective"),
	    STR_INIT("Inheritable"),
	    STR_INIT("Permitted"),
	};
	struct table *t = &all->capabilities;
	struct jv *out = jv_array(all->arena), *number;
	const struct jv *set;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		set = jv_get(sets, names[i]);
		number = known(t, set);
		if (number == NULL)
			number = remember(
			    t, set, find_row(all, t, alternatives(all, set)));
		jv_push(all->arena, out, number);
	}
	return out;
}

static void
add_list(struct arena *a, struct jv *to, struct str name, struct jv *list)
{
	if (list->items.n > 0)
		jv_set(a, to, name, list);
}

static struct jv *
container(struct tables *all, const struct jv *from)
{
	struct arena *a = all->arena;
	const struct jv *oci = jv_getz(from, "OCI");
	struct jv *out = open_copy(a, from);
	const struct jv *process = jv_getz(oci, "Process");
	struct jv *linux_part = jv_getz(oci, "Linux");

	if (linux_part == NULL)
		linux_part = jv_object(a);
	jv_set(a, out, STR("mounts"), mounts(all, jv_getz(oci, "Mounts")));
	jv_set(a, out, STR("volumes"), volumes(all, jv_getz(from, "storages")));
	add_list(a, out, STR("layers"), layers(a, jv_getz(from, "storages")));
	jv_set(a, out, STR("linux"), row(all, &all->linux_parts, linux_part));
	jv_set(a, out, STR("capabilities"),
	    capabilities(all, jv_getz(process, "Capabilities")));
	add_list(a, out, STR("templates"),
	    index_templates(a, jv_getz(process, "Env"), all->env, all->common));
	add_list(a, out, STR("arguments"),
	    index_arguments(a, jv_getz(process, "Args"), all->common));
	return out;
}

static struct jv *
containers(struct tables *all, const struct jv *from)
{
	struct jv *out = jv_array(all->arena);
	size_t i;

	out->origin = from->origin;
	for (i = 0; i < from->items.n; i++)
		jv_push(all->arena, out,
		    from->items.p[i]->type == JV_OBJECT
			? container(all, from->items.p[i])
			: from->items.p[i]);
	return out;
}

static struct jv *
env(struct index_memory *m, const struct jv *policy_data)
{
	const struct jv *patterns = jv_path(policy_data, "request_defaults",
	    "CreateContainerRequest", "allow_env_regex", NULL);
	const struct jv *common = jv_getz(policy_data, "common");

	if (m->env == NULL || patterns != m->patterns || common != m->common) {
		m->env = index_env(m->arena, patterns, common);
		m->joined =
		    m->env->items.n > 1 && feature_env_joined(policy_data)
			? index_factor(m->arena, m->env)
			: m->env;
	}
	m->patterns = patterns;
	m->common = common;
	return m->env;
}

struct index_memory *
index_memory_new(struct arena *a)
{
	struct index_memory *m = ARENA_NEW(a, struct index_memory);

	m->arena = a;
	return m;
}

struct jv *
policy_index(struct arena *a, const struct jv *policy_data)
{
	return policy_index_next(a, index_memory_new(a), policy_data);
}

/*
 * What policies have in common comes first, then what names the pod, the
 * containers last: they begin alike as long as they can (carrier.h).
 */
struct jv *
policy_index_next(
    struct arena *a, struct index_memory *memory, const struct jv *policy_data)
{
	const struct jv *list = jv_getz(policy_data, "containers");
	struct tables all = {
	    .arena = a, .common = jv_getz(policy_data, "common")};
	const struct jv_member *m;
	struct jv *out;

	if (!jv_is(policy_data, JV_OBJECT))
		return jv_copy(a, policy_data);
	out = jv_object(a);
	out->origin = policy_data->origin;
	VEC_FOREACH(m, &policy_data->members) {
		if (!str_eq(m->key, STR("containers")) ||
		    !jv_is(list, JV_ARRAY))
			VEC_PUSH(a, &out->members, *m);
	}
	all.env = env(memory, policy_data);
	(void)jv_set(a, out, STR("env"), memory->joined);
	add_list(a, out, STR("shared"), index_dirs(a, all.common));
	add_list(a, out, STR("root"), index_root(a, policy_data));
	all.capabilities.rows =
	    jv_set(a, out, STR("capabilities"), jv_array(a));
	all.linux_parts.rows = jv_set(a, out, STR("linux"), jv_array(a));
	all.volumes.rows = jv_set(a, out, STR("volumes"), jv_array(a));
	all.kinds.rows = jv_set(a, out, STR("kinds"), jv_array(a));
	all.mounts.rows = jv_set(a, out, STR("mounts"), jv_array(a));
	add_list(a, out, STR("annotations"), index_annotations(a, policy_data));
	add_list(a, out, STR("pod"), index_pod(a, policy_data));
	if (jv_is(list, JV_ARRAY))
		jv_set(a, out, STR("containers"), containers(&all, list));
	return out;
}
