/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of variables that are joined to one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "compiler/policy/index_int.h"
#include "runtime/base/banned.h"

static const struct {
	const char *in[8], *out;
} cases[] = {
    {{"^A=x$", "^B=y$"}, "^(?:A=x|B=y)$"},
    {{"^AB=x$", "^AC=y$"}, "^(?:A(?:B=x|C=y))$"},
    {{"^A[a]]?=x$", "^A[a]]?=x$"}, "^(?:A[a]]?=x)$"},
    {{"^A$", "^AB$", "^C$"}, "^(?:A(?:B)?|C)$"},
    {{"^A{1,2}B$", "^A{1,3}B$"}, "^(?:A{1,2}B|A{1,3}B)$"},
    {{"^A\\.B$", "^A\\-B$"}, "^(?:A(?:\\.B|\\-B))$"},
    {{"^(a|b)+c$", "^X$", "^(a|b)+d$"}, "^(?:(a|b)+(?:c|d)|X)$"},
    {{"^(?:[)(]\\)x)?1$", "^(?:[)(]\\)x)?2$"}, "^(?:(?:[)(]\\)x)?(?:1|2))$"},
    {{"^a*?b$", "^a*c$"}, "^(?:a*?b|a*c)$"},
};

static struct jv *
list_of(struct arena *a, const char *const *in)
{
	struct jv *list = jv_array(a);

	for (; *in != NULL; in++)
		jv_push(a, list, jv_string(a, str_from(*in)));
	return list;
}

static void
factor__cases(void **state)
{
	struct arena *a = arena_new();
	struct jv *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		out = index_factor(a, list_of(a, cases[i].in));
		assert_int_equal(out->items.n, 1);
		assert_string_equal(
		    arena_cstr(a, out->items.p[0]->text), cases[i].out);
	}
	arena_free(a);
}

/* Deep beginnings stop being shared, and nothing is lost. */
static void
factor__depth(void **state)
{
	struct arena *a = arena_new();
	struct jv *list = jv_array(a), *out;
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 1; i < 200; i++) {
		b.n = 0;
		buf_putc(&b, '^');
		buf_fill(&b, 'a', i);
		buf_puts(&b, "$");
		jv_push(a, list, jv_string(a, arena_str(a, buf_str(&b))));
	}
	out = index_factor(a, list);
	assert_true(out->items.p[0]->text.n > 200);
	buf_free(&b);
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(factor__cases),
	    cmocka_unit_test(factor__depth),
	};

	return cmocka_run_group_tests_name("index_factor", tests, NULL, NULL);
}
