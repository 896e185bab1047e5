/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and data that a run of `rego` names: files, directories, "-". */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/cmd/rego.h"
#include "compiler/front/yaml.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

/* Keys below which the data of a file are put. */
struct prefix {
	struct str keys[REGO_DIRECTORY_DEPTH_MAX];
	size_t n;
};

int
rego_set_init(struct rego_set *s, struct run *r, const char *profile)
{
	const char *name = opt_str(r, OPT_REGO_PROFILE);
	bool v0 = opt_on(r, OPT_REGO_V0), v1 = opt_on(r, OPT_REGO_V1);

	*s = (struct rego_set){.run = r, .take = REGO_MODULES};
	if (name == NULL)
		name = profile;
	s->profile = rego_profile_find(str_from(name));
	if (s->profile == NULL)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --rego-profile: unknown value: %s%s", name,
		    opt_where(r, OPT_REGO_PROFILE));
	if (v0 && v1)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --v0-compatible and --v1-compatible exclude "
		    "each other");
	s->options.opa = s->profile == &rego_profiles[0];
	s->options.v0 = v0 || (!v1 && !s->profile->v1);
	s->data = jv_object(r->arena);
	return EXIT_OK;
}

static bool
fail(struct rego_set *s, const char *path, const char *why)
{
	diag_report(&s->run->diags, INPUT_READ, loc_none, path, why);
	return false;
}

static const struct source *
read_source(struct rego_set *s, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct rt_err err = {0};
	struct str text;

	if (file_read(&text, s->run->arena, path, REGO_TEXT_MAX, &err) != 0) {
		(void)fail(s, is_stdin ? "<stdin>" : path, err.text);
		return NULL;
	}
	s->total += text.n;
	if (s->total > REGO_TOTAL_MAX) {
		(void)fail(s, path, "the input is too large in total");
		return NULL;
	}
	return source_new(
	    s->run->arena, is_stdin ? STR("<stdin>") : str_from(path), text);
}

/* Data */

struct jv *
rego_document(struct rego_set *s, const char *path)
{
	const struct source *src = read_source(s, path);
	struct units units = {0};

	if (src == NULL ||
	    !yaml_read(&units, s->run->arena, &s->run->diags, src))
		return NULL;
	if (units.list.n == 1)
		return yaml_to_jv(s->run->arena, units.list.p[0]->root);
	(void)fail(s, path, "one document is expected");
	return NULL;
}

/* Puts `v` into the tree; false: another value is there. */
static bool
merge(struct arena *a, struct jv *to, const struct jv *v)
{
	const struct jv_member *m;
	bool ok = true;

	VEC_FOREACH(m, &v->members) {
		struct jv *old = jv_get(to, m->key);

		if (old == NULL)
			(void)jv_set(a, to, m->key, m->value);
		else if (jv_is(old, JV_OBJECT) && jv_is(m->value, JV_OBJECT))
			ok = merge(a, old, m->value) && ok;
		else
			ok = jv_equal(old, m->value) && ok;
	}
	return ok;
}

static bool
load_data(struct rego_set *s, const char *path, const struct prefix *at)
{
	struct arena *a = s->run->arena;
	struct jv *v = rego_document(s, path), *outer;
	size_t i;

	if (v == NULL)
		return false;
	for (i = at->n; i > 0; i--) {
		outer = jv_object(a);
		(void)jv_set(a, outer, at->keys[i - 1], v);
		v = outer;
	}
	if (!jv_is(v, JV_OBJECT))
		return fail(s, path, "the document must be an object");
	if (merge(a, s->data, v))
		return true;
	diag_report(&s->run->diags, REGO_DATA, loc_none,
	    STR_ARG(arena_printf(
		a, "%s contradicts data that were read before it", path)));
	return false;
}

/* Modules */

