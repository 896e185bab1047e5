/* SPDX-License-Identifier: Apache-2.0 */
/* Annotation sizes (policy-model 10.5) and the summary of a run. */
#include <stdio.h>

#include "compiler/cmd/generate.h"
#include "runtime/base/banned.h"

/* Kubernetes' limit on all keys and values of an object's annotations. */
#define LIMIT 262144
#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

static size_t
annotation_bytes(struct arena *a, const struct yaml_node *meta)
{
	struct yaml_pairs pairs = yaml_pairs(a, yaml_getz(meta, "annotations"));
	struct yaml_pair *p;
	size_t n = 0;

	VEC_FOREACH(p, &pairs) {
		if (str_eqz(yaml_text(p->key), LAST_APPLIED))
			continue;
		n += yaml_text(p->key).n + yaml_text(p->value).n;
	}
	return n;
}

/* What kubectl's client-side apply stores beside them: the object as JSON. */
static size_t
last_applied_bytes(struct arena *a, const struct work *w)
{
	return yaml_json_size(a, w->object->node) + w->carrier_size +
	       sizeof(LAST_APPLIED);
}

void
generate_size(struct generate *g, struct work *w)
{
	const struct yaml_node *meta = yaml_getz(w->object->node, "metadata");
	size_t pod = annotation_bytes(g->ctx.arena, w->object->pod_meta) +
		     w->carrier_size;
	size_t object = last_applied_bytes(g->ctx.arena, w) +
			(meta == w->object->pod_meta
				? pod
				: annotation_bytes(g->ctx.arena, meta));
	struct loc at = w->object->node->loc;

	w->used = pod > object ? pod : object;
	at.len = 0;
	if (pod > LIMIT)
		diag_report(&g->sizes, ANNOTATIONS_TOO_LARGE, at, pod, LIMIT);
	else if (object > LIMIT)
		diag_report(
		    &g->sizes, LAST_APPLIED_TOO_LARGE, at, object, LIMIT);
	else if (w->used > LIMIT / 5 * 4)
		diag_report(
		    &g->sizes, ANNOTATIONS_NEARLY_FULL, at, w->used, LIMIT);
}

static void
line(const struct generate *g, const struct work *w)
{
	if (w->sel.in && w->text_size > 0)
		cmd_say(g->run,
		    "  in   %.*s/%.*s: policy %zu bytes, annotation %zu, "
		    "%zu left",
		    STR_ARG(w->kind_name), STR_ARG(w->name), w->text_size,
		    w->carrier_size, w->used > LIMIT ? 0 : LIMIT - w->used);
	else
		cmd_say(g->run, "  %s  %.*s/%.*s: %.*s",
		    w->sel.in ? "in " : "out", STR_ARG(w->kind_name),
		    STR_ARG(w->name), STR_ARG(w->sel.why));
}

/* Ten thousand lines help nobody: the rest is counted. */
#define LINES 50

void
generate_summary(const struct generate *g)
{
	const struct work *w;
	size_t n = 0;

	VEC_FOREACH(w, &g->works) {
		if (n++ < LINES)
			line(g, w);
	}
	if (n > LINES)
		cmd_say(g->run, "  and %zu more", n - LINES);
	cmd_say(g->run, "  %zu of %zu workloads %s a policy", g->selected, n,
	    g->run->cmd == &cmd_table[CMD_check] ? "need" : "have");
}
