/* SPDX-License-Identifier: Apache-2.0 */
/* The signatures inside a quote (10.4). */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define KEY_LEN 64 /* x, y */

static EVP_PKEY *
make_key(unsigned char *point, size_t n)
{
	char group[] = "prime256v1";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(
				   OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
	    OSSL_PARAM_construct_octet_string(
		OSSL_PKEY_PARAM_PUB_KEY, point, n),
	    OSSL_PARAM_construct_end()};
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	if (c != NULL && EVP_PKEY_fromdata_init(c) == 1 &&
	    EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(c);
	return key;
}

EVP_PKEY *
tdx_key(struct str xy)
{
	unsigned char point[1 + KEY_LEN] = {POINT_CONVERSION_UNCOMPRESSED};
	EVP_PKEY_CTX *c = NULL;
	EVP_PKEY *key;

	if (xy.n != KEY_LEN)
		return NULL;
	memcpy(point + 1, xy.p, xy.n);
	key = make_key(point, sizeof(point));
	if (key != NULL)
		c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (c == NULL || EVP_PKEY_public_check_quick(c) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(c);
	return key;
}

/* Does the QE vouch for the attestation key? */
static bool
key_is_bound(const struct tdx_quote *q)
{
	unsigned char want[2 * SHA256_LEN] = {0};
	struct rt_sha256 h = {0};

	rt_sha256_put(&h, q->attest_key);
	rt_sha256_put(&h, q->qe_auth);
	rt_sha256_end(want, &h);
	return str_eq((struct str){(const char *)want, sizeof(want)},
	    tdx_qe_field(q, QE_REPORT_DATA));
}

int
tdx_check_signatures(
    const struct tdx_quote *q, struct attest_result *r, X509 *leaf)
{
	EVP_PKEY *key;
	bool ok;

	if (!attest_ecdsa_verify(
		X509_get0_pubkey(leaf), q->qe_signature, q->qe_report))
		return attest_reject(r, ATTEST_TDX_QE_SIGNATURE,
		    "the PCK certificate's key did not sign the QE report");
	if (!key_is_bound(q))
		return attest_reject(r, ATTEST_TDX_QE_REPORT_DATA,
		    "the QE report is about another attestation key");
	key = tdx_key(q->attest_key);
	if (key == NULL)
		return attest_reject(r, ATTEST_TDX_ATTEST_KEY,
		    "the attestation key is no point of P-256");
	ok = attest_ecdsa_verify(key, q->signature, q->is_signed);
	EVP_PKEY_free(key);
	if (!ok)
		return attest_reject(r, ATTEST_TDX_QUOTE_SIGNATURE,
		    "the attestation key did not sign the quote");
	return 0;
}
