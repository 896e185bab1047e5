/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/unit/unit.h"
#include "runtime/agent/agent.h"
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

static void
request_known__names(void **state)
{
	static const struct {
		const char *kind;
		bool known;
	} cases[] = {
#define REQUEST(message, ...) {#message, true},
#include "runtime/agent/agent_request.def"
#undef REQUEST
	    {"", false}, {"CreateContainer", false},
	    {"createcontainerrequest", false}, {"Spec", false},
	    {"ZRequest", false}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (agent_request_known(str_from(cases[i].kind)) !=
		    cases[i].known)
			fail_msg("%s", cases[i].kind);
	}
}

struct normal_case {
	const char *kind, *in, *out;
};

static void
check(struct arena *a, const struct normal_case *t)
{
	struct buf b = {0};
	struct rt_err err;
	struct jv *v;

	if (jv_parse(&v, a, str_from(t->in), &err) != 0)
		fail_msg("%s: %s", t->in, err.text);
	v = agent_request_normalise(a, str_from(t->kind), v);
	assert_non_null(v);
	jv_print(&b, v, JV_COMPACT);
	assert_strz(buf_str(&b), t->out);
	buf_free(&b);
}

static void
request_normalise__adds_and_drops(void **state)
{
	static const struct normal_case cases[] = {
	    {"GetOOMEventRequest", "{\"x\":1}", "{}"},
	    {"RemoveContainerRequest", "{}",
		"{\"container_id\":\"\",\"timeout\":0}"},
	    {"RemoveContainerRequest", "{\"timeout\":2,\"container_id\":\"a\"}",
		"{\"container_id\":\"a\",\"timeout\":2}"},
	    {"RemoveContainerRequest", "{\"timeout\":null}",
		"{\"container_id\":\"\",\"timeout\":0}"},
	    {"UpdateRoutesRequest", "{}", "{\"routes\":null}"},
	    {"UpdateRoutesRequest", "{\"routes\":{}}",
		"{\"routes\":{\"Routes\":[]}}"},
	    {"UpdateRoutesRequest", "{\"routes\":{\"Routes\":[{\"a\":1}]}}",
		"{\"routes\":{\"Routes\":[{\"dest\":\"\",\"gateway\":\"\","
		"\"device\":\"\",\"source\":\"\",\"scope\":0,\"family\":0,"
		"\"flags\":0,\"mtu\":0}]}}"},
	    {"OnlineCPUMemRequest", "{\"cpu_only\":true}",
		"{\"wait\":false,\"nb_cpus\":0,\"cpu_only\":true}"},
	    {"MemAgentMemcgConfig", "{\"swap\":false}",
		"{\"disabled\":null,\"swap\":false,\"swappiness_max\":null,"
		"\"period_secs\":null,\"period_psi_percent_limit\":null,"
		"\"eviction_psi_percent_limit\":null,"
		"\"eviction_run_aging_count_min\":null}"},
	    {"UpdateEphemeralMountsRequest",
		"{\"storages\":[{\"fs_group\":{\"group_id\":7}}]}",
		"{\"storages\":[{\"driver\":\"\",\"driver_options\":[],"
		"\"source\":\"\",\"fstype\":\"\",\"options\":[],"
		"\"mount_point\":\"\",\"fs_group\":{\"group_id\":7,"
		"\"group_change_policy\":0},\"shared\":false}]}"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(*state, &cases[i]);
}

/* Members of a wrong type are for the policy to refuse. */
static void
request_normalise__keeps_wrong_types(void **state)
{
	static const struct normal_case cases[] = {
	    {"GetOOMEventRequest", "[1]", "[1]"},
	    {"RemoveContainerRequest", "{\"container_id\":{\"a\":[]}}",
		"{\"container_id\":{\"a\":[]},\"timeout\":0}"},
	    {"UpdateRoutesRequest", "{\"routes\":[]}", "{\"routes\":[]}"},
	    {"UpdateRoutesRequest", "{\"routes\":{\"Routes\":\"x\"}}",
		"{\"routes\":{\"Routes\":\"x\"}}"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(*state, &cases[i]);
}

/* Fields of older agents stay if they are there. */
static void
request_normalise__older_fields(void **state)
{
	static const struct normal_case cases[] = {
	    {"CopyFileRequest", "{\"path\":\"/a\"}",
		"{\"path\":\"/a\",\"symlink_target\":null,\"file_size\":0,"
		"\"file_mode\":0,\"dir_mode\":0,\"uid\":0,\"gid\":0,"
		"\"offset\":0}"},
	    {"CopyFileRequest", "{\"file_type\":\"Regular\",\"data\":[1]}",
		"{\"path\":\"\",\"file_type\":\"Regular\","
		"\"symlink_target\":null,\"file_size\":0,\"file_mode\":0,"
		"\"dir_mode\":0,\"uid\":0,\"gid\":0,\"offset\":0,"
		"\"data\":[1]}"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(*state, &cases[i]);
}

/* Everything that the rules read of a container is there. */
static void
request_normalise__create_container(void **state)
{
	struct jv *v, *spec, *linux_part;
	struct rt_err err;

	assert_int_equal(jv_parse(&v, *state,
			     STR("{\"OCI\":{\"Process\":{},\"Linux\":"
				 "{\"Resources\":{},\"Seccomp\":{\"x\":1}}}}"),
			     &err),
	    0);
	v = agent_request_normalise(*state, STR("CreateContainerRequest"), v);
	spec = jv_getz(v, "OCI");
	linux_part = jv_getz(spec, "Linux");
	assert_true(jv_is(jv_getz(v, "string_user"), JV_NULL));
	assert_true(jv_is(jv_getz(v, "shared_mounts"), JV_ARRAY));
	assert_true(jv_is(jv_getz(spec, "Hooks"), JV_NULL));
	assert_true(jv_is(jv_getz(spec, "Annotations"), JV_OBJECT));
	assert_true(
	    jv_is(jv_path(spec, "Process", "Capabilities", NULL), JV_NULL));
	assert_true(jv_is(jv_getz(linux_part, "Sysctl"), JV_OBJECT));
	assert_true(
	    jv_is(jv_path(linux_part, "Resources", "Devices", NULL), JV_ARRAY));
	assert_true(jv_is(jv_getz(linux_part, "Seccomp"), JV_OBJECT));
	assert_null(agent_request_normalise(*state, STR("CreateContainer"), v));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(request_known__names),
	    cmocka_unit_test(request_normalise__adds_and_drops),
	    cmocka_unit_test(request_normalise__keeps_wrong_types),
	    cmocka_unit_test(request_normalise__older_fields),
	    cmocka_unit_test(request_normalise__create_container),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
