/* SPDX-License-Identifier: Apache-2.0 */
/* The message sevsnp.Attestation (attestation 4.2). */
#include "runtime/attest/attest_pb.h"
#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

/* Keys of extras. */
static const struct str key_crl =
    STR_INIT("00569ee4-e480-4fba-bbf4-45b629901180");

struct message {
	struct str report, chain, product;
};
static const struct pb_row message_rows[] = {
    {1, PB_ONCE, offsetof(struct message, report)},
    {2, PB_ONCE, offsetof(struct message, chain)},
    {3, PB_DATA, offsetof(struct message, product)},
};

struct chain {
	struct str vcek, ca, ark, firmware, vlek;
};
static const struct pb_row chain_rows[] = {
    {1, PB_DATA, offsetof(struct chain, vcek)},
    {2, PB_DATA, offsetof(struct chain, ca)},
    {3, PB_DATA, offsetof(struct chain, ark)},
    {4, PB_DATA, offsetof(struct chain, firmware)},
    {6, PB_DATA, offsetof(struct chain, vlek)},
};
#define EXTRAS 7

struct entry {
	struct str key, value;
};
static const struct pb_row entry_rows[] = {
    {1, PB_DATA, offsetof(struct entry, key)},
    {2, PB_DATA, offsetof(struct entry, value)},
};

static const struct pb_row report_rows[] = {
#define SNP_FIELD(number, name, kind, offset, size)                            \
	{number, PB_##kind, offsetof(struct snp_fields, name)},
#include "runtime/attest/snp_field.def"
#undef SNP_FIELD
};

#define ROWS(v) (v), sizeof(v) / sizeof((v)[0])

static int
malformed(struct attest_result *r)
{
	return attest_reject(
	    r, ATTEST_DOC_PROTO, "the evidence is not a message of its kind");
}

static int
too_large(struct attest_result *r, const char *what, size_t n)
{
	return attest_reject(r, ATTEST_DOC_SIZE, "%s of %zu bytes", what, n);
}

static int
read_entry(struct snp_evidence *out, struct attest_result *r, struct str in)
{
	struct entry e = {0};

	if (!pb_read(&e, ROWS(entry_rows), in) || !str_is_utf8(e.key))
		return malformed(r);
	if (e.key.n > ATTEST_EXTRA_KEY_MAX)
		return too_large(r, "a key", e.key.n);
	if (!str_eq(e.key, key_crl))
		return 0;
	if (e.value.n > ATTEST_EXTRA_CRL_MAX)
		return too_large(r, "a revocation list", e.value.n);
	out->crl = e.value;
	return 0;
}

static int
read_extras(struct snp_evidence *out, struct attest_result *r, struct str in)
{
	struct pb_field f;
	size_t n = 0;

	while (pb_next(&f, &in) == 1) {
		if (f.number != EXTRAS || f.type != PB_BYTES)
			continue;
		if (++n > ATTEST_EXTRAS_MAX)
			return attest_reject(r, ATTEST_DOC_SIZE,
			    "more than %d extras", ATTEST_EXTRAS_MAX);
		if (read_entry(out, r, f.text) != 0)
			return RT_EVERIFY;
	}
	return 0;
}

static int
read_chain(struct snp_evidence *out, struct attest_result *r, struct str in)
{
	static const size_t certs[] = {offsetof(struct chain, vcek),
	    offsetof(struct chain, ca), offsetof(struct chain, ark),
	    offsetof(struct chain, vlek)};
	struct chain c = {0};
	size_t i;

	if (!pb_read(&c, ROWS(chain_rows), in))
		return malformed(r);
	for (i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
		const struct str *der =
		    (const void *)((const char *)&c + certs[i]);

		if (der->n > ATTEST_CERT_MAX)
			return too_large(r, "a certificate", der->n);
	}
	out->vcek = c.vcek;
	out->vlek = c.vlek;
	return read_extras(out, r, in);
}

static int
read_report(struct snp_evidence *out, struct attest_result *r, struct str in)
{
	unsigned char *raw = arena_alloc(r->arena, SNP_REPORT_LEN);
	struct snp_fields f = {0};

	if (!pb_read(&f, ROWS(report_rows), in))
		return malformed(r);
	if (!snp_report_build(raw, &f))
		return attest_reject(r, ATTEST_SNP_SIZE,
		    "a field of the report has the wrong size");
	out->report = (struct str){(const char *)raw, SNP_REPORT_LEN};
	return 0;
}

int
snp_doc_read(struct snp_evidence *out, struct attest_result *r, struct str doc)
{
	struct message m = {0};

	if (doc.n > ATTEST_DOC_MAX)
		return too_large(r, "evidence", doc.n);
	if (!pb_read(&m, ROWS(message_rows), doc))
		return malformed(r);
	if (m.report.p == NULL)
		return attest_reject(
		    r, ATTEST_DOC_EMPTY, "the evidence has no report");
	*out = (struct snp_evidence){0};
	if (read_report(out, r, m.report) != 0)
		return RT_EVERIFY;
	return m.chain.p == NULL ? 0 : read_chain(out, r, m.chain);
}

static void
write_chain(struct buf *out, const struct snp_evidence *ev)
{
	struct chain c = {.vcek = ev->vcek, .vlek = ev->vlek};
	struct entry e = {key_crl, ev->crl};
	struct buf entry = {0};

	pb_write(out, ROWS(chain_rows), &c);
	if (ev->crl.n > 0) {
		pb_write(&entry, ROWS(entry_rows), &e);
		pb_put_bytes(out, EXTRAS, buf_str(&entry));
	}
	buf_free(&entry);
}

int
snp_doc_write(struct buf *out, const struct snp_evidence *ev,
    enum snp_product product, struct rt_err *err)
{
	struct buf report = {0}, chain = {0}, hint = {0};
	struct message m = {0};
	struct snp_fields f;

	if (ev->report.n != SNP_REPORT_LEN)
		return rt_err_set(
		    err, RT_EINVAL, "a report of %zu bytes", ev->report.n);
	snp_report_fields(&f, ev->report);
	pb_write(&report, ROWS(report_rows), &f);
	m.report = buf_str(&report);
	write_chain(&chain, ev);
	if (chain.n > 0)
		m.chain = buf_str(&chain);
	if (f.version == 2 && product != SNP_PRODUCT_NONE) {
		pb_put_varint(&hint, 1, product);
		pb_put_bytes(&hint, 3, STR("")); /* stepping, always 0 */
		m.product = buf_str(&hint);
	}
	pb_write(out, ROWS(message_rows), &m);
	buf_free(&report);
	buf_free(&chain);
	buf_free(&hint);
	return 0;
}
