/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation, and what is fetched from AMD (attestation 7). */
#include <openssl/err.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/attest/snp_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define KDS "https://kdsintf.amd.com"

struct query {
	const struct snp_root *root;
	const struct attest_env *env;
	int64_t now;
	struct str used;
	bool revoked;
};

static bool
is_of_root(X509_CRL *crl, X509 *ark)
{
	const ASN1_BIT_STRING *sig;
	const X509_ALGOR *alg;
	bool ok;

	X509_CRL_get0_signature(crl, &sig, &alg);
	ok = snp_alg_is_pss(alg) &&
	     X509_NAME_cmp(
		 X509_CRL_get_issuer(crl), X509_get_subject_name(ark)) == 0 &&
	     X509_CRL_verify(crl, X509_get0_pubkey(ark)) == 1;
	ERR_clear_error();
	return ok;
}

static bool
is_fresh(const X509_CRL *crl, const struct query *q)
{
	char kind[32];
	int64_t from, to;

	(void)snprintf(kind, sizeof(kind), "crl amd %s",
	    snp_product_name(q->root->product));
	return attest_x509_updates(&from, &to, crl) &&
	       attest_in_time(q->env, q->now, from, to + q->env->max_age) &&
	       !attest_seen_newer(q->env->seen, kind, from);
}

/* A usable list ends the search, also one that revokes. */
static int
check_list(void *arg, struct attest_result *r, const struct attest_body *body)
{
	struct query *q = arg;
	X509_CRL *crl = attest_x509_crl(body->bytes);
	X509_REVOKED *entry;

	if (crl == NULL || !is_of_root(crl, q->root->ark))
		(void)attest_reject(r, ATTEST_SNP_CRL_INVALID,
		    "the revocation list is not one of ARK-%s",
		    snp_product_name(q->root->product));
	else if (!is_fresh(crl, q))
		(void)attest_reject(r, ATTEST_SNP_CRL_STALE,
		    "the revocation list is not valid now");
	if (r->code == ATTEST_OK) {
		q->used = body->bytes;
		q->revoked = X509_CRL_get0_by_serial(crl, &entry,
				 X509_get0_serialNumber(q->root->ca)) == 1;
	}
	X509_CRL_free(crl);
	return attest_outcome(r);
}

int
snp_crl_check(struct str *used, struct attest_result *r,
    const struct snp_root *root, struct str attached,
    const struct attest_env *env, int64_t now)
{
	struct query q = {.root = root, .env = env, .now = now};
	struct attest_body body = {.bytes = attached};
	struct attest_item item;
	int rc;

	snp_item_crl(&item, r->arena, root->product, root->key);
	rc = attest_collect(r, env, &item, &body, check_list, &q);
	if (rc == RT_ENOTFOUND)
		return attest_reject(r, ATTEST_SNP_CRL_MISSING,
		    "no revocation list of %s",
		    snp_product_name(root->product));
	if (rc == 0 && used != NULL)
		*used = q.used;
	if (rc == 0 && q.revoked)
		return attest_reject(r, ATTEST_SNP_REVOKED,
		    "the intermediate certificate of %s is revoked",
		    snp_product_name(root->product));
	return rc;
}

void
snp_item_crl(struct attest_item *out, struct arena *a, enum snp_product product,
    enum snp_key key)
{
	const char *name = snp_product_name(product);

	*out = (struct attest_item){.expires = true};
	out->url = arena_printf(
	    a, KDS "/%s/v1/%s/crl", key == SNP_VLEK ? "vlek" : "vcek", name)
		       .p;
	out->path = arena_printf(a, "amd/%s/crl.der", name).p;
}

/*
 * The components of a TCB word: in the order of the service as its query, in
 * that of the offline store as a file's name.
 */
static struct str
parts(struct arena *a, enum snp_product product, uint64_t tcb, bool query)
{
	struct buf b = {0};
	struct str s;
	int i, byte;

	for (i = 0; i < SNP_PARTS; i++) {
		enum snp_part p = query ? (i + SNP_FMC) % SNP_PARTS : i;

		byte = snp_tcb_byte(product, p);
		if (byte >= 0 && query)
			buf_printf(&b, "&%sSPL=%u", snp_part_name(p),
			    snp_tcb_part(tcb, byte));
		else if (byte >= 0)
			buf_printf(&b, "_%s%02u", snp_part_name(p),
			    snp_tcb_part(tcb, byte));
	}
	s = arena_str(a, str_sub(buf_str(&b), 1, b.n));
	buf_free(&b);
	return s;
}

void
snp_item_vcek(struct attest_item *out, struct arena *a,
    enum snp_product product, struct str chip_id, uint64_t tcb)
{
	const char *name = snp_product_name(product);
	struct str id =
	    rt_hex(a, (const unsigned char *)chip_id.p, snp_hwid_len(product));

	*out = (struct attest_item){0};
	out->url = arena_printf(a, KDS "/vcek/v1/%s/%.*s?%.*s", name,
	    STR_ARG(id), STR_ARG(parts(a, product, tcb, true)))
		       .p;
	out->path = arena_printf(a, "amd/%s/vcek/%.*s/%.*s_vcek.der", name,
	    STR_ARG(id), STR_ARG(parts(a, product, tcb, false)))
			.p;
	out->fallback =
	    arena_printf(a, "amd/%s/vcek/%.*s/vcek.der", name, STR_ARG(id)).p;
}
