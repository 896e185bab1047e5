/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/analyse/cover.h"
#include "compiler/analyse/fixture.h"
#include "compiler/analyse/requests.h"
#include "compiler/analyse/whole.h"
#include "compiler/analyse/why.h"
#include "regress/unit/unit.h"
#include "runtime/base/banned.h"

static int
setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct jv *
json(struct arena *a, const char *text)
{
	struct rt_err err;
	struct jv *v;

	if (jv_parse(&v, a, str_from(text), &err) != 0)
		fail_msg("%s: %s", text, err.text);
	return v;
}

/* As little as there can be: a sandbox and a container with a probe. */
static const char data[] =
    "{\"common\":{\"cpath\":\"/c\",\"sfprefix\":\"^$(cpath)/$(bundle-id)-"
    "[a-z0-9]{16}-\",\"spath\":\"/s\",\"default_caps\":[\"CAP_CHOWN\"]},"
    "\"sandbox\":{\"storages\":[]},\"request_defaults\":{},"
    "\"contrastc\":{\"profile\":\"kata-4\",\"schema\":1},\"containers\":["
    "{\"OCI\":{\"Annotations\":{\"io.kubernetes.cri.sandbox-name\":"
    "\"^web-[0-9]+$\",\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}},"
    "\"storages\":[]},"
    "{\"OCI\":{\"Annotations\":{\"io.kubernetes.cri.container-name\":"
    "\"web\"},\"Process\":{\"Args\":[\"/web\",\"$(node-name)\"],\"Env\":["
    "\"A=$(sandbox-name)\",\"B=$$x\"],\"Capabilities\":{\"Bounding\":["
    "\"$(default_caps)\"]}},\"Mounts\":[{\"destination\":\"/etc/hosts\","
    "\"source\":\"$(sfprefix)hosts$\"},{\"destination\":\"/d\","
    "\"source\":\"\"}]},\"storages\":[{\"driver\":\"\",\"source\":\"\"}],"
    "\"exec_commands\":[[\"/probe\"]]}]}";

static struct sim *
pod(struct arena *a)
{
	struct rt_err err;
	struct sim *s;

	if (sim_new(&s, a, json(a, data), NULL, &err) != 0)
		fail_msg("%s", err.text);
	return s;
}

static const struct sim_request *
request_of(const struct sim *s, const char *kind, size_t container)
{
	const struct sim_request *r;

	VEC_FOREACH(r, &s->list) {
		if (str_eqz(r->kind, kind) && r->container == container)
			return r;
	}
	fail_msg("no %s of container %zu", kind, container);
	return NULL;
}

static void
sim__order(void **state)
{
	static const char *const kinds[] = {"UpdateInterfaceRequest",
	    "UpdateRoutesRequest", "CreateSandboxRequest",
	    "GuestDetailsRequest", "CreateContainerRequest",
	    "StartContainerRequest", "WaitProcessRequest", "GetOOMEventRequest",
	    "CopyFileRequest", "CreateContainerRequest",
	    "StartContainerRequest", "WaitProcessRequest", "ReadStreamRequest",
	    "StatsContainerRequest", "ExecProcessRequest", "ReadStreamRequest",
	    "WaitProcessRequest", "StatsContainerRequest",
	    "SignalProcessRequest", "RemoveContainerRequest",
	    "SignalProcessRequest", "RemoveContainerRequest",
	    "DestroySandboxRequest"};
	struct sim *s = pod(*state);
	size_t i;

	assert_int_equal(s->list.n, sizeof(kinds) / sizeof(*kinds));
	for (i = 0; i < s->list.n; i++)
		assert_strz(s->list.p[i].kind, kinds[i]);
	assert_strz(s->namespace, "shop");
	assert_true(str_starts(s->name, STR("web-")));
}

