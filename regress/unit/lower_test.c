/* SPDX-License-Identifier: Apache-2.0 */
/* Policy data of small workloads; each row looks at one value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/lower/lower.h"
#include "regress/unit/unit.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

struct fixture {
	struct arena *arena;
	struct diags diags;
	char images[256]; /* file */
	const char *target;
	const char *settings; /* patch file, or NULL */
	struct lower_options options;
	unsigned flags;
	const struct source *source;
};

#define ID1 "1be74353c3d0fd55fb5638a52953e6f1bc441e5b1710921db9ec2aa202725569"
#define ID2 "84ff92691f909a05b224e1c56abb4864f01b4f8e3c854e4bb4c7baf1d3f6d652"
#define HASH1 "1111111111111111111111111111111111111111111111111111111111111111"
#define HASH2 "2222222222222222222222222222222222222222222222222222222222222222"
#define LAYER(id, hash)                                                        \
	"{\"diff_id\": \"sha256:" id "\", \"verity_hash\": \"" hash "\"}"
#define LAYERS ", \"layers\": [" LAYER(ID1, HASH1) "]"

static const char images_json[] =
    "{\"images\": {"
    "\"mcr.microsoft.com/oss/kubernetes/pause:3.6\": {\"config\": "
    "{\"User\": \"65535:65535\", \"Entrypoint\": [\"/pause\"], \"Env\": "
    "[\"PATH=/bin\"], \"WorkingDir\": \"/\"}, \"passwd\": \"\", \"group\": "
    "\"\"" LAYERS "},"
    "\"ghcr.io/edgelesssys/kubernetes/pause:3.6\": {\"config\": "
    "{\"User\": \"65535:65535\", \"Entrypoint\": [\"/pause\"]}, "
    "\"passwd\": \"\", \"group\": \"\"},"
    "\"r.example/app:1\": {\"config\": {\"Entrypoint\": [\"/app\"], "
    "\"Cmd\": [\"--serve\"], \"Env\": [\"PATH=/bin\", \"A=1\"]}, "
    "\"passwd\": \"root:x:0:0::/:/bin/sh\\nweb:x:33:44::/:/bin/sh\\n\", "
    "\"group\": \"web:x:44:\\nextra:x:50:web,other\\n\", \"layers\": [" LAYER(
	ID1, HASH1) ", " LAYER(ID2,
	HASH2) "]},"
	       "\"r.example/user:1\": {\"config\": {\"User\": \"web\", \"Cmd\": "
	       "[\"sh\"]}, \"passwd\": \"\\nbad line\\n+::::::\\nweb:x:33:44::/:\\n\", "
	       "\"group\": \"\"" LAYERS "},"
	       "\"r.example/nobody:1\": {\"config\": {\"User\": \"nobody\"}, "
	       "\"passwd\": \"\", \"group\": \"\"},"
	       "\"r.example/volume:1\": {\"config\": {\"Cmd\": [\"sh\"], \"Volumes\": "
	       "{\"/b//c\": {}, \"/data/\": {}}}, \"passwd\": \"\", \"group\": "
	       "\"\"" LAYERS "},"
	       "\"r.example/root:1\": {\"config\": {\"Volumes\": {\"/\": {}}}, "
	       "\"passwd\": \"\", \"group\": \"\"},"
	       "\"r.example/token:1\": {\"config\": {\"Cmd\": [\"$(cpath)\"]}, "
	       "\"passwd\": \"\", \"group\": \"\"}"
	       "}}";

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct fixture *f = ARENA_NEW(a, struct fixture);
	const char *tmp = getenv("TMPDIR");
	int fd;

	f->arena = a;
	f->target = "kata-4";
	diags_init(&f->diags, a);
	(void)snprintf(f->images, sizeof(f->images), "%s/images.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	fd = mkstemp(f->images);
	if (fd < 0 || write(fd, images_json, sizeof(images_json) - 1) < 0 ||
	    close(fd) != 0)
		return -1;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->images);
	arena_free(f->arena);
	return 0;
}

/* The first workload of the text, lowered; NULL after an error. */
static struct jv *
lower(struct fixture *f, const char *yaml)
{
	struct img_options images = {
	    .offline = true, .platform = STR("linux/amd64")};
	struct settings_source from = {0};
	struct k8s_objects objects = {0};
	struct units units = {0};
	struct img_store *store;
	struct lower *l;
	struct jv *v = NULL;
	size_t i;

	diags_init(&f->diags, f->arena);
	f->source = source_new(f->arena, STR("in.yaml"), str_from(yaml));
	if (!yaml_read(&units, f->arena, &f->diags, f->source) ||
	    !k8s_objects_read(&objects, f->arena, &f->diags, &units))
		fail_msg("unreadable: %s", yaml);
	f->options.target = target_find(str_from(f->target));
	f->options.settings =
	    settings_load(f->arena, &f->diags, f->options.target, &from);
	VEC_PUSH(f->arena, &images.images_files, str_from(f->images));
	store = img_store_open(f->arena, &f->diags, &images);
	l = lower_new(f->arena, &f->diags, &objects, store, &f->options);
	assert_non_null(l);
	for (i = 0; i < objects.list.n && v == NULL; i++) {
		const struct k8s_object *o = objects.list.p[i];

		if (o->kind != NULL && o->kind->role == K8S_WORKLOAD) {
			v = lower_workload(l, f->arena, o, f->flags);
			break;
		}
	}
	img_store_close(store);
	return v;
}

