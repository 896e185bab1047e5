/* SPDX-License-Identifier: Apache-2.0 */
/* Results of tests, as `opa test` prints them (rego 13.2). */
#include <string.h>

#include "compiler/cmd/rego_test.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

const char *const test_outcomes[TEST_OUTCOMES] = {
    "PASS", "FAIL", "SKIPPED", "ERROR"};

/* As Go prints a duration: 1.5ms, 20.123µs. */
static void
put_duration(struct buf *b, uint64_t ns)
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = {
	    {1000000000, "s"}, {1000000, "ms"}, {1000, "µs"}, {1, "ns"}};
	size_t i = 0;
	struct buf n = {0};

	while (i < 3 && ns < units[i].ns)
		i++;
	buf_printf(&n, "%.9f", (double)ns / (double)units[i].ns);
	while (n.n > 0 && n.p[n.n - 1] == '0')
		n.n--;
	if (n.n > 0 && n.p[n.n - 1] == '.')
		n.n--;
	buf_put(b, buf_str(&n));
	buf_puts(b, units[i].unit);
	buf_free(&n);
}

/* Each line of a text behind blanks. */
static void
put_indented(struct buf *b, struct str text)
{
	size_t nl;

	while (text.n > 0) {
		nl = str_chr(text, '\n', 0);
		buf_printf(b, "  %.*s\n", STR_ARG(str_sub(text, 0, nl)));
		text = nl == SIZE_MAX ? STR("") : str_sub(text, nl + 1, text.n);
	}
}

static void
put_test(struct buf *b, const struct tests *all, const struct test *t)
{
	struct place at = source_place(all->arena, t->loc.source, t->loc.off);
	const struct test_case *c;

	buf_printf(b, "%.*s:%u:\n%.*s.%.*s: %s", STR_ARG(t->loc.source->name),
	    at.line, STR_ARG(t->package), STR_ARG(t->name),
	    test_outcomes[t->outcome]);
	if (t->outcome != TEST_SKIPPED && all->durations) {
		buf_puts(b, " (");
		put_duration(b, t->nanoseconds);
		buf_putc(b, ')');
	}
	buf_putc(b, '\n');
	if (t->fault != NULL)
		put_indented(b, rego_fault_text(all->arena, t->fault));
	VEC_FOREACH(c, &t->cases) {
		if (!c->ok || all->verbose)
			put_indented(b,
			    arena_printf(all->arena, "%.*s: %s",
				STR_ARG(c->name),
				test_outcomes[c->ok ? TEST_PASS : TEST_FAIL]));
	}
	if (t->output.n == 0)
		return;
	buf_putc(b, '\n');
	put_indented(b, buf_str(&t->output));
	buf_putc(b, '\n');
}

/* Each case counts, in place of its test. */
static size_t
count(size_t n[TEST_OUTCOMES], const struct test *t)
{
	const struct test_case *c;

	VEC_FOREACH(c, &t->cases)
		n[c->ok ? TEST_PASS : TEST_FAIL]++;
	n[t->outcome] += t->cases.n == 0;
	return t->cases.n == 0 ? 1 : t->cases.n;
}

void
tests_pretty(struct buf *out, const struct tests *t)
{
	size_t n[TEST_OUTCOMES] = {0}, from = out->n, all = 0;
	const struct test *it;
	unsigned i;

	VEC_FOREACH(it, &t->list) {
		all += count(n, it);
		if (it->outcome != TEST_PASS || t->verbose)
			put_test(out, t, it);
	}
	if (out->n > from) {
		buf_fill(out, '-', 80);
		buf_putc(out, '\n');
	}
	for (i = 0; i < TEST_OUTCOMES; i++) {
		if (n[i] > 0)
			buf_printf(
			    out, "%s: %zu/%zu\n", test_outcomes[i], n[i], all);
	}
}

/* JSON */

static struct jv *
location(struct arena *a, struct loc l)
{
	struct place at = source_place(a, l.source, l.off);
	struct jv *o = jv_object(a);

	jv_put_str(a, o, "file", l.source->name);
	jv_put_int(a, o, "row", at.line);
	jv_put_int(a, o, "col", at.col);
	return o;
}

static struct jv *
cases_json(struct arena *a, const struct test *t)
{
	struct jv *all = jv_object(a);
	const struct test_case *c;

	VEC_FOREACH(c, &t->cases) {
		struct jv *o = jv_set(a, all, c->name, jv_object(a));

		jv_put_str(a, o, "name", c->name);
		if (!c->ok)
			(void)jv_set(a, o, STR("fail"), jv_bool(a, true));
	}
	return all;
}

static struct str
output_base64(struct arena *a, const struct test *t)
{
	struct buf b = {0};
	struct str s;

	rt_base64(&b, buf_str(&t->output));
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static struct jv *
test_json(const struct tests *all, const struct test *t)
{
	struct arena *a = all->arena;
	struct jv *o = jv_object(a);

	(void)jv_set(a, o, STR("location"), location(a, t->loc));
	jv_put_str(a, o, "package", t->package);
	jv_put_str(a, o, "name", t->name);
	if (t->outcome == TEST_FAIL)
		(void)jv_set(a, o, STR("fail"), jv_bool(a, true));
	if (t->outcome == TEST_ERROR)
		(void)jv_set(a, o, STR("error"), rego_fault_json(a, t->fault));
	if (t->outcome == TEST_SKIPPED)
		(void)jv_set(a, o, STR("skip"), jv_bool(a, true));
	if (all->durations)
		jv_put_int(a, o, "duration", t->nanoseconds);
	if (t->output.n > 0)
		jv_put_str(a, o, "output", output_base64(a, t));
	if (t->cases.n > 0)
		(void)jv_set(a, o, STR("sub_results"), cases_json(a, t));
	return o;
}

void
tests_json(struct buf *out, const struct tests *t)
{
	struct jv *list = jv_array(t->arena);
	const struct test *it;

	VEC_FOREACH(it, &t->list)
		(void)jv_push(t->arena, list, test_json(t, it));
	jv_print(out, list, JV_PRETTY);
	buf_putc(out, '\n');
}
