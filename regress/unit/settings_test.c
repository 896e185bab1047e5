/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "compiler/lower/target.h"
#include "regress/unit/unit.h"
#include "runtime/base/file.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

struct fixture {
	struct arena *arena;
	struct diags diags;
	const char *dir;
	VEC(const char *) files;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct fixture *f = ARENA_NEW(a, struct fixture);
	const char *tmp = getenv("TMPDIR");
	char *dir;

	f->arena = a;
	diags_init(&f->diags, a);
	dir = arena_alloc(a, 4096);
	(void)snprintf(
	    dir, 4096, "%s/settings.XXXXXX", tmp != NULL ? tmp : "/tmp");
	f->dir = mkdtemp(dir);
	*state = f;
	return f->dir == NULL;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	while (f->files.n > 0)
		(void)remove(f->files.p[--f->files.n]);
	(void)rmdir(f->dir);
	arena_free(f->arena);
	return 0;
}

static const char *
path_of(struct fixture *f, const char *name)
{
	return arena_printf(f->arena, "%s/%s", f->dir, name).p;
}

static const char *
put(struct fixture *f, const char *name, const char *text)
{
	const char *path = path_of(f, name);
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
	VEC_PUSH(f->arena, &f->files, path);
	return path;
}

static void
put_dir(struct fixture *f, const char *name)
{
	const char *path = path_of(f, name);

	assert_int_equal(mkdir(path, 0700), 0);
	VEC_PUSH(f->arena, &f->files, path);
}

static struct jv *
load(struct fixture *f, const char *target, const char *path, const char *patch)
{
	struct settings_source from = {.path = path};

	if (patch != NULL)
		VEC_PUSH(f->arena, &from.patches, str_from(patch));
	return settings_load(
	    f->arena, &f->diags, target_find(str_from(target)), &from);
}

static void
assert_at(const struct jv *doc, const char *pointer, const char *want)
{
	const struct jv *v = jv_pointer(doc, str_from(pointer));
	struct buf b = {0};

	if (v == NULL)
		fail_msg("%s: nothing there", pointer);
	jv_print(&b, v, JV_COMPACT);
	assert_strz(buf_str(&b), want);
	buf_free(&b);
}

static bool
has_diag(const struct fixture *f, enum diag_id id)
{
	struct diag **it;

	VEC_FOREACH(it, &f->diags.list) {
		if ((*it)->id == id)
			return true;
	}
	return false;
}

