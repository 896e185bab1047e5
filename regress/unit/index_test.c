/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/policy/index.h"
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

#define COMMON                                                                 \
	"\"common\":{\"ipv4_a\":\"IP\",\"ip_p\":\"[0-9]+\","                   \
	"\"svc_name_downward_env\":\"[A-Z]+\",\"dns_label\":\"[a-z]+\","       \
	"\"default_caps\":[\"CAP_B\",\"A\"],\"privileged_caps\":[\"CAP_C\"]},"
#define PATTERNS(list)                                                         \
	"\"request_defaults\":{\"CreateContainerRequest\":"                    \
	"{\"allow_env_regex\":[" list "]}},"
#define PROCESS(members)                                                       \
	"\"containers\":[{\"OCI\":{\"Process\":{" members "}}}]"

#define MOUNT(destination, source)                                             \
	"{\"destination\":\"" destination "\",\"source\":\"" source            \
	"\",\"type_\":\"t\",\"options\":[\"o\"]}"
#define SHARED(dir, rest)                                                      \
	"\"common\":{\"cpath\":\"" dir "\",\"sfprefix\":\"^$(cpath)" rest      \
	"$(bundle-id)-[a-z0-9]{16}-\"},"
#define ROOT(path, token)                                                      \
	"\"common\":{\"cpath\":\"/c\",\"root_path\":\"" token                  \
	"\"},\"containers\":[{\"OCI\":{\"Root\":{\"Path\":\"" path "\"}}}]"

#define MEMBERS(type, more)                                                       \
	"{\"OCI\":{\"Annotations\":{\"io.kubernetes.cri.container-type\":\"" type \
	"\",\"io.kubernetes.cri.sandbox-name\":\"^p$\","                          \
	"\"io.kubernetes.cri.sandbox-namespace\":\"n\"," more "}}}"
#define SANDBOX                                                                \
	MEMBERS(                                                               \
	    "sandbox", "\"team\":\"\",\"nerdctl/network-namespace\":\"net\"")
#define APP(name)                                                              \
	MEMBERS("container",                                                   \
	    "\"team\":\"x\",\"io.kubernetes.cri.container-name\":\"" name      \
	    "\"")
#define POD(first, others) "{\"containers\":[" first "," others "]}"

struct index_case {
	const char *data, *table, *member; /* of the first container */
	const char *wanted;                /* or NULL: not there */
};

