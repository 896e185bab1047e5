/* SPDX-License-Identifier: Apache-2.0 */
/* Services against the pods that they select, and their mesh. */
#include "compiler/pass/cross_int.h"
#include "runtime/base/banned.h"

/* selecting */

static struct str
label_key(struct cross *c, struct str ns, const struct cross_label *l)
{
	return arena_printf(
	    c->arena, "%.*s%c%.*s", STR_ARG(ns), '\0', STR_ARG(l->pair));
}

static void
index_pods(struct cross *c)
{
	struct cross_bucket *b;
	const struct cross_label *l;
	struct cross_pod **p;
	struct str key;

	VEC_FOREACH(p, &c->pods) {
		VEC_FOREACH(l, &(*p)->labels) {
			key = label_key(c, (*p)->ns, l);
			b = map_get(&c->labels, key);
			if (b == NULL) {
				b = ARENA_NEW(c->arena, struct cross_bucket);
				(void)map_set(c->arena, &c->labels, key, b);
			}
			VEC_PUSH(c->arena, &b->pods, *p);
		}
	}
}

static bool
has_label(const struct cross_pod *p, const struct cross_label *want)
{
	const struct cross_label *l;

	VEC_FOREACH(l, &p->labels) {
		if (str_eq(l->pair, want->pair))
			return true;
	}
	return false;
}

static bool
selects(const struct cross_service *s, const struct cross_pod *p)
{
	const struct cross_label *l;

	VEC_FOREACH(l, &s->selector) {
		if (!has_label(p, l))
			return false;
	}
	return true;
}

/* The pods with the rarest label of the selector; NULL: none has one. */
static const struct cross_bucket *
candidates(struct cross *c, const struct cross_service *s)
{
	const struct cross_bucket *best = NULL, *b;
	const struct cross_label *l;

	VEC_FOREACH(l, &s->selector) {
		b = map_get(&c->labels, label_key(c, s->ns, l));
		if (b == NULL)
			return NULL;
		if (best == NULL || b->pods.n < best->pods.n)
			best = b;
	}
	return best;
}

void
cross_select(struct cross *c)
{
	const struct cross_bucket *b;
	struct cross_service **s;
	struct cross_pod *const *p;

	if (c->services.n == 0)
		return;
	index_pods(c);
	VEC_FOREACH(s, &c->services) {
		if ((*s)->external || (b = candidates(c, *s)) == NULL)
			continue;
		VEC_FOREACH(p, &b->pods) {
			if (!cross_may(c))
				return;
			if (!selects(*s, *p))
				continue;
			VEC_PUSH(c->arena, &(*s)->pods, *p);
			VEC_PUSH(c->arena, &(*p)->services, *s);
		}
	}
}

/* ports */

bool
cross_declares(const struct cross_pod *p, int64_t port)
{
	const struct cross_port *it;

	VEC_FOREACH(it, &p->ports) {
		if (it->number == port)
			return true;
	}
	return p->mesh != NULL && p->mesh->admin == port;
}

bool
cross_is_plain(const struct cross_pod *p, int64_t port)
{
	const struct cross_entry *e;

	if (p->mesh == NULL || p->mesh->disabled)
		return p->mesh != NULL;
	VEC_FOREACH(e, &p->mesh->ingress) {
		if (e->port == port)
			return e->plain;
	}
	return false;
}

int64_t
cross_target(const struct cross_pod *p, const struct cross_service_port *port)
{
	const struct cross_port *it;

	if (port->target_name.n == 0)
		return port->target;
	VEC_FOREACH(it, &p->ports) {
		if (str_eq(it->name, port->target_name))
			return it->number;
	}
	if (p->mesh != NULL && str_eqz(port->target_name, "contrast-admin"))
		return p->mesh->admin;
	return 0;
}

static bool
is_tcp(const struct cross_service_port *port)
{
	return str_eqz(port->protocol, "TCP");
}

/* The first confidential one of the pods; NULL: none. */
static const struct cross_pod *
first_in(const struct cross_service *s)
{
	struct cross_pod *const *p;

	VEC_FOREACH(p, &s->pods) {
		if ((*p)->in)
			return *p;
	}
	return NULL;
}

/*
 * Does the port lead anywhere?  A job may have the labels of the server by
 * its side, so one pod is enough; of pods that are not ours nothing is known.
 */
static void
check_target(struct cross *c, const struct cross_service *s,
    const struct cross_service_port *port)
{
	const struct cross_pod *pod = first_in(s);
	struct cross_pod *const *p;
	struct diag *g;
	int64_t target;

	VEC_FOREACH(p, &s->pods) {
		target = cross_target(*p, port);
		if (!(*p)->in || !cross_may(c) ||
		    (target != 0 && cross_declares(*p, target)))
			return;
	}
	if (port->target_name.n > 0)
		g = diag_report(c->diags, SERVICE_PORT_NAME, port->loc,
		    SHOWN(pod->what), SHOWN(port->target_name));
	else
		g = diag_report(c->diags, SERVICE_PORT_UNDECLARED, port->loc,
		    SHOWN(pod->what), (int)port->target);
	diag_note(
	    c->diags, g, pod->loc, "%.*s is selected", STR_ARG(pod->what));
	diag_note(c->diags, g, s->loc, "by Service '%.*s'", SHOWN(s->name));
}

