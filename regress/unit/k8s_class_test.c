/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classes of the table are what lowering does: a pod that uses every
 * structure is lowered once for each field with that field changed.  An
 * irrelevant one leaves the policy data as they are, an enforced one does
 * not; a few are enforced in another way.
 */
#include <string.h>

#include "compiler/front/k8s.h"
#include "compiler/lower/lower.h"
#include "regress/unit/unit.h"
#include "runtime/base/buf.h"

#include "runtime/base/banned.h"

static const char pod[] =
    "apiVersion: v1\n"
    "kind: Pod\n"
    "metadata:\n"
    "  name: a\n"
    "  namespace: b\n"
    "  labels: {l: m}\n"
    "  annotations: {k: v}\n"
    "spec:\n"
    "  runtimeClassName: kata-qemu-snp\n"
    "  serviceAccountName: sa\n"
    "  containers:\n"
    "  - name: c\n"
    "    image: registry.example/app:1\n"
    "    command: [/a]\n"
    "    args: [x]\n"
    "    env:\n"
    "    - {name: A, value: '1'}\n"
    "    - {name: B, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}\n"
    "    - {name: C, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}\n"
    "    - {name: D, valueFrom: {configMapKeyRef: {name: m, key: k}}}\n"
    "    - {name: E, valueFrom: {secretKeyRef: {name: s, key: k}}}\n"
    "    - {name: F, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['l']\"}}}\n"
    "    - {name: G, valueFrom: {fieldRef: {fieldPath: "
    "spec.serviceAccountName}}}\n"
    "    envFrom:\n"
    "    - {prefix: P, configMapRef: {name: m}}\n"
    "    - {prefix: Q, secretRef: {name: s}}\n"
    "    livenessProbe: {exec: {command: [/live]}}\n"
    "    readinessProbe: {exec: {command: [/ready]}}\n"
    "    startupProbe: {exec: {command: [/start]}}\n"
    "    lifecycle:\n"
    "      postStart: {exec: {command: [/post]}}\n"
    "      preStop: {exec: {command: [/pre]}}\n"
    "    securityContext: {capabilities: {add: [NET_ADMIN]}}\n"
    "    volumeDevices: [{name: raw, devicePath: /dev/raw}]\n"
    "    volumeMounts:\n"
    "    - {name: empty, mountPath: /empty}\n"
    "    - {name: host, mountPath: /host, mountPropagation: None}\n"
    "    - {name: dev, mountPath: /devices}\n"
    "    - {name: claim, mountPath: /claim}\n"
    "    - {name: azure, mountPath: /azure}\n"
    "    - {name: map, mountPath: /map}\n"
    "    - {name: secret, mountPath: /secret}\n"
    "    - {name: projected, mountPath: /projected}\n"
    "    - {name: downward, mountPath: /downward}\n"
    "    - {name: csi, mountPath: /csi}\n"
    "    - {name: ephemeral, mountPath: /ephemeral}\n"
    "  securityContext: {sysctls: [{name: kernel.a, value: '1'}]}\n"
    "  volumes:\n"
    "  - {name: empty, emptyDir: {}}\n"
    "  - {name: host, hostPath: {path: /dev/a}}\n"
    "  - {name: dev, hostPath: {path: /sys/b}}\n"
    "  - {name: claim, persistentVolumeClaim: {claimName: p}}\n"
    "  - {name: raw, persistentVolumeClaim: {claimName: q}}\n"
    "  - {name: azure, azureFile: {secretName: s, shareName: t}}\n"
    "  - {name: map, configMap: {name: m}}\n"
    "  - {name: secret, secret: {secretName: s}}\n"
    "  - {name: projected, projected: {sources: []}}\n"
    "  - {name: downward, downwardAPI: {items: []}}\n"
    "  - {name: csi, csi: {driver: d}}\n"
    "  - {name: ephemeral, ephemeral: {volumeClaimTemplate: {spec: {}}}}\n"
    "---\n"
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: b}, "
    "data: {k: v, l: w}}\n"
    "---\n"
    "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: b}, "
    "data: {k: dg==, l: dw==}}\n";

/* Enforced although the data of this pod stay as they are. */
static const struct {
	const char *path, *decides;
} elsewhere[] = {
    {"metadata.generateName", "it counts without a name"},
    {"spec.runtimeClassName", "which pods get a policy"},
    {"spec.serviceAccount", "it counts without serviceAccountName"},
    {"spec.volumes[].persistentVolumeClaim.claimName", "storage of aks-v1.2"},
    {"spec.containers[].resources.limits{}", "GPUs, by the name of the key"},
    {"spec.containers[].env[].valueFrom.configMapKeyRef.optional",
	"what happens without it"},
    {"spec.containers[].env[].valueFrom.secretKeyRef.optional", "the same"},
    {"spec.containers[].envFrom[].configMapRef.optional", "the same"},
    {"spec.containers[].envFrom[].secretRef.optional", "the same"},
};

/* --- a field changed --- */

static struct yaml_node *
sample(struct arena *a, const char *type, bool truth)
{
	if (strcmp(type, "bool") == 0)
		return yaml_new_bool(a, truth);
	if (strcmp(type, "int32") == 0 || strcmp(type, "int64") == 0)
		return yaml_new_int(a, 7);
	if (strcmp(type, "quantity") == 0)
		return yaml_new_str(a, STR("1"));
	if (strcmp(type, "string StorageMedium") == 0)
		return yaml_new_str(a, STR("Memory"));
	if (strcmp(type, "string Capability") == 0)
		return yaml_new_str(a, STR("NET_RAW"));
	if (strcmp(type, "string MountPropagationMode") == 0)
		return yaml_new_str(a, STR("Bidirectional"));
	return yaml_new_str(a, STR("/x"));
}

