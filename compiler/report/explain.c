/* SPDX-License-Identifier: Apache-2.0 */
/* The long texts of diag.def. */
#include <strings.h>

#include "compiler/report/report.h"
#include "runtime/base/banned.h"

#define COLUMNS 78

static const char *const severities[] = {
    [DIAG_NOTE] = "note", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"};

/* Fills lines; a newline in the text begins a new paragraph. */
static void
fill(struct buf *out, struct str text)
{
	size_t at = 0, column = 0;

	while (at < text.n) {
		size_t end = at;

		while (
		    end < text.n && text.p[end] != ' ' && text.p[end] != '\n')
			end++;
		if (column > 0 && column + 1 + end - at > COLUMNS) {
			buf_putc(out, '\n');
			column = 0;
		}
		if (column > 0) {
			buf_putc(out, ' ');
			column++;
		}
		buf_put(out, str_sub(text, at, end));
		column += end - at;
		if (end < text.n && text.p[end] == '\n') {
			buf_puts(out, "\n\n");
			column = 0;
		}
		at = end + 1;
	}
	buf_putc(out, '\n');
}

/* "MESH-E010": the code that an explanation begins with. */
static int
by_code(struct str name)
{
	struct str text;
	int i;

	for (i = 0; name.n > 0 && i < DIAG_COUNT; i++) {
		text = str_from(diag_table[i].explain);
		if (text.n > name.n && text.p[name.n] == '.' &&
		    strncasecmp(text.p, name.p, name.n) == 0)
			return i;
	}
	return -1;
}

bool
report_explain(struct buf *out, struct str name)
{
	int id = diag_by_name(name);
	const struct diag_info *i;

	if (id < 0)
		id = by_code(name);
	if (id < 0)
		return false;
	i = &diag_table[id];
	buf_printf(out, "%s (%s)\n\n", i->name, severities[i->severity]);
	fill(out, str_from(i->explain));
	if (i->help != NULL) {
		buf_putc(out, '\n');
		fill(out, str_from(i->help));
	}
	return true;
}

const char *
report_nearest(struct str name)
{
	unsigned best = 4, d;
	const char *found = NULL;
	int i;

	for (i = 0; i < DIAG_COUNT; i++) {
		d = str_distance(name, str_from(diag_table[i].name));
		if (d < best) {
			best = d;
			found = diag_table[i].name;
		}
	}
	return found;
}
