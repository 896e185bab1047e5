/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document that carries a quote (4.3): protobuf messages tdx.QuoteV4 and
 * tdx.QuoteV5, from which the quote's bytes are put together again.
 */
#include <stddef.h>

#include "runtime/attest/attest_pb.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/banned.h"

struct top {
	struct str header, body, signed_data, extra;
	uint32_t signed_size;
};
#define TOP(member) offsetof(struct top, member)
static const struct pb_row top_rows[] = {
    {1, PB_ONCE, TOP(header)},
    {2, PB_ONCE, TOP(body)},
    {3, PB_U32, TOP(signed_size)},
    {4, PB_ONCE, TOP(signed_data)},
    {5, PB_DATA, TOP(extra)},
};

struct header {
	uint32_t version, key_type, tee_type;
	struct str qe_svn, pce_svn, vendor, user_data;
};
#define HEADER(member) offsetof(struct header, member)
static const struct pb_row header_rows[] = {
    {1, PB_U32, HEADER(version)},
    {2, PB_U32, HEADER(key_type)},
    {3, PB_U32, HEADER(tee_type)},
    {4, PB_DATA, HEADER(qe_svn)},
    {5, PB_DATA, HEADER(pce_svn)},
    {6, PB_DATA, HEADER(vendor)},
    {7, PB_DATA, HEADER(user_data)},
};

/* TDQuoteBodyDescriptor of version 5. */
struct descriptor {
	uint32_t type, size;
	struct str body;
};
#define DESCRIPTOR(member) offsetof(struct descriptor, member)
static const struct pb_row descriptor_rows[] = {
    {1, PB_U32, DESCRIPTOR(type)},
    {2, PB_U32, DESCRIPTOR(size)},
    {3, PB_ONCE, DESCRIPTOR(body)},
};

struct auth {
	struct str signature, key, certification;
};
#define AUTH(member) offsetof(struct auth, member)
static const struct pb_row auth_rows[] = {
    {1, PB_DATA, AUTH(signature)},
    {2, PB_DATA, AUTH(key)},
    {3, PB_ONCE, AUTH(certification)},
};

/* CertificationData and PCKCertificateChainData have one shape. */
struct certification {
	uint32_t type, size;
	struct str data;
};
#define CERT(member) offsetof(struct certification, member)
static const struct pb_row cert_rows[] = {
    {1, PB_U32, CERT(type)},
    {2, PB_U32, CERT(size)},
    {3, PB_DATA, CERT(data)},
};

struct qe_data {
	struct str report, signature, auth, chain;
};
#define QE(member) offsetof(struct qe_data, member)
static const struct pb_row qe_rows[] = {
    {1, PB_ONCE, QE(report)},
    {2, PB_DATA, QE(signature)},
    {3, PB_ONCE, QE(auth)},
    {4, PB_ONCE, QE(chain)},
};

struct qe_auth {
	uint32_t size;
	struct str data;
};
static const struct pb_row qe_auth_rows[] = {
    {1, PB_U32, offsetof(struct qe_auth, size)},
    {2, PB_DATA, offsetof(struct qe_auth, data)},
};

/* EnclaveReport: numbers, and bytes in the order of enum qe_field. */
struct enclave {
	uint32_t misc_select, product, svn;
	struct str f[QE_FIELD_N];
};
#define ENCLAVE(field) offsetof(struct enclave, f[field])
static const struct pb_row enclave_rows[] = {
    {1, PB_DATA, ENCLAVE(QE_CPU_SVN)},
    {2, PB_U32, offsetof(struct enclave, misc_select)},
    {3, PB_DATA, ENCLAVE(QE_RESERVED1)},
    {4, PB_DATA, ENCLAVE(QE_ATTRIBUTES)},
    {5, PB_DATA, ENCLAVE(QE_MR_ENCLAVE)},
    {6, PB_DATA, ENCLAVE(QE_RESERVED2)},
    {7, PB_DATA, ENCLAVE(QE_MR_SIGNER)},
    {8, PB_DATA, ENCLAVE(QE_RESERVED3)},
    {9, PB_U32, offsetof(struct enclave, product)},
    {10, PB_U32, offsetof(struct enclave, svn)},
    {11, PB_DATA, ENCLAVE(QE_RESERVED4)},
    {12, PB_DATA, ENCLAVE(QE_REPORT_DATA)},
};