static struct str
first_error(const struct fixture *f)
{
	struct diag **it;

	VEC_FOREACH(it, &f->diags.list) {
		if ((*it)->severity == DIAG_ERROR)
			return (*it)->text;
	}
	return STR("no error");
}

static void
assert_at(const struct jv *doc, const char *pointer, const char *want)
{
	const struct jv *v = jv_pointer(doc, str_from(pointer));
	struct buf b = {0};

	if (v == NULL)
		buf_puts(&b, "nothing");
	else
		jv_print(&b, v, JV_COMPACT);
	if (!str_eqz(buf_str(&b), want))
		fail_msg("%s: got %.*s, want %s", pointer, STR_ARG(buf_str(&b)),
		    want);
	buf_free(&b);
}

#define POD(more)                                                              \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ns}\n"      \
	"spec:\n  containers:\n  - name: c\n    image: r.example/app:1\n" more
#define C "/containers/1/OCI/Process/"

static const struct {
	const char *yaml, *pointer, *want;
} values[] = {
    /* arguments */
    {POD(""), C "Args", "[\"/app\",\"--serve\"]"},
    {POD("    args: [x]\n"), C "Args", "[\"/app\",\"x\"]"},
    {POD("    command: [yy]\n"), C "Args", "[\"yy\"]"},
    {POD("    command: []\n    args: []\n"), C "Args",
	"[\"/app\",\"--serve\"]"},
    /* references, as the kubelet reads them */
    {POD("    args: [\"$(B)$(NO)$$(B)$(B\", \"$(A)\"]\n"
	 "    env: [{name: B, value: b}]\n"),
	C "Args", "[\"/app\",\"b$(NO)$(B)$(B\",\"$(A)\"]"},
    {POD("    args: [\"$$$$\", \"$$$(B)\", \"$\", \"a$$b\"]\n"
	 "    env: [{name: B, value: b}]\n"),
	C "Args", "[\"/app\",\"$$$$\",\"$b\",\"$\",\"a$b\"]"},
    /* a dollar before a run-time value must survive the rules */
    {POD("    args: [\"$$$(NN)\"]\n    env:\n    - {name: NN, valueFrom: "
	 "{fieldRef: {fieldPath: metadata.name}}}\n"),
	C "Args", "[\"/app\",\"$$$(sandbox-name)\"]"},
    {POD("    env:\n    - {name: X, value: \"$(YY)\"}\n"
	 "    - {name: YY, value: yy}\n    - {name: Z, value: \"$(YY)$(X)\"}\n"),
	C "Env",
	"[\"PATH=/bin\",\"A=1\",\"HOSTNAME=$(host-name)\",\"X=$(YY)\","
	"\"YY=yy\",\"Z=yy$(YY)\"]"},
    /* the last of a name counts */
    {POD("    env: [{name: B, value: \"1\"}, {name: B, value: \"2\"}, "
	 "{name: HOSTNAME, value: h}]\n"),
	C "Env", "[\"PATH=/bin\",\"A=1\",\"B=2\",\"HOSTNAME=h\"]"},
    /* an image's that is replaced is sent as well, but for PATH */
    {POD("    env: [{name: A, value: \"2\"}, {name: PATH, value: /}]\n"),
	C "Env", "[\"A=1\",\"HOSTNAME=$(host-name)\",\"A=2\",\"PATH=/\"]"},
    {POD("    env: [{name: A, value: \"2\"}]\n"),
	"/containers/1/env_overridden", "[\"A=1\"]"},
    {POD("    env: [{name: A, value: \"1\"}]\n"),
	"/containers/1/env_overridden", "nothing"},
    {POD("    tty: true\n"), C "Env",
	"[\"PATH=/bin\",\"A=1\",\"TERM=xterm\",\"HOSTNAME=$(host-name)\"]"},
    /* fields of the pod */
    {POD("    env: [{name: I, valueFrom: {fieldRef: {fieldPath: "
	 "status.podIPs}}}]\n"),
	C "Env/3", "\"I=$(pod-ip)\""},
    {POD("    env: [{name: S, valueFrom: {fieldRef: {fieldPath: "
	 "spec.serviceAccountName}}}]\n  serviceAccount: s\n"),
	C "Env/3", "\"S=s\""},
    /* users */
    {POD("    securityContext: {runAsUser: 33, runAsGroup: 44}\n"
	 "  securityContext: {supplementalGroups: [50, 7, 0], fsGroup: 9}\n"),
	C "User",
	"{\"UID\":33,\"GID\":44,\"AdditionalGids\":[0,7,9,44,50],"
	"\"Username\":\"\"}"},
    /* capabilities */
    {POD("    securityContext: {capabilities: {drop: [ALL], add: [KILL]}}\n"),
	C "Capabilities/Bounding", "[\"CAP_KILL\"]"},
    {POD("    securityContext: {capabilities: {drop: [ALL], add: [ALL]}}\n"),
	C "Capabilities/Bounding", "[\"$(privileged_caps)\"]"},
    {POD("    securityContext: {allowPrivilegeEscalation: false}\n"),
	C "NoNewPrivileges", "true"},
    {POD("    workingDir: /w\n"), C "Cwd", "\"/w\""},
    {POD("    terminationMessagePath: /t/log\n"), "/containers/1/OCI/Mounts/8",
	"{\"destination\":\"/t/log\",\"source\":\"$(sfprefix)log$\","
	"\"type_\":\"bind\",\"options\":[\"rbind\",\"rprivate\",\"rw\"]}"},
    /* volumes */
    {POD("    volumeMounts: [{name: v, mountPath: /v}]\n"
	 "  volumes: [{name: v}]\n"),
	"/containers/1/storages/0/driver_options",
	"[\"encryption_key=ephemeral\",\"create_filesystem\"]"},
    {POD("    volumeMounts: [{name: v, mountPath: /v.d/}]\n"
	 "  volumes: [{name: v, csi: {driver: d}}]\n"),
	"/containers/1/OCI/Mounts/13/source", "\"$(sfprefix)v\\\\.d$\""},
    {POD("    volumeMounts: [{name: v, mountPath: /v, mountPropagation: "
	 "Bidirectional}]\n  volumes: [{name: v, hostPath: {path: /dev/x}}]\n"),
	"/containers/1/OCI/Mounts/13",
	"{\"destination\":\"/v\",\"source\":\"/dev/x\",\"type_\":\"bind\","
	"\"options\":[\"rbind\",\"rshared\",\"rw\"]}"},
    /* devices */
    {POD("    resources: {limits: {nvidia.com/pgpu: 2}}\n"),
	"/containers/1/devices/1/type_", "\"vfio-pci-gk\""},
    {POD("    resources: {limits: {nvidia.com/pgpu: \"1\"}}\n"),
	"/containers/1/runtime_anno_patterns/^cdi\\.k8s\\.io~1vfio[0-9]+$",
	"\"^nvidia\\\\.com/gpu=[0-9]+$\""},
    /* what is ours */
    {POD(""), "/containers/1/image",
	"{\"ref\":\"r.example/app:1\",\"digest\":\"\"}"},
    {POD(""), "/contrastc/profile", "\"kata-4\""},
    {POD(""), "/contrastc/checks/image_pull", "\"if_present\""},
    {POD(""), "/contrastc/checks/start_before", "[]"},
};

