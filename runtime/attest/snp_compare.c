/* SPDX-License-Identifier: Apache-2.0 */
/* The comparisons of steps 9 and 10 (attestation 9, 5.4 to 5.6). */
#include "runtime/attest/snp_int.h"
#include "runtime/base/encode.h"
#include "runtime/manifest/idblock.h"
#include "runtime/base/banned.h"

struct check {
	struct attest_result *r;
	const struct snp_fields *f;
	const struct snp_policy *policy;
	const struct attest_expect *expect;
	enum snp_product product;
	struct str measurement; /* found, if vCPU counts are searched */
};

/* Words of bits: report r against required q. */
enum rule {
	CEILING, /* r = 1 needs q = 1 */
	FLOOR    /* q = 1 needs r = 1 */
};
struct bit {
	uint8_t bit, rule;
	const char *name;
};
static const struct bit policy_bits[] = {
    {16, CEILING, "POLICY.SMT"},
    {18, CEILING, "POLICY.MIGRATE_MA"},
    {19, CEILING, "POLICY.DEBUG"},
    {20, FLOOR, "POLICY.SINGLE_SOCKET"},
    {21, CEILING, "POLICY.CXL_ALLOW"},
    {22, FLOOR, "POLICY.MEM_AES_256_XTS"},
    {23, FLOOR, "POLICY.RAPL_DIS"},
    {24, FLOOR, "POLICY.CIPHERTEXT_HIDING_DRAM"},
    {25, FLOOR, "POLICY.PAGE_SWAP_DISABLE"},
};
static const struct bit platform_bits[] = {
    {0, CEILING, "PLATFORM_INFO.SMT_EN"},
    {1, CEILING, "PLATFORM_INFO.TSME_EN"},
    {2, FLOOR, "PLATFORM_INFO.ECC_EN"},
    {3, FLOOR, "PLATFORM_INFO.RAPL_DIS"},
    {4, FLOOR, "PLATFORM_INFO.CIPHERTEXT_HIDING_DRAM_EN"},
    {5, FLOOR, "PLATFORM_INFO.ALIAS_CHECK_COMPLETE"},
    {7, CEILING, "PLATFORM_INFO.TIO_EN"},
};
#define PLATFORM_RESERVED (~(uint64_t)0xbf)

static void
bits(struct attest_result *r, enum attest_code code, const struct bit *v,
    size_t n, uint64_t required, uint64_t reported)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned q = (unsigned)(required >> v[i].bit) & 1;
		unsigned p = (unsigned)(reported >> v[i].bit) & 1;

		if (v[i].rule == CEILING ? p > q : q > p)
			attest_mismatch(r, code, v[i].name,
			    q == 1 ? STR("1") : STR("0"),
			    p == 1 ? STR("1") : STR("0"));
	}
}

static void
abi(const struct check *c)
{
	unsigned q = (unsigned)c->policy->guest_policy & 0xffff;
	unsigned p = (unsigned)c->f->policy & 0xffff;
	struct arena *a = c->r->arena;

	if (q > p)
		attest_mismatch(c->r, ATTEST_SNP_GUEST_POLICY, "POLICY.ABI",
		    arena_printf(a, "at least %u.%u", q >> 8, q & 0xff),
		    arena_printf(a, "%u.%u", p >> 8, p & 0xff));
}

static void
words(const struct check *c)
{
	const struct snp_policy *p = c->policy;
	uint64_t reserved = c->f->platform_info & PLATFORM_RESERVED;

	if (p->check_guest_policy) {
		abi(c);
		bits(c->r, ATTEST_SNP_GUEST_POLICY, policy_bits,
		    sizeof(policy_bits) / sizeof(policy_bits[0]),
		    p->guest_policy, c->f->policy);
	}
	if (!p->check_platform_info)
		return;
	bits(c->r, ATTEST_SNP_PLATFORM_INFO, platform_bits,
	    sizeof(platform_bits) / sizeof(platform_bits[0]), p->platform_info,
	    c->f->platform_info);
	if (reserved != 0)
		attest_mismatch(c->r, ATTEST_SNP_PLATFORM_INFO,
		    "PLATFORM_INFO reserved bits", STR("0"),
		    arena_printf(c->r->arena, "0x%jx", (uintmax_t)reserved));
}

/* TCB words and versions */

static const char *
byte_name(const struct check *c, const char *word, int byte)
{
	int i;

	for (i = 0; i < SNP_PARTS; i++) {
		if (snp_tcb_byte(c->product, (enum snp_part)i) == byte)
			return arena_printf(c->r->arena, "%s.%s", word,
			    snp_part_name((enum snp_part)i))
			    .p;
	}
	return arena_printf(c->r->arena, "%s[%d]", word, byte).p;
}

static void
tcb_at_least(const struct check *c, enum attest_code code, const char *word,
    uint64_t least, uint64_t have)
{
	int i;

	for (i = 0; i < SNP_TCB_LEN; i++) {
		unsigned q = snp_tcb_part(least, i), p = snp_tcb_part(have, i);

		if (p < q)
			(void)attest_at_least(
			    c->r, code, byte_name(c, word, i), q, p);
	}
}

