/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_IDENTITY_H
#define CONTRASTC_INITIALIZER_IDENTITY_H

#include "initializer/config.h"
#include "initializer/files.h"
#include "runtime/attest/attest_host.h"
#include "runtime/pki/secret.h"
#include "runtime/wire/meshapi.pb-c.h"
#include "runtime/wire/status.h"

/* What asking for a certificate needs; it outlives the calls. */
struct init_asker {
	const struct init_config *config;
	const struct attest_host *host;
	const struct attest_env *env;
	struct atls_ctx *atls;
	EVP_PKEY *key; /* P-256 */
};

/*
 * Asks the Coordinator once, with fresh nonce and evidence.  It is not judged
 * in turn: what it answers is judged by whoever talks to this pod, with a root
 * certificate from `contrastc verify`.  The answer is the caller's
 * (wire_pb_free()) and has passed init_answer_check().  *next is what
 * an operator can do about a failure, or NULL.
 */
int init_ask(Meshapi__NewMeshCertResponse **out, const char **next,
    const struct init_asker *i, struct rt_err *err) RT_MUST_CHECK;

/* The secret of a workload, bytes at most: extra room, upstream has 64. */
#define INIT_SECRET_MAX ((size_t)1024)
/*
 * Certificates that can be read, the first of the chain for our key, a secret
 * that is not too long.  RT_EFORMAT.
 */
int init_answer_check(const Meshapi__NewMeshCertResponse *m,
    const EVP_PKEY *key, struct rt_err *err) RT_MUST_CHECK;
/* Writes the answer and the key as files. */
int init_answer_write(const Meshapi__NewMeshCertResponse *m,
    const EVP_PKEY *key, const struct init_config *c,
    struct rt_err *err) RT_MUST_CHECK;
/*
 * What to do about a failure: by the status of a call that was answered
 * (st->code != 0), else by the code of the error.  NULL: nothing is known.
 */
const char *init_next_step(
    const struct wire_status *st, const struct rt_err *err);

#endif
