/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PKI_SECRET_H
#define CONTRASTC_PKI_SECRET_H

#include <sys/types.h>

#include "runtime/base/err.h"

/*
 * Secret bytes: in OpenSSL's secure heap, which is locked (as far as the
 * process may lock memory), lies between guard pages and is left out of core
 * dumps.  Start with `struct pki_secret s = {0}`, end with pki_secret_free(),
 * which wipes.  Private numbers of keys go to the same heap.
 */
struct pki_secret {
	unsigned char *p;
	size_t n;
};

/* Bytes of the secure heap: some thousand connections with a key each. */
#define PKI_SECRET_HEAP ((size_t)1 << 20)
/* The longest secret: room for a PEM file of an RSA key of 4096 bits. */
#define PKI_SECRET_MAX ((size_t)4096)

/*
 * Sets up the secure heap, once for all threads; the functions below do it by
 * themselves.  *locked (may be NULL) tells whether the memory is locked too.
 * RT_ECRYPTO.
 */
int pki_secret_init(bool *locked, struct rt_err *err) RT_MUST_CHECK;

/* `n` zeroed bytes, 1..PKI_SECRET_MAX.  RT_EINVAL, RT_ELIMIT (heap full). */
int pki_secret_new(
    struct pki_secret *out, size_t n, struct rt_err *err) RT_MUST_CHECK;
/* A copy of the bytes; wiping the original is the caller's duty. */
int pki_secret_copy(
    struct pki_secret *out, struct str bytes, struct rt_err *err) RT_MUST_CHECK;
/* `n` bytes of the private random generator (SP 800-90A).  RT_ECRYPTO. */
int pki_secret_random(
    struct pki_secret *out, size_t n, struct rt_err *err) RT_MUST_CHECK;
/* Wipes and frees; accepts what is zeroed, and zeroes it. */
void pki_secret_free(struct pki_secret *s);

/* The bytes, borrowed. */
struct str pki_secret_str(const struct pki_secret *s);
/* In a time that depends on the lengths only. */
bool pki_secret_equal(const struct pki_secret *a, struct str b);

/*
 * A file that holds a secret, such as a key: the whole of it in memory of the
 * ordinary heap that is wiped, for programs that only look at its public part
 * and need no secure heap.  End with pki_file_free(), also after an error.
 */
#define PKI_FILE_MAX ((size_t)64 << 10)
struct pki_file {
	char *p;
	size_t n;
	mode_t mode; /* as fstat() has it */
};
/* RT_ENOTFOUND, RT_EIO with errno, RT_ELIMIT beyond PKI_FILE_MAX bytes. */
int pki_file_read(
    struct pki_file *out, const char *path, struct rt_err *err) RT_MUST_CHECK;
void pki_file_free(struct pki_file *f);
/* The bytes, borrowed. */
struct str pki_file_str(const struct pki_file *f);

#endif
