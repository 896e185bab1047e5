/* SPDX-License-Identifier: Apache-2.0 */
/* The table of fields, and what the check of an object reports. */
#include <string.h>

#include "compiler/front/k8s_field_int.h"
#include "regress/unit/unit.h"
#include "runtime/base/file.h"
#include "runtime/base/map.h"

#include "runtime/base/banned.h"

/* --- the table --- */

static void
k8s_fields__unique_with_reasons(void **state)
{
	struct arena *a = arena_new();
	struct map seen = {0}, class = {0};
	const struct k8s_field *list;
	struct k8s_field *same, *f;
	struct str key;
	size_t n, i;

	(void)state;
	list = k8s_fields(a, &n);
	assert_true(n > 1500);
	f = ARENA_ARRAY(a, struct k8s_field, n);
	memcpy(f, list, n * sizeof(*f));
	for (i = 0; i < n; i++) {
		key = arena_printf(
		    a, "%s %s %s", f[i].kind, f[i].path, f[i].type);
		if (map_set(a, &seen, key, f + i) != NULL)
			fail_msg("twice: %s", key.p);
		/* An inlined structure shares the path and the class. */
		key = arena_printf(a, "%s %s", f[i].kind, f[i].path);
		same = map_set(a, &class, key, f + i);
		if (same != NULL && same->why != f[i].why)
			fail_msg("two classes: %s", key.p);
		if (f[i].class == K8S_ENFORCED)
			assert_null(f[i].why);
		else if (f[i].why == NULL || f[i].why[0] == '\0')
			fail_msg("no reason: %s", key.p);
		if (f[i].class == K8S_UNSUPPORTED &&
		    (f[i].help == NULL || f[i].help[0] == '\0'))
			fail_msg("no help: %s", key.p);
	}
	arena_free(a);
}

static void
k8s_fields__classes(void **state)
{
	static const struct {
		const char *path;
		enum k8s_field_class class;
	} cases[] = {
	    {"metadata.name", K8S_ENFORCED},
	    {"metadata.uid", K8S_IRRELEVANT},
	    {"spec.containers[].image", K8S_ENFORCED},
	    {"spec.containers[].ports[].protocol", K8S_IRRELEVANT},
	    {"spec.containers[].volumeMounts[].subPath", K8S_UNSUPPORTED},
	    {"spec.containers[].livenessProbe.exec.command[]", K8S_ENFORCED},
	    {"spec.containers[].livenessProbe.grpc.port", K8S_IRRELEVANT},
	    {"spec.ephemeralContainers[].image", K8S_UNSUPPORTED},
	    {"spec.hostNetwork", K8S_ENFORCED},
	    {"spec.hostPID", K8S_UNSUPPORTED},
	    {"spec.volumes[].configMap", K8S_ENFORCED},
	    {"spec.volumes[].configMap.name", K8S_IRRELEVANT},
	    {"spec.volumes[].image.reference", K8S_UNSUPPORTED},
	    {"spec.volumes[].nfs.server", K8S_UNSUPPORTED},
	};
	struct arena *a = arena_new();
	const struct k8s_field *f;
	size_t n, i, j;

	(void)state;
	f = k8s_fields(a, &n);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (j = 0; j < n; j++) {
			if (strcmp(f[j].path, cases[i].path) == 0)
				break;
		}
		if (j == n || f[j].class != cases[i].class)
			fail_msg("%s", cases[i].path);
	}
	arena_free(a);
}

/* Names in a structure once, inlined ones included. */
static void
check_names(const struct k8s_member *top, const struct k8s_member *m)
{
	for (; m->shape != K8S_END; m++) {
		assert_int_equal(strlen(m->name), m->len);
		if (m->len == 0)
			check_names(top, k8s_types[m->type].members);
		else
			assert_ptr_equal(
			    k8s_member_find(top, (struct str){m->name, m->len}),
			    m);
	}
}

