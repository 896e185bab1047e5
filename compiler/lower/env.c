/* SPDX-License-Identifier: Apache-2.0 */
/* The environment that the YAML gives a container (policy-model 7.8, 7.9). */
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

/* Up to here a search from the front beats a map. */
#define INDEX_FROM 16

/* A ConfigMap or Secret; the maps are filled once it is searched. */
struct data_object {
	const struct k8s_object *object;
	struct yaml_node *data, *plain;
	struct map by_key, plain_by_key;
};

/* Those of one name, in the order of the input. */
struct data_list {
	VEC(struct data_object *) objects;
};

static struct data_object *
new_data(struct lower *l, const struct k8s_object *o)
{
	struct data_object *d = ARENA_NEW(l->arena, struct data_object);

	d->object = o;
	d->data = yaml_getz(o->node, "data");
	if (str_eqz(o->kind_name, "Secret"))
		d->plain = yaml_getz(o->node, "stringData");
	return d;
}

static struct yaml_node *
data_get(
    struct lower *l, struct yaml_node *node, struct map *index, struct str key)
{
	struct yaml_pairs pairs;
	size_t i;

	if (!yaml_is(node, YAML_MAP) || node->pairs.n < INDEX_FROM)
		return yaml_get(node, key);
	if (index->n == 0) {
		pairs = yaml_pairs(l->arena, node);
		for (i = 0; i < pairs.n; i++)
			map_set(l->arena, index, yaml_text(pairs.p[i].key),
			    pairs.p[i].value);
	}
	return map_get(index, key);
}

void
lw_index_data(struct lower *l, const struct k8s_objects *all)
{
	struct k8s_object **it;

	VEC_FOREACH(it, &all->list) {
		const struct k8s_object *o = *it;
		struct data_list *list;
		struct map *m;

		if (str_eqz(o->kind_name, "PersistentVolumeClaim"))
			lw_index_claim(l, o);
		if (str_eqz(o->kind_name, "ConfigMap"))
			m = &l->config_maps;
		else if (str_eqz(o->kind_name, "Secret"))
			m = &l->secrets;
		else
			continue;
		list = map_get(m, o->name);
		if (list == NULL) {
			list = ARENA_NEW(l->arena, struct data_list);
			map_set(l->arena, m, o->name, list);
		}
		VEC_PUSH(l->arena, &list->objects, new_data(l, o));
	}
}

static struct str
namespace_of(struct str ns)
{
	return ns.n == 0 ? STR("default") : ns;
}

/* A reference to an object or to a key of one. */
struct lookup {
	const struct ir_ref *ref;
	bool secret;
	const struct k8s_object *object; /* found, or NULL */
	struct yaml_node *value;         /* of the key */
	bool plain;                      /* a value of stringData */
};

static void
find_key(struct lower *l, struct lookup *q, struct data_object *d)
{
	struct str key = q->ref->key.s;

	q->plain = true;
	if (d->plain != NULL) {
		q->value = data_get(l, d->plain, &d->plain_by_key, key);
		if (q->value != NULL)
			return;
	}
	q->plain = !q->secret;
	q->value = data_get(l, d->data, &d->by_key, key);
}

/* The first object of the name that has the key; of this namespace first. */
static bool
look_up(struct work *w, struct lookup *q)
{
	const struct map *m = q->secret ? &w->l->secrets : &w->l->config_maps;
	const struct data_list *list = map_get(m, q->ref->name.s);
	struct data_object **it;
	int pass;

	if (q->ref->name.s.n == 0)
		return false;
	for (pass = 0; list != NULL && pass < 2; pass++) {
		VEC_FOREACH(it, &list->objects) {
			bool same = str_eq(namespace_of((*it)->object->ns),
			    namespace_of(w->w->object->ns));

			if (same != (pass == 0))
				continue;
			if (q->ref->key.node != NULL) {
				find_key(w->l, q, *it);
				if (q->value == NULL)
					continue;
			}
			q->object = (*it)->object;
			return true;
		}
	}
	return false;
}

