/* SPDX-License-Identifier: Apache-2.0 */
/* What the workload's YAML says beyond the policy data. */
#include "compiler/analyse/simulate_int.h"
#include "runtime/base/banned.h"

struct volume_files {
	struct arena *arena;
	const struct ir_workload *workload;
	const struct k8s_objects *objects;
	struct sim_mount *out;
};

static void
put_file(struct volume_files *f, struct str name)
{
	if (name.n > 0)
		VEC_PUSH(f->arena, &f->out->files, name);
}

/* All keys of a member of an object. */
static void
put_keys(struct volume_files *f, const struct yaml_node *map)
{
	struct yaml_pairs pairs = yaml_pairs(f->arena, map);
	const struct yaml_pair *p;

	VEC_FOREACH(p, &pairs)
		put_file(f, yaml_text(p->key));
}

/* Those that are picked, or all that the object has. */
static void
config_files(struct volume_files *f, const struct yaml_node *source,
    const char *kind, struct str name)
{
	const struct yaml_node *items = yaml_getz(source, "items");
	const struct k8s_object *o;
	struct yaml_node *const *it;
	bool other;

	if (yaml_is(items, YAML_SEQ)) {
		VEC_FOREACH(it, &items->items)
			put_file(f, yaml_get_str(yaml_deref(*it), STR("path")));
		return;
	}
	o = k8s_find(f->objects, kind, name, f->workload->object->ns, &other);
	if (o == NULL)
		return;
	put_keys(f, yaml_getz(o->node, "data"));
	put_keys(f, yaml_getz(o->node, "binaryData"));
	put_keys(f, yaml_getz(o->node, "stringData"));
}

static void
token_files(struct volume_files *f, const struct yaml_node *source)
{
	put_file(f, yaml_get_str(source, STR("path")));
}

/* One source of a projected volume, or the volume itself. */
static void
source_files(struct volume_files *f, const struct yaml_node *v)
{
	const struct yaml_node *map = yaml_getz(v, "configMap");
	const struct yaml_node *secret = yaml_getz(v, "secret");
	struct str name;

	if (map != NULL)
		config_files(
		    f, map, "ConfigMap", yaml_get_str(map, STR("name")));
	if (secret != NULL) {
		name = yaml_get_str(secret, STR("secretName"));
		if (name.n == 0)
			name = yaml_get_str(secret, STR("name"));
		config_files(f, secret, "Secret", name);
	}
	if (yaml_getz(v, "downwardAPI") != NULL)
		config_files(f, yaml_getz(v, "downwardAPI"), "", STR(""));
	token_files(f, yaml_getz(v, "serviceAccountToken"));
}

static void
projected_files(struct volume_files *f, const struct yaml_node *v)
{
	const struct yaml_node *list =
	    yaml_path(v, "projected", "sources", NULL);
	struct yaml_node *const *it;

	if (!yaml_is(list, YAML_SEQ))
		return;
	VEC_FOREACH(it, &list->items)
		source_files(f, yaml_deref(*it));
}

static const struct ir_volume *
volume_of(const struct ir_workload *w, struct str name)
{
	const struct ir_volume *v;

	VEC_FOREACH(v, &w->volumes) {
		if (str_eq(v->name.s, name))
			return v;
	}
	return NULL;
}

/* NULL: nothing that the kubelet writes. */
static struct sim_mount *
mount_files(struct volume_files *f, const struct ir_mount *m)
{
	const struct ir_volume *v = volume_of(f->workload, m->name.s);

	if (v == NULL || (v->kind != IR_CONFIG && v->kind != IR_PROJECTED &&
			     v->kind != IR_DOWNWARD))
		return NULL;
	f->out = ARENA_NEW(f->arena, struct sim_mount);
	f->out->path = m->path.s;
	if (v->kind == IR_PROJECTED)
		projected_files(f, v->node);
	else
		source_files(f, v->node);
	return f->out;
}

/* In the order of ir_container's `exec`. */
static const char *const exec_names[IR_PROBES] = {
    "livenessProbe", "readinessProbe", "startupProbe", "postStart", "preStop"};

static void
add_container(
    struct sim_hints *h, struct volume_files *f, const struct ir_container *c)
{
	struct sim_container hint = {.name = c->name.s};
	const struct ir_mount *m;
	struct sim_mount *files;
	size_t i;

	hint.ends = c->init && !str_eqz(c->restart_policy.s, "Always");
	for (i = 0; i < IR_PROBES; i++) {
		if (c->exec[i].node != NULL)
			hint.execs[hint.nexecs++] = exec_names[i];
	}
	VEC_FOREACH(m, &c->mounts) {
		files = mount_files(f, m);
		if (files != NULL)
			VEC_PUSH(f->arena, &hint.mounts, *files);
	}
	VEC_PUSH(f->arena, &h->list, hint);
}

struct sim_hints *
sim_hints_new(struct arena *a, const struct ir_workload *w,
    const struct k8s_objects *objects)
{
	struct sim_hints *h = ARENA_NEW(a, struct sim_hints);
	struct volume_files f = {.arena = a, .workload = w, .objects = objects};
	const struct yaml_node *automount;
	const struct ir_container *c;
	bool wanted;

	VEC_FOREACH(c, &w->init)
		add_container(h, &f, c);
	VEC_FOREACH(c, &w->main)
		add_container(h, &f, c);
	h->host_network = w->host_network.v;
	automount =
	    yaml_getz(w->object->pod_spec, "automountServiceAccountToken");
	h->no_account = yaml_to_bool(automount, &wanted) && !wanted;
	return h;
}

bool
sim_has_mount(const struct sim *s, size_t k, const struct jv *mount)
{
	struct str path = jv_get_str(mount, STR("destination"));
	const struct sim_container *c = sim_hint(
	    s, sim_annotation(s, k, "io.kubernetes.cri.container-name"));

	if (sim_hint_mount(c, path) != NULL)
		return true;
	if (str_ends(path, STR("kubernetes.io/serviceaccount")))
		return s->hints == NULL || !s->hints->no_account;
	return !str_eqz(path, "/var/run/secrets/azure/tokens");
}

const struct sim_container *
sim_hint(const struct sim *s, struct str name)
{
	const struct sim_container *c;

	if (s->hints == NULL)
		return NULL;
	VEC_FOREACH(c, &s->hints->list) {
		if (str_eq(c->name, name))
			return c;
	}
	return NULL;
}

const struct sim_mount *
sim_hint_mount(const struct sim_container *c, struct str path)
{
	const struct sim_mount *m;

	if (c == NULL)
		return NULL;
	VEC_FOREACH(m, &c->mounts) {
		if (str_eq(m->path, path))
			return m;
	}
	return NULL;
}
