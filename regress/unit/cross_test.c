/* SPDX-License-Identifier: Apache-2.0 */
/* Objects against each other: what is found, and what is left in peace. */
#include "regress/unit/real.h"

#include <string.h>

#include "compiler/front/input.h"
#include "compiler/pass/cross.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

struct case_ {
	const char *name;
	bool latest, data, bare_id, no_notes;
	const char *in;
	const char *found; /* "LINE name; …", notes included */
};

#define D                                                                      \
	"@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* Each object is a line or two and ends in a line "---". */
#define OBJECT(kind, name, rest)                                               \
	"{apiVersion: v1, kind: " kind ", metadata: {name: " name              \
	", namespace: ns}, " rest "}\n---\n"
#define DEPLOYMENT(name, class, annotations, spec)                             \
	"{apiVersion: apps/v1, kind: Deployment, metadata: {name: " name       \
	", namespace: ns, annotations: {" annotations "}}, spec: {template: "  \
	"{metadata: {labels: {app: " name                                      \
	"}},\nspec: {runtimeClassName: " class                                 \
	    ", containers: [{name: c, image: i:1" D ", " spec "}}}}\n---\n"
#define CONF(name, annotations, spec)                                          \
	DEPLOYMENT(name, "contrast-cc", annotations, spec)
#define PLAIN(name, spec) DEPLOYMENT(name, "runc", "", spec)
#define SERVICE(name, app, ports)                                              \
	OBJECT("Service", name,                                                \
	    "spec: {selector: {app: " app "}, ports: [" ports "]}")
#define IN(value) "contrast.edgeless.systems/servicemesh-ingress: '" value "'"
#define OUT(value) "contrast.edgeless.systems/servicemesh-egress: '" value "'"
#define ADMIN                                                                  \
	"contrast.edgeless.systems/servicemesh-admin-interface-port: '9901'"
#define PORT(n) "ports: [{containerPort: " n "}]}]"
#define VOLUMES(v) "}], volumes: [" v "]"
#define DATA(kind, name, data) OBJECT(kind, name, "data: {" data "}")

