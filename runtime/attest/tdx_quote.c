/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes of version 4 and 5, and TD reports: where which byte lies. */
#include "runtime/attest/tdx_int.h"
#include "runtime/base/banned.h"

#define BODY_AT 54 /* version 5: after type and size */
#define TEE_TDX 0x81
#define KEY_P256 2
#define CERT_QE_REPORT 6
#define CERT_PCK_CHAIN 5
/* Signature data: fixed part, then authentication data, type, size, chain. */
#define AUTH_AT 584
#define SIG_MIN (AUTH_AT + 6)
#define OUTER_AT 134

const struct tdx_field_info tdx_fields[TDX_FIELD_N] = {
    [TDX_TEE_TCB_SVN] = {"TEE_TCB_SVN", "tee_tcb_svn", 0, 16},
    [TDX_MR_SEAM] = {"MRSEAM", "mr_seam", 16, 48},
    [TDX_MR_SIGNER_SEAM] = {"MRSIGNERSEAM", "mr_signer_seam", 64, 48},
    [TDX_SEAM_ATTRIBUTES] = {"SEAMATTRIBUTES", "seam_attributes", 112, 8},
    [TDX_TD_ATTRIBUTES] = {"TDATTRIBUTES", "td_attributes", 120, 8},
    [TDX_XFAM] = {"XFAM", "xfam", 128, 8},
    [TDX_MR_TD] = {"MRTD", "mr_td", 136, 48},
    [TDX_MR_CONFIG_ID] = {"MRCONFIGID", "mr_config_id", 184, 48},
    [TDX_MR_OWNER] = {"MROWNER", "mr_owner", 232, 48},
    [TDX_MR_OWNER_CONFIG] = {"MROWNERCONFIG", "mr_owner_config", 280, 48},
    [TDX_RTMR0] = {"RTMR0", "rtmr0", 328, 48},
    [TDX_RTMR1] = {"RTMR1", "rtmr1", 376, 48},
    [TDX_RTMR2] = {"RTMR2", "rtmr2", 424, 48},
    [TDX_RTMR3] = {"RTMR3", "rtmr3", 472, 48},
    [TDX_REPORT_DATA] = {"REPORTDATA", "report_data", 520, 64},
    [TDX_TEE_TCB_SVN_2] = {"TEE_TCB_SVN_2", "tee_tcb_svn_2", 584, 16},
    [TDX_MR_SERVICE_TD] = {"MRSERVICETD", "mr_service_td", 600, 48},
};

const struct qe_field_info qe_fields[QE_FIELD_N] = {
    [QE_CPU_SVN] = {0, 16},
    [QE_MISC_SELECT] = {16, 4},
    [QE_RESERVED1] = {20, 28},
    [QE_ATTRIBUTES] = {48, 16},
    [QE_MR_ENCLAVE] = {64, 32},
    [QE_RESERVED2] = {96, 32},
    [QE_MR_SIGNER] = {128, 32},
    [QE_RESERVED3] = {160, 96},
    [QE_ISV_PROD_ID] = {256, 2},
    [QE_ISV_SVN] = {258, 2},
    [QE_RESERVED4] = {260, 60},
    [QE_REPORT_DATA] = {320, 64},
};

static const struct str vendor = STR_INIT(
    "\x93\x9a\x72\x33\xf7\x9c\x4c\xa9\x94\x0a\x0d\xb3\x95\x7f\x06\x07");

struct str
tdx_quote_field(const struct tdx_quote *q, enum tdx_field f)
{
	const struct tdx_field_info *i = &tdx_fields[f];

	if ((size_t)i->offset + i->size > q->body.n)
		return (struct str){NULL, 0};
	return str_sub(q->body, i->offset, (size_t)i->offset + i->size);
}

struct str
tdx_qe_field(const struct tdx_quote *q, enum qe_field f)
{
	return str_sub(q->qe_report, qe_fields[f].offset,
	    (size_t)qe_fields[f].offset + qe_fields[f].size);
}

/* Takes `n` bytes off the front; the caller has compared with in->n. */
static struct str
take(struct str *in, size_t n)
{
	struct str s = str_sub(*in, 0, n);

	*in = str_sub(*in, n, in->n);
	return s;
}