#define READ(out, rows, in)                                                    \
	pb_read(out, rows, sizeof(rows) / sizeof(rows[0]), in)
#define WRITE(out, rows, in)                                                   \
	pb_write(out, rows, sizeof(rows) / sizeof(rows[0]), in)

struct decoder {
	struct attest_result *r;
	struct tdx_quote q;
};

static int
malformed(struct decoder *d, const char *what)
{
	return attest_reject(
	    d->r, ATTEST_DOC_PROTO, "%s is no such message", what);
}

static int
wrong_size(struct decoder *d, const char *what)
{
	return attest_reject(
	    d->r, ATTEST_TDX_SIZE, "%s has the wrong size", what);
}

/* What bodies have: field numbers follow the order but for the RTMRs. */
static uint32_t
body_number(enum tdx_field f)
{
	if (f < TDX_RTMR0)
		return (uint32_t)f + 1;
	return f <= TDX_RTMR3 ? 11 : (uint32_t)f - 2;
}

/* Fills fields[]; how many RTMRs there were is checked. */
static int
read_body_fields(struct decoder *d, struct str fields[], struct str in)
{
	enum tdx_field f, rtmr = TDX_RTMR0;
	struct pb_field p;
	int more;

	while ((more = pb_next(&p, &in)) == 1) {
		if (p.type != PB_BYTES)
			continue;
		if (p.number == 11) {
			if (rtmr > TDX_RTMR3)
				return wrong_size(d, "the list of RTMRs");
			fields[rtmr++] = p.text;
			continue;
		}
		for (f = 0; f < TDX_FIELD_N; f++) {
			if (body_number(f) == p.number)
				fields[f] = p.text;
		}
	}
	if (more != 0)
		return malformed(d, "the body");
	return rtmr > TDX_RTMR3 ? 0 : wrong_size(d, "the list of RTMRs");
}

static int
read_body(struct decoder *d, struct str in, enum tdx_field n)
{
	struct str fields[TDX_FIELD_N] = {{0}};
	struct buf b = {0};
	enum tdx_field f;

	if (read_body_fields(d, fields, in) != 0)
		return RT_EVERIFY;
	for (f = 0; f < TDX_FIELD_N; f++) {
		if (fields[f].n != (f < n ? tdx_fields[f].size : 0)) {
			buf_free(&b);
			return wrong_size(d, tdx_fields[f].name);
		}
		buf_put(&b, fields[f]);
	}
	d->q.body = arena_str(d->r->arena, buf_str(&b));
	buf_free(&b);
	return 0;
}

static int
read_descriptor(struct decoder *d, struct str in)
{
	struct descriptor v = {0};
	enum tdx_field n;

	if (!READ(&v, descriptor_rows, in))
		return malformed(d, "the body's descriptor");
	if (v.type != 2 && v.type != 3)
		return attest_reject(
		    d->r, ATTEST_TDX_BODY_TYPE, "body of type %u", v.type);
	d->q.body_type = v.type;
	n = v.type == 2 ? TDX_TEE_TCB_SVN_2 : TDX_FIELD_N;
	if (read_body(d, v.body, n) != 0)
		return RT_EVERIFY;
	if (v.size != d->q.body.n)
		return attest_reject(d->r, ATTEST_TDX_BODY_SIZE,
		    "body of type %u with %u bytes", v.type, v.size);
	return 0;
}

static void
put_le(char *out, uint64_t v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++, v >>= 8)
		out[i] = (char)(v & 0xff);
}

static int
read_header(struct decoder *d, struct str in)
{
	struct header h = {0};
	char *p = arena_alloc(d->r->arena, TDX_HEADER_LEN);

	if (!READ(&h, header_rows, in))
		return malformed(d, "the header");
	if (h.version != 4 && h.version != 5)
		return attest_reject(
		    d->r, ATTEST_TDX_VERSION, "version %u", h.version);
	if (h.key_type > UINT16_MAX)
		return attest_reject(
		    d->r, ATTEST_TDX_ATTEST_KEY_TYPE, "type %u", h.key_type);
	if (h.qe_svn.n != 2 || h.pce_svn.n != 2 || h.vendor.n != 16 ||
	    h.user_data.n != 20)
		return wrong_size(d, "a field of the header");
	d->q.version = h.version;
	put_le(p, h.version, 2);
	put_le(p + 2, h.key_type, 2);
	put_le(p + 4, h.tee_type, 4);
	memcpy(p + 8, h.pce_svn.p, 2);
	memcpy(p + 10, h.qe_svn.p, 2);
	memcpy(p + 12, h.vendor.p, 16);
	memcpy(p + 28, h.user_data.p, 20);
	d->q.header = (struct str){p, TDX_HEADER_LEN};
	return 0;
}

