/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0, for code scanning. */
#include "compiler/report/report.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

/* {"text": s} */
static void
put_text(struct arena *a, struct jv *o, const char *key, struct str s)
{
	jv_put_str(a, jv_set(a, o, str_from(key), jv_object(a)), "text", s);
}

static void
put_location(struct arena *a, struct jv *to, const struct finding *f)
{
	struct jv *physical, *region;

	if (f->file.n == 0)
		return;
	physical = jv_set(a, to, STR("physicalLocation"), jv_object(a));
	jv_put_str(a,
	    jv_set(a, physical, STR("artifactLocation"), jv_object(a)), "uri",
	    report_uri(a, f->file));
	region = jv_set(a, physical, STR("region"), jv_object(a));
	jv_put_int(a, region, "startLine", f->at.line);
	jv_put_int(a, region, "startColumn", f->at.col);
	jv_put_int(a, region, "endLine", f->end.line);
	jv_put_int(a, region, "endColumn", f->end.col);
}

static struct jv *
result(struct arena *a, const struct finding *f)
{
	struct jv *o = jv_object(a), *list, *it;
	struct finding note;
	size_t i;

	jv_put_str(a, o, "ruleId", str_from(f->name));
	jv_put_str(a, o, "level", str_from(f->level));
	put_text(a, o, "message",
	    arena_printf(a, "%.*s%s%.*s", STR_ARG(f->text),
		f->help.n > 0 ? "; " : "", STR_ARG(f->help)));
	list = jv_set(a, o, STR("locations"), jv_array(a));
	if (f->file.n > 0)
		put_location(a, jv_push(a, list, jv_object(a)), f);
	list = jv_set(a, o, STR("relatedLocations"), jv_array(a));
	for (i = 0; i < f->diag->nnotes; i++) {
		note = report_note(a, f, i);
		it = jv_push(a, list, jv_object(a));
		put_location(a, it, &note);
		put_text(a, it, "message", note.text);
	}
	return o;
}

/* The rule that a finding broke, unless it is there. */
static void
add_rule(struct arena *a, struct jv *rules, const struct finding *f)
{
	const struct diag_info *info = &diag_table[f->diag->id];
	struct jv *o;
	size_t i;

	for (i = 0; i < rules->items.n; i++) {
		if (str_eqz(jv_get_str(rules->items.p[i], STR("id")), f->name))
			return;
	}
	o = jv_push(a, rules, jv_object(a));
	jv_put_str(a, o, "id", str_from(f->name));
	put_text(a, o, "fullDescription", str_from(info->explain));
	if (info->help != NULL)
		put_text(a, o, "help", str_from(info->help));
}

void
report_sarif(struct buf *out, const struct report *r)
{
	struct arena *a = r->arena;
	struct jv *o = jv_object(a), *run = jv_object(a), *driver, *rules;
	struct jv *results = jv_array(a);
	const struct finding *f;

	jv_put_str(a, o, "version", STR("2.1.0"));
	jv_push(a, jv_set(a, o, STR("runs"), jv_array(a)), run);
	driver = jv_set(a, jv_set(a, run, STR("tool"), jv_object(a)),
	    STR("driver"), jv_object(a));
	jv_put_str(a, driver, "name", STR("contrastc"));
	jv_put_str(a, driver, "version", STR(CONTRASTC_VERSION));
	rules = jv_set(a, driver, STR("rules"), jv_array(a));
	jv_put_str(a, run, "columnKind", STR("unicodeCodePoints"));
	jv_set(a, run, STR("results"), results);
	VEC_FOREACH(f, &r->list) {
		add_rule(a, rules, f);
		jv_push(a, results, result(a, f));
	}
	jv_print(out, o, JV_PRETTY);
	buf_putc(out, '\n');
}
