/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of the mesh annotations, with the place of each fault in the
 * user's file, and what they mean for this pod (mesh 2.5).
 */
#include "compiler/pass/pass_mesh_int.h"
#include "runtime/base/banned.h"

/* What is known about a pod while its containers are looked at. */
struct mesh_check {
	struct pass_ctx *ctx;
	const struct k8s_object *object;
	const struct annot_mesh *mesh;
	struct yaml_node *const *nodes;
	const struct yaml_node *container;
	/* One bit a port: ingress that is plain, listeners of egress. */
	uint8_t plain[65536 / 8], egress[65536 / 8];
	unsigned clashes; /* reported; each costs a look at all entries */
};

#define CLASHES_MAX 64

static void
set_bit(uint8_t *bits, uint16_t port)
{
	bits[port / 8] |= (uint8_t)(1u << port % 8);
}

static bool
has_bit(const uint8_t *bits, int64_t port)
{
	return port >= 0 && port < 65536 && (bits[port / 8] >> port % 8 & 1);
}

/* Text that strconv.Atoi of Go refuses. */
static bool
is_no_integer(struct str s)
{
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
	size_t first = i;

	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return true;
	}
	return i == first;
}

static void
report_finding(const struct mesh_check *c, const struct annot_finding *f)
{
	const struct yaml_node *n = c->nodes[f->kind];
	struct diags *d = c->ctx->diags;
	struct diag *g;
	struct loc loc;
	bool exact = pass_scalar_loc(&loc, n, f->off, f->len);

	if (loc.source == NULL)
		loc = pass_object_loc(c->object);
	if (f->id == DIAG_MESH_ADMIN_PORT && is_no_integer(n->text))
		g = diag_report(d, MESH_ADMIN_SYNTAX, loc, SHOWN(n->text));
	else if (exact)
		g = diag_add(d, f->id, loc, "%.*s", STR_ARG(f->text));
	else
		g = diag_add(d, f->id, loc, "%.*s (byte %u of the value)",
		    STR_ARG(f->text), f->off + 1);
	pass_context(c->ctx, g, c->object, NULL);
}

/* The place of an entry's port or listen address. */
static struct loc
entry_loc(
    const struct mesh_check *c, enum annot_kind kind, struct annot_range r)
{
	struct loc loc;

	(void)pass_scalar_loc(&loc, c->nodes[kind], r.off, r.end - r.off);
	return loc.source == NULL ? pass_object_loc(c->object) : loc;
}

static void
add(const struct mesh_check *c, struct diag *g)
{
	pass_context(c->ctx, g, c->object, c->container);
}

static void
check_port(struct mesh_check *c, const struct yaml_node *port)
{
	struct str protocol = yaml_get_str(port, STR("protocol"));
	const struct yaml_node *n = yaml_getz(port, "containerPort");
	struct diags *d = c->ctx->diags;
	const struct annot_egress *e;
	int64_t number;

	if (!yaml_to_int(n, &number))
		return;
	if (protocol.n > 0 && !str_eqz(protocol, "TCP")) {
		add(c, diag_report(d, MESH_NOT_TCP, pass_loc(n, c->object),
			   SHOWN(protocol), (int)number));
		return;
	}
	if (number == ANNOT_PORT_MTLS || number == ANNOT_PORT_TLS)
		add(c, diag_report(d, MESH_PORT_IN_USE, pass_loc(n, c->object),
			   (int)number));
	if (!has_bit(c->egress, number) || c->clashes++ >= CLASHES_MAX)
		return;
	VEC_FOREACH(e, &c->mesh->egress) {
		if (e->port == number)
			break;
	}
	add(c, diag_report(d, MESH_LISTENER_CLASH, pass_loc(n, c->object),
		   (int)number, SHOWN(e->name)));
}

/* The number of a probe's port, which may be the name of one. */
static bool
port_number(const struct mesh_check *c, const struct yaml_node *n, int64_t *out)
{
	const struct yaml_node *ports = yaml_getz(c->container, "ports");
	size_t at;

	if (yaml_to_int(n, out))
		return true;
	at = inject_find(ports, yaml_text(n), 0);
	return at != SIZE_MAX &&
	       yaml_to_int(
		   yaml_getz(inject_item(ports, at), "containerPort"), out);
}

/* httpGet, tcpSocket or grpc of a probe or a hook. */
static void
check_action(const struct mesh_check *c, const struct yaml_node *probe)
{
	static const char *const kinds[] = {"httpGet", "tcpSocket", "grpc"};
	const struct yaml_node *action;
	const char *fate;
	int64_t port;
	int i;

	for (i = 0; i < 3; i++) {
		action = yaml_get(probe, str_from(kinds[i]));
		if (action == NULL ||
		    !port_number(c, yaml_getz(action, "port"), &port))
			continue;
		if (i == 0 &&
		    str_eqz(yaml_get_str(action, STR("scheme")), "HTTPS"))
			continue;
		if (has_bit(c->plain, port))
			continue;
		fate = i == 1 ? "always succeed" : "always fail";
		add(c, diag_report(c->ctx->diags, MESH_PROBE,
			   pass_loc(action, c->object), kinds[i], (int)port,
			   fate));
	}
}

