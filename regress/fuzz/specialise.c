/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specialising keeps every decision (rego 17.8): the bytes choose a module,
 * its data, passes and requests; what the module decides and prints, the
 * specialised text must as well, in every agent's profile.
 *
 * Rules are numbered, and one names only those behind it, so no module has a
 * circle; variables are numbered too, and the same number may come twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/policy/specialise.h"
#include "runtime/rego/engine.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_LIMIT 2048
#define RULES 7
#define VARS_MAX 12
#define INPUTS 3

struct gen {
	const uint8_t *p;
	size_t n;
	struct buf *out;
	unsigned rule;         /* the one that is written */
	unsigned kinds[RULES]; /* 0: value, 1: set, 2 and more: parameters */
	unsigned vars[VARS_MAX], nvars;
	unsigned fresh, depth;
};

/* Nothing left is 0: the shortest choice. */
static unsigned
pick(struct gen *g, unsigned n)
{
	if (g->n == 0)
		return 0;
	g->n--;
	return *g->p++ % n;
}

static void put_term(struct gen *g);
static void put_body(struct gen *g, unsigned most);

static void
put_scalar(struct gen *g)
{
	static const char *const words[] = {"1", "\"a\"", "\"b\"", "0", "2",
	    "true", "false", "null", "\"\"", "\"ab\"", "1.5", "[]", "{}",
	    "[1, \"a\"]", "{\"a\": 1}", "[[\"a\"], {\"b\": null}]"};

	buf_puts(g->out, words[pick(g, sizeof(words) / sizeof(*words))]);
}

static void
put_steps(struct gen *g)
{
	static const char *const words[] = {
	    "", ".a", ".b", "[0]", "[1]", "[\"a\"]", ".a.b", "[_]"};
	unsigned i;

	buf_puts(g->out, words[pick(g, sizeof(words) / sizeof(*words))]);
	if (g->nvars > 0 && pick(g, 5) == 4) {
		i = pick(g, g->nvars);
		buf_printf(g->out, "[v%u]", g->vars[i]);
	}
}

static void
put_data(struct gen *g)
{
	static const char *const words[] = {"policy_data.l", "policy_data.one",
	    "policy_data.o", "policy_data.s", "policy_data.two",
	    "policy_data.none", "policy_data.l[0]", "policy_data.o.b",
	    "policy_data.missing", "policy_data.p"};

	buf_puts(g->out, words[pick(g, sizeof(words) / sizeof(*words))]);
}

static void
put_call(struct gen *g, unsigned callee)
{
	unsigned i;

	buf_printf(g->out, "r%u(", callee);
	for (i = 0; i + 1 < g->kinds[callee]; i++) {
		buf_puts(g->out, i > 0 ? ", " : "");
		put_term(g);
	}
	buf_puts(g->out, ")");
}

/* A rule behind this one, in the way that it can be named. */
static bool
put_rule_name(struct gen *g)
{
	unsigned callee = g->rule + 1 + pick(g, RULES);

	if (callee >= RULES)
		return false;
	if (g->kinds[callee] >= 2)
		put_call(g, callee);
	else
		buf_printf(g->out, "r%u", callee);
	return true;
}

/* X(what, format): built-ins of one to three terms. */
static void
put_builtin(struct gen *g)
{
	static const struct {
		const char *name;
		unsigned n;
		const char *last;
	} calls[] = {{"count", 1, ""}, {"is_string", 1, ""},
	    {"startswith", 2, ""}, {"object.get", 1, ", \"a\", null"},
	    {"regex.match", 1, ", \"ab\""}, {"concat", 1, ", [\"a\", \"b\"]"},
	    {"replace", 3, ""}, {"format_int", 1, ", 10"}};
	unsigned which = pick(g, sizeof(calls) / sizeof(*calls)), i;

	buf_printf(g->out, "%s(", calls[which].name);
	for (i = 0; i < calls[which].n; i++) {
		buf_puts(g->out, i > 0 ? ", " : "");
		put_term(g);
	}
	buf_printf(g->out, "%s)", calls[which].last);
}

static unsigned
name(struct gen *g)
{
	return pick(g, 9) == 8 ? g->fresh : ++g->fresh;
}

/* From here on terms may have it. */
static unsigned
known(struct gen *g, unsigned v)
{
	if (g->nvars < VARS_MAX)
		g->vars[g->nvars++] = v;
	return v;
}

static unsigned
declare(struct gen *g)
{
	return known(g, name(g));
}

