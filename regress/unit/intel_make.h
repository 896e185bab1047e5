/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_INTEL_MAKE_H
#define CONTRASTC_REGRESS_INTEL_MAKE_H

/*
 * A TDX platform of our own: a tree of certificates with Intel's names, a
 * quote, and collateral that fits it.  Tests change a member, make the parts
 * and look at what a verification says.
 */
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "runtime/attest/tdx.h"
#include "runtime/base/encode.h"

#define MADE_NOW ((int64_t)1750000000) /* 15 June 2025 */
#define MADE_DAY ((int64_t)86400)

enum made_key {
	MADE_ROOT,
	MADE_CA,
	MADE_LEAF,
	MADE_SIGNER,
	MADE_ATTEST,
	MADE_KEYS
};

struct made {
	struct arena *a;
	EVP_PKEY *key[MADE_KEYS];
	int64_t from, to; /* of certificates */
	long leaf_serial, ca_serial, signer_serial;
	const char *ca_name;
	struct str ext; /* of the leaf */
	bool no_ext;
	unsigned version, body_type;
	char header_svn[4]; /* bytes 8..12 of the header */
	char body[TDX_BODY_15_LEN];
	char qe[TDX_QE_REPORT_LEN];
	struct str attest_key; /* instead of that of the key */
	struct str extra;
	const char *issued, *next; /* of TCB info and QE identity */
	const char *levels, *modules, *qe_levels;
	const char *fmspc;
	unsigned eval;
	enum made_key text_signer; /* whose certificate signs the texts */
	long revoked_leaf, revoked_ca;
	int64_t crl_from, crl_to;
};

static inline struct str
made_str(const void *p, size_t n)
{
	return (struct str){(const char *)p, n};
}

/* DER */

static inline struct str
made_tlv(struct arena *a, unsigned tag, struct str s)
{
	struct buf b = {0};
	struct str out;

	buf_putc(&b, (char)tag);
	if (s.n >= 256) {
		buf_putc(&b, (char)0x82);
		buf_putc(&b, (char)(s.n >> 8));
	} else if (s.n >= 128) {
		buf_putc(&b, (char)0x81);
	}
	buf_putc(&b, (char)s.n);
	buf_put(&b, s);
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* SEQUENCE { OID base.suffix, value } */
static inline struct str
made_pair(struct arena *a, struct str suffix, struct str value)
{
	struct buf b = {0};
	struct str oid, out;

	buf_puts(&b, "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01");
	buf_put(&b, suffix);
	oid = made_tlv(a, 6, buf_str(&b));
	b.n = 0;
	buf_put(&b, oid);
	buf_put(&b, value);
	out = made_tlv(a, 0x30, buf_str(&b));
	buf_free(&b);
	return out;
}

/* The extension with all components `svn`; `drop`: a member to leave out. */
static inline struct str
made_ext(struct arena *a, unsigned svn, unsigned drop)
{
	struct buf tcb = {0}, all = {0};
	char oid[2] = {2, 0}, value[2] = {0, 0};
	struct str out;
	unsigned i;

	for (i = 1; i <= 17; i++) {
		oid[1] = (char)i;
		value[0] = (char)(i == 17 ? 13 : svn);
		if (drop != 200 + i)
			buf_put(&tcb, made_pair(a, made_str(oid, 2),
					  made_tlv(a, 2, made_str(value, 1))));
	}
	oid[1] = 18;
	buf_put(&tcb, made_pair(a, made_str(oid, 2),
			  made_tlv(a, 4, STR("0123456789abcdef"))));
	for (i = 1; i <= 5; i++) {
		static const struct str octets[] = {STR_INIT(""),
		    STR_INIT("PPPPPPPPPPPPPPPP"), STR_INIT(""),
		    STR_INIT("\0\0"), STR_INIT("\0\x80\x6f\x05\0\0")};
		struct str v = i == 2   ? made_tlv(a, 0x30, buf_str(&tcb))
			       : i == 5 ? made_tlv(a, 10, STR("\1"))
					: made_tlv(a, 4, octets[i]);

		oid[0] = (char)i;
		if (drop != i)
			buf_put(&all, made_pair(a, made_str(oid, 1), v));
	}
	out = made_tlv(a, 0x30, buf_str(&all));
	buf_free(&tcb);
	buf_free(&all);
	return out;
}

/* Certificates */

static inline X509_NAME *
made_name(const char *cn)
{
	static const char *const rest[][2] = {{"O", "Intel Corporation"},
	    {"L", "Santa Clara"}, {"ST", "CA"}, {"C", "US"}};
	X509_NAME *n = X509_NAME_new();
	size_t i;

	X509_NAME_add_entry_by_txt(
	    n, "CN", MBSTRING_ASC, (const unsigned char *)cn, -1, -1, 0);
	for (i = 0; i < 4; i++)
		X509_NAME_add_entry_by_txt(n, rest[i][0], MBSTRING_ASC,
		    (const unsigned char *)rest[i][1], -1, -1, 0);
	return n;
}

static inline void
made_add_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static inline void
made_add_sgx(X509 *x, struct str der)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.840.113741.1.13.1", 1);
	ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	ASN1_OCTET_STRING_set(s, (const unsigned char *)der.p, (int)der.n);
	e = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, s);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(s);
	ASN1_OBJECT_free(oid);
}