/* clang-format off */
static const struct case_ cases[] = {
    {"nothing", .in = CONF("web", IN("web#8080#false"), PORT("8080"))
	    SERVICE("web", "web", "{port: 443, targetPort: 8080}"),
	.found = ""},
    /* Services */
    {"named port", .in = CONF("web", "", PORT("80, name: http"))
	    SERVICE("web", "web", "{port: 80, targetPort: http}"),
	.found = ""},
    {"named port is missing", .in = CONF("web", "", PORT("80, name: http"))
	    SERVICE("web", "web", "{port: 80, targetPort: htttp}"),
	.found = "4 service-port-name"},
    {"the job beside it has no port", .in = CONF("web", "", PORT("80"))
	    "{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: n"
	    "s}, spec: {template: {metadata: {labels: {app: web}}, spec: "
	    "{runtimeClassName: contrast-cc, containers: [{name: c, image: "
	    "i:1" D "}]}}}}\n---\n" SERVICE("web", "web", "{port: 80}"),
	.found = ""},
    {"number is not declared", .in = CONF("web", "", PORT("80"))
	    SERVICE("web", "web", "{port: 81}"),
	.found = "4 service-port-undeclared"},
    {"Service of another", .in = CONF("web", "", PORT("80"))
	    SERVICE("web", "other", "{port: 81}"),
	.found = ""},
    {"workload without a policy", .in = PLAIN("web", PORT("80"))
	    SERVICE("web", "web", "{port: 81, targetPort: x}"),
	.found = ""},
    {"plain to the world", .in = CONF("web", IN("m#9090#true"), PORT("9090"))
	    OBJECT("Service", "web", "spec: {type: LoadBalancer, selector: "
	    "{app: web}, ports: [{port: 9090}]}"),
	.found = "4 service-port-plain"},
    {"TLS of its own", .in = CONF("web", IN("m#8443#true"), PORT("8443"))
	    OBJECT("Service", "web", "spec: {type: LoadBalancer, selector: "
	    "{app: web}, ports: [{port: 443, targetPort: 8443}]}"),
	.found = ""},
    {"plain in the cluster", .in = CONF("web", IN("m#9090#true"),
	    PORT("9090")) SERVICE("web", "web", "{port: 9090}"),
	.found = ""},
    {"port of the Service", .in = CONF("web", IN("w#443#false"), PORT("8080"))
	    SERVICE("web", "web", "{port: 443, targetPort: 8080}"),
	.found = "1 mesh-port-of-service"},
    {"port of the pod, not declared", .in = CONF("web", IN("w#443#false"),
	    PORT("8080")) SERVICE("web", "web", "{port: 443}"),
	.found = "4 service-port-undeclared"},
    /* listeners */
    {"admin interface", .in = CONF("web", ADMIN, PORT("9901")),
	.found = "2 mesh-admin-clash"},
    {"two containers", .in = CONF("web", "", "ports: [{containerPort: 80}]}, "
	    "{name: d, image: i:1" D ", ports: [{containerPort: 80}]}]"),
	.found = "2 container-port-twice"},
    {"another protocol", .in = CONF("web", "", "ports: [{containerPort: 53}, "
	    "{containerPort: 53, protocol: UDP}]}, {name: d, image: i:1" D
	    ", ports: [{containerPort: 54}]}]"),
	.found = ""},
    {"host ports", .in = CONF("web", "", "ports: [{containerPort: 80, "
	    "hostPort: 80}]}, {name: d, image: i:1" D ", ports: "
	    "[{containerPort: 81, hostPort: 80}]}]"),
	.found = "2 container-port-twice"},
    {"init container is gone", .in = CONF("web", "", "ports: [{containerPort:"
	    " 80}]}], initContainers: [{name: d, image: i:1" D
	    ", ports: [{containerPort: 80}]}]"),
	.found = ""},
    {"sidecar stays", .in = CONF("web", "", "ports: [{containerPort: 80}]}], "
	    "initContainers: [{name: d, restartPolicy: Always, image: i:1" D
	    ", ports: [{containerPort: 80}]}]"),
	.found = "2 container-port-twice"},
    /* egress */
    {"answered", .in = CONF("web", OUT("a#127.0.0.2:80#db:80##b#127.0.0.2:81#"
	    "db.ns:80##c#127.0.0.2:82#db.ns.svc:80##d#127.0.0.2:83#db.ns.svc."
	    "cluster.local:80##e#127.0.0.2:84#db.ns.svc.cluster.local.:80"),
	    PORT("1")) SERVICE("db", "db", "{port: 80}"),
	.found = ""},
    {"not answered", .in = CONF("web", OUT("a#127.0.0.2:80#database:80##"
	    "b#127.0.0.2:81#db.ns:80##c#127.0.0.2:82#db.ns.svc:80"), PORT("1"))
	    SERVICE("databases", "x", "{port: 80}"),
	.found = "1 egress-no-service; 1 egress-no-service; "
	    "1 egress-no-service"},
    {"of the world", .in = CONF("web", OUT("a#127.0.0.2:80#example.com:80##"
	    "b#127.0.0.2:81#10.0.0.1:80##c#127.0.0.2:82#[::1]:80##"
	    "d#127.0.0.2:83#db.other:80##e#127.0.0.2:84#api.x.example.org:80"),
	    PORT("1")) SERVICE("s", "x", "{port: 80}"),
	.found = ""},
    {"Services are elsewhere", .in = CONF("web", OUT("a#127.0.0.2:80#db:80"),
	    PORT("1")),
	.found = ""},
    {"pod of a headless Service", .in = CONF("web",
	    OUT("a#127.0.0.2:80#db-0.db:5432##b#127.0.0.2:81#db-0.db.ns.svc:1"),
	    PORT("1")) OBJECT("Service", "db",
	    "spec: {clusterIP: None, selector: {app: x}, ports: [{port: 1}]}"),
	.found = ""},
    {"headless, port of the pod", .in = CONF("web",
	    OUT("a#127.0.0.2:80#db:5432"), PORT("1")) OBJECT("Service", "db",
	    "spec: {clusterIP: None, selector: {app: x}, ports: [{port: 1, "
	    "targetPort: 5432}]}"),
	.found = ""},
    {"name of the DNS", .in = CONF("web", OUT("a#127.0.0.2:80#db:5432"),
	    PORT("1")) OBJECT("Service", "db",
	    "spec: {type: ExternalName, externalName: example.com}"),
	.found = ""},
    {"another port", .in = CONF("web", OUT("a#127.0.0.2:80#db:81"), PORT("1"))
	    SERVICE("db", "db", "{port: 80}, {port: 81, protocol: UDP}"),
	.found = "1 egress-service-port"},
    {"peer without a certificate", .in = CONF("web",
	    OUT("a#127.0.0.2:80#db:80"), PORT("1")) PLAIN("db", PORT("80"))
	    SERVICE("db", "db", "{port: 80}"),
	.found = "1 egress-peer"},
    {"peer without TLS", .in = CONF("web", OUT("a#127.0.0.2:80#db:80"),
	    PORT("1")) CONF("db", IN("d#5432#true"), PORT("5432"))
	    SERVICE("db", "db", "{port: 80, targetPort: 5432}"),
	.found = "1 egress-plain"},
    {"peer with TLS of its own", .in = CONF("web", OUT("a#127.0.0.2:80#db:80"),
	    PORT("1")) CONF("db", "", PORT("80"))
	    SERVICE("db", "db", "{port: 80}"),
	.found = ""},
    /* references */
    {"there", .in = CONF("web", "", VOLUMES("{name: a, configMap: {name: m, "
	    "items: [{key: k, path: p}]}}, {name: b, secret: {secretName: s}}, "
	    "{name: c, projected: {sources: [{configMap: {name: m}}, {secret: "
	    "{name: s}}]}}, {name: d, persistentVolumeClaim: {claimName: v}}")
	    ", serviceAccountName: a") DATA("ConfigMap", "m", "k: v")
	    DATA("Secret", "s", "") OBJECT("PersistentVolumeClaim", "v", "spec: {}")
	    OBJECT("ServiceAccount", "a", ""),
	.found = ""},
    {"not there", .in = CONF("web", "", VOLUMES("{name: a, configMap: {name: "
	    "m}},\n{name: b, secret: {secretName: s}},\n{name: c, projected: "
	    "{sources: [{configMap: {name: m}},\n{secret: {name: s}}]}},\n"
	    "{name: d, persistentVolumeClaim: {claimName: v}}")
	    ",\nserviceAccountName: a"),
	.found = "2 reference-missing; 3 reference-missing; "
	    "4 reference-missing; 5 reference-missing; 6 reference-missing; "
	    "7 reference-missing"},
    {"optional", .in = CONF("web", "", VOLUMES("{name: a, configMap: {name: "
	    "m, optional: true}}, {name: b, projected: {sources: [{configMap: "
	    "{name: kube-root-ca.crt}}]}}") ", serviceAccountName: default"),
	.found = ""},
    {"made by an operator", .in = CONF("web", "", VOLUMES("{name: a, secret: "
	    "{secretName: s}}")) OBJECT("SealedSecret", "s", "spec: {}"),
	.found = ""},
    {"misspelt", .in = CONF("web", "", VOLUMES("{name: a, configMap: {name: "
	    "web-confg}}")) DATA("ConfigMap", "web-config", ""),
	.found = "2 reference-misspelt"},
    {"names that go by number", .in = CONF("web", "", VOLUMES("{name: a, "
	    "configMap: {name: web-config-1}}, {name: b, configMap: {name: "
	    "shard-a}}")) DATA("ConfigMap", "web-config-2", "")
	    DATA("ConfigMap", "shard-b", ""),
	.found = "2 reference-missing; 2 reference-missing"},
    {"key is missing", .in = CONF("web", "", VOLUMES("{name: a, configMap: "
	    "{name: m, items: [{key: x, path: p}]}}, {name: b, configMap: "
	    "{name: m, optional: true, items: [{key: y, path: p}]}}"))
	    DATA("ConfigMap", "m", "k: v"),
	.found = "2 reference-key-missing"},
    {"variables are left to lowering", .in = CONF("web", "", "env: [{name: A, "
	    "valueFrom: {configMapKeyRef: {name: m, key: k}}}], envFrom: "
	    "[{secretRef: {name: s}}]}]"),
	.found = ""},
    {"variables", .data = true, .in = CONF("web", "", "env: [{name: A, "
	    "valueFrom: {configMapKeyRef: {name: m, key: k}}},\n{name: B, "
	    "valueFrom: {secretKeyRef: {name: s, key: x}}},\n{name: C, "
	    "valueFrom: {secretKeyRef: {name: s, key: y, optional: true}}}], "
	    "envFrom: [{secretRef: {name: t}},\n{configMapRef: {name: o, "
	    "optional: true}}]}]") DATA("Secret", "s", "z: eA=="),
	.found = "2 data-missing; 3 data-key-missing; 4 data-missing"},
    {"variables of another namespace", .data = true, .in = CONF("web", "",
	    "envFrom: [{configMapRef: {name: m}}]}]")
	    "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}\n",
	.found = "2 data-namespace"},
    {"defined twice", .in = CONF("web", "", "envFrom: [{configMapRef: {name: "
	    "m}}]}]") DATA("ConfigMap", "m", "k: v")
	    DATA("ConfigMap", "m", "k: w"),
	.found = "6 data-twice"},
    {"defined twice, unused", .in = CONF("web", "", PORT("1"))
	    DATA("ConfigMap", "m", "k: v") DATA("ConfigMap", "m", "k: w"),
	.found = ""},
    {"pull secrets of the account", .in = CONF("web", "",
	    PORT("1") ", serviceAccountName: a") OBJECT("ServiceAccount", "a",
	    "imagePullSecrets: [{name: x}]"),
	.found = "4 pull-secrets"},
    /* names */
    {"twice", .in = CONF("web", "", PORT("1")) CONF("web", "", PORT("2")),
	.found = "4 workload-twice"},
    {"two kinds", .in = CONF("web", "", PORT("1")) OBJECT("Pod", "web",
	    "spec: {runtimeClassName: contrast-cc, containers: [{name: c, "
	    "image: i:1" D "}]}"),
	.found = "4 name-shared"},
    {"two kinds, bare IDs", .bare_id = true, .in = CONF("web", "", PORT("1"))
	    OBJECT("Pod", "web", "spec: {runtimeClassName: contrast-cc, "
	    "containers: [{name: c, image: i:1" D "}]}"),
	.found = "4 secret-id-shared; 4 name-shared"},
    {"ID of another", .in = CONF("web", "", PORT("1")) CONF("db",
	    "contrast.edgeless.systems/workload-secret-id: "
	    "apps/v1/Deployment/ns/web", PORT("1")),
	.found = "4 secret-id-shared"},
    {"ID on purpose", .in = CONF("web",
	    "contrast.edgeless.systems/workload-secret-id: x", PORT("1"))
	    CONF("db", "contrast.edgeless.systems/workload-secret-id: x",
	    PORT("1")),
	.found = ""},
#define COORDINATOR                                                            \
	"{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: "           \
	"coordinator, namespace: ns}, spec: {template: {metadata: {labels: "    \
	"{app: c}, annotations: {contrast.edgeless.systems/pod-role: "         \
	"coordinator}}, spec: {runtimeClassName: contrast-cc, containers: "    \
	"[{name: c, image: i:1" D "}]}}}}\n---\n"
    {"Coordinator", .in = COORDINATOR SERVICE("coordinator", "c",
	    "{port: 1313}"),
	.found = "3 service-port-undeclared"},
    {"Coordinator without its Service", .latest = true, .in = COORDINATOR
	    SERVICE("coordinator", "x", "{port: 1313}"),
	.found = "1 coordinator-no-service"},
    {"Coordinator, Services elsewhere", .in = COORDINATOR, .found = ""},
};
/* clang-format on */

