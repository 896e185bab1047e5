/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real manifests (layout: the README of the vectors): each file reads as
 * Kubernetes' libraries read it, stays as it is when there is nothing to do,
 * and after edits of every pod only the edits differ.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

#include "regress/conform.h"
#include "regress/conform_real.h"
#include "regress/edit_work.h"
#include "runtime/base/encode.h"

#include "runtime/base/banned.h"

struct real {
	struct conform *c;
	struct arena *a;
	const char *dir;
	struct str strict, workloads;
	struct str found; /* lines of workloads of the file */
};

static bool
ends(const char *name, const char *end)
{
	return str_ends(str_from(name), str_from(end));
}

static bool
is_input(const char *name)
{
	return ends(name, ".yaml") || ends(name, ".yml") ||
	       (ends(name, ".json") && !ends(name, ".objects.json"));
}

const char *
real_first(struct arena *a, const struct diags *d)
{
	const struct diag *g;
	struct place p;

	if (d->list.n == 0)
		return "(no finding)";
	g = d->list.p[0];
	if (g->loc.source == NULL)
		return g->text.p;
	p = source_place(a, g->loc.source, g->loc.off);
	return arena_printf(a, "%u:%u: %.*s", p.line, p.col, STR_ARG(g->text))
	    .p;
}

static void
sort_all(struct jv *v)
{
	size_t i;

	for (i = 0; i < v->items.n; i++)
		sort_all(v->items.p[i]);
	if (v->type == JV_OBJECT)
		jv_sort(v);
	for (i = 0; i < v->members.n; i++)
		sort_all(v->members.p[i].value);
}

/* The next line of a text; false at its end. */
static bool
next_line(struct str text, size_t *at, struct str *line)
{
	size_t end;

	if (*at >= text.n)
		return false;
	end = str_chr(text, '\n', *at);
	end = end == SIZE_MAX ? text.n : end;
	*line = str_sub(text, *at, end);
	*at = end + 1;
	return true;
}

static struct str
field(struct str line, unsigned n)
{
	size_t at = 0;

	while (n-- > 0) {
		at = str_chr(line, '\t', at);
		if (at == SIZE_MAX)
			return STR("");
		at++;
	}
	return str_sub(line, at, str_chr(line, '\t', at));
}

/* Documents against NAME.objects.json, one JSON text a line. */
static bool
equals_json(struct real *r, const struct work *w, struct str want)
{
	struct rt_err err;
	struct str line;
	size_t at = 0, i = 0;
	struct jv *v;

	while (next_line(want, &at, &line)) {
		if (i >= w->units.list.n ||
		    jv_parse(&v, r->a, line, &err) != 0 ||
		    !work_same(v, yaml_to_jv(r->a, w->units.list.p[i]->root)))
			return false;
		i++;
	}
	return i == w->units.list.n;
}

/* The same with SHA-256 of the line. */
static bool
equals_hash(struct real *r, const struct work *w, struct str want)
{
	struct str line, hash;
	size_t at = 0, i = 0;
	struct buf b = {0};
	struct jv *v;

	while (next_line(want, &at, &line)) {
		if (i >= w->units.list.n)
			return false;
		v = yaml_to_jv(r->a, w->units.list.p[i++]->root);
		sort_all(v);
		b.n = 0;
		jv_print(&b, v, JV_COMPACT);
		hash = rt_sha256_hex(r->a, buf_str(&b));
		if (!str_eq(hash, field(line, 1)))
			break;
	}
	buf_free(&b);
	return at >= want.n && i == w->units.list.n;
}

