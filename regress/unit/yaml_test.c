/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: types, limits, what is refused and where, origins. */
#include <string.h>

#include "compiler/front/k8s.h"
#include "regress/unit/unit.h"

#include "runtime/base/banned.h"

struct reading {
	struct arena *a;
	struct diags d;
	struct units u;
	struct source *s;
	bool ok;
};

static void
start(struct reading *r, struct str text)
{
	memset(r, 0, sizeof(*r));
	r->a = arena_new();
	diags_init(&r->d, r->a);
	r->s = source_new(r->a, STR("t.yaml"), text);
	r->ok = yaml_read(&r->u, r->a, &r->d, r->s);
}

static void
finish(struct reading *r)
{
	arena_free(r->a);
}

/* All documents as JSON, one a line. */
static struct str
json(struct reading *r)
{
	struct buf b = {0};
	struct unit **u;
	struct str out;

	VEC_FOREACH(u, &r->u.list) {
		if (b.n > 0)
			buf_putc(&b, '\n');
		jv_print(&b, yaml_to_jv(r->a, (*u)->root), JV_COMPACT);
	}
	out = arena_str(r->a, buf_str(&b));
	buf_free(&b);
	return out;
}

static const struct {
	const char *yaml, *json;
} scalars[] = {
    {"y", "true"},
    {"Y", "true"},
    {"yes", "true"},
    {"On", "true"},
    {"TRUE", "true"},
    {"n", "false"},
    {"No", "false"},
    {"OFF", "false"},
    {"yEs", "\"yEs\""},
    {"'y'", "\"y\""},
    {"", "null"},
    {"~", "null"},
    {"Null", "null"},
    {"nULL", "\"nULL\""},
    {"\"\"", "\"\""},
    {"12", "12"},
    {"+12", "12"},
    {"-0", "0"},
    {"1_000", "1000"},
    {"0644", "420"},
    {"0o17", "15"},
    {"017", "15"},
    {"08", "8"},
    {"0x1F", "31"},
    {"-0x1f", "-31"},
    {"0b101", "5"},
    {"0x", "\"0x\""},
    {"18446744073709551615", "18446744073709551615"},
    {"123456789012345678901", "123456789012345680000"},
    {"1.0", "1"},
    {"1.50", "1.5"},
    {".5", "0.5"},
    {"._5", "\"._5\""},
    {".5_0", "0.5"},
    {"5.", "5"},
    {"1e3", "1000"},
    {"1e21", "1e+21"},
    {"1e-7", "1e-7"},
    {"0.000001", "0.000001"},
    {"1e999", "\"1e999\""},
    {"-0.0", "-0"},
    {"12:30", "\"12:30\""},
    {"190:20:30", "\"190:20:30\""},
    {"2001-01-01", "\"2001-01-01\""},
    {"2001-12-14T21:59:43Z", "\"2001-12-14T21:59:43Z\""},
    {"1.2.3", "\"1.2.3\""},
    {"25%", "\"25%\""},
    {"_1", "\"_1\""},
    {"=", "\"=\""},
    {"a b", "\"a b\""},
    {"!!str 12", "\"12\""},
    {"!!str y", "\"y\""},
    {"!!int \"12\"", "12"},
    {"!!float 1", "1"},
    {"!!bool yes", "true"},
    {"!!null null", "null"},
    {"!!binary aGk=", "\"hi\""},
    {"!!timestamp 2001-01-01", "\"2001-01-01\""},
    {"! 12", "\"12\""},
    {"!own 12", "\"12\""},
    {"&a 12", "12"},
    {"&a !!str 12", "\"12\""},
    {"!!str &a 12", "\"12\""},
    {"&a", "null"},
    {"|\n  a\n  b", "\"a\\nb\\n\""},
    {"|-\n  a", "\"a\""},
    {"|+\n  a\n", "\"a\\n\""},
    {">\n  a\n  b\n", "\"a b\\n\""},
    {"\"\\u00e9\\x41\"", "\"\xc3\xa9\x41\""},
    {"'it''s'", "\"it's\""},
};