/* Says a name or number that TLS is spoken behind the mesh? */
static bool
says_tls(const struct cross_service_port *port)
{
	static const char *const words[] = {"https", "tls", "ssl", "grpcs"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_find(port->name, str_from(words[i]), 0) != SIZE_MAX ||
		    str_find(port->target_name, str_from(words[i]), 0) !=
			SIZE_MAX)
			return true;
	}
	return port->number % 1000 == 443;
}

static void
check_exposed(struct cross *c, const struct cross_service *s,
    const struct cross_service_port *port)
{
	const struct cross_entry *e;
	struct cross_pod *const *p;
	struct diag *g;
	int64_t target;

	VEC_FOREACH(p, &s->pods) {
		target = cross_target(*p, port);
		if (!(*p)->in || (*p)->mesh == NULL || !cross_may(c))
			continue;
		VEC_FOREACH(e, &(*p)->mesh->ingress) {
			if (e->port != target || !e->plain)
				continue;
			g = diag_report(c->diags, SERVICE_PORT_PLAIN, port->loc,
			    (int)target, SHOWN((*p)->what));
			diag_note(c->diags, g, e->loc, "plain because of this");
			diag_note(c->diags, g, s->loc, "in Service '%.*s'",
			    SHOWN(s->name));
		}
	}
}

void
cross_check_services(struct cross *c)
{
	const struct cross_service_port *port;
	struct cross_service **s;

	VEC_FOREACH(s, &c->services) {
		if (first_in(*s) == NULL)
			continue;
		VEC_FOREACH(port, &(*s)->ports) {
			check_target(c, *s, port);
			if ((*s)->exposed && is_tcp(port) && !says_tls(port))
				check_exposed(c, *s, port);
		}
	}
}

/* The port of a Service where that of a container belongs. */
static void
check_ingress(
    struct cross *c, const struct cross_pod *p, const struct cross_entry *e)
{
	const struct cross_service_port *port, *found = NULL;
	struct cross_service *const *s;
	const struct cross_service *of = NULL;
	struct diag *g;
	int64_t target = 0;

	if (cross_declares(p, e->port))
		return;
	VEC_FOREACH(s, &p->services) {
		VEC_FOREACH(port, &(*s)->ports) {
			if (cross_target(p, port) == e->port || !cross_may(c))
				return; /* leads there, declared or not */
			if (port->number != e->port || !is_tcp(port))
				continue;
			found = port;
			of = *s;
			target = cross_target(p, port);
		}
	}
	if (found == NULL || target == 0)
		return;
	g = diag_report(c->diags, MESH_PORT_OF_SERVICE, e->loc, (int)e->port,
	    SHOWN(of->name), (int)target);
	diag_help(c->diags, g, "write %d", (int)target);
	diag_note(c->diags, g, found->loc, "it leads to port %d of the pod",
	    (int)target);
	cross_whose(c, g, p);
}

static void
check_admin(struct cross *c, const struct cross_pod *p)
{
	const struct cross_port *port;
	struct diag *g;

	VEC_FOREACH(port, &p->ports) {
		if (port->number != p->mesh->admin || port->ends ||
		    !str_eqz(port->protocol, "TCP"))
			continue;
		g = diag_report(c->diags, MESH_ADMIN_CLASH, port->loc,
		    SHOWN(port->container), (int)port->number);
		diag_note(c->diags, g, p->mesh->admin_loc,
		    "the mesh listens because of this");
		cross_whose(c, g, p);
	}
}

static void
check_twice(struct cross *c, const struct cross_pod *p, struct map *seen,
    struct cross_port *port, int64_t number, const char *what)
{
	struct str key = arena_printf(c->arena, "%lld/%.*s/%.*s",
	    (long long)number, STR_ARG(port->protocol), STR_ARG(port->host_ip));
	const struct cross_port *first = map_get(seen, key);
	struct diag *g;

	if (first == NULL) {
		(void)map_set(c->arena, seen, key, port);
		return;
	}
	if (str_eq(first->container, port->container))
		return;
	g = diag_report(c->diags, PORT_TWICE, port->loc, what,
	    (long long)number, SHOWN(port->protocol), SHOWN(first->container),
	    SHOWN(port->container));
	diag_note(c->diags, g, first->loc, "'%.*s' has it first",
	    SHOWN(first->container));
	cross_whose(c, g, p);
}

void
cross_check_ports(struct cross *c, const struct cross_pod *p)
{
	struct map ports = {0}, hosts = {0};
	const struct cross_entry *e;
	struct cross_port *port;

	VEC_FOREACH(port, &p->ports) {
		if (port->ends || p->ports.n < 2)
			continue;
		check_twice(c, p, &ports, port, port->number, "port");
		if (port->host != 0)
			check_twice(
			    c, p, &hosts, port, port->host, "host port");
	}
	if (p->mesh == NULL)
		return;
	if (p->mesh->admin != 0)
		check_admin(c, p);
	VEC_FOREACH(e, &p->mesh->ingress)
		check_ingress(c, p, e);
}
