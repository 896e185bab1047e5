/* SPDX-License-Identifier: Apache-2.0 */
/* rego fmt: one style for modules (rego 14), as `opa fmt` has it. */
#include <string.h>

#include "compiler/cmd/rego.h"
#include "compiler/emit/patch.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

/* Nothing may be lost or change its meaning: the text is read again. */
static bool
format(struct str *out, struct rego_set *s, const struct rego_module *m)
{
	struct arena *a = s->run->arena;
	struct rego_module *again;
	struct buf b = {0};

	rego_fmt(&b, a, m, &s->options);
	*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	again = rego_parse(a, &s->run->diags,
	    source_new(a, m->source->name, *out), &s->options);
	return again != NULL && rego_module_equal(m, again) &&
	       again->comments.n == m->comments.n;
}

/* What the formatted modules are, in the order of the arguments. */
static int
format_all(struct rego_set *s, struct file_set *files)
{
	struct rego_module *const *m;
	struct str text;

	VEC_FOREACH(m, &s->modules) {
		const char *name = (*m)->source->name.p;

		if (!format(&text, s, *m))
			return cmd_fail(s->run, EXIT_INTERNAL,
			    "format %s: the result reads as another module",
			    name);
		file_set_add(files, name, text, 0644);
	}
	return EXIT_OK;
}

static int
write_all(struct run *r, struct file_set *files)
{
	struct rt_err err;
	size_t changed;

	if (file_set_stage(files, &err) == 0 &&
	    file_set_commit(files, &changed, &err) == 0)
		return EXIT_OK;
	file_set_abort(files);
	return cmd_fail(r, EXIT_ENVIRONMENT, "write %s", err.text);
}

static int
print_patch(struct run *r, const struct file_set *files)
{
	struct buf b = {0};
	struct rt_err err;
	const char *base;
	int status;

	if (emit_patch(&b, &base, r->arena, files, &err) != 0)
		status = cmd_fail(r, EXIT_ENVIRONMENT, "%s", err.text);
	else
		status = cmd_print(r, buf_str(&b));
	buf_free(&b);
	return status;
}

/* The names of those that change, or the text of all. */
static int
print_all(struct rego_set *s, const struct file_set *files, bool names)
{
	struct buf b = {0};
	size_t i;
	int status;

	for (i = 0; i < s->modules.n; i++) {
		const struct source *old = s->modules.p[i]->source;
		const struct file_out *f = &files->files.p[i];

		if (!names)
			buf_put(&b, f->bytes);
		else if (!str_eq(old->text, f->bytes))
			buf_printf(&b, "%s\n", f->path);
	}
	status = cmd_print(s->run, buf_str(&b));
	buf_free(&b);
	return status;
}

static bool
changes(const struct rego_set *s, const struct file_set *files)
{
	size_t i;

	for (i = 0; i < s->modules.n; i++) {
		if (!str_eq(
			s->modules.p[i]->source->text, files->files.p[i].bytes))
			return true;
	}
	return false;
}

static int
put(struct rego_set *s, struct file_set *files)
{
	struct run *r = s->run;
	int status;

	if (opt_on(r, OPT_REGO_DIFF) && !opt_on(r, OPT_REGO_LIST))
		status = print_patch(r, files);
	else if (opt_on(r, OPT_REGO_LIST) || !opt_on(r, OPT_REGO_WRITE))
		status = print_all(s, files, opt_on(r, OPT_REGO_LIST));
	else
		status = EXIT_OK;
	if (status == EXIT_OK && opt_on(r, OPT_REGO_WRITE))
		status = write_all(r, files);
	if (status == EXIT_OK && opt_on(r, OPT_REGO_FMT_FAIL) &&
	    changes(s, files))
		status = EXIT_FINDINGS;
	return status;
}

static bool
reads_stdin(const struct rego_set *s)
{
	struct rego_module *const *m;

	VEC_FOREACH(m, &s->modules) {
		if (str_eqz((*m)->source->name, "<stdin>"))
			return true;
	}
	return false;
}

int
cmd_rego_fmt(struct run *r)
{
	struct rego_set s;
	struct file_set files;
	int status = rego_set_init(&s, r, "opa");

	if (status != EXIT_OK)
		return status;
	if (r->args.n == 0 ? !rego_set_load(&s, "-") : !rego_set_load_args(&s))
		return rego_findings(r, false);
	if (reads_stdin(&s) &&
	    (opt_on(r, OPT_REGO_WRITE) || opt_on(r, OPT_REGO_DIFF)))
		return cmd_fail(r, EXIT_USAGE,
		    "rego fmt: --write and --diff are for files");
	file_set_init(&files, r->arena);
	status = format_all(&s, &files);
	return status == EXIT_OK ? put(&s, &files) : status;
}