static void
target__defaults(void **state)
{
	static const struct {
		const char *target, *pointer, *want;
	} cases[] = {
	    {"kata-4", "/kata_config/oci_version", "\"1.1.0\""},
	    {"kata-4", "/cluster_config/emptydir_type", "\"block-encrypted\""},
	    {"kata-4", "/request_defaults/ReadStreamRequest", "false"},
	    {"contrast-metal", "/request_defaults/ReadStreamRequest", "true"},
	    {"contrast-metal", "/contrastc/checks/image_pull", "\"required\""},
	    {"contrast-metal", "/cluster_config/pause_container_image",
		"\"ghcr.io/edgelesssys/kubernetes/pause:3.6\""},
	    {"metal-v1.2", "/common/cpath", "\"/run/kata-containers\""},
	    {"metal-v1.2", "/sandbox/allowed_guest_hooks",
		"[\"/usr/share/oci/hooks\"]"},
	    {"aks-v1.2", "/kata_config/oci_version", "\"1.1.0-rc.1\""},
	    {"aks-v1.2", "/common/cpath",
		"\"/run/kata-containers/shared/containers\""},
	    {"aks-v1.2", "/common/ipv4_a",
		"\"((25[0-5]|(2[0-4]|1\\\\d|[1-9]|)\\\\d)\\\\.?\\\\b){4}\""},
	    {"aks-v1.2", "/volumes/configMap/mount_point", "\"$(sfprefix)\""},
	    {"aks-v1.2", "/request_defaults/ReadStreamRequest", "true"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_at(load(f, cases[i].target, NULL, NULL),
		    cases[i].pointer, cases[i].want);
	assert_null(target_find(STR("kata-5")));
	assert_int_equal(f->diags.list.n, 0);
}

static bool
has_origins(const struct jv *v)
{
	struct jv_member *m;
	struct jv **it;

	VEC_FOREACH(it, &v->items) {
		if (!has_origins(*it))
			return false;
	}
	VEC_FOREACH(m, &v->members) {
		if (!has_origins(m->value))
			return false;
	}
	return v->items.n + v->members.n > 0 ||
	       (v->origin != NULL && v->origin->kind == ORIGIN_SETTINGS);
}

static void
settings__partial_file(void **state)
{
	struct fixture *f = *state;
	const char *file = put(f, "settings.json",
	    "{\"common\": {\"cpath\": \"/x\"}, \"cluster_config\": "
	    "{\"guest_pull\": false}}");
	const struct jv *v = load(f, "kata-4", file, NULL);
	const struct origin *o;

	assert_at(v, "/common/cpath", "\"/x\"");
	assert_at(v, "/common/ip_p", "\"[0-9]{1,5}\"");
	assert_at(v, "/cluster_config/guest_pull", "false");
	assert_true(has_origins(v));
	o = jv_path(v, "common", "cpath", NULL)->origin;
	assert_strz(
	    o->what, arena_printf(f->arena, "%s: /common/cpath", file).p);
	o = jv_path(v, "common", "ip_p", NULL)->origin;
	assert_strz(o->what, "kata-4: /common/ip_p");
	assert_int_equal(f->diags.list.n, 0);
}

static void
settings__containers_are_whole(void **state)
{
	struct fixture *f = *state;
	const struct jv *v = load(f, "kata-4",
	    put(f, "settings.json",
		"{\"pause_container\": {\"Annotations\": {\"a\": \"b\"}}}"),
	    NULL);

	assert_at(v, "/pause_container/Annotations", "{\"a\":\"b\"}");
	assert_at(v, "/pause_container/Root/Path", "\"$(root_path)\"");
	assert_non_null(jv_pointer(v, STR("/pause_container/Mounts/1")));
	assert_null(jv_pointer(v, STR("/pause_container/Linux")));
	assert_null(jv_pointer(v, STR("/pause_container/Process")));
}

static void
settings__directory(void **state)
{
	struct fixture *f = *state;
	const struct jv *v;

	(void)put(f, "genpolicy-settings.json", "{}");
	put_dir(f, "genpolicy-settings.d");
	(void)put(f, "genpolicy-settings.d/20-b.json",
	    "[{\"op\": \"replace\", \"path\": \"/kata_config/oci_version\", "
	    "\"value\": \"1.3.0\"}]");
	(void)put(f, "genpolicy-settings.d/10-a.json",
	    "[{\"op\": \"test\", \"path\": \"/kata_config/oci_version\", "
	    "\"value\": \"1.1.0\"}, {\"op\": \"replace\", \"path\": "
	    "\"/kata_config/oci_version\", \"value\": \"1.2.0\"}]");
	(void)put(f, "genpolicy-settings.d/README", "no patch");
	v = load(f, "kata-4", f->dir,
	    put(f, "mine.json",
		"[{\"op\": \"test\", \"path\": \"/kata_config/oci_version\", "
		"\"value\": \"1.3.0\"}, {\"op\": \"add\", \"path\": "
		"\"/request_defaults/ExecProcessRequest/regex/-\", "
		"\"value\": \"^date$\"}]"));
	assert_at(v, "/kata_config/oci_version", "\"1.3.0\"");
	assert_at(
	    v, "/request_defaults/ExecProcessRequest/regex", "[\"^date$\"]");
	assert_true(has_origins(v));
	assert_int_equal(f->diags.list.n, 0);
}

static void
settings__file_has_no_drop_ins(void **state)
{
	struct fixture *f = *state;

	put_dir(f, "settings.d");
	(void)put(f, "settings.d/10.json", "no JSON at all");
	assert_non_null(load(f, "kata-4", put(f, "settings.json", "{}"), NULL));
	assert_null(load(f, "kata-4", f->dir, NULL));
	assert_true(has_diag(f, DIAG_SETTINGS_READ));
}

static void
settings__old_members(void **state)
{
	struct fixture *f = *state;
	const struct jv *v = load(f, "kata-4",
	    put(f, "settings.json",
		"{\"common\": {\"svc_name\": \"[A-Z]+\", "
		"\"image_layer_verification\": \"none\"}, "
		"\"cluster_config\": {\"encrypted_emptydir\": false}, "
		"\"kata_config\": {\"confidential_guest\": true}, "
		"\"volumes\": {\"confidential_configMap\": {\"mount_type\": "
		"\"bind\", \"mount_source\": \"s\", \"mount_point\": \"p\", "
		"\"driver\": \"local\", \"fstype\": \"bind\", \"options\": "
		"[\"ro\"]}}}"),
	    NULL);

	assert_at(v, "/common/svc_name_downward_env", "\"[A-Z]+\"");
	assert_at(v, "/cluster_config/emptydir_type", "\"shared-fs\"");
	assert_at(v, "/volumes/configMap/mount_point", "\"p\"");
	assert_int_equal(f->diags.list.n, 0);
}

static void
settings__findings(void **state)
{
	static const struct {
		const char *text;
		enum diag_id id;
		bool fails;
	} cases[] = {
	    {"{\"comon\": {}}", DIAG_SETTINGS_UNKNOWN, false},
	    {"{\"common\": {\"cpaht\": \"\"}}", DIAG_SETTINGS_UNKNOWN, false},
	    {"{\"common\": {\"cpath\": 1}}", DIAG_SETTINGS_TYPE, true},
	    {"{\"common\": []}", DIAG_SETTINGS_TYPE, true},
	    {"{\"common\": {\"default_caps\": [1]}}", DIAG_SETTINGS_TYPE, true},
	    {"{\"pause_container\": 1}", DIAG_SETTINGS_TYPE, true},
	    {"{\"pause_container\": {\"Mounts\": [{}]}}", DIAG_SETTINGS_TYPE,
		true},
	    {"{\"pause_container\": {\"Linux\": {\"Sysctl\": {\"a\": 1}}}}",
		DIAG_SETTINGS_TYPE, true},
	    {"{\"other_container\": {\"Process\": {\"Args\": [1]}}}",
		DIAG_SETTINGS_TYPE, true},
	    {"{\"request_defaults\": {\"WriteStreamRequest\": true}}",
		DIAG_SETTINGS_OPEN, false},
	    {"{\"request_defaults\": {\"ExecProcessRequest\": {\"regex\": "
	     "[\"^ls\"]}}}",
		DIAG_SETTINGS_UNANCHORED, false},
	    {"[]", DIAG_SETTINGS_READ, true},
	    {"{", DIAG_SETTINGS_READ, true},
	    {"{\"request_defaults\": {\"ExecProcessRequest\": "
	     "{\"commands\": [\"ls\"]}}}",
		DIAG_SETTINGS_COMMANDS, true},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct jv *v;

		diags_init(&f->diags, f->arena);
		v = load(
		    f, "kata-4", put(f, "settings.json", cases[i].text), NULL);
		if ((v == NULL) != cases[i].fails || !has_diag(f, cases[i].id))
			fail_msg("%s", cases[i].text);
	}
}

/* Where the findings are: "LINE:COLUMN LENGTH name" of each. */
static void
settings__places(void **state)
{
	static const struct {
		const char *text, *patch, *want;
	} cases[] = {
	    {"{\n\"comon\" : {}}", NULL, "2:1 7 settings-unknown\n"},
	    {"{\"common\": {\"cpath\":\n 1}}", NULL, "2:2 1 settings-type\n"},
	    {"{\"common\": {\"\\u0063paht\": \"\"}}", NULL,
		"1:27 2 settings-unknown\n"},
	    {"{\"common\": {\"default_caps\": [\"a\", 1]}}", NULL,
		"1:35 1 settings-type\n"},
	    {"{\"common\":\n]", NULL, "2:1 1 settings-read\n"},
	    {"{}", "[{\"op\": \"test\"}, 1]", "1:2 14 settings-patch\n"},
	    {"{}", "{\"op\": \"test\"}", "1:1 14 settings-patch\n"},
	    {"{}",
		"[{\"op\": \"add\", \"path\": \"/common/cpath\", \"value\": 1}]",
		"1:50 1 settings-type\n"},
	    {"{}",
		"[\n{\"op\": \"add\", \"path\": \"/x\", \"value\": {\"y\": 1}}]",
		"2:38 8 settings-unknown\n"},
	};
	struct fixture *f = *state;
	struct diag **it;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf got = {0};

		diags_init(&f->diags, f->arena);
		(void)load(f, "kata-4", put(f, "settings.json", cases[i].text),
		    cases[i].patch == NULL
			? NULL
			: put(f, "patch.json", cases[i].patch));
		VEC_FOREACH(it, &f->diags.list) {
			struct loc l = (*it)->loc;
			struct place p;

			assert_non_null(l.source);
			p = source_place(f->arena, l.source, l.off);
			buf_printf(&got, "%u:%u %u %s\n", p.line, p.col, l.len,
			    diag_table[(*it)->id].name);
		}
		assert_strz(buf_str(&got), cases[i].want);
		buf_free(&got);
	}
}

static void
settings__bad_patches(void **state)
{
	static const struct {
		const char *text;
		enum diag_id id;
	} cases[] = {
	    {"{}", DIAG_SETTINGS_PATCH},
	    {"[{\"op\": \"remove\", \"path\": \"/nope\"}]",
		DIAG_SETTINGS_PATCH},
	    {"[{\"op\": \"test\", \"path\": \"/sandbox\", \"value\": 1}]",
		DIAG_SETTINGS_PATCH},
	    {"[{\"op\": \"replace\", \"path\": \"\", \"value\": 1}]",
		DIAG_SETTINGS_READ},
	    {"[{\"op\": \"replace\", \"path\": \"/common\", \"value\": 1}]",
		DIAG_SETTINGS_TYPE},
	    {"x", DIAG_SETTINGS_READ},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		diags_init(&f->diags, f->arena);
		if (load(f, "kata-4", NULL,
			put(f, "patch.json", cases[i].text)) != NULL ||
		    !has_diag(f, cases[i].id))
			fail_msg("%s", cases[i].text);
	}
	diags_init(&f->diags, f->arena);
	assert_null(load(f, "kata-4", path_of(f, "absent.json"), NULL));
	assert_true(has_diag(f, DIAG_SETTINGS_READ));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(target__defaults),
	    T(settings__partial_file),
	    T(settings__containers_are_whole),
	    T(settings__directory),
	    T(settings__file_has_no_drop_ins),
	    T(settings__old_members),
	    T(settings__findings),
	    T(settings__places),
	    T(settings__bad_patches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
