/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's Code Quality report: a list of issues. */
#include "compiler/report/report.h"
#include "runtime/base/encode.h"
#include "runtime/base/jv.h"
#include "runtime/base/map.h"
#include "runtime/base/banned.h"

static const char *const severities[] = {
    [DIAG_NOTE] = "info", [DIAG_WARNING] = "minor", [DIAG_ERROR] = "major"};

/*
 * It stays the same when lines move; findings that are otherwise equal are
 * told apart by their order.
 */
static struct str
fingerprint(struct arena *a, struct map *seen, const struct finding *f)
{
	struct str key = arena_printf(
	    a, "%s|%.*s|%.*s", f->name, STR_ARG(f->file), STR_ARG(f->text));
	size_t *n = map_get(seen, key);

	if (n == NULL) {
		n = ARENA_NEW(a, size_t);
		(void)map_set(a, seen, key, n);
	}
	return rt_sha256_hex(
	    a, arena_printf(a, "%.*s|%zu", STR_ARG(key), (*n)++));
}

static struct jv *
one(struct arena *a, struct map *seen, const struct finding *f)
{
	struct jv *o = jv_object(a), *where, *lines;
	bool placed = f->file.n > 0;

	jv_put_str(a, o, "description", f->text);
	jv_put_str(a, o, "check_name", str_from(f->name));
	jv_put_str(a, o, "fingerprint", fingerprint(a, seen, f));
	jv_put_str(a, o, "severity", str_from(severities[f->diag->severity]));
	where = jv_set(a, o, STR("location"), jv_object(a));
	/* Members that must be there, also where there is no place. */
	jv_set(
	    a, where, STR("path"), jv_string(a, placed ? f->file : STR(".")));
	lines = jv_set(a, where, STR("lines"), jv_object(a));
	jv_put_int(a, lines, "begin", placed ? f->at.line : 1);
	jv_put_int(a, lines, "end", placed ? f->end.line : 1);
	return o;
}

void
report_gitlab(struct buf *out, const struct report *r)
{
	struct jv *list = jv_array(r->arena);
	const struct finding *f;
	struct map seen = {0};

	VEC_FOREACH(f, &r->list)
		jv_push(r->arena, list, one(r->arena, &seen, f));
	jv_print(out, list, JV_PRETTY);
	buf_putc(out, '\n');
}
