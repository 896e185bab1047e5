/* SPDX-License-Identifier: Apache-2.0 */
/* From the manifest to policies (attestation 15). */
#include <ctype.h>

#include "runtime/attest/attest_manifest.h"
#include "runtime/attest/tdx.h"
#include "runtime/base/encode.h"
#include "runtime/manifest/idblock.h"
#include "runtime/base/banned.h"

static int
sim_error(struct rt_err *err, enum attest_code code, const char *text)
{
	return rt_err_set(
	    err, RT_EAUTH, "%s: %s", attest_code_name(code), text);
}

static int
bytes(struct str *out, struct arena *a, struct str hex, size_t len,
    const char *what, struct rt_err *err)
{
	if (rt_unhex(out, a, hex, NULL) != 0 || out->n != len)
		return rt_err_set(
		    err, RT_EINVAL, "%s is not %zu bytes in hex", what, len);
	return 0;
}

static uint64_t
tcb_word(const struct manifest_tcb *t, enum snp_product p)
{
	uint64_t tcb = 0;
	int i, byte;

	_Static_assert(
	    (int)TCB_N == (int)SNP_PARTS && (int)TCB_FMC == (int)SNP_FMC,
	    "components in the same order");
	for (i = 0; i < TCB_N; i++) {
		byte = snp_tcb_byte(p, (enum snp_part)i);
		if (byte >= 0 && t->v[i] > 0)
			tcb |= (uint64_t)t->v[i] << (8 * byte);
	}
	return tcb;
}

/* The one ID key that belongs to a measurement and a guest policy. */
static int
trust_id_key(struct snp_policy *p, struct arena *a, struct rt_err *err)
{
	struct idblock *b = ARENA_NEW(a, struct idblock);
	struct str key = {(const char *)b->key_digest, sizeof(b->key_digest)};
	int rc = 0;

	p->id_block = true;
	if (p->search_vcpus)
		return 0;
	rc = idblock_make(
	    b, (const unsigned char *)p->measurement.p, p->guest_policy, err);
	if (rc == 0)
		VEC_PUSH(a, &p->id_keys.v, key);
	return rc;
}

static int
set_launch(struct snp_policy *p, struct arena *a, const struct manifest_snp *m,
    struct rt_err *err)
{
	struct str apeip;
	size_t i;

	if (bytes(&p->measurement, a, m->measurement, SNP_MEASUREMENT_LEN,
		"TrustedMeasurement", err) != 0)
		return RT_EINVAL;
	p->search_vcpus = m->apeip.n > 0;
	if (!p->search_vcpus)
		return 0;
	if (bytes(&apeip, a, m->apeip, 4, "APEIP", err) != 0)
		return RT_EINVAL;
	for (i = 0; i < 4; i++)
		p->apeip = p->apeip << 8 | (unsigned char)apeip.p[i];
	return 0;
}

static int
set_chips(struct snp_policy *p, struct arena *a, const struct manifest_snp *m,
    struct rt_err *err)
{
	struct str chip;
	const struct str *it;

	VEC_FOREACH(it, &m->chip_ids.v) {
		if (bytes(&chip, a, *it, SNP_CHIP_ID_LEN,
			"an entry of AllowedChipIDs", err) != 0)
			return RT_EINVAL;
		VEC_PUSH(a, &p->chip_ids.v, chip);
	}
	return 0;
}

static void
set_words(struct snp_policy *p, const struct manifest_snp *m)
{
	p->check_guest_policy = true;
	p->guest_policy = manifest_guest_policy_word(
	    m->has_guest_policy ? &m->guest_policy
				: &manifest_guest_policy_default);
	p->check_platform_info = m->has_platform_info;
	if (m->has_platform_info)
		p->platform_info =
		    manifest_platform_info_word(&m->platform_info);
	p->permit_provisional = true;
	p->tcb = p->launch_tcb = tcb_word(&m->tcb, p->product);
	p->mitigations = m->mitigations;
}

static int
make_policy(struct snp_policy *p, struct arena *a, const struct manifest_snp *m,
    struct rt_err *err)
{
	int rc;

	p->product = snp_product_find(m->product);
	if (p->product == SNP_PRODUCT_NONE)
		return rt_err_set(err, RT_EINVAL,
		    "ProductName %.*s is not known", STR_ARG(m->product));
	p->allow_vlek = m->allow_vlek;
	set_words(p, m);
	rc = set_launch(p, a, m, err);
	if (rc == 0)
		rc = set_chips(p, a, m, err);
	if (rc == 0 && m->has_guest_policy)
		rc = trust_id_key(p, a, err);
	return rc;
}

static const char *
validator_name(
    struct arena *a, const char *kind, size_t i, enum snp_product product)
{
	struct str s =
	    arena_printf(a, "%s-%zu-%s", kind, i, snp_product_name(product));
	char *z = arena_alloc(a, s.n + 1);
	size_t k, dash = str_rchr(s, '-');

	for (k = 0; k < s.n; k++)
		z[k] = k > dash ? (char)toupper((unsigned char)s.p[k]) : s.p[k];
	return z;
}

