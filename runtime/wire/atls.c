/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contexts and the callbacks of a handshake: the nonces, our certificate, the
 * peer's.  What a callback finds wrong is kept in the connection, because
 * OpenSSL passes on no more than that something is.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "runtime/base/arena.h"
#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
#define SUITES                                                                 \
	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"                       \
	"TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS "X25519:P-256:P-384:P-521"
#define OPTIONS                                                                \
	(SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |  \
	    SSL_OP_CLEANSE_PLAINTEXT)

/* The body of an extension of the ClientHello; p = NULL if it is absent. */
static struct str
hello_ext(SSL *ssl, unsigned type)
{
	const unsigned char *p = NULL;
	size_t n = 0;

	if (SSL_client_hello_get0_ext(ssl, type, &p, &n) != 1)
		return (struct str){NULL, 0};
	return (struct str){p == NULL ? "" : (const char *)p, n};
}

static int
read_hello(struct atls_conn *c, struct str alpn)
{
	unsigned char nonce[ATLS_NONCE_LEN];
	int r = atls_nonce_of_hello(
	    nonce, alpn, hello_ext(c->ssl, TLSEXT_TYPE_server_name), &c->err);

	if (r != 0)
		return r;
	if (alpn.p == NULL)
		return rt_err_set(
		    &c->err, RT_EFORMAT, "the client offers no ALPN");
	/* after a HelloRetryRequest there is a second ClientHello */
	if (c->heard && memcmp(nonce, c->theirs, sizeof(nonce)) != 0)
		return rt_err_set(&c->err, RT_EFORMAT,
		    "the client's second ClientHello has another nonce");
	memcpy(c->theirs, nonce, sizeof(nonce));
	c->heard = true;
	return 0;
}

static int
hello_cb(SSL *ssl, int *alert, void *arg)
{
	struct str alpn =
	    hello_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation);

	(void)arg;
	if (read_hello(SSL_get_app_data(ssl), alpn) == 0)
		return SSL_CLIENT_HELLO_SUCCESS;
	*alert = alpn.p == NULL ? SSL_AD_NO_APPLICATION_PROTOCOL
				: SSL_AD_HANDSHAKE_FAILURE;
	return SSL_CLIENT_HELLO_ERROR;
}

