/* SPDX-License-Identifier: Apache-2.0 */
/* Founding a simulated platform: keys and certificates (attestation 19.3). */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "runtime/attest/simulated.h"
#include "runtime/attest/snp_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define DAY ((int64_t)86400)
#define CA_DAYS 3650
#define LEAF_DAYS 2555
#define RSA_BITS 4096
#define HOUR 3600 /* before now: clocks differ */

struct maker {
	struct arena *arena;
	EVP_PKEY *ark, *ask, *vcek;
	X509 *certs[3]; /* ARK, ASK, VCEK */
	enum snp_product product;
	uint64_t tcb;
	struct str chip_id;
	int64_t now;
};

static bool
add_extension(X509 *x, const char *oid, bool critical, struct str value)
{
	ASN1_OBJECT *obj = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e = NULL;
	bool ok;

	ok = obj != NULL && s != NULL &&
	     ASN1_OCTET_STRING_set(
		 s, (const unsigned char *)value.p, (int)value.n) == 1;
	if (ok)
		e = X509_EXTENSION_create_by_OBJ(NULL, obj, critical, s);
	ok = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(obj);
	return ok;
}

static bool
add_nid(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool ok = e != NULL && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return ok;
}

static bool
set_name(X509_NAME *name, const char *cn)
{
	static const unsigned char o[] = SNP_SIMULATED_O;

	return X509_NAME_add_entry_by_NID(name, NID_organizationName,
		   MBSTRING_UTF8, o, -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
		   (const unsigned char *)cn, -1, -1, 0) == 1;
}

/* An unsigned certificate with names, times, key and marker. */
static X509 *
begin(const struct maker *m, EVP_PKEY *key, const char *subject,
    const char *issuer, long serial, int64_t days)
{
	X509 *x = X509_new();
	bool ok;

	ok =
	    x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), serial) == 1 &&
	    set_name(X509_get_subject_name(x), subject) &&
	    set_name(X509_get_issuer_name(x), issuer) &&
	    ASN1_TIME_set(X509_getm_notBefore(x), m->now - HOUR) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), m->now + days * DAY) != NULL &&
	    X509_set_pubkey(x, key) == 1 &&
	    add_extension(
		x, ATTEST_OID_SIMULATED_SNP, true, snp_simulated_marker);
	if (ok)
		return x;
	X509_free(x);
	return NULL;
}

static bool
sign(X509 *x, EVP_PKEY *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = NULL;
	bool ok;

	ok = ctx != NULL &&
	     EVP_DigestSignInit(ctx, &p, EVP_sha384(), NULL, key) == 1 &&
	     EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1 &&
	     EVP_PKEY_CTX_set_rsa_pss_saltlen(p, 48) == 1 &&
	     EVP_PKEY_CTX_set_rsa_mgf1_md(p, EVP_sha384()) == 1 &&
	     X509_sign_ctx(x, ctx) > 0;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static const char *
cn(const struct maker *m, const char *prefix)
{
	return arena_printf(
	    m->arena, "%sSimulated-%s", prefix, snp_product_name(m->product))
	    .p;
}

static X509 *
make_ca(const struct maker *m, EVP_PKEY *key, bool root)
{
	X509 *x = begin(m, key, cn(m, root ? "ARK-" : "SEV-"), cn(m, "ARK-"),
	    root ? 1 : 2, CA_DAYS);
	bool ok;

	ok = x != NULL &&
	     add_nid(x, NID_basic_constraints,
		 root ? "critical,CA:TRUE" : "critical,CA:TRUE,pathlen:0") &&
	     add_nid(x, NID_key_usage,
		 root ? "critical,keyCertSign,cRLSign"
		      : "critical,keyCertSign") &&
	     sign(x, m->ark);
	if (ok)
		return x;
	X509_free(x);
	return NULL;
}

/* INTEGER of 0 to 255. */
static struct str
der_number(struct arena *a, unsigned n)
{
	return n < 0x80 ? arena_printf(a, "\x02\x01%c", (int)n)
			: arena_printf(a, "\x02\x02%c%c", 0, (int)n);
}

#define ARC "1.3.6.1.4.1.3704.1."

/* The parts of the TCB, and zero for what is reserved. */
static bool
add_tcb(X509 *x, const struct maker *m)
{
	static const struct {
		const char *oid;
		enum snp_part part;
	} parts[] = {{ARC "3.1", SNP_BL}, {ARC "3.2", SNP_TEE},
	    {ARC "3.3", SNP_SNP}, {ARC "3.8", SNP_UCODE}, {ARC "3.9", SNP_FMC}};
	static const char *const reserved[] = {
	    ARC "3.5", ARC "3.6", ARC "3.7", ARC "3.4"};
	size_t i, n = m->product == SNP_TURIN ? 3 : 4;
	bool ok = true;
	int byte;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		byte = snp_tcb_byte(m->product, parts[i].part);
		ok = ok && (byte < 0 || add_extension(x, parts[i].oid, false,
					    der_number(m->arena,
						snp_tcb_part(m->tcb, byte))));
	}
	for (i = 0; i < n; i++)
		ok = ok && add_extension(
			       x, reserved[i], false, der_number(m->arena, 0));
	return ok;
}