static void
sim__values(void **state)
{
	struct sim *s = pod(*state);
	const struct jv *oci =
	    jv_getz(request_of(s, "CreateContainerRequest", 1)->input, "OCI");
	const struct jv *storage = jv_getz(
	    request_of(s, "CreateContainerRequest", 1)->input, "storages")
				       ->items.p[0];
	const struct jv *args = jv_path(oci, "Process", "Args", NULL);
	const struct jv *env = jv_path(oci, "Process", "Env", NULL);
	const struct jv *mounts = jv_getz(oci, "Mounts");
	struct str path;

	assert_strz(jv_str(args->items.p[1]), "node-7");
	assert_str(jv_str(env->items.p[0]),
	    arena_printf(*state, "A=%.*s", STR_ARG(s->name)));
	assert_strz(jv_str(env->items.p[1]), "B=$x");
	assert_strz(jv_str(jv_path(oci, "Process", "Capabilities", NULL)
			       ->members.p[0]
			       .value->items.p[0]),
	    "CAP_CHOWN");
	path =
	    jv_get_str(request_of(s, "CopyFileRequest", 1)->input, STR("path"));
	assert_str(path, jv_get_str(mounts->items.p[0], STR("source")));
	assert_strz(jv_get_str(storage, STR("driver")), "blk");
	assert_str(jv_get_str(storage, STR("mount_point")),
	    jv_get_str(mounts->items.p[1], STR("source")));
}

static void
sim__no_policy_data(void **state)
{
	static const char *const cases[] = {"{}", "{\"containers\":[]}",
	    "{\"containers\":[{}]}", "{\"containers\":[{\"OCI\":{}}]}"};
	struct sim *s;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
		    sim_new(&s, *state, json(*state, cases[i]), NULL, NULL),
		    RT_EINVAL);
}

static void
requests_read__forms(void **state)
{
	static const struct {
		const char *text;
		int code;
		size_t n;
	} cases[] = {
	    {"", 0, 0},
	    {"{\"version\":1,\"workload\":\"a\"}\n"
	     "{\"kind\":\"StartContainer\",\"request\":{}}\n\n",
		0, 1},
	    {"{\"ep\":\"StatsContainerRequest\",\"input\":{},\"result\":true}",
		0, 1},
	    {"{\"name\":\"a\",\"type\":\"SetPolicyRequest\",\"input\":{}}", 0,
		1},
	    {"[\"ep\":\"StatsContainerRequest\",{\"container_id\":\"}\"}],\n"
	     "[\"ep\":\"StatsContainerRequest\",{}],\n",
		0, 2},
	    {"[{\"kind\":\"SetPolicy\",\"request\":{},\"allowed\":false},"
	     "{\"kind\":\"SetPolicy\",\"request\":{}}]",
		0, 2},
	    {"{\"kind\":\"Nothing\",\"request\":{}}", RT_EFORMAT, 0},
	    {"{\"kind\":\"SetPolicy\",\"request\":[]}", RT_EFORMAT, 0},
	    {"{\"kind\":\"SetPolicy\"}", RT_EFORMAT, 0},
	    {"7", RT_EFORMAT, 0},
	    {"{\"kind\"", RT_EFORMAT, 0},
	    {"[\"ep\":\"SetPolicy\"", RT_EFORMAT, 0},
	};
	struct requests r;
	size_t i;
	int code;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		r = (struct requests){0};
		code = requests_read(&r, *state, str_from(cases[i].text), NULL);
		if (code != cases[i].code || r.list.n != cases[i].n)
			fail_msg("%s: %d, %zu", cases[i].text, code, r.list.n);
	}
}