static int
read_enclave(struct decoder *d, struct str in)
{
	struct enclave v = {0};
	char *p = arena_alloc(d->r->arena, TDX_QE_REPORT_LEN);
	enum qe_field f;
	char numbers[8];

	if (!READ(&v, enclave_rows, in))
		return malformed(d, "the QE report");
	if (v.product > UINT16_MAX || v.svn > UINT16_MAX)
		return wrong_size(d, "a number of the QE report");
	put_le(numbers, v.misc_select, 4);
	put_le(numbers + 4, v.product, 2);
	put_le(numbers + 6, v.svn, 2);
	v.f[QE_MISC_SELECT] = (struct str){numbers, 4};
	v.f[QE_ISV_PROD_ID] = (struct str){numbers + 4, 2};
	v.f[QE_ISV_SVN] = (struct str){numbers + 6, 2};
	for (f = 0; f < QE_FIELD_N; f++) {
		if (v.f[f].n != qe_fields[f].size)
			return wrong_size(d, "a field of the QE report");
		memcpy(p + qe_fields[f].offset, v.f[f].p, v.f[f].n);
	}
	d->q.qe_report = (struct str){p, TDX_QE_REPORT_LEN};
	return 0;
}

static int
read_chain(struct decoder *d, struct str in)
{
	struct certification v = {0};

	if (!READ(&v, cert_rows, in))
		return malformed(d, "the PCK chain");
	if (v.type > UINT16_MAX)
		return attest_reject(d->r, ATTEST_TDX_CERT_TYPE,
		    "certification data of type %u", v.type);
	if (v.size != v.data.n)
		return attest_reject(d->r, ATTEST_TDX_CERT_SIZE,
		    "PCK chain of %u bytes where there are %zu", v.size,
		    v.data.n);
	d->q.chain_type = (uint16_t)v.type;
	d->q.pck_chain = v.data;
	return 0;
}

static int
read_qe_auth(struct decoder *d, struct str in)
{
	struct qe_auth v = {0};

	if (!READ(&v, qe_auth_rows, in))
		return malformed(d, "the authentication data");
	if (v.size != v.data.n || v.size > UINT16_MAX)
		return attest_reject(d->r, ATTEST_TDX_AUTH_LEN,
		    "%u bytes of authentication data where there are %zu",
		    v.size, v.data.n);
	d->q.qe_auth = v.data;
	return 0;
}

static int
read_certification(struct decoder *d, struct str in)
{
	struct certification v = {0};
	struct qe_data qe = {0};

	if (!READ(&v, cert_rows, in) || !READ(&qe, qe_rows, v.data))
		return malformed(d, "the certification data");
	if (v.type > UINT16_MAX)
		return attest_reject(d->r, ATTEST_TDX_CERT_TYPE,
		    "certification data of type %u", v.type);
	if (qe.signature.n != TDX_SIGNATURE_LEN)
		return wrong_size(d, "the signature of the QE report");
	d->q.cert_type = (uint16_t)v.type;
	d->q.cert_size = v.size;
	d->q.qe_signature = qe.signature;
	if (read_enclave(d, qe.report) != 0 || read_qe_auth(d, qe.auth) != 0)
		return RT_EVERIFY;
	return read_chain(d, qe.chain);
}

static int
read_auth(struct decoder *d, struct str in)
{
	struct auth v = {0};

	if (!READ(&v, auth_rows, in))
		return malformed(d, "the signature data");
	if (v.signature.n != TDX_SIGNATURE_LEN || v.key.n != TDX_SIGNATURE_LEN)
		return wrong_size(d, "the signature or its key");
	d->q.signature = v.signature;
	d->q.attest_key = v.key;
	return read_certification(d, v.certification);
}

static int
read_parts(struct decoder *d, const struct top *t)
{
	if (read_header(d, t->header) != 0)
		return RT_EVERIFY;
	if (d->q.version == 5 ? read_descriptor(d, t->body)
			      : read_body(d, t->body, TDX_TEE_TCB_SVN_2))
		return RT_EVERIFY;
	d->q.sig_len = t->signed_size;
	d->q.extra = t->extra;
	return read_auth(d, t->signed_data);
}

