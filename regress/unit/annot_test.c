/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/annot.h"
#include "runtime/base/buf.h"
#include "runtime/base/banned.h"

/*
 * A case: values ("-": absent) and what has to come out.  A finding is written
 * CODE@BYTE (1-based) or CODE@BYTE+LENGTH; an entry as in show().
 */
struct parse_case {
	const char *ingress, *egress, *admin;
	const char *want;
	unsigned flags;
};

static const struct parse_case cases[] = {
    /* the vectors of the mesh specification */
    {"web#8080#false##metrics#7890#true", "-", "-",
	"any web:8080:tls metrics:7890:plain", 0},
    {"", "-", "-", "any", 0},
    {"##admin#9901#true", "-", "-", "any admin:9901:plain", 0},
    {"a#80#true##", "-", "-", "any a:80:plain", 0},
    {"#80#T", "-", "-", "any :80:plain", 0},
    {"a#80##b#1#true", "-", "-", "any b:1:plain E010@1+4", 0},
    {"a#80#yes", "-", "-", "any E021@6+3", 0},
    {"a#65616#true", "-", "-", "any E020@3+5", 0},
    {"DISABLED", "a#127.0.0.2:80#b:80", "-", "any disabled a:127.0.0.2:80>b:80",
	0},
    {"disabled", "-", "-", "any E010@1+8", 0},
    {"-",
	"billing#127.137.0.1:8081#billing-svc:8080##"
	"cart#127.137.0.2:8081#cart-svc:8080",
	"-",
	"any billing:127.137.0.1:8081>billing-svc:8080 "
	"cart:127.137.0.2:8081>cart-svc:8080",
	0},
    {"-", "a#10.0.0.1:80#b:80", "-", "any E023@3+8", 0},
    {"-", "a#localhost:80#b:80", "-", "any E022@3+12", 0},
    {"-", "a#127.0.0.2:80#b", "-", "any E024@16+1", 0},
    {"-", "a#127.0.0.2:80#fd00::1:80", "-", "any E024@16+10", 0},
    {"-", "a#127.0.0.2:80#[fd00::1]:443", "-",
	"any a:127.0.0.2:80>[fd00::1]:443", 0},
    {"-", "a#127.0.0.2:15006#b:80", "-", "any E125@13+5", 0},
    {"-", "x#127.0.0.2:80#b:80##x#127.0.0.3:80#c:80", "-",
	"any x:127.0.0.2:80>b:80 E122@22+1", 0},
    /* presence */
    {"-", "-", "-", "", 0},
    {"-", "-", "", "any", 0},
    {"-", "-", "9901", "any admin=9901", 0},
    {"-", "", "-", "any E120@1", 0},
    {"-", "", "-", "any", ANNOT_F_V12},
    {"DISABLED", "-", "-", "any disabled W110@1+8", 0},
    {"DISABLED", "-", "-", "any E010@1+8", ANNOT_F_V12},
    {"DISABLED", "", "-", "any disabled E120@1", 0},
    {"-", "DISABLED", "-", "any E010@1+8", 0},
    {"DISABLED ", "-", "-", "any E010@1+9", 0},
    {"DISABLED##", "-", "-", "any E010@1+8", 0},
    /* separators */
    {"####", "-", "-", "any", 0},
    {"#", "-", "-", "any E010@1+1", 0},
    {"###", "-", "-", "any E010@3+1", 0},
    {"#####", "-", "-", "any E010@5+1", 0},
    {"a#1#t###2#f", "-", "-", "any a:1:plain :2:tls", 0},
    {"a#1#t#", "-", "-", "any E010@6+1", 0},
    {"a#1#t#x#y##b#2#f", "-", "-", "any b:2:tls E010@6+1", 0},
    {"a##b##c#1#t", "-", "-", "any c:1:plain E010@1+1 E010@4+1", 0},
    /* ports and booleans */
    {"a#0#true", "-", "-", "any E020@3+1", 0},
    {"a#65535#false", "-", "-", "any a:65535:tls", 0},
    {"a#65536#false", "-", "-", "any E020@3+5", 0},
    {"a#+80#true", "-", "-", "any E020@3+3", 0},
    {"a#-1#true", "-", "-", "any E020@3+2", 0},
    {"a# 80#true", "-", "-", "any E020@3+3", 0},
    {"a##true", "-", "-", "any E010@1+1 E010@4+4", 0},
    {"a#0x50#true", "-", "-", "any E020@3+4", 0},
    {"a#00080#true", "-", "-", "any a:80:plain N108@3+5", 0},
    {"a#000080#true", "-", "-", "any E020@3+6", 0},
    {"a#x#y", "-", "-", "any E020@3+1 E021@5+1", 0},
    {"a#1#1##b#2#0##c#3#F##d#4#TRUE##e#5#False", "-", "-",
	"any a:1:plain b:2:tls c:3:tls d:4:plain e:5:tls", 0},
    {"a#1#tRUE", "-", "-", "any E021@5+4", 0},
    {"a#1#true ", "-", "-", "any E021@5+5", 0},
    /* the same port */
    {"a#80#true##b#80#true", "-", "-", "any a:80:plain W111@14+2", 0},
    {"a#80#true##b#80#false", "-", "-", "any a:80:plain E112@14+2", 0},
    {"a#15006#true", "-", "-", "any E113@3+5", 0},
    {"a#15007#false##b#1#f", "-", "-", "any b:1:tls E113@3+5", 0},
    /* listen addresses */
    {"-", "a#127.255.255.255:80#b:80", "-", "any E022@3+18", 0},
    {"-", "a#127.0.0.0:80#b:80", "-", "any a:127.0.0.0:80>b:80", 0},
    {"-", "a#[::1]:80#b:80", "-", "any E022@3+8", 0},
    {"-", "a#[::ffff:127.0.0.1]:80#b:80", "-", "any E022@3+21", 0},
    {"-", "a#127.0.0.1#b:80", "-", "any E022@3+9", 0},
    {"-", "a#127.0.0.1:#b:80", "-", "any E022@3+10", 0},
    {"-", "a#127.0.0.01:80#b:80", "-", "any E022@3+13", 0},
    {"-", "a#127.0.0.256:80#b:80", "-", "any E022@3+14", 0},
    {"-", "a#127.0.0.1.1:80#b:80", "-", "any E022@3+14", 0},
    {"-", "a#127.1:80#b:80", "-", "any E022@3+8", 0},
    {"-", "a#128.0.0.1:80#b:80", "-", "any E023@3+9", 0},
    {"-", "a#127.0.0.1:080#b:80", "-", "any a:127.0.0.1:80>b:80 N108@13+3", 0},
    {"-", "a#127.0.0.2:80#b:80##c#127.0.0.2:80#d:80", "-",
	"any a:127.0.0.2:80>b:80 E121@24+12", 0},
    {"-", "a#127.0.0.2:80#b:80##c#127.0.0.2:81#d:80", "-",
	"any a:127.0.0.2:80>b:80 c:127.0.0.2:81>d:80", 0},
    {"-", "a#127.0.0.2:15007#b:80", "-", "any E125@13+5", 0},
    /* remotes */
    {"-", "a#127.0.0.2:80#:80", "-", "any E024@16+3", 0},
    {"-", "a#127.0.0.2:80#b:", "-", "any E025@18", 0},
    {"-", "a#127.0.0.2:80#b:http", "-", "any E025@18+4", 0},
    {"-", "a#127.0.0.2:80#b:0", "-", "any E025@18+1", 0},
    {"-", "a#127.0.0.2:80#[::1:80", "-", "any E024@16+7", 0},
    {"-", "a#127.0.0.2:80#[::1]", "-", "any E024@16+5", 0},
    {"-", "a#127.0.0.2:80#[]:80", "-", "any E024@16+5", 0},
    {"-", "a#127.0.0.2:80#[b]:80", "-", "any E026@16+3", 0},
    {"-", "a#127.0.0.2:80#[10.0.0.1]:80", "-", "any E026@16+10", 0},
    {"-", "a#127.0.0.2:80#b c:80", "-", "any E026@16+3", 0},
    {"-", "a#127.0.0.2:80#b..c:80", "-", "any E026@16+4", 0},
    {"-", "a#127.0.0.2:80#b.c.:80", "-", "any a:127.0.0.2:80>b.c.:80", 0},
    {"-", "a#127.0.0.2:80#.:80", "-", "any E026@16+1", 0},
    {"-", "a#127.0.0.2:80#my_svc.ns.svc:80", "-",
	"any a:127.0.0.2:80>my_svc.ns.svc:80", 0},
    {"-", "a#127.0.0.2:80#10.0.0.256:80", "-", "any E026@16+10", 0},
    {"-", "a#127.0.0.2:80#10.0.0.9:80", "-", "any a:127.0.0.2:80>10.0.0.9:80",
	0},
    {"-", "a#127.0.0.2:80#b c:x", "-", "any E026@16+3 E025@20+1", 0},
    {"-", "#10.0.0.1:x#b", "-", "any E124@1 E022@2+10 E024@13+1", 0},
    /* names */
    {"-", "ingress#127.0.0.2:80#b:80", "-", "any E123@1+7", 0},
    {"-", "Ingress#127.0.0.2:80#b:80", "-", "any Ingress:127.0.0.2:80>b:80", 0},
    {"-", "BlackHoleFilter#127.0.0.2:80#b:80", "-", "any E123@1+15", 0},
    {"-", "#127.0.0.2:80#b:80", "-", "any E124@1", 0},
    {"ingress#80#true", "-", "-", "any ingress:80:plain", 0},
    {"a b\xc3\xa9#80#true", "-", "-", "any a b\xc3\xa9:80:plain", 0},
    /* bytes */
    {"a\n#80#true", "-", "-", "any a\n:80:plain E004@2+1", 0},
    {"a\x7f#80#true\t", "-", "-", "any E004@2+1 E004@11+1 E021@7+5", 0},
    {"\xff#80#true", "-", "-", "any \xff:80:plain E005@1+1", 0},
    {"\xc3#80#true", "-", "-", "any \xc3:80:plain E005@1+1", 0},
    {"\xed\xa0\x80#1#t", "-", "-",
	"any \xed\xa0\x80:1:plain E005@1+1 E005@2+1 E005@3+1", 0},
    /* admin port */
    {"-", "-", "https", "any E030@1+5", 0},
    {"-", "-", "0", "any E030@1+1", 0},
    {"-", "-", "65536", "any E030@1+5", 0},
    {"-", "-", " 80", "any E030@1+3", 0},
    {"-", "-", "080", "any admin=80 N108@1+3", 0},
    {"-", "-", "15006", "any admin=15006 E131@1+5", 0},
    {"-", "a#127.0.0.2:9901#b:80", "9901",
	"any a:127.0.0.2:9901>b:80 admin=9901 E131@1+4", 0},
    {"##admin#9901#true", "-", "9901",
	"any admin:9901:plain admin=9901 W132@1+4", 0},
    {"DISABLED", "-", "9901", "any disabled admin=9901 W132@1+4", 0},
    {"x#9901#false", "-", "9901", "any x:9901:tls admin=9901", 0},
};

