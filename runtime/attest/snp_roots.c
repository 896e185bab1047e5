/* SPDX-License-Identifier: Apache-2.0 */
/* Trusted roots and the chain from a leaf to them (attestation 6). */
#include <pthread.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/attest/snp_int.h"
#include "runtime/base/embed.h"
#include "runtime/base/banned.h"

/*
 * ASK and ASVK, each with its ARK, of Milan, Genoa and Turin.  The
 * certificates are AMD's own, as its key distribution service gives them:
 * https://kdsintf.amd.com/{vcek,vlek}/v1/PRODUCT/cert_chain.  snp_test.c has
 * their digests.
 */
EMBED(snp_roots, "runtime/attest/snp_roots.pem");

/* UTF8String */
const struct str snp_simulated_marker = STR_INIT("\x0c\x17"
						 "contrastc simulated TEE");

static bool
has_marker(const X509 *x)
{
	char oid[80];
	int i;

	for (i = 0; i < X509_get_ext_count(x); i++) {
		X509_EXTENSION *e = X509_get_ext(x, i);

		if (attest_x509_ext_oid(oid, sizeof(oid), e) &&
		    strcmp(oid, ATTEST_OID_SIMULATED_SNP) == 0)
			return X509_EXTENSION_get_critical(e) != 0 &&
			       str_eq(attest_x509_ext_value(e),
				   snp_simulated_marker);
	}
	return false;
}

/* Does the name have the CN prefix + product? */
static bool
is_named(const X509_NAME *name, const char *prefix, enum snp_product p,
    bool simulated)
{
	struct arena *a = arena_new();
	struct str cn = arena_printf(a, "%s%s%s", prefix,
	    simulated ? "Simulated-" : "", snp_product_name(p));
	bool ok = snp_name_is(name, cn, simulated);

	arena_free(a);
	return ok;
}

static bool
find_names(struct snp_root *root, bool simulated)
{
	static const char *const prefix[] = {"SEV-", "SEV-VLEK-"};
	const X509_NAME *ca = X509_get_subject_name(root->ca);
	const X509_NAME *ark = X509_get_subject_name(root->ark);
	int p, k;

	for (p = SNP_MILAN; p < SNP_PRODUCTS; p++) {
		for (k = SNP_VCEK; k <= (simulated ? SNP_VCEK : SNP_VLEK);
		     k++) {
			root->product = (enum snp_product)p;
			root->key = (enum snp_key)k;
			if (is_named(ca, prefix[k], root->product, simulated) &&
			    is_named(ark, "ARK-", root->product, simulated))
				return !simulated || (has_marker(root->ca) &&
							 has_marker(root->ark));
		}
	}
	return false;
}

static bool
is_signed_by(X509 *x, X509 *issuer)
{
	const ASN1_BIT_STRING *sig;
	const X509_ALGOR *alg;

	X509_get0_signature(&sig, &alg, x);
	return snp_alg_is_pss(alg) &&
	       X509_ALGOR_cmp(alg, X509_get0_tbs_sigalg(x)) == 0 &&
	       X509_NAME_cmp(X509_get_issuer_name(x),
		   X509_get_subject_name(issuer)) == 0 &&
	       attest_x509_signed_by(x, issuer);
}

static int
add_pair(struct snp_roots *roots, X509 *ca, X509 *ark, struct rt_err *err)
{
	struct snp_root *root = &roots->v[roots->n];

	if (roots->n == sizeof(roots->v) / sizeof(roots->v[0]))
		return rt_err_set(err, RT_ELIMIT, "too many root certificates");
	*root = (struct snp_root){.ca = ca, .ark = ark};
	if (!find_names(root, roots->simulated))
		return rt_err_set(err, RT_EFORMAT,
		    "not an intermediate of the platform and its root");
	root->sound = is_signed_by(ark, ark) && is_signed_by(ca, ark) &&
		      X509_check_ca(ca) == 1 && X509_check_ca(ark) == 1;
	ERR_clear_error();
	roots->n++;
	return 0;
}

