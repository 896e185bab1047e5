/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases of the YAML test suite: what Kubernetes reads reads the same, what
 * it refuses is refused at a place, and beside or inside of a pod that is
 * edited the bytes of a case survive, or the run ends with a place.
 */
#include <string.h>

#include "regress/conform.h"
#include "regress/conform_real.h"
#include "regress/edit_work.h"

#include "runtime/base/banned.h"

static const char pod[] = "apiVersion: v1\n"
			  "kind: Pod\n"
			  "metadata:\n"
			  "  name: test\n"
			  "spec:\n"
			  "  containers:\n"
			  "  - name: c # first\n"
			  "    image: a\n";

struct suite {
	struct conform *c;
	struct arena *a;
	const char *name;
	struct str text; /* of in.yaml */
};

/* The next JSON text of a row; each ends at a line end. */
static struct jv *
next_value(struct suite *s, struct str text, size_t *at)
{
	size_t end = *at;
	struct jv *v;

	while (end < text.n) {
		end = str_chr(text, '\n', end);
		end = end == SIZE_MAX ? text.n : end + 1;
		if (jv_parse(&v, s->a, str_trim(str_sub(text, *at, end)),
			NULL) == 0) {
			*at = end;
			return v;
		}
	}
	*at = text.n;
	return NULL;
}

/* Documents against in.json; null is no document. */
static bool
same_json(struct suite *s, const struct work *w, struct str want)
{
	size_t at = 0, i = 0;
	struct jv *v;

	while (at < want.n) {
		v = next_value(s, want, &at);
		if (v == NULL)
			break;
		if (v->type == JV_NULL)
			continue;
		if (i >= w->units.list.n ||
		    !work_same(v, yaml_to_jv(s->a, w->units.list.p[i++]->root)))
			return false;
	}
	return i == w->units.list.n;
}

static void
check_reading(struct suite *s, const char *dir, struct str verdict)
{
	struct str want;
	struct work w;
	bool ok = work_read(&w, s->a, str_from(s->name), s->text);

	if (str_eqz(verdict, "refuses")) {
		if (!ok && w.diags.list.p[0]->loc.source != NULL)
			conform_pass(s->c);
		else
			conform_fail(s->c, s->name, "must be refused");
		return;
	}
	if (str_eqz(verdict, "other JSON")) {
		conform_pass(s->c);
		return;
	}
	/* What Kubernetes reads by dropping text we refuse. */
	if (!ok && w.diags.list.p[0]->id == DIAG_YAML_TRAILING) {
		conform_pass(s->c);
		return;
	}
	if (!ok) {
		conform_fail(
		    s->c, s->name, "refused: %s", real_first(s->a, &w.diags));
		return;
	}
	if (!conform_read(&want, s->a, conform_path(s->a, dir, "in.json")) ||
	    same_json(s, &w, want))
		conform_pass(s->c);
	else
		conform_fail(s->c, s->name, "reads differently");
}

/* A text with the case in it; it may be refused, at a place. */
static void
check_survival(struct suite *s, const char *how, struct str text)
{
	bool edited;
	const char *why;
	struct work w;

	if (!work_read(&w, s->a, str_from(s->name), text)) {
		if (w.diags.list.p[0]->loc.source != NULL)
			conform_pass(s->c);
		else
			conform_fail(s->c, s->name, "%s: no place", how);
		return;
	}
	why = real_check_edits(s->a, text, &edited);
	if (why != NULL && !str_starts(str_from(why), STR("refused: ")))
		conform_fail(s->c, s->name, "%s: %s", how, why);
	else if (why != NULL && strchr(why, ':') == NULL)
		conform_fail(s->c, s->name, "%s: no place", how);
	else if (why == NULL && !edited)
		conform_fail(s->c, s->name, "%s: not edited", how);
	else
		conform_pass(s->c);
}

/* The case under a key of the pod, every line two blanks further in. */
static struct str
nested(struct suite *s, bool first)
{
	struct buf b = {0};
	struct str out;
	size_t at = 0, end;

	if (!first)
		buf_puts(&b, pod);
	buf_puts(&b, "x-case:\n");
	while (at < s->text.n) {
		end = str_chr(s->text, '\n', at);
		end = end == SIZE_MAX ? s->text.n : end + 1;
		if (end - at > 1)
			buf_puts(&b, "  ");
		buf_put(&b, str_sub(s->text, at, end));
		at = end;
	}
	if (first) {
		if (b.p[b.n - 1] != '\n')
			buf_putc(&b, '\n');
		buf_puts(&b, pod);
	}
	out = arena_str(s->a, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
check_case(
    struct conform *c, const char *dir, const char *name, struct str verdict)
{
	struct suite s = {.c = c, .a = arena_new(), .name = name};
	const char *path = conform_path(s.a, dir, name);

	if (!conform_read(&s.text, s.a, conform_path(s.a, path, "in.yaml"))) {
		conform_fail(c, name, "no in.yaml");
	} else {
		check_reading(&s, path, verdict);
		check_survival(&s, "before it",
		    arena_printf(s.a, "%s---\n%.*s", pod, STR_ARG(s.text)));
		check_survival(&s, "behind it",
		    arena_printf(s.a, "%.*s%s---\n%s", STR_ARG(s.text),
			str_ends(s.text, STR("\n")) ? "" : "\n", pod));
		check_survival(&s, "last key", nested(&s, false));
		check_survival(&s, "first key", nested(&s, true));
	}
	arena_free(s.a);
}

void
real_suite(struct conform *c, const char *dir)
{
	struct str cases, line;
	size_t at = 0, end, tab, i;

	if (!conform_read(
		&cases, c->arena, conform_path(c->arena, dir, "CASES.tsv")))
		return;
	for (i = 0; at < cases.n; at = end + 1, i++) {
		end = str_chr(cases, '\n', at);
		end = end == SIZE_MAX ? cases.n : end;
		line = str_sub(cases, at, end);
		tab = str_chr(line, '\t', 0);
		if (i == 0 || tab == SIZE_MAX)
			continue;
		check_case(c, dir, arena_cstr(c->arena, str_sub(line, 0, tab)),
		    str_sub(line, str_rchr(line, '\t') + 1, line.n));
	}
}
