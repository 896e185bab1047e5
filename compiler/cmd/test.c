/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test: what policies enforce, measured by changed requests, and the tests
 * that lie beside the resources.
 */
#include "compiler/analyse/cover.h"
#include "compiler/analyse/fixture.h"
#include "compiler/cmd/ask.h"
#include "compiler/front/input.h"
#include "runtime/base/banned.h"

struct testing {
	struct run *run;
	struct fixtures fixtures;
	bool mutates;
	struct buf out;
	struct jv *report; /* --json: the workloads */
	/* of the pod */
	const struct ask_pod *pod;
	struct cover cover;
	size_t tests, failed;
};

static struct loc
pod_loc(const struct testing *t)
{
	return t->pod->object == NULL ? loc_none : k8s_loc(t->pod->object);
}

static void
report_refusals(struct testing *t)
{
	struct str *it;

	VEC_FOREACH(it, &t->cover.refusals)
		diag_report(&t->run->diags, POLICY_REFUSES, pod_loc(t),
		    STR_ARG(t->pod->name), STR_ARG(*it));
}

static void
report_open(struct testing *t)
{
	struct cover_field **f;
	struct str path;

	VEC_FOREACH(f, &t->cover.fields) {
		path = (*f)->path.n > 0 ? (*f)->path : STR("the order");
		if ((*f)->unexplained.n > 0)
			diag_report(&t->run->diags, POLICY_OPEN, pod_loc(t),
			    STR_ARG(t->pod->name), STR_ARG(path),
			    STR_ARG((*f)->kind), STR_ARG((*f)->unexplained));
	}
}

static size_t
sum(const size_t *n)
{
	size_t all = 0, i;

	for (i = 0; i < MUTATE_COUNT; i++)
		all += n[i];
	return all;
}

/* "changed, dropped": what of it is allowed */
static void
put_open(struct buf *b, const struct cover_field *f)
{
	const char *comma = "";
	int m;

	for (m = 0; m < MUTATE_COUNT; m++) {
		if (f->open[m] == 0)
			continue;
		buf_printf(b, "%s%s", comma, mutation_name((enum mutation)m));
		comma = ", ";
	}
}

static struct str
reason(const struct cover_field *f)
{
	return f->unexplained.n > 0 ? STR("not explained") : f->why;
}

/* "      CreateContainerRequest /OCI/Hostname (changed, dropped)" */
static void
text_field(struct buf *b, const struct cover_field *f)
{
	buf_printf(b, "      %.*s%s%.*s (", STR_ARG(f->kind),
	    f->path.n > 0 ? " " : "", STR_ARG(f->path));
	put_open(b, f);
	buf_puts(b, ")\n");
}

/* All fields that are open for the reason of the nth, unless one before is. */
static void
text_reason(struct buf *b, const struct cover *c, size_t nth)
{
	struct str why = reason(c->fields.p[nth]);
	size_t i;

	for (i = 0; i < nth; i++) {
		if (str_eq(reason(c->fields.p[i]), why))
			return;
	}
	buf_printf(b, "    %.*s\n", STR_ARG(why));
	for (i = nth; i < c->fields.n; i++) {
		if (str_eq(reason(c->fields.p[i]), why))
			text_field(b, c->fields.p[i]);
	}
}

static size_t
enforced(const struct cover *c)
{
	struct cover_field *const *f;
	size_t n = 0;

	VEC_FOREACH(f, &c->fields)
		n += sum((*f)->open) == 0;
	return n;
}

static void
text_cover(struct testing *t)
{
	const struct cover *c = &t->cover;
	size_t i;

	buf_printf(&t->out,
	    "  %zu requests, %zu changed, %zu refused (%.1f %%), %zu open "
	    "on purpose, %zu not explained\n"
	    "  %zu of %zu fields are enforced in every way; open are:\n",
	    c->requests, c->asked, c->refused,
	    c->asked == 0 ? 100.0
			  : 100.0 * (double)c->refused / (double)c->asked,
	    c->open - c->unexplained, c->unexplained, enforced(c), c->fields.n);
	for (i = 0; i < c->fields.n; i++) {
		if (sum(c->fields.p[i]->open) > 0)
			text_reason(&t->out, c, i);
	}
}

static struct jv *
counts(struct arena *a, const size_t *n)
{
	struct jv *o = jv_object(a);
	int m;

	for (m = 0; m < MUTATE_COUNT; m++) {
		if (n[m] > 0)
			jv_put_int(a, o, mutation_name((enum mutation)m), n[m]);
	}
	return o;
}

static struct jv *
json_field(struct arena *a, const struct cover_field *f)
{
	struct jv *o = jv_object(a);

	jv_put_str(a, o, "kind", f->kind);
	jv_put_str(a, o, "field", f->path);
	jv_set(a, o, STR("asked"), counts(a, f->asked));
	jv_set(a, o, STR("open"), counts(a, f->open));
	if (f->why.n > 0)
		jv_put_str(a, o, "why", f->why);
	if (f->unexplained.n > 0)
		jv_put_str(a, o, "unexplained", f->unexplained);
	return o;
}

static void
json_cover(struct testing *t, struct jv *o)
{
	struct arena *a = t->run->arena;
	const struct cover *c = &t->cover;
	struct cover_field *const *f;
	struct jv *list = jv_array(a);

	jv_put_int(a, o, "requests", c->requests);
	jv_put_int(a, o, "asked", c->asked);
	jv_put_int(a, o, "refused", c->refused);
	jv_put_int(a, o, "open", c->open);
	jv_put_int(a, o, "unexplained", c->unexplained);
	VEC_FOREACH(f, &c->fields)
		jv_push(a, list, json_field(a, *f));
	jv_set(a, o, STR("fields"), list);
}

