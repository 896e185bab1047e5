/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encrypted image store (cli 6.6): a block volume that holds the images
 * of the pod, kept open by a container of its own.
 */
#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

#define SIZE_DEFAULT "10Gi"

static const struct part holder[] = {
    {"name", NAME_HOLDER, PART_STR, 0, 0},
    {"image", "$0", PART_STR, 0, 0},
    {"command[+]", "/bin/sh", PART_STR, 0, 0},
    {"command[+]", "-c", PART_STR, 0, 0},
    {"command[+]", "sleep inf", PART_STR, 0, 0},
    {"restartPolicy", "Always", PART_STR, 0, 0},
    {"resources.requests.memory", "50Mi", PART_STR, 0, 0},
    {"resources.limits.memory", "50Mi", PART_STR, 0, 0},
    {"securityContext.privileged", "true", PART_BOOL, 0, 0},
    {"volumeDevices[+].name", VOLUME_STORE, PART_STR, 0, 0},
    {"volumeDevices[].devicePath", "/dev/image_store", PART_STR, 0, 0},
};

#define CLAIM "ephemeral.volumeClaimTemplate.spec"
static const struct part store[] = {
    {"name", VOLUME_STORE, PART_STR, 0, 0},
    {CLAIM ".accessModes[+]", "ReadWriteOnce", PART_STR, 0, 0},
    {CLAIM ".volumeMode", "Block", PART_STR, 0, 0},
    {CLAIM ".resources.requests.storage", "$0", PART_STR, 0, 0},
};

/* A Kubernetes quantity: digits with a fraction, then a suffix. */
static bool
is_quantity(struct str s, bool *zero)
{
	static const char *const suffixes[] = {"", "k", "M", "G", "T", "P", "E",
	    "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
	size_t i = 0, n;
	bool digits = false;

	*zero = true;
	for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.');
	     i++) {
		digits = digits || s.p[i] != '.';
		*zero = *zero && (s.p[i] == '0' || s.p[i] == '.');
	}
	if (!digits || str_rchr(str_sub(s, 0, i), '.') !=
			   str_chr(str_sub(s, 0, i), '.', 0))
		return false;
	s = str_sub(s, i, s.n);
	for (n = 0; n < sizeof(suffixes) / sizeof(suffixes[0]); n++) {
		if (str_eqz(s, suffixes[n]))
			return true;
	}
	return false;
}

/* The size that is asked for; empty: no store. */
static struct str
store_size(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *n = pass_annotation(ctx, o, "image-store-size");
	struct str size = yaml_text(n);
	bool zero;

	if (size.n == 0)
		return ctx->options->inject_image_store ? STR(SIZE_DEFAULT)
							: STR("");
	if (!is_quantity(size, &zero)) {
		pass_context(ctx,
		    diag_report(ctx->diags, IMAGE_STORE_SIZE, pass_loc(n, o),
			SHOWN(size)),
		    o, NULL);
		ctx->failed = true;
		return STR("");
	}
	return zero ? STR("") : size;
}

static void
inject_store(struct pass_ctx *ctx, struct k8s_object *o, struct str size)
{
	struct yaml_node *seq = yaml_getz(o->pod_spec, "volumes"), *built;
	size_t at = inject_find(seq, STR(VOLUME_STORE), 0);

	built = PART_BUILD(ctx->arena, store, 0, &size);
	if (at != SIZE_MAX) {
		if (yaml_equal(inject_item(seq, at), built))
			return;
		if (yaml_getz(inject_item(seq, at), "ephemeral") == NULL) {
			pass_context(ctx,
			    diag_report(ctx->diags, IMAGE_STORE_VOLUME,
				pass_loc(inject_item(seq, at), o)),
			    o, NULL);
			ctx->failed = true;
			return;
		}
	}
	edit_what(ctx->edits, "the injected image store");
	pass_own(ctx, o);
	seq = edit_seq(ctx->edits, o->pod_spec, STR("volumes"));
	if (seq == NULL) {
		ctx->failed = true;
		return;
	}
	if (at != SIZE_MAX)
		edit_remove(ctx->edits, seq, at);
	else
		at = inject_count(seq);
	edit_insert(ctx->edits, seq, at, built);
}

void
pass_image_store(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct str size = store_size(ctx, o), image;

	if (size.n == 0)
		return;
	image = pass_replaced(ctx, STR(IMAGE_INITIALIZER));
	inject_store(ctx, o, size);
	if (!ctx->failed)
		inject_container(ctx, o,
		    PART_BUILD(ctx->arena, holder, 0, &image), INJECT_FIRST,
		    "the injected image store");
}
