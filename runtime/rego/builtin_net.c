/* SPDX-License-Identifier: Apache-2.0 */
/* Networks in CIDR notation (rego 9.6; RFC 4632, RFC 4291, RFC 5952). */
#include <arpa/inet.h>
#include <stdlib.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

typedef unsigned __int128 u128;

/* Addresses that net.cidr_expand lists at most. */
#define EXPAND_MAX ((u128)1 << 24)

struct net {
	u128 address;  /* the first one */
	unsigned bits; /* 32 or 128 */
	unsigned ones;
};

static u128
host_mask(unsigned host_bits)
{
	return host_bits >= 128 ? ~(u128)0 : ((u128)1 << host_bits) - 1;
}

static bool
read_address(struct net *out, struct str s)
{
	unsigned char p[16];
	char text[INET6_ADDRSTRLEN];
	bool v6 = str_chr(s, ':', 0) < SIZE_MAX;
	size_t i;

	if (s.n >= sizeof(text) || memchr(s.p, 0, s.n) != NULL)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, p) != 1)
		return false;
	*out = (struct net){.bits = v6 ? 128 : 32};
	for (i = 0; i < (v6 ? 16 : 4); i++)
		out->address = out->address << 8 | p[i];
	out->ones = out->bits;
	return true;
}

/* An IPv4 address in an IPv6 one (::ffff:0:0/96) is that IPv4 address. */
static void
unmap(struct net *n)
{
	if (n->bits != 128 || n->ones < 96 || n->address >> 32 != 0xffff)
		return;
	n->bits = 32;
	n->ones -= 96;
	n->address &= host_mask(32);
}

static bool
read_net(struct net *out, struct str s)
{
	size_t slash = str_chr(s, '/', 0);
	uint64_t ones;

	if (slash == SIZE_MAX || !read_address(out, str_sub(s, 0, slash)) ||
	    !str_u64(str_sub(s, slash + 1, s.n), out->bits, &ones))
		return false;
	out->ones = (unsigned)ones;
	out->address &= ~host_mask(out->bits - out->ones);
	unmap(out);
	return true;
}

static bool
bad_net(struct rego_call *c, struct str s)
{
	(void)rego_fail(c, REGO_EBUILTIN, "invalid CIDR address: %.*s",
	    STR_ARG(str_clip(s, 100)));
	return false;
}

static bool
want_net(struct rego_call *c, struct net *out, struct str s)
{
	return read_net(out, s) || bad_net(c, s);
}

static bool
want_net_or_address(struct rego_call *c, struct net *out, struct str s)
{
	if (read_net(out, s))
		return true;
	if (read_address(out, s)) {
		unmap(out);
		return true;
	}
	(void)rego_fail(c, REGO_EBUILTIN,
	    "not a valid textual representation of an IP address or CIDR: "
	    "%.*s",
	    STR_ARG(str_clip(s, 100)));
	return false;
}

static bool
contains(const struct net *a, const struct net *b)
{
	return a->bits == b->bits && a->ones <= b->ones &&
	       ((a->address ^ b->address) & ~host_mask(a->bits - a->ones)) == 0;
}

rv
rego_fn_net_cidr_contains(struct rego_call *c)
{
	struct net a, b;

	if (!rego_want_strings(c, 2) || !want_net(c, &a, rego_str(c, 0)) ||
	    !want_net_or_address(c, &b, rego_str(c, 1)))
		return RV_UNDEFINED;
	return rv_bool(contains(&a, &b));
}

rv
rego_fn_net_cidr_intersects(struct rego_call *c)
{
	struct net a, b;

	if (!rego_want_strings(c, 2) || !want_net(c, &a, rego_str(c, 0)) ||
	    !want_net(c, &b, rego_str(c, 1)))
		return RV_UNDEFINED;
	return rv_bool(contains(&a, &b) || contains(&b, &a));
}

rv
rego_fn_net_cidr_is_valid(struct rego_call *c)
{
	struct net n;

	return rv_bool(
	    rv_type(c->args[0]) == RV_TSTRING && read_net(&n, rego_str(c, 0)));
}

/* The longest run of two or more zero groups; its length. */
static unsigned
zero_run(const unsigned *group, unsigned *start)
{
	unsigned i, n = 0, best = 0;

	for (i = 0; i < 8; i++) {
		n = group[i] == 0 ? n + 1 : 0;
		if (n > best) {
			best = n;
			*start = i + 1 - n;
		}
	}
	return best >= 2 ? best : 0;
}

