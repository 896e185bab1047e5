/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock: the images of the workloads that generate would complete, and what
 * they are, into contrast.lock.  The stages are those of generate up to the
 * point where it knows every image; nothing else is written.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/cmd/generate.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

/* Is it an image of --update rather than a path? */
static bool
is_image(struct run *r, const char *arg)
{
	struct img_ref ref;
	struct stat st;

	return strcmp(arg, "-") != 0 && lstat(arg, &st) != 0 &&
	       errno == ENOENT &&
	       img_ref_parse(&ref, r->arena, str_from(arg), NULL) == 0;
}

/* --update, --update=IMAGE, --update IMAGE PATH: all or some. */
static int
what_to_update(struct generate *g)
{
	struct run *r = g->run;
	struct img_options *o = &g->image_options;
	struct img_ref ref;
	struct rt_err err;
	const char **v;
	size_t i, n = 0;

	if (!opt_on(r, OPT_UPDATE))
		return EXIT_OK;
	VEC_FOREACH(v, &r->opt[OPT_UPDATE].values) {
		if (img_ref_parse(&ref, r->arena, str_from(*v), &err) != 0)
			return cmd_fail(r, EXIT_USAGE,
			    "parse flags: --update: %s", err.text);
		VEC_PUSH(r->arena, &o->update, str_from(*v));
	}
	for (i = 0; i < r->args.n; i++) {
		if (is_image(r, r->args.p[i]))
			VEC_PUSH(r->arena, &o->update, str_from(r->args.p[i]));
		else
			r->args.p[n++] = r->args.p[i];
	}
	r->args.n = n;
	o->update_all = o->update.n == 0;
	return EXIT_OK;
}

/* A name that nothing has would be a slip that nobody sees. */
static int
check_updated(struct generate *g)
{
	const struct str *ref;
	int status = EXIT_OK;

	VEC_FOREACH(ref, &g->image_options.update)
		if (!img_lock_uses(g->images, *ref))
			status = cmd_fail(g->run, EXIT_FINDINGS,
			    "--update: no workload uses image '%.*s', and there "
			    "is no file of that name\nA reference is named as "
			    "the resources have it, with its digest if it has "
			    "one: '%s lock --json' lists them.",
			    STR_ARG(*ref), g->run->program);
	return status;
}

static struct str
or_dash(struct str s)
{
	return s.n > 0 ? s : STR("-");
}

static void
as_text(struct buf *b, const struct img_lock *lock)
{
	const struct img_lock_entry *e;

	VEC_FOREACH(e, &lock->entries)
		if (!str_eq(e->old, e->now))
			buf_printf(b, "%.*s %.*s → %.*s\n", STR_ARG(e->ref),
			    STR_ARG(or_dash(e->old)), STR_ARG(or_dash(e->now)));
}

static void
put(struct arena *a, struct jv *o, const char *key, struct str s)
{
	jv_set(a, o, str_from(key),
	    s.n > 0 ? jv_string(a, s) : jv_new(a, JV_NULL));
}

static void
as_json(struct buf *b, struct arena *a, const struct img_lock *lock,
    const char *path)
{
	static const char *const states[] = {[IMG_LOCK_KEPT] = "kept",
	    [IMG_LOCK_ADDED] = "added",
	    [IMG_LOCK_CHANGED] = "changed",
	    [IMG_LOCK_UNUSED] = "unused",
	    [IMG_LOCK_REMOVED] = "removed"};
	struct jv *top = jv_object(a), *list = jv_array(a);
	const struct img_lock_entry *e;

	VEC_FOREACH(e, &lock->entries) {
		struct jv *o = jv_push(a, list, jv_object(a));

		put(a, o, "image", e->ref);
		put(a, o, "state", str_from(states[e->state]));
		put(a, o, "old", e->old);
		put(a, o, "new", e->now);
	}
	put(a, top, "apiVersion", STR("contrastc/v1"));
	put(a, top, "kind", STR("Lock"));
	put(a, top, "file", str_from(path));
	jv_set(a, top, STR("images"), list);
	jv_print(b, top, JV_PRETTY);
	buf_putc(b, '\n');
}