static void
k8s_member_find__names_unique(void **state)
{
	const struct k8s_member *pod = k8s_kind_members(STR("v1"), STR("Pod"));
	const struct k8s_member *m;

	(void)state;
	assert_non_null(pod);
	assert_null(k8s_kind_members(STR("v1"), STR("Pods")));
	assert_null(k8s_kind_members(STR(""), STR("")));
	m = k8s_member_find(pod, STR("spec"));
	assert_non_null(m);
	m = k8s_types[m->type].members;
	check_names(m, m);
	assert_null(k8s_member_find(m, STR("")));
	assert_null(k8s_member_find(m, STR("Containers")));
	m = k8s_types[k8s_member_find(m, STR("volumes"))->type].members;
	check_names(m, m);
	assert_non_null(k8s_member_find(m, STR("emptyDir")));
}

static void
k8s_fields_print__has_all_classes(void **state)
{
	struct buf b = {0};

	(void)state;
	k8s_fields_print(&b);
	assert_true(str_find(buf_str(&b), STR("hostPID other than false\n"),
			0) != SIZE_MAX);
	assert_true(str_find(buf_str(&b), STR("\nIrrelevant"), 0) != SIZE_MAX);
	assert_true(str_find(buf_str(&b), STR("\nEnforced"), 0) != SIZE_MAX);
	buf_free(&b);
}

/* The manual names every unsupported field. */
static void
k8s_fields__manual(void **state)
{
	struct arena *a = arena_new();
	const struct k8s_field *f;
	struct str page, name;
	const char *last, *top = "-";
	size_t n;

	(void)state;
	if (file_read(&page, a, "compiler/front/contrastc-fields.7", 1 << 20,
		NULL) != 0)
		fail_msg("run from the top of the tree");
	f = k8s_fields(a, &n);
	for (; n > 0; n--, f++) {
		bool below = strncmp(f->path, top, strlen(top)) == 0;

		if (f->class != K8S_UNSUPPORTED || below)
			continue;
		top = f->path;
		last = strrchr(f->path, '.') + 1;
		name = (struct str){last, strcspn(last, "[{")};
		/* Volumes are named the other way round. */
		if (strncmp(f->path, "spec.volumes", 12) != 0 &&
		    str_find(page, name, 0) == SIZE_MAX)
			fail_msg("%s", f->path);
	}
	arena_free(a);
}

/* --- texts with a form --- */

static void
k8s_scalar__forms(void **state)
{
	static const struct {
		const char *text;
		bool (*is_right)(struct str);
		bool right;
	} cases[] = {
	    {"1", k8s_is_quantity, true},
	    {"-0.5", k8s_is_quantity, true},
	    {".5Gi", k8s_is_quantity, true},
	    {"5.", k8s_is_quantity, true},
	    {"1e3", k8s_is_quantity, true},
	    {"1E-3", k8s_is_quantity, true},
	    {"1E", k8s_is_quantity, true},
	    {"100m", k8s_is_quantity, true},
	    {"", k8s_is_quantity, false},
	    {".", k8s_is_quantity, false},
	    {"Gi", k8s_is_quantity, false},
	    {"1 Gi", k8s_is_quantity, false},
	    {"1GB", k8s_is_quantity, false},
	    {"1e", k8s_is_quantity, false},
	    {"1e+", k8s_is_quantity, false},
	    {"0x10", k8s_is_quantity, false},
	    {"1.2.3", k8s_is_quantity, false},
	    {"2026-01-31T12:00:00Z", k8s_is_time, true},
	    {"2026-01-31T12:00:00.25+02:00", k8s_is_time, true},
	    {"2026-01-31", k8s_is_time, false},
	    {"2026-01-31T12:00:00", k8s_is_time, false},
	    {"2026-01-31T12:00:00.Z", k8s_is_time, false},
	    {"", k8s_is_time, false},
	    {"", k8s_is_base64, true},
	    {"YQ==", k8s_is_base64, true},
	    {"YWJj\nYWJj\r\n", k8s_is_base64, true},
	    {"YQ=", k8s_is_base64, false},
	    {"YQ=a", k8s_is_base64, false},
	    {"Y===", k8s_is_base64, false},
	    {"${SECRET}", k8s_is_base64, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].is_right(str_from(cases[i].text)) !=
		    cases[i].right)
			fail_msg("%s", cases[i].text);
	}
}

