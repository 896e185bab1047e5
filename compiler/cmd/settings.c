/* SPDX-License-Identifier: Apache-2.0 */
/* settings init, show and diff (policy-model 8). */
#include <string.h>
#include <unistd.h>

#include "compiler/cmd/settings.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

/* The target of --target, else of --reference-values and --profile. */
static int
target(struct run *r, const struct target **out)
{
	const char *name = opt_str(r, OPT_TARGET);
	const struct platform *p;
	enum profile profile;
	int status = cmd_platform(r, &p);

	*out = NULL;
	if (status == EXIT_OK)
		status = cmd_profile(
		    r, p == NULL ? PROFILE_LATEST : p->profile, &profile);
	if (status != EXIT_OK)
		return status;
	if (name == NULL && p != NULL)
		name = cmd_target_of(p, profile);
	if (name == NULL)
		return EXIT_OK;
	*out = target_find(str_from(name));
	if (*out == NULL)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: unknown target: %s%s\n"
		    "'%s version' lists the targets.",
		    name, opt_where(r, OPT_TARGET), r->program);
	return EXIT_OK;
}

static int
need_target(struct run *r, const struct target *t)
{
	if (t != NULL)
		return EXIT_OK;
	return cmd_fail(r, EXIT_USAGE,
	    "settings: name a target with --target, or a platform with "
	    "--reference-values");
}

struct jv *
settings_of(
    struct run *r, const struct target *t, const char *path, bool with_patches)
{
	struct settings_source from = {.path = path};
	const char **p;

	VEC_FOREACH(p, &r->opt[OPT_SETTINGS_PATCH].values) {
		if (with_patches)
			VEC_PUSH(r->arena, &from.patches, str_from(*p));
	}
	return settings_load(r->arena, &r->diags, t, &from);
}

/* init */

/*
 * Rules to start from.  The library's own rules are chosen for each workload,
 * so there is no text of them that fits all.
 */