static const char *
handler(void *unused, const struct platform *p)
{
	(void)unused;
	(void)p;
	return "contrast-cc-k3s-qemu-snp-0123abcd";
}

static bool
is_cross(enum diag_id id)
{
	return (id >= DIAG_CROSS_LIMIT && id <= DIAG_IMAGE_MEMORY) ||
	       (id >= DIAG_DATA_MISSING && id <= DIAG_DATA_NAMESPACE) ||
	       id == DIAG_PULL_SECRETS;
}

static void
show(struct buf *b, struct arena *a, struct diags *d, bool no_notes)
{
	struct diag **it;

	diags_sort(d);
	VEC_FOREACH(it, &d->list) {
		struct loc l = loc_user((*it)->loc, NULL);

		if (!no_notes && (*it)->severity == DIAG_ERROR &&
		    !is_cross((*it)->id))
			buf_printf(b, "%.*s", STR_ARG((*it)->text));
		if (!is_cross((*it)->id) ||
		    (no_notes && (*it)->severity == DIAG_NOTE))
			continue;
		assert_true((*it)->nnotes > 0 || (*it)->id == DIAG_CROSS_LIMIT);
		buf_printf(b, "%s%u %s", b->n > 0 ? "; " : "",
		    l.source == NULL ? 0
				     : source_place(a, l.source, l.off).line,
		    diag_table[(*it)->id].name);
	}
}

