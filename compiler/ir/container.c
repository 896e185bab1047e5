/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/ir/internal.h"
#include "runtime/base/banned.h"

#define ENV(member) offsetof(struct ir_env, member)
static const struct ir_field env_fields[] = {
    {"name", ENV(name), ir_read_str},
    {"value", ENV(value), ir_read_str},
    {"valueFrom", ENV(source), ir_read_node},
    {"valueFrom.configMapKeyRef", ENV(config_map), ir_read_ref},
    {"valueFrom.secretKeyRef", ENV(secret), ir_read_ref},
    {"valueFrom.fieldRef.fieldPath", ENV(field_path), ir_read_str},
    {"valueFrom.resourceFieldRef", ENV(resource), ir_read_node},
};

#define FROM(member) offsetof(struct ir_env_from, member)
static const struct ir_field from_fields[] = {
    {"configMapRef", FROM(config_map), ir_read_ref},
    {"secretRef", FROM(secret), ir_read_ref},
    {"prefix", FROM(prefix), ir_read_str},
};

#define MOUNT(member) offsetof(struct ir_mount, member)
static const struct ir_field mount_fields[] = {
    {"name", MOUNT(name), ir_read_str},
    {"mountPath", MOUNT(path), ir_read_str},
    {"readOnly", MOUNT(read_only), ir_read_bool},
    {"mountPropagation", MOUNT(propagation), ir_read_str},
    {"subPath", MOUNT(sub_path), ir_read_str},
    {"subPathExpr", MOUNT(sub_path_expr), ir_read_str},
};

static const struct ir_field device_fields[] = {
    {"name", offsetof(struct ir_device, name), ir_read_str},
    {"devicePath", offsetof(struct ir_device, path), ir_read_str},
};

/* Reads each mapping of a sequence as one element of a vector. */
#define READ_ITEMS(reader, vector, type, fields)                               \
	static void reader(struct ir_ctx *c, struct yaml_node *n, void *out)   \
	{                                                                      \
		struct ir_container *k = out;                                  \
		struct yaml_node **it;                                         \
                                                                               \
		if (!ir_is_seq(c, n))                                          \
			return;                                                \
		VEC_FOREACH(it, &n->items) {                                   \
			type item = {.node = yaml_deref(*it)};                 \
                                                                               \
			IR_READ(c, item.node, fields, &item);                  \
			VEC_PUSH(c->arena, &k->vector, item);                  \
		}                                                              \
	}
READ_ITEMS(read_env, env, struct ir_env, env_fields)
READ_ITEMS(read_env_from, env_from, struct ir_env_from, from_fields)
READ_ITEMS(read_mounts, mounts, struct ir_mount, mount_fields)
READ_ITEMS(read_devices, devices, struct ir_device, device_fields)

static void
read_limits(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_container *k = out;
	struct yaml_pairs pairs = yaml_pairs(c->arena, n);
	size_t i;

	if (!ir_is_map(c, n))
		return;
	for (i = 0; i < pairs.n; i++)
		VEC_PUSH(c->arena, &k->limits,
		    ((struct ir_limit){
			yaml_text(pairs.p[i].key), pairs.p[i].value}));
}

#define K(member) offsetof(struct ir_container, member)
static const struct ir_field container_fields[] = {
    {"name", K(name), ir_read_str},
    {"image", K(image), ir_read_str},
    {"command", K(command), ir_read_strs},
    {"args", K(args), ir_read_strs},
    {"workingDir", K(working_dir), ir_read_str},
    {"terminationMessagePath", K(termination_path), ir_read_str},
    {"restartPolicy", K(restart_policy), ir_read_str},
    {"tty", K(tty), ir_read_bool},
    {"securityContext", K(security), ir_read_security},
    {"livenessProbe.exec.command", K(exec[0]), ir_read_strs},
    {"readinessProbe.exec.command", K(exec[1]), ir_read_strs},
    {"startupProbe.exec.command", K(exec[2]), ir_read_strs},
    {"lifecycle.postStart.exec.command", K(exec[3]), ir_read_strs},
    {"lifecycle.preStop.exec.command", K(exec[4]), ir_read_strs},
    {"env", 0, read_env},
    {"envFrom", 0, read_env_from},
    {"volumeMounts", 0, read_mounts},
    {"volumeDevices", 0, read_devices},
    {"resources.limits", 0, read_limits},
};

static void
check_mount(struct ir_ctx *c, const struct ir_mount *m)
{
	size_t i;

	if (m->sub_path.s.n > 0) {
		const struct yaml_node *key = yaml_key(m->node, STR("subPath"));

		c->failed = true;
		if (!ir_reported(c->diags, key->loc))
			ir_failed(c, diag_report(c->diags, SUB_PATH, key->loc));
	}
	for (i = 0; i < m->path.s.n && m->path.s.p[i] == '/'; i++)
		continue;
	if (i == m->path.s.n)
		ir_failed(c, diag_report(c->diags, MOUNT_ROOT,
				 m->path.node != NULL ? m->path.node->loc
						      : m->node->loc));
}

static void
check_env(struct ir_ctx *c, const struct ir_env *e)
{
	if (e->name.s.n == 0)
		ir_failed(c, diag_report(c->diags, ENV_NAME, e->node->loc, ""));
	else if (str_chr(e->name.s, '=', 0) != SIZE_MAX)
		ir_failed(c, diag_report(c->diags, ENV_NAME, e->name.node->loc,
				 arena_cstr(c->arena, e->name.s)));
	if (e->value.s.n > 0 && e->source != NULL)
		ir_failed(c, diag_report(c->diags, ENV_VALUE_AND_SOURCE,
				 e->source->loc, STR_ARG(e->name.s)));
}

void
ir_read_container(
    struct ir_ctx *c, struct yaml_node *n, struct ir_container *out)
{
	struct ir_mount *m;
	struct ir_env *e;

	out->node = n;
	c->container = n;
	IR_READ(c, n, container_fields, out);
	if (yaml_is(n, YAML_MAP) && out->image.s.n == 0)
		ir_failed(c, diag_report(c->diags, NO_IMAGE, n->loc,
				 STR_ARG(out->name.s)));
	VEC_FOREACH(m, &out->mounts)
		check_mount(c, m);
	VEC_FOREACH(e, &out->env)
		check_env(c, e);
	c->container = NULL;
}
