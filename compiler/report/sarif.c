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

static void
put_related(struct arena *a, struct jv *result, const struct finding *f)
{
	struct jv *list = jv_array(a), *o;
	size_t i;

	for (i = 0; i < f->diag->nnotes; i++) {
		struct finding at = {0};

		report_place(a, &at, f->diag->notes[i].loc);
		o = jv_push(a, list, jv_object(a));
		put_location(a, o, &at);
		put_text(a, o, "message", f->diag->notes[i].text);
	}
	if (list->items.n > 0)
		jv_set(a, result, STR("relatedLocations"), list);
}

static struct jv *
result(struct arena *a, const struct finding *f, size_t rule)
{
	struct jv *o = jv_object(a), *where;
	struct str text = f->text;

	if (f->help.n > 0)
		text = arena_printf(
		    a, "%.*s; %.*s", STR_ARG(text), STR_ARG(f->help));
	jv_put_str(a, o, "ruleId", str_from(f->name));
	jv_put_int(a, o, "ruleIndex", rule);
	jv_put_str(a, o, "level", str_from(f->level));
	put_text(a, o, "message", text);
	where = jv_set(a, o, STR("locations"), jv_array(a));
	if (f->file.n > 0)
		put_location(a, jv_push(a, where, jv_object(a)), f);
	put_related(a, o, f);
	return o;
}

/* The index of a rule that a finding broke; new ones are added. */
static size_t
rule_of(struct arena *a, struct jv *rules, const struct finding *f)
{
	const struct diag_info *info = &diag_table[f->diag->id];
	struct jv *o;
	size_t i;

	for (i = 0; i < rules->items.n; i++) {
		if (str_eqz(jv_get_str(rules->items.p[i], STR("id")), f->name))
			return i;
	}
	o = jv_push(a, rules, jv_object(a));
	jv_put_str(a, o, "id", str_from(f->name));
	put_text(a, o, "fullDescription", str_from(info->explain));
	if (info->help != NULL)
		put_text(a, o, "help", str_from(info->help));
	return i;
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
	VEC_FOREACH(f, &r->list)
		jv_push(a, results, result(a, f, rule_of(a, rules, f)));
	jv_print(out, o, JV_PRETTY);
	buf_putc(out, '\n');
}