static void
lower__values(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct jv *v = lower(f, values[i].yaml);

		if (v == NULL)
			fail_msg("%s\n%.*s", values[i].yaml,
			    STR_ARG(first_error(f)));
		assert_at(v, values[i].pointer, values[i].want);
	}
}

#define ENV_FROM(kind, data)                                                   \
	POD("    envFrom: [{" kind ": {name: m}, prefix: P_}]\n"               \
	    "    env: [{name: Q, value: \"$(P_b)\"}]\n")                       \
	data
#define CONFIG_MAP(ns, data)                                                   \
	"---\napiVersion: v1\nkind: ConfigMap\n"                               \
	"metadata: {name: m, namespace: " ns "}\ndata: {" data "}\n"
#define SECRET(data)                                                           \
	"---\napiVersion: v1\nkind: Secret\n"                                  \
	"metadata: {name: m, namespace: ns}\n" data

static const struct {
	const char *yaml, *want;
	size_t warnings;
} sources[] = {
    {ENV_FROM("configMapRef", CONFIG_MAP("ns", "b: x, a: yy")),
	"[\"Q=x\",\"P_a=yy\",\"P_b=x\"]", 0},
    /* the one of the same namespace, wherever it is */
    {ENV_FROM(
	 "configMapRef", CONFIG_MAP("o", "b: o") CONFIG_MAP("ns", "b: nn")),
	"[\"Q=nn\",\"P_b=nn\"]", 0},
    {ENV_FROM("configMapRef", CONFIG_MAP("o", "b: o")), "[\"Q=o\",\"P_b=o\"]",
	1},
    {ENV_FROM("secretRef", SECRET("data: {b: eA==, c: ''}\n")),
	"[\"Q=x\",\"P_b=x\",\"P_c=\"]", 1},
    {ENV_FROM("secretRef", SECRET("data: {b: \"e\\nA==\"}\n")),
	"[\"Q=x\",\"P_b=x\"]", 1},
    {ENV_FROM("secretRef", SECRET("stringData: {b: s}\ndata: {b: eA==}\n")),
	"[\"Q=s\",\"P_b=s\"]", 1},
    {ENV_FROM("secretRef", SECRET("type: Opaque\n")), "[\"Q=$(P_b)\"]", 0},
};

static void
lower__env_sources(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct jv *v = lower(f, sources[i].yaml), *env;
		struct jv own = {.type = JV_ARRAY};
		struct buf b = {0};

		if (v == NULL)
			fail_msg("%s\n%.*s", sources[i].yaml,
			    STR_ARG(first_error(f)));
		env = jv_pointer(v, STR(C "Env"));
		/* PATH, A and HOSTNAME are always there. */
		own.items.p = env->items.p + 3;
		own.items.n = env->items.n - 3;
		jv_print(&b, &own, JV_COMPACT);
		assert_strz(buf_str(&b), sources[i].want);
		buf_free(&b);
		assert_int_equal(f->diags.warnings, sources[i].warnings);
	}
}

