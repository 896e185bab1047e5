/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/policy/feature.h"
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

struct feature_case {
	bool (*predicate)(const struct jv *);
	const char *data;
	bool holds;
};

static void
check(struct arena *a, const struct feature_case *t)
{
	struct rt_err err;
	struct jv *v;

	if (jv_parse(&v, a, str_from(t->data), &err) != 0)
		fail_msg("%s: %s", t->data, err.text);
	if (t->predicate(v) != t->holds)
		fail_msg("%s", t->data);
}

#define CHECK(a, cases)                                                        \
	for (size_t i = 0; i < sizeof(cases) / sizeof(*(cases)); i++)          \
	check((a), &(cases)[i])

#define CONTAINER(text) "{\"containers\":[{}," text "]}"
#define CHECKS(text) "{\"contrastc\":{\"checks\":{" text "}}}"
#define PROFILE(name) "{\"contrastc\":{\"profile\":\"" name "\"}}"

static void
feature__containers(void **state)
{
	static const struct feature_case cases[] = {
	    {feature_always, "{}", true},
	    {feature_devices_none, "{}", true},
	    {feature_devices_none, CONTAINER("{\"devices\":[]}"), true},
	    {feature_devices_none, CONTAINER("{\"devices\":[{}]}"), false},
	    {feature_exec, CONTAINER("{\"exec_commands\":[]}"), false},
	    {feature_exec, CONTAINER("{\"exec_commands\":[[\"a\"]]}"), true},
	    {feature_exec_commands, CONTAINER("{\"exec_commands\":[[]]}"),
		true},
	    {feature_storages_none, CONTAINER("{\"storages\":[]}"), true},
	    {feature_storages_none,
		CONTAINER("{\"storages\":[{\"driver\":\"image_guest_pull\"}]}"),
		true},
	    {feature_storages_none,
		CONTAINER("{\"storages\":[{\"driver\":\"local\"}]}"), false},
	    {feature_storages_dir,
		CONTAINER("{\"storages\":[{\"fstype\":\"tmpfs\"}]}"), true},
	    {feature_storages_dir,
		CONTAINER("{\"storages\":[{\"fstype\":\"ext4\"}]}"), false},
	    {feature_storages_block,
		CONTAINER("{\"storages\":[{\"mount_point\":"
			  "\"$(spath)/$(b64_device_id)\"}]}"),
		true},
	    {feature_layers, CONTAINER("{\"storages\":[{\"fstype\":\"tar\"}]}"),
		true},
	    {feature_layers,
		CONTAINER("{\"storages\":[{\"fstype\":\"ext4\"}]}"), false},
	    {feature_layers_only,
		CONTAINER("{\"storages\":[{\"fstype\":\"tar\"}]}"), true},
	    {feature_layers_only,
		CONTAINER("{\"storages\":[{\"fstype\":\"tar\"},{}]}"), false},
	    {feature_layers_dir,
		CONTAINER("{\"storages\":[{\"fstype\":\"tar\",\"driver\":"
			  "\"blk\"}]}"),
		false},
	    {feature_layers_dir,
		CONTAINER("{\"storages\":[{\"fstype\":\"tar\"},{\"fstype\":"
			  "\"tmpfs\"}]}"),
		true},
	    {feature_direct,
		CONTAINER("{\"storages\":[{\"mount_point\":"
			  "\"$(spath)/$(b64-direct-vol-path)\"}]}"),
		true},
	    {feature_storages_dir,
		CONTAINER("{\"storages\":[{\"driver\":\"blk\",\"mount_point\":"
			  "\"$(spath)/$(b64-direct-vol-path)\"}]}"),
		false},
	    {feature_storages_block,
		CONTAINER("{\"storages\":[{\"mount_point\":"
			  "\"$(spath)/$(b64-direct-vol-path)\"}]}"),
		false},
	    {feature_exec_joined,
		"{\"request_defaults\":{\"ExecProcessRequest\":"
		"{\"commands\":[\"a b\"]}}}",
		true},
	    {feature_exec,
		"{\"request_defaults\":{\"ExecProcessRequest\":"
		"{\"commands\":[\"a b\"]}}}",
		true},
	    {feature_exec_joined,
		"{\"request_defaults\":{\"ExecProcessRequest\":"
		"{\"commands\":[]}}}",
		false},
	    {feature_aks, PROFILE("aks-v1.2"), true},
	    {feature_aks, PROFILE("metal-v1.2"), false},
	    {feature_mounts_block,
		CONTAINER("{\"OCI\":{\"Mounts\":[{\"source\":\"\"}]}}"), true},
	    {feature_mounts_block,
		CONTAINER("{\"OCI\":{\"Mounts\":[{\"source\":\"x\"}]}}"),
		false},
	    {feature_mounts_sysfs,
		CONTAINER("{\"OCI\":{\"Mounts\":[{\"type_\":\"sysfs\","
			  "\"options\":[\"ro\"]}]}}"),
		false},
	    {feature_mounts_sysfs,
		CONTAINER("{\"OCI\":{\"Mounts\":[{\"type_\":\"sysfs\","
			  "\"options\":[\"rw\"]}]}}"),
		true},
	    {feature_root_cpath,
		CONTAINER("{\"OCI\":{\"Root\":{\"Path\":\"$(cpath)/x\"}}}"),
		true},
	    {feature_root_cpath,
		CONTAINER("{\"OCI\":{\"Root\":{\"Path\":\"$(root_path)\"}}}"),
		false},
	};

	CHECK(*state, cases);
}