static uint32_t
version(uint32_t major, uint32_t minor, uint32_t build)
{
	return major << 16 | minor << 8 | build;
}

static struct str
version_text(struct arena *a, uint32_t v)
{
	return arena_printf(a, "%u.%u.%u", v >> 16, v >> 8 & 0xff, v & 0xff);
}

static void
version_order(const struct check *c)
{
	const struct snp_fields *f = c->f;
	struct arena *a = c->r->arena;
	uint32_t now =
	    version(f->current_major, f->current_minor, f->current_build);
	uint32_t kept =
	    version(f->committed_major, f->committed_minor, f->committed_build);

	if (kept > now)
		attest_mismatch(c->r, ATTEST_SNP_TCB_ORDER, "CURRENT_VERSION",
		    arena_printf(
			a, "at least %.*s", STR_ARG(version_text(a, kept))),
		    version_text(a, now));
	if (!c->policy->permit_provisional && kept != now)
		attest_mismatch(c->r, ATTEST_SNP_PROVISIONAL,
		    "COMMITTED_VERSION", version_text(a, now),
		    version_text(a, kept));
}

static struct str
tcb_bytes(struct arena *a, uint64_t tcb)
{
	unsigned char b[SNP_TCB_LEN];
	int i;

	for (i = 0; i < SNP_TCB_LEN; i++)
		b[i] = (unsigned char)snp_tcb_part(tcb, i);
	return arena_str(a, (struct str){(const char *)b, sizeof(b)});
}

static void
tcbs(const struct check *c, uint64_t certified)
{
	const struct snp_fields *f = c->f;
	const struct snp_policy *p = c->policy;
	struct arena *a = c->r->arena;

	tcb_at_least(c, ATTEST_SNP_TCB_ORDER, "CURRENT_TCB", f->committed_tcb,
	    f->current_tcb);
	tcb_at_least(
	    c, ATTEST_SNP_TCB_ORDER, "CURRENT_TCB", certified, f->current_tcb);
	version_order(c);
	if (!p->permit_provisional)
		(void)attest_equal(c->r, ATTEST_SNP_PROVISIONAL,
		    "COMMITTED_TCB", tcb_bytes(a, f->current_tcb),
		    tcb_bytes(a, f->committed_tcb));
	tcb_at_least(
	    c, ATTEST_SNP_TCB_MIN, "REPORTED_TCB", p->tcb, f->reported_tcb);
	tcb_at_least(c, ATTEST_SNP_LAUNCH_TCB_MIN, "LAUNCH_TCB", p->launch_tcb,
	    f->launch_tcb);
	(void)attest_at_least(c->r, ATTEST_SNP_FW_VERSION, "CURRENT_BUILD",
	    p->build, f->current_build);
	(void)attest_at_least(c->r, ATTEST_SNP_FW_VERSION,
	    "CURRENT_MAJOR * 256 + CURRENT_MINOR",
	    version(0, p->api_major, p->api_minor),
	    version(0, f->current_major, f->current_minor));
}

/* Bytes */

static bool
has(const struct snp_list *l, struct str s)
{
	const struct str *it;

	VEC_FOREACH(it, &l->v) {
		if (str_eq(*it, s))
			return true;
	}
	return false;
}

static struct str
hex(const struct check *c, struct str s)
{
	return rt_hex(c->r->arena, (const unsigned char *)s.p, s.n);
}

