/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DIR/strict.tsv (file, document, kind, name, finding): what strict decoding
 * of an API server finds in DIR/FILE is found by the check of fields too, at
 * a place that holds it; and in other files nothing is.
 */
#include <string.h>

#include "compiler/front/k8s.h"
#include "regress/conform.h"
#include "runtime/base/map.h"

#include "runtime/base/banned.h"

struct finding {
	const char *file;
	struct str document, text;
};

struct strict {
	struct conform *c;
	const char *dir;
	VEC(struct finding) list;
	struct map files; /* that have a finding */
};

/* The part between two marks, or empty. */
static struct str
between(struct str s, const char *from, const char *to)
{
	size_t at = str_find(s, str_from(from), 0), end;

	if (at == SIZE_MAX)
		return STR("");
	at += strlen(from);
	end = str_find(s, str_from(to), at);
	return str_sub(s, at, end == SIZE_MAX ? s.n : end);
}

static struct str
column(struct str line, unsigned n)
{
	size_t at = 0;

	for (; n > 0; n--) {
		at = str_chr(line, '\t', at);
		if (at == SIZE_MAX)
			return STR("");
		at++;
	}
	return between(str_sub(line, at, line.n), "", "\t");
}

static void
load(struct strict *s, struct str text)
{
	struct arena *a = s->c->arena;
	struct finding f;
	struct str line;
	size_t at = 0, end;

	for (; at < text.n; at = end + 1) {
		end = str_chr(text, '\n', at);
		end = end == SIZE_MAX ? text.n : end;
		line = str_sub(text, at, end);
		f.file = arena_cstr(a, column(line, 0));
		f.document = column(line, 1);
		f.text = column(line, 4);
		if (at == 0 || f.text.n == 0)
			continue;
		VEC_PUSH(a, &s->list, f);
		(void)map_set(a, &s->files, str_from(f.file), s);
	}
}

/* All findings of a file; every object counts as `selected` or not. */
static void
check_file(struct strict *s, struct diags *d, const char *file, bool selected)
{
	struct arena *a = s->c->arena;
	struct units units = {0};
	struct k8s_objects objects = {0};
	struct k8s_object **o;
	struct str text;

	diags_init(d, a);
	if (!conform_read(&text, a, conform_path(a, s->dir, file))) {
		conform_fail(s->c, file, "cannot be read");
		return;
	}
	if (!yaml_read(&units, a, d, source_new(a, str_from(file), text)))
		return;
	(void)k8s_objects_read(&objects, a, d, &units);
	VEC_FOREACH(o, &objects.list) {
		(void)k8s_check_fields(a, d, *o, selected, false);
	}
}

/* "spec.containers[0].ports[1].x" without the numbers */
static struct str
bare_path(struct arena *a, struct str path)
{
	char *p = arena_alloc(a, path.n + 1);
	size_t i, n = 0;
	bool skip = false;

	for (i = 0; i < path.n; i++) {
		skip = skip || path.p[i] == '[';
		if (!skip)
			p[n++] = path.p[i];
		skip = skip && path.p[i] != ']';
	}
	return (struct str){p, n};
}

/* Go's "ContainerPort.spec.x.VolumeSource.y" without names of structures */
static struct str
go_path(struct arena *a, struct str path)
{
	char *p = arena_alloc(a, path.n + 1);
	size_t at = 0, end, n = 0;

	for (; at < path.n; at = end + 1) {
		end = str_chr(path, '.', at);
		end = end == SIZE_MAX ? path.n : end;
		if (path.p[at] >= 'A' && path.p[at] <= 'Z')
			continue;
		if (n > 0)
			p[n++] = '.';
		memcpy(p + n, path.p + at, end - at);
		n += end - at;
	}
	return (struct str){p, n};
}

static bool
is_it(struct arena *a, const struct diag *g, struct str finding)
{
	struct str path = between(g->text, "field '", "'"), want;

	if ((want = between(finding, "unknown field \"", "\"")).n > 0)
		return g->id == DIAG_UNKNOWN_FIELD && str_eq(path, want);
	want = between(finding, "into Go struct field ", " ");
	if (want.n > 0)
		return (g->id == DIAG_WRONG_TYPE ||
			   g->id == DIAG_UNQUOTED_SCALAR) &&
		       str_eq(bare_path(a, path), go_path(a, want));
	if ((want = between(finding, ": key \"", "\" already set")).n > 0)
		return str_eqz(str_from(diag_table[g->id].name),
			   "yaml-duplicate-key") &&
		       str_eq(between(g->text, "'", "'"), want);
	return g->severity == DIAG_ERROR;
}

static void
check_finding(struct strict *s, const struct finding *f, bool selected)
{
	struct arena *a = s->c->arena;
	const char *name = arena_printf(
	    a, "%s:%.*s %.*s", f->file, STR_ARG(f->document), STR_ARG(f->text))
			       .p;
	struct diags d;
	struct diag **g;

	check_file(s, &d, f->file, selected);
	VEC_FOREACH(g, &d.list) {
		if (!is_it(a, *g, f->text))
			continue;
		if ((*g)->loc.source == NULL)
			conform_fail(s->c, name, "found, but not where");
		else
			conform_pass(s->c);
		return;
	}
	conform_fail(s->c, name, "not found");
}

/* Nothing that an API server would not find as well. */
static void
check_clean(struct strict *s, const char *file)
{
	struct diags d;
	struct diag **g;
	struct place p;

	check_file(s, &d, file, false);
	VEC_FOREACH(g, &d.list) {
		if ((*g)->id != DIAG_UNKNOWN_FIELD &&
		    (*g)->id != DIAG_WRONG_TYPE &&
		    (*g)->id != DIAG_UNQUOTED_SCALAR &&
		    (*g)->id != DIAG_NUMBER_TOO_LARGE)
			continue;
		p = source_place(s->c->arena, (*g)->loc.source, (*g)->loc.off);
		conform_fail(s->c, file, "%u:%u: %.*s", p.line, p.col,
		    STR_ARG((*g)->text));
		return;
	}
	conform_pass(s->c);
}

static bool
is_input(const char *name)
{
	struct str s = str_from(name);

	return str_ends(s, STR(".yaml")) || str_ends(s, STR(".yml")) ||
	       (str_ends(s, STR(".json")) &&
		   !str_ends(s, STR(".objects.json")));
}

static void
check_others(struct strict *s)
{
	struct arena *a = s->c->arena;
	size_t ndirs, nfiles, i, j;
	const char **dirs, **files, *file;

	dirs = conform_list(a, s->dir, &ndirs);
	for (i = 0; i < ndirs; i++) {
		files =
		    conform_list(a, conform_path(a, s->dir, dirs[i]), &nfiles);
		for (j = 0; j < nfiles; j++) {
			file = conform_path(a, dirs[i], files[j]);
			if (is_input(file) &&
			    map_get(&s->files, str_from(file)) == NULL)
				check_clean(s, file);
		}
	}
}

void
conform_strict(struct conform *c, const char *dir)
{
	const char *path = conform_path(c->arena, dir, "strict.tsv");
	struct strict s = {.c = c, .dir = dir};
	struct finding *f;
	struct str text;

	if (!conform_read(&text, c->arena, path)) {
		conform_skip(c, path, "not there");
		return;
	}
	load(&s, text);
	VEC_FOREACH(f, &s.list) {
		check_finding(&s, f, false);
		check_finding(&s, f, true);
	}
	check_others(&s);
}
