/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in any of the PEM forms that people have. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "runtime/base/buf.h"
#include "runtime/base/encode.h"
#include "runtime/pki/der.h"
#include "runtime/pki/key.h"
#include "runtime/pki/owner.h"

#include "runtime/base/banned.h"

/* making DER */

static void
put_tlv(struct buf *out, unsigned tag, struct str content)
{
	buf_putc(out, (char)tag);
	if (content.n >= 0x100) {
		buf_putc(out, (char)0x82);
		buf_putc(out, (char)(content.n >> 8));
	} else if (content.n >= 0x80) {
		buf_putc(out, (char)0x81);
	}
	buf_putc(out, (char)content.n);
	buf_put(out, content);
}

/* Wraps what is in the buffer. */
static void
wrap(struct buf *b, unsigned tag)
{
	struct buf inner = *b;

	*b = (struct buf){0};
	put_tlv(b, tag, buf_str(&inner));
	buf_free(&inner);
}

static struct str
finish(struct buf *b, struct arena *a)
{
	struct str s = arena_str(a, buf_str(b));

	buf_free(b);
	return s;
}

static struct str
make_spki(struct arena *a, struct str curve, struct str point)
{
	struct buf b = {0}, bits = {0};

	put_tlv(&b, DER_OID, der_oid_ec);
	put_tlv(&b, DER_OID, curve);
	wrap(&b, DER_SEQUENCE);
	buf_putc(&bits, 0);
	buf_put(&bits, point);
	put_tlv(&b, DER_BITS, buf_str(&bits));
	buf_free(&bits);
	wrap(&b, DER_SEQUENCE);
	return finish(&b, a);
}

static struct str
make_pkcs1(struct arena *a, struct str n, struct str e)
{
	struct buf b = {0};

	put_tlv(&b, DER_INTEGER, n);
	put_tlv(&b, DER_INTEGER, e);
	wrap(&b, DER_SEQUENCE);
	return finish(&b, a);
}

/* EC */

/* Of a private key its type, or what only its reader knows; or a public key. */
#define PKCS8 (-1)
#define SPKI 0