static void
warn_namespace(struct work *w, const struct lookup *q)
{
	const struct k8s_object *o = q->object;
	struct diag *g;

	if (str_eq(namespace_of(o->ns), namespace_of(w->w->object->ns)))
		return;
	g = lw_found(
	    w, diag_report(w->l->diags, DATA_NAMESPACE, q->ref->name.node->loc,
		   q->secret ? "Secret" : "ConfigMap", STR_ARG(o->name),
		   STR_ARG(namespace_of(o->ns))));
	diag_note(w->l->diags, g, o->node->loc, "this one is used");
}

/*
 * Finds what a reference means.  False: it is optional and not there, or it
 * was reported.
 */
static bool
resolve(struct work *w, struct lookup *q)
{
	const struct ir_ref *r = q->ref;
	const char *kind = q->secret ? "Secret" : "ConfigMap";

	if (look_up(w, q)) {
		warn_namespace(w, q);
		return true;
	}
	if (r->optional.v)
		return false;
	if (r->key.node != NULL)
		lw_found(
		    w, diag_report(w->l->diags, DATA_KEY_MISSING, r->node->loc,
			   STR_ARG(r->key.s), kind, STR_ARG(r->name.s)));
	else
		lw_found(w, diag_report(w->l->diags, DATA_MISSING, r->node->loc,
				kind, STR_ARG(r->name.s)));
	return false;
}

/* The text of a value, decoded where it is base64. */
static bool
decode(struct work *w, const struct yaml_node *n, bool plain, struct str *out)
{
	struct diags *d = w->l->diags;
	struct rt_err err = {0};
	struct diag *g;

	*out = yaml_text(n);
	if (n->kind == YAML_NULL)
		return true;
	if (n->kind != YAML_STRING) {
		g = diag_report(d, IR_UNQUOTED, n->loc, STR_ARG(n->text),
		    n->kind == YAML_BOOL ? "a boolean" : "no string");
		lw_found(w, g);
		diag_help(d, g, "quote it: \"%.*s\"", STR_ARG(n->text));
		return false;
	}
	if (!plain && rt_unbase64(out, w->a, n->text, &err) != 0) {
		lw_found(w, diag_report(d, SECRET_BASE64, n->loc, err.text));
		return false;
	}
	if (!str_is_utf8(*out) || str_chr(*out, '\0', 0) != SIZE_MAX) {
		lw_found(w, diag_report(d, SECRET_TEXT, n->loc));
		return false;
	}
	return lw_no_token(w, *out, "a value", n->loc);
}

static struct env_var *
new_var(struct work *w, struct str name, struct str value,
    const struct yaml_node *n)
{
	struct env_var *v = ARENA_NEW(w->a, struct env_var);

	v->name = name;
	v->value = value;
	v->origin = lw_yaml(w, n);
	v->loc = lw_loc(n);
	return v;
}

/* envFrom */

struct data_pair {
	struct str key;
	struct yaml_node *value;
	bool plain;
};

static int
by_key(const void *a, const void *b)
{
	const struct data_pair *x = a, *y = b;
	int r = str_cmp(x->key, y->key);

	/* Of two of a name the plain one wins: it comes last. */
	return r != 0 ? r : (int)x->plain - (int)y->plain;
}

struct pairs {
	VEC(struct data_pair) list;
};

static void
collect(
    struct work *w, struct pairs *out, const struct yaml_node *map, bool plain)
{
	struct yaml_pairs p = yaml_pairs(w->a, map);
	size_t i;

	for (i = 0; i < p.n; i++)
		VEC_PUSH(w->a, &out->list,
		    ((struct data_pair){
			yaml_text(p.p[i].key), p.p[i].value, plain}));
}

struct vars {
	VEC(struct env_var *) list;
};

static void
add_object(struct work *w, struct vars *out, struct map *vars,
    const struct ir_env_from *e, const struct lookup *q)
{
	const struct yaml_node *n = q->object->node;
	struct pairs pairs = {0};
	size_t i;

	collect(w, &pairs, yaml_getz(n, "data"), !q->secret);
	if (q->secret)
		collect(w, &pairs, yaml_getz(n, "stringData"), true);
	if (pairs.list.n > 1)
		qsort(
		    pairs.list.p, pairs.list.n, sizeof(*pairs.list.p), by_key);
	for (i = 0; i < pairs.list.n; i++) {
		const struct data_pair *p = &pairs.list.p[i];
		struct env_var *v;
		struct str value, name = p->key;

		if (i + 1 < pairs.list.n && str_eq(name, p[1].key))
			continue;
		if (!decode(w, p->value, p->plain, &value))
			continue;
		if (e->prefix.s.n > 0)
			name = lw_cat(w->a, e->prefix.s, name, STR(""));
		v = new_var(w, name, value, p->value);
		lw_secret_env(w, v, q->secret ? q->ref : NULL, q->object);
		VEC_PUSH(w->a, &out->list, v);
		map_set(w->a, vars, name, v);
	}
}

