/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DIR/cases/NAME against DIR/verdicts.json: the policy data of each workload
 * is compared leaf by leaf with what the replaced program made.
 */
#include <stdio.h>
#include <string.h>

#include "compiler/front/k8s.h"
#include "compiler/lower/lower.h"
#include "regress/conform.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

struct run {
	struct conform *c;
	struct arena *arena;
	struct diags diags;
	const char *name, *dir;
	const struct jv *verdict;
	struct jv *options;
	struct k8s_objects objects;
	size_t own; /* objects of in.yaml; the rest only feeds look-ups */
	VEC(struct jv *) data;
};

/* lowering */

static bool
read_yaml(struct run *r, const char *file)
{
	const char *path = conform_path(r->arena, r->dir, file);
	struct units units = {0};
	struct str text;

	if (!conform_read(&text, r->arena, path))
		return false;
	return yaml_read(&units, r->arena, &r->diags,
		   source_new(r->arena, str_from(file), text)) &&
	       k8s_objects_read(&r->objects, r->arena, &r->diags, &units);
}

static struct jv *
read_json(struct run *r, const char *file)
{
	struct str text;
	struct jv *v;

	if (!conform_read(
		&text, r->arena, conform_path(r->arena, r->dir, file)) ||
	    jv_parse(&v, r->arena, text, NULL) != 0)
		return NULL;
	return v;
}

static bool
read_config_files(struct run *r)
{
	const struct jv *files = jv_getz(r->options, "config_files");
	size_t i;

	r->own = r->objects.list.n;
	for (i = 0; files != NULL && i < files->items.n; i++) {
		if (!read_yaml(
			r, arena_cstr(r->arena, jv_str(files->items.p[i]))))
			return false;
	}
	return true;
}

static struct jv *
load_settings(struct run *r, const struct target *t)
{
	const char *dir = conform_path(r->arena, r->dir, "settings.d");
	struct settings_source from = {0};
	const char **names;
	size_t i, n;

	names = conform_list(r->arena, dir, &n);
	for (i = 0; i < n; i++)
		VEC_PUSH(r->arena, &from.patches,
		    str_from(conform_path(r->arena, dir, names[i])));
	return settings_load(r->arena, &r->diags, t, &from);
}

/* Is its runtime class among the prefixes, if there are any? */
static bool
selected(const struct run *r, const struct k8s_object *o)
{
	const struct jv *names = jv_getz(r->options, "runtime_class_names");
	struct str class = yaml_get_str(o->pod_spec, STR("runtimeClassName"));
	size_t i;

	if (o->kind == NULL || o->kind->role != K8S_WORKLOAD)
		return false;
	if (names == NULL || names->items.n == 0)
		return true;
	for (i = 0; i < names->items.n; i++) {
		if (str_starts(class, jv_str(names->items.p[i])))
			return true;
	}
	return false;
}

static bool
lower_objects(struct run *r, struct lower *l)
{
	bool lenient =
	    jv_is(jv_getz(r->options, "silent_unsupported_fields"), JV_TRUE);
	bool ok = true;
	size_t i;

	for (i = 0; i < r->own; i++) {
		const struct k8s_object *o = r->objects.list.p[i];
		struct jv *v;

		if (!selected(r, o))
			continue;
		ok &= k8s_check_fields(r->arena, &r->diags, o, true, lenient);
		v = lower_workload(l, r->arena, o, 0);
		if (v == NULL)
			ok = false;
		else
			VEC_PUSH(r->arena, &r->data, v);
	}
	return ok;
}

/*
 * Kubernetes refuses unquoted numbers and booleans where a string belongs,
 * and so do we; the replaced program reads them as text.  Quotes them as the
 * diagnostics ask for.
 */