static int
alpn_cb(SSL *ssl, const unsigned char **out, unsigned char *n,
    const unsigned char *in, unsigned in_n, void *arg)
{
	static const unsigned char h2[] = {2, 'h', '2'};
	struct atls_conn *c = SSL_get_app_data(ssl);
	unsigned char *chosen;

	(void)arg;
	if (SSL_select_next_proto(&chosen, n, h2, sizeof(h2), in, in_n) !=
	    OPENSSL_NPN_NEGOTIATED) {
		(void)rt_err_set(
		    &c->err, RT_EFORMAT, "the client does not offer h2");
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* The certificate of this connection, for the caller's key or a fresh one. */
static int
attest(struct atls_conn *c)
{
	EVP_PKEY *fresh = NULL, *key = c->us.key;
	X509 *x = NULL;
	int r = 0;

	if (key == NULL)
		key = fresh = EVP_EC_gen("P-256");
	if (key == NULL)
		r = rt_err_set(&c->err, RT_ECRYPTO, "cannot make a key");
	if (r == 0)
		r = atls_cert_new(&x, key, c, &c->err);
	if (r == 0 && SSL_use_cert_and_key(c->ssl, x, key, NULL, 1) != 1)
		r = rt_err_set(
		    &c->err, RT_ECRYPTO, "cannot use the certificate");
	X509_free(x);
	EVP_PKEY_free(fresh);
	c->attested = r == 0;
	return r;
}

/* Called when a certificate is needed: twice if there are two ClientHellos. */
static int
cert_cb(SSL *ssl, void *arg)
{
	struct atls_conn *c = SSL_get_app_data(ssl);

	(void)arg;
	if (c->attested)
		return 1;
	if (!c->server) {
		if (atls_nonce_of_names(
			c->theirs, SSL_get0_peer_CA_list(ssl), &c->err) != 0)
			return 0;
		c->heard = true;
	}
	return c->heard && attest(c) == 0;
}

static int
verify_cb(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct atls_conn *c = SSL_get_app_data(ssl);
	X509 *x = X509_STORE_CTX_get0_cert(store);
	bool good = x != NULL && atls_judge(c, x, &c->err) == 0;

	(void)arg;
	X509_STORE_CTX_set_error(
	    store, good ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
	return good;
}

bool
atls_settings(SSL_CTX *s)
{
	(void)SSL_CTX_set_options(s, OPTIONS);
	(void)SSL_CTX_set_session_cache_mode(s, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_max_cert_list(s, ATLS_CERT_MAX);
	(void)SSL_CTX_set_mode(s, SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_RELEASE_BUFFERS |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return SSL_CTX_set_min_proto_version(s, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(s, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_num_tickets(s, 0) == 1 &&
	       SSL_CTX_set_max_early_data(s, 0) == 1 &&
	       SSL_CTX_set_cipher_list(s, CIPHERS) == 1 &&
	       SSL_CTX_set_ciphersuites(s, SUITES) == 1 &&
	       SSL_CTX_set1_groups_list(s, GROUPS) == 1;
}

static bool
configure(SSL_CTX *s)
{
	SSL_CTX_set_client_hello_cb(s, hello_cb, NULL);
	SSL_CTX_set_alpn_select_cb(s, alpn_cb, NULL);
	SSL_CTX_set_cert_cb(s, cert_cb, NULL);
	SSL_CTX_set_cert_verify_callback(s, verify_cb, NULL);
	return atls_settings(s);
}

int
atls_ctx_new(struct atls_ctx **out, struct rt_err *err)
{
	struct atls_ctx *ctx = rt_calloc(1, sizeof(*ctx));

	ctx->ssl = SSL_CTX_new(TLS_method());
	if (ctx->ssl == NULL || !configure(ctx->ssl)) {
		atls_ctx_free(ctx);
		return rt_err_set(err, RT_ECRYPTO, "cannot set up TLS: %s",
		    ERR_reason_error_string(ERR_peek_last_error()));
	}
	*out = ctx;
	return 0;
}

void
atls_ctx_free(struct atls_ctx *ctx)
{
	if (ctx == NULL)
		return;
	SSL_CTX_free(ctx->ssl);
	free(ctx);
}

/* Our nonce as the one name of authority; clients insist on it. */
static bool
set_up_server(struct atls_conn *c)
{
	int need = c->us.need_peer_cert ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
	X509_NAME *name = atls_nonce_name(c->ours);

	if (names == NULL || name == NULL ||
	    sk_X509_NAME_push(names, name) == 0) {
		X509_NAME_free(name);
		sk_X509_NAME_free(names);
		return false;
	}
	SSL_set0_CA_list(c->ssl, names);
	SSL_set_verify(c->ssl, SSL_VERIFY_PEER | need, NULL);
	SSL_set_accept_state(c->ssl);
	return true;
}

static bool
set_up_client(struct atls_conn *c)
{
	const char *name = c->us.host;
	unsigned char address[sizeof(struct in6_addr)];
	char base64[ATLS_NONCE_B64];
	struct buf alpn = {0};
	bool good;

	if (name != NULL && (inet_pton(AF_INET, name, address) == 1 ||
				inet_pton(AF_INET6, name, address) == 1))
		name = NULL;
	if (c->us.dialect != ATLS_ALPN) {
		atls_nonce_base64(base64, c->ours);
		name = base64;
	}
	atls_nonce_alpn(&alpn, c->us.dialect == ATLS_SNI ? NULL : c->ours);
	/* 0 is success, unlike everywhere else */
	good = SSL_set_alpn_protos(c->ssl, (const unsigned char *)alpn.p,
		   (unsigned)alpn.n) == 0 &&
	       (name == NULL || SSL_set_tlsext_host_name(c->ssl, name) == 1);
	buf_free(&alpn);
	SSL_set_verify(c->ssl, SSL_VERIFY_PEER, NULL);
	SSL_set_connect_state(c->ssl);
	return good;
}

int
atls_conn_ssl(
    struct atls_conn *c, struct atls_ctx *ctx, int fd, struct rt_err *err)
{
	ERR_clear_error();
	c->ssl = SSL_new(ctx->ssl);
	if (c->ssl == NULL || SSL_set_app_data(c->ssl, c) != 1 ||
	    SSL_set_fd(c->ssl, fd) != 1 ||
	    RAND_bytes(c->ours, sizeof(c->ours)) != 1 ||
	    !(c->server ? set_up_server(c) : set_up_client(c)))
		return rt_err_set(err, RT_ECRYPTO,
		    "cannot set up a TLS connection: %s",
		    ERR_reason_error_string(ERR_peek_last_error()));
	return 0;
}