static void
put_v6(struct buf *b, u128 a)
{
	unsigned group[8], i, start = 8, run;

	for (i = 0; i < 8; i++)
		group[i] = (unsigned)(a >> (112 - 16 * i)) & 0xffff;
	run = zero_run(group, &start);
	for (i = 0; i < 8; i++) {
		if (run > 0 && i == start) {
			buf_puts(b, "::");
			i += run - 1;
			continue;
		}
		if (i > 0 && !(run > 0 && i == start + run))
			buf_putc(b, ':');
		buf_printf(b, "%x", group[i]);
	}
}

static void
put_address(struct buf *b, const struct net *n)
{
	unsigned v4 = (unsigned)n->address;

	if (n->bits == 128)
		put_v6(b, n->address);
	else
		buf_printf(b, "%u.%u.%u.%u", v4 >> 24, v4 >> 16 & 255,
		    v4 >> 8 & 255, v4 & 255);
}

rv
rego_fn_net_cidr_expand(struct rego_call *c)
{
	struct rv_builder out = {0};
	struct net n;
	struct buf *b;
	u128 left;

	if (!rego_want_string(c, 0) || !want_net(c, &n, rego_str(c, 0)))
		return RV_UNDEFINED;
	left = host_mask(n.bits - n.ones);
	if (left >= EXPAND_MAX)
		return rego_fail(c, REGO_EBUILTIN, "too many addresses");
	for (; !c->heap->full; n.address++) {
		b = rego_text(c);
		put_address(b, &n);
		rv_push(c->heap, &out, rego_text_done(c, b));
		if (left-- == 0)
			break;
	}
	return rv_set_close(c->heap, &out);
}

static int
by_address(const void *a, const void *b)
{
	const struct net *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits < y->bits ? -1 : 1;
	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return (int)x->ones - (int)y->ones;
}

/* Two halves become their whole; true if *a is it. */
static bool
join(struct net *a, const struct net *b)
{
	struct net whole = *a;

	if (a->ones != b->ones || a->ones == 0)
		return false;
	whole.ones--;
	if ((a->address & host_mask(a->bits - whole.ones)) != 0 ||
	    !contains(&whole, b))
		return false;
	*a = whole;
	return true;
}

static size_t
merge(struct net *nets, size_t n)
{
	size_t i, kept = 0;

	qsort(nets, n, sizeof(*nets), by_address);
	for (i = 0; i < n; i++) {
		if (kept > 0 && contains(&nets[kept - 1], &nets[i]))
			continue;
		nets[kept++] = nets[i];
		while (kept > 1 && join(&nets[kept - 2], &nets[kept - 1]))
			kept--;
	}
	return kept;
}

/* An IPv4 address alone stands for its class (RFC 791). */
static bool
class_of(struct rego_call *c, struct net *n, struct str s)
{
	unsigned first;

	if (!read_address(n, s))
		return bad_net(c, s);
	if (n->bits == 128) {
		(void)rego_fail(
		    c, REGO_EBUILTIN, "IPv6 invalid: needs prefix length");
		return false;
	}
	first = (unsigned)n->address >> 24;
	n->ones = first < 128 ? 8 : first < 192 ? 16 : 24;
	n->address &= ~host_mask(32 - n->ones);
	return true;
}

static bool
collect(struct rego_call *c, struct net *nets, rv list)
{
	size_t i;

	for (i = 0; i < rv_count(list); i++) {
		rv v = rv_items(list)[i];

		if (rv_type(v) != RV_TSTRING) {
			(void)rego_fail(
			    c, REGO_EBUILTIN, "element must be string");
			return false;
		}
		if (str_chr(rv_str(v), '/', 0) == SIZE_MAX
			? !class_of(c, &nets[i], rv_str(v))
			: !want_net(c, &nets[i], rv_str(v)))
			return false;
	}
	return true;
}