static int
parse_header(struct tdx_quote *q, struct attest_result *r, struct str *in)
{
	struct str h;

	if (in->n < TDX_HEADER_LEN)
		return attest_reject(r, ATTEST_TDX_SIZE,
		    "a header needs %d bytes, there are %zu", TDX_HEADER_LEN,
		    in->n);
	h = q->header = take(in, TDX_HEADER_LEN);
	q->version = tdx_u16(h, 0);
	if (q->version != 4 && q->version != 5)
		return attest_reject(
		    r, ATTEST_TDX_VERSION, "version %u", q->version);
	if (tdx_u16(h, 2) != KEY_P256)
		return attest_reject(r, ATTEST_TDX_ATTEST_KEY_TYPE, "type %u",
		    (unsigned)tdx_u16(h, 2));
	if (tdx_u32(h, 4) != TEE_TDX)
		return attest_reject(
		    r, ATTEST_TDX_TEE_TYPE, "type 0x%x", tdx_u32(h, 4));
	if (!str_eq(str_sub(h, 12, 28), vendor))
		return attest_reject(r, ATTEST_TDX_VENDOR, "not Intel");
	return 0;
}

/* Version 5 says which body it is and how long. */
static int
parse_descriptor(
    size_t *size, struct tdx_quote *q, struct attest_result *r, struct str *in)
{
	struct str d;

	q->body_type = 2;
	*size = TDX_BODY_LEN;
	if (q->version == 4)
		return 0;
	if (in->n < BODY_AT - TDX_HEADER_LEN)
		return attest_reject(
		    r, ATTEST_TDX_SIZE, "ends before the body's size");
	d = take(in, BODY_AT - TDX_HEADER_LEN);
	q->body_type = tdx_u16(d, 0);
	if (q->body_type != 2 && q->body_type != 3)
		return attest_reject(
		    r, ATTEST_TDX_BODY_TYPE, "body of type %u", q->body_type);
	if (q->body_type == 3)
		*size = TDX_BODY_15_LEN;
	if (tdx_u32(d, 2) != *size)
		return attest_reject(r, ATTEST_TDX_BODY_SIZE,
		    "body of type %u with %u bytes", q->body_type,
		    tdx_u32(d, 2));
	return 0;
}

/* The QE report with its authentication data and the PCK chain. */
static int
parse_certification(
    struct tdx_quote *q, struct attest_result *r, struct str data)
{
	size_t auth = tdx_u16(data, AUTH_AT - 2);
	struct str in;

	q->qe_report = str_sub(data, OUTER_AT, OUTER_AT + TDX_QE_REPORT_LEN);
	q->qe_signature =
	    str_sub(data, AUTH_AT - 2 - TDX_SIGNATURE_LEN, AUTH_AT - 2);
	in = str_sub(data, AUTH_AT, data.n);
	if (auth > in.n || in.n - auth < 6)
		return attest_reject(r, ATTEST_TDX_AUTH_LEN,
		    "%zu bytes of authentication data do not fit", auth);
	q->qe_auth = take(&in, auth);
	q->chain_type = tdx_u16(in, 0);
	if (q->chain_type != CERT_PCK_CHAIN)
		return attest_reject(r, ATTEST_TDX_CERT_TYPE,
		    "certification data of type %u in the QE's",
		    (unsigned)q->chain_type);
	if (tdx_u32(in, 2) != in.n - 6)
		return attest_reject(r, ATTEST_TDX_CERT_SIZE,
		    "PCK chain of %u bytes where there are %zu", tdx_u32(in, 2),
		    in.n - 6);
	q->pck_chain = str_sub(in, 6, in.n);
	return 0;
}

static int
parse_signature_data(
    struct tdx_quote *q, struct attest_result *r, struct str data)
{
	q->signature = str_sub(data, 0, TDX_SIGNATURE_LEN);
	q->attest_key = str_sub(data, TDX_SIGNATURE_LEN, 128);
	q->cert_type = tdx_u16(data, 128);
	q->cert_size = tdx_u32(data, 130);
	if (q->cert_type != CERT_QE_REPORT)
		return attest_reject(r, ATTEST_TDX_CERT_TYPE,
		    "certification data of type %u", (unsigned)q->cert_type);
	if (q->cert_size != data.n - OUTER_AT)
		return attest_reject(r, ATTEST_TDX_CERT_SIZE,
		    "certification data of %u bytes where there are %zu",
		    q->cert_size, data.n - OUTER_AT);
	return parse_certification(q, r, data);
}