/* "aabb, ccdd" */
static struct str
hex_list(const struct check *c, const struct snp_list *l)
{
	struct buf b = {0};
	const struct str *it;
	struct str s;

	VEC_FOREACH(it, &l->v) {
		if (b.n > 0)
			buf_puts(&b, ", ");
		buf_put(&b, hex(c, *it));
	}
	s = arena_str(c->r->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
one_of(const struct check *c, enum attest_code code, const char *field,
    const struct snp_list *l, struct str reported)
{
	if (!has(l, reported))
		attest_mismatch(
		    c->r, code, field, hex_list(c, l), hex(c, reported));
}

static void
host_data(const struct check *c)
{
	struct snp_list l = {0};
	size_t i;

	for (i = 0; i < c->expect->ndigests; i++) {
		struct str s = {
		    (const char *)c->expect->digests[i], ATTEST_DIGEST_LEN};

		VEC_PUSH(c->r->arena, &l.v, s);
	}
	if (l.v.n > 0)
		one_of(
		    c, ATTEST_SNP_HOST_DATA, "HOST_DATA", &l, c->f->host_data);
}

static void
measurement(struct check *c)
{
	const struct snp_policy *p = c->policy;

	c->measurement = p->measurement;
	if (!p->search_vcpus) {
		if (p->measurement.n > 0)
			(void)attest_equal(c->r, ATTEST_SNP_MEASUREMENT,
			    "MEASUREMENT", p->measurement, c->f->measurement);
		return;
	}
	c->measurement = c->f->measurement;
	if (snp_find_vcpus(
		p->measurement, p->apeip, p->product, c->f->measurement) == 0)
		attest_mismatch(c->r, ATTEST_SNP_MEASUREMENT, "MEASUREMENT",
		    arena_printf(c->r->arena,
			"%.*s extended to any vCPU count from 1 to %d",
			STR_ARG(hex(c, p->measurement)), SNP_VCPUS_MAX),
		    hex(c, c->f->measurement));
}

static void
verbatim(const struct check *c)
{
	const struct snp_policy *p = c->policy;
	const struct snp_fields *f = c->f;
	const struct {
		enum attest_code code;
		const char *field;
		struct str required, reported;
	} v[] = {
	    {ATTEST_SNP_FAMILY_ID, "FAMILY_ID", p->family_id, f->family_id},
	    {ATTEST_SNP_IMAGE_ID, "IMAGE_ID", p->image_id, f->image_id},
	    {ATTEST_SNP_REPORT_ID, "REPORT_ID", p->report_id, f->report_id},
	    {ATTEST_SNP_REPORT_ID, "REPORT_ID_MA", p->report_id_ma,
		f->report_id_ma},
	};
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		if (v[i].required.n > 0)
			(void)attest_equal(c->r, v[i].code, v[i].field,
			    v[i].required, v[i].reported);
	}
}

/* The key that follows from a measurement which was searched for. */
static void
derive_id_key(const struct check *c, struct snp_list *out)
{
	struct idblock *b = ARENA_NEW(c->r->arena, struct idblock);
	struct str key = {(const char *)b->key_digest, sizeof(b->key_digest)};

	*out = c->policy->id_keys;
	if (!c->policy->search_vcpus)
		return;
	*out = (struct snp_list){0};
	if (idblock_make(b, (const unsigned char *)c->measurement.p,
		c->policy->guest_policy, NULL) == 0)
		VEC_PUSH(c->r->arena, &out->v, key);
}

static void
id_key(const struct check *c)
{
	const struct snp_policy *p = c->policy;
	const struct snp_fields *f = c->f;
	struct snp_list keys;

	if (p->author_key && !SNP_AUTHOR_KEY_EN(f)) {
		attest_mismatch(c->r, ATTEST_SNP_AUTHOR_KEY, "AUTHOR_KEY_EN",
		    STR("1"), STR("0"));
		return;
	}
	if (!p->id_block || (SNP_AUTHOR_KEY_EN(f) &&
				has(&p->author_keys, f->author_key_digest)))
		return;
	derive_id_key(c, &keys);
	if (p->author_key && !has(&keys, f->id_key_digest))
		one_of(c, ATTEST_SNP_AUTHOR_KEY, "AUTHOR_KEY_DIGEST",
		    &p->author_keys, f->author_key_digest);
	else
		one_of(c, ATTEST_SNP_ID_KEY, "ID_KEY_DIGEST", &keys,
		    f->id_key_digest);
}

static void
mitigation(
    const struct check *c, const char *field, uint64_t required, uint64_t have)
{
	struct arena *a = c->r->arena;

	if ((required & ~have) != 0)
		attest_mismatch(c->r, ATTEST_SNP_MITIGATION, field,
		    arena_printf(a, "0x%jx", (uintmax_t)required),
		    arena_printf(a, "0x%jx", (uintmax_t)have));
}

static void
mitigations(const struct check *c)
{
	bool known = c->f->version >= 5;

	mitigation(c, "LAUNCH_MIT_VECTOR", c->policy->mitigations,
	    known ? c->f->launch_mit_vector : 0);
	mitigation(c, "CURRENT_MIT_VECTOR", c->policy->mitigations,
	    known ? c->f->current_mit_vector : 0);
}

static void
vmpl(const struct check *c)
{
	struct arena *a = c->r->arena;

	if (c->policy->vmpl >= 0 && c->f->vmpl != (uint32_t)c->policy->vmpl)
		attest_mismatch(c->r, ATTEST_SNP_VMPL, "VMPL",
		    arena_printf(a, "%d", c->policy->vmpl),
		    arena_printf(a, "%u", c->f->vmpl));
}

void
snp_compare(struct attest_result *r, const struct snp_report *rep,
    const struct snp_leaf *leaf, const struct snp_policy *policy,
    const struct attest_expect *expect)
{
	struct check c = {r, &rep->f, policy, expect, leaf->product, {0}};

	tcbs(&c, leaf->tcb);
	words(&c);
	(void)attest_at_least(r, ATTEST_SNP_GUEST_SVN, "GUEST_SVN",
	    policy->guest_svn, rep->f.guest_svn);
	vmpl(&c);
	(void)attest_equal(r, ATTEST_SNP_REPORT_DATA, "REPORT_DATA",
	    (struct str){
		(const char *)expect->report_data, ATTEST_REPORT_DATA_LEN},
	    rep->f.report_data);
	measurement(&c);
	host_data(&c);
	verbatim(&c);
	id_key(&c);
	mitigations(&c);
	if (policy->chip_ids.v.n > 0)
		one_of(&c, ATTEST_SNP_CHIP_NOT_ALLOWED, "CHIP_ID",
		    &policy->chip_ids, rep->f.chip_id);
}