static int
add(struct attest_validators *out, struct arena *a,
    const struct manifest_snp *m, size_t i, const struct snp_roots *roots,
    const struct attest_operator *op, struct rt_err *err)
{
	struct snp_policy *p = ARENA_NEW(a, struct snp_policy);
	struct attest_validator v = {.platform = &attest_snp, .policy = p};
	const char *kind = roots->simulated ? "simulated" : "snp";

	p->roots = roots;
	p->revocation = roots->simulated ? m->require_crl : !op->no_revocation;
	if (make_policy(p, a, m, err) != 0)
		return rt_err_wrap(err, "ReferenceValues.%s[%zu]", kind, i);
	if (roots->simulated) {
		v.platform = &attest_simulated_snp;
		p->crl = op->simulated_crl;
	}
	v.name = validator_name(a, kind, i, p->product);
	VEC_PUSH(a, &out->v, v);
	return 0;
}

static int
add_tdx(struct attest_validators *out, struct arena *a,
    const struct manifest_tdx *m, size_t i, const struct attest_operator *op,
    struct rt_err *err)
{
	struct tdx_policy *p = ARENA_NEW(a, struct tdx_policy);
	struct attest_validator v = {.platform = &attest_tdx, .policy = p};

	if (tdx_policy_make(p, a, m, err) != 0)
		return rt_err_wrap(err, "ReferenceValues.tdx[%zu]", i);
	p->no_crl = op->no_revocation;
	p->accept = op->tdx_accept;
	p->upstream_tcb = op->tdx_upstream_tcb;
	v.name = arena_printf(a, "tdx-%zu", i).p;
	VEC_PUSH(a, &out->v, v);
	return 0;
}

/* The simulated platform */

static bool
is_root(const struct snp_roots *roots, struct arena *a, struct str sha256)
{
	unsigned char *der = NULL;
	int n = roots->n == 1 ? i2d_X509(roots->v[0].ark, &der) : -1;
	struct str want, got;
	bool ok = n > 0;

	got = rt_sha256_hex(
	    a, (struct str){(const char *)der, ok ? (size_t)n : 0});
	OPENSSL_free(der);
	return ok && rt_unhex(&want, a, sha256, NULL) == 0 &&
	       str_eq(rt_hex(a, (const unsigned char *)want.p, want.n), got);
}

static int
open_simulated(struct attest_validators *out, const struct manifest *m,
    const struct attest_operator *op, struct rt_err *err)
{
	if (m->refs.snp.n > 0 || m->refs.tdx.n > 0)
		return sim_error(err, ATTEST_SIM_MIXED,
		    "the manifest has simulated and real reference values");
	if (!op->allow_simulated)
		return sim_error(err, ATTEST_SIM_NOT_ALLOWED,
		    "the manifest has simulated reference values, whose "
		    "evidence no hardware protects");
	out->simulated.simulated = true;
	if (op->simulated_root.n == 0 ||
	    snp_roots_add(&out->simulated, op->simulated_root, NULL) != 0)
		return sim_error(err, ATTEST_SIM_ROOT_MISMATCH,
		    "no simulated root certificate is given");
	return 0;
}

static int
add_simulated(struct attest_validators *out, struct arena *a,
    const struct manifest *m, const struct attest_operator *op,
    struct rt_err *err)
{
	size_t i;
	int rc;

	if (m->refs.simulated.n == 0)
		return 0;
	rc = open_simulated(out, m, op, err);
	for (i = 0; i < m->refs.simulated.n && rc == 0; i++) {
		const struct manifest_snp *s = &m->refs.simulated.p[i];

		rc = is_root(&out->simulated, a, s->root_sha256)
			 ? add(out, a, s, i, &out->simulated, op, err)
			 : sim_error(err, ATTEST_SIM_ROOT_MISMATCH,
			       "the root certificate is not the one that "
			       "TrustedRootSHA256 names");
	}
	return rc;
}

int
attest_validators_make(struct attest_validators *out, struct arena *a,
    const struct manifest *m, const struct attest_operator *op,
    struct rt_err *err)
{
	int rc = 0;
	size_t i;

	*out = (struct attest_validators){0};
	for (i = 0; i < m->refs.snp.n && rc == 0; i++)
		rc =
		    add(out, a, &m->refs.snp.p[i], i, snp_roots_amd(), op, err);
	for (i = 0; i < m->refs.tdx.n && rc == 0; i++)
		rc = add_tdx(out, a, &m->refs.tdx.p[i], i, op, err);
	if (rc == 0)
		rc = add_simulated(out, a, m, op, err);
	return rc;
}

void
attest_validators_fini(struct attest_validators *v)
{
	snp_roots_fini(&v->simulated);
}

size_t
attest_coordinator_digests(const unsigned char (**out)[ATTEST_DIGEST_LEN],
    struct arena *a, const struct manifest *m)
{
	unsigned char(*v)[ATTEST_DIGEST_LEN] =
	    arena_array(a, m->policies.n + 1, sizeof(*v));
	const struct manifest_policy *p;
	struct str raw;
	size_t n = 0;

	VEC_FOREACH(p, &m->policies) {
		if (str_eqz(p->role, "coordinator") &&
		    rt_unhex(&raw, a, p->hash, NULL) == 0 &&
		    raw.n == ATTEST_DIGEST_LEN)
			memcpy(v[n++], raw.p, raw.n);
	}
	*out = (const void *)v;
	return n;
}
