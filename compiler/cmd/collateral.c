/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collateral fetch|show: a directory with what verifying evidence takes, for
 * --collateral-dir (attestation 20.3).
 */
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <time.h>

#include "compiler/cmd/cmd.h"
#include "runtime/attest/attest_gather.h"
#include "runtime/attest/attest_store.h"
#include "runtime/base/file.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

struct job {
	struct run *run;
	const char *dir;
	struct jv *items; /* array */
	bool bad;         /* one of them is of no use now */
};

/* What there is */

static const char *
state_of(int64_t from, int64_t to)
{
	int64_t now = time(NULL);

	return now < from ? "not yet valid" : now > to ? "expired" : "valid";
}

static struct str
iso(struct arena *a, int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;
	char text[64];

	(void)gmtime_r(&when, &tm);
	return arena_str(a, (struct str){text, strftime(text, sizeof(text),
						   "%Y-%m-%dT%H:%M:%SZ", &tm)});
}

static void
look_at(struct job *j, const struct attest_file *f)
{
	struct arena *a = j->run->arena;
	struct jv *o = jv_object(a);
	const char *state = "damaged";
	int64_t from, to;
	bool read = attest_file_validity(&from, &to, a, f, NULL) == 0;

	if (read)
		state = state_of(from, to);
	jv_put_str(a, o, "file", str_from(f->path));
	jv_put_str(a, o, "state", str_from(state));
	if (read) {
		jv_put_str(a, o, "from", iso(a, from));
		jv_put_str(a, o, "until", iso(a, to));
	}
	jv_push(a, j->items, o);
	j->bad = j->bad || strcmp(state, "valid") != 0;
}

static int
print_lines(struct job *j)
{
	struct buf b = {0};
	size_t i;
	int status;

	for (i = 0; i < j->items->items.n; i++) {
		const struct jv *o = j->items->items.p[i];
		struct str from = jv_get_str(o, STR("from"));
		struct str until = jv_get_str(o, STR("until"));

		buf_printf(&b, "%-13.*s  %-20.*s  %-20.*s  %.*s\n",
		    STR_ARG(jv_get_str(o, STR("state"))), STR_ARG(from),
		    STR_ARG(until), STR_ARG(jv_get_str(o, STR("file"))));
	}
	status = cmd_print(j->run, buf_str(&b));
	buf_free(&b);
	return status;
}

static int
print(struct job *j)
{
	struct arena *a = j->run->arena;
	struct jv *top = jv_object(a);
	struct buf b = {0};
	int status;

	if (!opt_on(j->run, OPT_JSON))
		return print_lines(j);
	jv_put_str(a, top, "apiVersion", STR("contrastc/v1"));
	jv_put_str(a, top, "kind", STR("Collateral"));
	jv_put_str(a, top, "directory", str_from(j->dir));
	jv_set(a, top, STR("items"), j->items);
	jv_print(&b, top, JV_PRETTY);
	buf_putc(&b, '\n');
	status = cmd_print(j->run, buf_str(&b));
	buf_free(&b);
	return status;
}

/* show DIR */

/* The directory with what glob(3) would take for more than a letter marked. */
static const char *
pattern(struct job *j, const char *below)
{
	struct buf b = {0};
	const char *p, *out;

	for (p = j->dir; *p != '\0'; p++) {
		if (strchr("\\*?[", *p) != NULL)
			buf_putc(&b, '\\');
		buf_putc(&b, *p);
	}
	buf_printf(&b, "/%s", below);
	out = arena_cstr(j->run->arena, buf_str(&b));
	buf_free(&b);
	return out;
}

static int
look_at_path(struct job *j, const char *found)
{
	const char *path = arena_cstr(j->run->arena, str_from(found));
	struct attest_file f = {.path = path + strlen(j->dir) + 1};
	struct rt_err err;

	if (file_read(&f.bytes, j->run->arena, path, ATTEST_ITEM_MAX, &err) !=
	    0)
		return cmd_fail(j->run, EXIT_ENVIRONMENT, "%s", err.text);
	look_at(j, &f);
	return EXIT_OK;
}

static int
look_at_kind(struct job *j, const char *below)
{
	glob_t g;
	int status = EXIT_OK, rc = glob(pattern(j, below), 0, NULL, &g);
	size_t i;

	if (rc != 0 && rc != GLOB_NOMATCH)
		return cmd_fail(
		    j->run, EXIT_ENVIRONMENT, "cannot read %s", j->dir);
	for (i = 0; rc == 0 && i < g.gl_pathc && status == EXIT_OK; i++)
		status = look_at_path(j, g.gl_pathv[i]);
	globfree(&g);
	return status;
}

