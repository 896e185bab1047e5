/* SPDX-License-Identifier: Apache-2.0 */
/* Would an agent load a policy that is there, and is it as it was printed? */
#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

#define DATA "policy_data := "

static struct policy_look
look_at(struct arena *a, enum policy_state state, const struct source *s,
    size_t off, struct str why)
{
	return (struct policy_look){state, source_place(a, s, off).line, why};
}

static struct policy_look
broken(struct arena *a, const struct source *s, const struct diags *d)
{
	const struct diag *g = d->list.p[0];

	return look_at(a, POLICY_BROKEN, s, g->loc.off, g->text);
}

/* Rules follow each other without a byte between that is not printed. */
static struct policy_look
compare_rules(struct arena *a, const struct rego_module *m)
{
	const struct source *s = m->source;
	bool fmt = str_starts(s->text, STR("package agent_policy\n\n"));
	struct policy_look look = {POLICY_AS_PRINTED, 0, STR("")};
	struct buf out = {0};
	size_t i, at = SIZE_MAX;

	for (i = 0; i < m->rules.n && look.state == POLICY_AS_PRINTED; i++) {
		const struct rego_rule *r = m->rules.p[i];

		out.n = 0;
		rego_print_rule(&out, r, fmt ? REGO_FMT : REGO_COMPACT, NULL);
		if ((at != SIZE_MAX && r->loc.off != at + fmt) ||
		    !str_eq(str_sub(s->text, r->loc.off, r->loc.off + out.n),
			buf_str(&out)))
			look =
			    look_at(a, POLICY_EDITED, s, r->loc.off, STR(""));
		at = r->loc.off + out.n;
	}
	buf_free(&out);
	if (look.state == POLICY_AS_PRINTED && at < s->text.n &&
	    at + fmt != s->text.n)
		look = look_at(a, POLICY_EDITED, s, at, STR(""));
	return look;
}

static struct policy_look
examine_rules(struct arena *a, struct str rules)
{
	static const struct rego_options v1 = {.given = "policy_data"},
					 v0 = {.v0 = true,
					     .given = "policy_data"};
	const struct source *s = source_new(a, STR("policy"), rules);
	struct rego_module *m;
	struct diags d;

	diags_init(&d, a);
	m = rego_parse(a, &d, s, &v1);
	if (m == NULL) {
		diags_init(&d, a);
		m = rego_parse(a, &d, s, &v0);
	}
	if (m == NULL || !rego_check(a, &d, &m, 1, m->v1 ? &v1 : &v0))
		return broken(a, s, &d);
	if (!str_eq(rego_head_name(m->package), STR("agent_policy")))
		return look_at(a, POLICY_BROKEN, s, m->package->loc.off,
		    STR("its package is not 'agent_policy'"));
	return compare_rules(a, m);
}

static struct policy_look
examine_data(struct arena *a, const struct source *s, size_t at)
{
	struct str text = str_sub(s->text, at, s->text.n);
	struct policy_look look = {POLICY_AS_PRINTED, 0, STR("")};
	struct buf have = {0}, compact = {0}, pretty = {0};
	struct rt_err err = {0};
	struct jv *v;
	size_t i;

	if (jv_parse(&v, a, str_sub(text, sizeof(DATA) - 1, text.n), &err) != 0)
		return look_at(a, POLICY_BROKEN, s, at,
		    arena_printf(a, "its data is no JSON: %s", err.text));
	buf_puts(&compact, DATA);
	jv_print(&compact, v, JV_COMPACT);
	buf_puts(&pretty, DATA);
	jv_print(&pretty, v, JV_PRETTY);
	/* Where its lines end depends on data that is not there any more. */
	for (i = 0; i < text.n; i++) {
		if (text.p[i] != '\n')
			buf_putc(&have, text.p[i]);
	}
	if (!str_eq(buf_str(&have), buf_str(&compact)) &&
	    !str_eq(str_trim(text), buf_str(&pretty)))
		look = look_at(a, POLICY_EDITED, s, at, STR(""));
	buf_free(&have);
	buf_free(&compact);
	buf_free(&pretty);
	return look;
}

struct policy_look
policy_examine(struct arena *a, struct map *seen, struct str text)
{
	const struct source *s = source_new(a, STR("policy"), text);
	struct policy_look *look, data = {POLICY_AS_PRINTED, 0, STR("")};
	size_t at = SIZE_MAX, next = 0;
	struct str rules;

	while ((next = str_find(text, STR("\n" DATA), next)) != SIZE_MAX)
		at = ++next;
	rules = str_sub(text, 0, at);
	look = map_get(seen, rules);
	if (look == NULL) {
		look = ARENA_NEW(a, struct policy_look);
		*look = examine_rules(a, rules);
		(void)map_set(a, seen, arena_str(a, rules), look);
	}
	if (at != SIZE_MAX)
		data = examine_data(a, s, at);
	return look->state > data.state ? *look : data;
}