/* --- the check --- */

struct run {
	struct arena *a;
	struct diags d;
	bool good;
};

static void
run_check(struct run *r, const char *text, bool selected, bool lenient)
{
	struct units units = {0};
	struct k8s_objects objects = {0};
	struct k8s_object **o;
	struct source *s;

	r->a = arena_new();
	diags_init(&r->d, r->a);
	s = source_new(r->a, STR("in.yaml"), str_from(text));
	if (!yaml_read(&units, r->a, &r->d, s) ||
	    !k8s_objects_read(&objects, r->a, &r->d, &units))
		fail_msg("not read: %s", text);
	r->good = true;
	VEC_FOREACH(o, &objects.list) {
		if (!k8s_check_fields(r->a, &r->d, *o, selected, lenient))
			r->good = false;
	}
}

/* "3:5 error unknown-field unknown field 'x' | help" */
static struct str
first_line(struct run *r)
{
	struct place p;
	struct diag *g;

	if (r->d.list.n == 0)
		return STR("");
	g = r->d.list.p[0];
	p = source_place(r->a, g->loc.source, g->loc.off);
	return arena_printf(r->a, "%u:%u %s %s %.*s%s%.*s%s", p.line, p.col,
	    g->severity == DIAG_ERROR ? "error" : "warning",
	    diag_table[g->id].name, STR_ARG(g->text),
	    g->help.n > 0 ? " | " : "", STR_ARG(g->help),
	    r->d.list.n > 1 ? " (and more)" : "");
}

#define POD "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n"
#define BOX POD "  containers:\n  - name: c\n    image: i\n"
#define VOLUME POD "  volumes:\n  - name: v\n"
#define DEPLOY "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n"

enum { PLAIN, SELECTED, LENIENT };

