/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DIR/fields.tsv against the table of fields: each line (kind, path, type)
 * is in the table exactly once, with a class and a reason; each entry of the
 * table is a line.
 */
#include <string.h>

#include "compiler/front/k8s.h"
#include "regress/conform.h"
#include "runtime/base/map.h"
#include "runtime/base/banned.h"

static struct str
key_of(struct arena *a, const struct k8s_field *f)
{
	return arena_printf(a, "%s\t%s\t%s", f->kind, f->path, f->type);
}

static void
check_class(struct conform *c, const char *name, const struct k8s_field *f)
{
	bool no_why =
	    f->class != K8S_ENFORCED && (f->why == NULL || f->why[0] == '\0');
	bool no_help = f->class == K8S_UNSUPPORTED &&
		       (f->help == NULL || f->help[0] == '\0');

	if (no_why)
		conform_fail(c, name, "no reason for its class");
	else if (no_help)
		conform_fail(c, name, "nothing said to do instead");
	else
		conform_pass(c);
}

/* What of the list is in the table goes into `seen`. */
static void
check_lines(struct conform *c, const struct map *ours, struct map *seen,
    struct str text)
{
	struct k8s_field *f;
	struct str line;
	size_t at = 0, end;

	for (; at < text.n; at = end + 1) {
		end = str_chr(text, '\n', at);
		if (end == SIZE_MAX)
			end = text.n;
		line = str_trim(str_sub(text, at, end));
		if (line.n == 0)
			continue;
		f = map_get(ours, line);
		if (f == NULL) {
			conform_fail(c, arena_cstr(c->arena, line),
			    "the table lacks it");
			continue;
		}
		(void)map_set(c->arena, seen, line, f);
		check_class(c, arena_cstr(c->arena, line), f);
	}
}

void
conform_kubernetes(struct conform *c, const char *dir)
{
	const char *path = conform_path(c->arena, dir, "fields.tsv");
	struct map ours = {0}, seen = {0};
	const struct k8s_field *f;
	struct k8s_field *copy;
	struct str text;
	size_t n, i;

	if (!conform_read(&text, c->arena, path)) {
		conform_skip(c, path, "not there");
		return;
	}
	f = k8s_fields(c->arena, &n);
	copy = ARENA_ARRAY(c->arena, struct k8s_field, n);
	memcpy(copy, f, n * sizeof(*f));
	for (i = 0; i < n; i++) {
		if (map_set(c->arena, &ours, key_of(c->arena, f + i), copy + i))
			conform_fail(
			    c, key_of(c->arena, f + i).p, "twice in the table");
	}
	check_lines(c, &ours, &seen, text);
	for (i = 0; i < n; i++) {
		if (map_get(&seen, key_of(c->arena, f + i)) == NULL)
			conform_fail(
			    c, key_of(c->arena, f + i).p, "not in the list");
	}
}