static bool
quote(struct run *r, struct yaml_node *n)
{
	struct yaml_pair *p;
	struct yaml_node **it;
	struct diag **g;
	bool any = false;

	VEC_FOREACH(it, &n->items)
		any |= quote(r, *it);
	VEC_FOREACH(p, &n->pairs)
		any |= quote(r, p->key) | quote(r, p->value);
	VEC_FOREACH(g, &r->diags.list) {
		if (((*g)->id == DIAG_UNQUOTED_SCALAR ||
			(*g)->id == DIAG_IR_UNQUOTED) &&
		    (*g)->loc.source == n->loc.source &&
		    (*g)->loc.off == n->loc.off && n->items.n == 0 &&
		    n->pairs.n == 0) {
			n->kind = YAML_STRING;
			any = true;
		}
	}
	return any;
}

static bool
quote_all(struct run *r)
{
	bool any = false;
	size_t i;

	for (i = 0; i < r->objects.list.n; i++)
		any |= quote(r, r->objects.list.p[i]->node);
	return any;
}

static bool
lower_all(struct run *r)
{
	struct lower_options options = {.target = target_find(STR("kata-4"))};
	struct img_options images = {
	    .offline = true, .platform = STR("linux/amd64")};
	const char *file =
	    conform_path(r->arena, r->dir, "images.upstream.json");
	struct img_store *store;
	struct lower *l;
	struct str text;
	bool ok = false;

	if (!conform_read(&text, r->arena, file) ||
	    str_eqz(jv_get_str(r->verdict, STR("contrastc")), "differs") ||
	    str_eqz(jv_get_str(r->verdict, STR("contrastc")), "refuses"))
		file = conform_path(r->arena, r->dir, "images.json");
	VEC_PUSH(r->arena, &images.images_files, str_from(file));
	options.settings = load_settings(r, options.target);
	if (options.settings == NULL || !read_yaml(r, "in.yaml") ||
	    !read_config_files(r))
		return false;
	store = img_store_open(r->arena, &r->diags, &images);
	l = lower_new(r->arena, &r->diags, &r->objects, store, &options);
	ok = l != NULL && lower_objects(r, l);
	if (!ok && quote_all(r)) {
		diags_init(&r->diags, r->arena);
		r->data.n = 0;
		ok = lower_objects(r, l);
	}
	img_store_close(store);
	return ok;
}

/* comparing */

struct compare {
	struct run *run;
	const struct jv *where; /* pointers that may differ */
	bool env_is_set;
	size_t differences;
	char text[512]; /* the first one */
};

/* Is it at or below a pattern, where a star is one component? */
static bool
may_differ(const struct compare *k, struct str path)
{
	size_t w;

	for (w = 0; k->where != NULL && w < k->where->items.n; w++) {
		struct str p = jv_str(k->where->items.p[w]);
		size_t i = 0, j = 0;

		while (i < p.n && j < path.n) {
			if (p.p[i] == '*') {
				i++;
				while (j < path.n && path.p[j] != '/')
					j++;
			} else if (p.p[i++] != path.p[j++]) {
				break;
			}
		}
		if (i == p.n && (j == path.n || path.p[j] == '/'))
			return true;
	}
	return false;
}

static void
differ(struct compare *k, const struct buf *path, const struct jv *ours,
    const struct jv *theirs)
{
	struct buf b = {0};

	if (may_differ(k, buf_str(path)) || k->differences++ > 0)
		return;
	buf_printf(&b, "%.*s: ", STR_ARG(buf_str(path)));
	if (ours != NULL)
		jv_print(&b, ours, JV_COMPACT);
	buf_puts(&b, " instead of ");
	if (theirs != NULL)
		jv_print(&b, theirs, JV_COMPACT);
	buf_putc(&b, '\0');
	(void)snprintf(k->text, sizeof(k->text), "%s", b.p);
	buf_free(&b);
}

/* Ours are not compared, and what is empty may be left out. */
static bool
is_own(struct str key)
{
	return str_eqz(key, "image") || str_eqz(key, "contrastc") ||
	       str_eqz(key, "env_overridden");
}