static void
requests_read__expectations(void **state)
{
	struct requests r = {0};

	assert_int_equal(
	    requests_read(&r, *state,
		STR("{\"kind\":\"SetPolicy\",\"request\":{},\"allowed\":false,"
		    "\"description\":\"x\"}\n"
		    "{\"ep\":\"SetPolicy\",\"input\":{},\"result\":"
		    "{\"allowed\":true}}\n"
		    "{\"ep\":\"SetPolicy\",\"input\":{}}\n"),
		NULL),
	    0);
	assert_true(r.list.p[0].has_expected && !r.list.p[0].expected);
	assert_strz(r.list.p[0].what, "x");
	assert_strz(r.list.p[0].kind, "SetPolicyRequest");
	assert_true(r.list.p[1].has_expected && r.list.p[1].expected);
	assert_false(r.list.p[2].has_expected);
	assert_int_equal(r.list.p[2].line, 3);
}

static void
whole_read__forms(void **state)
{
	static const struct {
		const char *text;
		int code;
		bool data, full;
	} cases[] = {
	    {"package agent_policy\n", 0, false, false},
	    {"package agent_policy\npolicy_data := {\"a\": 1}\n", 0, true,
		false},
	    {"package agent_policy\npolicy_data := {\"contrastc\": "
	     "{\"schema\": 1}}\n",
		0, true, true},
	    {"package agent_policy\npolicy_data := {\n", 0, false, false},
	    {"version = \"0.1.0\"\n[data]\n\"policy.rego\" = '''\n"
	     "package agent_policy\npolicy_data := {}\n'''\n",
		0, true, false},
	    {"version = \"0.1.0\"\n[data]\n\"x\" = ''\n", RT_EFORMAT, false,
		false},
	    {"version = \n", RT_EFORMAT, false, false},
	};
	struct whole w;
	size_t i;
	int code;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		code = whole_read(&w, *state, str_from(cases[i].text), NULL);
		if (code != cases[i].code ||
		    (code == 0 && (w.data != NULL) != cases[i].data) ||
		    (code == 0 && w.full != cases[i].full))
			fail_msg("%s: %d", cases[i].text, code);
	}
}

struct seen {
	struct arena *arena;
	const struct jv *request;
	struct buf log;
};

static void
saw(void *ctx, enum mutation m, struct str path)
{
	struct seen *s = ctx;

	buf_printf(&s->log, "%s %.*s ", mutation_name(m), STR_ARG(path));
	jv_print(&s->log, s->request, JV_COMPACT);
	buf_putc(&s->log, '\n');
}

static void
mutate__everywhere(void **state)
{
	struct jv *v = json(
	    *state, "{\"a\":\"b\",\"l\":[1],\"Annotations\":{\"x/y\":\"z\"}}");
	struct jv *before = jv_copy(*state, v);
	struct seen s = {.arena = *state, .request = v};

	mutate_request(*state, v,
	    MUTATE_M(CHANGED) | MUTATE_M(DROPPED) | MUTATE_M(ADDED) |
		MUTATE_M(DUPLICATED),
	    saw, &s);
	assert_strz(buf_str(&s.log),
	    "dropped /a "
	    "{\"a\":\"\",\"l\":[1],\"Annotations\":{\"x/y\":\"z\"}}\n"
	    "changed /a "
	    "{\"a\":\"b!x\",\"l\":[1],\"Annotations\":{\"x/y\":\"z\"}}\n"
	    "dropped /l/0 "
	    "{\"a\":\"b\",\"l\":[],\"Annotations\":{\"x/y\":\"z\"}}\n"
	    "duplicated /l/0 "
	    "{\"a\":\"b\",\"l\":[1,1],\"Annotations\":{\"x/y\":\"z\"}}\n"
	    "dropped /l/0 "
	    "{\"a\":\"b\",\"l\":[0],\"Annotations\":{\"x/y\":\"z\"}}\n"
	    "changed /l/0 "
	    "{\"a\":\"b\",\"l\":[77777],\"Annotations\":{\"x/y\":\"z\"}}\n"
	    "added /l "
	    "{\"a\":\"b\",\"l\":[1,77777],\"Annotations\":{\"x/y\":\"z\"}}\n"
	    "dropped /Annotations {\"a\":\"b\",\"l\":[1],\"Annotations\":null}\n"
	    "dropped /Annotations/x~1y "
	    "{\"a\":\"b\",\"l\":[1],\"Annotations\":{}}\n"
	    "dropped /Annotations/x~1y "
	    "{\"a\":\"b\",\"l\":[1],\"Annotations\":{\"x/y\":\"\"}}\n"
	    "changed /Annotations/x~1y "
	    "{\"a\":\"b\",\"l\":[1],\"Annotations\":{\"x/y\":\"z!x\"}}\n");
	assert_true(jv_equal(v, before));
	buf_free(&s.log);
}

