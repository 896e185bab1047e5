/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields and checks of the service-mesh annotations.  Scanner and grammar
 * (annot.l, annot.y) split a value into entries; what a field may hold and
 * how entries go together is decided here.
 */
#include <arpa/inet.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "grammar/annot_int.h"
#include "runtime/base/banned.h"

static const struct {
	enum diag_id id;
	const char *code;
} codes[] = {
    {DIAG_MESH_TOO_LONG, "MESH-E001"},
    {DIAG_MESH_CONTROL_CHARACTER, "MESH-E004"},
    {DIAG_MESH_UTF8, "MESH-E005"},
    {DIAG_MESH_FIELD_COUNT, "MESH-E010"},
    {DIAG_MESH_PORT, "MESH-E020"},
    {DIAG_MESH_BOOLEAN, "MESH-E021"},
    {DIAG_MESH_LISTEN_ADDRESS, "MESH-E022"},
    {DIAG_MESH_LISTEN_NOT_LOCAL, "MESH-E023"},
    {DIAG_MESH_REMOTE, "MESH-E024"},
    {DIAG_MESH_REMOTE_PORT, "MESH-E025"},
    {DIAG_MESH_REMOTE_HOST, "MESH-E026"},
    {DIAG_MESH_LONG_NAME, "MESH-E027"},
    {DIAG_MESH_ADMIN_PORT, "MESH-E030"},
    {DIAG_MESH_CONFLICTING_PORT, "MESH-E112"},
    {DIAG_MESH_INGRESS_RESERVED_PORT, "MESH-E113"},
    {DIAG_MESH_EGRESS_EMPTY, "MESH-E120"},
    {DIAG_MESH_DUPLICATE_LISTENER, "MESH-E121"},
    {DIAG_MESH_DUPLICATE_NAME, "MESH-E122"},
    {DIAG_MESH_RESERVED_NAME, "MESH-E123"},
    {DIAG_MESH_EMPTY_NAME, "MESH-E124"},
    {DIAG_MESH_EGRESS_RESERVED_PORT, "MESH-E125"},
    {DIAG_MESH_ADMIN_PORT_TAKEN, "MESH-E131"},
    {DIAG_MESH_LEADING_ZERO, "MESH-N108"},
    {DIAG_MESH_DISABLED_ONLY, "MESH-W110"},
    {DIAG_MESH_DUPLICATE_PORT, "MESH-W111"},
    {DIAG_MESH_ADMIN_EXPOSED, "MESH-W132"},
};

/* Names of what the proxy itself has. */
static const char *const reserved[] = {"ingress", "ingressWithoutClientAuth",
    "ingress6", "ingressWithoutClientAuth6", "IngressCluster",
    "BlackHoleCluster", "BlackHoleFilter"};

const char *
annot_code(enum diag_id id)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].id == id)
			return codes[i].code;
	}
	return NULL;
}

void
annot_add(struct annot_parser *p, enum diag_id id, struct annot_range where,
    const char *fmt, ...)
{
	struct annot_finding f = {.id = id, .kind = p->kind};
	char text[512];
	va_list ap;

	p->out->errors += diag_table[id].severity == DIAG_ERROR;
	if (p->out->findings.n == ANNOT_FINDINGS_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f.off = where.off;
	f.len = where.end - where.off;
	f.text = arena_str(p->arena, str_from(text));
	VEC_PUSH(p->arena, &p->out->findings, f);
}

static struct str
bytes(const struct annot_parser *p, struct annot_range r)
{
	return str_sub(p->text, r.off, r.end);
}

/* "%.*s" of user text: what is very long is cut. */
static int
shown(struct str s)
{
	return s.n > 200 ? 200 : (int)s.n;
}
#define SHOWN(s) shown(s), (s).p

static bool
is_port(struct str s, uint16_t *out)
{
	uint64_t n;

	if (s.n > 5 || !str_u64(s, 65535, &n) || n == 0)
		return false;
	*out = (uint16_t)n;
	return true;
}

/* A port is valid; leading zeros are worth a note. */
static void
note_zeros(struct annot_parser *p, struct annot_range where)
{
	struct str s = bytes(p, where);

	if (s.n > 0 && s.p[0] == '0')
		annot_report(p, MESH_LEADING_ZERO, where, SHOWN(s));
}

static bool
is_bool(struct str s, bool *out)
{
	static const char *const words[] = {"1", "t", "T", "TRUE", "true",
	    "True", "0", "f", "F", "FALSE", "false", "False"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_eqz(s, words[i])) {
			*out = i < 6;
			return true;
		}
	}
	return false;
}

