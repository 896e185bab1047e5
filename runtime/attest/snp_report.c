/* SPDX-License-Identifier: Apache-2.0 */
/* The report: layout and format (attestation 5). */
#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

static const char *const product_names[] = {"", "Milan", "Genoa", "Turin"};
static const char *const key_names[] = {"VCEK", "VLEK"};

static const struct {
	uint8_t family, from, to; /* models */
	enum snp_product product;
} models[] = {
    {0x19, 0x00, 0x0f, SNP_MILAN},
    {0x19, 0x10, 0x1f, SNP_GENOA},
    {0x19, 0xa0, 0xaf, SNP_GENOA}, /* Bergamo, Siena */
    {0x1a, 0x00, 0x11, SNP_TURIN},
};

static const struct {
	const char *name;
	int8_t byte[2]; /* Milan and Genoa, Turin */
} parts[] = {
    [SNP_BL] = {"bl", {0, 1}},
    [SNP_TEE] = {"tee", {1, 2}},
    [SNP_SNP] = {"snp", {6, 3}},
    [SNP_UCODE] = {"ucode", {7, 7}},
    [SNP_FMC] = {"fmc", {-1, 0}},
};

/* Ranges that are zero in versions below `until`. */
static const struct {
	uint16_t from, to;
	uint32_t until;
} reserved[] = {
    {0x04c, 0x050, UINT32_MAX},
    {0x188, 0x18b, 3},
    {0x18b, 0x1a0, UINT32_MAX},
    {0x1eb, 0x1ec, UINT32_MAX},
    {0x1ef, 0x1f0, UINT32_MAX},
    {0x1f8, 0x208, 5},
    {0x208, 0x2a0, UINT32_MAX},
};

enum { U32, U64, DATA };
static const struct field {
	size_t at; /* in struct snp_fields */
	uint16_t offset, size;
	uint8_t kind;
} fields[] = {
#define SNP_FIELD(number, name, kind, offset, size)                            \
	{offsetof(struct snp_fields, name), offset, size, kind},
#include "runtime/attest/snp_field.def"
#undef SNP_FIELD
};
#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

#define FMS_AT 0x188
#define NUMBER_LEN 72 /* of R and S */
#define SCALAR_LEN 48

const char *
snp_product_name(enum snp_product p)
{
	return product_names[p];
}

enum snp_product
snp_product_find(struct str name)
{
	int i;

	for (i = SNP_MILAN; i < SNP_PRODUCTS; i++) {
		if (str_eqz(name, product_names[i]))
			return (enum snp_product)i;
	}
	return SNP_PRODUCT_NONE;
}

enum snp_product
snp_product_of(unsigned family, unsigned model)
{
	size_t i;

	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		if (family == models[i].family && model >= models[i].from &&
		    model <= models[i].to)
			return models[i].product;
	}
	return SNP_PRODUCT_NONE;
}

size_t
snp_hwid_len(enum snp_product p)
{
	return p == SNP_TURIN ? 8 : SNP_CHIP_ID_LEN;
}

const char *
snp_key_name(enum snp_key k)
{
	return key_names[k];
}

int
snp_tcb_byte(enum snp_product p, enum snp_part part)
{
	return parts[part].byte[p == SNP_TURIN];
}

const char *
snp_part_name(enum snp_part part)
{
	return parts[part].name;
}

uint32_t
snp_fms(unsigned family, unsigned model, unsigned stepping)
{
	return ((family - 0x0f) & 0xff) << 20 | (model >> 4 & 0xf) << 16 |
	       0xf << 8 | (model & 0xf) << 4 | (stepping & 0xf);
}

static void
put_fms(unsigned char *p, uint32_t eax)
{
	p[0] = (unsigned char)((eax >> 8 & 0xf) + (eax >> 20 & 0xff));
	p[1] = (unsigned char)((eax >> 4 & 0xf) | (eax >> 12 & 0xf0));
	p[2] = (unsigned char)(eax & 0xf);
}

static uint64_t
get_le(const char *p, size_t n)
{
	uint64_t v = 0;

	while (n > 0)
		v = v << 8 | (unsigned char)p[--n];
	return v;
}

void
snp_report_fields(struct snp_fields *f, struct str raw)
{
	size_t i;

	for (i = 0; i < NFIELDS; i++) {
		const char *p = raw.p + fields[i].offset;
		void *to = (char *)f + fields[i].at;

		if (fields[i].kind == DATA)
			*(struct str *)to = (struct str){p, fields[i].size};
		else if (fields[i].kind == U64)
			*(uint64_t *)to = get_le(p, 8);
		else
			*(uint32_t *)to = (uint32_t)get_le(p, fields[i].size);
	}
	f->cpuid1eax_fms = f->version < 3
			       ? 0
			       : snp_fms((unsigned char)raw.p[FMS_AT],
				     (unsigned char)raw.p[FMS_AT + 1],
				     (unsigned char)raw.p[FMS_AT + 2]);
}

static bool
put_number(unsigned char *p, uint64_t v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++, v >>= 8)
		p[i] = (unsigned char)v;
	return n == 8 || v == 0;
}

static bool
put_field(unsigned char *raw, const struct field *row, const void *from)
{
	const struct str *s = from;

	if (row->kind == U64)
		return put_number(
		    raw + row->offset, *(const uint64_t *)from, 8);
	if (row->kind == U32)
		return row->size == 0 ||
		       put_number(raw + row->offset, *(const uint32_t *)from,
			   row->size);
	if (s->n != row->size)
		return false;
	memcpy(raw + row->offset, s->p, s->n);
	return true;
}