static void
open_reason__rows(void **state)
{
	static const struct {
		const char *target, *kind, *path;
		enum mutation m;
		bool open;
	} cases[] = {
	    {"kata-4", "WaitProcessRequest", "/signal", MUTATE_CHANGED, true},
	    {"kata-4", "CreateContainerRequest", "/OCI/Process/Args/0",
		MUTATE_CHANGED, false},
	    {"kata-4", "CreateContainerRequest", "/OCI/Process/Env/3",
		MUTATE_DROPPED, true},
	    {"kata-4", "CreateContainerRequest", "/OCI/Process/Env/3",
		MUTATE_CHANGED, false},
	    {"kata-4", "CreateContainerRequest", "/OCI/Version", MUTATE_CHANGED,
		false},
	    {"contrast-metal", "CreateContainerRequest", "/OCI/Version",
		MUTATE_CHANGED, true},
	    {"kata-4", "CreateContainerRequest", "", MUTATE_REPLAYED, true},
	    {"kata-4", "SetPolicyRequest", "", MUTATE_REPLAYED, false},
	    {"kata-4", "CreateContainerRequest", "/stdin_port", MUTATE_CHANGED,
		true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if ((open_reason(str_from(cases[i].target),
			 str_from(cases[i].kind), cases[i].m,
			 str_from(cases[i].path)) != NULL) != cases[i].open)
			fail_msg("%s %s %s", cases[i].target, cases[i].kind,
			    cases[i].path);
	}
}

/* Allows a request unless it says "sh" somewhere, or nothing started yet. */
static bool
toy_load(void *ctx, struct arena *a, struct str text, struct str *error)
{
	(void)ctx;
	(void)a;
	(void)text;
	(void)error;
	return true;
}

static const struct jv *
toy_value(struct arena *a, struct str rule, const struct jv *input,
    const struct jv *state)
{
	struct buf b = {0};
	bool has, ready = jv_path(state, "pstate", "up", NULL) != NULL;

	jv_print(&b, input, JV_COMPACT);
	has = str_find(buf_str(&b), STR("\"sh\""), 0) != SIZE_MAX;
	buf_free(&b);
	if (str_eqz(rule, "AllowRequestsFailingPolicy"))
		return jv_bool(a, false);
	if (str_eqz(rule, "StartContainerRequest"))
		return json(a, "{\"allowed\":true,\"ops\":[{\"op\":\"add\","
			       "\"path\":\"/pstate/up\",\"value\":1}]}");
	return jv_bool(
	    a, !has && (ready || !str_eqz(rule, "ExecProcessRequest")));
}

static void
toy_ask(void *ctx, struct arena *a, struct agent_answer *out, struct str rule,
    const struct jv *input, const struct jv *state)
{
	(void)ctx;
	*out = (struct agent_answer){
	    .outcome = AGENT_VALUE, .value = toy_value(a, rule, input, state)};
}

static const struct agent_engine toy = {NULL, toy_load, toy_ask};

static struct agent_policy *
toy_policy(struct arena *a)
{
	struct agent_policy *p = agent_policy_new(a, &toy);

	assert_int_equal(agent_policy_load(p, STR(""), NULL), 0);
	return p;
}

static void
fixture__verdicts(void **state)
{
	static const struct {
		const char *text;
		enum fixture_outcome outcome;
	} cases[] = {
	    {"[{kind: ExecProcess, allowed: true}]", FIXTURE_PASSED},
	    {"[{kind: ExecProcess, allowed: false}]", FIXTURE_FAILED},
	    {"[{kind: ExecProcess, container: web, what: probe, patch: "
	     "[{op: replace, path: /process/Args, value: [sh]}], allowed: "
	     "false, reason: blocked}]",
		FIXTURE_PASSED},
	    {"[{kind: ExecProcess, patch: [{op: replace, path: "
	     "/process/Args, value: [sh]}], allowed: false, reason: other}]",
		FIXTURE_FAILED},
	    {"[{kind: ExecProcess, container: db, allowed: true}]",
		FIXTURE_NO_REQUEST},
	    {"[{kind: ExecProcess, patch: [{op: remove, path: /none}], "
	     "allowed: true}]",
		FIXTURE_NO_PATCH},
	    {"[{kind: ExecProcess, request: {process: {Args: [a]}}, "
	     "allowed: true}]",
		FIXTURE_PASSED},
	    {"[{kind: SetPolicy, request: {policy: sh}, allowed: false}]",
		FIXTURE_PASSED},
	};
	struct sim *s = pod(*state);
	struct agent_policy *p = toy_policy(*state);
	struct fixture_result r;
	struct fixtures f;
	struct diags d;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		f = (struct fixtures){0};
		diags_init(&d, *state);
		if (!fixtures_read(&f, *state, &d,
			source_new(
			    *state, STR("t.yml"), str_from(cases[i].text))))
			fail_msg("%s: %.*s", cases[i].text,
			    STR_ARG(d.list.p[0]->text));
		fixture_ask(&r, *state, p, s, f.list.p[0]);
		if (r.outcome != cases[i].outcome)
			fail_msg("%s: %d %.*s", cases[i].text, (int)r.outcome,
			    STR_ARG(r.text));
	}
}