static void
read_sources(struct work *w, struct vars *out, struct map *vars)
{
	const struct ir_env_from *e;

	VEC_FOREACH(e, &w->k->env_from) {
		struct lookup q = {.ref = &e->config_map};

		if (e->secret.node != NULL) {
			q.ref = &e->secret;
			q.secret = true;
		}
		if (q.ref->node != NULL && resolve(w, &q))
			add_object(w, out, vars, e, &q);
	}
}

/* fieldRef */

static const struct {
	const char *path;
	enum token token;
	bool list; /* the cluster has to be of one address family */
} fields[] = {
    {"metadata.name", TOKEN_SANDBOX_NAME, false},
    {"metadata.namespace", TOKEN_SANDBOX_NAMESPACE, false},
    {"metadata.uid", TOKEN_POD_UID, false},
    {"status.hostIP", TOKEN_HOST_IP, false},
    {"status.podIP", TOKEN_POD_IP, false},
    {"status.hostIPs", TOKEN_HOST_IP, true},
    {"status.podIPs", TOKEN_POD_IP, true},
    {"spec.nodeName", TOKEN_NODE_NAME, false},
};

#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

/* "metadata.labels['k']" with this head: the k. */
static bool
subscript(struct str path, const char *head, struct str *key)
{
	size_t n = strlen(head);

	if (!str_starts(path, str_from(head)) || path.n < n + 4 ||
	    !str_ends(path, STR("']")) || path.p[n] != '[' ||
	    path.p[n + 1] != '\'')
		return false;
	*key = str_sub(path, n + 2, path.n - 2);
	return true;
}

/* Labels or annotations; many of them are put into a map first. */
static const struct ir_pair *
find_pair(struct work *w, struct map *index, struct ir_pair *p, size_t n,
    struct str key)
{
	size_t i;

	if (n >= INDEX_FROM && index->n == 0) {
		for (i = 0; i < n; i++)
			map_set(w->a, index, p[i].key.s, &p[i]);
	}
	if (n >= INDEX_FROM)
		return map_get(index, key);
	for (i = 0; i < n; i++) {
		if (str_eq(p[i].key.s, key))
			return &p[i];
	}
	return NULL;
}

static bool
pod_value(struct work *w, const struct ir_pair *p, struct str *out)
{
	*out = p->value.s;
	return lw_no_token(w, *out, "a value", lw_loc(p->value.node));
}

static bool
token_field(struct work *w, const struct ir_str *path, struct str *out)
{
	size_t i;

	for (i = 0; i < NFIELDS; i++) {
		if (str_eqz(path->s, fields[i].path))
			break;
	}
	if (i == NFIELDS)
		return false;
	if (fields[i].list)
		lw_found(w, diag_report(w->l->diags, FIELD_ADDRESSES,
				path->node->loc, STR_ARG(path->s)));
	if (fields[i].token == TOKEN_SANDBOX_NAMESPACE && w->ns.n > 0)
		*out = w->ns;
	else
		*out = lw_token(w->a, fields[i].token);
	return true;
}

static bool
field_value(struct work *w, const struct ir_str *path, struct str *out)
{
	const struct ir_workload *p = w->w;
	const struct ir_pair *pair;
	struct str key;

	if (token_field(w, path, out))
		return true;
	if (str_eqz(path->s, "spec.serviceAccountName")) {
		*out = p->service_account.s.n > 0 ? p->service_account.s
						  : STR("default");
		return lw_no_token(
		    w, *out, "a value", lw_loc(p->service_account.node));
	}
	if (subscript(path->s, "metadata.annotations", &key)) {
		pair = find_pair(w, &w->annotations, p->annotations.p,
		    p->annotations.n, key);
		if (pair != NULL)
			return pod_value(w, pair, out);
		*out = lw_token(w->a, TOKEN_TODO_ANNOTATION);
		return true;
	}
	if (!subscript(path->s, "metadata.labels", &key)) {
		lw_found(w, diag_report(w->l->diags, FIELD_PATH,
				path->node->loc, STR_ARG(path->s)));
		return false;
	}
	pair = find_pair(w, &w->labels, p->labels.p, p->labels.n, key);
	if (pair != NULL)
		return pod_value(w, pair, out);
	lw_found(w, diag_report(w->l->diags, FIELD_LABEL, path->node->loc,
			STR_ARG(key)));
	return false;
}