static void
check_container(struct mesh_check *c, const struct yaml_node *container)
{
	static const char *const probes[] = {
	    "startupProbe", "livenessProbe", "readinessProbe"};
	static const char *const hooks[] = {"postStart", "preStop"};
	const struct yaml_node *ports = yaml_getz(container, "ports"), *hook;
	size_t i, n = inject_count(ports);

	c->container = container;
	for (i = 0; i < n; i++)
		check_port(c, inject_item(ports, i));
	if (c->mesh->disabled)
		return;
	for (i = 0; i < 3; i++)
		check_action(c, yaml_get(container, str_from(probes[i])));
	hook = yaml_getz(container, "lifecycle");
	for (i = 0; hook != NULL && i < 2; i++)
		check_action(c, yaml_get(hook, str_from(hooks[i])));
}

static bool
is_declared(const struct k8s_object *o, int64_t port)
{
	const struct yaml_node *seq, *ports;
	size_t i, j, n;
	int64_t number;
	int list;

	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(o->pod_spec, str_from(pass_lists[list]));
		n = inject_count(seq);
		for (i = 0; i < n; i++) {
			ports = yaml_getz(inject_item(seq, i), "ports");
			for (j = 0; j < inject_count(ports); j++) {
				if (yaml_to_int(yaml_getz(inject_item(ports, j),
						    "containerPort"),
					&number) &&
				    number == port)
					return true;
			}
		}
	}
	return false;
}

static void
note_ports(struct mesh_check *c)
{
	const struct annot_ingress *i;
	const struct annot_egress *e;

	VEC_FOREACH(i, &c->mesh->ingress) {
		if (i->plain)
			set_bit(c->plain, i->port);
	}
	VEC_FOREACH(e, &c->mesh->egress)
		set_bit(c->egress, e->port);
}

static void
check_pod(struct mesh_check *c)
{
	const struct yaml_node *seq, *item;
	const struct annot_ingress *e;
	size_t i, n;
	int list;

	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(c->object->pod_spec, str_from(pass_lists[list]));
		n = inject_count(seq);
		for (i = 0; i < n; i++) {
			item = inject_item(seq, i);
			if (!str_eqz(
				yaml_get_str(item, STR("name")), NAME_MESH))
				check_container(c, item);
		}
	}
	c->container = NULL;
	if (c->mesh->ingress.n > 64)
		return;
	VEC_FOREACH(e, &c->mesh->ingress) {
		if (e->port != c->mesh->admin &&
		    !is_declared(c->object, e->port))
			add(c, diag_report(c->ctx->diags, MESH_PORT_UNDECLARED,
				   entry_loc(c, ANNOT_INGRESS, e->where),
				   e->port));
	}
}

/* Newer programs read the pod template only; said once. */
static void
note_place(const struct mesh_check *c)
{
	const struct yaml_node *in_pod =
	    yaml_getz(c->object->pod_meta, "annotations");
	struct str key;
	int i;

	if (c->ctx->options->profile != PROFILE_LATEST)
		return;
	for (i = 0; i < ANNOT_KINDS && !c->ctx->noted_place; i++) {
		key = arena_printf(
		    c->ctx->arena, ANNOT_PREFIX "%s", pass_mesh_keys[i]);
		if (c->nodes[i] == NULL || yaml_get(in_pod, key) != NULL)
			continue;
		c->ctx->noted_place = true;
		add(c, diag_report(c->ctx->diags, MESH_ANNOTATION_ON_OBJECT,
			   pass_loc(c->nodes[i], c->object), SHOWN(key)));
	}
}

/* In v1.2 an empty egress annotation is no error yet. */
static void
check_empty_egress(const struct mesh_check *c)
{
	const struct yaml_node *n = c->nodes[ANNOT_EGRESS];
	struct diag *g;

	if (n == NULL || yaml_text(n).n > 0 ||
	    c->ctx->options->profile != PROFILE_V12)
		return;
	g = diag_report(
	    c->ctx->diags, MESH_EGRESS_EMPTY, pass_loc(n, c->object));
	if (!c->ctx->options->strict)
		diag_soften(c->ctx->diags, g);
	add(c, g);
}

bool
pass_mesh_check(struct pass_ctx *ctx, const struct k8s_object *o,
    struct yaml_node *const nodes[ANNOT_KINDS])
{
	struct annot_value values[ANNOT_KINDS];
	struct annot_mesh mesh;
	struct mesh_check c = {
	    .ctx = ctx, .object = o, .mesh = &mesh, .nodes = nodes};
	size_t errors = ctx->diags->errors;
	const struct annot_finding *f;
	unsigned flags = 0;
	int i;

	for (i = 0; i < ANNOT_KINDS; i++) {
		values[i].present = nodes[i] != NULL;
		values[i].text = yaml_text(nodes[i]);
	}
	if (ctx->options->profile == PROFILE_V12)
		flags |= ANNOT_F_V12;
	annot_parse(&mesh, ctx->arena, values, flags);
	VEC_FOREACH(f, &mesh.findings)
		report_finding(&c, f);
	note_ports(&c);
	check_empty_egress(&c);
	note_place(&c);
	check_pod(&c);
	return mesh.errors == 0 && ctx->diags->errors == errors;
}

void
pass_mesh_ignored(struct pass_ctx *ctx, const struct k8s_object *o)
{
	struct yaml_node *nodes[ANNOT_KINDS];
	struct diag *g;
	int i;

	if (!pass_mesh_nodes(ctx, o, nodes))
		return;
	for (i = 0; i < ANNOT_KINDS; i++) {
		if (nodes[i] == NULL)
			continue;
		g = diag_report(ctx->diags, MESH_WITHOUT_RUNTIME,
		    pass_loc(nodes[i], o), ANNOT_PREFIX, pass_mesh_keys[i]);
		pass_context(ctx, g, o, NULL);
	}
}
