/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the document that carries a quote (4.3): its bytes are put together
 * again from the fields of the messages.
 */
#include "runtime/attest/tdx_doc.h"
#include "runtime/base/banned.h"

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
uint32_t
tdx_doc_number(enum tdx_field f)
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
			if (tdx_doc_number(f) == p.number)
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