/* env */

/* *secret is the object where the value is of a Secret. */
static bool
source_value(struct work *w, const struct ir_env *e, struct str *out,
    const struct k8s_object **secret)
{
	struct lookup q = {.ref = &e->config_map};

	if (e->field_path.node != NULL)
		return field_value(w, &e->field_path, out);
	if (e->resource != NULL) {
		*out = lw_token(w->a, TOKEN_RESOURCE_FIELD);
		return true;
	}
	if (e->secret.node != NULL) {
		q.ref = &e->secret;
		q.secret = true;
	}
	if (q.ref->node == NULL) {
		lw_found(w, diag_report(w->l->diags, ENV_SOURCE, e->source->loc,
				STR_ARG(e->name.s)));
		return false;
	}
	if (q.ref->key.node == NULL) {
		lw_found(w, diag_report(w->l->diags, DATA_KEY_ABSENT,
				q.ref->node->loc));
		return false;
	}
	if (!resolve(w, &q) || !decode(w, q.value, q.plain, out))
		return false;
	*secret = q.secret ? q.object : NULL;
	return true;
}

static void
read_entries(struct work *w, struct vars *out, struct map *vars)
{
	const struct ir_env *e;

	VEC_FOREACH(e, &w->k->env) {
		const struct yaml_node *n =
		    e->value.node != NULL ? e->value.node : e->node;
		const struct k8s_object *secret = NULL;
		struct str value = e->value.s;
		struct env_var *v;

		if (value.n == 0 && e->source != NULL &&
		    !yaml_is(e->source, YAML_NULL)) {
			n = e->source;
			if (!source_value(w, e, &value, &secret))
				continue;
		} else {
			value = lw_expand(w, value, vars, lw_loc(n));
		}
		v = new_var(w, e->name.s, value, n);
		lw_secret_env(w, v, secret != NULL ? &e->secret : NULL, secret);
		VEC_PUSH(w->a, &out->list, v);
		map_set(w->a, vars, v->name, v);
	}
}

static bool
is_runtime_name(const struct work *w, struct str name)
{
	return str_eqz(name, "PATH") || str_eqz(name, "HOSTNAME") ||
	       (str_eqz(name, "TERM") && w->k != NULL && w->k->tty.v);
}

void
lw_env_add(struct work *w, struct env *e, struct env_var *v)
{
	struct env_var *old = map_set(w->a, &e->by_name, v->name, v);

	if (old != NULL && old->bare == v->bare &&
	    str_eq(old->value, v->value)) {
		/* Nothing new: the place of the first one counts. */
		map_set(w->a, &e->by_name, v->name, old);
		return;
	}
	/*
	 * containerd replaces the variables that it sets itself; of all
	 * others it sends the image's as well, before those of the pod.
	 */
	if (old != NULL && old->image && !is_runtime_name(w, v->name))
		old->stays = true;
	VEC_PUSH(w->a, &e->list, v);
}

static void
add_winners(struct work *w, struct env *e, const struct vars *from,
    const struct map *vars)
{
	struct env_var **it;

	VEC_FOREACH(it, &from->list) {
		if (map_get(vars, (*it)->name) == *it)
			lw_env_add(w, e, *it);
	}
}

void
lw_env_yaml(struct work *w, struct env *e, struct map *vars)
{
	struct vars entries = {0}, sources = {0};

	/* The kubelet defines in this order, later ones win; the policy
	 * lists the entries first, as the program that it replaces. */
	read_sources(w, &sources, vars);
	read_entries(w, &entries, vars);
	add_winners(w, e, &entries, vars);
	add_winners(w, e, &sources, vars);
}