/* A repeated key is refused by us and taken by Kubernetes. */
static bool
only_duplicates(struct real *r, const struct diags *d, const char *file)
{
	struct str line, prefix = arena_printf(r->a, "%s\t", file);
	struct diag *const *g;
	size_t at = 0;

	VEC_FOREACH(g, &d->list) {
		if ((*g)->id != DIAG_YAML_DUPLICATE_KEY)
			return false;
	}
	while (next_line(r->strict, &at, &line)) {
		if (str_starts(line, prefix) &&
		    str_find(line, STR("already set in map"), 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static void
count_images(const struct yaml_node *list, struct buf *images, size_t *n)
{
	size_t i;

	*n = yaml_is(list, YAML_SEQ) ? list->items.n : 0;
	for (i = 0; i < *n; i++) {
		if (images->n > 0)
			buf_putc(images, ',');
		buf_put(images, yaml_get_str(list->items.p[i], STR("image")));
	}
}

/* The path of the pod spec inside of the document, found by its node. */
static void
print_path(struct buf *b, const struct yaml_node *n)
{
	const struct yaml_node *up = n->up;
	const struct yaml_pair *p;
	size_t i;

	if (up == NULL)
		return;
	print_path(b, up);
	for (i = 0; i < up->items.n; i++) {
		if (up->items.p[i] == n)
			buf_printf(b, "[%zu]", i);
	}
	VEC_FOREACH(p, &up->pairs) {
		if (p->value == n)
			buf_printf(b, ".%.*s", STR_ARG(p->key->text));
	}
}

static void
print_workload(struct buf *b, const char *file, const struct k8s_object *o)
{
	struct buf images = {0};
	size_t inits, containers;

	count_images(yaml_getz(o->pod_spec, "initContainers"), &images, &inits);
	count_images(
	    yaml_getz(o->pod_spec, "containers"), &images, &containers);
	buf_printf(b, "%s\t%u\t%.*s\t%.*s\t%.*s%s\t%zu\t%zu\t", file,
	    o->unit->index, STR_ARG(o->kind_name), STR_ARG(o->ns),
	    STR_ARG(o->name.n > 0 ? o->name : o->generate_name),
	    o->name.n > 0 ? "" : "*", containers, inits);
	print_path(b, o->pod_spec);
	buf_printf(b, "\t%.*s\n", STR_ARG(buf_str(&images)));
	buf_free(&images);
}

static void
check_workloads(struct real *r, const struct work *w, const char *file)
{
	struct str line, prefix = arena_printf(r->a, "%s\t", file);
	struct buf want = {0}, got = {0};
	struct k8s_object *const *o;
	size_t at = 0;

	while (next_line(r->workloads, &at, &line)) {
		if (str_starts(line, prefix)) {
			buf_put(&want, line);
			buf_putc(&want, '\n');
		}
	}
	VEC_FOREACH(o, &w->objects.list) {
		if ((*o)->pod_spec != NULL)
			print_workload(&got, file, *o);
	}
	if (str_eq(buf_str(&want), buf_str(&got)))
		conform_pass(r->c);
	else
		conform_fail(r->c, file, "workloads:\n%.*swanted:\n%.*s",
		    STR_ARG(buf_str(&got)), STR_ARG(buf_str(&want)));
	buf_free(&want);
	buf_free(&got);
}

/* Nothing to do: the same bytes. */
static void
check_untouched(struct real *r, struct work *w, const char *file)
{
	struct edits *e = edits_new(r->a, &w->diags, w->source, &w->units);
	const struct source *out;

	if (edit_apply(e, &out, NULL) && str_eq(out->text, w->source->text))
		conform_pass(r->c);
	else
		conform_fail(r->c, file, "changes without a reason");
}

const char *
real_check_edits(struct arena *a, struct str text, bool *edited)
{
	struct str name = STR("input");
	const struct source *out, *again;
	struct work before, w, after;
	struct jv *want;
	size_t i;

	*edited = false;
	if (!work_read(&before, a, name, text) ||
	    !work_run(&w, a, name, text, &out))
		return arena_printf(a, "refused: %s", real_first(a, &w.diags))
		    .p;
	*edited = out != w.source;
	if (!work_bytes(out))
		return "bytes outside of the edits differ";
	if (!work_read(&after, a, name, out->text))
		return arena_printf(
		    a, "the result is refused: %s", real_first(a, &after.diags))
		    .p;
	if (before.units.list.n != after.units.list.n)
		return "the number of documents differs";
	for (i = 0; i < before.units.list.n; i++) {
		want = yaml_to_jv(a, before.units.list.p[i]->root);
		work_json(a, want);
		if (!work_same(
			want, yaml_to_jv(a, after.units.list.p[i]->root)))
			return arena_printf(
			    a, "document %zu reads as something else", i + 1)
			    .p;
	}
	if (!work_run(&w, a, name, out->text, &again))
		return "a second run is refused";
	return again == w.source ? NULL : "a second run changes something";
}

static void
check_edits(struct real *r, struct str text, const char *file)
{
	bool edited;
	const char *why = real_check_edits(r->a, text, &edited);

	if (why == NULL)
		conform_pass(r->c);
	else
		conform_fail(r->c, file, "edited: %s", why);
}

static void
check_refused(struct real *r, const struct work *w, const char *file)
{
	if (w->diags.errors > 0 && w->diags.list.p[0]->loc.source != NULL)
		conform_pass(r->c);
	else
		conform_fail(r->c, file, "not refused at a place");
}

static void
check_file(struct real *r, const char *sub, const char *name)
{
	const char *file = conform_path(r->a, sub, name);
	const char *path = conform_path(r->a, r->dir, file);
	struct str text, want;
	struct work w;
	bool ok, same;

	if (!conform_read(&text, r->a, path))
		return;
	ok = work_read(&w, r->a, str_from(file), text);
	if (conform_read(
		&want, r->a, arena_printf(r->a, "%s.error.txt", path).p)) {
		check_refused(r, &w, file);
		return;
	}
	if (!ok && only_duplicates(r, &w.diags, file)) {
		check_refused(r, &w, file);
		return;
	}
	if (!ok) {
		conform_fail(
		    r->c, file, "refused: %s", real_first(r->a, &w.diags));
		return;
	}
	if (conform_read(
		&want, r->a, arena_printf(r->a, "%s.objects.json", path).p)) {
		same = equals_json(r, &w, want);
	} else if (conform_read(&want, r->a,
		       arena_printf(r->a, "%s.objects.sha256", path).p)) {
		same = equals_hash(r, &w, want);
	} else {
		conform_skip(r->c, file, "no expectation");
		return;
	}
	if (same)
		conform_pass(r->c);
	else
		conform_fail(r->c, file, "reads differently");
	(void)k8s_objects_read(&w.objects, r->a, &w.diags, &w.units);
	check_workloads(r, &w, file);
	check_untouched(r, &w, file);
	check_edits(r, text, file);
}

void
conform_real(struct conform *c, const char *dir)
{
	struct real r = {.c = c, .dir = dir};
	const char **subs, **names;
	size_t nsubs, n, i, k;

	(void)conform_read(
	    &r.strict, c->arena, conform_path(c->arena, dir, "strict.tsv"));
	(void)conform_read(&r.workloads, c->arena,
	    conform_path(c->arena, dir, "workloads.tsv"));
	subs = conform_list(c->arena, dir, &nsubs);
	if (nsubs == 0)
		conform_skip(c, dir, "not there");
	for (i = 0; i < nsubs; i++) {
		const char *path = conform_path(c->arena, dir, subs[i]);

		if (strcmp(subs[i], "yaml-test-suite") == 0) {
			real_suite(c, path);
			continue;
		}
		names = conform_list(c->arena, path, &n);
		for (k = 0; k < n; k++) {
			if (!is_input(names[k]))
				continue;
			r.a = arena_new();
			check_file(&r, subs[i], names[k]);
			arena_free(r.a);
		}
	}
}
