/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_MTLS_H
#define CONTRASTC_WIRE_MTLS_H

#include <openssl/ssl.h>

#include "runtime/base/err.h"

/*
 * Mutual TLS 1.2 and 1.3 with mesh certificates, for HTTP: no attestation, the
 * mesh CA is the only anchor.  It stands for one manifest; another one needs
 * another context.  Nothing is resumed, so that nobody outlives his CA.
 *
 * `chain_pem` is certChain.pem (leaf, then intermediate), `key` the leaf's;
 * a client must have a certificate for client authentication under `ca`.  All
 * of it stays the caller's; *out ends with SSL_CTX_free().  RT_EFORMAT: the
 * chain is malformed or not the key's; RT_ECRYPTO.
 */
int mtls_server_new(SSL_CTX **out, struct str chain_pem, EVP_PKEY *key,
    X509 *ca, struct rt_err *err) RT_MUST_CHECK;

/*
 * A context for a server whose manifest changes: each connection continues
 * with the one of mtls_server_new() that `choose` gives when the client's
 * first message is there, a reference of its own; NULL refuses the client.
 */
int mtls_server_chosen(SSL_CTX **out, SSL_CTX *(*choose)(void *arg), void *arg,
    struct rt_err *err) RT_MUST_CHECK;

#endif