/* An error, and the text of the place that it points at. */
static const struct {
	const char *yaml;
	enum diag_id id;
	const char *place;
} errors[] = {
    {POD("    env: [{name: NN, value: 1}]\n"), DIAG_IR_UNQUOTED, "1"},
    {POD("    args: [yes]\n"), DIAG_IR_UNQUOTED, "yes"},
    {POD("    args: {}\n"), DIAG_IR_TYPE, "{}"},
    {POD("    args: [\"a\\0b\"]\n"), DIAG_IR_NUL, "\"a\\0b\""},
    {POD("    securityContext: {runAsUser: -1}\n"), DIAG_IR_RANGE, "-1"},
    {POD("    securityContext: {runAsUser: 4294967296}\n"), DIAG_IR_RANGE,
	"4294967296"},
    {POD("  securityContext: {fsGroup: 2147483648}\n"), DIAG_IR_RANGE,
	"2147483648"},
    {POD("  hostPID: true\n"), DIAG_POD_UNSUPPORTED, "hostPID"},
    {POD("    volumeMounts: [{name: v, mountPath: //}]\n"
	 "  volumes: [{name: v}]\n"),
	DIAG_MOUNT_ROOT, "//"},
    {POD("    volumeMounts: [{name: v, mountPath: /a, subPath: b}]\n"
	 "  volumes: [{name: v}]\n"),
	DIAG_SUB_PATH, "subPath"},
    {POD("    volumeMounts: [{name: v, mountPath: /a}]\n"
	 "  volumes: [{name: v, nfs: {path: /}}]\n"),
	DIAG_VOLUME_UNSUPPORTED, "nfs"},
    {POD("  volumes: [{name: v, emptyDir: {}, secret: {}}]\n"),
	DIAG_VOLUME_TYPES, "secret"},
    {POD("  - {name: c, image: r.example/app:1}\n"), DIAG_CONTAINER_TWICE, "c"},
    {POD("  - {name: d, image: r.example/none:1}\n"), DIAG_IMAGE_FACTS,
	"r.example/none:1"},
    {POD("  - {name: d, image: r.example/nobody:1}\n"), DIAG_IMAGE_USER,
	"r.example/nobody:1"},
    {POD("  - {name: d, image: r.example/user:1}\n"), DIAG_GUEST_PULL_USER,
	"r.example/user:1"},
    {POD("  - {name: d, image: r.example/root:1}\n"), DIAG_IMAGE_VOLUME_ROOT,
	"r.example/root:1"},
    {POD("  - {name: d, image: r.example/token:1}\n"), DIAG_POLICY_TOKEN,
	"r.example/token:1"},
    {POD("    args: [\"$(sfprefix)\"]\n"), DIAG_POLICY_TOKEN,
	"\"$(sfprefix)\""},
    /* made from parts, each of them harmless */
    {POD("    args: [\"$(X)$(YY)\"]\n    env: [{name: X, value: "
	 "\"$$(sandbox\"}, {name: YY, value: \"-name)\"}]\n"),
	DIAG_POLICY_TOKEN, "\"$(X)$(YY)\""},
    {POD("    env: [{name: X, value: \"$$(pod-ip)\"}]\n"), DIAG_POLICY_TOKEN,
	"\"$$(pod-ip)\""},
    {POD("    env: [{name: X, valueFrom: {configMapKeyRef: {name: m, key: "
	 "k}}}]\n"),
	DIAG_DATA_KEY_MISSING, "{name: m, key: k}"},
    {ENV_FROM("configMapRef", ""), DIAG_DATA_MISSING, "{name: m}"},
    {POD("    envFrom: [{configMapRef: {optional: false}}]\n") "---\n"
							       "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n",
	DIAG_DATA_MISSING, "{optional: false}"},
    {ENV_FROM("configMapRef", CONFIG_MAP("ns", "b: 1")), DIAG_IR_UNQUOTED, "1"},
    {ENV_FROM("secretRef", SECRET("data: {b: '?'}\n")), DIAG_SECRET_BASE64,
	"'?'"},
    {ENV_FROM("secretRef", SECRET("data: {b: /w==}\n")), DIAG_SECRET_TEXT,
	"/w=="},
    {POD("    env: [{name: X, valueFrom: {fieldRef: {fieldPath: "
	 "\"metadata.labels['l']\"}}}]\n"),
	DIAG_FIELD_LABEL, "\"metadata.labels['l']\""},
    {POD("    env: [{name: X, valueFrom: {fieldRef: {fieldPath: "
	 "status.phase}}}]\n"),
	DIAG_FIELD_PATH, "status.phase"},
    {POD("    env: [{name: X, value: x, valueFrom: {}}]\n"),
	DIAG_ENV_VALUE_AND_SOURCE, "{}"},
    {POD("    env: [{name: \"X=Y\"}]\n"), DIAG_ENV_NAME, "\"X=Y\""},
    {POD("    volumeDevices: [{name: v, devicePath: "
	 "/dev/vfio/devices/vfio1}]\n"),
	DIAG_DEVICE_PATH, "/dev/vfio/devices/vfio1"},
    {POD("    resources: {limits: {nvidia.com/pgpu: x}}\n"), DIAG_GPU_COUNT,
	"x"},
    {"apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n"
     "    nerdctl/network-namespace: x\nspec:\n  containers:\n"
     "  - {name: c, image: r.example/app:1}\n",
	DIAG_RESERVED_ANNOTATION, "nerdctl/network-namespace"},
    {"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: "
     "[]}\n",
	DIAG_NO_CONTAINERS, "{containers: []}"},
};

