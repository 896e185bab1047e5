/* SPDX-License-Identifier: Apache-2.0 */
/* From the completed YAML of one object to its typed workload. */
#include "compiler/ir/internal.h"
#include "runtime/base/banned.h"

static void
read_main(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_workload *w = out;
	struct yaml_node **it;

	if (!ir_is_seq(c, n))
		return;
	VEC_FOREACH(it, &n->items) {
		struct ir_container k = {0};

		ir_read_container(c, yaml_deref(*it), &k);
		VEC_PUSH(c->arena, &w->main, k);
	}
}

static void
read_init(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_workload *w = out;
	struct yaml_node **it;

	if (!ir_is_seq(c, n))
		return;
	VEC_FOREACH(it, &n->items) {
		struct ir_container k = {.init = true};

		ir_read_container(c, yaml_deref(*it), &k);
		VEC_PUSH(c->arena, &w->init, k);
	}
}

static void
read_volumes(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_workload *w = out;
	struct yaml_node **it;

	if (!ir_is_seq(c, n))
		return;
	VEC_FOREACH(it, &n->items) {
		struct ir_volume v = {0};

		ir_read_volume(c, yaml_deref(*it), &v);
		VEC_PUSH(c->arena, &w->volumes, v);
	}
}

/* What a deprecated name of a member gives if the new one is absent. */
static void
read_old_account(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_workload *w = out;

	if (w->service_account.s.n == 0)
		ir_read_str(c, n, &w->service_account);
}

/* Members that would change the requests in a way no policy can express. */
static const struct {
	struct str key;
	bool refused; /* with this value */
} unsupported[] = {
    {STR_INIT("hostPID"), true},
    {STR_INIT("hostIPC"), true},
    {STR_INIT("hostUsers"), false},
};

static void
check_unsupported(struct ir_ctx *c, const struct yaml_node *spec)
{
	const struct yaml_node *key;
	size_t i;
	bool b;

	for (i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
		if (!yaml_to_bool(yaml_get(spec, unsupported[i].key), &b) ||
		    b != unsupported[i].refused)
			continue;
		key = yaml_key(spec, unsupported[i].key);
		c->failed = true;
		if (!ir_reported(c->diags, key->loc))
			ir_failed(c,
			    diag_report(c->diags, POD_UNSUPPORTED, key->loc));
	}
}

#define W(member) offsetof(struct ir_workload, member)
static const struct ir_field spec_fields[] = {
    {"containers", 0, read_main},
    {"initContainers", 0, read_init},
    {"volumes", 0, read_volumes},
    {"securityContext", W(security), ir_read_security},
    {"hostNetwork", W(host_network), ir_read_bool},
    {"shareProcessNamespace", W(share_pids), ir_read_bool},
    {"serviceAccountName", W(service_account), ir_read_str},
    {"serviceAccount", 0, read_old_account},
};

static const struct ir_field sysctl_fields[] = {
    {"name", offsetof(struct ir_pair, key), ir_read_str},
    {"value", offsetof(struct ir_pair, value), ir_read_str},
};

static void
read_sysctls(struct ir_ctx *c, struct ir_workload *w)
{
	struct yaml_node *n = w->security.sysctls, **it;

	if (n == NULL || !ir_is_seq(c, n))
		return;
	VEC_FOREACH(it, &n->items) {
		struct ir_pair p = {0};

		IR_READ(c, yaml_deref(*it), sysctl_fields, &p);
		VEC_PUSH(c->arena, &w->sysctls, p);
	}
}

/* Annotations or labels. */
#define READ_PAIRS(reader, vector)                                             \
	static void reader(struct ir_ctx *c, struct yaml_node *n, void *out)   \
	{                                                                      \
		struct yaml_pairs pairs = yaml_pairs(c->arena, n);             \
		struct ir_workload *w = out;                                   \
		size_t i;                                                      \
                                                                               \
		if (!ir_is_map(c, n))                                          \
			return;                                                \
		for (i = 0; i < pairs.n; i++) {                                \
			struct yaml_node *v = pairs.p[i].value;                \
			struct ir_pair p = {.key = {yaml_text(pairs.p[i].key), \
						pairs.p[i].key}};              \
                                                                               \
			p.value.node = v;                                      \
			if (!yaml_is(v, YAML_NULL))                            \
				ir_read_str(c, v, &p.value);                   \
			VEC_PUSH(c->arena, &w->vector, p);                     \
		}                                                              \
	}
READ_PAIRS(read_annotations, annotations)
READ_PAIRS(read_labels, labels)

static const struct ir_field meta_fields[] = {
    {"annotations", 0, read_annotations},
    {"labels", 0, read_labels},
};

static void
read_text(struct ir_ctx *c, struct yaml_node *n, struct ir_str *out)
{
	if (n != NULL && n->kind != YAML_NULL)
		ir_read_str(c, n, out);
}

static void
read_claims(struct ir_ctx *c, struct ir_workload *w)
{
	struct yaml_node **it, *n;

	if (!str_eqz(w->object->kind_name, "StatefulSet"))
		return;
	n = yaml_path(w->object->node, "spec", "volumeClaimTemplates", NULL);
	if (n == NULL || !ir_is_seq(c, n))
		return;
	VEC_FOREACH(it, &n->items) {
		struct yaml_node *one = yaml_deref(*it);
		struct ir_claim claim = {0};

		read_text(
		    c, yaml_path(one, "metadata", "name", NULL), &claim.name);
		read_text(c, yaml_path(one, "spec", "storageClassName", NULL),
		    &claim.storage_class);
		VEC_PUSH(c->arena, &w->claims, claim);
	}
}

struct ir_workload *
ir_build(struct arena *a, struct diags *d, const struct k8s_object *o)
{
	struct ir_ctx c = {.arena = a, .diags = d, .object = o};
	struct ir_workload *w = ARENA_NEW(a, struct ir_workload);

	w->object = o;
	if (!yaml_is(o->pod_spec, YAML_MAP)) {
		ir_failed(&c, diag_report(d, NO_POD_SPEC, o->node->loc));
		return NULL;
	}
	if (o->pod_meta != NULL)
		IR_READ(&c, o->pod_meta, meta_fields, w);
	IR_READ(&c, o->pod_spec, spec_fields, w);
	check_unsupported(&c, o->pod_spec);
	read_sysctls(&c, w);
	read_claims(&c, w);
	if (w->main.n == 0)
		ir_failed(&c, diag_report(d, NO_CONTAINERS, o->pod_spec->loc));
	w->sandbox_name = ir_sandbox_name(a, o);
	w->failed = c.failed;
	return w;
}
