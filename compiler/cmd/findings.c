/* SPDX-License-Identifier: Apache-2.0 */
/* The reports that --report asks for, all made from one result. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/cmd/cmd.h"
#include "compiler/report/report.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

static const char *
variable(const char *name)
{
	const char *v = getenv(name);

	return v == NULL ? "" : v;
}

/* --color, then what other programs go by. */
static bool
use_color(const struct run *r)
{
	const char *when = opt_str(r, OPT_COLOR);
	const char *force = variable("CLICOLOR_FORCE");

	if (strcmp(when, "always") == 0)
		return true;
	if (strcmp(when, "never") == 0 || variable("NO_COLOR")[0] != '\0')
		return false;
	if (force[0] != '\0' && strcmp(force, "0") != 0)
		return true;
	return isatty(STDERR_FILENO) == 1 &&
	       strcmp(variable("TERM"), "dumb") != 0;
}

static void
cannot_write(struct run *r, const char *path, const char *why)
{
	r->unreported = true;
	(void)cmd_fail(r, EXIT_ENVIRONMENT, "report %s: %s", path, why);
}

static void
write_file(struct run *r, const char *path, struct str text)
{
	struct file_set files;
	struct rt_err err;
	size_t changed;

	if (strcmp(path, "-") == 0) {
		r->unreported |= cmd_print(r, text) != EXIT_OK;
		return;
	}
	file_set_init(&files, r->arena);
	file_set_add(&files, path, text, 0644);
	if (file_set_stage(&files, &err) == 0 &&
	    file_set_commit(&files, &changed, &err) == 0)
		return;
	file_set_abort(&files);
	cannot_write(r, path, err.text);
}

/* Steps of a job share the file. */
static void
append_file(struct run *r, const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || cmd_write(fd, text) != 0)
		cannot_write(r, path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
}

/* The name before '=', and what is behind it or NULL. */
static struct str
kind_of(const char *value, const char **path)
{
	const char *equals = strchr(value, '=');

	*path = equals == NULL ? NULL : equals + 1;
	return str_sub(str_from(value), 0,
	    equals == NULL ? SIZE_MAX : (size_t)(equals - value));
}

bool
cmd_report_known(const char *value)
{
	const char *path;
	struct str kind = kind_of(value, &path);

	return report_find(kind) != NULL && (path == NULL || path[0] != '\0');
}

/* One report; is it on standard error? */
static bool
put(struct run *r, const struct report *rep, const char *value)
{
	const char *path, *summary = variable("GITHUB_STEP_SUMMARY");
	struct str kind = kind_of(value, &path);
	report_format *format = report_find(kind);
	struct buf out = {0};

	if (format == NULL)
		return false;
	format(&out, rep);
	if (path != NULL)
		write_file(r, path, buf_str(&out));
	else
		(void)cmd_write(STDERR_FILENO, buf_str(&out));
	out.n = 0;
	if (str_eqz(kind, "github") && summary[0] != '\0') {
		report_github_summary(&out, rep);
		append_file(r, summary, buf_str(&out));
	}
	buf_free(&out);
	return path == NULL;
}

void
cmd_report(struct run *r)
{
	struct report_options o = {
	    .color = use_color(r), .notes = opt_on(r, OPT_VERBOSE)};
	bool shown = false;
	struct report rep;
	const char **v;

	diags_sort(&r->diags);
	report_make(&rep, r->arena, &r->diags, &o);
	VEC_FOREACH(v, &r->opt[OPT_REPORT].values)
		shown |= put(r, &rep, *v);
	if (!shown)
		(void)put(r, &rep, "text");
	if (!opt_is_set(r, OPT_REPORT) &&
	    strcmp(variable("GITHUB_ACTIONS"), "true") == 0)
		(void)put(r, &rep, "github");
}