static void
lower__errors(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const struct diag *found = NULL;
		struct diag **it;

		if (lower(f, errors[i].yaml) != NULL)
			fail_msg("accepted: %s", errors[i].yaml);
		VEC_FOREACH(it, &f->diags.list) {
			if ((*it)->id == errors[i].id && found == NULL)
				found = *it;
		}
		if (found == NULL)
			fail_msg("%s\n%.*s", errors[i].yaml,
			    STR_ARG(first_error(f)));
		if (!str_eqz(loc_text(found->loc), errors[i].place))
			fail_msg("%s\nat %.*s", errors[i].yaml,
			    STR_ARG(loc_text(found->loc)));
		assert_true(found->nnotes > 0);
		assert_true(f->diags.errors > 0);
	}
}

/* All errors of a pod are reported at once, each in its container. */
static void
lower__goes_on(void **state)
{
	struct fixture *f = *state;

	assert_null(lower(
	    f, POD("    args: [1]\n    env: [{name: X, value: \"$$(cpath)\"}]\n"
		   "  - {name: d, image: r.example/none:1}\n"
		   "  - {name: e, image: r.example/user:1}\n")));
	assert_int_equal(f->diags.errors, 4);
	assert_strz(f->diags.list.p[0]->notes[0].text,
	    "in container 'c' of Pod 'p' (namespace 'ns')");
}

static void
lower__guest_pull_recommends(void **state)
{
	static const struct {
		const char *more, *help;
	} cases[] = {
	    {"  - {name: d, image: r.example/user:1}\n",
		"in the securityContext of container 'd': runAsUser: 33, "
		"runAsGroup: 44"},
	    {"  - name: d\n    image: r.example/app:1\n    securityContext: "
	     "{runAsUser: 33, runAsGroup: 44}\n",
		"in the securityContext of the pod: supplementalGroups: [0, "
		"50]"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct diag *g = NULL;
		struct diag **it;
		struct buf b = {0};

		buf_puts(&b, POD(""));
		buf_puts(&b, cases[i].more);
		assert_null(lower(f, arena_cstr(f->arena, buf_str(&b))));
		buf_free(&b);
		VEC_FOREACH(it, &f->diags.list) {
			if ((*it)->id == DIAG_GUEST_PULL_USER)
				g = *it;
		}
		assert_non_null(g);
		assert_strz(g->help, cases[i].help);
	}
}

static void
lower__expansion_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct buf b = {0};
	int i;

	buf_puts(&b, POD("    env:\n    - {name: V0, value: "
			 "xxxxxxxxxxxxxxxx}\n"));
	for (i = 1; i < 40; i++)
		buf_printf(&b, "    - {name: V%d, value: \"$(V%d)$(V%d)\"}\n",
		    i, i - 1, i - 1);
	buf_putc(&b, '\0');
	assert_null(lower(f, b.p));
	buf_free(&b);
	assert_strz(first_error(f),
	    "a value has more than 1 MiB, or those of a pod 64 MiB, expanded");
}

/* The rules would read it as a pattern for any variable. */
static void
lower__no_token_in_a_name(void **state)
{
	struct fixture *f = *state;

	(void)lower(f, POD("    env: [{name: \"$(todo-annotation)\"}]\n"));
	assert_strz(first_error(f),
	    "the name of a variable contains '$(todo-annotation)', which has a "
	    "meaning in policies");
}

/* names of pods */

#define KIND(api, kind, meta, spec)                                            \
	"apiVersion: " api "\nkind: " kind "\nmetadata: {" meta "}\nspec: " spec
#define TEMPLATE                                                               \
	"{template: {spec: {containers: [{name: c, image: r.example/app:1}]}}}"
#define S "[bcdfghjklmnpqrstvwxz2456789]+"

static const struct {
	const char *yaml, *want;
} names[] = {
    {KIND("apps/v1", "Deployment", "name: a.b-c", TEMPLATE),
	"\"^a\\\\.b-c-" S "-" S "$\""},
    {KIND("apps/v1", "DaemonSet", "name: a", TEMPLATE), "\"^a-" S "$\""},
    {KIND("apps/v1", "StatefulSet", "name: a", TEMPLATE), "\"^a-[0-9]+$\""},
    {KIND("batch/v1", "Job", "name: a", TEMPLATE), "\"^a(-[0-9]+)?-" S "$\""},
    {KIND("batch/v1", "Job", "generateName: a-", TEMPLATE),
	"\"^a\\\\-" S "(-[0-9]+)?-" S "$\""},
    {KIND("batch/v1", "CronJob", "name: a",
	 "{jobTemplate: {spec: " TEMPLATE "}}"),
	"\"^a-[0-9]+(-[0-9]+)?-" S "$\""},
    {KIND("v1", "Pod", "name: a",
	 "{containers: [{name: c, image: r.example/app:1}]}"),
	"\"^a$\""},
    {KIND("v1", "Pod", "labels: {}",
	 "{containers: [{name: c, image: r.example/app:1}]}"),
	"nothing"},
    /* 46 characters: what is cut is the hash of the ReplicaSet */
    {KIND("apps/v1", "Deployment",
	 "name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeee", TEMPLATE),
	"\"^aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeee-" S "-" S "$\""},
    {KIND("apps/v1", "Deployment",
	 "name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeef", TEMPLATE),
	"\"^(?:aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeef-" S "-" S
	"|aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeef\\\\-"
	"[0-9bcdfghjklmnpqrstvwxz-]*" S ")$\""},
};