/* Four decimal octets without leading zeros. */
static bool
is_ipv4(struct str s, uint8_t out[4])
{
	struct str part;
	size_t i, at = 0, dot;
	uint64_t n;

	for (i = 0; i < 4; i++) {
		dot = i < 3 ? str_chr(s, '.', at) : s.n;
		if (dot == SIZE_MAX)
			return false;
		part = str_sub(s, at, dot);
		if (part.n > 3 || (part.n > 1 && part.p[0] == '0') ||
		    !str_u64(part, 255, &n))
			return false;
		out[i] = (uint8_t)n;
		at = dot + 1;
	}
	return true;
}

static bool
is_ipv6(struct str s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	if (s.n >= sizeof(text) || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(AF_INET6, text, &addr) == 1;
}

static bool
is_label(struct str s)
{
	size_t i;
	char c;

	if (s.n == 0 || s.n > 63)
		return false;
	for (i = 0; i < s.n; i++) {
		c = s.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return true;
}

/*
 * A DNS name.  What ends in a number can only have been meant as an address,
 * and a valid one was recognised before.
 */
static bool
is_host(struct str s)
{
	struct str label = {NULL, 0};
	size_t at = 0, dot;
	uint64_t n;

	if (s.n > 253)
		return false;
	if (str_ends(s, STR(".")))
		s.n--;
	for (;;) {
		dot = str_chr(s, '.', at);
		label = str_sub(s, at, dot == SIZE_MAX ? s.n : dot);
		if (!is_label(label))
			return false;
		if (dot == SIZE_MAX)
			break;
		at = dot + 1;
	}
	return at == 0 || !str_u64(label, UINT64_MAX, &n);
}

static void
check_bytes(struct annot_parser *p)
{
	struct annot_range at;
	unsigned char c;
	uint32_t i, len;

	for (i = 0; i < p->text.n; i += len) {
		c = (unsigned char)p->text.p[i];
		at = (struct annot_range){i, i + 1};
		len = 1;
		if (c < 0x20 || c == 0x7f)
			annot_report(p, MESH_CONTROL_CHARACTER, at, c);
		if (c < 0x80)
			continue;
		len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
		if (!str_is_utf8(str_sub(p->text, i, i + len))) {
			annot_report(p, MESH_UTF8, at);
			len = 1;
		}
	}
}

static void
check_name_length(struct annot_parser *p, struct annot_range where)
{
	if (where.end - where.off > ANNOT_NAME_MAX)
		annot_report(p, MESH_LONG_NAME, where, where.end - where.off,
		    ANNOT_NAME_MAX);
}

static unsigned
port_seen(const struct annot_parser *p, uint16_t port)
{
	return p->ports[port / 4] >> port % 4 * 2 & 3;
}

static void
ingress_port(struct annot_parser *p, const struct annot_ingress *e)
{
	unsigned now = e->plain ? 2 : 1, seen = port_seen(p, e->port);

	if (e->port == ANNOT_PORT_MTLS || e->port == ANNOT_PORT_TLS)
		annot_report(p, MESH_INGRESS_RESERVED_PORT, e->where, e->port);
	else if (seen == now)
		annot_report(p, MESH_DUPLICATE_PORT, e->where, e->port);
	else if (seen != 0)
		annot_report(p, MESH_CONFLICTING_PORT, e->where, e->port);
	else
		VEC_PUSH(p->arena, &p->out->ingress, *e);
	if (seen == 0)
		p->ports[e->port / 4] |= (uint8_t)(now << e->port % 4 * 2);
}

static void
ingress_entry(struct annot_parser *p, const struct annot_fields *f)
{
	struct annot_ingress e = {.name = bytes(p, f->field[0])};
	struct str port = bytes(p, f->field[1]), flag = bytes(p, f->field[2]);
	bool ok = true;

	check_name_length(p, f->field[0]);
	if (!is_port(port, &e.port)) {
		annot_report(p, MESH_PORT, f->field[1], SHOWN(port));
		ok = false;
	} else
		note_zeros(p, f->field[1]);
	if (!is_bool(flag, &e.plain)) {
		annot_report(p, MESH_BOOLEAN, f->field[2], SHOWN(flag));
		ok = false;
	}
	e.where = f->field[1];
	if (ok)
		ingress_port(p, &e);
}

static bool
egress_name(struct annot_parser *p, struct str name, struct annot_range where)
{
	size_t i;

	check_name_length(p, where);
	if (name.n == 0) {
		annot_report(p, MESH_EMPTY_NAME, where);
		return false;
	}
	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (str_eqz(name, reserved[i])) {
			annot_report(p, MESH_RESERVED_NAME, where, SHOWN(name));
			return false;
		}
	}
	if (map_set(p->arena, &p->names, name, p) != NULL) {
		annot_report(p, MESH_DUPLICATE_NAME, where, SHOWN(name));
		return false;
	}
	return true;
}

/* "127.0.0.2:8080" */
static bool
egress_listen(
    struct annot_parser *p, struct annot_egress *e, struct annot_range where)
{
	static const uint8_t broadcast[4] = {127, 255, 255, 255};
	struct str s = bytes(p, where), ip, key;
	size_t colon = str_rchr(s, ':');
	struct annot_range ports;

	ip = str_sub(s, 0, colon);
	if (colon == SIZE_MAX || !is_ipv4(ip, e->listen) ||
	    !is_port(str_sub(s, colon + 1, s.n), &e->port) ||
	    memcmp(e->listen, broadcast, 4) == 0) {
		annot_report(p, MESH_LISTEN_ADDRESS, where, SHOWN(s));
		return false;
	}
	ports =
	    (struct annot_range){where.off + (uint32_t)colon + 1, where.end};
	note_zeros(p, ports);
	if (e->listen[0] != 127) {
		where.end = where.off + (uint32_t)colon;
		annot_report(p, MESH_LISTEN_NOT_LOCAL, where, SHOWN(ip));
		return false;
	}
	if (e->port == ANNOT_PORT_MTLS || e->port == ANNOT_PORT_TLS) {
		annot_report(p, MESH_EGRESS_RESERVED_PORT, ports, e->port);
		return false;
	}
	key = arena_printf(p->arena, "%.*s:%u", STR_ARG(ip), e->port);
	if (map_set(p->arena, &p->listens, key, p) != NULL) {
		annot_report(p, MESH_DUPLICATE_LISTENER, where, SHOWN(key));
		return false;
	}
	return true;
}

/* Splits "host:port" and "[ipv6]:port"; *colon is that of the port. */
static bool
split_remote(struct str s, struct annot_egress *e, size_t *colon)
{
	size_t close;

	if (s.n > 0 && s.p[0] == '[') {
		close = str_chr(s, ']', 1);
		if (close == SIZE_MAX || close + 1 >= s.n ||
		    s.p[close + 1] != ':')
			return false;
		e->host = str_sub(s, 1, close);
		e->ipv6 = true;
		*colon = close + 1;
		return e->host.n > 0;
	}
	*colon = str_chr(s, ':', 0);
	if (*colon == SIZE_MAX || *colon == 0 || *colon != str_rchr(s, ':'))
		return false;
	e->host = str_sub(s, 0, *colon);
	return true;
}

static bool
egress_remote(
    struct annot_parser *p, struct annot_egress *e, struct annot_range where)
{
	struct str s = bytes(p, where), port;
	struct annot_range host = where, ports = where;
	uint8_t ip[4];
	size_t colon;
	bool ok = true;

	if (!split_remote(s, e, &colon)) {
		annot_report(p, MESH_REMOTE, where, SHOWN(s));
		return false;
	}
	host.end = where.off + (uint32_t)colon;
	ports.off = host.end + 1;
	if (e->ipv6 ? !is_ipv6(e->host)
		    : !is_ipv4(e->host, ip) && !is_host(e->host)) {
		annot_report(p, MESH_REMOTE_HOST, host, SHOWN(e->host));
		ok = false;
	}
	port = str_sub(s, colon + 1, s.n);
	if (!is_port(port, &e->remote_port)) {
		annot_report(p, MESH_REMOTE_PORT, ports, SHOWN(port));
		ok = false;
	} else
		note_zeros(p, ports);
	return ok;
}

static void
egress_entry(struct annot_parser *p, const struct annot_fields *f)
{
	struct annot_egress e = {.name = bytes(p, f->field[0])};
	bool ok;

	ok = egress_name(p, e.name, f->field[0]);
	ok = egress_listen(p, &e, f->field[1]) && ok;
	ok = egress_remote(p, &e, f->field[2]) && ok;
	e.where = f->field[1];
	if (ok)
		VEC_PUSH(p->arena, &p->out->egress, e);
}

void
annot_entry(struct annot_parser *p, const struct annot_fields *f,
    struct annot_range whole)
{
	static const char *const shape[] = {
	    "name#port#disable-tls", "name#listen-ip:port#host:port"};

	if (f->n != 3)
		annot_report(p, MESH_FIELD_COUNT, f->n > 3 ? f->extra : whole,
		    p->entry, f->n, f->n == 1 ? "" : "s", shape[p->kind]);
	else if (p->kind == ANNOT_INGRESS)
		ingress_entry(p, f);
	else
		egress_entry(p, f);
}

static void
parse_admin(struct annot_parser *p)
{
	struct annot_range whole = {0, (uint32_t)p->text.n};
	const struct annot_egress *e;
	uint16_t port;

	if (p->text.n == 0)
		return;
	if (!is_port(p->text, &port)) {
		annot_report(p, MESH_ADMIN_PORT, whole, SHOWN(p->text));
		return;
	}
	note_zeros(p, whole);
	p->out->admin = port;
	if (port == ANNOT_PORT_MTLS || port == ANNOT_PORT_TLS) {
		annot_report(
		    p, MESH_ADMIN_PORT_TAKEN, whole, port, "the mesh itself");
		return;
	}
	VEC_FOREACH(e, &p->out->egress) {
		if (e->port == port) {
			annot_report(p, MESH_ADMIN_PORT_TAKEN, whole, port,
			    "an egress listener");
			return;
		}
	}
	if (p->out->disabled || port_seen(p, port) == 2)
		annot_report(p, MESH_ADMIN_EXPOSED, whole, port);
}

/* One value; false if it is too long to be looked at. */
static bool
begin(struct annot_parser *p, enum annot_kind kind, const struct annot_value *v)
{
	struct annot_range start = {0, 0};

	p->kind = kind;
	p->text = v->text;
	p->keyword = false;
	p->out->any = p->out->any || v->present;
	if (v->text.n > ANNOT_VALUE_MAX) {
		annot_report(
		    p, MESH_TOO_LONG, start, v->text.n, ANNOT_VALUE_MAX);
		return false;
	}
	check_bytes(p);
	return true;
}

void
annot_parse(struct annot_mesh *out, struct arena *a,
    const struct annot_value value[ANNOT_KINDS], unsigned flags)
{
	struct annot_parser p = {.out = out, .arena = a, .flags = flags};
	struct annot_range whole = {0, (uint32_t)value[ANNOT_INGRESS].text.n};
	bool v12 = (flags & ANNOT_F_V12) != 0;

	memset(out, 0, sizeof(*out));
	if (begin(&p, ANNOT_INGRESS, &value[ANNOT_INGRESS])) {
		p.keyword = !v12 && str_eqz(p.text, "DISABLED");
		annot_run(&p);
	}
	if (begin(&p, ANNOT_EGRESS, &value[ANNOT_EGRESS])) {
		if (value[ANNOT_EGRESS].present && p.text.n == 0 && !v12)
			annot_report(&p, MESH_EGRESS_EMPTY,
			    ((struct annot_range){0, 0}));
		annot_run(&p);
	}
	if (begin(&p, ANNOT_ADMIN, &value[ANNOT_ADMIN]))
		parse_admin(&p);
	if (out->disabled && !value[ANNOT_EGRESS].present &&
	    !value[ANNOT_ADMIN].present) {
		p.kind = ANNOT_INGRESS;
		annot_report(&p, MESH_DISABLED_ONLY, whole);
	}
}