/* Nothing may follow. */
static EVP_PKEY *
decode(struct str der, int type)
{
	const unsigned char *p = (const unsigned char *)der.p;
	long n = (long)der.n;
	EVP_PKEY *k;

	/* Texts of errors, which nobody sees, are most of the work here. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
	if (type == SPKI)
		k = d2i_PUBKEY(NULL, &p, n);
	else if (type == PKCS8)
		k = d2i_AutoPrivateKey(NULL, &p, n);
	else
		k = d2i_PrivateKey(type, NULL, &p, n);
	if (k != NULL && p == (const unsigned char *)der.p + n)
		return k;
	EVP_PKEY_free(k);
	return NULL;
}

/*
 * What is not written in the plain way (explicit parameters, compressed
 * points, no public part) OpenSSL reads and writes anew.
 */
static bool
normalise(struct str *out, struct arena *a, struct str der, int type)
{
	EVP_PKEY *k;
	bool ok;

	ERR_set_mark();
	k = decode(der, type);
	ok = k != NULL && EVP_PKEY_is_a(k, "EC") &&
	     pki_key_public(out, a, k, NULL) == 0;
	EVP_PKEY_free(k);
	ERR_pop_to_mark();
	return ok;
}

/* ECPrivateKey of SEC 1; `curve` is what PKCS#8 says about it. */
static bool
sec1_public(struct str *out, struct arena *a, struct str der, struct str curve)
{
	struct str key, skip, params, pub, point;

	if (!der_take(&der, DER_SEQUENCE, &key) || der.n != 0 ||
	    !der_take(&key, DER_INTEGER, &skip) ||
	    !der_take(&key, DER_OCTETS, &skip))
		return false;
	if (der_take(&key, DER_CONTEXT_0, &params) &&
	    (!der_take(&params, DER_OID, &curve) || params.n != 0))
		return false;
	if (!der_take(&key, DER_CONTEXT_1, &pub) || key.n != 0 ||
	    !der_take_bits(&pub, &point) || !der_is_point(curve, point))
		return false;
	*out = make_spki(a, curve, point);
	return true;
}

/* The OCTET STRING of PKCS#8 and the parameter OID of its algorithm. */
static bool
pkcs8(struct str der, struct str algorithm, struct str *key, struct str *param)
{
	struct str all, id, oid, skip;

	*param = (struct str){"", 0};
	if (!der_take(&der, DER_SEQUENCE, &all) || der.n != 0 ||
	    !der_take(&all, DER_INTEGER, &skip) ||
	    !der_take(&all, DER_SEQUENCE, &id) ||
	    !der_take(&id, DER_OID, &oid) || !str_eq(oid, algorithm))
		return false;
	(void)der_take(&id, DER_OID, param);
	return der_take(&all, DER_OCTETS, key);
}

static bool
ec_private(struct str *out, struct arena *a, struct str der)
{
	struct str none = {"", 0};

	return sec1_public(out, a, der, none) || normalise(out, a, der, PKCS8);
}

static bool
ec_pkcs8(struct str *out, struct arena *a, struct str der)
{
	struct str key, curve;

	if (!pkcs8(der, der_oid_ec, &key, &curve))
		return false;
	return sec1_public(out, a, key, curve) || normalise(out, a, der, PKCS8);
}

static bool
ec_public(struct str *out, struct arena *a, struct str der)
{
	if (!der_is_ec_spki(der))
		return normalise(out, a, der, SPKI);
	*out = arena_str(a, der);
	return true;
}

/* RSA */

static bool
rsa_private(struct str *out, struct arena *a, struct str der)
{
	struct str key, version, n, e, d;

	if (!der_take(&der, DER_SEQUENCE, &key) || der.n != 0 ||
	    !der_take(&key, DER_INTEGER, &version) ||
	    !der_take_positive(&key, &n) || !der_take_positive(&key, &e) ||
	    !der_take_positive(&key, &d))
		return false;
	*out = make_pkcs1(a, n, e);
	return true;
}

static bool
rsa_pkcs8(struct str *out, struct arena *a, struct str der)
{
	struct str key, param;

	return pkcs8(der, der_oid_rsa, &key, &param) &&
	       rsa_private(out, a, key);
}

static bool
rsa_pkcs1(struct str *out, struct arena *a, struct str der)
{
	if (!der_is_rsa_pkcs1(der))
		return false;
	*out = arena_str(a, der);
	return true;
}

/* SubjectPublicKeyInfo, or what released programs write under its label. */
static bool
rsa_public(struct str *out, struct arena *a, struct str der)
{
	struct str rest = der, key, id, oid, bits;

	if (der_take(&rest, DER_SEQUENCE, &key) && rest.n == 0 &&
	    der_take(&key, DER_SEQUENCE, &id) && der_take(&id, DER_OID, &oid) &&
	    str_eq(oid, der_oid_rsa) && der_take_bits(&key, &bits) &&
	    key.n == 0)
		return rsa_pkcs1(out, a, bits);
	return rsa_pkcs1(out, a, der);
}

/* labels */

struct form {
	enum pki_owner kind;
	int type; /* of the private key */
	const char *label;
	const char *what; /* "parsing WHAT: ..." */
	bool (*public)(struct str *out, struct arena *a, struct str der);
};

#define EC PKI_OWNER_WORKLOAD
#define RSA PKI_OWNER_SEEDSHARE
static const struct form forms[] = {
    {EC, EVP_PKEY_EC, "EC PRIVATE KEY", "EC private key", ec_private},
    {EC, PKCS8, "PRIVATE KEY", "EC private key", ec_pkcs8},
    {EC, SPKI, "PUBLIC KEY", "EC public key", ec_public},
    {RSA, EVP_PKEY_RSA, "RSA PRIVATE KEY", "seedshare owner key", rsa_private},
    {RSA, PKCS8, "PRIVATE KEY", "seedshare owner key", rsa_pkcs8},
    {RSA, SPKI, "PUBLIC KEY", "seedshare owner key", rsa_public},
    {RSA, SPKI, "RSA PUBLIC KEY", "seedshare owner key", rsa_pkcs1},
};
#undef EC
#undef RSA

struct block {
	struct str label, der;
	bool encrypted;
};

static struct str
next_line(struct str *text)
{
	size_t end = str_chr(*text, '\n', 0);
	struct str line = str_trim(str_sub(*text, 0, end));

	*text = end == SIZE_MAX ? STR("") : str_sub(*text, end + 1, text->n);
	return line;
}

/* "-----WORD LABEL-----" */
static bool
is_boundary(struct str line, struct str word, struct str *label)
{
	if (!str_starts(line, word) || !str_ends(line, STR("-----")) ||
	    line.n < word.n + 5)
		return false;
	*label = str_sub(line, word.n, line.n - 5);
	return true;
}

/* What is in a block, its headers apart, up to its last line. */
static bool
take_body(struct block *b, struct buf *body, struct str *text)
{
	struct str line, end;

	body->n = 0;
	while (text->n > 0) {
		line = next_line(text);
		if (is_boundary(line, STR("-----END "), &end))
			return str_eq(end, b->label);
		if (str_chr(line, ':', 0) == SIZE_MAX)
			buf_put(body, line);
		else if (str_find(line, STR("ENCRYPTED"), 0) != SIZE_MAX)
			b->encrypted = true;
	}
	return false;
}

/*
 * The next block as RFC 7468 has it, or RFC 1421 with headers; what stands
 * between blocks is skipped.
 */
static bool
next_block(struct block *b, struct arena *a, struct buf *body, struct str *text)
{
	*b = (struct block){0};
	while (text->n > 0) {
		if (is_boundary(next_line(text), STR("-----BEGIN "), &b->label))
			return take_body(b, body, text) &&
			       rt_unbase64(&b->der, a, buf_str(body), NULL) ==
				   0;
	}
	return false;
}

/* The first block that is no EC PARAMETERS, which OpenSSL puts in front. */
static bool
first_block(struct block *b, struct arena *a, struct str pem)
{
	struct buf body = {0};
	bool ok;

	/* All at once: what grows leaves copies of a secret behind. */
	(void)buf_reserve(&body, pem.n);
	do
		ok = next_block(b, a, &body, &pem);
	while (ok && str_eqz(b->label, "EC PARAMETERS"));
	OPENSSL_cleanse(body.p, body.cap);
	buf_free(&body);
	return ok;
}

static const struct form *
form_of(const struct block *b, enum pki_owner kind, struct rt_err *err)
{
	size_t i;

	if (b->encrypted || str_eqz(b->label, "ENCRYPTED PRIVATE KEY")) {
		(void)rt_err_set(err, RT_EFORMAT,
		    "the key is encrypted with a password; decrypt it first");
		return NULL;
	}
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].kind == kind && str_eqz(b->label, forms[i].label))
			return &forms[i];
	}
	(void)rt_err_set(err, RT_EFORMAT, "unsupported PEM block type: %.*s",
	    STR_ARG(str_clip(b->label, 64)));
	return NULL;
}

