/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rego: what is a module and what is not, the checks, and that a module is
 * printed so that it reads as the same tree.  What modules mean is in
 * conform_rego_opa.c and conform_rego_yaml.c.
 */
#include <string.h>

#include "compiler/front/yaml.h"
#include "grammar/rego_ast.h"
#include "grammar/rego_int.h"
#include "regress/rego_case.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

struct run {
	struct conform *c;
	struct arena *arena; /* of one case */
	struct diags diags;
	struct rego_options options;
	const char *name;
};

static void
start(struct run *r, struct conform *c, const char *name, bool v0)
{
	memset(r, 0, sizeof(*r));
	r->c = c;
	r->arena = arena_new();
	r->options.v0 = v0;
	r->options.opa = true;
	/* OPA's suite brings this function with it. */
	r->options.given = "test.sleep";
	r->name = name;
	diags_init(&r->diags, r->arena);
}

static const char *
first_finding(const struct run *r)
{
	return r->diags.list.n == 0 ? "?" : r->diags.list.p[0]->text.p;
}

static struct str
print(struct run *r, const struct rego_module *m, bool fmt)
{
	struct buf b = {0};
	struct str text;

	if (fmt)
		rego_fmt(&b, r->arena, m, &r->options);
	else
		rego_print(&b, m);
	text = arena_str(r->arena, buf_str(&b));
	buf_free(&b);
	return text;
}

/* Printed, read and printed again. */
static const char *
round_trip(struct run *r, const struct rego_module *m, bool fmt)
{
	struct rego_options o = r->options;
	struct str text = print(r, m, fmt);
	struct rego_module *again = rego_parse(r->arena, &r->diags,
	    source_new(r->arena, STR("printed.rego"), text), &o);

	if (again == NULL)
		return "what was printed does not read";
	if (!rego_module_equal(m, again))
		return "what was printed reads as another tree";
	return str_eq(text, print(r, again, fmt))
		   ? NULL
		   : "printing is not idempotent";
}

static struct rego_module *
parse(struct run *r, struct str text, size_t i)
{
	return rego_parse(r->arena, &r->diags,
	    source_new(
		r->arena, arena_printf(r->arena, "test-%zu.rego", i), text),
	    &r->options);
}

#define MODULES_MAX 64

/* All modules of a case; NULL, or what is wrong. */
static const char *
read_modules(
    struct run *r, const struct jv *list, struct rego_module **out, size_t *n)
{
	const char *bad;
	size_t i;

	*n = jv_is(list, JV_ARRAY) ? list->items.n : 0;
	for (i = 0; i < *n && i < MODULES_MAX; i++) {
		out[i] = parse(r, jv_str(list->items.p[i]), i);
		if (out[i] == NULL)
			return "syntax";
		if ((bad = round_trip(r, out[i], true)) != NULL ||
		    (bad = round_trip(r, out[i], false)) != NULL)
			return bad;
	}
	return NULL;
}

/* Errors that the checks must find, and those that they may find. */
static bool
must_fail(struct str code)
{
	return str_eqz(code, "rego_unsafe_var_error") ||
	       str_eqz(code, "rego_recursion_error") ||
	       str_eqz(code, "rego_parse_error");
}

static bool
may_fail(struct str code)
{
	return str_eqz(code, "rego_compile_error") ||
	       str_eqz(code, "rego_type_error");
}

static void
opa_case(struct conform *c, const struct jv *k, bool v0)
{
	struct rego_module *modules[MODULES_MAX];
	struct str note = jv_get_str(k, STR("note"));
	struct str code = jv_get_str(k, STR("want_error_code"));
	const char *bad, *name = arena_cstr(c->arena, note);
	struct run r;
	size_t n;
	bool ok = true;

	start(&r, c, name, v0);
	bad = read_modules(&r, jv_getz(k, "modules"), modules, &n);
	if (bad == NULL)
		ok = rego_check(r.arena, &r.diags, modules, n, &r.options);
	if (bad != NULL && strcmp(bad, "syntax") != 0)
		conform_fail(c, name, "%s", bad);
	else if (may_fail(code))
		conform_pass(c);
	else if ((bad == NULL && ok) == must_fail(code) && n > 0)
		conform_fail(c, name, "%s: %s",
		    must_fail(code) ? "accepted" : "refused",
		    must_fail(code) ? "?" : first_finding(&r));
	else
		conform_pass(c);
	arena_free(r.arena);
}

