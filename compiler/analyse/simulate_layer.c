/* SPDX-License-Identifier: Apache-2.0 */
/* Images that are their layers, as on AKS (policy-model 12.4). */
#include "compiler/analyse/simulate_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define OPTION "io.katacontainers.fs-opt."
#define PREFIX                                                                 \
	OPTION "layer-src-prefix=/var/lib/containerd/"                         \
	       "io.containerd.snapshotter.v1.tardev/layers"

bool
sim_is_layer(const struct jv *storage)
{
	return str_eqz(jv_get_str(storage, STR("fstype")), "tar");
}

bool
sim_is_overlay(const struct jv *storage)
{
	return str_eqz(
	    jv_get_str(storage, STR("fstype")), "fuse3.kata-overlay");
}

/* The nth of "a:b:c"; empty: there is none. */
static struct str
nth(struct str list, size_t n)
{
	size_t at = 0, end;

	for (;; n--) {
		end = str_chr(list, ':', at);
		if (end == SIZE_MAX)
			end = list.n;
		if (n == 0 || end == list.n)
			break;
		at = end + 1;
	}
	return n > 0 ? STR("") : str_sub(list, at, end);
}

/* Names, or root hashes, of the container's layers. */
static struct str
names(const struct jv *overlay, size_t which)
{
	const struct jv *options = jv_getz(overlay, "options");

	return jv_is(options, JV_ARRAY) && which < options->items.n
		   ? jv_str(options->items.p[which])
		   : STR("");
}

static void
push(struct sim *s, struct jv *list, struct str v)
{
	jv_push(s->arena, list, jv_string(s->arena, v));
}

struct jv *
sim_layer(struct sim *s, size_t k, const struct jv *from,
    const struct jv *overlay, size_t n)
{
	struct jv *o = jv_copy(s->arena, from);
	struct jv *options = jv_array(s->arena);

	push(s, options, STR("ro"));
	push(s, options, STR(OPTION "block_device=file"));
	push(s, options, STR(OPTION "is-layer"));
	push(s, options,
	    arena_printf(s->arena, OPTION "root-hash=%.*s",
		STR_ARG(nth(names(overlay, 1), n))));
	sim_set(s, o, "options", options);
	sim_set_text(s, o, "source",
	    arena_printf(s->arena, "0001:00:%02zx.0", (k * 8 + n + 1) % 256));
	sim_set_text(s, o, "mount_point",
	    arena_printf(s->arena, "/run/kata-containers/sandbox/layers/%.*s",
		STR_ARG(nth(names(overlay, 0), n))));
	return o;
}

/* What the snapshotter says of one layer. */
static struct str
described(struct sim *s, struct str name, struct str hash)
{
	struct buf b = {0};
	struct str out;

	rt_base64(&b, arena_printf(s->arena,
			  "%.*s,tar,ro," OPTION "block_device=file," OPTION
			  "is-layer," OPTION "root-hash=%.*s",
			  STR_ARG(name), STR_ARG(hash)));
	out = arena_printf(s->arena, OPTION "layer=%.*s", STR_ARG(buf_str(&b)));
	buf_free(&b);
	return out;
}

struct jv *
sim_overlay(struct sim *s, size_t k, const struct jv *from)
{
	struct str all = names(from, 0), name;
	struct jv *o = jv_copy(s->arena, from);
	struct jv *options = jv_array(s->arena);
	size_t i;

	push(s, options, STR(PREFIX));
	for (i = 0; (name = nth(all, i)).n > 0; i++)
		push(s, options, described(s, name, nth(names(from, 1), i)));
	push(s, options, STR(OPTION "overlay-rw"));
	push(s, options, arena_printf(s->arena, "lowerdir=%.*s", STR_ARG(all)));
	sim_set(s, o, "options", options);
	sim_set_text(s, o, "mount_point",
	    sim_pattern(s, k, jv_get_str(from, STR("mount_point"))));
	return o;
}
