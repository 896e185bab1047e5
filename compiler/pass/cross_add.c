/* SPDX-License-Identifier: Apache-2.0 */
/* What the cross-object checks keep of an object. */
#include "compiler/pass/cross_int.h"
#include "runtime/base/banned.h"

static struct str
keep(struct cross *c, struct str s)
{
	return arena_str(c->arena, s);
}

static struct str
keep_ns(struct cross *c, const struct k8s_object *o)
{
	return o->ns.n > 0 ? keep(c, o->ns) : STR("default");
}

static struct cross_label
keep_label(struct cross *c, const struct yaml_pair *p)
{
	struct str key = p->key->text, value = yaml_text(p->value);

	return (struct cross_label){arena_printf(
	    c->arena, "%.*s%c%.*s", STR_ARG(key), '\0', STR_ARG(value))};
}

/* labels */

static void
add_labels(struct cross *c, struct cross_pod *p, const struct k8s_object *o)
{
	struct yaml_pairs pairs =
	    yaml_pairs(c->arena, yaml_getz(o->pod_meta, "labels"));
	const struct yaml_pair *it;

	VEC_FOREACH(it, &pairs)
		VEC_PUSH(c->arena, &p->labels, keep_label(c, it));
}

/* ports */

static bool
is_ours(struct str name)
{
	static const char *const ours[] = {
	    NAME_INITIALIZER, NAME_MESH, NAME_SHELL, NAME_HOLDER};
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (str_eqz(name, ours[i]))
			return true;
	}
	return false;
}

static struct str
protocol_of(struct cross *c, const struct yaml_node *port)
{
	struct str s = yaml_get_str(port, STR("protocol"));

	return s.n == 0 ? STR("TCP") : keep(c, s);
}

static void
add_ports(struct cross *c, struct cross_pod *p, const struct k8s_object *o,
    const struct yaml_node *container, bool ends)
{
	const struct yaml_node *ports = yaml_getz(container, "ports"), *n;
	struct str name = keep(c, yaml_get_str(container, STR("name")));
	size_t i;

	for (i = 0; i < inject_count(ports); i++) {
		const struct yaml_node *item = inject_item(ports, i);
		struct cross_port port = {.container = name,
		    .ends = ends,
		    .protocol = protocol_of(c, item)};

		n = yaml_getz(item, "containerPort");
		if (!yaml_to_int(n, &port.number))
			continue;
		port.loc = pass_loc(n, o);
		port.name = keep(c, yaml_get_str(item, STR("name")));
		port.host_ip = keep(c, yaml_get_str(item, STR("hostIP")));
		(void)yaml_to_int(yaml_getz(item, "hostPort"), &port.host);
		VEC_PUSH(c->arena, &p->ports, port);
	}
}

/* mesh */

static struct loc
entry_loc(
    const struct k8s_object *o, const struct yaml_node *n, struct annot_range r)
{
	struct loc loc;

	(void)pass_scalar_loc(&loc, n, r.off, r.end - r.off);
	return loc.source == NULL ? pass_object_loc(o) : loc;
}

static void
add_entries(struct cross *c, struct cross_mesh *m, const struct k8s_object *o,
    const struct annot_mesh *mesh, struct yaml_node *const *nodes)
{
	const struct annot_ingress *in;
	const struct annot_egress *e;

	VEC_FOREACH(in, &mesh->ingress) {
		struct cross_entry entry = {.name = keep(c, in->name),
		    .loc = entry_loc(o, nodes[ANNOT_INGRESS], in->where),
		    .port = in->port,
		    .plain = in->plain};

		VEC_PUSH(c->arena, &m->ingress, entry);
	}
	VEC_FOREACH(e, &mesh->egress) {
		struct cross_entry entry = {.name = keep(c, e->name),
		    .port = e->port,
		    .host = keep(c, e->host),
		    .remote = e->remote_port};
		struct annot_range r = e->where;

		/* The remote end is what follows the listen address. */
		r.off = r.end + 1;
		r.end = r.off + (uint32_t)e->host.n;
		entry.loc = entry_loc(o, nodes[ANNOT_EGRESS], r);
		VEC_PUSH(c->arena, &m->egress, entry);
	}
}

static void
add_mesh(struct cross *c, struct pass_ctx *ctx, struct cross_pod *p,
    const struct k8s_object *o)
{
	struct yaml_node *nodes[ANNOT_KINDS];
	struct annot_value values[ANNOT_KINDS];
	struct annot_mesh mesh;
	struct cross_mesh *m;
	int i;

	if (ctx->options->skip_service_mesh || !pass_mesh_nodes(ctx, o, nodes))
		return;
	for (i = 0; i < ANNOT_KINDS; i++) {
		values[i].present = nodes[i] != NULL;
		values[i].text = yaml_text(nodes[i]);
	}
	annot_parse(&mesh, c->arena, values,
	    ctx->options->profile == PROFILE_V12 ? ANNOT_F_V12 : 0);
	if (mesh.errors > 0)
		return; /* reported, and nothing is known */
	p->mesh = m = ARENA_NEW(c->arena, struct cross_mesh);
	m->disabled = mesh.disabled;
	m->admin = mesh.admin;
	if (mesh.admin != 0)
		m->admin_loc = pass_loc(nodes[ANNOT_ADMIN], o);
	add_entries(c, m, o, &mesh, nodes);
}

