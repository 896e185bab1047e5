/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SGX extension of a PCK certificate (11.2): a sequence of pairs of OID
 * and value, read by one table.  Unknown OIDs are skipped.
 */
#include <stddef.h>

#include "runtime/attest/tdx_int.h"
#include "runtime/pki/der.h"
#include "runtime/base/banned.h"

enum { TAG_BOOLEAN = 0x01, TAG_ENUMERATED = 0x0a };

/* Content of 1.2.840.113741.1.13.1, of which all OIDs are members. */
#define BASE "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"

enum kind { OCTETS, UINT8, UINT16, ENUM, BOOL, PAIRS };

struct row {
	uint8_t group, member; /* .group or .group.member */
	enum kind kind;
	uint8_t size; /* OCTETS */
	bool required;
	uint16_t at; /* in struct pck_ext */
};

#define AT(member) (uint16_t) offsetof(struct pck_ext, member)
#define COMPONENT(n)                                                           \
	{                                                                      \
		2, n, UINT8, 0, true, (uint16_t)(AT(component) + (n)-1)        \
	}

static const struct row rows[] = {
    {1, 0, OCTETS, 16, true, AT(ppid)},
    {2, 0, PAIRS, 0, true, 0},
    COMPONENT(1),
    COMPONENT(2),
    COMPONENT(3),
    COMPONENT(4),
    COMPONENT(5),
    COMPONENT(6),
    COMPONENT(7),
    COMPONENT(8),
    COMPONENT(9),
    COMPONENT(10),
    COMPONENT(11),
    COMPONENT(12),
    COMPONENT(13),
    COMPONENT(14),
    COMPONENT(15),
    COMPONENT(16),
    {2, 17, UINT16, 0, true, AT(pce_svn)},
    {2, 18, OCTETS, 16, true, AT(cpu_svn)},
    {3, 0, OCTETS, 2, true, AT(pce_id)},
    {4, 0, OCTETS, 6, true, AT(fmspc)},
    {5, 0, ENUM, 0, true, AT(sgx_type)},
    {6, 0, OCTETS, 16, false, AT(piid)},
    {7, 0, PAIRS, 0, false, 0},
    {7, 1, BOOL, 0, false, AT(dynamic_platform)},
    {7, 2, BOOL, 0, false, AT(cached_keys)},
    {7, 3, BOOL, 0, false, AT(smt)},
};
#define NROWS (sizeof(rows) / sizeof(rows[0]))

struct parser {
	struct pck_ext *out;
	struct attest_result *r;
	bool seen[NROWS];
};

static int
bad(struct parser *p, const struct row *row, const char *what)
{
	if (row == NULL)
		return attest_reject(p->r, ATTEST_TDX_PCK_EXT, "%s", what);
	if (row->member == 0)
		return attest_reject(p->r, ATTEST_TDX_PCK_EXT, "member .%u %s",
		    (unsigned)row->group, what);
	return attest_reject(p->r, ATTEST_TDX_PCK_EXT, "member .%u.%u %s",
	    (unsigned)row->group, (unsigned)row->member, what);
}

/* The row of an OID; group 0 for pairs of the outermost sequence. */
static const struct row *
find(struct str oid, unsigned group)
{
	const struct str base = STR(BASE);
	size_t n = base.n + (group == 0 ? 1 : 2), i;
	unsigned last;

	if (oid.n != n || !str_starts(oid, base) ||
	    (group != 0 && tdx_byte(oid, base.n) != group))
		return NULL;
	last = tdx_byte(oid, n - 1);
	for (i = 0; i < NROWS; i++) {
		const struct row *row = &rows[i];

		if (group == 0 ? row->group == last && row->member == 0
			       : row->group == group && row->member == last)
			return row;
	}
	return NULL;
}