static int
print(struct generate *g, const struct img_lock *lock)
{
	struct buf b = {0};
	int status;

	if (opt_on(g->run, OPT_JSON))
		as_json(&b, g->arena, lock, g->image_options.lock_path);
	else
		as_text(&b, lock);
	status = cmd_print(g->run, buf_str(&b));
	buf_free(&b);
	return status;
}

/* What is new, and what is left over. */
static void
tell(struct generate *g, const struct img_lock *lock, bool differs)
{
	const struct img_lock_entry *e;
	size_t counts[IMG_LOCK_REMOVED + 1] = {0};

	VEC_FOREACH(e, &lock->entries)
		counts[e->state]++;
	cmd_say(g->run, "  %zu added, %zu changed, %zu removed, %zu kept",
	    counts[IMG_LOCK_ADDED], counts[IMG_LOCK_CHANGED],
	    counts[IMG_LOCK_REMOVED],
	    counts[IMG_LOCK_KEPT] + counts[IMG_LOCK_UNUSED]);
	VEC_FOREACH(e, &lock->entries)
		if (e->state == IMG_LOCK_UNUSED)
			cmd_say(
			    g->run, "  no workload uses %.*s", STR_ARG(e->ref));
	if (counts[IMG_LOCK_UNUSED] > 0)
		cmd_say(g->run, "  remove such entries with --prune");
	cmd_say(g->run,
	    differs ? "✔️ Updated %s" : "✔️ %s is up to date",
	    g->image_options.lock_path);
}

/* --check: says what would change. */
static int
check(struct generate *g, const struct img_lock *lock)
{
	const char *path = g->image_options.lock_path;
	struct rt_err err;
	struct str now;
	int status = print(g, lock);

	if (status != EXIT_OK)
		return status;
	if (file_read(&now, g->arena, path, lock->text.n + 1, &err) != 0 ||
	    !str_eq(now, lock->text))
		return cmd_fail(g->run, EXIT_FINDINGS,
		    "%s is stale: run contrastc lock with the same options and "
		    "paths",
		    path);
	tell(g, lock, false);
	return EXIT_OK;
}

static int
update(struct generate *g, const struct img_lock *lock, int held)
{
	struct file_set files;
	struct rt_err err;
	size_t changed;
	int status;

	file_set_init(&files, g->arena);
	files.held = held;
	file_set_add(&files, g->image_options.lock_path, lock->text, 0666);
	if (file_set_stage(&files, &err) != 0 ||
	    file_set_commit(&files, &changed, &err) != 0)
		return cmd_fail(g->run, EXIT_ENVIRONMENT, "write %s", err.text);
	status = print(g, lock);
	if (status == EXIT_OK)
		tell(g, lock, changed > 0);
	return status;
}

static int
finish(struct generate *g)
{
	int status = check_updated(g), held;
	struct img_lock lock = {0};

	if (status != EXIT_OK)
		return status;
	held = img_lock_hold(g->image_options.lock_path);
	img_lock_make(&lock, g->images, opt_on(g->run, OPT_PRUNE));
	if (opt_on(g->run, OPT_CHECK))
		status = check(g, &lock);
	else
		status = update(g, &lock, held);
	img_lock_release(held);
	return status;
}

int
cmd_lock(struct run *r)
{
	struct generate g = {.run = r,
	    .arena = r->arena,
	    .diags = &r->diags,
	    .facts_only = true};
	int status = what_to_update(&g);

	if (status == EXIT_OK)
		status = generate_options(&g);
	if (status != EXIT_OK)
		return status;
	g.image_options.ask_tags = true;
	g.image_options.moved_fails = opt_on(r, OPT_CHECK);
	status = generate_compile(&g) ? finish(&g) : cmd_status(r);
	generate_close(&g);
	return status;
}