/* What to do with the first block. */
typedef int read_block(void *out, struct arena *a, const struct form *f,
    struct str der, struct rt_err *err);

static int
read_pem(void *out, struct arena *a, enum pki_owner kind, struct str pem,
    read_block *read, struct rt_err *err)
{
	static const char *const none[] = {"failed to decode PEM block",
	    "decoding seedshare owner key: no key found"};
	struct arena *scratch = arena_new();
	const struct form *f;
	struct block b;
	int rc = RT_EFORMAT;

	if (pem.n <= PKI_FILE_MAX && first_block(&b, scratch, pem)) {
		f = form_of(&b, kind, err);
		if (f != NULL)
			rc = read(out, a, f, b.der, err);
	} else {
		rc = rt_err_set(err, RT_EFORMAT, "%s", none[kind]);
	}
	arena_wipe(scratch);
	return rc;
}

static int
bad_block(const struct form *f, struct rt_err *err)
{
	return rt_err_set(
	    err, RT_EFORMAT, "parsing %s: not a key of this kind", f->what);
}

static int
read_public(void *out, struct arena *a, const struct form *f, struct str der,
    struct rt_err *err)
{
	struct pki_owner_key *k = out;

	k->private = f->type != SPKI;
	return f->public(&k->der, a, der) ? 0 : bad_block(f, err);
}

int
pki_owner_public(struct pki_owner_key *out, struct arena *a,
    enum pki_owner kind, struct str pem, struct rt_err *err)
{
	return read_pem(out, a, kind, pem, read_public, err);
}

/* The kind of key that the label promises, whole and in itself sound. */
static EVP_PKEY *
private_key(const struct form *f, struct str der)
{
	EVP_PKEY *k;

	ERR_set_mark();
	k = decode(der, f->type);
	if (k != NULL &&
	    (pki_key_normalise(k, NULL) != 0 || pki_key_check(k, NULL) != 0)) {
		EVP_PKEY_free(k);
		k = NULL;
	}
	ERR_pop_to_mark();
	return k;
}

static int
read_private(void *out, struct arena *a, const struct form *f, struct str der,
    struct rt_err *err)
{
	static const char *const kinds[] = {"EC", "RSA"};
	EVP_PKEY **key = out;
	struct str public;

	if (f->type == SPKI)
		return rt_err_set(err, RT_EFORMAT,
		    "%s owner key is not an %s private key",
		    pki_owner_names[f->kind], kinds[f->kind]);
	/* what is refused for a manifest is no key to sign with either */
	if (!f->public(&public, a, der))
		return bad_block(f, err);
	*key = private_key(f, der);
	return *key != NULL ? 0 : bad_block(f, err);
}

int
pki_owner_private(
    EVP_PKEY **out, enum pki_owner kind, struct str pem, struct rt_err *err)
{
	struct arena *a = NULL;
	EVP_PKEY *k = NULL;
	int rc = pki_secret_init(NULL, err);

	if (rc != 0)
		return rc;
	a = arena_new();
	rc = read_pem(&k, a, kind, pem, read_private, err);
	arena_free(a);
	if (rc == 0)
		*out = k;
	return rc;
}

struct str
pki_owner_hex(struct arena *a, const struct pki_owner_key *k)
{
	return rt_hex(a, (const unsigned char *)k->der.p, k->der.n);
}

struct str
pki_owner_digest_hex(struct arena *a, const struct pki_owner_key *k)
{
	return rt_sha256_hex(a, k->der);
}