static void
run(struct buf *out, struct arena *a, struct str in, const struct case_ *t)
{
	struct pass_options options = {.handler = handler,
	    .platform = platform_find(STR("K3s-QEMU-SNP")),
	    .profile = t->latest ? PROFILE_LATEST : PROFILE_V12};
	struct cross_options cross = {.data = t->data,
	    .id_is_name = t->bare_id,
	    .profile = options.profile};
	struct k8s_objects objects = {0};
	struct pass_ctx ctx = {
	    .arena = a, .options = &options, .objects = &objects};
	const struct source *s = source_new(a, STR("in"), in);
	struct units units = {0};
	struct k8s_object **o;
	struct edits *edits;
	struct diags d;
	struct cross *c;

	diags_init(&d, a);
	ctx.diags = &d;
	c = cross_new(a, &d, &cross);
	assert_true(yaml_read(&units, a, &d, s));
	if (!k8s_objects_read(&objects, a, &d, &units))
		fail_msg("%s: %.*s", t->name, STR_ARG(d.list.p[0]->text));
	assert_true(pass_begin(&ctx));
	edits = edits_new(a, &d, s, &units);
	VEC_FOREACH(o, &objects.list) {
		struct selection sel;
		bool is =
		    (*o)->kind != NULL && (*o)->kind->role == K8S_WORKLOAD;

		if (is)
			(void)pass_run(&ctx, *o, edits, &sel);
		cross_add(c, &ctx, *o, is ? &sel : NULL);
	}
	cross_check(c);
	show(out, a, &d, t->no_notes);
}