static void
yaml_read__scalars(void **state)
{
	struct reading r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
		struct arena *a = arena_new();

		start(&r, arena_printf(a, "k: %s", scalars[i].yaml));
		if (!r.ok)
			fail_msg("'%s' is refused: %s", scalars[i].yaml,
			    r.d.list.p[0]->text.p);
		assert_str(
		    json(&r), arena_printf(a, "{\"k\":%s}", scalars[i].json));
		finish(&r);
		arena_free(a);
	}
}

static const struct {
	const char *name, *yaml, *json;
} documents[] = {
    {"empty", "", ""},
    {"only comments", "# a\n---\n\n# b\n---\n~\n", ""},
    {"byte order mark",
	"\xef\xbb\xbf"
	"a: 1\n",
	"{\"a\":1}"},
    {"mark of a second file",
	"a: 1\n---\n\xef\xbb\xbf"
	"b: 2\n",
	"{\"a\":1}\n{\"b\":2}"},
    {"CRLF", "a: 1\r\n---\r\nb: |\r\n  x\r\n", "{\"a\":1}\n{\"b\":\"x\\n\"}"},
    {"comment behind the mark", "a: 1\n--- # b\nb: 2", "{\"a\":1}\n{\"b\":2}"},
    {"end mark", "a: 1\n...\n---\nb: 2\n...\n", "{\"a\":1}\n{\"b\":2}"},
    {"keys become strings", "1: a\nyes: b\n1.5: c\n0x10: d\n1e6: e\n.inf: f\n",
	"{\"1\":\"a\",\"true\":\"b\",\"1.5\":\"c\",\"16\":\"d\","
	"\"1e+06\":\"e\",\".inf\":\"f\"}"},
    {"alias", "a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}"},
    {"alias as a key", "a: &x yes\n*x : 2\n", "{\"a\":true,\"true\":2}"},
    {"key with an anchor", "&x 1: *x\n", "{\"1\":1}"},
    {"anchor given again", "a: &x 1\nb: &x 2\nc: *x\n",
	"{\"a\":1,\"b\":2,\"c\":2}"},
    {"merge", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3\n",
	"{\"a\":{\"b\":1,\"c\":2},\"d\":{\"b\":3,\"c\":2}}"},
    {"merge behind wins", "a: &x {b: 1}\nd:\n  b: 3\n  <<: *x\n",
	"{\"a\":{\"b\":1},\"d\":{\"b\":1}}"},
    {"first of a merged sequence wins",
	"a:\n- &x {b: 1}\n- &y {b: 2, c: 3}\nd:\n  <<: [*x, *y]\n",
	"{\"a\":[{\"b\":1},{\"b\":2,\"c\":3}],\"d\":{\"b\":1,\"c\":3}}"},
    {"quoted, no merge", "'<<': {a: 1}\n", "{\"<<\":{\"a\":1}}"},
    {"JSON", "{\"a\":\"\\/\\ud83d\\ude00\",\t\"b\"\n:1.0}",
	"{\"a\":\"/\xf0\x9f\x98\x80\",\"b\":1.0}"},
    {"JSON in a row", "{\"a\":1}\n{\"b\":2} {\"c\":3}",
	"{\"a\":1}\n{\"b\":2}\n{\"c\":3}"},
    {"JSON, then YAML", "{\"a\":1}\n---\nb: 2\n", "{\"a\":1}\n{\"b\":2}"},
    {"flow that is no JSON", "{a: 1}\n", "{\"a\":1}"},
    {"half a pair", "{\"a\":\"\\ud83d!\"}", "{\"a\":\"\xef\xbf\xbd!\"}"},
    {"tabs as blanks", "a:\t1\t# x\n", "{\"a\":1}"},
    {"no line end behind a literal", "a: |\n  x", "{\"a\":\"x\\n\"}"},
    {"a sequence", "- 1\n- [2]\n", "[1,[2]]"},
    {"braces in text", "a: \"{{ x }}\"\n", "{\"a\":\"{{ x }}\"}"},
};

static void
yaml_read__documents(void **state)
{
	struct reading r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		start(&r, str_from(documents[i].yaml));
		if (!r.ok)
			fail_msg("%s: refused: %s", documents[i].name,
			    r.d.list.p[0]->text.p);
		if (!str_eqz(json(&r), documents[i].json))
			fail_msg("%s: got %.*s", documents[i].name,
			    STR_ARG(json(&r)));
		finish(&r);
	}
}

