/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/toml_doc.h"
#include "runtime/base/buf.h"
#include "runtime/base/banned.h"

/* A document in one line, to compare: {k=v,…}, strings in "". */
static void
dump(struct buf *b, const struct toml *t)
{
	const struct toml_entry *e;
	size_t i;

	switch (t->type) {
	case TOML_STRING:
		buf_printf(b, "\"%.*s\"", STR_ARG(t->text));
		break;
	case TOML_NUMBER:
	case TOML_BOOL:
	case TOML_DATE:
		buf_put(b, t->text);
		break;
	case TOML_ARRAY:
		buf_putc(b, '[');
		for (i = 0; i < t->items.n; i++) {
			buf_puts(b, i > 0 ? "," : "");
			dump(b, t->items.p[i]);
		}
		buf_putc(b, ']');
		break;
	case TOML_TABLE:
		buf_putc(b, '{');
		VEC_FOREACH(e, &t->entries) {
			buf_puts(b, e > t->entries.p ? "," : "");
			buf_printf(b, "%.*s=", STR_ARG(e->key));
			dump(b, e->value);
		}
		buf_putc(b, '}');
		break;
	}
}

struct doc {
	const char *in, *out; /* out NULL: refused */
	const char *error;
};

static const struct doc docs[] = {
    {"", "{}", NULL},
    {"\n# c\n \t\n", "{}", NULL},
    {"a = 1", "{a=1}", NULL},
    {"a = 1\r\nb = 2 # c\n", "{a=1,b=2}", NULL},
    {"1234 = 1\ntrue = false\na-b_C = 1979-05-27",
	"{1234=1,true=false,a-b_C=1979-05-27}", NULL},
    {"\"a b\" = 'x\\n'\n'q' = \"x\\n\\u00e4\\U0001f600\\\"\"",
	"{a b=\"x\\n\",q=\"x\n\xc3\xa4\xf0\x9f\x98\x80\"\"}", NULL},
    {"a = \"\"\"\nx\ny\"\"\"", "{a=\"x\ny\"}", NULL},
    {"a = \"\"\"x\\\n   y\"\"\"", "{a=\"xy\"}", NULL},
    {"a = \"\"\"x\"\"y\"\"\"\"\"", "{a=\"x\"\"y\"\"\"}", NULL},
    {"a = '''\nx'y''z'''''", "{a=\"x'y''z''\"}", NULL},
    {"a = \"\"\nb = ''\nc = \"\"\"\"\"\"\nd = ''''''",
	"{a=\"\",b=\"\",c=\"\",d=\"\"}", NULL},
    {"a = [1, 2.5e3, -0x1f,]", NULL, "line 1"},
    {"a = [1, -2.5e3, 0x1f,\n # c\n \"x\",\n]", "{a=[1,-2.5e3,0x1f,\"x\"]}",
	NULL},
    {"a = [[], [[1]], {b = 1, c.d = 2}]", "{a=[[],[[1]],{b=1,c={d=2}}]}", NULL},
    {"a = 1979-05-27T07:32:00.5-07:00\nb = 07:32:00",
	"{a=1979-05-27T07:32:00.5-07:00,b=07:32:00}", NULL},
    {"a = inf\nb = +nan\nc = 1_000", "{a=inf,b=+nan,c=1_000}", NULL},
    {"[a]\nb = 1\n[a.c]\nd = 2\n[e.f]\n[e]\ng = 1",
	"{a={b=1,c={d=2}},e={f={},g=1}}", NULL},
    {"[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\n[[a.d]]",
	"{a=[{b=1},{b=2,c={},d=[{}]}]}", NULL},
    {"a.b = 1\na.c = 2", "{a={b=1,c=2}}", NULL},
    {"[ a . \"b.c\" ]\nx=1", "{a={b.c={x=1}}}", NULL},
    {"a = 1\na = 2", NULL, "line 2: 'a' exists"},
    {"[a]\n[a]", NULL, "line 2: 'a' exists"},
    {"a.b = 1\n[a]", NULL, "'a' exists"},
    {"a = {b = 1}\n[a.c]", NULL, "'a' exists"},
    {"a = [1]\n[[a]]", NULL, "'a' exists"},
    {"[a.b]\n[a]\nb.c = 1", NULL, "'b' exists"},
    {"a = 1 b = 2", NULL, "line 1"},
    {"a = ", NULL, "line 1"},
    {"= 1", NULL, "line 1"},
    {"a = \"x\ny\"", NULL, "line 1"},
    {"a = \"\\q\"", NULL, "line 1"},
    {"a = \"\\ud800\"", NULL, "no character"},
    {"a = 01", NULL, "line 1"},
    {"a = {b = 1\n}", NULL, "line"},
    {"a = [1", NULL, "line 1"},
    {"[a", NULL, "line 1"},
    {"a = \x01", NULL, "line 1"},
    {"\n\na = !", NULL, "line 3: unexpected character"},
};

static void
toml_parse__documents(void **state)
{
	struct arena *a = arena_new();
	struct toml *t;
	struct rt_err err;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(docs) / sizeof(docs[0]); i++) {
		struct buf b = {0};

		rc = toml_parse(&t, a, str_from(docs[i].in), &err);
		if (docs[i].out == NULL) {
			if (rc != RT_EFORMAT ||
			    strstr(err.text, docs[i].error) == NULL)
				fail_msg("%s: %d %s", docs[i].in, rc,
				    rc < 0 ? err.text : "");
			continue;
		}
		if (rc < 0)
			fail_msg("%s: %s", docs[i].in, err.text);
		dump(&b, t);
		if (!str_eqz(buf_str(&b), docs[i].out))
			fail_msg("%s: %.*s", docs[i].in, (int)b.n, b.p);
		buf_free(&b);
	}
	arena_free(a);
}

static void
toml_parse__limits(void **state)
{
	static const char *const parts[] = {"[", "{a=", "a."};
	struct arena *a = arena_new();
	struct buf b = {0};
	struct toml *t;
	struct rt_err err;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		b.n = 0;
		if (parts[i][0] != 'a')
			buf_puts(&b, "a = ");
		for (k = 0; k < 1000; k++)
			buf_puts(&b, parts[i]);
		buf_puts(&b, "a = 1");
		assert_int_equal(
		    toml_parse(&t, a, buf_str(&b), &err), RT_ELIMIT);
	}
	buf_free(&b);
	assert_int_equal(
	    toml_parse(&t, a, STR("a = '\xff'"), &err), RT_EFORMAT);
	arena_free(a);
}

static void
toml_get__members(void **state)
{
	struct arena *a = arena_new();
	struct toml *t;
	struct rt_err err;
	bool found;

	(void)state;
	assert_int_equal(toml_parse(&t, a, STR("a = 'x'\nb = 1"), &err), 0);
	assert_true(str_eqz(toml_get_str(t, STR("a"), &found), "x"));
	assert_true(found);
	(void)toml_get_str(t, STR("b"), &found);
	assert_false(found);
	assert_null(toml_get(t, STR("c")));
	assert_null(toml_get(toml_get(t, STR("a")), STR("c")));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(toml_parse__documents),
	    cmocka_unit_test(toml_parse__limits),
	    cmocka_unit_test(toml_get__members),
	};

	return cmocka_run_group_tests_name("toml", tests, NULL, NULL);
}
