/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress of downloads.  On a terminal the lines of the images that are
 * under way are drawn over; a line that is done stays above them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "compiler/cmd/images.h"
#include "runtime/base/banned.h"

#define LINES_MAX 64 /* as many as there are threads */

struct line {
	struct str ref;
	const char *what;
	uint64_t bytes, total;
};

struct progress {
	bool terminal;
	struct line lines[LINES_MAX];
	size_t n, drawn; /* lines that are on the screen */
};

/* "12.3 MB", as registries and disks count. */
static void
put_size(struct buf *b, uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	uint64_t tenths = bytes * 10;
	size_t unit = 0;

	while (tenths >= 10000 && unit < 4) {
		tenths /= 1000;
		unit++;
	}
	if (unit == 0)
		buf_printf(b, "%llu B", (unsigned long long)bytes);
	else
		buf_printf(b, "%llu.%llu %s", (unsigned long long)tenths / 10,
		    (unsigned long long)tenths % 10, units[unit]);
}

/* What an attacker may have named the image must not move the cursor. */
static void
put_ref(struct buf *b, struct str ref)
{
	size_t i;

	for (i = 0; i < ref.n; i++)
		buf_putc(b, ref.p[i] > ' ' && ref.p[i] <= '~' ? ref.p[i] : '?');
}

static size_t
columns(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 20)
		return w.ws_col;
	return 80;
}

static void
put_line(struct buf *b, const struct line *l, size_t width)
{
	struct buf text = {0};

	put_ref(&text, l->ref);
	buf_printf(&text, ": %s", l->what);
	if (l->bytes > 0) {
		buf_puts(&text, ", ");
		put_size(&text, l->bytes);
	}
	if (l->total > 0) {
		buf_puts(&text, " of ");
		put_size(&text, l->total);
	}
	buf_put(b, str_sub(buf_str(&text), 0, width - 1));
	buf_puts(b, "\033[K\n");
	buf_free(&text);
}

static void
write_out(struct buf *b)
{
	ssize_t n = write(STDERR_FILENO, b->p, b->n);

	(void)n;
	buf_free(b);
}

static void
put_done(struct buf *b, const struct img_progress *e)
{
	if (e->sum == 0)
		return;
	buf_puts(b, "  Read ");
	put_ref(b, e->ref);
	buf_puts(b, ": ");
	put_size(b, e->sum);
	buf_printf(b, "%s\n", "");
}

static size_t
find(struct progress *p, struct str ref)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (str_eq(p->lines[i].ref, ref))
			break;
	return i;
}

static void
update(struct progress *p, const struct img_progress *e)
{
	size_t i = find(p, e->ref);

	if (e->done && i < p->n) {
		memmove(&p->lines[i], &p->lines[i + 1],
		    (p->n - i - 1) * sizeof(p->lines[0]));
		p->n--;
	} else if (!e->done && i < LINES_MAX) {
		p->lines[i] =
		    (struct line){e->ref, e->what, e->bytes, e->total};
		p->n += i == p->n;
	}
}

/* The cursor stays below the lines. */
static void
on_terminal(void *ctx, const struct img_progress *e)
{
	struct progress *p = ctx;
	struct buf b = {0};
	size_t i, width = columns();

	update(p, e);
	if (p->drawn > 0)
		buf_printf(&b, "\033[%zuA\033[J", p->drawn);
	if (e->done)
		put_done(&b, e);
	for (i = 0; i < p->n; i++)
		put_line(&b, &p->lines[i], width);
	p->drawn = p->n;
	write_out(&b);
}

static void
plain(void *ctx, const struct img_progress *e)
{
	struct buf b = {0};

	(void)ctx;
	if (!e->done)
		return;
	put_done(&b, e);
	if (b.n > 0)
		write_out(&b);
}

int
progress_start(struct run *r, struct img_registry_options *o)
{
	const char *how = opt_str(r, OPT_PROGRESS), *term = getenv("TERM");
	bool terminal = isatty(STDERR_FILENO) == 1 && term != NULL &&
			strcmp(term, "dumb") != 0;

	if (strcmp(how, "auto") != 0 && strcmp(how, "plain") != 0 &&
	    strcmp(how, "none") != 0)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --progress: unknown value: %s%s", how,
		    opt_where(r, OPT_PROGRESS));
	if (opt_on(r, OPT_QUIET) || strcmp(how, "none") == 0)
		return EXIT_OK;
	if (strcmp(how, "auto") == 0 && terminal)
		o->progress = on_terminal;
	else if (strcmp(how, "plain") == 0)
		o->progress = plain;
	o->progress_ctx = ARENA_NEW(r->arena, struct progress);
	return EXIT_OK;
}