static void
lower__names(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct jv *v = lower(f, names[i].yaml);

		if (v == NULL)
			fail_msg(
			    "%s\n%.*s", names[i].yaml, STR_ARG(first_error(f)));
		assert_at(v,
		    "/containers/1/OCI/Annotations/"
		    "io.kubernetes.cri.sandbox-name",
		    names[i].want);
	}
}

/* targets */

static void
lower__contrast_metal(void **state)
{
	struct fixture *f = *state;
	const struct jv *v;

	f->target = "contrast-metal";
	v = lower(f, POD("    volumeMounts: [{name: v, mountPath: /v, "
			 "mountPropagation: HostToContainer}]\n"
			 "  volumes: [{name: v, emptyDir: {}}]\n"));
	assert_at(v, "/containers/1/storages/0",
	    "{\"driver\":\"image_guest_pull\",\"driver_options\":[],"
	    "\"source\":\"r.example/app:1\",\"fstype\":\"overlay\","
	    "\"options\":[],\"mount_point\":\"^$(root_path)$\","
	    "\"fs_group\":null,\"shared\":false}");
	assert_at(v, "/containers/0/storages/0/source",
	    "\"ghcr.io/edgelesssys/kubernetes/pause:3.6\"");
	assert_at(v, "/containers/1/OCI/Mounts/13/options",
	    "[\"rbind\",\"rslave\",\"rw\"]");
	assert_null(
	    lower(f, POD("  - {name: d, image: r.example/volume:1}\n")));
	assert_int_equal(f->diags.errors, 2);
	assert_strz(first_error(f),
	    "image 'r.example/volume:1' declares VOLUME '/b/c', and no "
	    "volume is mounted there");
	assert_non_null(
	    lower(f, POD("  - name: d\n    image: r.example/volume:1\n"
			 "    volumeMounts: [{name: v, mountPath: /b/c}, "
			 "{name: v, mountPath: /data}]\n"
			 "  volumes: [{name: v, emptyDir: {}}]\n")));
}

static void
lower__metal_v1_2(void **state)
{
	struct fixture *f = *state;
	const struct jv *v;

	f->target = "metal-v1.2";
	v = lower(f, POD("    volumeMounts: [{name: v, mountPath: /v}]\n"
			 "  volumes: [{name: v, emptyDir: {}}]\n"));
	assert_at(v, "/containers/1/OCI/Root/Path",
	    "\"$(cpath)/$(bundle-id)/rootfs\"");
	assert_at(v, "/containers/1/OCI/Linux/Sysctl", "nothing");
	assert_at(v, "/containers/1/storages/0/driver", "\"local\"");
	assert_at(v, "/containers/1/OCI/Mounts/13",
	    "{\"destination\":\"/v\",\"source\":"
	    "\"^$(cpath)/$(sandbox-id)/rootfs/local/v$\",\"type_\":\"local\","
	    "\"options\":[\"rbind\",\"rprivate\",\"rw\"]}");
	assert_at(v, "/common/mount_source_cpath",
	    "\"/run/kata-containers/shared/containers\"");
	assert_at(
	    v, "/contrastc/checks/guest_hooks", "[\"/usr/share/oci/hooks\"]");
	assert_at(
	    v, "/sandbox/allowed_guest_hooks", "[\"/usr/share/oci/hooks\"]");
	assert_at(v, "/devices", "nothing");
	(void)lower(
	    f, POD("  securityContext: {sysctls: [{name: a, value: b}]}\n"));
	assert_int_equal(f->diags.warnings, 1);
}

static void
lower__aks_v1_2(void **state)
{
	struct fixture *f = *state;
	const struct jv *v;

	f->target = "aks-v1.2";
	v = lower(f, POD(""));
	assert_at(
	    v, "/containers/1/OCI/Root/Path", "\"$(cpath)/$(bundle-id)\"");
	assert_at(v, "/containers/1/OCI/Version", "\"1.1.0-rc.1\"");
	assert_at(v, "/containers/1/storages/0",
	    "{\"driver\":\"blk\",\"driver_options\":[],\"source\":\"\","
	    "\"fstype\":\"tar\",\"options\":[\"$(hash0)\"],"
	    "\"mount_point\":\"$(layer0)\",\"fs_group\":null,"
	    "\"shared\":false}");
	assert_at(v, "/containers/1/storages/1/options", "[\"$(hash1)\"]");
	assert_at(
	    v, "/containers/1/storages/2/fstype", "\"fuse3.kata-overlay\"");
	/* the upper layer first */
	assert_at(v, "/containers/1/storages/2/options",
	    "[\"2c342a137e693c7898aec36da1047f191dc7c1687e66198adacc439cf4adf379:"
	    "2570e3a19e1bf20ddda45498a9627f61555d2d6c01479b9b76460b679b27d552\","
	    "\"" HASH2 ":" HASH1 "\"]");
	assert_at(v, "/containers/1/storages/2/mount_point",
	    "\"$(cpath)/$(bundle-id)\"");
	assert_at(v, "/containers/0/storages/2", "nothing");
	assert_at(v, "/common/s_source2", "\"^..data/\"");
	(void)lower(f, POD("") "  - {name: d, image: \"r.example/root:1\"}\n");
	assert_non_null(
	    strstr(arena_cstr(f->arena, first_error(f)), "it has no layers"));
}