static bool
is_empty(const struct jv *v)
{
	return v == NULL || (v->type == JV_ARRAY && v->items.n == 0) ||
	       (v->type == JV_OBJECT && v->members.n == 0) ||
	       (v->type == JV_STRING && v->text.n == 0);
}

static bool
is_sorted(struct str path)
{
	return str_ends(path, STR("/Annotations")) ||
	       str_ends(path, STR("/Sysctl")) ||
	       str_ends(path, STR("/runtime_anno_patterns"));
}

static bool
has_item(const struct jv *list, const struct jv *item)
{
	struct jv **it;

	VEC_FOREACH(it, &list->items) {
		if (jv_equal(*it, item))
			return true;
	}
	return false;
}

static bool
same_set(const struct jv *x, const struct jv *y)
{
	struct jv **it;

	VEC_FOREACH(it, &x->items) {
		if (!has_item(y, *it))
			return false;
	}
	VEC_FOREACH(it, &y->items) {
		if (!has_item(x, *it))
			return false;
	}
	return true;
}

static void compare(struct compare *k, const struct jv *ours,
    const struct jv *theirs, struct buf *path);

static void
compare_items(struct compare *k, const struct jv *ours, const struct jv *theirs,
    struct buf *path)
{
	size_t i, n = path->n;

	if (k->env_is_set && str_ends(buf_str(path), STR("/Env")) &&
	    same_set(ours, theirs))
		return;
	if (ours->items.n != theirs->items.n) {
		differ(k, path, ours, theirs);
		return;
	}
	for (i = 0; i < ours->items.n; i++) {
		buf_printf(path, "/%zu", i);
		compare(k, ours->items.p[i], theirs->items.p[i], path);
		path->n = n;
	}
}

static void
compare_order(struct compare *k, const struct jv *ours, const struct jv *theirs,
    struct buf *path)
{
	size_t i, j = 0;

	for (i = 0; i < theirs->members.n; i++) {
		struct str key = theirs->members.p[i].key;

		while (
		    j < ours->members.n && !str_eq(ours->members.p[j].key, key))
			j++;
		if (j == ours->members.n && jv_get(ours, key) != NULL) {
			differ(k, path, ours, theirs);
			return;
		}
		if (jv_get(ours, key) == NULL)
			j = 0;
	}
}

static void
compare_members(struct compare *k, const struct jv *ours,
    const struct jv *theirs, struct buf *path)
{
	size_t n = path->n;
	struct jv_member *m;

	VEC_FOREACH(m, &theirs->members) {
		buf_putc(path, '/');
		buf_put(path, m->key);
		compare(k, jv_get(ours, m->key), m->value, path);
		path->n = n;
	}
	VEC_FOREACH(m, &ours->members) {
		if (is_own(m->key) || jv_get(theirs, m->key) != NULL)
			continue;
		buf_putc(path, '/');
		buf_put(path, m->key);
		compare(k, m->value, NULL, path);
		path->n = n;
	}
	if (!is_sorted(buf_str(path)))
		compare_order(k, ours, theirs, path);
}

static void
compare(struct compare *k, const struct jv *ours, const struct jv *theirs,
    struct buf *path)
{
	if (is_empty(ours) && is_empty(theirs))
		return;
	if (ours == NULL || theirs == NULL || ours->type != theirs->type)
		differ(k, path, ours, theirs);
	else if (ours->type == JV_ARRAY)
		compare_items(k, ours, theirs, path);
	else if (ours->type == JV_OBJECT)
		compare_members(k, ours, theirs, path);
	else if (!str_eq(ours->text, theirs->text))
		differ(k, path, ours, theirs);
}

/* origins */

static bool
has_origins(const struct jv *v, struct buf *path)
{
	size_t i, n = path->n;

	if (v->items.n + v->members.n == 0)
		return v->origin != NULL && v->origin->kind != ORIGIN_NONE;
	for (i = 0; i < v->items.n; i++) {
		buf_printf(path, "/%zu", i);
		if (!has_origins(v->items.p[i], path))
			return false;
		path->n = n;
	}
	for (i = 0; i < v->members.n; i++) {
		buf_putc(path, '/');
		buf_put(path, v->members.p[i].key);
		if (!has_origins(v->members.p[i].value, path))
			return false;
		path->n = n;
	}
	return true;
}