int
tdx_doc_decode(struct str *quote, struct attest_result *r, struct str doc)
{
	struct decoder d = {.r = r};
	struct top t = {0};
	struct buf b = {0};

	if (doc.n > ATTEST_DOC_MAX)
		return attest_reject(r, ATTEST_DOC_SIZE, "%zu bytes", doc.n);
	if (!READ(&t, top_rows, doc))
		return malformed(&d, "the document");
	if (t.header.p == NULL || t.body.p == NULL)
		return attest_reject(
		    r, ATTEST_DOC_EMPTY, "there is no quote in it");
	if (read_parts(&d, &t) != 0)
		return RT_EVERIFY;
	tdx_quote_write(&b, &d.q);
	*quote = arena_str(r->arena, buf_str(&b));
	buf_free(&b);
	return 0;
}

/* The way back. */

static void
put_message(struct buf *out, uint32_t number, struct buf *inner)
{
	pb_put_bytes(out, number, buf_str(inner));
	buf_free(inner);
}

static void
put_header(struct buf *out, const struct tdx_quote *q)
{
	struct header h = {q->version, tdx_u16(q->header, 2),
	    tdx_u32(q->header, 4), str_sub(q->header, 10, 12),
	    str_sub(q->header, 8, 10), str_sub(q->header, 12, 28),
	    str_sub(q->header, 28, TDX_HEADER_LEN)};
	struct buf b = {0};

	WRITE(&b, header_rows, &h);
	put_message(out, 1, &b);
}

static void
put_body(struct buf *out, uint32_t number, const struct tdx_quote *q)
{
	struct buf b = {0};
	enum tdx_field f;

	for (f = 0; f < TDX_FIELD_N; f++) {
		struct str s = tdx_quote_field(q, f);

		if (s.n > 0)
			pb_put_bytes(&b, body_number(f), s);
	}
	put_message(out, number, &b);
}

static void
put_descriptor(struct buf *out, const struct tdx_quote *q)
{
	struct buf b = {0};

	pb_put_varint(&b, 1, q->body_type);
	pb_put_varint(&b, 2, q->body.n);
	put_body(&b, 3, q);
	put_message(out, 2, &b);
}

static void
put_enclave(struct buf *out, const struct tdx_quote *q)
{
	struct enclave v = {0};
	struct buf b = {0};
	enum qe_field f;

	for (f = 0; f < QE_FIELD_N; f++)
		v.f[f] = tdx_qe_field(q, f);
	v.misc_select = tdx_u32(v.f[QE_MISC_SELECT], 0);
	v.product = tdx_u16(v.f[QE_ISV_PROD_ID], 0);
	v.svn = tdx_u16(v.f[QE_ISV_SVN], 0);
	WRITE(&b, enclave_rows, &v);
	put_message(out, 1, &b);
}

static void
put_qe_data(struct buf *out, const struct tdx_quote *q)
{
	struct qe_auth auth = {(uint32_t)q->qe_auth.n, q->qe_auth};
	struct certification chain = {
	    q->chain_type, (uint32_t)q->pck_chain.n, q->pck_chain};
	struct buf b = {0};

	put_enclave(out, q);
	pb_put_bytes(out, 2, q->qe_signature);
	WRITE(&b, qe_auth_rows, &auth);
	put_message(out, 3, &b);
	WRITE(&b, cert_rows, &chain);
	put_message(out, 4, &b);
}

static void
put_auth(struct buf *out, const struct tdx_quote *q)
{
	struct buf auth = {0}, cert = {0}, qe = {0};

	pb_put_bytes(&auth, 1, q->signature);
	pb_put_bytes(&auth, 2, q->attest_key);
	pb_put_varint(&cert, 1, q->cert_type);
	pb_put_varint(&cert, 2, q->cert_size);
	put_qe_data(&qe, q);
	put_message(&cert, 3, &qe);
	put_message(&auth, 3, &cert);
	put_message(out, 4, &auth);
}

void
tdx_doc_encode(struct buf *out, const struct tdx_quote *q)
{
	put_header(out, q);
	if (q->version == 5)
		put_descriptor(out, q);
	else
		put_body(out, 2, q);
	pb_put_varint(out, 3, q->sig_len);
	put_auth(out, q);
	if (q->extra.n > 0)
		pb_put_bytes(out, 5, q->extra);
}