static const struct index_case cases[] = {
    /* a pattern of the settings, with what its tokens stand for */
    {"{" COMMON PATTERNS("\"^$(svc_name_downward_env)_X_$(ip_p)=$(ipv4_a):"
			 "$(ipv4_a)$\",\"^A=$(dns_label)$\",1") PROCESS("") "}",
	"env", NULL, "[\"^[A-Z]+_X_[0-9]+=IP:IP$\",\"^A=[a-z]+$\"]"},
    {"{" PATTERNS("\"^A=$(dns_label)$\"") PROCESS("") "}", "env", NULL, "[]"},
    /* a variable with a token, unless such a pattern says the same */
    {"{" COMMON PATTERNS("\"^H=$(dns_label)$\"") PROCESS(
	 "\"Env\":[\"A=b\",\"H=$(host-name)\",\"I=$(pod-ip).$(host-ip)\","
	 "\"U=$(pod-uid)\",\"R=$(resource-field)\",\"N=$(node-name)\","
	 "\"S=$(sandbox-name).$(sandbox-namespace)\",\"X=($(X))\"]") "}",
	NULL, "templates",
	"[\"I=IP\\\\.IP\",\"U=[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\","
	"\"R=[0-9]+\",\"N=[a-z]+\","
	"\"S=\\\\$\\\\(sandbox-name\\\\)\\\\.\\\\$\\\\(sandbox-namespace\\\\)"
	"\",\"X=\\\\(\\\\$\\\\(X\\\\)\\\\)\"]"},
    {"{" COMMON PROCESS("\"Env\":[\"A=$(todo-annotation)\"]") "}", NULL,
	"templates", "[\"A=(?s:.*)\"]"},
    {"{" COMMON PROCESS("\"Env\":[\"A=b\"],\"Args\":[\"$$x\"]") "}", NULL,
	"templates", NULL},
    {"{" PROCESS("\"Env\":[\"A=$(pod-ip)\"],\"Args\":[\"$(pod-ip)\"]") "}",
	NULL, "templates", NULL},
    /* all arguments, if one has a token */
    {"{" COMMON PROCESS("\"Args\":[\"a.b\",\"$$5\",\"$(pod-ip)\"]") "}", NULL,
	"arguments", "[\"a\\\\.b\",\"\\\\$5\",\"IP\"]"},
    {"{" COMMON PROCESS("\"Args\":[\"a\",\"$$5\"]") "}", NULL, "arguments",
	NULL},
    {"{" PROCESS("\"Args\":[\"$(pod-ip)\"]") "}", NULL, "arguments", NULL},
    /* sets, and what their names stand for */
    {"{" COMMON PROCESS("\"Capabilities\":{\"Bounding\":[\"$(default_caps)\"],"
			"\"Permitted\":[\"CAP_Y\",\"X\"],"
			"\"Effective\":[\"$(privileged_caps)\"]}") "}",
	"capabilities", NULL,
	"[[[]],[[\"$(default_caps)\"],[\"A\",\"B\"]],"
	"[[\"$(privileged_caps)\"],[\"C\"]],[[\"X\",\"Y\"]]]"},
    {"{" COMMON PROCESS("\"Capabilities\":{\"Bounding\":[\"$(default_caps)\"],"
			"\"Permitted\":[\"CAP_Y\",\"X\"],"
			"\"Effective\":[\"$(privileged_caps)\"]}") "}",
	NULL, "capabilities", "[0,1,2,0,3]"},
    /* mounts: kinds apart, patterns for one text as text */
    {"{\"containers\":[{\"OCI\":{\"Mounts\":[" MOUNT("/a", "x") "," MOUNT(
	 "/b", "^/x.y$") "," MOUNT("/c", "^$(cpath)/x$") "]}}]}",
	"mounts", NULL,
	"[[\"/a\",0,\"x\"],[\"/b\",0,\"/x.y\"],[\"/c\",0,\"^$(cpath)/x$\"]]"},
    {"{\"containers\":[{\"OCI\":{\"Mounts\":[" MOUNT("/a", "x") "," MOUNT(
	 "/a", "x") "]}}]}",
	"kinds", NULL, "[[\"t\",[\"o\"]]]"},
    /* shared files, where their directories are few */
    {"{" SHARED("/s(?:/p)?",
	 "/(w/)?") "\"containers\":[{\"OCI\":{\"Mounts\":[" MOUNT("/a",
	 "$(sfprefix)a.b$") "," MOUNT("/b", "$(sfprefix)a|b$") "," MOUNT("/c",
	 "^$(cpath)/(w/)?$(bundle-id)-[a-z0-9]{16}-c$") "]}}]}",
	"mounts", NULL,
	"[[\"/a\",0,null,\"a.b\"],[\"/b\",0,\"$(sfprefix)a|b$\"],"
	"[\"/c\",0,null,\"c\"]]"},
    {"{" SHARED("/s(?:/p)?", "/(w/)?") "\"containers\":[]}", "shared", NULL,
	"[\"/s/\",\"/s/p/\",\"/s/w/\",\"/s/p/w/\"]"},
    {"{" SHARED("/s", "/") "\"containers\":[]}", "shared", NULL, "[\"/s/\"]"},
    {"{" SHARED("/s|/t", "/") "\"containers\":[]}", "shared", NULL, NULL},
    {"{" SHARED("/s(/p", "/") "\"containers\":[]}", "shared", NULL, NULL},
    {"{" SHARED("/s(/p)", "/") "\"containers\":[]}", "shared", NULL, NULL},
    {"{" SHARED("/s()?", "/") "\"containers\":[]}", "shared", NULL,
	"[\"/s/\",\"/s/\"]"},
    {"{" SHARED("/s(a)?(b)?(c)?(d)?", "/") "\"containers\":[]}", "shared", NULL,
	NULL},
    /* the root, where it is one text around the bundle's id */
    {"{" ROOT("$(root_path)", "/r/$(bundle-id)/f") "}", "root", NULL,
	"[\"/r/\",\"/f\"]"},
    {"{" ROOT("$(cpath)/$(bundle-id)/f", "") "}", "root", NULL,
	"[\"/c/\",\"/f\"]"},
    {"{" ROOT("$(root_path)", "/r.r/$(bundle-id)") "}", "root", NULL, NULL},
    {"{" ROOT("$(root_path)", "/r/$(bundle-id)/$(bundle-id)") "}", "root", NULL,
	NULL},
    {"{" ROOT("/r", "") "}", "root", NULL, NULL},
    {"{\"containers\":[{\"OCI\":{\"Root\":{\"Path\":\"/$(bundle-id)\"}}},{}]}",
	"root", NULL, NULL},
    /* what containers have in common, and their names */
    {POD(SANDBOX, APP("a") "," APP("b")), "pod", NULL,
	"[\"^p$\",\"n\",\"net\",null,[null,\"a\",\"b\"]]"},
    {POD(SANDBOX, APP("a") "," APP("a")), "pod", NULL,
	"[\"^p$\",\"n\",\"net\",null,[]]"},
    {POD(APP("a"), APP("b")), "pod", NULL, "[\"^p$\",\"n\",null,null,[]]"},
    {POD(SANDBOX, SANDBOX), "pod", NULL, "[\"^p$\",\"n\",\"net\",null,[]]"},
    {POD(SANDBOX, APP("a")), "annotations", NULL, "[\"team\"]"},
    {POD(SANDBOX, MEMBERS("container", "\"team\":\"x\",\"y\":\"\"")),
	"annotations", NULL, NULL},
    {POD(SANDBOX, MEMBERS("container", "\"y\":\"\"")), "annotations", NULL,
	NULL},
    {POD(SANDBOX, MEMBERS("container",
		      "\"team\":\"x\",\"nerdctl/network-namespace\":\"\"")),
	"annotations", NULL, NULL},
    /* a place that is text */
    {"{\"containers\":[{\"storages\":[{\"mount_point\":\"^/a$\"},"
     "{\"mount_point\":\"^$(cpath)/a$\"}]}]}",
	"volumes", NULL,
	"[{\"mount_point\":\"/a\"},{\"mount_point\":\"^$(cpath)/a$\"}]"},
    /* layers are no volumes */
    {"{\"containers\":[{\"storages\":[{\"fstype\":\"tar\"},{\"fstype\":\"x\"},"
     "{\"fstype\":\"fuse3.kata-overlay\",\"options\":[\"a:b\",\"0:1\"]}]}]}",
	NULL, "layers", "[[\"a\",\"0\"],[\"b\",\"1\"]]"},
    {"{\"containers\":[{\"storages\":[{\"fstype\":\"tar\"},{\"fstype\":\"x\"},"
     "{\"fstype\":\"fuse3.kata-overlay\",\"options\":[\"a\"]}]}]}",
	NULL, "volumes", "[0]"},
    {"{\"containers\":[{\"storages\":[{\"fstype\":\"fuse3.kata-overlay\","
     "\"options\":[\"a\"]}]}]}",
	NULL, "layers", NULL},
};

static void
policy_index__cases(void **state)
{
	struct rt_err err;
	struct buf out = {0};
	struct jv *data;
	const struct jv *got;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (jv_parse(&data, *state, str_from(cases[i].data), &err) < 0)
			fail_msg("%s: %s", cases[i].data, err.text);
		data = policy_index(*state, data);
		got = cases[i].table != NULL
			  ? data
			  : jv_getz(data, "containers")->items.p[0];
		got = jv_get(
		    got, str_from(cases[i].table != NULL ? cases[i].table
							 : cases[i].member));
		out.n = 0;
		if (got != NULL)
			jv_print(&out, got, JV_COMPACT);
		if (!str_eq(buf_str(&out), str_from(cases[i].wanted)))
			fail_msg("%s: got %.*s", cases[i].data,
			    STR_ARG(buf_str(&out)));
	}
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		policy_index__cases, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