/* What the image's names, VOLUMEs and groups become there. */
static void
lower__aks_images(void **state)
{
	static const char user[] =
	    "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ns}\n"
	    "spec:\n  containers: [{name: c, image: \"r.example/user:1\"%s}]\n";
	struct fixture *f = *state;
	const struct jv *v;

	f->target = "aks-v1.2";
	v = lower(f, arena_printf(f->arena, user, "").p);
	assert_at(v, C "User/UID", "0");
	assert_int_equal(f->diags.warnings, 1);
	assert_int_equal(f->diags.list.p[0]->id, DIAG_IMAGE_USER_ROOT);
	v = lower(
	    f, arena_printf(f->arena, user, ", securityContext: {runAsUser: 5}")
		   .p);
	assert_at(v, C "User/UID", "5");
	assert_int_equal(f->diags.warnings, 0);
	v = lower(f,
	    "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ns}\n"
	    "spec:\n  containers: [{name: c, image: \"r.example/volume:1\"}]\n");
	assert_at(v, "/containers/1/OCI/Mounts/13/source", "\"$(sfprefix)c$\"");
}

#define CLAIMS                                                                 \
	"apiVersion: v1\nkind: PersistentVolumeClaim\n"                        \
	"metadata: {name: disk, namespace: ns}\n"                              \
	"spec: {storageClassName: cc-managed-csi}\n"                           \
	"---\napiVersion: v1\nkind: PersistentVolumeClaim\n"                   \
	"metadata: {name: share}\n"                                            \
	"spec: {storageClassName: azurefile-csi-kata-cc}\n"                    \
	"---\napiVersion: v1\nkind: PersistentVolumeClaim\n"                   \
	"metadata: {name: disk, namespace: other}\n"                           \
	"spec: {storageClassName: other}\n---\n"
#define CLAIM(name)                                                            \
	CLAIMS POD(                                                            \
	    "    volumeMounts: [{name: v, mountPath: /v, "                     \
	    "mountPropagation: HostToContainer}]\n"                            \
	    "  volumes: [{name: v, persistentVolumeClaim: {claimName: " name   \
	    "}}]\n")
#define DIRECT "\"$(spath)/$(b64-direct-vol-path)\""

/* Claims that the guest mounts itself, by their storage class. */
static void
lower__aks_claims(void **state)
{
	struct fixture *f = *state;
	const struct jv *v;

	f->target = "aks-v1.2";
	v = lower(f, CLAIM("disk"));
	assert_at(v, "/containers/1/storages/0",
	    "{\"driver\":\"blk\",\"driver_options\":[],\"source\":\"\","
	    "\"fstype\":\"\",\"options\":[],\"mount_point\":" DIRECT
	    ",\"fs_group\":null,\"shared\":false}");
	assert_at(v, "/containers/1/OCI/Mounts/13",
	    "{\"destination\":\"/v\",\"source\":" DIRECT
	    ",\"type_\":\"bind\",\"options\":[\"rbind\",\"rslave\",\"rw\"]}");
	v = lower(f, CLAIM("share"));
	assert_at(v, "/containers/1/storages/0/driver", "\"smb\"");
	assert_at(v, "/containers/1/storages/0/options/6", "\"nobrl\"");
	v = lower(f, CLAIM("unknown"));
	assert_at(v, "/containers/1/storages/0/fstype", "\"tar\"");
	assert_at(v, "/containers/1/OCI/Mounts/13",
	    "{\"destination\":\"/v\",\"source\":\"$(sfprefix)v$\","
	    "\"type_\":\"bind\",\"options\":[\"rbind\",\"rslave\",\"rw\"]}");
	f->target = "kata-4";
	v = lower(f, CLAIM("disk"));
	assert_at(v, "/containers/1/storages", "[]");
}

static void
lower__aks_claim_template(void **state)
{
	struct fixture *f = *state;
	const struct jv *v;

	f->target = "aks-v1.2";
	v = lower(f,
	    "apiVersion: apps/v1\nkind: StatefulSet\n"
	    "metadata: {name: s, namespace: ns}\nspec:\n"
	    "  volumeClaimTemplates:\n"
	    "  - {metadata: {name: v}, spec: {storageClassName: cc-local-csi}}\n"
	    "  - {metadata: {name: w}, spec: {storageClassName: other}}\n"
	    "  template:\n    spec:\n      containers:\n"
	    "      - {name: c, image: \"r.example/app:1\", volumeMounts: "
	    "[{name: w, mountPath: /w}, {name: v, mountPath: /v}]}\n");
	assert_at(v, "/containers/1/storages/0/mount_point", DIRECT);
	assert_at(v, "/containers/1/storages/1/fstype", "\"tar\"");
	assert_at(v, "/containers/1/OCI/Mounts/13/source",
	    "\"^/run/kata-containers/shared/containers/"
	    "$(bundle-id)-[a-z0-9]{16}-w$\"");
	assert_at(v, "/containers/1/OCI/Mounts/14/source", DIRECT);
}