static const struct {
	const char *yaml;
	enum diag_id id;
	unsigned line, col;
} refused[] = {
    {"a: 1\nb: [\n", DIAG_YAML_SYNTAX, 3, 1},
    {"a: 1\n b: 2\n", DIAG_YAML_SYNTAX, 2, 3},
    {"a: \"\\/\"\n", DIAG_YAML_SYNTAX, 1, 5},
    {"a: [b? c]\n", DIAG_YAML_SYNTAX, 1, 6},
    {"a: [!x, b]\n", DIAG_YAML_SYNTAX, 1, 7},
    {"\xc3\xa9: 1\n\xc3\xa9: [\xc3\xa9, }\n", DIAG_YAML_SYNTAX, 2, 8},
    {"{\"a\":1} {\"b\":2} x", DIAG_YAML_SYNTAX, 1, 17},
    {"a: 1\nb: \xff\n", DIAG_YAML_ENCODING, 2, 4},
    {"a: \x01\n", DIAG_YAML_ENCODING, 1, 4},
    {"a: 1\n\xef\xbb\xbf"
     "b: 2\n",
	DIAG_YAML_ENCODING, 1, 5},
    {"a: 1\r\r\nb: 2\n", DIAG_YAML_ENCODING, 1, 5},
    {"a: 1\nb: 2\na: 3\n", DIAG_YAML_DUPLICATE_KEY, 3, 1},
    {"yes: 1\n'true': 2\n", DIAG_YAML_DUPLICATE_KEY, 2, 1},
    {"{\"a\":1,\n\"a\":2}", DIAG_YAML_DUPLICATE_KEY, 2, 1},
    {"? [a]\n: b\n", DIAG_YAML_KEY, 1, 3},
    {"? {a: b}\n: b\n", DIAG_YAML_KEY, 1, 3},
    {"~: b\n", DIAG_YAML_KEY, 1, 1},
    {"a: &x [1]\n*x : 2\n", DIAG_YAML_KEY, 2, 1},
    {"18446744073709551615: b\n", DIAG_YAML_KEY, 1, 1},
    {"a: {{ .Values.x }}\n", DIAG_YAML_TEMPLATE, 1, 4},
    {"a: {{replicas}}\n", DIAG_YAML_TEMPLATE, 1, 4},
    {"{{ x }}: 1\n", DIAG_YAML_TEMPLATE, 1, 1},
    {"{{- if .Values.x }}\na: 1\n", DIAG_YAML_TEMPLATE, 1, 1},
    {"a:\n{% if x %}\n  b: 1\n", DIAG_YAML_TEMPLATE, 2, 1},
    {"a: .inf\n", DIAG_YAML_NO_JSON, 1, 4},
    {"a: [.nan]\n", DIAG_YAML_NO_JSON, 1, 5},
    {"a: !!int x\n", DIAG_YAML_TAG, 1, 10},
    {"a: !!binary \"%\"\n", DIAG_YAML_TAG, 1, 13},
    {"<<: 1\n", DIAG_YAML_MERGE, 1, 5},
    {"<<: [1]\n", DIAG_YAML_MERGE, 1, 5},
    {"a: *x\n", DIAG_YAML_ALIAS, 1, 4},
    {"a: &x [*x]\n", DIAG_YAML_ALIAS, 1, 8},
    {"a: 1\n--- b\n", DIAG_YAML_SEPARATOR, 2, 5},
    {"---a\n", DIAG_YAML_SEPARATOR, 1, 4},
    {"--- |\n x\n", DIAG_YAML_SEPARATOR, 1, 5},
    {"%YAML 1.1\n---\na: 1\n", DIAG_YAML_SYNTAX, 2, 1},
    {"a: 1\n...\nb: 2\n", DIAG_YAML_TRAILING, 3, 1},
};

static void
yaml_read__refused(void **state)
{
	struct reading r;
	struct place p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct diag *g;

		start(&r, str_from(refused[i].yaml));
		if (r.ok || r.d.list.n == 0)
			fail_msg("not refused: %s", refused[i].yaml);
		g = r.d.list.p[0];
		p = source_place(r.a, r.s, g->loc.off);
		if (g->id != refused[i].id || p.line != refused[i].line ||
		    p.col != refused[i].col)
			fail_msg("%s: %s at %u:%u", refused[i].yaml,
			    diag_table[g->id].name, p.line, p.col);
		finish(&r);
	}
}

