/* SPDX-License-Identifier: Apache-2.0 */
/* Remote ends of the mesh's egress entries against Services. */
#include "compiler/pass/cross_int.h"
#include "runtime/base/banned.h"

/* A host name as the resolver of a pod takes it. */
struct host {
	struct str name, ns;
	bool pod; /* POD.SERVICE: one of a headless Service */
};

static bool
is_address(struct str s)
{
	size_t i;

	if (str_chr(s, ':', 0) != SIZE_MAX)
		return true;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '.' && (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	}
	return true;
}

static bool
strip(struct str *s, struct str suffix)
{
	if (!str_ends(*s, suffix))
		return false;
	s->n -= suffix.n;
	return true;
}

/*
 * NAME, NAME.NS, NAME.NS.svc and so on.  False: the name may be one of the
 * world outside, since nothing in the input says that it is the cluster's.
 */
static bool
parse_host(struct host *h, const struct cross *c, const struct cross_pod *p,
    struct str s)
{
	size_t dot, last;
	bool sure;

	(void)strip(&s, STR("."));
	if (s.n == 0 || is_address(s) || str_eqz(s, "localhost"))
		return false;
	sure = strip(&s, STR(".svc.cluster.local")) || strip(&s, STR(".svc"));
	dot = str_chr(s, '.', 0);
	*h = (struct host){.name = s, .ns = p->ns};
	if (dot == SIZE_MAX)
		return !sure;
	h->name = str_sub(s, 0, dot);
	h->ns = str_sub(s, dot + 1, s.n);
	last = str_chr(h->ns, '.', 0);
	if (last == SIZE_MAX)
		return sure || map_get(&c->namespaces, h->ns) != NULL;
	/* POD.NAME.NS.svc */
	h->name = str_sub(h->ns, 0, last);
	h->ns = str_sub(h->ns, last + 1, h->ns.n);
	h->pod = true;
	return sure && str_chr(h->ns, '.', 0) == SIZE_MAX;
}

static const struct cross_service *
find(struct cross *c, struct str ns, struct str name)
{
	return map_get(&c->service_names, cross_key(c, ns, name));
}

static void
report_none(struct cross *c, const struct cross_pod *p,
    const struct cross_entry *e, const struct host *h)
{
	struct cross_service *const *s;
	struct diag *g = diag_report(
	    c->diags, EGRESS_NO_SERVICE, e->loc, SHOWN(h->name), SHOWN(h->ns));

	VEC_FOREACH(s, &c->services) {
		if (!cross_may(c))
			break;
		if (!str_eq((*s)->ns, h->ns) ||
		    !cross_is_near((*s)->name, h->name))
			continue;
		diag_help(
		    c->diags, g, "did you mean '%.*s'?", SHOWN((*s)->name));
		diag_note(c->diags, g, (*s)->loc, "this Service is here");
		break;
	}
	cross_whose(c, g, p);
}

static const struct cross_service_port *
find_port(const struct cross_service *s, uint16_t number)
{
	const struct cross_service_port *port;

	VEC_FOREACH(port, &s->ports) {
		if (!str_eqz(port->protocol, "TCP"))
			continue;
		/* Of a headless Service clients reach the pods' own ports. */
		if (port->number == number ||
		    (s->headless &&
			(port->target == number || port->target_name.n > 0)))
			return port;
	}
	return NULL;
}

static void
report_port(struct cross *c, const struct cross_pod *p,
    const struct cross_entry *e, const struct cross_service *s)
{
	struct diag *g = diag_report(c->diags, EGRESS_SERVICE_PORT, e->loc,
	    SHOWN(s->name), (int)e->remote);
	const struct cross_service_port *port;
	size_t shown = 0;

	VEC_FOREACH(port, &s->ports) {
		if (shown++ < 4)
			diag_note(c->diags, g, port->loc,
			    "port %d of Service '%.*s'", (int)port->number,
			    SHOWN(s->name));
	}
	if (s->ports.n == 1)
		diag_help(
		    c->diags, g, "write port %d", (int)s->ports.p[0].number);
	cross_whose(c, g, p);
}

static const struct loc *
plain_because(const struct cross_pod *p, int64_t port)
{
	const struct cross_entry *e;

	VEC_FOREACH(e, &p->mesh->ingress) {
		if (e->port == port)
			return &e->loc;
	}
	return &p->loc;
}

/* Can the pods behind the Service answer with a certificate of the mesh? */
static void
check_peers(struct cross *c, const struct cross_pod *p,
    const struct cross_entry *e, const struct cross_service *s,
    const struct cross_service_port *port)
{
	const struct cross_pod *peer = NULL, *plain = NULL;
	struct cross_pod *const *it;
	struct diag *g;

	VEC_FOREACH(it, &s->pods) {
		if (!cross_may(c))
			return;
		if (!(*it)->in)
			continue;
		peer = *it;
		if (!cross_is_plain(peer, cross_target(peer, port)))
			return;
		plain = peer;
	}
	if (peer == NULL) {
		peer = s->pods.p[0];
		g = diag_report(c->diags, EGRESS_PEER, e->loc, SHOWN(s->name));
		diag_note(c->diags, g, peer->loc, "%.*s is one of them",
		    STR_ARG(peer->what));
	} else {
		g = diag_report(c->diags, EGRESS_PLAIN, e->loc, SHOWN(s->name),
		    SHOWN(plain->what));
		diag_note(c->diags, g,
		    *plain_because(plain, cross_target(plain, port)),
		    "plain because of this");
	}
	cross_whose(c, g, p);
}

static void
check_entry(
    struct cross *c, const struct cross_pod *p, const struct cross_entry *e)
{
	const struct cross_service_port *port;
	const struct cross_service *s;
	struct host h;

	if (!parse_host(&h, c, p, e->host))
		return;
	s = find(c, h.ns, h.name);
	if (s == NULL && map_get(&c->service_ns, h.ns) == NULL)
		return; /* the namespace's Services are somewhere else */
	if (s == NULL)
		report_none(c, p, e, &h);
	if (s == NULL || s->external || s->ports.n == 0 || h.pod)
		return;
	port = find_port(s, e->remote);
	if (port == NULL)
		report_port(c, p, e, s);
	else if (s->pods.n > 0)
		check_peers(c, p, e, s, port);
}

void
cross_check_egress(struct cross *c, const struct cross_pod *p)
{
	const struct cross_entry *e;

	if (p->mesh == NULL)
		return;
	VEC_FOREACH(e, &p->mesh->egress)
		check_entry(c, p, e);
}