static void
put_comprehension(struct gen *g)
{
	unsigned set = pick(g, 2), was = g->nvars, v;

	v = declare(g);
	buf_printf(g->out, "%sv%u | some v%u in ", set ? "{" : "[", v, v);
	put_data(g);
	buf_puts(g->out, "; ");
	put_body(g, 2);
	buf_puts(g->out, set ? "}" : "]");
	g->nvars = was;
}

static void
put_var(struct gen *g)
{
	if (g->nvars == 0) {
		put_scalar(g);
		return;
	}
	buf_printf(g->out, "v%u", g->vars[g->nvars - 1 - pick(g, g->nvars)]);
	put_steps(g);
}

static void
put_operation(struct gen *g)
{
	static const char *const signs[] = {" + ", " - ", " | ", " & "};

	put_term(g);
	buf_puts(g->out, signs[pick(g, 4)]);
	put_term(g);
}

static void
put_term(struct gen *g)
{
	unsigned kind = pick(g, 12);

	if (++g->depth > 4)
		kind = kind % 4;
	switch (kind) {
	case 0:
		put_scalar(g);
		break;
	case 1:
	case 2:
		put_var(g);
		break;
	case 3:
		buf_puts(g->out, "input");
		put_steps(g);
		break;
	case 4:
	case 5:
		put_data(g);
		put_steps(g);
		break;
	case 6:
	case 7:
	case 8:
		if (!put_rule_name(g))
			put_var(g);
		break;
	case 9:
		put_builtin(g);
		break;
	case 10:
		put_comprehension(g);
		break;
	default:
		put_operation(g);
		break;
	}
	g->depth--;
}

static void
put_test(struct gen *g)
{
	static const char *const signs[] = {" == ", " != ", " in ", " < "};
	unsigned sign = pick(g, 5);

	put_term(g);
	if (sign == 4)
		return;
	buf_puts(g->out, signs[sign]);
	put_term(g);
}

static void
put_loop(struct gen *g, const char *word)
{
	unsigned key = pick(g, 3), k = 0, v;

	if (key == 2)
		k = name(g);
	v = name(g);
	buf_printf(g->out, "%s ", word);
	if (key == 2)
		buf_printf(g->out, "v%u, ", k);
	buf_printf(g->out, "v%u in ", v);
	if (pick(g, 4) == 3)
		put_term(g);
	else
		put_data(g);
	if (key == 2)
		(void)known(g, k);
	(void)known(g, v);
}

static void
put_literal(struct gen *g)
{
	unsigned was = g->nvars, v;

	switch (pick(g, 8)) {
	case 0:
	case 1:
		put_test(g);
		break;
	case 2:
		buf_puts(g->out, "not ");
		put_test(g);
		break;
	case 3:
	case 4:
		put_loop(g, "some");
		break;
	case 5:
		put_loop(g, "every");
		buf_puts(g->out, " { ");
		put_body(g, 2);
		buf_puts(g->out, " }");
		g->nvars = was;
		break;
	case 6:
		buf_puts(g->out, "print(\"p\", ");
		put_term(g);
		buf_puts(g->out, ")");
		break;
	default:
		v = name(g);
		buf_printf(g->out, "v%u := ", v);
		put_term(g);
		(void)known(g, v);
		break;
	}
}

static void
put_body(struct gen *g, unsigned most)
{
	unsigned i, n = 1 + pick(g, most);

	if (++g->depth > 4)
		n = 1;
	for (i = 0; i < n; i++) {
		buf_puts(g->out, i > 0 ? "; " : "");
		if (g->depth > 4)
			put_test(g);
		else
			put_literal(g);
	}
	g->depth--;
}

static void
put_head(struct gen *g, unsigned kind)
{
	unsigned i;

	g->fresh = g->nvars = 0;
	if (kind == 1) {
		buf_printf(g->out, "r%u contains v1 if {\n\tv1 := ", g->rule);
		(void)declare(g);
		put_term(g);
		buf_puts(g->out, "\n\t");
		return;
	}
	buf_printf(g->out, "r%u%s", g->rule, kind >= 2 ? "(" : "");
	for (i = 0; i + 1 < kind; i++)
		buf_printf(g->out, "%sv%u", i > 0 ? ", " : "", declare(g));
	buf_puts(g->out, kind >= 2 ? ")" : "");
	if (pick(g, 3) == 2) {
		buf_puts(g->out, " := ");
		put_scalar(g);
	}
	buf_puts(g->out, " if {\n\t");
}

