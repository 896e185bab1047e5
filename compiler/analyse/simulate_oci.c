/* SPDX-License-Identifier: Apache-2.0 */
/* The OCI spec of a container, as containerd and the shim make it. */
#include "compiler/analyse/simulate_int.h"
#include "runtime/base/banned.h"

static void
copy(struct sim *s, struct jv *o, const struct jv *from, const char *key)
{
	const struct jv *v = jv_get(from, str_from(key));

	if (v != NULL)
		sim_set(s, o, key, jv_copy(s->arena, v));
}

static struct jv *
texts(struct sim *s, size_t k, const struct jv *from)
{
	struct jv *out = jv_array(s->arena);
	struct jv **it;

	if (!jv_is(from, JV_ARRAY))
		return out;
	VEC_FOREACH(it, &from->items)
		jv_push(s->arena, out,
		    jv_string(s->arena, sim_text(s, k, jv_str(*it))));
	return out;
}

/* A list of names, or one of the two that stand for a list. */
static struct jv *
capability_set(struct sim *s, const struct jv *names)
{
	static const char *const named[] = {"default_caps", "privileged_caps"};
	struct str only = {0};
	size_t i;

	if (jv_is(names, JV_ARRAY) && names->items.n == 1)
		only = jv_str(names->items.p[0]);
	for (i = 0; i < sizeof(named) / sizeof(*named); i++) {
		if (str_eq(only, arena_printf(s->arena, "$(%s)", named[i])))
			names = jv_path(s->data, "common", named[i], NULL);
	}
	return names == NULL ? jv_array(s->arena) : jv_copy(s->arena, names);
}

static struct jv *
capabilities(struct sim *s, const struct jv *from)
{
	static const char *const sets[] = {
	    "Ambient", "Bounding", "Effective", "Inheritable", "Permitted"};
	struct jv *out = jv_object(s->arena);
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		sim_set(s, out, sets[i],
		    capability_set(s, jv_get(from, str_from(sets[i]))));
	return out;
}

/* The kubelet gives them to every container of a pod. */
static void
services(struct sim *s, struct jv *env)
{
	static const char *const list[] = {"KUBERNETES_SERVICE_HOST=10.0.0.1",
	    "KUBERNETES_SERVICE_PORT=443", "KUBERNETES_SERVICE_PORT_HTTPS=443",
	    "KUBERNETES_PORT=tcp://10.0.0.1:443",
	    "KUBERNETES_PORT_443_TCP=tcp://10.0.0.1:443",
	    "KUBERNETES_PORT_443_TCP_PROTO=tcp",
	    "KUBERNETES_PORT_443_TCP_PORT=443",
	    "KUBERNETES_PORT_443_TCP_ADDR=10.0.0.1"};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(*list); i++)
		jv_push(s->arena, env, jv_string(s->arena, str_from(list[i])));
}

struct jv *
sim_process(struct sim *s, size_t k)
{
	static const char *const copied[] = {
	    "Terminal", "User", "Cwd", "NoNewPrivileges"};
	const struct jv *from =
	    jv_path(sim_data_container(s, k), "OCI", "Process", NULL);
	struct jv *out = jv_object(s->arena), *env;
	size_t i;

	for (i = 0; i < sizeof(copied) / sizeof(*copied); i++)
		copy(s, out, from, copied[i]);
	sim_set(s, out, "Args", texts(s, k, jv_getz(from, "Args")));
	env = texts(s, k, jv_getz(from, "Env"));
	/* The pause container is no pod's: it gets no services. */
	if (k > 0)
		services(s, env);
	sim_set(s, out, "Env", env);
	sim_set(s, out, "Capabilities",
	    capabilities(s, jv_getz(from, "Capabilities")));
	return out;
}

/* What containers have and commands in them have not. */
static struct jv *
first_process(struct sim *s, size_t k)
{
	struct jv *out = sim_process(s, k);

	sim_set_int(s, out, "OOMScoreAdj", k == 0 ? -998 : 1000);
	if (k > 0)
		sim_set_text(s, out, "ApparmorProfile",
		    STR("cri-containerd.apparmor.d"));
	return out;
}

/* Those of the runtime's own; what users write is no pattern. */
static bool
is_runtimes(struct str key)
{
	return str_starts(key, STR("io.kubernetes.cri.")) ||
	       str_starts(key, STR("nerdctl/")) ||
	       str_starts(key, STR("io.katacontainers.pkg.oci."));
}

static void
runtime_annotations(struct sim *s, size_t k, struct jv *out)
{
	static const struct {
		const char *key, *value;
	} pause[] = {{"io.kubernetes.cri.sandbox-cpu-period", "100000"},
	    {"io.kubernetes.cri.sandbox-cpu-quota", "0"},
	    {"io.kubernetes.cri.sandbox-cpu-shares", "2"},
	    {"io.kubernetes.cri.sandbox-memory", "0"}};
	size_t i;

	for (i = 0; k == 0 && i < sizeof(pause) / sizeof(*pause); i++)
		sim_set_text(s, out, pause[i].key, str_from(pause[i].value));
	sim_set_text(s, out, "io.kubernetes.cri.sandbox-uid", s->uid);
	/* Names without a pattern are any; the namespace too. */
	sim_set_text(s, out, "io.kubernetes.cri.sandbox-name", s->name);
	sim_set_text(
	    s, out, "io.kubernetes.cri.sandbox-namespace", s->namespace);
	sim_set_text(s, out, "io.kubernetes.cri.sandbox-id", s->sandbox_id);
}