#define DIRS                                                                   \
	"\"common\":{\"cpath\":\"/s\",\"sfprefix\":"                           \
	"\"^$(cpath)/$(bundle-id)-[a-z0-9]{16}-\"},"
#define SOURCE(text)                                                           \
	"{" DIRS "\"containers\":[{\"OCI\":{\"Mounts\":[{\"source\":\"" text   \
	"\"}]}}]}"
#define NAMES(name, id)                                                        \
	"{\"containers\":[{\"OCI\":{\"Annotations\":{"                         \
	"\"io.kubernetes.cri.sandbox-namespace\":\"n\","                       \
	"\"io.kubernetes.cri.sandbox-name\":" name                             \
	",\"io.kubernetes.cri.sandbox-id\":\"" id "\"}}}]}"
#define STORAGE(place, driver, more)                                           \
	CONTAINER(                                                             \
	    "{\"storages\":[{\"fstype\":\"tmpfs\",\"driver\":\"" driver        \
	    "\",\"source\":\"x\",\"mount_point\":\"" place                     \
	    "\",\"options\":[],\"driver_options\":[],\"fs_group\":null" more   \
	    "}]}")

/* Patterns that are texts. */
static void
feature__texts(void **state)
{
	static const struct feature_case cases[] = {
	    {feature_mounts_file, SOURCE("$(sfprefix)a$"), true},
	    {feature_mounts_file, SOURCE("/a"), false},
	    {feature_mounts_pattern, SOURCE("$(sfprefix)a$"), false},
	    {feature_mounts_pattern, SOURCE("^/a$"), false},
	    {feature_mounts_pattern, SOURCE("/a"), false},
	    {feature_mounts_pattern, SOURCE("^/a*$"), true},
	    {feature_mounts_pattern, SOURCE("$(sfprefix)a*$"), true},
	    {feature_shared_text,
		"{" DIRS "\"request_defaults\":{\"CopyFileRequest\":"
		"[\"$(sfprefix)\"]}}",
		true},
	    {feature_shared_text,
		"{" DIRS "\"request_defaults\":{\"CopyFileRequest\":"
		"[\"$(sfprefix)\",\"/x\"]}}",
		false},
	    {feature_shared_text, "{" DIRS "\"request_defaults\":{}}", false},
	    {feature_root_text, "{}", false},
	    {feature_names_text, NAMES("\"^a$\"", "^[a-z0-9]{64}$"), true},
	    {feature_names_text, NAMES("\"^a$\"", "^[0-9a-f]{64}$"), false},
	    {feature_names_text, NAMES("1", "^[a-z0-9]{64}$"), false},
	    {feature_names_text, "{\"containers\":[]}", false},
	    {feature_storages_text, STORAGE("^/a$", "d", ",\"shared\":false"),
		true},
	    {feature_storages_text, STORAGE("/a", "d", ",\"shared\":false"),
		false},
	    {feature_storages_text, STORAGE("^/a*$", "d", ",\"shared\":false"),
		false},
	    {feature_storages_text, STORAGE("^/a$", "blk", ",\"shared\":false"),
		false},
	    {feature_storages_text, STORAGE("^/a$", "d", ""), false},
	    {feature_storages_text,
		STORAGE("^/a$", "d", ",\"shared\":false,\"x\":1"), false},
	};

	CHECK(*state, cases);
}

static void
feature__switches(void **state)
{
	static const struct feature_case cases[] = {
	    {feature_v12, "{}", false},
	    {feature_v12, PROFILE("metal-v1.2"), true},
	    {feature_v12, PROFILE("contrast-metal"), false},
	    {feature_copy_file_any, PROFILE("contrast-metal"), true},
	    {feature_copy_file_any, PROFILE("kata-4"), false},
	    {feature_image_first, PROFILE("metal-v1.2"), true},
	    {feature_image_required, CHECKS("\"image_pull\":\"required\""),
		true},
	    {feature_image_digest, CHECKS("\"image_pull\":\"if_present\""),
		true},
	    {feature_image_digest, CHECKS("\"image_pull\":\"ignore\""), false},
	    {feature_version, CHECKS("\"oci_version\":true"), true},
	    {feature_version, CHECKS("\"oci_version\":false"), false},
	    {feature_propagation, CHECKS("\"rootfs_propagation\":true"), true},
	    {feature_unique, CHECKS("\"unique_containers\":true"), true},
	    {feature_env_complete, CHECKS("\"env_complete\":true"), true},
	    {feature_overridden,
		"{\"containers\":[{\"env_overridden\":[\"A=1\"]}]}", true},
	    {feature_overridden, "{\"containers\":[{}]}", false},
	    {feature_order, CHECKS("\"start_before\":[]"), false},
	    {feature_order, CHECKS("\"start_before\":[1]"), true},
	    {feature_guest_hooks, CHECKS("\"guest_hooks\":[\"/x\"]"), true},
	    {feature_streams, "{\"request_defaults\":{}}", false},
	    {feature_streams_read,
		"{\"request_defaults\":{\"ReadStreamRequest\":true}}", true},
	    {feature_streams_read,
		"{\"request_defaults\":{\"ReadStreamRequest\":true,"
		"\"WriteStreamRequest\":true}}",
		false},
	    {feature_network, "{\"request_defaults\":{}}", false},
	    {feature_network,
		"{\"request_defaults\":{\"UpdateRoutesRequest\":{}}}", true},
	};

	CHECK(*state, cases);
}