int
tdx_quote_parse(
    struct tdx_quote *out, struct attest_result *r, struct str bytes)
{
	struct tdx_quote q = {0};
	struct str in = bytes;
	size_t size = 0;

	if (bytes.n > ATTEST_QUOTE_MAX)
		return attest_reject(
		    r, ATTEST_DOC_SIZE, "quote of %zu bytes", bytes.n);
	if (parse_header(&q, r, &in) != 0 ||
	    parse_descriptor(&size, &q, r, &in) != 0)
		return RT_EVERIFY;
	if (in.n < size || in.n - size < 4)
		return attest_reject(r, ATTEST_TDX_SIZE,
		    "ends before the length of the signature data");
	q.body = take(&in, size);
	q.is_signed = str_sub(bytes, 0, bytes.n - in.n);
	q.sig_len = tdx_u32(in, 0);
	(void)take(&in, 4);
	if (q.sig_len > in.n || q.sig_len < SIG_MIN)
		return attest_reject(r, ATTEST_TDX_SIG_LEN,
		    "%u bytes of signature data where there are %zu", q.sig_len,
		    in.n);
	if (parse_signature_data(&q, r, str_sub(in, 0, q.sig_len)) != 0)
		return RT_EVERIFY;
	q.extra = str_sub(in, q.sig_len, in.n);
	*out = q;
	return 0;
}

static void
put_le(struct buf *out, uint64_t v, unsigned bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		buf_putc(out, (char)(v & 0xff));
}

void
tdx_quote_write(struct buf *out, const struct tdx_quote *q)
{
	buf_put(out, q->header);
	if (q->version == 5) {
		put_le(out, q->body_type, 2);
		put_le(out, q->body.n, 4);
	}
	buf_put(out, q->body);
	put_le(out, q->sig_len, 4);
	buf_put(out, q->signature);
	buf_put(out, q->attest_key);
	put_le(out, q->cert_type, 2);
	put_le(out, q->cert_size, 4);
	buf_put(out, q->qe_report);
	buf_put(out, q->qe_signature);
	put_le(out, q->qe_auth.n, 2);
	buf_put(out, q->qe_auth);
	put_le(out, q->chain_type, 2);
	put_le(out, q->pck_chain.n, 4);
	buf_put(out, q->pck_chain);
	buf_put(out, q->extra);
}

/* Where a TDREPORT has the fields of a quote's body. */
static const struct {
	enum tdx_field field;
	uint16_t offset;
} report_fields[] = {
    {TDX_REPORT_DATA, 128},
    {TDX_TEE_TCB_SVN, 264},
    {TDX_MR_SEAM, 280},
    {TDX_MR_SIGNER_SEAM, 328},
    {TDX_SEAM_ATTRIBUTES, 376},
    {TDX_TD_ATTRIBUTES, 512},
    {TDX_XFAM, 520},
    {TDX_MR_TD, 528},
    {TDX_MR_CONFIG_ID, 576},
    {TDX_MR_OWNER, 624},
    {TDX_MR_OWNER_CONFIG, 672},
    {TDX_RTMR0, 720},
    {TDX_RTMR1, 768},
    {TDX_RTMR2, 816},
    {TDX_RTMR3, 864},
};

int
tdx_report_parse(
    struct tdx_report *out, struct attest_result *r, struct str bytes)
{
	size_t i;

	if (bytes.n != TDX_REPORT_LEN)
		return attest_reject(r, ATTEST_TDX_SIZE,
		    "a TDREPORT has %d bytes, not %zu", TDX_REPORT_LEN,
		    bytes.n);
	if (tdx_byte(bytes, 0) != TEE_TDX)
		return attest_reject(
		    r, ATTEST_TDX_TEE_TYPE, "type 0x%x", tdx_byte(bytes, 0));
	memset(out, 0, sizeof(*out));
	out->type = str_sub(bytes, 0, 4);
	for (i = 0; i < sizeof(report_fields) / sizeof(report_fields[0]); i++) {
		enum tdx_field f = report_fields[i].field;
		size_t at = report_fields[i].offset;

		out->fields[f] = str_sub(bytes, at, at + tdx_fields[f].size);
	}
	return 0;
}
