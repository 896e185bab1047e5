/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storages of an image whose layers the guest checks with dm-verity
 * (policy-model 12.4, 13.1).
 */
#include "compiler/lower/internal.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

/* What a layer is called that lies on those with this chain id. */
static struct str
name_of(struct arena *a, struct str chain)
{
	return rt_sha256_hex(a, chain);
}

static struct str
next_chain(struct arena *a, struct str chain, struct str diff_id)
{
	struct str both;

	if (chain.n == 0)
		return diff_id;
	both = rt_sha256_hex(a, lw_cat(a, chain, STR(" "), diff_id));
	return lw_cat(a, STR("sha256:"), both, STR(""));
}

/* "$(hash0)" */
static struct jv *
token(struct arena *a, const char *what, size_t i)
{
	BECAUSE(layer, "a layer of the image, the uppermost is 0");

	return lw_str(a, arena_printf(a, "$(%s%zu)", what, i), &layer);
}

static void
put_layer(struct work *w, size_t i, struct jv *storages)
{
	BECAUSE(disk, "a layer is a block device with dm-verity");
	struct arena *a = w->a;
	struct jv *options = jv_array(a);

	jv_push(a, options, token(a, "hash", i));
	jv_push(a, storages,
	    lw_storage(a, lw_str(a, STR("blk"), &disk), w->l->empty_list,
		w->l->empty_text, lw_str(a, STR("tar"), &disk), options,
		token(a, "layer", i), w->l->null, w->l->no));
}

static void
put_overlay(
    struct work *w, struct str names, struct str hashes, struct jv *storages)
{
	BECAUSE(overlay, "the guest lays the layers over each other");
	const struct origin *o = lw_image(w, "layers");
	struct arena *a = w->a;
	struct jv *options = jv_array(a);

	jv_push(a, options, lw_str(a, names, o));
	jv_push(a, options, lw_str(a, hashes, o));
	jv_push(a, storages,
	    lw_storage(a, lw_str(a, STR("overlayfs"), &overlay),
		w->l->empty_list, lw_str(a, STR("none"), &overlay),
		lw_str(a, STR("fuse3.kata-overlay"), &overlay), options,
		w->base->root_path, w->l->null, w->l->no));
}

void
lw_layers(struct work *w, struct jv *storages)
{
	const struct img_facts *f = w->facts;
	struct str chain = STR(""), names = STR(""), hashes = STR("");
	size_t i;

	if (f == NULL)
		return; /* reported */
	for (i = 0; i < f->nlayers; i++) {
		const char *colon = i > 0 ? ":" : "";

		chain = next_chain(w->a, chain, f->layers[i].diff_id);
		names =
		    lw_cat(w->a, name_of(w->a, chain), str_from(colon), names);
		hashes = lw_cat(
		    w->a, f->layers[i].verity_hash, str_from(colon), hashes);
		put_layer(w, i, storages);
	}
	put_overlay(w, names, hashes, storages);
}