#define PARTS                                                                  \
	"\"common\":{\"ipv4_a\":\"[0-9.]+\",\"ip_p\":\"[0-9]{1,5}\","          \
	"\"svc_name_downward_env\":\"[A-Z]\",\"dns_label\":\"[a-z\\\\.]+\"}"
#define PATTERN(text)                                                          \
	"{" PARTS ",\"request_defaults\":{\"CreateContainerRequest\":"         \
	"{\"allow_env_regex\":[\"" text "\"]}}}"

/* Patterns that may be applied to all variables at once, and others. */
static void
feature__env_lines(void **state)
{
	static const struct feature_case cases[] = {
	    {feature_env_lines, "{}", false},
	    {feature_env_lines, PATTERN("^A=$(ipv4_a)$"), true},
	    {feature_env_lines, PATTERN("^A=(a|b)[x-z]*$"), true},
	    {feature_env_lines, PATTERN("^A=.*$"), true},
	    {feature_env_lines, PATTERN("^A=(?:\\\\d|\\\\w|\\\\.)\\\\b$"),
		true},
	    {feature_env_lines, PATTERN("A=.*$"), false},
	    {feature_env_lines, PATTERN("^A=.*"), false},
	    {feature_env_lines, PATTERN("^A=\\\\$"), false},
	    {feature_env_lines, PATTERN("^A=\\\\\\\\$"), true},
	    {feature_env_lines, PATTERN("^A=a|B=b$"), false},
	    {feature_env_lines, PATTERN("^A=[^ ]*$"), false},
	    {feature_env_lines, PATTERN("^A=\\\\s$"), false},
	    {feature_env_lines, PATTERN("^A=\\\\D$"), false},
	    {feature_env_lines, PATTERN("^A=\\\\PL$"), false},
	    {feature_env_lines, PATTERN("^A=\\\\n$"), false},
	    {feature_env_lines, PATTERN("^A=(?s:.)$"), false},
	    {feature_env_lines, PATTERN("^(?i)A=b$"), false},
	    {feature_env_lines, PATTERN("^A=[\\n-z]$"), false},
	    {feature_env_lines, PATTERN("^A=[]|]$"), false},
	    {feature_env_lines, PATTERN("^A=[[:^alpha:]]$"), false},
	    {feature_env_lines, PATTERN("^A=[(]x|y[)]$"), false},
	    {feature_env_lines, PATTERN("^A=)($"), false},
	    {feature_env_lines, PATTERN("^A=(($"), false},
	};

	CHECK(*state, cases);
}

#define ENV(text)                                                              \
	"{" PARTS ",\"request_defaults\":{\"CreateContainerRequest\":"         \
	"{\"allow_env_regex\":[\"^HOSTNAME=$(dns_label)$\"]}},"                \
	"\"containers\":[{\"OCI\":{\"Process\":{\"Env\":[\"" text "\"],"       \
	"\"Args\":[\"" text "\"]}}}]}"

static void
feature__tokens(void **state)
{
	static const struct feature_case cases[] = {
	    {feature_env_lines, ENV("A=$(B)"), true},
	    {feature_env_lines, ENV("HOSTNAME=$(host-name)"), true},
	    {feature_env_lines, ENV("NODE=$(node-name)"), false},
	    {feature_env_tokens, ENV("NODE=$(node-name)"), true},
	    {feature_env_tokens, ENV("NODE=a\\n$(node-name)"), false},
	    {feature_env_tokens, ENV("X=$(todo-annotation)"), false},
	    {feature_args_plain, ENV("$(B)"), true},
	    {feature_args_plain, ENV("-n=$(sandbox-namespace)"), false},
	    {feature_tokens, ENV("A=b"), false},
	    {feature_tokens, ENV("A=$(pod-ip)"), true},
	    {feature_tokens_exec, ENV("A=$(pod-ip)"), false},
	};

	CHECK(*state, cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(feature__containers),
	    cmocka_unit_test(feature__texts),
	    cmocka_unit_test(feature__switches),
	    cmocka_unit_test(feature__env_lines),
	    cmocka_unit_test(feature__tokens),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
