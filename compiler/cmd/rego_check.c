/* SPDX-License-Identifier: Apache-2.0 */
/* rego, and rego check: what is wrong with modules (rego 5). */
#include <string.h>

#include "compiler/cmd/rego.h"
#include "runtime/base/banned.h"

int
cmd_rego(struct run *r)
{
	if (r->args.n > 0)
		return cmd_fail(
		    r, EXIT_USAGE, "rego: unknown verb: %s", r->args.p[0]);
	return cmd_fail(
	    r, EXIT_USAGE, "rego: name a verb (eval, test, fmt, check)");
}

/* The value at or above the path of a rule, or NULL. */
static const struct jv *
data_at(const struct rego_set *s, const struct rego_term *path,
    const struct jv *from)
{
	const struct jv *v = from;
	uint32_t i;

	if (v == NULL || path->kind == REGO_VAR)
		return v == NULL ? NULL : jv_get(v, path->text);
	for (i = 0; v != NULL && i < path->nargs; i++) {
		const struct rego_term *k = path->args[i];

		if (k->kind != REGO_STRING && (i > 0 || k->kind != REGO_VAR))
			break;
		if (!jv_is(v, JV_OBJECT))
			return v;
		v = jv_get(v, k->text);
	}
	return v == s->data ? NULL : v;
}

static void
check_data(struct rego_set *s, const struct rego_module *m)
{
	struct rego_rule *const *r;
	const struct jv *package = data_at(s, m->package, s->data);

	VEC_FOREACH(r, &m->rules) {
		const struct jv *v = data_at(s, (*r)->path, package);

		if (v != NULL)
			diag_report(&s->run->diags, REGO_DATA, (*r)->head_loc,
			    STR_ARG(arena_printf(s->run->arena,
				"the data have a value for rule '%.*s'",
				STR_ARG(rego_path_text(
				    s->run->arena, (*r)->path)))));
	}
}

bool
rego_set_check(struct rego_set *s)
{
	struct rego_module *const *m;
	bool ok = rego_check(s->run->arena, &s->run->diags, s->modules.p,
	    s->modules.n, &s->options);

	VEC_FOREACH(m, &s->modules)
		check_data(s, *m);
	return ok && s->run->diags.errors == 0;
}

/* Agents' engines should all read it alike. */
static void
check_portable(struct rego_set *s)
{
	struct rego_module *const *m;
	const char *why;
	struct loc where;

	VEC_FOREACH(m, &s->modules) {
		if (!rego_portable(*m, &where, &why))
			diag_report(&s->run->diags, REGO_PORTABLE, where, why);
	}
}

static void
check_unused(struct rego_set *s)
{
	struct rego_module *const *m;

	VEC_FOREACH(m, &s->modules)
		rego_unused(s->run, *m, s->options.opa);
}

int
rego_format(struct run *r, bool *json)
{
	const char *format = opt_str(r, OPT_REGO_FORMAT);

	*json = strcmp(format, "json") == 0;
	if (*json || strcmp(format, "pretty") == 0)
		return EXIT_OK;
	return cmd_fail(r, EXIT_USAGE,
	    "parse flags: --format: unknown value: %s%s", format,
	    opt_where(r, OPT_REGO_FORMAT));
}

int
cmd_rego_check(struct run *r)
{
	struct rego_set s;
	bool json;
	int status = rego_set_init(&s, r, "kata");

	if (status == EXIT_OK)
		status = rego_format(r, &json);
	if (status != EXIT_OK)
		return status;
	if (r->args.n == 0)
		return cmd_fail(r, EXIT_USAGE,
		    "rego check: name modules, directories or -");
	if (rego_set_load_args(&s) && rego_set_check(&s)) {
		check_unused(&s);
		if (!s.options.opa)
			check_portable(&s);
	}
	return rego_findings(r, json);
}
