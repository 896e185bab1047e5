/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations of ours: the object's metadata and the pod template's must
 * agree (cli 6.1), and a misspelt key would silently mean nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

static const char *const known[] = {"pod-role", "platform", "expose-service",
    "skip-initializer", "servicemesh-ingress", "servicemesh-egress",
    "servicemesh-admin-interface-port", "secure-pv", "workload-secret-id",
    "image-store-size", "require-sidecars", "require-env", "unique-containers"};
#define NKNOWN (sizeof(known) / sizeof(known[0]))

/* Keys of the short-lived form of the ID block. */
#define ID_BLOCK "snp-id-block/"

static bool
is_known(struct str key)
{
	size_t i;

	for (i = 0; i < NKNOWN; i++) {
		if (str_eqz(key, known[i]))
			return true;
	}
	return str_starts(key, STR(ID_BLOCK));
}

static const char *
nearest(struct str key)
{
	unsigned best = 4, d;
	const char *found = NULL;
	size_t i;

	for (i = 0; i < NKNOWN && key.n < 64; i++) {
		d = str_distance(key, str_from(known[i]));
		if (d < best) {
			best = d;
			found = known[i];
		}
	}
	return found;
}

static void
check_known(struct pass_ctx *ctx, const struct k8s_object *o,
    const struct yaml_node *key)
{
	const char *guess;
	struct diag *g;
	struct str name;

	if (!str_starts(key->text, STR(ANNOT_PREFIX)))
		return;
	name = str_sub(key->text, sizeof(ANNOT_PREFIX) - 1, key->text.n);
	if (is_known(name))
		return;
	g = diag_report(
	    ctx->diags, ANNOTATION_UNKNOWN, pass_loc(key, o), SHOWN(key->text));
	if ((guess = nearest(name)) != NULL)
		diag_help(
		    ctx->diags, g, "did you mean '%s%s'?", ANNOT_PREFIX, guess);
	pass_context(ctx, g, o, NULL);
}

static int
by_key(const void *a, const void *b)
{
	const struct yaml_pair *x = a, *y = b;

	return str_cmp(x->key->text, y->key->text);
}

static void
check_conflicts(struct pass_ctx *ctx, const struct k8s_object *o,
    struct yaml_pairs mine, struct yaml_pairs theirs)
{
	struct map values = {NULL, 0, 0};
	const struct yaml_node *other;
	struct diag *g;
	size_t i;

	for (i = 0; i < theirs.n; i++)
		(void)map_set(ctx->arena, &values, theirs.p[i].key->text,
		    theirs.p[i].value);
	for (i = 0; i < mine.n; i++) {
		if (!str_starts(mine.p[i].key->text, STR(ANNOT_PREFIX)))
			continue;
		other = map_get(&values, mine.p[i].key->text);
		if (other == NULL || yaml_equal(other, mine.p[i].value))
			continue;
		g = diag_report(ctx->diags, ANNOTATION_CONFLICT,
		    pass_loc(mine.p[i].value, o), SHOWN(mine.p[i].key->text));
		diag_note(
		    ctx->diags, g, other->loc, "the value in the pod template");
		ctx->failed = true;
	}
}

static void
check_role(struct pass_ctx *ctx, const struct k8s_object *o)
{
	const struct yaml_node *n = pass_annotation(ctx, o, "pod-role");
	struct str role = yaml_text(n);
	struct diag *g;

	if (role.n == 0 || str_eqz(role, "coordinator") ||
	    str_eqz(role, "contrast-node-installer"))
		return;
	g = diag_report(ctx->diags, ROLE_UNKNOWN, n->loc, SHOWN(role),
	    SHOWN(o->name), SHOWN(role));
	pass_context(ctx, g, o, NULL);
}

void
pass_conflict(struct pass_ctx *ctx, struct k8s_object *o)
{
	struct yaml_pairs p, q = {NULL, 0};
	struct yaml_node *in_pod = yaml_getz(o->pod_meta, "annotations");
	size_t i;

	p = yaml_pairs(
	    ctx->arena, yaml_path(o->node, "metadata", "annotations", NULL));
	for (i = 0; i < p.n; i++)
		check_known(ctx, o, p.p[i].key);
	if (o->pod != o->node) {
		q = yaml_pairs(ctx->arena, in_pod);
		for (i = 0; i < q.n; i++)
			check_known(ctx, o, q.p[i].key);
	}
	if (p.n > 1 && q.n > 0)
		qsort(p.p, p.n, sizeof(p.p[0]), by_key);
	if (q.n > 0 && ctx->options->annotation_location == ANNOT_BOTH)
		check_conflicts(ctx, o, p, q);
	if (!ctx->failed)
		check_role(ctx, o);
}