/* Splits the first name off a path; returns its shape: 0, '[' or '{'. */
static char
next_name(struct str *name, const char **path)
{
	size_t n = strcspn(*path, ".[{");
	char shape = (*path)[n];

	*name = (struct str){*path, n};
	*path += n;
	if (shape == '[' || shape == '{')
		*path += 2;
	if (**path == '.')
		(*path)++;
	return shape == '.' ? '\0' : shape;
}

/* How many names of the path are there. */
static int
depth_of(const struct yaml_node *n, const char *path)
{
	struct str name;
	char shape;
	int most = 0, d;
	size_t i;

	if (*path == '\0')
		return 0;
	shape = next_name(&name, &path);
	n = yaml_get(n, name);
	if (n == NULL)
		return 0;
	if (shape != '[')
		return 1 + depth_of(n, path);
	for (i = 0; i < n->items.n; i++) {
		d = depth_of(n->items.p[i], path);
		most = d > most ? d : most;
	}
	return 1 + most;
}

static struct yaml_node *
item_for(struct arena *a, struct yaml_node *list, const char *path)
{
	size_t i, best = 0;

	if (list->items.n == 0)
		return yaml_push(a, list, yaml_new_map(a));
	for (i = 1; i < list->items.n; i++) {
		if (depth_of(list->items.p[i], path) >
		    depth_of(list->items.p[best], path))
			best = i;
	}
	return list->items.p[best];
}

static void
set_field(struct arena *a, struct yaml_node *n, const char *path,
    const char *type, bool truth)
{
	struct yaml_node *value, *in;
	struct str name;
	char shape;

	for (;;) {
		shape = next_name(&name, &path);
		if (*path == '\0')
			break;
		in = yaml_get(n, name);
		if (in == NULL)
			in = yaml_put(a, n, name,
			    shape == '[' ? yaml_new_seq(a) : yaml_new_map(a));
		n = shape == '[' ? item_for(a, in, path) : in;
	}
	value = sample(a, type, truth);
	if (shape == '[') {
		in = yaml_new_seq(a);
		(void)yaml_push(a, in, value);
		value = in;
	} else if (shape == '{') {
		in = yaml_new_map(a);
		(void)yaml_put(a, in, STR("x"), value);
		value = in;
	}
	(void)yaml_put(a, n, name, value);
}

/* --- the policy data --- */

/* The data as text, empty after an error; `f` NULL: nothing changed. */
static void
lower_with(struct buf *out, const struct k8s_field *f, bool truth)
{
	struct lower_options o = {.target = target_find(STR("kata-4"))};
	struct img_options images = {
	    .offline = true, .platform = STR("linux/amd64")};
	struct settings_source none = {0};
	struct arena *a = arena_new();
	struct units units = {0};
	struct k8s_objects objects = {0};
	struct img_store *store;
	struct lower *l;
	struct diags d;
	struct jv *v;

	diags_init(&d, a);
	assert_true(yaml_read(
	    &units, a, &d, source_new(a, STR("pod.yaml"), str_from(pod))));
	if (f != NULL)
		set_field(a, units.list.p[0]->root, f->path, f->type, truth);
	VEC_PUSH(a, &images.images_files, STR("regress/compile/images.json"));
	store = img_store_open(a, &d, &images);
	o.settings = settings_load(a, &d, o.target, &none);
	if (o.settings != NULL && k8s_objects_read(&objects, a, &d, &units) &&
	    (l = lower_new(a, &d, &objects, store, &o)) != NULL &&
	    (v = lower_workload(l, a, objects.list.p[0], 0)) != NULL &&
	    d.errors == 0)
		jv_print(out, v, JV_COMPACT);
	else if (f == NULL)
		fail_msg("the pod itself is refused: %.*s",
		    STR_ARG(d.list.p[0]->text));
	img_store_close(store);
	arena_free(a);
}

static bool
is_same(const struct buf *base, const struct k8s_field *f)
{
	struct buf got = {0};
	bool same;

	lower_with(&got, f, true);
	same = str_eq(buf_str(&got), buf_str(base));
	if (same && strcmp(f->type, "bool") == 0) {
		got.n = 0;
		lower_with(&got, f, false);
		same = str_eq(buf_str(&got), buf_str(base));
	}
	buf_free(&got);
	return same;
}

static bool
is_tried(const struct k8s_field *f)
{
	return strcmp(f->kind, "v1/Pod") == 0 &&
	       strncmp(f->type, "object", 6) != 0 &&
	       strncmp(f->path, "spec.initContainers", 19) != 0 &&
	       f->class != K8S_UNSUPPORTED;
}

static bool
is_elsewhere(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		if (strcmp(elsewhere[i].path, path) == 0)
			return true;
	}
	return false;
}

static void
k8s_fields__classes_are_true(void **state)
{
	struct arena *a = arena_new();
	struct buf base = {0};
	const struct k8s_field *f;
	size_t n, tried = 0, wrong = 0;
	bool same, enforced;

	(void)state;
	lower_with(&base, NULL, true);
	f = k8s_fields(a, &n);
	for (; n > 0; n--, f++) {
		if (!is_tried(f))
			continue;
		tried++;
		same = is_same(&base, f);
		enforced = f->class == K8S_ENFORCED && !is_elsewhere(f->path);
		if (same != enforced)
			continue;
		wrong++;
		print_error("%s: %s\n", f->path,
		    same ? "enforced, but without effect"
			 : "irrelevant, but changes the data");
	}
	assert_true(tried > 300);
	assert_int_equal(wrong, 0);
	buf_free(&base);
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(k8s_fields__classes_are_true),
	};

	return cmocka_run_group_tests_name("k8s_class", tests, NULL, NULL);
}