static void
fixtures_read__mistakes(void **state)
{
	static const char *const cases[] = {"a: b", "[a]", "[{}]",
	    "[{kind: Nothing, allowed: true}]", "[{kind: ExecProcess}]",
	    "[{kind: ExecProcess, allowed: maybe}]",
	    "[{kind: ExecProcess, allowed: true, more: 1}]",
	    "[{kind: ExecProcess, allowed: true, patch: {}}]",
	    "[{kind: ExecProcess, allowed: true, request: {}, patch: []}]"};
	struct fixtures f = {0};
	struct diags d;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		diags_init(&d, *state);
		if (fixtures_read(&f, *state, &d,
			source_new(*state, STR("t.yml"), str_from(cases[i]))) ||
		    d.errors == 0 || d.list.p[0]->id != DIAG_TEST_FORMAT)
			fail_msg("%s", cases[i]);
	}
}

static void
fixture__workloads(void **state)
{
	static const struct {
		const char *want, *name;
		bool is;
	} cases[] = {{"", "Deployment/shop/web", true},
	    {"web", "Deployment/shop/web", true},
	    {"Deployment/web", "Deployment/shop/web", true},
	    {"Deployment/shop/web", "Deployment/shop/web", true},
	    {"Deployment/web", "Deployment/web", true},
	    {"web", "Deployment/web", true}, {"db", "Deployment/web", false},
	    {"Pod/web", "Deployment/shop/web", false},
	    {"shop/web", "Deployment/shop/web", false}};
	struct fixture f = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		f.workload = str_from(cases[i].want);
		if (fixture_is_for(&f, str_from(cases[i].name)) != cases[i].is)
			fail_msg("%s %s", cases[i].want, cases[i].name);
	}
}