static void
yaml_read__goes_on(void **state)
{
	struct reading r;

	(void)state;
	start(&r, STR("a: [\n---\nb: 1\n---\nc: 1\nc: 2\nd: 1\nd: 2\n"));
	assert_false(r.ok);
	assert_int_equal(r.d.errors, 3);
	assert_int_equal(r.d.list.p[1]->nnotes, 1);
	finish(&r);
}

/* Ten levels of ten aliases each: 10^10 nodes. */
static void
yaml_read__bomb(void **state)
{
	struct reading r;
	struct buf b = {0};
	int i;

	(void)state;
	buf_puts(&b, "a0: &a0 x\n");
	for (i = 1; i < 11; i++)
		buf_printf(&b,
		    "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, "
		    "*a%d, *a%d, *a%d]\n",
		    i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1,
		    i - 1, i - 1, i - 1);
	start(&r, buf_str(&b));
	assert_false(r.ok);
	assert_int_equal(r.d.list.p[0]->id, DIAG_YAML_LIMIT);
	finish(&r);
	buf_free(&b);
}

/* One document of more bytes than a reader should hold several times. */
static void
yaml_read__long_document(void **state)
{
	static const size_t sizes[] = {
	    YAML_DOCUMENT_MAX, YAML_DOCUMENT_MAX + 1};
	struct reading r;
	struct buf b = {0};
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		b.n = 0;
		buf_puts(&b, "a: 1\n---\nb: 1 #");
		buf_fill(&b, 'x', sizes[i] - 6);
		start(&r, buf_str(&b));
		assert_int_equal(r.ok, i == 0);
		if (i == 1)
			assert_int_equal(r.d.list.p[0]->id, DIAG_YAML_LIMIT);
		finish(&r);
	}
	buf_free(&b);
}

/* A chain of aliases is as deep as it is when expanded. */
static void
yaml_read__depth(void **state)
{
	struct reading r;
	struct buf b = {0};
	int n, i;

	(void)state;
	for (n = 98; n < 103; n++) {
		b.n = 0;
		buf_puts(&b, "a: ");
		buf_fill(&b, '[', (size_t)n);
		buf_fill(&b, ']', (size_t)n);
		start(&r, buf_str(&b));
		assert_int_equal(r.ok, n + 1 <= YAML_DEPTH_MAX);
		finish(&r);
		b.n = 0;
		buf_puts(&b, "{\"a\": ");
		buf_fill(&b, '[', (size_t)n);
		buf_fill(&b, ']', (size_t)n);
		buf_putc(&b, '}');
		start(&r, buf_str(&b));
		assert_int_equal(r.ok, n + 1 <= YAML_DEPTH_MAX);
		finish(&r);
	}
	b.n = 0;
	buf_puts(&b, "a0: &a0 {x: 1}\n");
	for (i = 1; i < 200; i++)
		buf_printf(&b, "a%d: &a%d {<<: *a%d}\n", i, i, i - 1);
	start(&r, buf_str(&b));
	assert_false(r.ok);
	assert_int_equal(r.d.list.p[0]->id, DIAG_YAML_LIMIT);
	finish(&r);
	buf_free(&b);
}

static void
yaml_read__origin(void **state)
{
	struct reading r;

	(void)state;
	start(&r, STR("---\n# Source: shop/templates/web.yaml\na: 1\n"
		      "---\nmetadata:\n  annotations:\n"
		      "    config.kubernetes.io/origin: |\n"
		      "      path: base/web.yaml\n"
		      "---\nmetadata:\n  annotations:\n"
		      "    config.kubernetes.io/path: web.yaml\n"
		      "---\nb: 1\n# Source: no\n"));
	assert_true(r.ok);
	assert_int_equal(r.u.list.n, 4);
	assert_strz(r.u.list.p[0]->rendered_from, "shop/templates/web.yaml");
	assert_strz(r.u.list.p[1]->rendered_from, "base/web.yaml");
	assert_strz(r.u.list.p[2]->rendered_from, "web.yaml");
	assert_strz(r.u.list.p[3]->rendered_from, "");
	finish(&r);
}