static bool
load_module(struct rego_set *s, const char *path)
{
	const struct source *src = read_source(s, path);
	struct rego_module *m;

	if (src == NULL)
		return false;
	m = rego_parse(s->run->arena, &s->run->diags, src, &s->options);
	if (m == NULL)
		return false;
	VEC_PUSH(s->run->arena, &s->modules, m);
	return true;
}

/* Directories */

static unsigned
kind_of(const char *path)
{
	struct str s = str_from(path);

	if (str_ends(s, STR(".rego")))
		return REGO_MODULES;
	if (str_ends(s, STR(".json")) || str_ends(s, STR(".yaml")) ||
	    str_ends(s, STR(".yml")))
		return REGO_DATA_FILES;
	return 0;
}

static bool
load_file(struct rego_set *s, const char *path, const struct prefix *at)
{
	return kind_of(path) == REGO_DATA_FILES ? load_data(s, path, at)
						: load_module(s, path);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_entry(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static bool walk(struct rego_set *s, const char *dir, struct prefix *at);

/* Links to directories are not followed. */
static bool
load_entry(
    struct rego_set *s, const char *dir, const char *name, struct prefix *at)
{
	const char *path =
	    strcmp(dir, ".") == 0
		? arena_cstr(s->run->arena, str_from(name))
		: arena_printf(s->run->arena, "%s/%s", dir, name).p;
	struct stat st;
	bool ok;

	if (lstat(path, &st) != 0)
		return fail(s, path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return (kind_of(name) & s->take) == 0 || load_file(s, path, at);
	if (at->n == REGO_DIRECTORY_DEPTH_MAX)
		return fail(s, path, "directories are too deep");
	at->keys[at->n++] = arena_str(s->run->arena, str_from(name));
	ok = walk(s, path, at);
	at->n--;
	return ok;
}

static bool
walk(struct rego_set *s, const char *dir, struct prefix *at)
{
	struct dirent **list;
	int i, n = scandir(dir, &list, is_entry, by_name);
	bool ok = true;

	if (n < 0)
		return fail(s, dir, strerror(errno));
	for (i = 0; i < n; i++) {
		ok = load_entry(s, dir, list[i]->d_name, at) && ok;
		free(list[i]);
	}
	free(list);
	return ok;
}

/* "foo.bar:FILE": the data of FILE below data.foo.bar. */
static const char *
take_prefix(struct rego_set *s, const char *path, struct prefix *at)
{
	const char *colon = strchr(path, ':');
	struct str keys;
	size_t dot;

	if (colon == NULL || (s->take & REGO_DATA_FILES) == 0)
		return path;
	keys = str_sub(str_from(path), 0, (size_t)(colon - path));
	while (keys.n > 0 && at->n < REGO_DIRECTORY_DEPTH_MAX) {
		dot = str_chr(keys, '.', 0);
		at->keys[at->n++] =
		    arena_str(s->run->arena, str_sub(keys, 0, dot));
		keys =
		    dot == SIZE_MAX ? STR("") : str_sub(keys, dot + 1, keys.n);
	}
	return colon + 1;
}

bool
rego_set_load(struct rego_set *s, const char *path)
{
	struct prefix at = {.n = 0};
	struct stat st;

	if (stat(path, &st) != 0)
		path = take_prefix(s, path, &at);
	if (strcmp(path, "-") != 0 && stat(path, &st) != 0)
		return fail(s, path, strerror(errno));
	if (strcmp(path, "-") != 0 && S_ISDIR(st.st_mode)) {
		/* no slash twice in what is reported */
		struct str dir = str_from(path);

		while (dir.n > 1 && dir.p[dir.n - 1] == '/')
			dir.n--;
		return walk(s, arena_cstr(s->run->arena, dir), &at);
	}
	return load_file(s, path, &at);
}

bool
rego_set_load_args(struct rego_set *s)
{
	bool ok = true;
	char **p;

	VEC_FOREACH(p, &s->run->args)
		ok = rego_set_load(s, *p) && ok;
	return ok;
}
