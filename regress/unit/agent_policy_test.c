/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/agent/policy.h"
#include "runtime/base/banned.h"

/*
 * An engine whose policies are JSON: {"Rule": answer}, where an answer is
 * {"value": …}, {"error": "…"} or {"prints": […], "value": …}.  A value
 * {"$": "state"} is whether the state has the member "key".
 */
struct toy {
	struct jv *rules;
	size_t asked;
};

static bool
toy_load(void *ctx, struct arena *a, struct str text, struct str *error)
{
	struct toy *t = ctx;
	struct rt_err err;

	if (jv_parse(&t->rules, a, text, &err) == 0)
		return true;
	t->rules = NULL;
	*error = STR("the text is no policy");
	return false;
}

static void
toy_ask(void *ctx, struct arena *a, struct agent_answer *out, struct str rule,
    const struct jv *input, const struct jv *data)
{
	struct toy *t = ctx;
	const struct jv *r = jv_get(t->rules, rule);

	(void)input;
	t->asked++;
	*out = (struct agent_answer){.outcome = AGENT_UNDEFINED};
	out->prints = jv_getz(r, "prints");
	out->value = jv_getz(r, "value");
	out->error = jv_get_str(r, STR("error"));
	if (out->error.n > 0)
		out->outcome = AGENT_ABORTED;
	else if (out->value != NULL)
		out->outcome = AGENT_VALUE;
	if (jv_getz(out->value, "$") != NULL)
		out->value =
		    jv_bool(a, jv_path(data, "pstate", "key", NULL) != NULL);
}

struct fixture {
	struct arena *arena;
	struct toy toy;
	struct agent_engine engine;
	struct agent_policy *policy;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct fixture *f = ARENA_NEW(a, struct fixture);

	f->arena = a;
	f->engine = (struct agent_engine){&f->toy, toy_load, toy_ask};
	f->policy = agent_policy_new(a, &f->engine);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	return 0;
}

static struct agent_verdict
ask(struct fixture *f, const char *kind)
{
	struct agent_verdict v;

	agent_policy_ask(
	    &v, f->policy, f->arena, str_from(kind), jv_object(f->arena));
	return v;
}

#define ADD "[{\"op\":\"add\",\"path\":\"/pstate/key\",\"value\":1}]"
#define BAD "[{\"op\":\"remove\",\"path\":\"/pstate/none\"}]"

static const char rules[] =
    "{\"Yes\":{\"value\":true},\"No\":{\"value\":false},"
    "\"Says\":{\"value\":false,\"prints\":[\"agent_policy:1: a\","
    "\"agent_policy:2: b\"]},"
    "\"Dies\":{\"error\":\"boom\",\"prints\":[\"agent_policy:3: c\"]},"
    "\"Adds\":{\"value\":{\"allowed\":true,\"ops\":" ADD "}},"
    "\"Keeps\":{\"value\":{\"allowed\":false,\"ops\":" ADD "}},"
    "\"Null\":{\"value\":{\"allowed\":true,\"ops\":null}},"
    "\"Bad\":{\"value\":{\"allowed\":true,\"ops\":" BAD "}},"
    "\"Odd\":{\"value\":{\"allowed\":true,\"ops\":7}},"
    "\"Word\":{\"value\":{\"allowed\":\"yes\"}},"
    "\"Text\":{\"value\":\"true\"},\"State\":{\"value\":{\"$\":0}},"
    "\"ReadStreamRequest\":{\"value\":false},"
    "\"SetPolicyRequest\":{\"value\":true}";

static void
load(struct fixture *f, const char *more)
{
	struct rt_err err;

	if (agent_policy_load(f->policy,
		arena_printf(f->arena, "%s%s}", rules, more), &err) != 0)
		fail_msg("%s", err.text);
}

static void
policy_ask__verdicts(void **state)
{
	static const struct {
		const char *kind;
		bool allowed;
		enum agent_status status;
		const char *text;
	} cases[] = {
	    {"Yes", true, AGENT_OK, ""},
	    {"No", false, AGENT_PERMISSION_DENIED, "No is blocked by policy: "},
	    {"Says", false, AGENT_PERMISSION_DENIED,
		"Says is blocked by policy: agent_policy:1: a "
		"agent_policy:2: b"},
	    {"Dies", false, AGENT_INTERNAL, "Dies: internal error boom"},
	    /* what was printed before the end comes with the next refusal */
	    {"No", false, AGENT_PERMISSION_DENIED,
		"No is blocked by policy: agent_policy:3: c"},
	    {"No", false, AGENT_PERMISSION_DENIED, "No is blocked by policy: "},
	    {"None", false, AGENT_INTERNAL,
		"None: internal error the policy has no rule of this name"},
	    {"Null", true, AGENT_OK, ""},
	    {"Odd", false, AGENT_INTERNAL,
		"Odd: internal error 'ops' of the rule's object is no array"},
	    {"Word", false, AGENT_INTERNAL,
		"Word: internal error the rule's object has no boolean "
		"'allowed'"},
	    {"Text", false, AGENT_INTERNAL,
		"Text: internal error the rule is neither a boolean nor an "
		"object"},
	};
	struct agent_verdict v;
	size_t i;

	load(*state, "");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		v = ask(*state, cases[i].kind);
		assert_strz(v.text, cases[i].text);
		if (v.allowed != cases[i].allowed ||
		    v.status != cases[i].status)
			fail_msg("%s: %s", cases[i].kind,
			    agent_status_name(v.status));
	}
}