int
snp_roots_add(struct snp_roots *roots, struct str pem, struct rt_err *err)
{
	X509 *pair[2];
	size_t n = pem.n > ATTEST_CHAIN_MAX ? 0 : attest_x509_pem(pair, 2, pem);
	int rc = 0;

	if (n != 2)
		rc = rt_err_set(err, RT_EFORMAT,
		    "not two certificates in PEM, intermediate and root");
	else
		rc = add_pair(roots, pair[0], pair[1], err);
	if (rc != 0)
		attest_x509_free(pair, n);
	return rc;
}

int
snp_roots_add_rotated(
    struct snp_roots *roots, struct str pem, struct rt_err *err)
{
	const struct snp_root *own;
	struct snp_root *added;
	int rc = snp_roots_add(roots, pem, err);

	if (rc != 0)
		return rc;
	added = &roots->v[roots->n - 1];
	own = snp_roots_find(snp_roots_amd(), added->product, added->key);
	if (own != NULL && X509_cmp(own->ark, added->ark) == 0)
		return 0;
	X509_free(added->ca);
	X509_free(added->ark);
	roots->n--;
	return rt_err_set(err, RT_EAUTH, "the root certificate is not AMD's");
}

void
snp_roots_fini(struct snp_roots *roots)
{
	size_t i;

	for (i = 0; i < roots->n; i++) {
		X509_free(roots->v[i].ca);
		X509_free(roots->v[i].ark);
	}
	roots->n = 0;
}

const struct snp_root *
snp_roots_find(
    const struct snp_roots *roots, enum snp_product p, enum snp_key key)
{
	size_t i;

	for (i = 0; i < roots->n; i++) {
		if (roots->v[i].product == p && roots->v[i].key == key)
			return &roots->v[i];
	}
	return NULL;
}

static struct snp_roots amd;

/* A root that cannot be read is one that is not there: snp.root. */
static void
load_amd(void)
{
	X509 *v[2 * sizeof(amd.v) / sizeof(amd.v[0])];
	size_t n =
	    attest_x509_pem(v, sizeof(v) / sizeof(v[0]), EMBEDDED(snp_roots));
	size_t i;

	for (i = 0; i + 1 < n; i += 2) {
		if (add_pair(&amd, v[i], v[i + 1], NULL) != 0)
			attest_x509_free(v + i, 2);
	}
}

const struct snp_roots *
snp_roots_amd(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, load_amd);
	return &amd;
}

/* The chain */

static int
check_times(struct attest_result *r, const struct snp_leaf *leaf,
    const struct snp_root *root, const struct attest_env *env, int64_t now)
{
	X509 *const v[] = {leaf->x, root->ca, root->ark};
	int64_t from, to;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (!attest_x509_validity(&from, &to, v[i]) ||
		    !attest_in_time(env, now, from, to))
			return attest_reject(r, ATTEST_SNP_CERT_TIME,
			    "certificate %zu of the chain is not valid now",
			    i + 1);
	}
	return 0;
}

int
snp_chain_check(struct attest_result *r, const struct snp_leaf *leaf,
    const struct snp_roots *roots, const struct attest_env *env, int64_t now)
{
	const struct snp_root *found =
	    snp_roots_find(roots, leaf->product, leaf->key);

	if (found == NULL)
		return attest_reject(r, ATTEST_SNP_ROOT,
		    "no trusted root for a %s of %s", snp_key_name(leaf->key),
		    snp_product_name(leaf->product));
	if (!found->sound || !is_signed_by(leaf->x, found->ca)) {
		ERR_clear_error();
		return attest_reject(r, ATTEST_SNP_CHAIN,
		    "the %s is not signed by the trusted intermediate",
		    snp_key_name(leaf->key));
	}
	return check_times(r, leaf, found, env, now);
}