#define INIT                                                                   \
	POD("  initContainers:\n"                                              \
	    "  - {name: contrast-initializer, image: r.example/app:1}\n"       \
	    "  - {name: own, image: r.example/app:1}\n"                        \
	    "  - {name: contrast-service-mesh, image: r.example/app:1, "       \
	    "restartPolicy: Always}\n")

static void
lower__options(void **state)
{
	struct fixture *f = *state;
	const struct jv *v;

	v = lower(f, INIT);
	assert_at(v, "/contrastc/checks/start_before", "[]");
	assert_at(v, "/contrastc/checks/env_complete", "false");
	f->options.start_order = true;
	f->flags = LOWER_ENV_COMPLETE | LOWER_UNIQUE_CONTAINERS;
	v = lower(f, INIT);
	assert_at(v, "/contrastc/checks/start_before", "[1,2,3]");
	assert_at(v, "/contrastc/checks/application_from", "4");
	assert_at(v, "/contrastc/checks/env_complete", "true");
	assert_at(v, "/contrastc/checks/unique_containers", "true");
	f->options.debug = true;
	v = lower(f, POD(""));
	assert_at(
	    v, "/request_defaults/ExecProcessRequest/regex", "[\"^.*$\"]");
	assert_at(v, "/request_defaults/WriteStreamRequest", "true");
	assert_at(v, "/request_defaults/ReadStreamRequest", "true");
	f->options.debug = false;
	f->flags = LOWER_COORDINATOR;
	v = lower(f, POD(""));
	assert_at(v,
	    "/containers/1/OCI/Annotations/"
	    "io.kubernetes.cri.sandbox-namespace",
	    "\"\"");
	assert_at(v,
	    "/request_defaults/CreateContainerRequest/allow_env_regex/15",
	    "\"^CONTRAST_[A-Z0-9_]*=.*$\"");
}

/* origins */

static size_t
missing_origins(const struct jv *v)
{
	struct jv_member *m;
	struct jv **it;
	size_t n = 0;

	if (v->items.n + v->members.n == 0)
		return v->origin == NULL || v->origin->kind == ORIGIN_NONE;
	VEC_FOREACH(it, &v->items)
		n += missing_origins(*it);
	VEC_FOREACH(m, &v->members)
		n += missing_origins(m->value);
	return n;
}

static void
lower__origins(void **state)
{
	static const struct {
		const char *pointer;
		enum origin_kind kind;
		const char *what;
	} cases[] = {
	    {C "Args/0", ORIGIN_IMAGE, "Entrypoint[0] of r.example/app:1"},
	    {C "Args/1", ORIGIN_YAML, "x"},
	    {C "Env/1", ORIGIN_IMAGE, "Env[1] of r.example/app:1"},
	    {C "Env/2", ORIGIN_COMPILER,
		"the runtime sets this variable in every container"},
	    {C "Env/3", ORIGIN_YAML, "bee"},
	    {C "User/UID", ORIGIN_YAML, "7"},
	    {C "User/GID", ORIGIN_IMAGE, "/etc/passwd of r.example/app:1"},
	    {"/containers/1/OCI/Root/Path", ORIGIN_SETTINGS,
		"kata-4: /other_container/Root/Path"},
	    {"/common/cpath", ORIGIN_SETTINGS, "kata-4: /common/cpath"},
	    {"/containers/1/image/ref", ORIGIN_YAML, "r.example/app:1"},
	    {"/containers/1/OCI/Annotations/io.kubernetes.cri.sandbox-name",
		ORIGIN_YAML, "p"},
	};
	static const char *const targets[] = {
	    "contrast-metal", "metal-v1.2", "aks-v1.2", "kata-4"};
	struct fixture *f = *state;
	const struct jv *v = NULL;
	size_t i;

	for (i = 0; i < 4; i++) {
		f->target = targets[i];
		v = lower(
		    f, POD("    args: [x]\n    env: [{name: B, value: bee}]\n"
			   "    volumeMounts: [{name: v, mountPath: /v}, "
			   "{name: w, mountPath: /w}]\n"
			   "  volumes: [{name: v}, {name: w, secret: "
			   "{secretName: s}}]\n"
			   "  securityContext: {runAsUser: 7, fsGroup: 8}\n"));
		assert_non_null(v);
		assert_int_equal(missing_origins(v), 0);
	}
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct jv *leaf =
		    jv_pointer(v, str_from(cases[i].pointer));

		assert_non_null(leaf);
		assert_int_equal(leaf->origin->kind, cases[i].kind);
		assert_strz(leaf->origin->kind == ORIGIN_YAML
				? loc_text(leaf->origin->loc)
				: leaf->origin->what,
		    cases[i].what);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(lower__values),
	    T(lower__env_sources),
	    T(lower__errors),
	    T(lower__goes_on),
	    T(lower__guest_pull_recommends),
	    T(lower__expansion_is_bounded),
	    T(lower__no_token_in_a_name),
	    T(lower__names),
	    T(lower__contrast_metal),
	    T(lower__metal_v1_2),
	    T(lower__aks_v1_2),
	    T(lower__aks_images),
	    T(lower__aks_claims),
	    T(lower__aks_claim_template),
	    T(lower__options),
	    T(lower__origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
