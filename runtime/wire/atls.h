/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_ATLS_H
#define CONTRASTC_WIRE_ATLS_H

#include <openssl/ssl.h>

#include "runtime/base/buf.h"
#include "runtime/base/err.h"
#include "runtime/wire/io.h"

/*
 * Attested TLS: ordinary TLS 1.2 or 1.3 (RFC 5246, RFC 8446) with self-signed
 * certificates that are judged by the attestation document in an extension.
 * The document's report data binds the key of the certificate and a nonce
 * that the verifying side drew for this connection alone.  There is no
 * resumption, no early data, no renegotiation: each connection is attested.
 *
 * Evidence is made and judged by callbacks; nothing here knows a platform.
 * Deadlines are those of rt_now_ms().
 * The program ignores SIGPIPE (sandbox_harden() sees to it).
 */

#define ATLS_NONCE_LEN 32
#define ATLS_REPORT_DATA_LEN 64
/* Largest document in a certificate, bytes; sent or received. */
#define ATLS_DOC_MAX ((size_t)256 << 10)
/* Largest certificate message that a peer may send, bytes. */
#define ATLS_CERT_MAX ((size_t)320 << 10)
/* Dotted decimal object identifier with its NUL. */
#define ATLS_OID_MAX 64

/*
 * Makes evidence: puts the dotted OID into `oid` and appends the document to
 * `doc`.  It may block, but should end before `deadline`; it is called at most
 * once a connection, in the thread of the handshake.  Any failure ends the
 * handshake.
 */
typedef int atls_issue_fn(char oid[ATLS_OID_MAX], struct buf *doc, void *arg,
    const unsigned char report_data[ATLS_REPORT_DATA_LEN], int64_t deadline,
    struct rt_err *err);

/*
 * Judges one extension of the peer's certificate; it is called for one after
 * another until one is accepted.  0 accepts.  RT_ENOTFOUND: the OID is not one
 * of evidence (the extension is passed over).  Any other code rejects this
 * document, with a text that names each validator that was tried.  It may
 * block, but should end before `deadline`.
 */
typedef int atls_validate_fn(void *arg, const char *oid, struct str doc,
    const unsigned char report_data[ATLS_REPORT_DATA_LEN], int64_t deadline,
    struct rt_err *err);

/*
 * How a client sends its nonce: in an ALPN name (since March 2025), in
 * server_name (Contrast 1.2), or in both.  Servers understand all three.
 */
enum atls_dialect { ATLS_ALPN, ATLS_SNI, ATLS_BOTH };

/* Our side of one connection; all of it stays the caller's. */
struct atls_party {
	atls_issue_fn *issue; /* NULL: our certificate carries no evidence */
	void *issue_arg;
	atls_validate_fn *validate; /* NULL: any self-signed certificate is
				       accepted */
	void *validate_arg;
	EVP_PKEY *key;       /* NULL: a fresh P-256 key */
	bool need_peer_cert; /* server: refuse a client without certificate */
	enum atls_dialect dialect; /* client */
	const char
	    *host; /* client: for server_name; NULL or an address: none */
};

/* What all connections of a process share; safe for use by many threads. */
struct atls_ctx;
int atls_ctx_new(struct atls_ctx **out, struct rt_err *err) RT_MUST_CHECK;
/* Accepts NULL; connections that still exist keep what they need. */
void atls_ctx_free(struct atls_ctx *ctx);

/*
 * A connection; one thread at a time may use it.  The descriptor stays the
 * caller's, who closes it after atls_free(), unless atls_io() takes both.
 */
struct atls_conn;

enum atls_role { ATLS_CLIENT, ATLS_SERVER };

/*
 * Prepares a connection over a connected socket, which it makes non-blocking;
 * no byte is moved yet.  The handshake has to end before `deadline`.
 */
int atls_new(struct atls_conn **out, struct atls_ctx *ctx, enum atls_role role,
    const struct atls_party *us, int fd, int64_t deadline,
    struct rt_err *err) RT_MUST_CHECK;

/* What a step waits for; WIRE_AGAIN_… are the same. */
enum { ATLS_WANT_READ = 1, ATLS_WANT_WRITE = 2 };

/*
 * A step of the handshake.  It never waits for the peer, but the callbacks of
 * the party may block, and after a refusal the peer is listened to for half a
 * second at most, lest a reset swallow the alert: call it on a worker thread.
 * 0: done.  ATLS_WANT_…: again when the socket is ready for that.  Else the
 * code says who refused:
 *	RT_EVERIFY  we refuse the peer's certificate or evidence
 *	RT_EAUTH    the peer refuses us (a fatal alert)
 *	RT_EFORMAT  the peer breaks the protocol (nonce, ALPN, TLS)
 *	RT_ENET     closed, broken (err->sys: errno), or the peer has an internal
 *	            error; past the deadline err->sys is ETIMEDOUT
 *	RT_ECRYPTO  something of ours failed
 *	other       the code of the issuer
 */
int atls_handshake(struct atls_conn *c, struct rt_err *err) RT_MUST_CHECK;

/*
 * Both, with the waiting: blocks until `deadline` at the latest.  On failure
 * *out is NULL.
 */
int atls_accept(struct atls_conn **out, struct atls_ctx *ctx,
    const struct atls_party *us, int fd, int64_t deadline,
    struct rt_err *err) RT_MUST_CHECK;
int atls_connect(struct atls_conn **out, struct atls_ctx *ctx,
    const struct atls_party *us, int fd, int64_t deadline,
    struct rt_err *err) RT_MUST_CHECK;
/* Accepts NULL.  Sends close_notify where that does not block. */
void atls_free(struct atls_conn *c);

/* For libraries that drive TLS themselves; owned by the connection. */
SSL *atls_ssl(const struct atls_conn *c);
/*
 * To read and write after the handshake; wire_io_close() frees the connection
 * and closes its descriptor.  A server judges the certificate of a TLS 1.3
 * client after the client's handshake has ended: the alert with which the
 * first read fails (RT_EAUTH) is then its refusal.
 */
struct wire_io atls_io(struct atls_conn *c);
/*
 * The SubjectPublicKeyInfo (DER, as it stands in the certificate) whose key
 * the peer has proved to hold; empty if it sent no certificate.  Lives as long
 * as the connection; so does the key, NULL if there is none.
 */
struct str atls_peer_spki(const struct atls_conn *c);
EVP_PKEY *atls_peer_key(const struct atls_conn *c);
/* OID of the evidence that was accepted, "" if none was judged. */
const char *atls_peer_oid(const struct atls_conn *c);

#endif
