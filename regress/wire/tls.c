/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <poll.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "regress/wire/tls.h"
#include "runtime/wire/io.h"
#include "runtime/base/banned.h"

#define DAY 86400

static X509 *
certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *san = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_subject_alt_name, "DNS:localhost");

	(void)X509_set_version(x, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(x), -DAY);
	(void)X509_gmtime_adj(X509_getm_notAfter(x), DAY);
	(void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"localhost", -1, -1, 0);
	(void)X509_set_issuer_name(x, name);
	(void)X509_set_pubkey(x, key);
	(void)X509_add_ext(x, san, -1);
	X509_EXTENSION_free(san);
	assert(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static SSL_CTX *
context(const SSL_METHOD *method)
{
	SSL_CTX *ctx = SSL_CTX_new(method);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = certificate(key);

	assert(SSL_CTX_use_cert_and_key(ctx, x, key, NULL, 1) == 1);
	X509_free(x);
	EVP_PKEY_free(key);
	return ctx;
}

static int
choose(SSL *ssl, const unsigned char **out, unsigned char *n,
    const unsigned char *in, unsigned in_n, void *arg)
{
	static const unsigned char h2[] = "\x02h2";
	unsigned char *p;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&p, n, h2, sizeof(h2) - 1, in, in_n) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = p;
	return SSL_TLSEXT_ERR_OK;
}

static int
believe(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1;
}

SSL_CTX *
wire_test_server(bool ask)
{
	SSL_CTX *ctx = context(TLS_server_method());

	SSL_CTX_set_alpn_select_cb(ctx, choose, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, believe, NULL);
	if (ask)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return ctx;
}

SSL_CTX *
wire_test_client(void)
{
	SSL_CTX *ctx = context(TLS_client_method());

	(void)SSL_CTX_set_alpn_protos(ctx, (const unsigned char *)"\x02h2", 3);
	return ctx;
}

static int
accept_step(void **session, SSL **ssl, void *arg, int fd, int64_t deadline,
    struct rt_err *err)
{
	int r;

	(void)deadline;
	if (*session == NULL) {
		*session = *ssl = SSL_new(arg);
		assert(SSL_set_fd(*ssl, fd) == 1);
		SSL_set_accept_state(*ssl);
	}
	ERR_clear_error();
	r = SSL_do_handshake(*ssl);
	if (r == 1)
		return 0;
	r = SSL_get_error(*ssl, r);
	if (r == SSL_ERROR_WANT_READ)
		return WIRE_AGAIN_READ;
	if (r == SSL_ERROR_WANT_WRITE)
		return WIRE_AGAIN_WRITE;
	return rt_err_set(err, RT_EFORMAT, "no handshake");
}

static void
close_session(void *session)
{
	(void)SSL_shutdown(session);
	SSL_free(session);
	ERR_clear_error();
}

struct wire_tls
wire_test_tls(SSL_CTX *ctx)
{
	return (struct wire_tls){accept_step, close_session, ctx};
}

SSL *
wire_test_connect(SSL_CTX *ctx, int fd, int64_t deadline)
{
	SSL *ssl = SSL_new(ctx);
	struct wire_io io = {.fd = fd};
	int r, why;

	assert(SSL_set_fd(ssl, fd) == 1);
	while ((r = SSL_connect(ssl)) != 1) {
		why = SSL_get_error(ssl, r);
		if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
			break;
		if (wire_io_wait(&io,
			why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline,
			NULL) != 0)
			break;
	}
	ERR_clear_error();
	if (r == 1)
		return ssl;
	SSL_free(ssl);
	return NULL;
}