static void
cross_check__finds(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct case_ *t = &cases[i];
		struct arena *a = arena_new();
		struct buf b = {0};

		run(&b, a, str_from(t->in), t);
		if (!str_eqz(buf_str(&b), t->found))
			fail_msg("%s: found '%.*s'", t->name, (int)b.n, b.p);
		buf_free(&b);
		arena_free(a);
	}
}

/* Each Service selects each workload: the work has an end. */
static void
cross_check__ends(void **state)
{
	const struct case_ t = {0};
	struct arena *a = arena_new();
	struct buf in = {0}, out = {0};
	int i;

	(void)state;
	for (i = 0; i < 1500; i++) {
		buf_printf(&in,
		    "{apiVersion: v1, kind: Pod, metadata: {name: p%d, labels: "
		    "{a: b}}, spec: {runtimeClassName: contrast-cc, "
		    "containers: []}}\n---\n",
		    i);
		buf_printf(&in,
		    "{apiVersion: v1, kind: Service, metadata: {name: s%d}, "
		    "spec: {selector: {a: b}, ports: []}}\n---\n",
		    i);
	}
	run(&out, a, buf_str(&in), &t);
	assert_strz(buf_str(&out), "0 cross-limit");
	buf_free(&in);
	buf_free(&out);
	arena_free(a);
}

/* Of others' files that are read and marked, what is found is so. */
static const struct {
	const char *file, *found;
} real[] = {
    {"api-fields/batch.v1.CronJob.yaml", "767 pull-secrets"},
    {"api-fields/core.v1.Pod.yaml", "648 pull-secrets"},
    {"istio/native-sidecar.injected.yaml", "22 container-port-twice"},
};

static const char *
expected(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		if (str_ends(str_from(path), str_from(real[i].file)))
			return real[i].found;
	}
	return "";
}

static bool
check_real(const char *path)
{
	const struct case_ t = {.no_notes = true};
	struct arena *a = arena_new();
	const struct source *s = NULL;
	struct buf out = {0};
	struct rt_err err;
	struct str text;

	if (file_read(&text, a, path, INPUT_FILE_MAX, &err) == 0)
		s = real_mark(a, source_new(a, str_from(path), text));
	if (s != NULL) {
		run(&out, a, s->text, &t);
		if (!str_eqz(buf_str(&out), expected(path)))
			fail_msg("%s: '%.*s'", path, (int)out.n, out.p);
	}
	buf_free(&out);
	arena_free(a);
	return s != NULL;
}

static void
cross_check__real(void **state)
{
	glob_t g = {0};
	size_t i, n = 0;

	(void)state;
	if (!real_files(&g))
		skip();
	for (i = 0; i < g.gl_pathc; i++)
		n += !str_ends(str_from(g.gl_pathv[i]), STR(".objects.json")) &&
		     check_real(g.gl_pathv[i]);
	globfree(&g);
	assert_true(n > 70);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(cross_check__finds),
	    cmocka_unit_test(cross_check__real),
	    cmocka_unit_test(cross_check__ends)};

	return cmocka_run_group_tests_name("cross", tests, NULL, NULL);
}
