/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/ir/internal.h"
#include "runtime/base/banned.h"

static const struct {
	const char *member;
	enum ir_volume_kind kind;
} types[] = {
    {"emptyDir", IR_EMPTY_DIR},
    {"hostPath", IR_HOST_PATH},
    {"persistentVolumeClaim", IR_CLAIM},
    {"azureFile", IR_CLAIM},
    {"csi", IR_CLAIM},
    {"ephemeral", IR_CLAIM},
    {"configMap", IR_CONFIG},
    {"secret", IR_CONFIG},
    {"projected", IR_PROJECTED},
    {"downwardAPI", IR_DOWNWARD},
};

#define NTYPES (sizeof(types) / sizeof(types[0]))

#define V(member) offsetof(struct ir_volume, member)
static const struct ir_field volume_fields[] = {
    {"name", V(name), ir_read_str},
    {"emptyDir.medium", V(medium), ir_read_str},
    {"hostPath.path", V(path), ir_read_str},
};

static void
set_type(struct ir_volume *v, const struct yaml_pair *p)
{
	size_t i;

	v->type = yaml_text(p->key);
	v->type_key = p->key;
	v->kind = IR_UNSUPPORTED;
	for (i = 0; i < NTYPES; i++) {
		if (str_eqz(v->type, types[i].member))
			v->kind = types[i].kind;
	}
}

void
ir_read_volume(struct ir_ctx *c, struct yaml_node *n, struct ir_volume *out)
{
	struct yaml_pairs pairs = yaml_pairs(c->arena, n);
	const struct yaml_pair *source = NULL;
	size_t i;

	out->node = n;
	/* Without a source it is an emptyDir, as in Kubernetes. */
	out->kind = IR_EMPTY_DIR;
	out->type = STR("emptyDir");
	IR_READ(c, n, volume_fields, out);
	for (i = 0; i < pairs.n; i++) {
		const struct yaml_pair *p = &pairs.p[i];

		if (str_eqz(yaml_text(p->key), "name"))
			continue;
		if (yaml_is(p->value, YAML_NULL) && source != NULL)
			continue;
		if (source != NULL && !yaml_is(source->value, YAML_NULL)) {
			ir_failed(c, diag_report(c->diags, VOLUME_TYPES,
					 p->key->loc, STR_ARG(out->name.s)));
			return;
		}
		source = p;
	}
	/* A type without a value is no type, and so an emptyDir. */
	if (source != NULL && !yaml_is(source->value, YAML_NULL))
		set_type(out, source);
}
