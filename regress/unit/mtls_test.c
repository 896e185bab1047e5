/* SPDX-License-Identifier: Apache-2.0 */
/* Clients with mesh certificates of this CA, of others, and with none. */
#include <time.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "regress/unit/unit.h"
#include "runtime/base/arena.h"
#include "runtime/pki/ca.h"
#include "runtime/wire/mtls.h"

#include "runtime/base/banned.h"

#define YEAR (366L * 24 * 60 * 60)

static struct arena *a;
static EVP_PKEY *root_key, *key;
static struct pki_ca *ca, *other;
static SSL_CTX *server;

static struct str
chain(const struct pki_ca *from, time_t when)
{
	const struct str san = STR("web");
	const struct pki_leaf leaf = {.key = key, .sans = &san, .n_sans = 1};
	struct str pem;

	assert_int_equal(
	    pki_ca_issue_chain(&pem, a, from, &leaf, when, NULL), 0);
	return pem;
}

static int
setup(void **state)
{
	time_t now = time(NULL);

	(void)state;
	a = arena_new();
	root_key = EVP_EC_gen("P-384");
	key = EVP_EC_gen("P-256");
	if (pki_ca_new(&ca, root_key, NULL, now, NULL) != 0 ||
	    pki_ca_new(&other, root_key, NULL, now, NULL) != 0)
		return -1;
	return mtls_server_new(
	    &server, chain(ca, now), key, pki_ca_mesh_cert(ca), NULL);
}

static int
teardown(void **state)
{
	(void)state;
	SSL_CTX_free(server);
	pki_ca_free(ca);
	pki_ca_free(other);
	EVP_PKEY_free(key);
	EVP_PKEY_free(root_key);
	arena_free(a);
	return 0;
}

/* The leaf alone: the server knows its CA. */
static void
give(SSL_CTX *c, struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	assert_int_equal(SSL_CTX_use_certificate(c, x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(c, key), 1);
	X509_free(x);
	BIO_free(bio);
}

/* Is the handshake done on both sides?  In memory, step by step. */
static bool
shake(SSL *s, SSL *c)
{
	int i, done = 0;

	for (i = 0; i < 10; i++)
		done = (SSL_do_handshake(c) == 1) + (SSL_do_handshake(s) == 1);
	ERR_clear_error();
	return done == 2;
}

static bool
connects(SSL_CTX *client, long *why)
{
	SSL *s = SSL_new(server), *c = SSL_new(client);
	BIO *one, *two;
	bool good;

	assert_int_equal(BIO_new_bio_pair(&one, 0, &two, 0), 1);
	SSL_set_bio(s, one, one);
	SSL_set_bio(c, two, two);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	good = shake(s, c);
	*why = SSL_get_verify_result(s);
	if (good)
		assert_false(SSL_SESSION_is_resumable(SSL_get0_session(c)));
	SSL_free(c);
	SSL_free(s);
	return good;
}

/* clang-format off */
static const struct client {
	const char *name;
	bool ours, theirs; /* whose certificate: neither sends none */
	long made;         /* seconds from now */
	bool good;
	long why;
} clients[] = {
	{"ours", true, false, 0, true, X509_V_OK},
	{"none", false, false, 0, false, X509_V_OK},
	{"another manifest's", false, true, 0, false,
	    X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
	{"expired", true, false, -YEAR, false, X509_V_ERR_CERT_HAS_EXPIRED},
	{"not yet", true, false, YEAR, false, X509_V_ERR_CERT_NOT_YET_VALID},
};
/* clang-format on */

static void
server__clients(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	size_t i, v;
	long why;

	(void)state;
	for (i = 0; i < 2 * sizeof(clients) / sizeof(*clients); i++) {
		const struct client *t = &clients[i / 2];
		SSL_CTX *c = SSL_CTX_new(TLS_client_method());
		bool good;

		v = i % 2;
		assert_int_equal(
		    SSL_CTX_set_max_proto_version(c, versions[v]), 1);
		if (t->ours || t->theirs)
			give(c,
			    chain(t->ours ? ca : other, time(NULL) + t->made));
		good = connects(c, &why);
		SSL_CTX_free(c);
		if (good != t->good || why != t->why)
			fail_msg("%s (%zu): %d, %ld", t->name, v, good, why);
	}
}

static void
server__what_it_is_given(void **state)
{
	EVP_PKEY *another = EVP_EC_gen("P-256");
	struct str good = chain(ca, time(NULL));
	X509 *anchor = pki_ca_mesh_cert(ca);
	SSL_CTX *s = NULL;

	(void)state;
	assert_int_equal(
	    mtls_server_new(&s, good, another, anchor, NULL), RT_EFORMAT);
	assert_int_equal(
	    mtls_server_new(&s, STR(""), key, anchor, NULL), RT_EFORMAT);
	assert_int_equal(mtls_server_new(&s, str_sub(good, 0, good.n - 40), key,
			     anchor, NULL),
	    RT_EFORMAT);
	assert_null(s);
	EVP_PKEY_free(another);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(server__clients),
	    cmocka_unit_test(server__what_it_is_given),
	};

	return cmocka_run_group_tests_name("mtls", tests, setup, teardown);
}
