/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's life in requests; the parts of a request are in the other files. */
#include "compiler/analyse/simulate_int.h"
#include "runtime/base/banned.h"

const char *
sim_phase_name(enum sim_phase p)
{
#define X(id, name) name,
	static const char *const names[] = {SIM_PHASES(X)};
#undef X

	return names[p];
}

const char *
sim_engine(struct str target)
{
	static const struct {
		const char *target, *engine;
	} engines[] = {{"kata-4", "kata"}, {"contrast-metal", "kata"},
	    {"metal-v1.2", "kata-0.2.8"}, {"aks-v1.2", "kata-0.1.5"}};
	size_t i;

	for (i = 0; i < sizeof(engines) / sizeof(*engines); i++) {
		if (str_eqz(target, engines[i].target))
			return engines[i].engine;
	}
	return engines[0].engine;
}

void
sim_send(struct sim *s, const struct sim_request *like, const char *kind,
    struct jv *input)
{
	struct sim_request r = *like;

	r.kind = str_from(kind);
	r.input = agent_request_normalise(s->arena, r.kind, input);
	if (r.container != SIM_NO_CONTAINER)
		r.name = sim_annotation(
		    s, r.container, "io.kubernetes.cri.container-name");
	VEC_PUSH(s->arena, &s->list, r);
}

/* The pod's network, by the sandbox's first interface. */
static const char interface[] =
    "{\"interface\":{\"device\":\"eth0\",\"name\":\"eth0\",\"IPAddresses\":["
    "{\"family\":0,\"address\":\"10.1.2.3\",\"mask\":\"24\"},"
    "{\"family\":1,\"address\":\"fe80::858:aff:fe01:203\",\"mask\":\"64\"}],"
    "\"mtu\":1450,"
    "\"hwAddr\":\"0a:58:0a:01:02:03\",\"devicePath\":\"02/00\"}}";
static const char routes[] =
    "{\"routes\":{\"Routes\":[{\"gateway\":\"10.1.2.1\",\"device\":\"eth0\"},"
    "{\"dest\":\"10.1.2.0/24\",\"device\":\"eth0\",\"source\":\"10.1.2.3\","
    "\"scope\":253}]}}";
static const char neighbours[] =
    "{\"neighbors\":{\"ARPNeighbors\":[{\"toIPAddress\":{\"address\":"
    "\"10.1.2.1\"},\"device\":\"eth0\",\"lladdr\":\"0a:58:0a:01:02:01\","
    "\"state\":128}]}}";

/* Older policies refuse neighbours, and runtimes live with it. */
static bool
has_neighbours(const struct sim *s)
{
	const struct jv *defaults = jv_getz(s->data, "request_defaults");

	return jv_is(jv_getz(defaults, "AddARPNeighborsRequest"), JV_OBJECT);
}

static struct jv *
create_sandbox(struct sim *s)
{
	struct jv *out =
	    sim_json(s, "{\"dns\":[\"search svc.cluster.local cluster.local\","
			"\"nameserver 10.0.0.10\",\"options ndots:5\",\"\"]}");
	const struct jv *storages =
	    jv_path(s->data, "sandbox", "storages", NULL);

	sim_set_text(s, out, "hostname", s->name);
	sim_set_text(s, out, "sandbox_id", s->sandbox_id);
	if (storages != NULL)
		sim_set(s, out, "storages", jv_copy(s->arena, storages));
	return out;
}

static void
begin(struct sim *s)
{
	struct sim_request like = {
	    .phase = SIM_SANDBOX, .container = SIM_NO_CONTAINER};

	sim_send(s, &like, "UpdateInterfaceRequest", sim_json(s, interface));
	sim_send(s, &like, "UpdateRoutesRequest", sim_json(s, routes));
	if (has_neighbours(s))
		sim_send(s, &like, "AddARPNeighborsRequest",
		    sim_json(s, neighbours));
	sim_send(s, &like, "CreateSandboxRequest", create_sandbox(s));
	sim_send(s, &like, "GuestDetailsRequest",
	    sim_json(
		s, "{\"mem_block_size\":true,\"mem_hotplug_probe\":true}"));
}

/* {"container_id": …, "exec_id": …} */
static struct jv *
process_of(struct sim *s, size_t k, struct str exec_id)
{
	struct jv *out = jv_object(s->arena);

	sim_set_text(s, out, "container_id", sim_container_id(s, k));
	sim_set_text(s, out, "exec_id", exec_id);
	return out;
}