static inline const char *
made_cn(const struct made *m, enum made_key k)
{
	return k == MADE_ROOT   ? "Intel SGX Root CA"
	       : k == MADE_CA   ? m->ca_name
	       : k == MADE_LEAF ? "Intel SGX PCK Certificate"
				: "Intel SGX TCB Signing";
}

static inline X509 *
made_cert(const struct made *m, enum made_key k)
{
	enum made_key by = k == MADE_LEAF ? MADE_CA : MADE_ROOT;
	X509_NAME *subject = made_name(made_cn(m, k));
	X509_NAME *issuer = made_name(made_cn(m, by));
	X509 *x = X509_new();

	X509_set_version(x, 2);
	ASN1_INTEGER_set(
	    X509_get_serialNumber(x), k == MADE_LEAF   ? m->leaf_serial
				      : k == MADE_CA   ? m->ca_serial
				      : k == MADE_ROOT ? 1
						       : m->signer_serial);
	X509_set_subject_name(x, subject);
	X509_set_issuer_name(x, issuer);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)m->from);
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)m->to);
	X509_set_pubkey(x, m->key[k]);
	if (k == MADE_ROOT || k == MADE_CA) {
		made_add_ext(x, NID_basic_constraints, "critical,CA:TRUE");
		made_add_ext(x, NID_key_usage, "critical,keyCertSign,cRLSign");
	}
	if (k == MADE_LEAF && !m->no_ext)
		made_add_sgx(x, m->ext);
	X509_sign(x, m->key[by], EVP_sha256());
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	return x;
}

static inline struct str
made_pem(const struct made *m, const enum made_key *keys, size_t n)
{
	BIO *b = BIO_new(BIO_s_mem());
	struct str out;
	char *p;
	size_t i;

	for (i = 0; i < n; i++) {
		X509 *x = made_cert(m, keys[i]);

		PEM_write_bio_X509(b, x);
		X509_free(x);
	}
	out.n = (size_t)BIO_get_mem_data(b, &p);
	out.p = p;
	out = arena_str(m->a, out);
	BIO_free(b);
	return out;
}

/* The root's DER, for a policy. */
static inline struct str
made_root(const struct made *m)
{
	X509 *x = made_cert(m, MADE_ROOT);
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	struct str out = arena_str(m->a, made_str(der, (size_t)n));

	OPENSSL_free(der);
	X509_free(x);
	return out;
}

/* r, s of 32 bytes each */
static inline struct str
made_sign(const struct made *m, enum made_key k, struct str text)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char der[128], *out = arena_alloc(m->a, 64);
	const unsigned char *p = der;
	size_t n = sizeof(der);
	ECDSA_SIG *sig;

	EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, m->key[k]);
	EVP_DigestSign(c, der, &n, (const unsigned char *)text.p, text.n);
	sig = d2i_ECDSA_SIG(NULL, &p, (long)n);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(c);
	return made_str(out, 64);
}

static inline struct str
made_hex(const struct made *m, struct str s)
{
	return rt_hex(m->a, (const unsigned char *)s.p, s.n);
}

static inline struct str
made_crl(const struct made *m, enum made_key by, long revoked)
{
	X509_NAME *issuer = made_name(made_cn(m, by));
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)m->crl_from);
	ASN1_TIME *to = ASN1_TIME_set(NULL, (time_t)m->crl_to);
	X509_CRL *crl = X509_CRL_new();
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	unsigned char *der = NULL;
	struct str out;
	int n;

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, issuer);
	X509_CRL_set1_lastUpdate(crl, from);
	X509_CRL_set1_nextUpdate(crl, to);
	ASN1_INTEGER_set(serial, revoked);
	X509_REVOKED_set_serialNumber(entry, serial);
	X509_REVOKED_set_revocationDate(entry, from);
	X509_CRL_add0_revoked(crl, entry);
	X509_CRL_sort(crl);
	X509_CRL_sign(crl, m->key[by], EVP_sha256());
	n = i2d_X509_CRL(crl, &der);
	out = made_hex(m, made_str(der, (size_t)n));
	OPENSSL_free(der);
	ASN1_INTEGER_free(serial);
	X509_CRL_free(crl);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_NAME_free(issuer);
	return out;
}

/* The texts */