static const struct {
	const char *text;
	int mode;
	const char *want; /* "" : nothing */
} checks[] = {
    {BOX, SELECTED, ""},
    /* what kubectl prints */
    {BOX "status: {}\n", SELECTED, ""},
    {"apiVersion: v1\nkind: Pod\nmetadata:\n  creationTimestamp: null\n"
     "  managedFields: [{manager: x}]\nspec: {}\n",
	SELECTED, ""},
    /* unknown names */
    {BOX "    Image: j\n", SELECTED,
	"9:5 error unknown-field unknown field 'spec.containers[0].Image' | "
	"did you mean 'image'?"},
    {BOX "    commnad: [x]\n", SELECTED,
	"9:5 error unknown-field unknown field 'spec.containers[0].commnad' | "
	"did you mean 'command'?"},
    {BOX "    commnad: [x]\n", PLAIN,
	"9:5 warning unknown-field unknown field 'spec.containers[0].commnad' "
	"| did you mean 'command'?"},
    {BOX "    commnad: [x]\n", LENIENT,
	"9:5 warning unknown-field unknown field 'spec.containers[0].commnad' "
	"| did you mean 'command'?"},
    {BOX "    hostNetwork: true\n", SELECTED,
	"9:5 error unknown-field unknown field "
	"'spec.containers[0].hostNetwork' | a field of that name is "
	"'spec.hostNetwork': check the indentation"},
    {BOX "    runAsUser: 1\n", SELECTED,
	"9:5 error unknown-field unknown field 'spec.containers[0].runAsUser' "
	"| a field of that name is "
	"'spec.containers[0].securityContext.runAsUser': check the "
	"indentation"},
    {BOX "  securityContext:\n    capabilities: {}\n", SELECTED,
	"10:5 error unknown-field unknown field "
	"'spec.securityContext.capabilities' | a field of that name is "
	"'spec.containers[].securityContext.capabilities': check the "
	"indentation"},
    {BOX "    qqqq: 1\n", SELECTED,
	"9:5 error unknown-field unknown field 'spec.containers[0].qqqq'"},
    {DEPLOY "spec:\n  serviceName: x\n", SELECTED,
	"6:3 warning unknown-field unknown field 'spec.serviceName'"},
    {DEPLOY "spec:\n  template:\n    spec:\n      foo: {bar: 1}\n", SELECTED,
	"8:7 error unknown-field unknown field 'spec.template.spec.foo'"},
    {"apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n"
     "spec:\n  rollbackTo: {}\n",
	SELECTED, ""},
    {"apiVersion: example.com/v1\nkind: Thing\nmetadata: {}\nspec: {a: 1}\n",
	SELECTED, ""},
    /* Kata's own */
    {BOX "    serviceAccountName: x\n"
	 "  securityContext:\n    allowPrivilegeEscalation: false\n",
	SELECTED, ""},
    /* wrong types */
    {BOX "    ports:\n    - containerPort: \"80\"\n", SELECTED,
	"10:22 error wrong-type field "
	"'spec.containers[0].ports[0].containerPort' must be an integer, "
	"found a string | write the number without quotes"},
    {BOX "    ports:\n    - containerPort: \"80\"\n", PLAIN,
	"10:22 warning wrong-type field "
	"'spec.containers[0].ports[0].containerPort' must be an integer, "
	"found a string | write the number without quotes"},
    {BOX "    ports: [{containerPort: 3000000000}]\n", SELECTED,
	"9:29 error number-too-large the number of field "
	"'spec.containers[0].ports[0].containerPort' does not fit into 32 "
	"bits"},
    {BOX "    env: [{name: A, value: 1}]\n", SELECTED,
	"9:28 error unquoted-scalar field 'spec.containers[0].env[0].value' "
	"must be a string, but without quotes this is a number | quote it: "
	"\"1\""},
    {BOX "    args: [a, yes]\n", SELECTED,
	"9:15 error unquoted-scalar field 'spec.containers[0].args[1]' must "
	"be a string, but without quotes this is a boolean | quote it: "
	"\"yes\""},
    {"apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    a: 012\n", SELECTED,
	"5:8 error unquoted-scalar field 'metadata.labels.a' must be a "
	"string, but without quotes this is a number | quote it: \"012\""},
    {BOX "    tty: \"true\"\n", SELECTED,
	"9:10 error wrong-type field 'spec.containers[0].tty' must be true or "
	"false, found a string | write it without quotes"},
    {BOX "    args: a\n", SELECTED,
	"9:11 error wrong-type field 'spec.containers[0].args' must be a "
	"list, found a string"},
    {BOX "    env: {A: b}\n", SELECTED,
	"9:10 error wrong-type field 'spec.containers[0].env' must be a list, "
	"found a mapping"},
    {BOX "  - null\n", SELECTED,
	"9:5 error wrong-type field 'spec.containers[1]' must be a mapping, "
	"found nothing"},
    {BOX "    resources: {limits: {cpu: 0.5, memory: 1GB}}\n", SELECTED,
	"9:44 error wrong-type field "
	"'spec.containers[0].resources.limits.memory' must be a quantity such "
	"as 500m or 1Gi, found '1GB'"},
    {BOX "    livenessProbe: {httpGet: {port: http}}\n"
	 "    readinessProbe: {httpGet: {port: 80}}\n",
	SELECTED, ""},
    {BOX "    livenessProbe: {httpGet: {port: true}}\n", SELECTED,
	"9:37 error wrong-type field "
	"'spec.containers[0].livenessProbe.httpGet.port' must be an integer "
	"or a string, found a boolean"},
    {VOLUME "    configMap: {name: x, defaultMode: 0400}\n", SELECTED, ""},
    {DEPLOY "spec:\n  strategy: {rollingUpdate: {maxSurge: 25%}}\n", SELECTED,
	""},
    {DEPLOY "spec:\n  replicas: 1e3\n", SELECTED, ""},
    {BOX "  priority: 1e3\n", SELECTED,
	"9:13 error wrong-type field 'spec.priority' must be an integer, "
	"found a number"},
    {DEPLOY "spec:\n  replicas: 1.5\n", SELECTED,
	"6:13 warning wrong-type field 'spec.replicas' must be an integer, "
	"found a number"},
    {BOX "  - null\n", PLAIN, ""},
    {DEPLOY "spec:\n  replicas: \"1\"\n", SELECTED,
	"6:13 warning wrong-type field 'spec.replicas' must be an integer, "
	"found a string | write the number without quotes"},
    {"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: 1\n",
	PLAIN,
	"5:6 warning unquoted-scalar field 'stringData.a' must be a string, "
	"but without quotes this is a number | quote it"},
    {"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  a: x\n",
	PLAIN,
	"5:6 warning wrong-type field 'data.a' must be base64 text, found "
	"something else"},
    /* words */
    {BOX "    ports: [{containerPort: 80, protocol: tcp}]\n", SELECTED,
	"9:43 error unknown-value unknown value 'tcp' of field "
	"'spec.containers[0].ports[0].protocol' | did you mean 'TCP'?"},
    {BOX "    imagePullPolicy: Sometimes\n", SELECTED,
	"9:22 warning unknown-value unknown value 'Sometimes' of field "
	"'spec.containers[0].imagePullPolicy' | known: Always Never "
	"IfNotPresent"},
    {BOX "    imagePullPolicy: \"\"\n", SELECTED, ""},
    {VOLUME "    emptyDir: {medium: memory}\n", SELECTED,
	"8:24 error unknown-value unknown value 'memory' of field "
	"'spec.volumes[0].emptyDir.medium' | did you mean 'Memory'?"},
    {VOLUME "    emptyDir: {medium: HugePages-2Mi}\n", SELECTED, ""},
    /* unsupported, and the same where it does not matter */
    {BOX "    volumeMounts: [{name: v, mountPath: /v, subPath: s}]\n", SELECTED,
	"9:45 error unsupported-field field "
	"'spec.containers[0].volumeMounts[0].subPath' is not supported: Kata "
	"cannot share a part of a volume | mount the whole volume, or a "
	"volume of its own with 'items'"},
    {BOX "    volumeMounts: [{name: v, mountPath: /v, subPath: s}]\n", PLAIN,
	""},
    {BOX "    volumeMounts: [{name: v, mountPath: /v, subPath: \"\"}]\n",
	SELECTED, ""},
    {BOX "    securityContext: {seLinuxOptions: {}}\n", SELECTED, ""},
    {BOX "    securityContext: {procMount: Default}\n", SELECTED, ""},
    {BOX "  hostPID: false\n  hostIPC: no\n  hostUsers: true\n", SELECTED, ""},
    {BOX "  hostPID: true\n", SELECTED,
	"9:3 error unsupported-field field 'spec.hostPID' is not supported: a "
	"pod in a virtual machine cannot share this namespace with its host | "
	"leave the field out"},
    {BOX "  hostPID: \"false\"\n", SELECTED,
	"9:12 error wrong-type field 'spec.hostPID' must be true or false, "
	"found a string | write it without quotes"},
    {BOX "  hostUsers: false\n", SELECTED,
	"9:3 error unsupported-field field 'spec.hostUsers' is not supported: "
	"it asks for a mapping of user ids, which no rule describes | leave "
	"the field out: the virtual machine separates the users already"},
    {BOX "  os: {name: windows}\n", SELECTED,
	"9:8 error unsupported-field field 'spec.os.name' is not supported: "
	"the guest runs Linux | leave the field out"},
    {BOX "  os: {name: linux}\n  ephemeralContainers: []\n", SELECTED, ""},
    {VOLUME "    image: {}\n", SELECTED,
	"8:5 error unsupported-field field 'spec.volumes[0].image' is not "
	"supported: the host would mount an image whose content nobody in the "
	"guest checks | copy the files into the container's image, or let an "
	"init container with that image copy them into an emptyDir"},
    {VOLUME "    image:\n", SELECTED, ""},
    {VOLUME "    rbd: {fstype: ext4}\n", SELECTED,
	"8:5 error unsupported-field field 'spec.volumes[0].rbd' is not "
	"supported: the host would mount a file system that no rule describes "
	"| use a persistentVolumeClaim, csi or ephemeral volume (and more)"},
    {VOLUME "    rbd: {fstype: ext4}\n", PLAIN,
	"8:11 warning unknown-field unknown field "
	"'spec.volumes[0].rbd.fstype' | did you mean 'fsType'?"},
    {VOLUME "    ephemeral: {volumeClaimTemplate: {spec: {accessModes: "
	    "[ReadWriteOnce]}}}\n",
	SELECTED, ""},
};