static struct annot_value
value_of(const char *z)
{
	struct annot_value v = {{NULL, 0}, strcmp(z, "-") != 0};

	if (v.present)
		v.text = str_from(z);
	return v;
}

static void
show(struct buf *b, const struct annot_mesh *m)
{
	const struct annot_finding *f;
	const struct annot_ingress *i;
	const struct annot_egress *e;

	if (m->any)
		buf_puts(b, " any");
	if (m->disabled)
		buf_puts(b, " disabled");
	VEC_FOREACH(i, &m->ingress) {
		buf_printf(b, " %.*s:%u:%s", STR_ARG(i->name), i->port,
		    i->plain ? "plain" : "tls");
	}
	VEC_FOREACH(e, &m->egress) {
		buf_printf(b, " %.*s:%u.%u.%u.%u:%u>%s%.*s%s:%u",
		    STR_ARG(e->name), e->listen[0], e->listen[1], e->listen[2],
		    e->listen[3], e->port, e->ipv6 ? "[" : "", STR_ARG(e->host),
		    e->ipv6 ? "]" : "", e->remote_port);
	}
	if (m->admin != 0)
		buf_printf(b, " admin=%u", m->admin);
	VEC_FOREACH(f, &m->findings) {
		buf_printf(b, " %s@%u", annot_code(f->id) + 5, f->off + 1);
		if (f->len > 0)
			buf_printf(b, "+%u", f->len);
	}
}

