/* SPDX-License-Identifier: Apache-2.0 */
/* The storages of a container: its image, its volumes. */
#include "compiler/analyse/simulate_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

/* The device that the runtime attached for the nth volume of that kind. */
static struct str
block_source(struct sim *s, size_t k, size_t n)
{
	return arena_printf(s->arena, "%02zx/%02zx", k % 256, n % 256);
}

/* By the device, in base64url with padding (policy-model 5.7.2). */
struct str
sim_block_mount(struct sim *s, size_t k, size_t n)
{
	struct str spath = jv_str(jv_path(s->data, "common", "spath", NULL));
	struct buf b = {0};
	struct str out;
	size_t i;

	rt_base64(&b, block_source(s, k, n));
	for (i = 0; i < b.n; i++) {
		if (b.p[i] == '+')
			b.p[i] = '-';
		else if (b.p[i] == '/')
			b.p[i] = '_';
	}
	out = arena_printf(
	    s->arena, "%.*s/%.*s", STR_ARG(spath), STR_ARG(buf_str(&b)));
	buf_free(&b);
	return out;
}

/* What the host's snapshotter knows of the image. */
static struct jv *
pull_metadata(struct sim *s, size_t k)
{
	static const char *const keys[] = {"io.kubernetes.cri.container-type",
	    "io.kubernetes.cri.container-name", "io.kubernetes.cri.image-name",
	    "io.kubernetes.cri.sandbox-namespace"};
	struct jv *o = jv_object(s->arena);
	struct str v;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		v = sim_annotation(s, k, keys[i]);
		if (v.n > 0)
			sim_set_text(s, o, keys[i], v);
	}
	sim_set_text(s, o, "io.kubernetes.cri.sandbox-id", s->sandbox_id);
	sim_set_text(s, o, "io.kubernetes.cri.sandbox-name", s->name);
	return o;
}

static struct jv *
pull_options(struct sim *s, size_t k)
{
	struct jv *list = jv_array(s->arena), *o = jv_object(s->arena);
	struct buf b = {0};

	sim_set(s, o, "metadata", pull_metadata(s, k));
	buf_puts(&b, "image_guest_pull=");
	jv_print(&b, o, JV_COMPACT);
	jv_push(s->arena, list,
	    jv_string(s->arena, arena_str(s->arena, buf_str(&b))));
	buf_free(&b);
	return list;
}

/* The pause image is part of the guest. */
static struct str
pull_source(struct sim *s, size_t k)
{
	const struct jv *image = jv_getz(sim_data_container(s, k), "image");
	struct str ref = jv_get_str(image, STR("ref"));

	if (k == 0)
		return STR("pause");
	return ref.n > 0 ? ref
			 : sim_annotation(s, k, "io.kubernetes.cri.image-name");
}

/* Where it is no storage of the policy it comes first. */
static struct jv *
first_pull(struct sim *s, size_t k)
{
	struct jv *o = sim_json(s, "{\"driver\":\"image_guest_pull\","
				   "\"fstype\":\"overlay\"}");
	const struct jv *root =
	    jv_path(sim_data_container(s, k), "OCI", "Root", NULL);

	sim_set_text(s, o, "source", pull_source(s, k));
	sim_set_text(s, o, "mount_point",
	    sim_pattern(s, k, jv_get_str(root, STR("Path"))));
	sim_set(s, o, "driver_options", pull_options(s, k));
	return o;
}

static struct jv *
block(struct sim *s, size_t k, struct jv *o, size_t n)
{
	sim_set_text(s, o, "driver", STR("blk"));
	sim_set_text(s, o, "source", block_source(s, k, n));
	sim_set_text(s, o, "mount_point", sim_block_mount(s, k, n));
	return o;
}

/* How many devices of each kind there were. */
struct devices {
	size_t blocks, direct;
};

/* A disk, or a share: its address and account come when it is made. */
static struct jv *
direct(struct sim *s, size_t k, struct jv *o, size_t n)
{
	struct jv *options = jv_getz(o, "options");

	sim_set_text(s, o, "source", block_source(s, k, n));
	sim_set_text(s, o, "mount_point", sim_block_mount(s, k, n));
	if (!str_eqz(jv_get_str(o, STR("driver")), "smb") ||
	    !jv_is(options, JV_ARRAY))
		return o;
	jv_push(s->arena, options, jv_string(s->arena, STR("addr=10.0.0.20")));
	jv_push(s->arena, options,
	    jv_string(s->arena, STR("username=account,password=secret")));
	return o;
}

static struct jv *
storage(struct sim *s, size_t k, const struct jv *from, struct devices *n)
{
	struct jv *o = jv_copy(s->arena, from);
	struct str driver = jv_get_str(from, STR("driver"));

	if (driver.n == 0)
		return block(s, k, o, n->blocks++);
	if (sim_is_direct(jv_get_str(from, STR("mount_point"))))
		return direct(s, k, o, n->direct++);
	sim_set_text(s, o, "mount_point",
	    sim_pattern(s, k, jv_get_str(from, STR("mount_point"))));
	sim_set_text(
	    s, o, "source", sim_pattern(s, k, jv_get_str(from, STR("source"))));
	if (k == 0 && str_eqz(driver, "image_guest_pull"))
		sim_set_text(s, o, "source", STR("pause"));
	return o;
}

static bool
has_pull(const struct jv *storages)
{
	struct jv **it;

	VEC_FOREACH(it, &storages->items) {
		if (str_eqz(jv_get_str(*it, STR("driver")), "image_guest_pull"))
			return true;
	}
	return false;
}

static bool
pulls_first(const struct sim *s, const struct jv *storages)
{
	const struct jv *pulls =
	    jv_path(s->data, "cluster_config", "guest_pull", NULL);

	return sim_told_by_option(s) ||
	       (jv_is(pulls, JV_TRUE) && !has_pull(storages));
}

/* Layers come first; the policy may list them behind the volumes. */
static void
layers(struct sim *s, size_t k, const struct jv *from, struct jv *out)
{
	const struct jv *overlay = NULL;
	struct jv **it;
	size_t n = 0;

	VEC_FOREACH(it, &from->items) {
		if (sim_is_overlay(*it))
			overlay = *it;
	}
	VEC_FOREACH(it, &from->items) {
		if (sim_is_layer(*it))
			jv_push(
			    s->arena, out, sim_layer(s, k, *it, overlay, n++));
	}
	if (overlay != NULL)
		jv_push(s->arena, out, sim_overlay(s, k, overlay));
}

struct jv *
sim_storages(struct sim *s, size_t k)
{
	const struct jv *from = jv_getz(sim_data_container(s, k), "storages");
	struct jv *out = jv_array(s->arena);
	struct devices devices = {.direct = SIM_DIRECT};
	struct jv **it;

	if (!jv_is(from, JV_ARRAY))
		return out;
	if (pulls_first(s, from))
		jv_push(s->arena, out, first_pull(s, k));
	layers(s, k, from, out);
	VEC_FOREACH(it, &from->items) {
		if (!sim_is_layer(*it) && !sim_is_overlay(*it))
			jv_push(s->arena, out, storage(s, k, *it, &devices));
	}
	return out;
}