static void
k8s_check_fields__findings(void **state)
{
	struct run r;
	struct str got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		run_check(&r, checks[i].text, checks[i].mode != PLAIN,
		    checks[i].mode == LENIENT);
		got = first_line(&r);
		if (!str_eqz(got, checks[i].want))
			fail_msg("%s\nwant: %s\ngot:  %.*s", checks[i].text,
			    checks[i].want, STR_ARG(got));
		assert_true(r.good == (r.d.errors == 0));
		arena_free(r.a);
	}
}

/* The same fault in the template of every kind is found at its place. */
static void
k8s_check_fields__every_kind(void **state)
{
	static const struct {
		const char *api, *kind, *at;
	} kinds[] = {
	    {"v1", "Pod", ""},
	    {"apps/v1", "Deployment", "spec.template."},
	    {"apps/v1", "DaemonSet", "spec.template."},
	    {"apps/v1", "StatefulSet", "spec.template."},
	    {"apps/v1", "ReplicaSet", "spec.template."},
	    {"v1", "ReplicationController", "spec.template."},
	    {"batch/v1", "Job", "spec.template."},
	    {"batch/v1", "CronJob", "spec.jobTemplate.spec.template."},
	};
	struct str text, want;
	struct run r;
	size_t i, n;
	const char *p;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct buf b = {0};

		buf_printf(&b,
		    "{apiVersion: %s, kind: %s, metadata: {name: a}, ",
		    kinds[i].api, kinds[i].kind);
		for (p = kinds[i].at, n = 0; *p != '\0';
		     p += strcspn(p, ".") + 1) {
			buf_printf(&b, "%.*s: {", (int)strcspn(p, "."), p);
			n++;
		}
		buf_puts(&b, "spec: {containers: [{nmae: x}]}");
		buf_fill(&b, '}', n + 1);
		buf_putc(&b, '\0');
		run_check(&r, b.p, true, false);
		want = arena_printf(r.a,
		    "unknown field '%sspec.containers[0].nmae'", kinds[i].at);
		assert_int_equal(r.d.list.n, 1);
		text = r.d.list.p[0]->text;
		if (!str_eq(text, want) || r.d.errors != 1)
			fail_msg("%s: %.*s", kinds[i].kind, STR_ARG(text));
		arena_free(r.a);
		buf_free(&b);
	}
}

