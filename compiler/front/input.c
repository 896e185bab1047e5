/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding and reading the files of a run.  A directory gives the .yaml and
 * .yml files in it; other JSON files lie there too (manifest.json), so JSON
 * is read only where it is named.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/input.h"
#include "runtime/base/file.h"
#include "runtime/base/map.h"

#include "runtime/base/banned.h"

#define DIRECTORY_DEPTH_MAX 64

struct finder {
	struct inputs *out;
	struct arena *arena;
	struct diags *diags;
	struct map seen;  /* device and inode */
	const char *root; /* of the walk, links resolved */
	size_t total;
	bool ok;
};

static void
fail(struct finder *f, const char *path, const char *why)
{
	diag_report(f->diags, INPUT_READ, loc_none, path, why);
	f->ok = false;
}

static bool
is_yaml(const char *path)
{
	struct str s = str_from(path);

	return str_ends(s, STR(".yaml")) || str_ends(s, STR(".yml"));
}

/* Was the file met before? */
static bool
seen(struct finder *f, const struct stat *st)
{
	struct {
		dev_t dev;
		ino_t ino;
	} id = {st->st_dev, st->st_ino};
	struct str key =
	    arena_str(f->arena, (struct str){(const char *)&id, sizeof(id)});

	return map_set(f->arena, &f->seen, key, f) != NULL;
}

/* Our own configuration file is no manifest, unless it is named. */
static bool
is_own(const char *path)
{
	return str_eqz(str_basename(str_from(path)), "contrastc.yaml");
}

static void
take(struct finder *f, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct rt_err err = {0};
	struct str text;
	struct input in = {.path = path};

	if (file_read(&text, f->arena, path, INPUT_FILE_MAX, &err) != 0) {
		fail(f, is_stdin ? "<stdin>" : path, err.text);
		return;
	}
	f->total += text.n;
	if (f->total > INPUT_TOTAL_MAX) {
		fail(f, path, "the input is too large in total");
		return;
	}
	in.source = source_new(
	    f->arena, is_stdin ? STR("<stdin>") : str_from(path), text);
	VEC_PUSH(f->arena, &f->out->list, in);
}

/* Does a link below the walked directory stay in there? */
static bool
stays_inside(struct finder *f, const char *path)
{
	char *real = realpath(path, NULL);
	size_t n = strlen(f->root);
	bool inside = real != NULL && strncmp(real, f->root, n) == 0 &&
		      (real[n] == '/' || n == 1);

	free(real);
	return inside;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
	VEC(const char *) v;
};

static bool
list(struct finder *f, const char *dir, struct names *out)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	if (d == NULL) {
		fail(f, dir, strerror(errno));
		return false;
	}
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			VEC_PUSH(f->arena, &out->v,
			    arena_cstr(f->arena, str_from(e->d_name)));
	}
	(void)closedir(d);
	if (out->v.n > 1)
		qsort(out->v.p, out->v.n, sizeof(*out->v.p), compare);
	return true;
}

static void walk(struct finder *f, const char *dir, int depth);

static void
entry(struct finder *f, const char *path, int depth)
{
	struct stat st;
	bool link;

	if (lstat(path, &st) != 0) {
		fail(f, path, strerror(errno));
		return;
	}
	link = S_ISLNK(st.st_mode);
	if (S_ISDIR(st.st_mode)) {
		walk(f, path, depth + 1);
		return;
	}
	if (!is_yaml(path) || is_own(path) ||
	    (link && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return;
	if (link && !stays_inside(f, path)) {
		diag_report(f->diags, INPUT_LINK, loc_none, path, f->root);
		f->ok = false;
		return;
	}
	if (S_ISREG(st.st_mode) && !seen(f, &st))
		take(f, path);
}

static void
walk(struct finder *f, const char *dir, int depth)
{
	size_t n = strlen(dir);
	struct names names = {0};
	const char **it;

	if (depth > DIRECTORY_DEPTH_MAX) {
		fail(f, dir, "directories are nested too deeply");
		return;
	}
	while (n > 1 && dir[n - 1] == '/')
		n--;
	if (!list(f, dir, &names))
		return;
	VEC_FOREACH(it, &names.v) {
		entry(f,
		    arena_printf(f->arena, "%.*s%s%s", (int)n, dir,
			dir[n - 1] == '/' ? "" : "/", *it)
			.p,
		    depth);
	}
}

static void
argument(struct finder *f, const char *path)
{
	struct stat st;
	char *real;

	if (strcmp(path, "-") == 0) {
		if (map_set(f->arena, &f->seen, STR("-"), f) == NULL)
			take(f, path);
		return;
	}
	if (stat(path, &st) != 0) {
		fail(f, path, strerror(errno));
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		real = realpath(path, NULL);
		if (real == NULL) {
			fail(f, path, strerror(errno));
			return;
		}
		f->root = arena_cstr(f->arena, str_from(real));
		free(real);
		walk(f, path, 0);
		return;
	}
	if (!is_yaml(path) && !str_ends(str_from(path), STR(".json"))) {
		diag_report(f->diags, INPUT_IGNORED, loc_none, path);
		return;
	}
	/* What is read is written again; a pipe might never end, either. */
	if (!S_ISREG(st.st_mode))
		fail(f, path, "not a regular file");
	else if (!seen(f, &st))
		take(f, path);
}

bool
inputs_read(struct inputs *out, struct arena *a, struct diags *d,
    char *const *paths, size_t n)
{
	struct finder f = {.out = out, .arena = a, .diags = d, .ok = true};
	size_t i, before = out->list.n;

	for (i = 0; i < n; i++)
		argument(&f, paths[i]);
	if (f.ok && out->list.n == before) {
		diag_report(d, INPUT_NONE, loc_none);
		f.ok = false;
	}
	return f.ok;
}