static X509 *
make_leaf(const struct maker *m)
{
	X509 *x = begin(m, m->vcek, "SEV-VCEK", cn(m, "SEV-"), 0, LEAF_DAYS);
	const char *name = snp_product_name(m->product);
	struct str product =
	    arena_printf(m->arena, "\x16%c%s", (int)strlen(name), name);
	bool ok;

	ok = x != NULL &&
	     add_extension(x, ARC "1", false,
		 der_number(m->arena, m->product == SNP_TURIN)) &&
	     add_extension(x, ARC "2", false, product) && add_tcb(x, m) &&
	     add_extension(x, ARC "4", false,
		 str_sub(m->chip_id, 0, snp_hwid_len(m->product))) &&
	     sign(x, m->ask);
	if (ok)
		return x;
	X509_free(x);
	return NULL;
}

static bool
make_all(struct maker *m)
{
	m->ark = EVP_RSA_gen(RSA_BITS);
	m->ask = EVP_RSA_gen(RSA_BITS);
	m->vcek = EVP_EC_gen("P-384");
	if (m->ark == NULL || m->ask == NULL || m->vcek == NULL)
		return false;
	m->certs[0] = make_ca(m, m->ark, true);
	m->certs[1] = make_ca(m, m->ask, false);
	m->certs[2] = make_leaf(m);
	return m->certs[0] != NULL && m->certs[1] != NULL &&
	       m->certs[2] != NULL;
}

/* Results */

static struct str
take_pem(struct arena *a, BIO *b, bool ok)
{
	char *p = NULL;
	long n = b == NULL ? 0 : BIO_get_mem_data(b, &p);
	struct str s = {"", 0};

	if (ok && n > 0)
		s = arena_str(a, (struct str){p, (size_t)n});
	if (n > 0)
		OPENSSL_cleanse(p, (size_t)n);
	BIO_free(b);
	return s;
}

static struct str
cert_pem(struct arena *a, X509 *x)
{
	BIO *b = BIO_new(BIO_s_mem());

	return take_pem(a, b, b != NULL && PEM_write_bio_X509(b, x) == 1);
}

static struct str
key_pem(struct arena *a, EVP_PKEY *key)
{
	BIO *b = BIO_new(BIO_s_mem());

	return take_pem(a, b,
	    b != NULL && PEM_write_bio_PKCS8PrivateKey(
			     b, key, NULL, NULL, 0, NULL, NULL) == 1);
}

static void
give(struct simulated *out, struct maker *m)
{
	unsigned char *der = NULL;
	int n = i2d_X509(m->certs[0], &der);
	struct str hex = rt_sha256_hex(
	    m->arena, (struct str){(const char *)der, n > 0 ? (size_t)n : 0});

	OPENSSL_free(der);
	memcpy(out->root_sha256, hex.p, sizeof(out->root_sha256) - 1);
	out->ark = cert_pem(m->arena, m->certs[0]);
	out->ask = cert_pem(m->arena, m->certs[1]);
	out->vcek = cert_pem(m->arena, m->certs[2]);
	out->ark_key = key_pem(m->arena, m->ark);
	out->ask_key = key_pem(m->arena, m->ask);
	out->vcek_key = key_pem(m->arena, m->vcek);
}

int
simulated_make(struct simulated *out, struct arena *a, enum snp_product product,
    uint64_t tcb, int64_t now, struct rt_err *err)
{
	struct maker m = {
	    .arena = a, .product = product, .tcb = tcb, .now = now};
	bool ok;
	size_t i;

	*out = (struct simulated){0};
	m.chip_id =
	    (struct str){(const char *)out->chip_id, sizeof(out->chip_id)};
	ok = RAND_bytes(out->chip_id, (int)snp_hwid_len(product)) == 1 &&
	     make_all(&m);
	if (ok)
		give(out, &m);
	for (i = 0; i < 3; i++)
		X509_free(m.certs[i]);
	EVP_PKEY_free(m.ark);
	EVP_PKEY_free(m.ask);
	EVP_PKEY_free(m.vcek);
	ok = ok && out->vcek.n > 0 && out->vcek_key.n > 0;
	return ok ? 0
		  : rt_err_set(
			err, RT_ECRYPTO, "keys or certificates cannot be made");
}

static void
wipe(struct str *s)
{
	OPENSSL_cleanse((void *)(uintptr_t)s->p, s->n);
	*s = (struct str){"", 0};
}

void
simulated_fini(struct simulated *s)
{
	if (s->ark_key.n > 0)
		wipe(&s->ark_key);
	if (s->ask_key.n > 0)
		wipe(&s->ask_key);
	if (s->vcek_key.n > 0)
		wipe(&s->vcek_key);
}
