/* SPDX-License-Identifier: Apache-2.0 */
/* Collects the summaries and runs the checks over them. */
#include "compiler/pass/cross_int.h"
#include "runtime/base/banned.h"

/*
 * Real inputs need a comparison or two for each Service; where thousands of
 * Services select thousands of pods each, the rest is not looked at.
 */
#define WORK_MAX 2000000

struct cross *
cross_new(struct arena *a, struct diags *d, const struct cross_options *o)
{
	struct cross *c = ARENA_NEW(a, struct cross);

	c->arena = a;
	c->diags = d;
	c->options = o;
	c->work = WORK_MAX;
	return c;
}

struct str
cross_key(struct cross *c, struct str ns, struct str name)
{
	return arena_printf(c->arena, "%.*s/%.*s", STR_ARG(ns), STR_ARG(name));
}

const char *
cross_kind_name(enum cross_kind k)
{
	static const char *const names[CROSS_KINDS] = {
	    "ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount"};

	return names[k];
}

void
cross_whose(struct cross *c, struct diag *g, const struct cross_pod *p)
{
	diag_note(c->diags, g, p->loc, "in %.*s", STR_ARG(p->what));
	if (p->rendered.n > 0)
		diag_note(c->diags, g, loc_none, "rendered from %.*s",
		    STR_ARG(p->rendered));
}

struct cross_text
cross_text(
    struct cross *c, const struct yaml_node *n, const struct k8s_object *o)
{
	return (struct cross_text){
	    arena_str(c->arena, yaml_text(n)), pass_loc(n, o)};
}

bool
cross_may(struct cross *c)
{
	if (c->work == 0)
		return false;
	if (--c->work == 0)
		diag_report(c->diags, CROSS_LIMIT, loc_none);
	return true;
}

/*
 * One or two letters more, less or other; but names that differ in a number
 * or at the end alone (a-1 and a-2) are meant to differ.
 */
bool
cross_is_near(struct str known, struct str s)
{
	size_t n = known.n < s.n ? known.n : s.n, i;
	unsigned far = n < 6 ? 0 : n < 12 ? 1 : 2;

	if (known.n > s.n + far || s.n > known.n + far)
		return false;
	for (i = 0; known.n == s.n && i < n; i++) {
		if (known.p[i] == s.p[i])
			continue;
		if (i + 1 == n || (known.p[i] >= '0' && known.p[i] <= '9') ||
		    (s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	}
	return str_distance(known, s) <= far;
}

static int
data_kind(const struct k8s_object *o)
{
	int k;

	for (k = 0; k < CROSS_KINDS && str_eqz(o->api, "v1"); k++) {
		if (str_eqz(o->kind_name, cross_kind_name((enum cross_kind)k)))
			return k;
	}
	return CROSS_KINDS;
}

/* SealedSecret, ExternalSecret and the like become Secrets of their name. */
static void
add_other(struct cross *c, const struct k8s_object *o)
{
	if (str_find(o->kind_name, STR("Secret"), 0) != SIZE_MAX ||
	    str_find(o->kind_name, STR("Certificate"), 0) != SIZE_MAX)
		(void)map_set(c->arena, &c->produced,
		    cross_key(c, o->ns.n > 0 ? o->ns : STR("default"), o->name),
		    c);
}

void
cross_add(struct cross *c, struct pass_ctx *ctx, const struct k8s_object *o,
    const struct selection *s)
{
	struct str ns = arena_str(c->arena, o->ns);
	int k = data_kind(o);

	if (ns.n > 0)
		(void)map_set(c->arena, &c->namespaces, ns, c);
	if (s != NULL)
		cross_add_pod(c, ctx, o, s);
	else if (k < CROSS_KINDS)
		cross_add_data(c, o, (enum cross_kind)k);
	else if (str_eqz(o->api, "v1") && str_eqz(o->kind_name, "Service"))
		cross_add_service(c, o);
	else
		add_other(c, o);
}

void
cross_check(struct cross *c)
{
	struct cross_pod **p;

	cross_select(c);
	cross_check_services(c);
	VEC_FOREACH(p, &c->pods) {
		if (!(*p)->in)
			continue;
		cross_check_ports(c, *p);
		cross_check_egress(c, *p);
		cross_check_refs(c, *p);
	}
	cross_check_names(c);
}