/* memory */

/* A memory quantity in bytes, rounded down; false if it is none. */
static bool
memory_bytes(struct str s, uint64_t *out)
{
	static const struct {
		const char *suffix;
		double unit;
	} units[] = {{"Ki", 0x1p10}, {"Mi", 0x1p20}, {"Gi", 0x1p30},
	    {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60}, {"k", 1e3},
	    {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}, {"E", 1e18},
	    {"m", 1e-3}, {"", 1}};
	double n = 0, place = 1, unit = 0;
	size_t i = 0, k;
	bool point = false;

	for (; i < s.n && (s.p[i] == '.' || (s.p[i] >= '0' && s.p[i] <= '9'));
	     i++) {
		if (s.p[i] == '.') {
			point = true;
			continue;
		}
		n = n * 10 + (s.p[i] - '0');
		place *= point ? 10 : 1;
	}
	for (k = 0; k < sizeof(units) / sizeof(units[0]); k++) {
		if (str_eqz(str_sub(s, i, s.n), units[k].suffix))
			unit = units[k].unit;
	}
	n = n / place * unit;
	*out = n < 0x1p62 ? (uint64_t)n : 0;
	return unit > 0 && n > 0 && n < 0x1p62;
}

static bool
limit_of(const struct yaml_node *of, uint64_t *out, const struct yaml_node **n)
{
	*n = yaml_path(of, "resources", "limits", "memory", NULL);
	return memory_bytes(yaml_text(*n), out);
}

static void
add_memory(struct cross *c, struct cross_pod *p, const struct k8s_object *o)
{
	const struct yaml_node *seq = yaml_getz(o->pod_spec, "containers"), *n;
	uint64_t bytes, sum = 0;
	size_t i;

	if (limit_of(o->pod_spec, &bytes, &n)) {
		p->memory = bytes;
		p->memory_at = cross_text(c, n, o);
		return;
	}
	for (i = 0; i < inject_count(seq); i++) {
		if (!limit_of(inject_item(seq, i), &bytes, &n))
			return;
		sum += bytes;
		if (i == 0)
			p->memory_at = cross_text(c, n, o);
	}
	p->memory = sum;
}

static void
add_image(struct cross *c, struct cross_pod *p, const struct k8s_object *o,
    const struct yaml_node *container)
{
	const struct yaml_node *n = yaml_getz(container, "image");
	const struct cross_text *it;

	VEC_FOREACH(it, &p->images) {
		if (str_eq(it->s, yaml_text(n)))
			return;
	}
	if (yaml_text(n).n > 0)
		VEC_PUSH(c->arena, &p->images, cross_text(c, n, o));
}

static void
add_containers(struct cross *c, struct cross_pod *p, const struct k8s_object *o)
{
	const struct yaml_node *seq, *item;
	size_t i;
	int list;
	bool ends;

	for (list = 0; list < PASS_LISTS; list++) {
		seq = yaml_get(o->pod_spec, str_from(pass_lists[list]));
		for (i = 0; i < inject_count(seq); i++) {
			item = inject_item(seq, i);
			add_image(c, p, o, item);
			if (is_ours(yaml_get_str(item, STR("name"))))
				continue;
			ends = list == 0 && !str_eqz(yaml_get_str(item,
							 STR("restartPolicy")),
						"Always");
			add_ports(c, p, o, item, ends);
		}
	}
}

/* names */

static void
add_id(struct cross *c, struct pass_ctx *ctx, struct cross_pod *p,
    const struct k8s_object *o)
{
	const struct yaml_node *n =
	    pass_annotation(ctx, o, "workload-secret-id");
	bool core = str_chr(o->api, '/', 0) == SIZE_MAX;

	if (c->options->id_is_name)
		p->secret_id = p->name;
	else if (yaml_text(n).n > 0)
		p->secret_id = keep(c, yaml_text(n));
	else
		p->secret_id = arena_printf(c->arena, "%s%.*s/%.*s/%.*s/%.*s",
		    core ? "core/" : "", STR_ARG(o->api), STR_ARG(p->kind),
		    STR_ARG(p->ns), STR_ARG(p->name));
	if (n != NULL)
		p->id = cross_text(c, n, o);
}

