/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_OWNER_H
#define CONTRASTC_CMD_OWNER_H

#include <openssl/evp.h>

#include "compiler/cmd/cmd.h"
#include "runtime/manifest/manifest.h"
#include "runtime/pki/owner.h"

/*
 * What `sign`, `set` and `recover` do for owners (cli 8.1, 8.4).  Functions
 * return an exit status, after the message if it is not EXIT_OK.
 */

#define OWNER_LATEST "verify/latest-transition" /* what `verify` leaves */

/*
 * The state that a Coordinator is expected to be in: --latest-transition, else
 * the file of `verify`, else the zeros of a first set.
 */
int owner_previous(unsigned char out[SHA256_LEN], struct run *r);
/*
 * The private key of a file option; the caller's, EVP_PKEY_free().  EXIT_OK
 * and NULL if there is no such file and `optional`.
 */
int owner_key(EVP_PKEY **out, struct run *r, enum opt_id id,
    enum pki_owner kind, bool optional);
/* Is it a workload owner that the manifest names? */
bool owner_listed(
    const struct manifest *m, struct arena *a, const EVP_PKEY *key);

#endif