/* "r := policy_data.l[i]" and the like, which have no body. */
static bool
put_plain(struct gen *g)
{
	if (g->kinds[g->rule] != 0 || pick(g, 3) != 2)
		return false;
	buf_printf(g->out, "r%u := ", g->rule);
	if (pick(g, 2) == 0)
		put_scalar(g);
	else
		put_data(g);
	if (g->rule + 1 < RULES && g->kinds[g->rule + 1] == 0 &&
	    pick(g, 2) == 1)
		buf_printf(g->out, "[r%u]", g->rule + 1);
	buf_puts(g->out, "\n\n");
	return true;
}

static void
put_rule(struct gen *g)
{
	unsigned n = 1 + pick(g, 3), i;

	if (put_plain(g))
		return;
	for (i = 0; i < n; i++) {
		if (i == 0 && pick(g, 4) == 3)
			buf_printf(g->out, "# explain: r%u\n", g->rule);
		put_head(g, g->kinds[g->rule]);
		put_body(g, 3);
		buf_puts(g->out, "\n}");
		if (n == 1 && g->kinds[g->rule] != 1 && pick(g, 3) == 2) {
			buf_puts(g->out, " else := ");
			put_scalar(g);
		}
		buf_puts(g->out, "\n\n");
	}
}

static void
put_module(struct gen *g)
{
	unsigned i;

	buf_puts(g->out, "package agent_policy\n\ndefault SetPolicyRequest := "
			 "false\n\nSetPolicyRequest := r0\n\n");
	for (i = 0; i < RULES; i++)
		g->kinds[i] = i == 0 ? 0 : pick(g, 5);
	for (g->rule = 0; g->rule < RULES; g->rule++)
		put_rule(g);
}

/* Evaluation */

struct said {
	struct buf text; /* the value or "fault", and a line a print */
	bool cut;        /* a limit: nothing is known */
};

static void
hear(void *arg, struct str file, struct place at, struct str text)
{
	struct buf *out = arg;

	(void)file;
	(void)at;
	buf_printf(out, "\n%.*s", STR_ARG(text));
}

static void
ask(struct said *out, struct rego_eval *e, struct str input)
{
	struct buf prints = {0};
	struct rt_err err = {0};
	rv in, v;
	int r;

	out->text.n = 0;
	rego_eval_reset(e);
	rego_eval_prints(e, hear, &prints);
	if (rv_parse_json(&in, rego_eval_heap(e), input, &err) < 0)
		abort();
	rego_eval_input(e, in);
	r = rego_eval_rule(
	    &v, e, STR("data.agent_policy.SetPolicyRequest"), &err);
	out->cut = r == RT_ELIMIT;
	if (r != 0)
		buf_puts(&out->text, "fault");
	else
		rv_print_json(&out->text, rego_eval_heap(e), v);
	buf_put(&out->text, buf_str(&prints));
	buf_free(&prints);
}

/* NULL: the checks refuse it. */
static struct rego_program *
compile(struct arena *a, const char *profile, struct str text)
{
	struct rego_options o = {0};
	struct rego_module *m;
	struct rego_compile c = {
	    .profile = rego_profile_find(str_from(profile)),
	    .modules = &m,
	    .nmodules = 1,
	    .prints = true};
	struct rego_program *p;
	struct rt_err err;
	struct diags d;

	diags_init(&d, a);
	m = rego_parse(a, &d, source_new(a, STR("agent_policy"), text), &o);
	if (m == NULL || !rego_check(a, &d, &m, 1, &o) ||
	    rego_program_new(&p, &c, &err) < 0)
		return NULL;
	return p;
}

struct pair {
	const char *profile;
	struct str before, after;
	bool verdict_only;
};

static void
differ(const struct pair *p, struct str input, const struct said *x,
    const struct said *y)
{
	fprintf(stderr,
	    "%s\n--- before\n%.*s\n--- after\n%.*s\n--- input %.*s\n"
	    "%.*s\n--- but\n%.*s\n",
	    p->profile, STR_ARG(p->before), STR_ARG(p->after), STR_ARG(input),
	    STR_ARG(buf_str(&x->text)), STR_ARG(buf_str(&y->text)));
	abort();
}

static struct str
shown(const struct pair *p, const struct said *s)
{
	struct str all = buf_str(&s->text);

	return p->verdict_only ? str_sub(all, 0, str_chr(all, '\n', 0)) : all;
}