static int
show(struct job *j)
{
	int status = EXIT_OK;
	size_t i;

	if (j->run->args.n != 2)
		return cmd_fail(
		    j->run, EXIT_USAGE, "collateral show: name one directory");
	j->dir = j->run->args.p[1];
	for (i = 0; attest_file_pattern(i) != NULL && status == EXIT_OK; i++)
		status = look_at_kind(j, attest_file_pattern(i));
	if (status == EXIT_OK && j->items->items.n == 0)
		return cmd_fail(j->run, EXIT_ENVIRONMENT,
		    "%s has no collateral in it", j->dir);
	if (status == EXIT_OK)
		status = print(j);
	return status == EXIT_OK && j->bad ? EXIT_FINDINGS : status;
}

/* fetch */

static bool
is_missing(enum attest_code code)
{
	return code == ATTEST_SNP_CERT_MISSING ||
	       code == ATTEST_SNP_CRL_MISSING ||
	       code == ATTEST_TDX_CRL_MISSING ||
	       code == ATTEST_TDX_COLLATERAL_MISSING;
}

static int
gather(struct job *j, struct attest_files *files, struct str evidence)
{
	struct run *r = j->run;
	const struct attest_store_config config = {
	    .proxy = opt_str(r, OPT_COLLATERAL_PROXY)};
	struct attest_store *s = attest_store_new(&config);
	const struct attest_env env = {
	    .skew = ATTEST_SKEW, .fetch = attest_store_fetch(s)};
	struct attest_result result = {.arena = r->arena};
	int rc = attest_gather(files, &result, evidence, NULL, &env);

	attest_store_free(s);
	if (rc == 0)
		return EXIT_OK;
	return cmd_fail(r,
	    is_missing(result.code) ? EXIT_ENVIRONMENT : EXIT_MISMATCH,
	    "fetching collateral: %s: %.*s\nNothing was written.",
	    attest_code_name(result.code), STR_ARG(result.text));
}

static int
write_files(struct job *j, const struct attest_files *files)
{
	struct run *r = j->run;
	const struct attest_file *f;
	struct file_set set;
	struct rt_err err;
	size_t changed;

	file_set_init(&set, r->arena);
	VEC_FOREACH(f, &files->v) {
		struct str path =
		    arena_printf(r->arena, "%s/%s", j->dir, f->path);
		const char *dir =
		    arena_cstr(r->arena, str_sub(path, 0, str_rchr(path, '/')));

		if (file_make_dirs(r->arena, dir, 0755) != 0)
			return cmd_fail(r, EXIT_ENVIRONMENT, "create %s: %s",
			    dir, strerror(errno));
		file_set_add(&set, path.p, f->bytes, 0644);
	}
	if (file_set_stage(&set, &err) != 0 ||
	    file_set_commit(&set, &changed, &err) != 0)
		return cmd_fail(r, EXIT_ENVIRONMENT, "write %s", err.text);
	cmd_say(r, "✔️ Wrote %zu files of collateral to %s", files->v.n,
	    j->dir);
	return EXIT_OK;
}

static int
fetch(struct job *j)
{
	struct run *r = j->run;
	const char *path = opt_str(r, OPT_FROM_EVIDENCE);
	const struct attest_file *f;
	struct attest_files files;
	struct rt_err err;
	struct str evidence;
	int status;

	j->dir = opt_str(r, OPT_OUT_DIR);
	if (path == NULL || j->dir == NULL)
		return cmd_fail(r, EXIT_USAGE,
		    "required flag(s) \"from-evidence\", \"out\" not set");
	if (file_read(&evidence, r->arena, path, ATTEST_DOC_MAX, &err) != 0)
		return cmd_fail(
		    r, EXIT_ENVIRONMENT, "reading evidence: %s", err.text);
	status = gather(j, &files, evidence);
	if (status == EXIT_OK)
		status = write_files(j, &files);
	if (status != EXIT_OK)
		return status;
	VEC_FOREACH(f, &files.v)
		look_at(j, f);
	return print(j);
}

int
cmd_collateral(struct run *r)
{
	static const struct {
		const char *name;
		int (*run)(struct job *j);
	} verbs[] = {{"fetch", fetch}, {"show", show}};
	struct job j = {.run = r, .items = jv_array(r->arena)};
	const char *verb = r->args.n > 0 ? r->args.p[0] : "";
	int status = -1;
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verb, verbs[i].name) == 0)
			status = verbs[i].run(&j);
	if (status < 0)
		status = cmd_fail(
		    r, EXIT_USAGE, "collateral: expected fetch or show");
	cmd_report(r);
	return status;
}
