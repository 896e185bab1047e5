/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/policy/index.h"

#include <string.h>

#include "runtime/base/map.h"
#include "runtime/base/banned.h"

struct table {
	struct jv *rows;
	struct map seen; /* printed value to number */
};

struct tables {
	struct arena *arena;
	struct table mounts, volumes, linux_parts, capabilities;
	struct buf text; /* reused */
};

/* The number of the row that is equal, which is added if there is none. */
static struct jv *
row(struct tables *all, struct table *t, struct jv *value)
{
	struct jv *number;

	all->text.n = 0;
	jv_print(&all->text, value, JV_COMPACT);
	number = map_get(&t->seen, buf_str(&all->text));
	if (number != NULL)
		return number;
	number = jv_int(all->arena, (int64_t)t->rows->items.n);
	(void)map_set(all->arena, &t->seen,
	    arena_str(all->arena, buf_str(&all->text)), number);
	jv_push(all->arena, t->rows, value);
	return number;
}

static bool
is_image(const struct jv *storage)
{
	return str_eq(
	    jv_get_str(storage, STR("driver")), STR("image_guest_pull"));
}

static struct jv *
rows(struct tables *all, struct table *t, const struct jv *list)
{
	struct jv *out = jv_array(all->arena);
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++)
		if (!is_image(list->items.p[i]))
			jv_push(all->arena, out, row(all, t, list->items.p[i]));
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
	struct jv *out = jv_array(all->arena), *set;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		set = jv_get(sets, names[i]);
		if (set == NULL)
			set = jv_array(all->arena);
		jv_push(all->arena, out, row(all, &all->capabilities, set));
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

static struct jv *
container(struct tables *all, const struct jv *from)
{
	struct arena *a = all->arena;
	const struct jv *oci = jv_getz(from, "OCI");
	struct jv *out = open_copy(a, from);
	struct jv *linux_part = jv_getz(oci, "Linux");

	if (linux_part == NULL)
		linux_part = jv_object(a);
	jv_set(a, out, STR("mounts"),
	    rows(all, &all->mounts, jv_getz(oci, "Mounts")));
	jv_set(a, out, STR("volumes"),
	    rows(all, &all->volumes, jv_getz(from, "storages")));
	jv_set(a, out, STR("linux"), row(all, &all->linux_parts, linux_part));
	jv_set(a, out, STR("capabilities"),
	    capabilities(all, jv_path(oci, "Process", "Capabilities", NULL)));
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

/*
 * What policies have in common comes first, the containers last: they begin
 * alike as long as they can (carrier.h).
 */
struct jv *
policy_index(struct arena *a, const struct jv *policy_data)
{
	const struct jv *list = jv_getz(policy_data, "containers");
	struct tables all = {.arena = a};
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
	all.capabilities.rows =
	    jv_set(a, out, STR("capabilities"), jv_array(a));
	all.linux_parts.rows = jv_set(a, out, STR("linux"), jv_array(a));
	all.volumes.rows = jv_set(a, out, STR("volumes"), jv_array(a));
	all.mounts.rows = jv_set(a, out, STR("mounts"), jv_array(a));
	if (jv_is(list, JV_ARRAY))
		jv_set(a, out, STR("containers"), containers(&all, list));
	buf_free(&all.text);
	return out;
}