static void
send_process(struct sim *s, const struct sim_request *like, const char *kind,
    struct str exec_id)
{
	sim_send(s, like, kind, process_of(s, like->container, exec_id));
}

/* The shim reads what the process writes, as long as it lives. */
static void
send_read(struct sim *s, struct sim_request like, struct str exec_id)
{
	struct jv *input = process_of(s, like.container, exec_id);

	sim_set_int(s, input, "len", 4096);
	like.may_be_refused = true;
	sim_send(s, &like, "ReadStreamRequest", input);
}

static void
send_signal(struct sim *s, const struct sim_request *like, struct str exec_id,
    int64_t number)
{
	struct jv *input = process_of(s, like->container, exec_id);

	sim_set_int(s, input, "signal", number);
	sim_send(s, like, "SignalProcessRequest", input);
}

static void
create(struct sim *s, size_t k)
{
	struct sim_request like = {.phase = SIM_CREATE, .container = k};

	sim_files(s, k);
	sim_send(s, &like, "CreateContainerRequest", sim_create(s, k));
}

static void
start(struct sim *s, size_t k)
{
	struct sim_request like = {.phase = SIM_START, .container = k};
	struct str id = sim_container_id(s, k);
	struct jv *input = jv_object(s->arena);

	sim_set_text(s, input, "container_id", id);
	sim_send(s, &like, "StartContainerRequest", input);
	send_process(s, &like, "WaitProcessRequest", id);
	if (k == 0)
		sim_send(s, &like, "GetOOMEventRequest", jv_object(s->arena));
	else
		send_read(s, like, id);
}

static void
remove_container(struct sim *s, size_t k)
{
	struct sim_request like = {.phase = SIM_STOP, .container = k};
	struct jv *input = jv_object(s->arena);

	sim_set_text(s, input, "container_id", sim_container_id(s, k));
	sim_send(s, &like, "RemoveContainerRequest", input);
}

/* A command in the container, as probes and hooks run it. */
static void
exec(struct sim *s, size_t k, enum sim_phase phase, size_t nth,
    const struct jv *command, const char *what)
{
	struct sim_request like = {
	    .phase = phase, .container = k, .what = str_from(what)};
	struct jv *proc = sim_process(s, k), *input;
	struct str id = sim_id(s, "exec", k * 16 + nth, 32);

	jv_remove(proc, STR("Capabilities"));
	sim_set(s, proc, "Args", jv_copy(s->arena, command));
	input = process_of(s, k, id);
	sim_set(s, input, "process", proc);
	sim_send(s, &like, "ExecProcessRequest", input);
	send_read(s, like, id);
	send_process(s, &like, "WaitProcessRequest", id);
}

/* A probe, unless the YAML says that it is a hook. */
static const char *
exec_name(const struct sim_container *hint, size_t nth)
{
	return hint != NULL && nth < hint->nexecs ? hint->execs[nth] : "probe";
}

static enum sim_phase
exec_phase(const char *name)
{
	return str_eqz(str_from(name), "postStart") ? SIM_START
	       : str_eqz(str_from(name), "preStop") ? SIM_STOP
						    : SIM_RUN;
}

static void
execs(struct sim *s, size_t k, enum sim_phase phase)
{
	const struct jv *commands =
	    jv_getz(sim_data_container(s, k), "exec_commands");
	const struct sim_container *hint = sim_hint(
	    s, sim_annotation(s, k, "io.kubernetes.cri.container-name"));
	const char *name;
	size_t i;

	if (!jv_is(commands, JV_ARRAY))
		return;
	for (i = 0; i < commands->items.n; i++) {
		name = exec_name(hint, i);
		if (exec_phase(name) == phase)
			exec(s, k, phase, i, commands->items.p[i], name);
	}
}

static void
run(struct sim *s, size_t k)
{
	struct sim_request like = {.phase = SIM_RUN, .container = k};
	struct jv *input = jv_object(s->arena);

	execs(s, k, SIM_RUN);
	sim_set_text(s, input, "container_id", sim_container_id(s, k));
	sim_send(s, &like, "StatsContainerRequest", input);
}

static void
stop(struct sim *s, size_t k)
{
	struct sim_request like = {.phase = SIM_STOP, .container = k};
	struct str id = sim_container_id(s, k);

	execs(s, k, SIM_STOP);
	send_signal(s, &like, id, 15);
	remove_container(s, k);
}