#define MADE_MODULE_MASK                                                       \
	"\"mrsigner\":\"%096d\",\"attributes\":\"0000000000000000\","          \
	"\"attributesMask\":\"FFFFFFFFFFFFFFFF\""

static inline struct str
made_tcb_info(const struct made *m)
{
	return arena_printf(m->a,
	    "{\"id\":\"TDX\",\"version\":3,\"issueDate\":\"%s\","
	    "\"nextUpdate\":\"%s\",\"fmspc\":\"%s\",\"pceId\":\"0000\","
	    "\"tcbType\":0,\"tcbEvaluationDataNumber\":%u,"
	    "\"tdxModule\":{" MADE_MODULE_MASK "},"
	    "\"tdxModuleIdentities\":[{\"id\":\"TDX_01\"," MADE_MODULE_MASK
	    ",\"tcbLevels\":[%s]}],\"tcbLevels\":[%s]}",
	    m->issued, m->next, m->fmspc, m->eval, 0, 0, m->modules, m->levels);
}

static inline struct str
made_qe_identity(const struct made *m)
{
	return arena_printf(m->a,
	    "{\"id\":\"TD_QE\",\"version\":2,\"issueDate\":\"%s\","
	    "\"nextUpdate\":\"%s\",\"tcbEvaluationDataNumber\":%u,"
	    "\"miscselect\":\"00000000\",\"miscselectMask\":\"FFFFFFFF\","
	    "\"attributes\":\"11000000000000000000000000000000\","
	    "\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\","
	    "\"mrsigner\":\"%064d\",\"isvprodid\":2,\"tcbLevels\":[%s]}",
	    m->issued, m->next, m->eval, 0, m->qe_levels);
}

#define MADE_SVN_LEVEL(svn, status)                                            \
	"{\"tcb\":{\"isvsvn\":" #svn "},\"tcbDate\":\"2024-03-13T00:00:00Z\"," \
	"\"tcbStatus\":\"" status "\",\"advisoryIDs\":[\"INTEL-SA-1\"]}"