static void
policy_ask__state(void **state)
{
	struct fixture *f = *state;
	struct jv *before;

	load(f, "");
	assert_false(ask(f, "State").allowed);
	assert_false(ask(f, "Keeps").allowed);
	assert_false(ask(f, "State").allowed);
	before = agent_policy_state(f->policy);
	assert_true(ask(f, "Adds").allowed);
	assert_true(ask(f, "State").allowed);
	/* a patch that does not fit refuses, and changes nothing */
	assert_int_equal(ask(f, "Bad").status, AGENT_INTERNAL);
	assert_true(ask(f, "State").allowed);
	agent_policy_restore(f->policy, before);
	assert_false(ask(f, "State").allowed);
	assert_true(ask(f, "Adds").allowed);
	load(f, "");
	assert_false(ask(f, "State").allowed);
}

static void
policy_ask__failing_allowed(void **state)
{
	struct fixture *f = *state;
	struct agent_verdict v;

	load(f, ",\"AllowRequestsFailingPolicy\":{\"value\":true}");
	assert_true(agent_policy_allows_failing(f->policy));
	v = ask(f, "Says");
	assert_true(v.allowed && v.despite_policy);
	assert_true(ask(f, "None").allowed);
	assert_true(ask(f, "Keeps").allowed);
	assert_false(ask(f, "State").despite_policy == false);
	/* but what fails to evaluate is an error all the same */
	assert_false(ask(f, "Dies").allowed);
	assert_false(ask(f, "Bad").allowed);
	load(f, ",\"AllowRequestsFailingPolicy\":{\"value\":1}");
	assert_false(agent_policy_allows_failing(f->policy));
}

static void
policy_ask__nothing_loaded(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, "Yes").status, AGENT_INTERNAL);
	assert_int_equal(f->toy.asked, 0);
}

static void
policy_ask__streams_are_silent(void **state)
{
	load(*state, "");
	assert_true(ask(*state, "ReadStreamRequest").silent);
	assert_false(ask(*state, "No").silent);
}

static void
policy_set__replaces(void **state)
{
	struct fixture *f = *state;
	struct agent_verdict v;

	load(f, "");
	agent_policy_set(&v, f->policy, f->arena,
	    STR("{\"SetPolicyRequest\":{\"value\":false}}"));
	assert_true(v.allowed);
	assert_int_equal(ask(f, "Yes").status, AGENT_INTERNAL);
	agent_policy_set(&v, f->policy, f->arena, STR("{}"));
	assert_int_equal(v.status, AGENT_PERMISSION_DENIED);
	load(f, "");
	agent_policy_set(&v, f->policy, f->arena, STR("no"));
	assert_int_equal(v.status, AGENT_INVALID_ARGUMENT);
	assert_strz(v.text, "the text is no policy");
	assert_int_equal(ask(f, "Yes").status, AGENT_INTERNAL);
}

static void
copy_file__forms(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *in;
		enum agent_copy form;
		const char *out; /* NULL: it fails */
	} cases[] = {
	    {"{\"file_mode\":33188,\"data\":[1]}", AGENT_COPY_REDUCED,
		"{\"file_mode\":33188,\"file_type\":\"Regular\","
		"\"symlink_target\":null}"},
	    {"{\"file_mode\":16877}", AGENT_COPY_REDUCED,
		"{\"file_mode\":16877,\"file_type\":\"Directory\","
		"\"symlink_target\":null}"},
	    {"{\"file_mode\":41471,\"data\":[97,47]}", AGENT_COPY_REDUCED,
		"{\"file_mode\":41471,\"file_type\":\"Symlink\","
		"\"symlink_target\":\"a/\"}"},
	    {"{\"file_mode\":41471,\"symlink_src\":\"b\"}", AGENT_COPY_DATA,
		"{\"file_mode\":41471,\"data\":[98]}"},
	    {"{\"file_mode\":41471,\"data\":[98]}", AGENT_COPY_LINK,
		"{\"file_mode\":41471,\"symlink_src\":\"b\"}"},
	    {"{\"file_mode\":33188,\"data\":[98]}", AGENT_COPY_LINK,
		"{\"file_mode\":33188,\"symlink_src\":\"\"}"},
	    {"{\"file_type\":\"Symlink\",\"symlink_target\":\"c\"}",
		AGENT_COPY_LINK, "{\"symlink_src\":\"c\"}"},
	    {"{\"file_mode\":8592}", AGENT_COPY_REDUCED,
		"{\"file_mode\":8592,\"file_type\":\"Unknown\","
		"\"symlink_target\":null}"},
	    {"{\"file_mode\":41471,\"data\":[255]}", AGENT_COPY_REDUCED, NULL},
	    {"{\"file_mode\":41471,\"data\":[256]}", AGENT_COPY_REDUCED, NULL},
	    {"{\"file_mode\":41471,\"data\":\"a\"}", AGENT_COPY_REDUCED, NULL},
	};
	struct jv *in, *out;
	struct buf b = {0};
	size_t i;
	int code;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
		    jv_parse(&in, f->arena, str_from(cases[i].in), NULL), 0);
		code = agent_copy_file(&out, f->arena, cases[i].form, in, NULL);
		if ((code == 0) != (cases[i].out != NULL))
			fail_msg("%s: %d", cases[i].in, code);
		if (code != 0)
			continue;
		b.n = 0;
		jv_print(&b, out, JV_COMPACT);
		assert_strz(buf_str(&b), cases[i].out);
	}
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		policy_ask__verdicts, setup, teardown),
	    cmocka_unit_test_setup_teardown(policy_ask__state, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_ask__failing_allowed, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_ask__nothing_loaded, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_ask__streams_are_silent, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		policy_set__replaces, setup, teardown),
	    cmocka_unit_test_setup_teardown(copy_file__forms, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
