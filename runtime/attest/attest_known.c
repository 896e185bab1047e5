/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that were read lately, and signatures that were good. */
#include <pthread.h>

#include <openssl/evp.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

/*
 * By the digest of a certificate's text, or of a certificate and the key that
 * signed it; whoever is new takes the place of the oldest.
 */
struct known {
	unsigned char digest[SHA256_LEN];
	X509 *x; /* NULL: a signature */
};
#define KNOWN_MAX 128 /* some 10 kB each */

static struct known table[KNOWN_MAX];
static size_t newest = KNOWN_MAX - 1, used;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Is it known?  A certificate gets a reference. */
static bool
find(X509 **x, const unsigned char digest[SHA256_LEN])
{
	bool found = false;
	size_t i;

	(void)pthread_mutex_lock(&lock);
	for (i = 0; i < used && !found; i++) {
		found = memcmp(table[i].digest, digest, SHA256_LEN) == 0;
		if (found && x != NULL && X509_up_ref(table[i].x) == 1)
			*x = table[i].x;
	}
	(void)pthread_mutex_unlock(&lock);
	return found;
}

static void
remember(const unsigned char digest[SHA256_LEN], X509 *x)
{
	struct known *k;
	X509 *old;

	if (x != NULL && X509_up_ref(x) != 1)
		return;
	(void)pthread_mutex_lock(&lock);
	newest = (newest + 1) % KNOWN_MAX;
	used += used < KNOWN_MAX;
	k = &table[newest];
	old = k->x;
	memcpy(k->digest, digest, SHA256_LEN);
	k->x = x;
	(void)pthread_mutex_unlock(&lock);
	X509_free(old);
}

X509 *
attest_known(struct str text, X509 *(*read)(struct str text))
{
	unsigned char digest[SHA256_LEN];
	X509 *x = NULL;

	rt_sha256(digest, text);
	if (find(&x, digest))
		return x;
	x = read(text);
	if (x != NULL)
		remember(digest, x);
	return x;
}

/* Both in one text; false: they have none. */
static bool
pair_digest(unsigned char digest[SHA256_LEN], X509 *x, const X509 *issuer)
{
	unsigned char *der = NULL, *key = NULL;
	int n = i2d_X509(x, &der);
	int m = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &key);
	unsigned char both[2][SHA256_LEN];

	if (n > 0 && m > 0) {
		rt_sha256(both[0], (struct str){(char *)der, (size_t)n});
		rt_sha256(both[1], (struct str){(char *)key, (size_t)m});
		rt_sha256(
		    digest, (struct str){(const char *)both, sizeof(both)});
	}
	OPENSSL_free(der);
	OPENSSL_free(key);
	return n > 0 && m > 0;
}

bool
attest_x509_signed_by(X509 *x, const X509 *issuer)
{
	unsigned char digest[SHA256_LEN];

	if (!pair_digest(digest, x, issuer))
		return false;
	if (find(NULL, digest))
		return true;
	if (X509_verify(x, X509_get0_pubkey(issuer)) != 1)
		return false;
	remember(digest, NULL);
	return true;
}