static struct str
rules_text(struct arena *a)
{
	static const char *const requests[] = {
#define REQUEST(name, ...) #name,
#include "runtime/agent/agent_request.def"
#undef REQUEST
	};
	struct buf b = {0};
	struct str s;
	size_t i;

	buf_puts(&b,
	    "package agent_policy\n"
	    "\n"
	    "# Own rules, in place of the library: `contrastc generate -p FILE`.\n"
	    "# The agent asks the rule that is named like a request whether it\n"
	    "# may be served; `input` is the request.  `policy_data`, which\n"
	    "# generate adds, describes the pod.  This text refuses everything.\n"
	    "#\n"
	    "#	CreateContainerRequest if {\n"
	    "#		some c in policy_data.containers\n"
	    "#		c.OCI.Process.Args == input.OCI.Process.Args\n"
	    "#	}\n"
	    "\n");
	for (i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		buf_printf(&b, "default %s := false\n", requests[i]);
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static int
write_files(struct run *r, struct file_set *files)
{
	struct file_out *f;
	struct rt_err err;
	size_t changed;

	VEC_FOREACH(f, &files->files) {
		if (!opt_on(r, OPT_FORCE) && access(f->path, F_OK) == 0)
			return cmd_fail(r, EXIT_ENVIRONMENT,
			    "write %s: it exists already; --force replaces it",
			    f->path);
	}
	if (file_set_stage(files, &err) != 0 ||
	    file_set_commit(files, &changed, &err) != 0) {
		file_set_abort(files);
		return cmd_fail(r, EXIT_ENVIRONMENT, "%s", err.text);
	}
	VEC_FOREACH(f, &files->files)
		cmd_say(r, "✔️ Wrote %s", f->path);
	return EXIT_OK;
}

static int
init(struct run *r, const struct target *t)
{
	const char *path = opt_path(r, OPT_SETTINGS);
	struct file_set files;
	int status = need_target(r, t);

	if (status != EXIT_OK)
		return status;
	file_set_init(&files, r->arena);
	if (strcmp(path, "-") == 0)
		status = cmd_print(r, t->defaults);
	else
		file_set_add(&files, path, t->defaults, 0644);
	if (opt_is_set(r, OPT_RULES))
		file_set_add(
		    &files, opt_path(r, OPT_RULES), rules_text(r->arena), 0644);
	return status == EXIT_OK ? write_files(r, &files) : status;
}

/* show */

/* "settings.json:3:14", with what names the place there if it differs. */
static struct str
origin_text(struct arena *a, const struct jv *v, struct str pointer)
{
	struct str what = v->origin == NULL ? STR("") : v->origin->what, rest;
	const struct source *s =
	    v->origin == NULL ? NULL : v->origin->loc.source;
	size_t name = s != NULL ? s->name.n : str_chr(what, ':', 0);
	struct place at;

	rest = str_sub(what, name + 2, what.n);
	if (str_starts(pointer, rest) &&
	    (pointer.n == rest.n || pointer.p[rest.n] == '/'))
		rest = STR("");
	if (s == NULL)
		return arena_printf(a, "target %.*s%s%.*s",
		    STR_ARG(str_sub(what, 0, name)), rest.n > 0 ? " " : "",
		    STR_ARG(rest));
	at = source_place(a, s, v->origin->loc.off);
	return arena_printf(a, "%.*s:%u:%u%s%.*s", STR_ARG(s->name), at.line,
	    at.col, rest.n > 0 ? " " : "", STR_ARG(rest));
}

static void
origin_json(struct arena *a, struct jv *o, const struct jv *v)
{
	struct loc l = v->origin == NULL ? loc_none : v->origin->loc;
	struct place at;

	if (l.source == NULL)
		return;
	at = source_place(a, l.source, l.off);
	jv_set(a, o, STR("file"), jv_string(a, l.source->name));
	jv_set(a, o, STR("line"), jv_int(a, at.line));
	jv_set(a, o, STR("column"), jv_int(a, at.col));
}

struct shower {
	struct run *r;
	struct buf *text;
	struct jv *list;
};

static void
show_leaf(void *arg, struct str pointer, struct jv *v)
{
	struct shower *s = arg;
	struct arena *a = s->r->arena;
	struct str origin = origin_text(a, v, pointer);
	struct jv *o = jv_push(a, s->list, jv_object(a));

	buf_put(s->text, pointer);
	buf_puts(s->text, ": ");
	jv_print(s->text, v, JV_COMPACT);
	buf_printf(s->text, " # %.*s\n", STR_ARG(origin));
	jv_set(a, o, STR("pointer"), jv_string(a, pointer));
	jv_set(a, o, STR("value"), v);
	jv_set(a, o, STR("origin"), jv_string(a, origin));
	origin_json(a, o, v);
}

static void
put_json(struct buf *b, const struct jv *o)
{
	b->n = 0;
	jv_print(b, o, JV_PRETTY);
	buf_putc(b, '\n');
}

static int
show(struct run *r, const struct target *t)
{
	struct buf b = {0};
	struct shower s = {r, &b, jv_array(r->arena)};
	struct jv *doc, *o = jv_object(r->arena);
	int status = need_target(r, t);

	if (status != EXIT_OK)
		return status;
	doc = settings_of(r, t, opt_path_if(r, OPT_SETTINGS), true);
	cmd_report(r);
	if (doc == NULL || r->diags.errors > 0)
		return cmd_status(r);
	if (!opt_on(r, OPT_ORIGIN)) {
		put_json(&b, doc);
	} else {
		settings_leaves(r->arena, doc, show_leaf, &s);
		jv_set(r->arena, o, STR("version"), jv_int(r->arena, 1));
		jv_set(r->arena, o, STR("target"),
		    jv_string(r->arena, str_from(t->name)));
		jv_set(r->arena, o, STR("members"), s.list);
		if (opt_on(r, OPT_JSON))
			put_json(&b, o);
	}
	status = cmd_print(r, buf_str(&b));
	buf_free(&b);
	return status;
}

static const struct {
	const char *name;
	size_t nargs;
	int (*run)(struct run *, const struct target *);
} verbs[] = {{"init", 0, init}, {"show", 0, show}, {"diff", 2, settings_diff}};

int
cmd_settings(struct run *r)
{
	const struct target *t;
	size_t i;
	int status;

	for (i = 0; r->args.n > 0 && i < 3; i++) {
		if (strcmp(verbs[i].name, r->args.p[0]) != 0 ||
		    r->args.n != verbs[i].nargs + 1)
			continue;
		status = target(r, &t);
		return status == EXIT_OK ? verbs[i].run(r, t) : status;
	}
	return cmd_fail(
	    r, EXIT_USAGE, "settings: expected init, show or diff A B");
}