/* The toy enforces nothing but the order: all of it comes out. */
static void
cover__finds_what_is_open(void **state)
{
	struct cover c;
	struct cover_field **f;
	bool args = false, early = false;

	cover_run(&c, *state, toy_policy(*state), pod(*state));
	assert_int_equal(c.refusals.n, 0);
	assert_int_equal(c.asked, c.refused + c.open);
	assert_true(c.unexplained > 0);
	VEC_FOREACH(f, &c.fields) {
		if (str_eqz((*f)->kind, "ExecProcessRequest") &&
		    str_eqz((*f)->path, "/process/Args/*"))
			args = (*f)->unexplained.n > 0;
		if (str_eqz((*f)->kind, "ExecProcessRequest") &&
		    (*f)->path.n == 0)
			early = (*f)->asked[MUTATE_EARLY] == 1 &&
				(*f)->open[MUTATE_EARLY] == 0;
	}
	assert_true(args);
	assert_true(early);
}

static void
why_read__escapes(void **state)
{
	static const char *const cases[] = {
	    "CreateContainerRequest is blocked by policy: agent_policy:1: "
	    "/a/0 \"x\\\"y\" agent_policy:2: env 3 /a [\"x\",1",
	    "message: \"CreateContainerRequest is blocked by policy: "
	    "agent_policy:1: /a/0 \\\"x\\\\\\\"y\\\" agent_policy:2: env 3 "
	    "/a [\\\"x\\\",1\", details: []\n"
	    "CreateContainerRequest is blocked by policy: agent_policy:1: "
	    "/a/0 \"x\\\"y\" agent_policy:2: env 3 /a [\"x\",1",
	};
	struct why_denials d;
	const struct why_marker *m;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		d = (struct why_denials){0};
		assert_int_equal(
		    why_read(&d, *state, str_from(cases[i]), NULL), 0);
		m = d.list.p[0]->markers.p;
		assert_int_equal(d.list.p[0]->markers.n, 2);
		assert_strz(m[0].pointer, "/a/0");
		assert_strz(m[0].found, "\"x\\\"y\"");
		assert_false(m[0].cut);
		assert_int_equal(m[0].container, SIM_NO_CONTAINER);
		assert_strz(m[1].check, "env");
		assert_int_equal(m[1].container, 3);
		assert_true(m[1].cut);
	}
}

static void
why_read__checks(void **state)
{
	static const struct {
		const char *text, *check, *pointer;
		size_t container;
	} cases[] = {
	    {"create-sandbox\", details: [", "create-sandbox", "",
		SIM_NO_CONTAINER},
	    {"user 12\", details: [", "user", "", 12},
	    {"exec-process <undefined>", "exec-process", "", SIM_NO_CONTAINER},
	    {"container <undefined> /container_id \"a\"", "container",
		"/container_id", SIM_NO_CONTAINER},
	    {"linux 0 /OCI/Linux {\"a\":1}", "linux", "/OCI/Linux", 0},
	};
	struct why_denials d;
	const struct why_marker *m;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		d = (struct why_denials){0};
		assert_int_equal(why_read(&d, *state,
				     arena_printf(*state,
					 "ExecProcessRequest is blocked by "
					 "policy: agent_policy:7: %s",
					 cases[i].text),
				     NULL),
		    0);
		m = d.list.p[0]->markers.p;
		assert_strz(m->check, cases[i].check);
		assert_strz(m->pointer, cases[i].pointer);
		assert_int_equal(m->container, cases[i].container);
	}
	d = (struct why_denials){0};
	assert_int_equal(
	    why_read(&d, *state,
		STR("NoRequest is blocked by policy: agent_policy:1: x"), NULL),
	    0);
	assert_int_equal(d.list.n, 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {TEST(sim__order),
	    TEST(sim__values), TEST(sim__no_policy_data),
	    TEST(requests_read__forms), TEST(requests_read__expectations),
	    TEST(whole_read__forms), TEST(mutate__everywhere),
	    TEST(open_reason__rows), TEST(fixture__verdicts),
	    TEST(fixtures_read__mistakes), TEST(fixture__workloads),
	    TEST(cover__finds_what_is_open), TEST(why_read__escapes),
	    TEST(why_read__checks)};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
