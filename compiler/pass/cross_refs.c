/* SPDX-License-Identifier: Apache-2.0 */
/* What pods refer to: ConfigMaps, Secrets, claims, ServiceAccounts. */
#include "compiler/pass/cross_int.h"
#include "runtime/base/banned.h"

/* collecting */

static void
add_ref(struct cross *c, struct cross_pod *p, struct cross_ref *r)
{
	if (r->name.s.n > 0)
		VEC_PUSH(c->arena, &p->refs, *r);
}

/* The source of a volume or of a part of a projected one. */
static void
add_volume_source(struct cross *c, struct cross_pod *p,
    const struct k8s_object *o, const struct yaml_node *source,
    enum cross_kind kind, const char *name)
{
	const struct yaml_node *items = yaml_getz(source, "items");
	struct cross_ref r = {.kind = kind};
	size_t i;

	if (source == NULL)
		return;
	r.name = cross_text(c, yaml_get(source, str_from(name)), o);
	(void)yaml_to_bool(yaml_getz(source, "optional"), &r.optional);
	for (i = 0; i < inject_count(items); i++)
		VEC_PUSH(c->arena, &r.keys,
		    cross_text(c, yaml_getz(inject_item(items, i), "key"), o));
	add_ref(c, p, &r);
}

static void
add_volumes(struct cross *c, struct cross_pod *p, const struct k8s_object *o)
{
	const struct yaml_node *seq = yaml_getz(o->pod_spec, "volumes"), *v, *s;
	size_t i, k;

	for (i = 0; i < inject_count(seq); i++) {
		v = inject_item(seq, i);
		add_volume_source(c, p, o, yaml_getz(v, "configMap"),
		    CROSS_CONFIG_MAP, "name");
		add_volume_source(c, p, o, yaml_getz(v, "secret"), CROSS_SECRET,
		    "secretName");
		add_volume_source(c, p, o,
		    yaml_getz(v, "persistentVolumeClaim"), CROSS_CLAIM,
		    "claimName");
		s = yaml_path(v, "projected", "sources", NULL);
		for (k = 0; k < inject_count(s); k++) {
			add_volume_source(c, p, o,
			    yaml_getz(inject_item(s, k), "configMap"),
			    CROSS_CONFIG_MAP, "name");
			add_volume_source(c, p, o,
			    yaml_getz(inject_item(s, k), "secret"),
			    CROSS_SECRET, "name");
		}
	}
}

/* One of env and envFrom: a reference to a key, or to all of them. */
static void
add_variable(struct cross *c, struct cross_pod *p, const struct k8s_object *o,
    const struct yaml_node *ref, enum cross_kind kind)
{
	struct cross_ref r = {.kind = kind, .variable = true};
	const struct yaml_node *key = yaml_getz(ref, "key");

	if (ref == NULL)
		return;
	r.name = cross_text(c, yaml_getz(ref, "name"), o);
	r.name.loc = pass_loc(ref, o);
	(void)yaml_to_bool(yaml_getz(ref, "optional"), &r.optional);
	if (key != NULL)
		VEC_PUSH(c->arena, &r.keys, cross_text(c, key, o));
	add_ref(c, p, &r);
}

static void
add_variables(struct cross *c, struct cross_pod *p, const struct k8s_object *o,
    const struct yaml_node *container)
{
	const struct yaml_node *seq = yaml_getz(container, "env"), *from;
	size_t i;

	for (i = 0; i < inject_count(seq); i++) {
		from = yaml_getz(inject_item(seq, i), "valueFrom");
		add_variable(c, p, o, yaml_getz(from, "configMapKeyRef"),
		    CROSS_CONFIG_MAP);
		add_variable(
		    c, p, o, yaml_getz(from, "secretKeyRef"), CROSS_SECRET);
	}
	seq = yaml_getz(container, "envFrom");
	for (i = 0; i < inject_count(seq); i++) {
		from = inject_item(seq, i);
		add_variable(
		    c, p, o, yaml_getz(from, "configMapRef"), CROSS_CONFIG_MAP);
		add_variable(
		    c, p, o, yaml_getz(from, "secretRef"), CROSS_SECRET);
	}
}

static void
add_account(struct cross *c, struct cross_pod *p, const struct k8s_object *o)
{
	const struct yaml_node *n =
	    yaml_getz(o->pod_spec, "serviceAccountName");
	struct cross_ref r = {.kind = CROSS_ACCOUNT};

	if (n == NULL)
		n = yaml_getz(o->pod_spec, "serviceAccount");
	r.name = cross_text(c, n, o);
	if (!str_eqz(r.name.s, "default"))
		add_ref(c, p, &r);
}

void
cross_add_refs(struct cross *c, struct cross_pod *p, const struct k8s_object *o)
{
	const struct yaml_node *seq;
	size_t i;
	int list;

	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(o->pod_spec, str_from(pass_lists[list]));
		for (i = 0; i < inject_count(seq); i++)
			add_variables(c, p, o, inject_item(seq, i));
	}
	add_volumes(c, p, o);
	add_account(c, p, o);
	seq = yaml_getz(o->pod_spec, "imagePullSecrets");
	for (i = 0; i < inject_count(seq); i++) {
		struct cross_ref r = {.kind = CROSS_SECRET, .pull = true};

		r.name =
		    cross_text(c, yaml_getz(inject_item(seq, i), "name"), o);
		add_ref(c, p, &r);
	}
}