rv
rego_fn_net_cidr_merge(struct rego_call *c)
{
	struct rv_builder out = {0};
	rv list = c->args[0];
	struct net *nets;
	struct buf *b;
	size_t i, n;

	if (rv_type(list) != RV_TARRAY && rv_type(list) != RV_TSET)
		return rego_fail(c, REGO_EBUILTIN, "operand must be an array");
	n = rv_count(list);
	if (!rv_room(c->heap, n * sizeof(*nets)))
		return RV_UNDEFINED;
	nets = ARENA_ARRAY(c->heap->arena, struct net, n);
	if (!collect(c, nets, list))
		return RV_UNDEFINED;
	n = merge(nets, n);
	for (i = 0; i < n; i++) {
		b = rego_text(c);
		put_address(b, &nets[i]);
		buf_printf(b, "/%u", nets[i].ones);
		rv_push(c->heap, &out, rego_text_done(c, b));
	}
	return rv_set_close(c->heap, &out);
}

/* A string alone, or what a collection holds under its keys. */
struct list {
	rv v;
	const rv *items;
	size_t n;
	struct net *nets;
};

static rv
key_at(struct rego_call *c, const struct list *l, size_t i)
{
	if (rv_type(l->v) == RV_TARRAY)
		return rego_int(c, (int64_t)i);
	return rv_type(l->v) == RV_TOBJECT ? rv_keys(l->v)[i] : l->items[i];
}

/* An array stands for its first element. */
static bool
text_of(struct rego_call *c, unsigned operand, rv v, struct str *out)
{
	if (rv_type(v) == RV_TARRAY && rv_count(v) > 0)
		v = rv_items(v)[0];
	if (rv_type(v) != RV_TSTRING) {
		(void)rego_fail(c, REGO_EBUILTIN,
		    "operand %u: element must be string or non-empty array",
		    operand + 1);
		return false;
	}
	*out = rv_str(v);
	return true;
}

static bool
read_list(struct rego_call *c, unsigned operand, struct list *l)
{
	struct str s;
	size_t i;

	*l = (struct list){.v = c->args[operand]};
	if (rv_type(l->v) == RV_TSTRING) {
		l->items = &c->args[operand];
		l->n = 1;
	} else if (rv_type(l->v) >= RV_TARRAY)
		l->n = rego_items(l->v, &l->items);
	if (!rv_room(c->heap, l->n * sizeof(struct net)))
		return false;
	l->nets = ARENA_ARRAY(c->heap->arena, struct net, l->n);
	for (i = 0; i < l->n; i++) {
		if (!text_of(c, operand, l->items[i], &s))
			return false;
		if (operand == 0 ? !want_net(c, &l->nets[i], s)
				 : !want_net_or_address(c, &l->nets[i], s))
			return false;
	}
	return true;
}

rv
rego_fn_net_cidr_contains_matches(struct rego_call *c)
{
	struct rv_builder out = {0}, pair = {0};
	struct list a, b;
	size_t i, k;

	if (!read_list(c, 0, &a) || !read_list(c, 1, &b))
		return RV_UNDEFINED;
	for (i = 0; i < a.n && !c->heap->full; i++)
		for (k = 0; k < b.n; k++) {
			if (!contains(&a.nets[i], &b.nets[k]))
				continue;
			rv_push(c->heap, &pair, key_at(c, &a, i));
			rv_push(c->heap, &pair, key_at(c, &b, k));
			rv_push(c->heap, &out, rv_array_close(c->heap, &pair));
		}
	return rv_set_close(c->heap, &out);
}

/*
 * Never sends: an evaluation depends on nothing outside.  What OPA checks
 * before it would is checked all the same.
 */
rv
rego_fn_http_send(struct rego_call *c)
{
	static const struct str needed[] = {
	    STR_INIT("method"), STR_INIT("url")};
	struct rv_builder b = {0};
	struct buf *text = rego_text(c);
	size_t i;

	if (!rego_want_object(c, 0))
		return RV_UNDEFINED;
	for (i = 0; i < 2; i++)
		if (rv_object_get(c->heap, c->args[0],
			rego_string(c, needed[i])) == RV_UNDEFINED)
			rv_push(c->heap, &b, rego_string(c, needed[i]));
	if (b.n > 0) {
		rv_print(text, c->heap, rv_set_close(c->heap, &b));
		return rego_bad_operand(c, 0,
		    "missing required request parameters(s): %.*s",
		    STR_ARG(buf_str(text)));
	}
	c->fault->aborts = true;
	return rego_fail(
	    c, REGO_EBUILTIN, "built-in not available: evaluation is hermetic");
}