static void
yaml_get__merge_and_alias(void **state)
{
	struct reading r;
	const struct yaml_node *root;
	int64_t n = 0;
	bool b = false;

	(void)state;
	start(&r, STR("base: &b {x: 0x10, on: no}\nv:\n  <<: *b\n  w: *b\n"));
	assert_true(r.ok);
	root = r.u.list.p[0]->root;
	assert_true(yaml_to_int(yaml_path(root, "v", "x", NULL), &n));
	assert_int_equal(n, 16);
	assert_true(yaml_to_bool(yaml_path(root, "v", "true", NULL), &b));
	assert_false(b);
	assert_true(yaml_is(yaml_path(root, "v", "w", NULL), YAML_MAP));
	assert_null(yaml_path(root, "v", "z", NULL));
	assert_int_equal(yaml_pairs(r.a, yaml_getz(root, "v")).n, 3);
	finish(&r);
}

static void
k8s_objects__lists_and_pods(void **state)
{
	struct k8s_objects all = {0};
	const struct k8s_object *o;
	struct reading r;
	bool other;

	(void)state;
	start(
	    &r, STR("apiVersion: v1\nkind: List\nitems:\n"
		    "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n"
		    "- apiVersion: batch/v1\n  kind: CronJob\n"
		    "  metadata: {name: j, namespace: ns}\n"
		    "  spec: {jobTemplate: {spec: {template: {spec: {}}}}}\n"
		    "---\napiVersion: v1\nkind: Pod\n"
		    "metadata: {generateName: p-}\n"
		    "---\napiVersion: x/v1\nkind: Other\n"));
	assert_true(k8s_objects_read(&all, r.a, &r.d, &r.u));
	assert_int_equal(all.list.n, 4);
	assert_non_null(all.list.p[1]->pod_spec);
	assert_null(all.list.p[1]->pod_meta);
	assert_null(all.list.p[2]->pod_spec);
	assert_null(all.list.p[3]->kind);
	assert_strz(
	    k8s_describe(r.a, all.list.p[1]), "CronJob 'j' (namespace 'ns')");
	assert_strz(k8s_describe(r.a, all.list.p[2]), "Pod 'p-*'");
	assert_strz(k8s_describe(r.a, all.list.p[3]), "Other without a name");
	o = k8s_find(&all, "ConfigMap", STR("c"), STR("default"), &other);
	assert_ptr_equal(o, all.list.p[0]);
	assert_false(other);
	o = k8s_find(&all, "ConfigMap", STR("c"), STR("ns"), &other);
	assert_ptr_equal(o, all.list.p[0]);
	assert_true(other);
	finish(&r);
}

static void
k8s_objects__refused(void **state)
{
	static const struct {
		const char *yaml;
		enum diag_id id;
	} cases[] = {
	    {"- a\n", DIAG_K8S_NO_OBJECT},
	    {"text\n", DIAG_K8S_NO_OBJECT},
	    {"kind: Pod\n", DIAG_K8S_MISSING},
	    {"apiVersion: v1\n", DIAG_K8S_MISSING},
	    {"apiVersion: 1\nkind: Pod\n", DIAG_K8S_NO_STRING},
	    {"apiVersion: v1\nkind: Pod\nmetadata: {name: 1}\n",
		DIAG_K8S_NO_STRING},
	    {"apiVersion: v1\nkind: List\nitems: [1]\n", DIAG_K8S_NO_OBJECT},
	};
	struct reading r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct k8s_objects all = {0};

		start(&r, str_from(cases[i].yaml));
		if (k8s_objects_read(&all, r.a, &r.d, &r.u) ||
		    r.d.list.p[0]->id != cases[i].id)
			fail_msg("%s", cases[i].yaml);
		finish(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(yaml_read__scalars),
	    cmocka_unit_test(yaml_read__documents),
	    cmocka_unit_test(yaml_read__refused),
	    cmocka_unit_test(yaml_read__goes_on),
	    cmocka_unit_test(yaml_read__bomb),
	    cmocka_unit_test(yaml_read__long_document),
	    cmocka_unit_test(yaml_read__depth),
	    cmocka_unit_test(yaml_read__origin),
	    cmocka_unit_test(yaml_get__merge_and_alias),
	    cmocka_unit_test(k8s_objects__lists_and_pods),
	    cmocka_unit_test(k8s_objects__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
