/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "runtime/base/arena.h"
#include "runtime/wire/atls_int.h"
#include "runtime/wire/mtls.h"

#include "runtime/base/banned.h"

/* Leaf and intermediate; a client's chain may be as long. */
#define CHAIN_MAX 2

/* Takes the certificates of the chain, the leaf first. */
static bool
use_chain(SSL_CTX *s, struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	bool good = bio != NULL;
	X509 *x;
	int n = 0;

	while (good && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		good = n++ == 0 ? SSL_CTX_use_certificate(s, x) == 1
				: SSL_CTX_add1_chain_cert(s, x) == 1;
		X509_free(x);
	}
	/* the end is an error of its own: no further block */
	good = good && n > 0 &&
	       ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	BIO_free(bio);
	if (good)
		ERR_clear_error();
	return good;
}

static void
require(SSL_CTX *s)
{
	SSL_CTX_set_verify(
	    s, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_verify_depth(s, CHAIN_MAX);
}

static bool
use_anchor(SSL_CTX *s, X509 *ca)
{
	require(s);
	return X509_STORE_add_cert(SSL_CTX_get_cert_store(s), ca) == 1 &&
	       SSL_CTX_add_client_CA(s, ca) == 1;
}

static int
failed(struct rt_err *err, int code, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return rt_err_set(err, code, "%s: %s", what,
	    reason == NULL ? "no reason given" : reason);
}

int
mtls_server_new(SSL_CTX **out, struct str chain_pem, EVP_PKEY *key, X509 *ca,
    struct rt_err *err)
{
	SSL_CTX *s;
	int r = 0;

	ERR_clear_error();
	s = SSL_CTX_new(TLS_server_method());
	if (s == NULL || !atls_settings(s) || !use_anchor(s, ca))
		r = failed(err, RT_ECRYPTO, "cannot set up TLS");
	else if (!use_chain(s, chain_pem))
		r = failed(err, RT_EFORMAT, "chain of the mesh certificate");
	else if (SSL_CTX_use_PrivateKey(s, key) != 1)
		r = failed(err, RT_EFORMAT, "key of the mesh certificate");
	if (r != 0)
		SSL_CTX_free(s);
	else
		*out = s;
	ERR_clear_error();
	return r;
}

struct choice {
	SSL_CTX *(*choose)(void *arg);
	void *arg;
};

/* Freed with the context. */
static void
free_choice(void *parent, void *p, CRYPTO_EX_DATA *ad, int idx, long n, void *q)
{
	(void)parent;
	(void)ad;
	(void)idx;
	(void)n;
	(void)q;
	free(p);
}

static int
hello(SSL *ssl, int *alert, void *arg)
{
	const struct choice *c = arg;
	SSL_CTX *chosen = c->choose(c->arg);
	bool good = chosen != NULL && SSL_set_SSL_CTX(ssl, chosen) != NULL;

	SSL_CTX_free(chosen);
	*alert = SSL_AD_INTERNAL_ERROR;
	return good ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR;
}

static int slot = -1;
static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

static void
make_slot(void)
{
	slot = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_choice);
}

int
mtls_server_chosen(
    SSL_CTX **out, SSL_CTX *(*choose)(void *arg), void *arg, struct rt_err *err)
{
	SSL_CTX *s = SSL_CTX_new(TLS_server_method());
	struct choice *c = rt_calloc(1, sizeof(*c));

	*c = (struct choice){choose, arg};
	if (s == NULL || !atls_settings(s) ||
	    CRYPTO_THREAD_run_once(&once, make_slot) != 1 ||
	    SSL_CTX_set_ex_data(s, slot, c) != 1) {
		free(c);
		SSL_CTX_free(s);
		return failed(err, RT_ECRYPTO, "cannot set up TLS");
	}
	require(s);
	SSL_CTX_set_client_hello_cb(s, hello, c);
	*out = s;
	return 0;
}