void
cross_add_pod(struct cross *c, struct pass_ctx *ctx, const struct k8s_object *o,
    const struct selection *s)
{
	struct cross_pod *p = ARENA_NEW(c->arena, struct cross_pod);

	if (o->name.n == 0 && !s->in)
		return;
	p->kind = keep(c, o->kind_name);
	p->name = keep(c, o->name);
	p->ns = keep_ns(c, o);
	p->what = k8s_describe(c->arena, o);
	p->loc = k8s_loc(o);
	p->in = s->in;
	add_labels(c, p, o);
	VEC_PUSH(c->arena, &c->pods, p);
	if (!s->in)
		return;
	if (o->unit != NULL)
		p->rendered = keep(c, o->unit->rendered_from);
	p->coordinator = s->coordinator;
	p->contrast = s->platform != NULL;
	p->guest_pull = pass_guest_pulls(s);
	p->store = inject_find(yaml_getz(o->pod_spec, "volumes"),
		       STR(VOLUME_STORE), 0) != SIZE_MAX;
	add_containers(c, p, o);
	add_memory(c, p, o);
	add_id(c, ctx, p, o);
	cross_add_refs(c, p, o);
	if (!s->coordinator && p->contrast)
		add_mesh(c, ctx, p, o);
}

/* Services */

static void
add_service_port(struct cross *c, struct cross_service *s,
    const struct k8s_object *o, const struct yaml_node *item)
{
	struct cross_service_port port = {.protocol = protocol_of(c, item)};
	const struct yaml_node *n = yaml_getz(item, "port"), *target;

	if (!yaml_to_int(n, &port.number))
		return;
	target = yaml_getz(item, "targetPort");
	port.name = keep(c, yaml_get_str(item, STR("name")));
	port.loc = pass_loc(target != NULL ? target : n, o);
	/* "8080" in quotes is a number for Kubernetes' proxies no more. */
	if (target == NULL)
		port.target = port.number;
	else if (!yaml_to_int(target, &port.target))
		port.target_name = keep(c, yaml_text(target));
	VEC_PUSH(c->arena, &s->ports, port);
}

void
cross_add_service(struct cross *c, const struct k8s_object *o)
{
	struct cross_service *s = ARENA_NEW(c->arena, struct cross_service);
	const struct yaml_node *spec = yaml_getz(o->node, "spec");
	const struct yaml_node *ports = yaml_getz(spec, "ports");
	struct yaml_pairs pairs =
	    yaml_pairs(c->arena, yaml_getz(spec, "selector"));
	struct str type = yaml_get_str(spec, STR("type"));
	const struct yaml_pair *it;
	size_t i;

	s->name = keep(c, o->name);
	s->ns = keep_ns(c, o);
	s->loc = k8s_loc(o);
	s->external = str_eqz(type, "ExternalName");
	s->headless = str_eqz(yaml_get_str(spec, STR("clusterIP")), "None");
	s->exposed = str_eqz(type, "LoadBalancer") || str_eqz(type, "NodePort");
	VEC_FOREACH(it, &pairs)
		VEC_PUSH(c->arena, &s->selector, keep_label(c, it));
	for (i = 0; i < inject_count(ports); i++)
		add_service_port(c, s, o, inject_item(ports, i));
	VEC_PUSH(c->arena, &c->services, s);
	(void)map_set(c->arena, &c->service_ns, s->ns, c);
	(void)map_set(
	    c->arena, &c->service_names, cross_key(c, s->ns, s->name), s);
}

/* ConfigMaps, Secrets, claims, ServiceAccounts */

static void
add_keys(struct cross *c, struct cross_data *d, const struct yaml_node *map)
{
	struct yaml_pairs pairs = yaml_pairs(c->arena, map);
	const struct yaml_pair *it;

	VEC_FOREACH(it, &pairs)
		(void)map_set(c->arena, &d->keys, keep(c, it->key->text), d);
}

void
cross_add_data(struct cross *c, const struct k8s_object *o, enum cross_kind k)
{
	static const char *const members[] = {
	    "data", "binaryData", "stringData"};
	const struct yaml_node *pull = yaml_getz(o->node, "imagePullSecrets");
	struct cross_data *d = ARENA_NEW(c->arena, struct cross_data), *first;
	struct str key;
	size_t i;

	d->name = (struct cross_text){keep(c, o->name), k8s_loc(o)};
	d->ns = keep_ns(c, o);
	key = cross_key(c, d->ns, d->name.s);
	for (i = 0; i < 3 && k <= CROSS_SECRET; i++)
		add_keys(c, d, yaml_get(o->node, str_from(members[i])));
	for (i = 0; i < inject_count(pull); i++)
		VEC_PUSH(c->arena, &d->pull,
		    cross_text(c, yaml_getz(inject_item(pull, i), "name"), o));
	first = map_get(&c->data_names[k], key);
	if (first != NULL) {
		first->twice = d;
		return;
	}
	(void)map_set(c->arena, &c->data_names[k], key, d);
	if (map_get(&c->data_any[k], d->name.s) == NULL)
		(void)map_set(c->arena, &c->data_any[k], d->name.s, d);
	VEC_PUSH(c->arena, &c->data[k], d);
}