static void
annot_parse__table(void **state)
{
	struct arena *a = arena_new();
	struct annot_value v[ANNOT_KINDS];
	struct annot_mesh m;
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		v[ANNOT_INGRESS] = value_of(cases[i].ingress);
		v[ANNOT_EGRESS] = value_of(cases[i].egress);
		v[ANNOT_ADMIN] = value_of(cases[i].admin);
		annot_parse(&m, a, v, cases[i].flags);
		b.n = 0;
		show(&b, &m);
		buf_putc(&b, '\0');
		if (strcmp(b.p + (b.n > 1), cases[i].want) != 0)
			fail_msg("I '%s' E '%s' A '%s': got '%s', want '%s'",
			    cases[i].ingress, cases[i].egress, cases[i].admin,
			    b.p + (b.n > 1), cases[i].want);
	}
	buf_free(&b);
	arena_free(a);
}

static void
annot_parse__texts(void **state)
{
	static const struct {
		enum annot_kind kind;
		const char *value, *text;
	} t[] = {
	    {ANNOT_INGRESS, "##a#80",
		"entry 2 has 2 fields, expected 3: "
		"name#port#disable-tls"},
	    {ANNOT_EGRESS, "a",
		"entry 1 has 1 field, expected 3: "
		"name#listen-ip:port#host:port"},
	    {ANNOT_EGRESS, "a#10.0.0.1:80#b:80",
		"listen address 10.0.0.1 is not in 127.0.0.0/8"},
	    {ANNOT_INGRESS, "a#80#yes",
		"invalid boolean 'yes' for disable-tls: expected true or "
		"false"},
	    {ANNOT_INGRESS, "\001",
		"control character 0x01 in service mesh configuration"},
	    {ANNOT_ADMIN, "https", "invalid admin port 'https'"},
	};
	struct arena *a = arena_new();
	struct annot_value v[ANNOT_KINDS];
	struct annot_mesh m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memset(v, 0, sizeof(v));
		v[t[i].kind] = value_of(t[i].value);
		annot_parse(&m, a, v, 0);
		assert_true(m.findings.n > 0);
		assert_int_equal(m.findings.p[0].kind, t[i].kind);
		assert_string_equal(m.findings.p[0].text.p, t[i].text);
	}
	arena_free(a);
}

