/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the document that carries a quote (4.3). */
#include "runtime/attest/tdx_doc.h"
#include "runtime/base/banned.h"

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
			pb_put_bytes(&b, tdx_doc_number(f), s);
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
