/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/emit/extract.h"
#include "compiler/pass/pass.h"

#include "runtime/base/banned.h"

#define PREFIX "contrast.edgeless.systems/"
#define INSTALLER "contrast-node-installer"

/* annotations: pod template first, then the object itself */

static struct yaml_node *
metadata_of(const struct yaml_node *meta, const char *part, struct str key)
{
	return yaml_get(yaml_get(meta, str_from(part)), key);
}

static struct str
annotation(const struct k8s_object *o, struct str key)
{
	struct yaml_node *n = metadata_of(o->pod_meta, "annotations", key);

	if (n == NULL)
		n = metadata_of(
		    yaml_getz(o->node, "metadata"), "annotations", key);
	return yaml_text(n);
}

static struct str
role_of(const struct k8s_object *o)
{
	struct str role = annotation(o, STR(PREFIX "pod-role"));

	if (role.n == 0)
		role = yaml_text(
		    metadata_of(o->pod_meta, "labels", STR(PREFIX "pod-role")));
	return role;
}

/* entries */

static struct str
qualified(struct arena *a, const struct workload_policy *w)
{
	bool core = str_chr(w->api, '/', 0) == SIZE_MAX;

	return arena_printf(a, "%s%.*s/%.*s/%.*s/%.*s", core ? "core/" : "",
	    STR_ARG(w->api), STR_ARG(w->kind), STR_ARG(w->ns),
	    STR_ARG(w->name));
}

static void
fill_ids(
    struct workload_policy *w, struct arena *a, enum secret_id_format format)
{
	struct str own =
	    annotation(w->object, STR(PREFIX "workload-secret-id"));
	struct str full = own.n > 0 ? own : qualified(a, w);

	w->secret_id = format == SECRET_ID_NAME ? w->name : full;
	w->other_id = format == SECRET_ID_NAME ? full : w->name;
}

bool
extract_describe(struct workload_policy *out, struct arena *a, struct diags *d,
    const struct k8s_object *o, struct str hash, enum secret_id_format format)
{
	struct str role = role_of(o);

	*out = (struct workload_policy){.object = o,
	    .name = o->name,
	    .ns = o->ns.n > 0 ? o->ns : STR("default"),
	    .api = o->api,
	    .kind = o->kind_name,
	    .role = role,
	    .loc = o->node->loc};
	if (str_eqz(role, INSTALLER))
		return true;
	if (o->name.n == 0) {
		diag_report(d, POLICY_NO_NAME, o->node->loc);
		return false;
	}
	if (role.n > 0 && !str_eqz(role, "coordinator")) {
		diag_report(d, POLICY_ROLE, o->node->loc, STR_ARG(role),
		    STR_ARG(o->name), STR_ARG(role));
		return false;
	}
	out->hash = hash;
	fill_ids(out, a, format);
	return true;
}

struct str
extract_place(struct arena *a, const struct workload_policy *w)
{
	return arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(w->kind),
	    STR_ARG(w->ns), STR_ARG(w->name));
}

/* the carriers of one object */

static struct yaml_node *
carrier_of(const struct k8s_object *o, bool *initdata)
{
	struct yaml_node *n =
	    metadata_of(o->pod_meta, "annotations", STR(CARRIER_INITDATA));

	*initdata = yaml_text(n).n > 0;
	return *initdata ? n
			 : metadata_of(
			       o->pod_meta, "annotations", STR(CARRIER_POLICY));
}

static bool
extract_one(struct workload_policies *out, struct arena *a, struct diags *d,
    const struct k8s_object *o, enum secret_id_format format)
{
	struct workload_policy w;
	struct policy p = {0};
	struct rt_err err = {0};
	bool initdata;
	struct yaml_node *n = carrier_of(o, &initdata);

	if (yaml_text(n).n == 0)
		return true;
	if (policy_carrier_decode(&p, a, yaml_text(n), initdata, &err) != 0) {
		diag_report(
		    d, POLICY_CARRIER, n->loc, STR_ARG(o->name), err.text)
		    ->hidden = true;
		return false;
	}
	if (!extract_describe(&w, a, d, o, p.digest, format))
		return false;
	if (w.hash.n == 0)
		return true;
	w.document = p.document;
	w.text = p.text;
	w.carrier = p.carrier;
	w.initdata = initdata;
	w.loc = n->loc;
	VEC_PUSH(a, &out->list, w);
	return true;
}

bool
extract_policies(struct workload_policies *out, struct arena *a,
    struct diags *d, const struct k8s_objects *objects,
    enum secret_id_format format)
{
	struct k8s_object *const *it;
	bool ok = true;

	VEC_FOREACH(it, &objects->list) {
		const struct k8s_object *o = *it;

		if (o->kind == NULL || o->kind->role != K8S_WORKLOAD ||
		    o->pod_meta == NULL)
			continue;
		if (!extract_one(out, a, d, o, format))
			ok = false;
	}
	return ok;
}
