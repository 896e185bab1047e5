/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_WIRE_TLS_H
#define CONTRASTC_REGRESS_WIRE_TLS_H

#include "runtime/wire/server.h"

/* Plain TLS for tests of the wire: a fresh certificate for "localhost". */

/* A context that accepts; `ask`: it takes any client certificate. */
SSL_CTX *wire_test_server(bool ask);
/* A context that connects, shows a certificate and believes any. */
SSL_CTX *wire_test_client(void);
/* How a gRPC server uses the first; waits for the peer without a thread. */
struct wire_tls wire_test_tls(SSL_CTX *ctx);
/* A handshake as client on a connected socket; NULL if it fails. */
SSL *wire_test_connect(SSL_CTX *ctx, int fd, int64_t deadline);

#endif