bool
snp_report_build(unsigned char raw[SNP_REPORT_LEN], const struct snp_fields *f)
{
	size_t i;

	memset(raw, 0, SNP_REPORT_LEN);
	for (i = 0; i < NFIELDS; i++) {
		if (!put_field(raw, &fields[i], (const char *)f + fields[i].at))
			return false;
	}
	if (f->version >= 3)
		put_fms(raw + FMS_AT, f->cpuid1eax_fms);
	return true;
}

/* Format */

static bool
is_zero(struct str s)
{
	size_t i;
	char all = 0;

	for (i = 0; i < s.n; i++)
		all |= s.p[i];
	return all == 0;
}

static int
check_reserved(struct attest_result *r, const struct snp_report *rep)
{
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (rep->f.version < reserved[i].until &&
		    !is_zero(
			str_sub(rep->raw, reserved[i].from, reserved[i].to)))
			return attest_reject(r, ATTEST_SNP_RESERVED,
			    "reserved bytes 0x%x to 0x%x are not zero",
			    reserved[i].from, reserved[i].to);
	}
	return 0;
}

/* 0 < number < order of P-384, little endian? */
static bool
is_scalar(struct str s)
{
	static const unsigned char order[SCALAR_LEN] = {0x73, 0x29, 0xc5, 0xcc,
	    0x6a, 0x19, 0xec, 0xec, 0x7a, 0xa7, 0xb0, 0x48, 0xb2, 0x0d, 0x1a,
	    0x58, 0xdf, 0x2d, 0x37, 0xf4, 0x81, 0x4d, 0x63, 0xc7, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	size_t i = SCALAR_LEN;

	while (i > 0 && (unsigned char)s.p[i - 1] == order[i - 1])
		i--;
	return i > 0 && (unsigned char)s.p[i - 1] < order[i - 1] &&
	       !is_zero(str_sub(s, 0, SCALAR_LEN));
}

static int
check_signature(struct attest_result *r, struct str sig)
{
	struct str rest = str_sub(sig, (size_t)2 * NUMBER_LEN, sig.n);
	size_t i;

	for (i = 0; i < 2; i++) {
		struct str v =
		    str_sub(sig, i * NUMBER_LEN, (i + 1) * NUMBER_LEN);

		if (!is_zero(str_sub(v, SCALAR_LEN, v.n)) || !is_scalar(v))
			return attest_reject(r, ATTEST_SNP_SIG_FORMAT,
			    "%c of the signature is out of range", "RS"[i]);
	}
	if (!is_zero(rest))
		return attest_reject(
		    r, ATTEST_SNP_SIG_FORMAT, "bytes after the signature");
	return 0;
}

#define SIGNING_KEY_NONE 7

static int
check_numbers(struct attest_result *r, const struct snp_fields *f)
{
	if (f->version < 2 || f->version > 5)
		return attest_reject(
		    r, ATTEST_SNP_VERSION, "report version %u", f->version);
	if (f->signature_algo != 1)
		return attest_reject(r, ATTEST_SNP_SIGALGO,
		    "signature algorithm %u", f->signature_algo);
	if ((f->policy >> 17 & 1) == 0 || f->policy >> 26 != 0)
		return attest_reject(r, ATTEST_SNP_POLICY_RESERVED,
		    "reserved bits in guest policy 0x%jx",
		    (uintmax_t)f->policy);
	if (f->signer_info >> 5 != 0 ||
	    (SNP_SIGNING_KEY(f) > SNP_VLEK &&
		SNP_SIGNING_KEY(f) != SIGNING_KEY_NONE))
		return attest_reject(r, ATTEST_SNP_SIGNER_INFO,
		    "signer information 0x%x", f->signer_info);
	return 0;
}

static int
find_product(struct attest_result *r, struct snp_report *rep)
{
	unsigned family = (unsigned char)rep->raw.p[FMS_AT];
	unsigned model = (unsigned char)rep->raw.p[FMS_AT + 1];

	rep->product = SNP_PRODUCT_NONE;
	if (rep->f.version < 3)
		return 0;
	rep->product = snp_product_of(family, model);
	if (rep->product == SNP_PRODUCT_NONE)
		return attest_reject(r, ATTEST_SNP_PRODUCT,
		    "processor of family %u, model %u", family, model);
	return 0;
}

int
snp_report_parse(
    struct snp_report *out, struct attest_result *r, struct str raw)
{
	if (raw.n != SNP_REPORT_LEN)
		return attest_reject(r, ATTEST_SNP_SIZE,
		    "a report of %zu bytes, not %d", raw.n, SNP_REPORT_LEN);
	out->raw = raw;
	snp_report_fields(&out->f, raw);
	if (check_numbers(r, &out->f) != 0 || check_reserved(r, out) != 0 ||
	    check_signature(r, out->f.signature) != 0)
		return RT_EVERIFY;
	if (SNP_SIGNING_KEY(&out->f) == SIGNING_KEY_NONE)
		return attest_reject(
		    r, ATTEST_SNP_UNSIGNED, "the report is not signed");
	out->key = (enum snp_key)SNP_SIGNING_KEY(&out->f);
	return find_product(r, out);
}