/* checking */

/* Another of the namespace whose name is a slip of the pen away. */
static const struct cross_data *
nearest(struct cross *c, const struct cross_pod *p, const struct cross_ref *r)
{
	struct cross_data *const *it;

	VEC_FOREACH(it, &c->data[r->kind]) {
		if (!cross_may(c))
			break;
		if (str_eq((*it)->ns, p->ns) &&
		    cross_is_near((*it)->name.s, r->name.s))
			return *it;
	}
	return NULL;
}

/* Every namespace has these. */
static bool
is_given(const struct cross_ref *r)
{
	return r->kind == CROSS_CONFIG_MAP &&
	       str_eqz(r->name.s, "kube-root-ca.crt");
}

static void
report_missing(
    struct cross *c, const struct cross_pod *p, const struct cross_ref *r)
{
	const char *kind = cross_kind_name(r->kind);
	const struct cross_data *near, *other;
	struct diag *g;

	if (r->variable && !c->options->data)
		return; /* lowering says so */
	other = map_get(&c->data_any[r->kind], r->name.s);
	near = r->variable && other != NULL ? other : nearest(c, p, r);
	if (r->variable && other != NULL)
		g = diag_report(c->diags, DATA_NAMESPACE, r->name.loc, kind,
		    STR_ARG(r->name.s), STR_ARG(other->ns));
	else if (r->variable)
		g = diag_report(c->diags, DATA_MISSING, r->name.loc, kind,
		    STR_ARG(r->name.s));
	else if (near != NULL)
		g = diag_report(c->diags, REFERENCE_MISSPELT, r->name.loc, kind,
		    SHOWN(r->name.s), SHOWN(p->ns), SHOWN(near->name.s));
	else
		g = diag_report(c->diags, REFERENCE_MISSING, r->name.loc, kind,
		    SHOWN(r->name.s), SHOWN(p->ns));
	if (near != NULL)
		diag_note(c->diags, g, near->name.loc, "'%.*s' is here",
		    SHOWN(near->name.s));
	cross_whose(c, g, p);
}

static void
check_keys(struct cross *c, const struct cross_pod *p,
    const struct cross_ref *r, const struct cross_data *d)
{
	const struct cross_text *key;
	struct diag *g;

	VEC_FOREACH(key, &r->keys) {
		if (map_get(&d->keys, key->s) != NULL || r->optional)
			continue;
		if (r->variable && !c->options->data)
			continue;
		if (r->variable)
			g = diag_report(c->diags, DATA_KEY_MISSING, r->name.loc,
			    STR_ARG(key->s), cross_kind_name(r->kind),
			    STR_ARG(r->name.s));
		else
			g = diag_report(c->diags, REFERENCE_KEY, key->loc,
			    cross_kind_name(r->kind), SHOWN(r->name.s),
			    SHOWN(key->s));
		diag_note(c->diags, g, d->name.loc, "the %s is here",
		    cross_kind_name(r->kind));
		cross_whose(c, g, p);
	}
}

static void
report_twice(struct cross *c, const struct cross_pod *p,
    const struct cross_ref *r, const struct cross_data *d)
{
	struct diag *g;

	if (!r->variable || d->twice == NULL)
		return;
	g = diag_report(c->diags, DATA_TWICE, d->twice->name.loc,
	    cross_kind_name(r->kind), SHOWN(r->name.s));
	if (g->nnotes > 0)
		return;
	diag_note(c->diags, g, d->name.loc, "the policy is made with this one");
	cross_whose(c, g, p);
}

/* The account's own pull secrets reach the guest no more than the pod's. */
static void
check_account(struct cross *c, const struct cross_pod *p,
    const struct cross_ref *r, const struct cross_data *d)
{
	struct diag *g;

	if (d->pull.n == 0 || !p->guest_pull)
		return;
	g = diag_report(c->diags, PULL_SECRETS, d->pull.p[0].loc);
	if (g->nnotes > 0)
		return;
	diag_note(c->diags, g, r->name.loc, "the pods of %.*s get them",
	    STR_ARG(p->what));
}

void
cross_check_refs(struct cross *c, const struct cross_pod *p)
{
	const struct cross_ref *r;
	const struct cross_data *d;
	struct str key;

	VEC_FOREACH(r, &p->refs) {
		key = cross_key(c, p->ns, r->name.s);
		d = map_get(&c->data_names[r->kind], key);
		if (d != NULL && r->kind <= CROSS_SECRET) {
			check_keys(c, p, r, d);
			report_twice(c, p, r, d);
		} else if (d != NULL && r->kind == CROSS_ACCOUNT) {
			check_account(c, p, r, d);
		} else if (d == NULL && !r->optional && !is_given(r) &&
			   !(r->kind == CROSS_SECRET && !r->variable &&
			       map_get(&c->produced, key) != NULL)) {
			report_missing(c, p, r);
		}
	}
}