/* Many warnings outside the template keep no error out. */
static void
k8s_check_fields__bounded(void **state)
{
	struct buf b = {0};
	struct run r;
	int i;

	(void)state;
	buf_puts(&b, DEPLOY "spec:\n");
	for (i = 0; i < 5000; i++)
		buf_printf(&b, "  x%d: 1\n", i);
	buf_puts(&b, "  template:\n    spec:\n");
	for (i = 0; i < 5000; i++)
		buf_printf(&b, "      y%d: 1\n", i);
	buf_putc(&b, '\0');
	run_check(&r, b.p, true, false);
	assert_false(r.good);
	assert_int_equal(r.d.errors, 100);
	assert_int_equal(r.d.warnings, 100);
	arena_free(r.a);
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(k8s_fields__unique_with_reasons),
	    cmocka_unit_test(k8s_fields__classes),
	    cmocka_unit_test(k8s_member_find__names_unique),
	    cmocka_unit_test(k8s_fields_print__has_all_classes),
	    cmocka_unit_test(k8s_fields__manual),
	    cmocka_unit_test(k8s_scalar__forms),
	    cmocka_unit_test(k8s_check_fields__findings),
	    cmocka_unit_test(k8s_check_fields__every_kind),
	    cmocka_unit_test(k8s_check_fields__bounded),
	};

	return cmocka_run_group_tests_name("k8s_field", tests, NULL, NULL);
}