static bool
ends(const struct sim *s, size_t k)
{
	const struct sim_container *hint = sim_hint(
	    s, sim_annotation(s, k, "io.kubernetes.cri.container-name"));

	return hint != NULL && hint->ends;
}

static void
life(struct sim *s, const size_t *order, size_t n)
{
	size_t i;

	begin(s);
	for (i = 0; i < n; i++) {
		create(s, order[i]);
		start(s, order[i]);
		execs(s, order[i], SIM_START);
		if (ends(s, order[i]))
			remove_container(s, order[i]);
	}
	for (i = 0; i < n; i++) {
		if (!ends(s, order[i]))
			run(s, order[i]);
	}
	for (i = n; i-- > 0;) {
		if (!ends(s, order[i]))
			stop(s, order[i]);
	}
	sim_send(s,
	    &(struct sim_request){
		.phase = SIM_STOP, .container = SIM_NO_CONTAINER},
	    "DestroySandboxRequest", jv_object(s->arena));
}

/*
 * The policy lists what comes before the application in reverse
 * (policy-model 7.4): the nth container that is created.
 */
static size_t
in_turn(const struct sim *s, size_t nth)
{
	const struct jv *from =
	    jv_path(s->data, "contrastc", "checks", "application_from", NULL);
	int64_t n;

	if (nth > 0 && from != NULL && jv_to_int(from, &n) && n > 0 &&
	    nth < (size_t)n)
		return (size_t)n - nth;
	return nth;
}

static size_t
by_name(const struct sim *s, struct str name, size_t n)
{
	size_t k;

	for (k = 1; k < n; k++) {
		if (str_eq(name, sim_annotation(
				     s, k, "io.kubernetes.cri.container-name")))
			return k;
	}
	return n;
}

/* The workload's containers are exactly those of the policy. */
static bool
order_by_hints(const struct sim *s, size_t *order, size_t n)
{
	size_t i;

	if (s->hints == NULL || s->hints->list.n + 1 != n)
		return false;
	order[0] = 0;
	for (i = 1; i < n; i++) {
		order[i] = by_name(s, s->hints->list.p[i - 1].name, n);
		if (order[i] == n)
			return false;
	}
	return true;
}

static bool
is_policy_data(const struct jv *data)
{
	const struct jv *list = jv_getz(data, "containers");
	struct jv **it;

	if (!jv_is(list, JV_ARRAY) || list->items.n == 0)
		return false;
	VEC_FOREACH(it, &list->items) {
		if (!jv_is(jv_path(*it, "OCI", "Annotations", NULL), JV_OBJECT))
			return false;
	}
	return true;
}

static struct str
uuid(struct sim *s)
{
	struct str h = sim_id(s, "uid", 0, 32);

	return arena_printf(s->arena, "%.8s-%.4s-4%.3s-a%.3s-%.12s", h.p,
	    h.p + 8, h.p + 13, h.p + 17, h.p + 20);
}

static void
identify(struct sim *s)
{
	struct str ns =
	    sim_annotation(s, 0, "io.kubernetes.cri.sandbox-namespace");
	struct str name =
	    sim_annotation(s, 0, "io.kubernetes.cri.sandbox-name");

	s->namespace = ns.n > 0 ? ns : STR("default");
	s->name = name.n > 0 ? sim_pattern(s, 0, name) : STR("pod-7");
	s->uid = uuid(s);
	s->sandbox_id = sim_id(s, "sandbox", 0, 64);
}

int
sim_new(struct sim **out, struct arena *a, const struct jv *policy_data,
    const struct sim_hints *hints, struct rt_err *err)
{
	struct sim *s = ARENA_NEW(a, struct sim);
	size_t n, i, *order;

	*s = (struct sim){.arena = a, .data = policy_data, .hints = hints};
	if (!is_policy_data(policy_data))
		return rt_err_set(err, RT_EINVAL,
		    "the policy data have no containers to simulate");
	identify(s);
	n = jv_getz(policy_data, "containers")->items.n;
	order = ARENA_ARRAY(a, size_t, n);
	if (!order_by_hints(s, order, n)) {
		for (i = 0; i < n; i++)
			order[i] = in_turn(s, i);
	}
	life(s, order, n);
	if (s->unknown.n > 0)
		return rt_err_set(err, RT_EFORMAT,
		    "no example can be made of the pattern '%.*s'",
		    STR_ARG(str_clip(s->unknown, 200)));
	*out = s;
	return 0;
}