static void
opa_file(struct conform *c, const char *path, bool v0)
{
	struct str text;
	struct jv *doc, *cases;
	struct rt_err err;
	size_t i;

	if (!conform_read(&text, c->arena, path))
		return;
	if (jv_parse(&doc, c->arena, text, &err) < 0) {
		conform_skip(c, path, "not read as JSON: %s", err.text);
		return;
	}
	cases = jv_getz(doc, "cases");
	for (i = 0; jv_is(cases, JV_ARRAY) && i < cases->items.n; i++)
		opa_case(c, cases->items.p[i], v0);
}

/* regorus: YAML files, modules of the agent's engine. */

static void
parser_case(struct conform *c, const struct yaml_node *k, const char *name)
{
	struct str text = yaml_text(yaml_getz(k, "rego"));
	bool refuse = yaml_getz(k, "error") != NULL;
	struct rego_module *m;
	const char *bad = NULL;
	struct run r;

	start(&r, c, name, true);
	r.options.opa = false;
	m = parse(&r, text, 0);
	if (m != NULL && !refuse)
		bad = round_trip(&r, m, true);
	if ((m == NULL) != refuse)
		conform_fail(c, name, "%s: %s", refuse ? "accepted" : "refused",
		    refuse ? "?" : first_finding(&r));
	else if (bad != NULL)
		conform_fail(c, name, "%s", bad);
	else
		conform_pass(c);
	arena_free(r.arena);
}

static void
lexer_case(struct conform *c, const struct yaml_node *k, const char *name)
{
	struct str text = yaml_text(yaml_getz(k, "rego"));
	bool refuse = yaml_getz(k, "error") != NULL;
	struct rego_parse *p;
	struct run r;
	bool ok;

	start(&r, c, name, true);
	p = ARENA_NEW(r.arena, struct rego_parse);
	p->arena = r.arena;
	p->diags = &r.diags;
	p->source = source_new(r.arena, STR("test.rego"), text);
	p->module = ARENA_NEW(r.arena, struct rego_module);
	if (str_chr(text, 0, 0) != SIZE_MAX) {
		conform_skip(c, name, "a null character is refused here");
		arena_free(r.arena);
		return;
	}
	ok = rego_check_bytes(p) && rego_scan(p);
	if (ok == refuse)
		conform_fail(c, name, "%s: %s", refuse ? "accepted" : "refused",
		    refuse ? "?" : first_finding(&r));
	else
		conform_pass(c);
	arena_free(r.arena);
}

typedef void yaml_case(
    struct conform *c, const struct yaml_node *k, const char *name);

static void
yaml_file(struct conform *c, const char *path, yaml_case *run)
{
	struct diags d;
	struct units units = {0};
	struct unit **u;
	struct yaml_node *cases, **k;
	struct str text;

	if (!conform_read(&text, c->arena, path))
		return;
	diags_init(&d, c->arena);
	if (!yaml_read(&units, c->arena, &d,
		source_new(c->arena, str_from(path), text))) {
		conform_skip(c, path, "not read as YAML: %s",
		    d.list.n > 0 ? d.list.p[0]->text.p : "?");
		return;
	}
	VEC_FOREACH(u, &units.list) {
		cases = yaml_getz((*u)->root, "cases");
		if (!yaml_is(cases, YAML_SEQ))
			continue;
		VEC_FOREACH(k, &cases->items) {
			run(c, *k,
			    arena_printf(c->arena, "%s: %.*s", path,
				STR_ARG(yaml_get_str(*k, STR("note"))))
				.p);
		}
	}
}

#define DEPTH_MAX 8

static void
yaml_tree(struct conform *c, const char *dir, yaml_case *run, int depth)
{
	const char **names, *path;
	size_t i, n;

	names = conform_list(c->arena, dir, &n);
	for (i = 0; i < n; i++) {
		path = conform_path(c->arena, dir, names[i]);
		if (strstr(names[i], ".yaml") != NULL)
			yaml_file(c, path, run);
		else if (depth < DEPTH_MAX)
			yaml_tree(c, path, run, depth + 1);
	}
}

static void
opa_suite(struct conform *c, const char *dir, bool v0)
{
	const char **names;
	size_t i, n;

	names = conform_list(c->arena, dir, &n);
	for (i = 0; i < n; i++)
		opa_file(c, conform_path(c->arena, dir, names[i]), v0);
}

void
conform_rego(struct conform *c, const char *dir)
{
	opa_suite(c, conform_path(c->arena, dir, "opa-v1"), false);
	opa_suite(c, conform_path(c->arena, dir, "opa-v0"), true);
	yaml_tree(
	    c, conform_path(c->arena, dir, "regorus-parser"), parser_case, 0);
	yaml_tree(
	    c, conform_path(c->arena, dir, "regorus-lexer"), lexer_case, 0);
	conform_rego_opa(c, dir);
	conform_rego_yaml(c, dir);
	conform_rego_agent(c, dir);
}
