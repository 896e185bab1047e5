/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_MANIFEST_IDBLOCK_H
#define CONTRASTC_MANIFEST_IDBLOCK_H

#include <stdint.h>

#include "runtime/base/err.h"

/*
 * The ID block of SNP as a function of launch digest and guest policy
 * (cli 7.7).  There is no secret: the signature is a constant, and the public
 * key is the one that makes it valid.
 */
#define IDBLOCK_LEN 96
#define IDBLOCK_KEY_LEN 0x404
#define IDBLOCK_AUTH_LEN 0x1000
#define IDBLOCK_MEASUREMENT_LEN 48

struct idblock {
	unsigned char block[IDBLOCK_LEN];
	unsigned char x[48], y[48];   /* the ID key, big-endian */
	unsigned char key_digest[48]; /* SHA-384 of the key structure */
	unsigned char auth[IDBLOCK_AUTH_LEN];
};

/* RT_ECRYPTO if no key exists (no such input is known). */
int idblock_make(struct idblock *out,
    const unsigned char measurement[IDBLOCK_MEASUREMENT_LEN], uint64_t policy,
    struct rt_err *err) RT_MUST_CHECK;

#endif