/* "allows" or "refuses", and with which words. */
static void
report_verdict(
    struct testing *t, const struct fixture *f, const struct fixture_result *r)
{
	struct diag *g =
	    diag_report(&t->run->diags, TEST_VERDICT, f->loc, STR_ARG(f->name),
		STR_ARG(t->pod->name), r->allowed ? "allows" : "refuses",
		r->text.n > 0 ? ": " : "", STR_ARG(r->text));

	if (!r->allowed && !f->allowed)
		diag_help(&t->run->diags, g, "the test wants the reason '%.*s'",
		    STR_ARG(f->reason));
}

static void
report_fixture(
    struct testing *t, const struct fixture *f, const struct fixture_result *r)
{
	static const struct str none =
	    STR_INIT("the runtime sends no such request");

	if (r->outcome == FIXTURE_FAILED)
		report_verdict(t, f, r);
	else
		diag_report(&t->run->diags, TEST_NO_REQUEST, f->loc,
		    STR_ARG(f->name), STR_ARG(t->pod->name),
		    STR_ARG(r->text.n > 0 ? r->text : none));
}

static void
ask_fixtures(struct testing *t)
{
	struct fixture_result r;
	struct fixture **f;

	t->tests = t->failed = 0;
	VEC_FOREACH(f, &t->fixtures.list) {
		if (!fixture_is_for(*f, t->pod->name))
			continue;
		(*f)->met = true;
		fixture_ask(&r, t->pod->arena, t->pod->policy, t->pod->sim, *f);
		t->tests++;
		if (r.outcome == FIXTURE_PASSED)
			continue;
		t->failed++;
		report_fixture(t, *f, &r);
	}
}

static void
text_pod(struct testing *t)
{
	buf_printf(&t->out, "%.*s\n", STR_ARG(t->pod->name));
	if (t->tests > 0)
		buf_printf(&t->out, "  %zu of %zu tests passed\n",
		    t->tests - t->failed, t->tests);
	if (t->mutates)
		text_cover(t);
}

static void
json_pod(struct testing *t)
{
	struct arena *a = t->run->arena;
	struct jv *o = jv_push(a, t->report, jv_object(a));

	jv_put_str(a, o, "workload", arena_str(a, t->pod->name));
	jv_put_str(a, o, "target", t->pod->target);
	jv_put_str(a, o, "engine", str_from(t->pod->engine));
	jv_put_int(a, o, "tests", t->tests);
	jv_put_int(a, o, "failed", t->failed);
	if (t->mutates)
		json_cover(t, o);
}

static int
pod(void *ctx, const struct ask_pod *p)
{
	struct testing *t = ctx;

	t->pod = p;
	if (p->sim == NULL)
		return cmd_fail(t->run, EXIT_USAGE,
		    "%.*s: name the resources that the policy is for: its text "
		    "has not all data of the workload",
		    STR_ARG(p->name));
	ask_fixtures(t);
	if (t->mutates) {
		cover_run(&t->cover, t->run->arena, p->policy, p->sim);
		report_refusals(t);
		report_open(t);
	}
	(ask_json(t->run) ? json_pod : text_pod)(t);
	return t->failed + t->cover.unexplained + t->cover.refusals.n > 0
		   ? EXIT_FINDINGS
		   : EXIT_OK;
}

static int
read_fixtures(struct testing *t)
{
	const struct opt_value *v = &t->run->opt[OPT_FIXTURES];
	struct run *r = t->run;
	struct inputs in = {0};
	struct input *it;
	bool ok = true;

	if (v->values.n == 0)
		return EXIT_OK;
	if (!inputs_read(&in, r->arena, &r->diags,
		(char *const *)(uintptr_t)v->values.p, v->values.n))
		ok = false;
	VEC_FOREACH(it, &in.list)
		ok &= fixtures_read(
		    &t->fixtures, r->arena, &r->diags, it->source);
	if (ok)
		return EXIT_OK;
	cmd_report(r);
	return cmd_status(r);
}

/* A test that no workload is for tests nothing. */
static int
report_unused(struct testing *t)
{
	struct fixture **f;
	int status = EXIT_OK;

	if (opt_is_set(t->run, OPT_WORKLOAD))
		return status;
	VEC_FOREACH(f, &t->fixtures.list) {
		if ((*f)->met)
			continue;
		diag_report(&t->run->diags, TEST_UNUSED, (*f)->loc,
		    STR_ARG((*f)->workload));
		status = EXIT_FINDINGS;
	}
	return status;
}

static int
print(struct testing *t)
{
	struct arena *a = t->run->arena;
	struct jv *o;

	if (ask_json(t->run)) {
		o = jv_object(a);
		jv_put_int(a, o, "version", 1);
		jv_set(a, o, STR("workloads"), t->report);
		jv_print(&t->out, o, JV_PRETTY);
		buf_putc(&t->out, '\n');
	}
	return cmd_print(t->run, buf_str(&t->out));
}

static int
end(void *ctx, int status)
{
	struct testing *t = ctx;
	int unused, printed;

	if (status != EXIT_OK && status != EXIT_FINDINGS)
		return status;
	unused = report_unused(t);
	printed = print(t);
	if (printed != EXIT_OK)
		return printed;
	return status == EXIT_OK ? unused : status;
}

int
cmd_test(struct run *r)
{
	struct testing t = {.run = r, .report = jv_array(r->arena)};
	int status;

	t.mutates = !opt_is_set(r, OPT_MUTATION) || opt_on(r, OPT_MUTATION);
	status = read_fixtures(&t);
	if (status == EXIT_OK)
		status = ask_pods(r, pod, end, &t);
	buf_free(&t.out);
	return status;
}