static void
compare(const struct pair *p, struct rego_eval *one, struct rego_eval *two)
{
	static const char *const inputs[INPUTS] = {
	    "{\"a\":\"a\",\"b\":{\"a\":1,\"b\":[\"a\",\"ab\"]}}",
	    "[1,\"a\",{\"a\":{\"b\":\"b\"}}]", "\"ab\""};
	struct said x = {0}, y = {0};
	size_t i;

	for (i = 0; i < INPUTS; i++) {
		ask(&x, one, str_from(inputs[i]));
		ask(&y, two, str_from(inputs[i]));
		if (!x.cut && !y.cut && !str_eq(shown(p, &x), shown(p, &y)))
			differ(p, str_from(inputs[i]), &x, &y);
	}
	buf_free(&x.text);
	buf_free(&y.text);
}

static void
evaluate(struct arena *a, const struct pair *p)
{
	static const struct rego_limits limits = {.instructions = 50000,
	    .memory = 1 << 22,
	    .nanoseconds = 1000000000};
	struct rego_program *one = compile(a, p->profile, p->before), *two;
	struct rego_eval *x, *y;

	if (one == NULL)
		return;
	two = compile(a, p->profile, p->after);
	if (two == NULL) {
		fprintf(stderr, "%.*s\n--- becomes no module:\n%.*s\n",
		    STR_ARG(p->before), STR_ARG(p->after));
		abort();
	}
	x = rego_eval_new(one, &limits);
	y = rego_eval_new(two, &limits);
	compare(p, x, y);
	rego_eval_free(x);
	rego_eval_free(y);
	rego_program_free(one);
	rego_program_free(two);
}

/* The policy, or an empty text. */
static struct str
specialised(struct arena *a, struct str rules, const struct jv *data,
    const struct policy_options *options)
{
	struct policy_options o = *options;
	struct policy_linker *l;
	struct policy p = {0};
	struct diags d;
	bool ok;

	diags_init(&d, a);
	o.rules = source_new(a, STR("rules.rego"), rules);
	l = policy_linker_new(a, &d, &o);
	ok = policy_link(&p, a, l, data);
	if (ok)
		p.text = arena_str(a, p.text);
	policy_linker_free(l);
	return ok ? p.text : STR("");
}

static const char data_text[] =
    "{\"l\":[{\"a\":\"a\",\"b\":1,\"c\":[1]},{\"a\":\"b\",\"b\":\"a\"},"
    "{\"a\":\"ab\",\"b\":null}],\"one\":[\"a\"],\"none\":[],"
    "\"o\":{\"a\":\"a\",\"b\":{\"a\":[\"a\"],\"b\":2}},\"s\":\"ab\","
    "\"two\":{\"a\":1,\"b\":\"b\"},\"p\":[{\"a\":{\"b\":\"a\"}}]}";

static void
run(struct arena *a, struct gen *g)
{
	static const char *const profiles[] = {
	    "kata", "opa", "kata-0.2.8", "kata-0.1.5"};
	unsigned bits = (1u << SPEC_PASSES) - 1, i;
	struct policy_options o = {.target = "kata-4"};
	struct pair p = {0}, raw = {.verdict_only = true};
	struct jv *data;
	struct rt_err err;
	struct str rules;

	/* all passes, one, all but one, any */
	i = pick(g, 4);
	if (i == 1)
		bits = 1u << pick(g, SPEC_PASSES);
	else if (i == 2)
		bits &= ~(1u << pick(g, SPEC_PASSES));
	else if (i == 3)
		bits &= pick(g, 256) | pick(g, 2) << 8;
	o.denials = pick(g, 2);
	put_module(g);
	if (jv_parse(&data, a, str_from(data_text), &err) != 0)
		abort();
	rules = buf_str(g->out);
	o.passes = SPEC_GIVEN;
	p.before = specialised(a, rules, data, &o);
	if (p.before.n == 0)
		return;
	o.passes = SPEC_GIVEN | bits;
	p.after = specialised(a, rules, data, &o);
	/* markers print what the module as it was written does not */
	raw.before = arena_printf(
	    a, "%.*spolicy_data := %s\n", STR_ARG(rules), data_text);
	raw.after = p.before;
	for (i = 0; i < 4; i++) {
		raw.profile = p.profile = profiles[i];
		/* OPA leaves rules out after one that is true: no prints */
		p.verdict_only = i == 1;
		evaluate(a, &raw);
		evaluate(a, &p);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = {0};
	struct gen g = {.p = data, .n = size, .out = &out};
	struct arena *a;

	if (size > SIZE_LIMIT)
		return 0;
	a = arena_new();
	run(a, &g);
	arena_free(a);
	buf_free(&out);
	return 0;
}