/* NUL in a value, a very long one, very many faults. */
static void
annot_parse__hostile(void **state)
{
	struct arena *a = arena_new();
	struct annot_value v[ANNOT_KINDS];
	struct annot_mesh m;
	struct buf b = {0};
	size_t i;

	(void)state;
	memset(v, 0, sizeof(v));
	v[ANNOT_INGRESS].present = true;
	v[ANNOT_INGRESS].text = STR("a\0b#80#true");
	annot_parse(&m, a, v, 0);
	assert_int_equal(m.findings.n, 1);
	assert_int_equal(m.findings.p[0].id, DIAG_MESH_CONTROL_CHARACTER);
	assert_int_equal(m.ingress.n, 1);
	for (i = 0; i < ANNOT_VALUE_MAX / 8; i++)
		buf_printf(&b, "%04x#x##", (unsigned)i & 0xffff);
	v[ANNOT_INGRESS].text = buf_str(&b);
	annot_parse(&m, a, v, 0);
	assert_int_equal(m.findings.n, ANNOT_FINDINGS_MAX);
	assert_int_equal(m.errors, ANNOT_VALUE_MAX / 8);
	buf_putc(&b, '#');
	v[ANNOT_INGRESS].text = buf_str(&b);
	annot_parse(&m, a, v, 0);
	assert_int_equal(m.findings.n, 1);
	assert_int_equal(m.findings.p[0].id, DIAG_MESH_TOO_LONG);
	assert_string_equal(annot_code(m.findings.p[0].id), "MESH-E001");
	b.n = 0;
	buf_fill(&b, 'n', ANNOT_NAME_MAX + 1);
	buf_puts(&b, "#80#true");
	v[ANNOT_INGRESS].text = buf_str(&b);
	annot_parse(&m, a, v, 0);
	assert_int_equal(m.findings.n, 1);
	assert_string_equal(annot_code(m.findings.p[0].id), "MESH-E027");
	assert_int_equal(m.findings.p[0].len, ANNOT_NAME_MAX + 1);
	v[ANNOT_INGRESS].text = str_sub(v[ANNOT_INGRESS].text, 1, b.n);
	annot_parse(&m, a, v, 0);
	assert_int_equal(m.findings.n, 0);
	b.n = 0;
	for (i = 0; i < 10000; i++)
		buf_printf(&b, "%u#127.0.%u.%u:1#b:1##", (unsigned)i,
		    (unsigned)i >> 8, (unsigned)i & 0xff);
	memset(v, 0, sizeof(v));
	v[ANNOT_EGRESS].present = true;
	v[ANNOT_EGRESS].text = buf_str(&b);
	annot_parse(&m, a, v, 0);
	assert_int_equal(m.findings.n, 0);
	assert_int_equal(m.egress.n, 10000);
	buf_free(&b);
	arena_free(a);
}

static void
annot_code__unknown(void **state)
{
	(void)state;
	assert_null(annot_code(DIAG_INTERNAL));
	assert_string_equal(annot_code(DIAG_MESH_PORT), "MESH-E020");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(annot_parse__table),
	    cmocka_unit_test(annot_parse__texts),
	    cmocka_unit_test(annot_parse__hostile),
	    cmocka_unit_test(annot_code__unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
