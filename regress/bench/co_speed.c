/* SPDX-License-Identifier: Apache-2.0 */
/*
 * co_speed SECONDS: mesh certificates per second beside the bound, which is
 * one signature with P-384 each; one thread.
 */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "regress/bench/rate.h"
#include "runtime/pki/ca.h"
#include "runtime/base/banned.h"

struct bench {
	EVP_PKEY *root, *key, *mesh;
	struct pki_ca *ca;
};

static void
issue(void *arg)
{
	const struct bench *b = arg;
	const struct str san = STR("web");
	struct pki_leaf leaf = {.key = b->key,
	    .sans = &san,
	    .n_sans = 1,
	    .policy_hash = STR("00"),
	    .secret_id = STR("web")};
	X509 *x;

	if (pki_ca_issue(&x, b->ca, &leaf, time(NULL), NULL) != 0)
		abort();
	X509_free(x);
}

static void
sign(void *arg)
{
	const struct bench *b = arg;
	static const unsigned char text[600];
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char out[160];
	size_t n = sizeof(out);

	if (EVP_DigestSignInit(c, NULL, EVP_sha384(), NULL, b->mesh) != 1 ||
	    EVP_DigestSign(c, out, &n, text, sizeof(text)) != 1)
		abort();
	EVP_MD_CTX_free(c);
}

int
main(int argc, char **argv)
{
	struct bench b = {
	    .root = EVP_EC_gen("P-384"), .key = EVP_EC_gen("P-256")};
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 2, got, bound;

	if (pki_ca_new(&b.ca, b.root, NULL, time(NULL), NULL) != 0)
		return 1;
	b.mesh = pki_ca_mesh_key(b.ca);
	bound = 1 / rate_of(sign, &b, seconds);
	got = 1 / rate_of(issue, &b, seconds);
	printf("{\"name\":\"mesh certificates\",\"per_second\":%.0f,"
	       "\"signatures_per_second\":%.0f,\"ratio\":%.3f,\"limit\":0.8}\n",
	    got, bound, got / bound);
	pki_ca_free(b.ca);
	EVP_PKEY_free(b.key);
	EVP_PKEY_free(b.root);
	return got / bound >= 0.8 ? 0 : 1;
}