/* Sixteen components each; svn of SGX, of TDX. */
static inline const char *
made_level(struct arena *a, int sgx, int tdx, const char *status)
{
	struct buf b = {0};
	const char *out;
	int i, k;

	buf_puts(&b, "{\"tcb\":{");
	for (k = 0; k < 2; k++) {
		buf_printf(&b, "\"%stcbcomponents\":[", k == 0 ? "sgx" : "tdx");
		for (i = 0; i < 16; i++)
			buf_printf(&b, "%s{\"svn\":%d}", i == 0 ? "" : ",",
			    k == 0 ? sgx : (i < 3 ? tdx : 0));
		buf_puts(&b, "],");
	}
	buf_printf(&b,
	    "\"pcesvn\":11},\"tcbDate\":\"2024-03-13T00:00:00Z\","
	    "\"tcbStatus\":\"%s\",\"advisoryIDs\":[\"INTEL-SA-2\"]}",
	    status);
	out = arena_cstr(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static inline struct tdx_signed
made_signed(const struct made *m, struct str text)
{
	const enum made_key chain[] = {m->text_signer, MADE_ROOT};

	return (struct tdx_signed){text,
	    made_hex(m, made_sign(m, m->text_signer, text)),
	    made_pem(m, chain, 2)};
}

static inline struct tdx_collateral
made_collateral(const struct made *m)
{
	struct tdx_collateral c = {0};

	c.root_crl = made_crl(m, MADE_ROOT, m->revoked_ca);
	c.pck_crl = made_crl(m, MADE_CA, m->revoked_leaf);
	c.tcb_info = made_signed(m, made_tcb_info(m));
	c.qe_identity = made_signed(m, made_qe_identity(m));
	return c;
}

/* What Intel's service answers. */
static inline struct str
made_response(
    const struct made *m, const char *name, const struct tdx_signed *s)
{
	return arena_printf(m->a, "{\"%s\":%.*s,\"signature\":\"%.*s\"}", name,
	    STR_ARG(s->text), STR_ARG(s->signature));
}

/* The quote */

static inline struct str
made_public(const struct made *m, enum made_key k)
{
	unsigned char *p = arena_alloc(m->a, 65);
	size_t n;

	EVP_PKEY_get_octet_string_param(m->key[k], "pub", p, 65, &n);
	return made_str(p + 1, 64);
}

static inline struct str
made_quote(struct made *m)
{
	static const char vendor[] =
	    "\x93\x9a\x72\x33\xf7\x9c\x4c\xa9\x94\x0a\x0d\xb3\x95\x7f\x06\x07";
	static const enum made_key chain[] = {MADE_LEAF, MADE_CA, MADE_ROOT};
	char *h = arena_alloc(m->a, TDX_HEADER_LEN);
	struct tdx_quote q = {.version = m->version,
	    .body_type = m->body_type,
	    .cert_type = 6,
	    .chain_type = 5,
	    .qe_auth = STR("auth")};
	unsigned char bind[32];
	struct buf b = {0};
	struct str out;

	h[0] = (char)m->version;
	h[2] = 2;
	h[4] = (char)0x81;
	memcpy(h + 8, m->header_svn, 4);
	memcpy(h + 12, vendor, 16);
	q.header = made_str(h, TDX_HEADER_LEN);
	q.body = made_str(
	    m->body, m->body_type == 3 ? TDX_BODY_15_LEN : TDX_BODY_LEN);
	q.attest_key =
	    m->attest_key.n > 0 ? m->attest_key : made_public(m, MADE_ATTEST);
	buf_put(&b, q.attest_key);
	buf_put(&b, q.qe_auth);
	rt_sha256(bind, buf_str(&b));
	memcpy(m->qe + 320, bind, 32);
	q.qe_report = made_str(m->qe, TDX_QE_REPORT_LEN);
	q.qe_signature = made_sign(m, MADE_LEAF, q.qe_report);
	q.pck_chain = made_pem(m, chain, 3);
	q.cert_size =
	    (uint32_t)(384 + 64 + 2 + q.qe_auth.n + 6 + q.pck_chain.n);
	q.sig_len = q.cert_size + 134;
	q.signature = q.extra = (struct str){"", 0};
	b.n = 0;
	tdx_quote_write(&b, &q);
	/* Signed are header and body, with their descriptor. */
	q.signature = made_sign(m, MADE_ATTEST,
	    str_sub(buf_str(&b), 0,
		TDX_HEADER_LEN + (m->version == 5 ? 6u : 0u) + q.body.n));
	q.extra = m->extra;
	b.n = 0;
	tdx_quote_write(&b, &q);
	out = arena_str(m->a, buf_str(&b));
	buf_free(&b);
	return out;
}

static inline void
made_set(struct made *m, enum tdx_field f, int byte, int value)
{
	m->body[tdx_fields[f].offset + byte] = (char)value;
}

static inline struct made *
made_new(void)
{
	struct arena *a = arena_new();
	struct made *m = ARENA_NEW(a, struct made);
	size_t i;

	*m = (struct made){.a = a,
	    .from = MADE_NOW - 100 * MADE_DAY,
	    .to = MADE_NOW + 100 * MADE_DAY,
	    .leaf_serial = 11,
	    .ca_serial = 12,
	    .signer_serial = 13,
	    .ca_name = "Intel SGX PCK Platform CA",
	    .version = 4,
	    .body_type = 2,
	    .issued = "2025-06-01T00:00:00Z",
	    .next = "2025-07-01T00:00:00Z",
	    .fmspc = "00806F050000",
	    .eval = 17,
	    .text_signer = MADE_SIGNER,
	    .revoked_leaf = 99,
	    .revoked_ca = 98,
	    .crl_from = MADE_NOW - MADE_DAY,
	    .crl_to = MADE_NOW + MADE_DAY};
	for (i = 0; i < MADE_KEYS; i++)
		m->key[i] = EVP_EC_gen("P-256");
	m->ext = made_ext(a, 5, 0);
	m->levels = made_level(a, 3, 2, "UpToDate");
	m->modules = MADE_SVN_LEVEL(5, "UpToDate");
	m->qe_levels = MADE_SVN_LEVEL(4, "UpToDate");
	for (i = 0; i < sizeof(m->body); i++)
		m->body[i] = (char)(i % 100);
	memset(m->body + tdx_fields[TDX_TEE_TCB_SVN].offset, 0, 16);
	memset(m->body + tdx_fields[TDX_MR_SIGNER_SEAM].offset, 0, 48);
	memset(m->body + tdx_fields[TDX_SEAM_ATTRIBUTES].offset, 0, 24);
	memset(m->body + tdx_fields[TDX_TEE_TCB_SVN_2].offset, 0, 64);
	memset(m->body + tdx_fields[TDX_MR_CONFIG_ID].offset + 32, 0, 16);
	made_set(m, TDX_TEE_TCB_SVN, 0, 5);
	made_set(m, TDX_TEE_TCB_SVN, 1, 1);
	made_set(m, TDX_TEE_TCB_SVN, 2, 4);
	made_set(m, TDX_TD_ATTRIBUTES, 3, 0x10);
	made_set(m, TDX_XFAM, 0, 0xe7);
	m->qe[48] = 0x11;
	m->qe[256] = 2;
	m->qe[258] = 4;
	return m;
}

static inline void
made_free(struct made *m)
{
	size_t i;

	for (i = 0; i < MADE_KEYS; i++)
		EVP_PKEY_free(m->key[i]);
	arena_free(m->a);
}

#endif
