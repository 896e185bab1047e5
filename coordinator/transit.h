/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_TRANSIT_H
#define CONTRASTC_COORDINATOR_TRANSIT_H

#include "coordinator/daemon.h"

/*
 * The transit engine (coordinator 15.1): encrypts for workloads with keys that
 * come from the seed, behind mutual TLS with mesh certificates.
 */
struct co_transit;
int co_transit_start(struct co_transit **out, struct co_daemon *d,
    struct rt_err *err) RT_MUST_CHECK;
/* After the server has stopped; accepts NULL. */
void co_transit_free(struct co_transit *t);

/*
 * "vault:vN:…" of a plaintext, and back, under the key of a name (AES-256-GCM,
 * NIST SP 800-38D; the nonce is random).  RT_EFORMAT: not such a text;
 * RT_EVERIFY: another key, name or associated data.  The plaintext is the
 * caller's to wipe.
 */
int co_transit_encrypt(struct buf *out, const struct pki_seed *seed,
    struct str name, uint32_t version, struct str plain, struct str associated,
    struct rt_err *err) RT_MUST_CHECK;
int co_transit_decrypt(struct buf *out, const struct pki_seed *seed,
    struct str name, struct str text, struct str associated,
    struct rt_err *err) RT_MUST_CHECK;

#endif