/* cases */

static const char *
data_file(struct run *r, size_t i)
{
	if (r->data.n == 1)
		return "policy_data.json";
	return arena_printf(r->arena, "policy_data.%zu.json", i + 1).p;
}

static bool
reason(const struct run *r, const char *name)
{
	const struct jv *list = jv_getz(r->verdict, "because");
	size_t i;

	for (i = 0; list != NULL && i < list->items.n; i++) {
		if (str_eqz(jv_str(list->items.p[i]), name))
			return true;
	}
	return false;
}

static bool
check_data(struct run *r, bool same)
{
	size_t i;

	for (i = 0; i < r->data.n; i++) {
		const struct jv *want = read_json(r, data_file(r, i));
		struct compare k = {.run = r, .env_is_set = reason(r, "W7")};
		struct buf path = {0};

		if (!has_origins(r->data.p[i], &path)) {
			conform_fail(r->c, r->name, "no origin: %.*s",
			    STR_ARG(buf_str(&path)));
			return false;
		}
		path.n = 0;
		if (want == NULL) {
			conform_fail(
			    r->c, r->name, "%s: not there", data_file(r, i));
			return false;
		}
		if (!same)
			k.where = jv_getz(r->verdict, "where");
		compare(&k, r->data.p[i], want, &path);
		buf_free(&path);
		if (k.differences > 0) {
			conform_fail(r->c, r->name, "%s (%zu differences)",
			    k.text, k.differences);
			return false;
		}
	}
	return true;
}

static void
fail_refused(struct run *r)
{
	struct diag **it;

	VEC_FOREACH(it, &r->diags.list) {
		if ((*it)->severity != DIAG_ERROR)
			continue;
		conform_fail(
		    r->c, r->name, "refused: %.*s", STR_ARG((*it)->text));
		return;
	}
	conform_fail(r->c, r->name, "refused without an error");
}

static void
judge(struct run *r, bool accepted)
{
	struct str want = jv_get_str(r->verdict, STR("contrastc"));

	if (!accepted && r->diags.errors == 0) {
		fail_refused(r);
	} else if (str_eqz(want, "open")) {
		conform_pass(r->c);
	} else if (str_eqz(want, "refuses")) {
		if (accepted)
			conform_fail(r->c, r->name, "accepted");
		else
			conform_pass(r->c);
	} else if (!accepted) {
		fail_refused(r);
	} else if (str_eqz(want, "accepts") ||
		   check_data(r, str_eqz(want, "same"))) {
		conform_pass(r->c);
	}
}

static void
run_case(struct conform *c, const char *dir, const char *name,
    const struct jv *verdict)
{
	struct run r = {.c = c, .name = name, .verdict = verdict};

	r.arena = arena_new();
	diags_init(&r.diags, r.arena);
	r.dir = conform_path(r.arena, dir, name);
	r.options = read_json(&r, "options.json");
	judge(&r, lower_all(&r));
	arena_free(r.arena);
}

void
conform_genpolicy(struct conform *c, const char *dir)
{
	const char *cases = conform_path(c->arena, dir, "cases");
	struct run r = {.arena = c->arena, .dir = dir};
	const struct jv *verdicts = read_json(&r, "verdicts.json");
	const char **names;
	size_t i, n;

	names = conform_list(c->arena, cases, &n);
	if (verdicts == NULL || n == 0) {
		conform_fail(c, dir, "no cases or no verdicts.json");
		return;
	}
	for (i = 0; i < n; i++) {
		const struct jv *v = jv_get(verdicts, str_from(names[i]));

		if (v == NULL)
			conform_skip(c, names[i], "no verdict");
		else
			run_case(c, cases, names[i], v);
	}
}
