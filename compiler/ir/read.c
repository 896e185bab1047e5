/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of single values. */
#include <string.h>

#include "compiler/ir/internal.h"
#include "runtime/base/banned.h"

/* What Kubernetes allows for user and group ids. */
#define ID_MAX 2147483647

struct diag *
ir_failed(struct ir_ctx *c, struct diag *g)
{
	c->failed = true;
	k8s_say_whose(c->diags, g, c->object, c->container);
	return g;
}

/* The check of the fields may have spoken about this place already. */
bool
ir_reported(const struct diags *d, struct loc loc)
{
	struct diag **it;

	VEC_FOREACH(it, &d->list) {
		if ((*it)->severity == DIAG_ERROR && loc.source != NULL &&
		    (*it)->loc.source == loc.source &&
		    (*it)->loc.off == loc.off)
			return true;
	}
	return false;
}

void
ir_bad_type(struct ir_ctx *c, const struct yaml_node *n, const char *wanted)
{
	if (ir_reported(c->diags, n->loc))
		c->failed = true;
	else
		ir_failed(c, diag_report(c->diags, IR_TYPE, n->loc, wanted));
}

bool
ir_is_seq(struct ir_ctx *c, const struct yaml_node *n)
{
	if (yaml_is(n, YAML_SEQ))
		return true;
	if (n != NULL && !yaml_is(n, YAML_NULL))
		ir_bad_type(c, n, "a list");
	return false;
}

bool
ir_is_map(struct ir_ctx *c, const struct yaml_node *n)
{
	if (yaml_is(n, YAML_MAP))
		return true;
	if (n != NULL && !yaml_is(n, YAML_NULL))
		ir_bad_type(c, n, "a mapping");
	return false;
}

static struct yaml_node *
follow(const struct yaml_node *map, const char *path)
{
	struct yaml_node *at = NULL;
	const char *dot;

	while ((dot = strchr(path, '.')) != NULL) {
		at = yaml_get(map, (struct str){path, (size_t)(dot - path)});
		if (at == NULL)
			return NULL;
		map = at;
		path = dot + 1;
	}
	return yaml_get(map, str_from(path));
}

void
ir_read(struct ir_ctx *c, const struct yaml_node *map,
    const struct ir_field *fields, size_t n, void *out)
{
	size_t i;

	if (!ir_is_map(c, map))
		return;
	for (i = 0; i < n; i++) {
		struct yaml_node *v = follow(map, fields[i].path);

		if (v != NULL && v->kind != YAML_NULL)
			fields[i].read(c, v, (char *)out + fields[i].offset);
	}
}

void
ir_read_node(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	(void)c;
	*(struct yaml_node **)out = n;
}

static void
unquoted(struct ir_ctx *c, const struct yaml_node *n)
{
	struct diag *g;

	if (ir_reported(c->diags, n->loc)) {
		c->failed = true;
		return;
	}
	g = diag_report(c->diags, IR_UNQUOTED, n->loc, STR_ARG(n->text),
	    n->kind == YAML_BOOL ? "a boolean" : "a number");
	ir_failed(c, g);
	diag_help(c->diags, g, "quote it: \"%.*s\"", STR_ARG(n->text));
}

void
ir_read_str(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_str *s = out;

	if (n->kind == YAML_BOOL || n->kind == YAML_INT ||
	    n->kind == YAML_FLOAT) {
		unquoted(c, n);
	} else if (n->kind != YAML_STRING) {
		ir_bad_type(c, n, "a string");
	} else if (str_chr(n->text, '\0', 0) != SIZE_MAX) {
		ir_failed(c, diag_report(c->diags, IR_NUL, n->loc));
	} else {
		*s = (struct ir_str){n->text, n};
		return;
	}
	*s = (struct ir_str){STR(""), n};
}

void
ir_read_bool(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_bool *b = out;

	b->node = n;
	if (!yaml_to_bool(n, &b->v))
		ir_bad_type(c, n, "true or false");
}

void
ir_read_int(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_int *i = out;

	i->node = n;
	if (n->kind != YAML_INT)
		ir_bad_type(c, n, "an integer");
	else if (!yaml_to_int(n, &i->v))
		ir_failed(c, diag_report(c->diags, IR_RANGE, n->loc,
				 STR_ARG(n->text), ID_MAX));
}

void
ir_read_id(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_int *i = out;

	ir_read_int(c, n, out);
	if (i->v >= 0 && i->v <= ID_MAX)
		return;
	ir_failed(c,
	    diag_report(c->diags, IR_RANGE, n->loc, STR_ARG(n->text), ID_MAX));
	i->v = 0;
}

void
ir_read_strs(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_strs *v = out;
	struct yaml_node **it;

	v->node = n;
	if (!ir_is_seq(c, n))
		return;
	VEC_FOREACH(it, &n->items) {
		struct yaml_node *item = yaml_deref(*it);
		struct ir_str s;

		/* Kubernetes reads a null item as the empty string. */
		s = (struct ir_str){STR(""), item};
		if (item->kind != YAML_NULL)
			ir_read_str(c, item, &s);
		VEC_PUSH(c->arena, &v->list, s);
	}
}

void
ir_read_ids(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_ints *v = out;
	struct yaml_node **it;

	if (!ir_is_seq(c, n))
		return;
	VEC_FOREACH(it, &n->items) {
		struct ir_int i = {0};

		ir_read_id(c, yaml_deref(*it), &i);
		VEC_PUSH(c->arena, &v->list, i);
	}
}

static const struct ir_field ref_fields[] = {
    {"name", offsetof(struct ir_ref, name), ir_read_str},
    {"key", offsetof(struct ir_ref, key), ir_read_str},
    {"optional", offsetof(struct ir_ref, optional), ir_read_bool},
};

void
ir_read_ref(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_ref *r = out;

	r->node = n;
	IR_READ(c, n, ref_fields, out);
}

#define SC(member) offsetof(struct ir_security, member)
static const struct ir_field security_fields[] = {
    {"runAsUser", SC(user), ir_read_id},
    {"runAsGroup", SC(group), ir_read_id},
    {"fsGroup", SC(fs_group), ir_read_id},
    {"supplementalGroups", SC(groups), ir_read_ids},
    {"allowPrivilegeEscalation", SC(escalation), ir_read_bool},
    {"privileged", SC(privileged), ir_read_bool},
    {"readOnlyRootFilesystem", SC(read_only_root), ir_read_bool},
    {"capabilities.add", SC(add), ir_read_strs},
    {"capabilities.drop", SC(drop), ir_read_strs},
    {"sysctls", SC(sysctls), ir_read_node},
};

void
ir_read_security(struct ir_ctx *c, struct yaml_node *n, void *out)
{
	struct ir_security *s = out;

	s->node = n;
	IR_READ(c, n, security_fields, out);
}
