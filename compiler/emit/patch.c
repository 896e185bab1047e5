/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "compiler/emit/git_api.h"
#include "compiler/emit/patch.h"
#include "runtime/base/source.h"

#include "runtime/base/banned.h"

/* The length of what both have in common, up to and with a slash. */
static size_t
common(const char *a, const char *b)
{
	size_t i, n = 0;

	for (i = 0; a[i] != '\0' && a[i] == b[i]; i++) {
		if (a[i] == '/')
			n = i + 1;
	}
	return n;
}

/* The directory, with a slash, that all paths begin with. */
static const char *
base_of(struct arena *a, const char *here, const char **real, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		here = arena_cstr(
		    a, str_sub(str_from(here), 0, common(here, real[i])));
	return here;
}

/*
 * A name with blanks ends in a tab, as git writes it: patch takes what follows
 * a blank for a date.
 */
static void
put(struct buf *out, struct str text)
{
	struct str line;
	size_t end;

	while (text.n > 0 && !str_starts(text, STR("@@"))) {
		end = str_chr(text, '\n', 0);
		line = str_sub(text, 0, end);
		text = str_sub(text, line.n + 1, text.n);
		buf_put(out, line);
		if ((str_starts(line, STR("--- ")) ||
			str_starts(line, STR("+++ "))) &&
		    line.p[4] != '"' && str_chr(line, ' ', 4) != SIZE_MAX)
			buf_putc(out, '\t');
		buf_putc(out, '\n');
	}
	buf_put(out, text);
}

static int
add(struct buf *out, const struct git_api *git, const char *path,
    const struct str *old, struct str new, struct rt_err *err)
{
	git_diff_options o;
	git_patch *patch = NULL;
	git_buf text = {0};
	int rc;

	(void)git->diff_options_init(&o, GIT_DIFF_OPTIONS_VERSION);
	o.flags = GIT_DIFF_FORCE_TEXT;
	rc = git->patch_from_buffers(&patch, old == NULL ? NULL : old->p,
	    old == NULL ? 0 : old->n, path, new.p, new.n, path, &o);
	if (rc == 0)
		rc = git->patch_to_buf(&text, patch);
	if (rc == 0)
		put(out, (struct str){text.ptr, text.size});
	git->buf_dispose(&text);
	git->patch_free(patch);
	return rc == 0 ? 0 : git_api_fail(git, err, RT_EIO, "%s", path);
}

static int
add_file(struct buf *out, const struct git_api *git, const struct file_out *f,
    const char *path, struct rt_err *err)
{
	struct arena *scratch = arena_new();
	struct str old;
	int rc;

	rc = file_read(&old, scratch, f->path, SOURCE_MAX, err);
	if (rc == RT_ENOTFOUND)
		rc = add(out, git, path, NULL, f->bytes, err);
	else if (rc == 0 && !str_eq(old, f->bytes))
		rc = add(out, git, path, &old, f->bytes, err);
	arena_free(scratch);
	return rc;
}

int
emit_patch(struct buf *out, const char **base, struct arena *a,
    const struct file_set *files, struct rt_err *err)
{
	const struct git_api *git = git_api(err);
	size_t n = files->files.n, skip, i;
	const char **real = ARENA_ARRAY(a, const char *, n + 1);
	const char *here = file_real_path(a, ".");
	int rc = 0;

	if (git == NULL)
		return RT_ENOTFOUND;
	for (i = 0; i < n && here != NULL; i++) {
		real[i] = file_real_path(a, files->files.p[i].path);
		if (real[i] == NULL)
			return rt_err_sys(
			    err, RT_EIO, "%s", files->files.p[i].path);
	}
	if (here == NULL)
		return rt_err_sys(err, RT_EIO, "the current directory");
	here = arena_printf(a, "%s/", strcmp(here, "/") == 0 ? "" : here).p;
	*base = base_of(a, here, real, n);
	skip = strlen(*base);
	if (strcmp(*base, here) == 0)
		*base = ".";
	for (i = 0; rc == 0 && i < n; i++)
		rc =
		    add_file(out, git, &files->files.p[i], real[i] + skip, err);
	return rc;
}