/* What runtimes add by patterns: one annotation of each. */
static void
pattern_annotations(struct sim *s, size_t k, struct jv *out)
{
	const struct jv *patterns =
	    jv_getz(sim_data_container(s, k), "runtime_anno_patterns");
	const struct jv_member *m;

	if (k == 0 || !jv_is(patterns, JV_OBJECT))
		return;
	VEC_FOREACH(m, &patterns->members)
		jv_set(s->arena, out, sim_pattern(s, k, m->key),
		    jv_string(s->arena, sim_pattern(s, k, jv_str(m->value))));
}

static struct jv *
annotations(struct sim *s, size_t k, const struct jv *from)
{
	struct jv *out = jv_object(s->arena);
	const struct jv_member *m;
	struct str v;

	if (jv_is(from, JV_OBJECT)) {
		VEC_FOREACH(m, &from->members) {
			v = jv_str(m->value);
			if (is_runtimes(m->key))
				v = sim_pattern(s, k, v);
			jv_set(s->arena, out, m->key, jv_string(s->arena, v));
		}
	}
	pattern_annotations(s, k, out);
	runtime_annotations(s, k, out);
	return out;
}

static struct jv *
mounts(struct sim *s, size_t k, const struct jv *from)
{
	struct jv *out = jv_array(s->arena), *m;
	struct str source;
	size_t blocks = 0, direct = SIM_DIRECT;
	struct jv **it;

	if (!jv_is(from, JV_ARRAY))
		return out;
	VEC_FOREACH(it, &from->items) {
		if (!sim_has_mount(s, k, *it))
			continue;
		source = jv_get_str(*it, STR("source"));
		m = jv_push(s->arena, out, jv_copy(s->arena, *it));
		if (source.n == 0)
			source = sim_block_mount(s, k, blocks++);
		else if (sim_is_direct(source))
			source = sim_block_mount(s, k, direct++);
		else
			source = sim_source(s, k, source);
		sim_set_text(s, m, "source", source);
	}
	return out;
}

static const char resources[] =
    "{\"Devices\":[],\"Memory\":{\"Limit\":0,\"Reservation\":0,\"Swap\":0,"
    "\"Kernel\":0,\"KernelTCP\":0,\"Swappiness\":0,"
    "\"DisableOOMKiller\":false},\"CPU\":{\"Shares\":2,\"Quota\":0,"
    "\"Period\":100000,\"RealtimeRuntime\":0,\"RealtimePeriod\":0,"
    "\"Cpus\":\"\",\"Mems\":\"\"},\"Pids\":null,\"BlockIO\":null,"
    "\"HugepageLimits\":[],\"Network\":null}";

static struct jv *
linux_part(struct sim *s, size_t k, const struct jv *from)
{
	struct jv *out =
	    from == NULL ? jv_object(s->arena) : jv_copy(s->arena, from);
	struct jv *names = jv_getz(out, "Namespaces");

	sim_set(s, out, "Resources", sim_json(s, resources));
	sim_set_text(s, out, "CgroupsPath",
	    arena_printf(s->arena, "/kubepods/besteffort/pod%.*s/%.*s",
		STR_ARG(s->uid), STR_ARG(sim_container_id(s, k))));
	/* Older agents are not told of the host's network (12.3). */
	if (jv_is(names, JV_ARRAY) && !sim_is_old(s))
		jv_push(s->arena, names,
		    sim_json(s, "{\"Type\":\"network\",\"Path\":\"\"}"));
	return out;
}

static struct jv *
oci(struct sim *s, size_t k, const struct jv *from)
{
	struct jv *out = jv_object(s->arena), *root = jv_object(s->arena);
	const struct jv *old = jv_getz(from, "Root");

	copy(s, out, from, "Version");
	sim_set(s, out, "Process", first_process(s, k));
	copy(s, root, old, "Readonly");
	sim_set_text(
	    s, root, "Path", sim_pattern(s, k, jv_get_str(old, STR("Path"))));
	sim_set(s, out, "Root", root);
	sim_set(s, out, "Mounts", mounts(s, k, jv_getz(from, "Mounts")));
	sim_set(s, out, "Annotations",
	    annotations(s, k, jv_getz(from, "Annotations")));
	sim_set(s, out, "Linux", linux_part(s, k, jv_getz(from, "Linux")));
	return out;
}

struct jv *
sim_create(struct sim *s, size_t k)
{
	struct jv *out = jv_object(s->arena);
	const struct jv *c = sim_data_container(s, k);

	sim_set_text(s, out, "container_id", sim_container_id(s, k));
	sim_set_text(s, out, "exec_id", sim_container_id(s, k));
	sim_set(s, out, "OCI", oci(s, k, jv_getz(c, "OCI")));
	sim_set(s, out, "storages", sim_storages(s, k));
	copy(s, out, c, "devices");
	copy(s, out, c, "sandbox_pidns");
	return out;
}
