/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in locked memory that are wiped when they die. */
#include <pthread.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "runtime/pki/secret.h"

#include "runtime/base/banned.h"

/* The smallest piece that the heap hands out: a private number of P-256. */
#define PIECE 32

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* 0: not there, 1: locked, 2: there, but the process may not lock it. */
static int heap;

static void
init_heap(void)
{
	heap = CRYPTO_secure_malloc_init(PKI_SECRET_HEAP, PIECE);
	if (heap == 0 && CRYPTO_secure_malloc_initialized())
		heap = 2; /* the program has set one up before */
}

int
pki_secret_init(bool *locked, struct rt_err *err)
{
	(void)pthread_once(&once, init_heap);
	if (heap == 0)
		return rt_err_set(
		    err, RT_ECRYPTO, "memory for secrets cannot be set up");
	if (locked != NULL)
		*locked = heap == 1;
	return 0;
}

int
pki_secret_new(struct pki_secret *out, size_t n, struct rt_err *err)
{
	unsigned char *p;
	int rc = pki_secret_init(NULL, err);

	if (rc != 0)
		return rc;
	if (n == 0 || n > PKI_SECRET_MAX)
		return rt_err_set(
		    err, RT_EINVAL, "a secret cannot have %zu bytes", n);
	p = OPENSSL_secure_zalloc(n);
	if (p == NULL)
		return rt_err_set(
		    err, RT_ELIMIT, "the memory for secrets is used up");
	*out = (struct pki_secret){p, n};
	return 0;
}

int
pki_secret_copy(struct pki_secret *out, struct str bytes, struct rt_err *err)
{
	int rc = pki_secret_new(out, bytes.n, err);

	if (rc == 0)
		memcpy(out->p, bytes.p, bytes.n);
	return rc;
}

int
pki_secret_random(struct pki_secret *out, size_t n, struct rt_err *err)
{
	struct pki_secret s = {0};
	int rc = pki_secret_new(&s, n, err);

	if (rc != 0)
		return rc;
	if (RAND_priv_bytes(s.p, (int)n) != 1) {
		pki_secret_free(&s);
		return rt_err_set(
		    err, RT_ECRYPTO, "the random generator fails");
	}
	*out = s;
	return 0;
}

void
pki_secret_free(struct pki_secret *s)
{
	if (s->p != NULL)
		OPENSSL_secure_clear_free(s->p, s->n);
	*s = (struct pki_secret){0};
}

struct str
pki_secret_str(const struct pki_secret *s)
{
	return (struct str){(const char *)s->p, s->n};
}

bool
pki_secret_equal(const struct pki_secret *a, struct str b)
{
	return a->n == b.n && CRYPTO_memcmp(a->p, b.p, a->n) == 0;
}