/* A minimal DER integer from 0 to `max` (below 2^16). */
static bool
take_uint(struct str *in, unsigned tag, unsigned max, unsigned *out)
{
	struct str c;

	if (!der_take(in, tag, &c) || c.n == 0 || c.n > 3 ||
	    (tdx_byte(c, 0) & 0x80) != 0)
		return false;
	if (c.n > 1 && tdx_byte(c, 0) == 0 && (tdx_byte(c, 1) & 0x80) == 0)
		return false;
	for (*out = 0; c.n > 0; c = str_sub(c, 1, c.n))
		*out = *out << 8 | tdx_byte(c, 0);
	return *out <= max;
}

static bool
take_bool(struct str *in, int8_t *out)
{
	struct str c;

	if (!der_take(in, TAG_BOOLEAN, &c) || c.n != 1 ||
	    (tdx_byte(c, 0) != 0 && tdx_byte(c, 0) != 0xff))
		return false;
	*out = tdx_byte(c, 0) != 0;
	return true;
}

static bool
take_octets(struct str *in, size_t n, struct str *out)
{
	struct str c;

	if (!der_take(in, DER_OCTETS, &c) || c.n != n)
		return false;
	*out = c;
	return true;
}

/* The value of any row but PAIRS. */
static bool
take_value(struct parser *p, struct str *in, const struct row *row)
{
	void *at = (char *)p->out + row->at;
	unsigned n = 0;

	switch (row->kind) {
	case OCTETS:
		return take_octets(in, row->size, at);
	case BOOL:
		return take_bool(in, at);
	case UINT8:
	case ENUM:
		if (!take_uint(in,
			row->kind == ENUM ? (unsigned)TAG_ENUMERATED
					  : (unsigned)DER_INTEGER,
			row->kind == ENUM ? 2 : 255, &n))
			return false;
		*(uint8_t *)at = (uint8_t)n;
		return true;
	case UINT16:
		if (!take_uint(in, DER_INTEGER, 65535, &n))
			return false;
		*(uint16_t *)at = (uint16_t)n;
		return true;
	case PAIRS:
	default:
		return false;
	}
}

static int read_pairs(struct parser *p, struct str in, unsigned group);

static int
read_pair(struct parser *p, struct str pair, unsigned group)
{
	const struct row *row;
	struct str oid, pairs;

	if (!der_take(&pair, DER_OID, &oid))
		return bad(p, NULL, "a member has no OID");
	row = find(oid, group);
	if (row == NULL)
		return 0;
	if (p->seen[row - rows])
		return bad(p, row, "is there twice");
	p->seen[row - rows] = true;
	if (row->kind == PAIRS) {
		if (!der_take(&pair, DER_SEQUENCE, &pairs) || pair.n != 0)
			return bad(p, row, "is no sequence");
		return read_pairs(p, pairs, row->group);
	}
	if (!take_value(p, &pair, row) || pair.n != 0)
		return bad(p, row, "has another type or size");
	return 0;
}

static int
read_pairs(struct parser *p, struct str in, unsigned group)
{
	struct str pair;

	while (in.n > 0) {
		if (!der_take(&in, DER_SEQUENCE, &pair))
			return bad(p, NULL, "a member is no sequence");
		if (read_pair(p, pair, group) != 0)
			return RT_EVERIFY;
	}
	return 0;
}

int
pck_ext_parse(struct pck_ext *out, struct attest_result *r, struct str der)
{
	struct pck_ext e = {
	    .dynamic_platform = -1, .cached_keys = -1, .smt = -1};
	struct parser p = {.out = &e, .r = r};
	struct str in;
	size_t i;

	if (!der_take(&der, DER_SEQUENCE, &in) || der.n != 0)
		return bad(&p, NULL, "is no sequence");
	if (read_pairs(&p, in, 0) != 0)
		return RT_EVERIFY;
	for (i = 0; i < NROWS; i++) {
		if (rows[i].required && !p.seen[i])
			return bad(&p, &rows[i], "is missing");
	}
	*out = e;
	return 0;
}
