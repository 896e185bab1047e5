/* SPDX-License-Identifier: Apache-2.0 */
/* Claims for mesh certificates (attestation 18). */
#include "runtime/attest/snp_int.h"
#include "runtime/base/banned.h"

/* In order of emission; a part of a TCB word is at one bit offset. */
enum kind { NUMBER32, NUMBER64, BYTES, FLAG32, FLAG64, PART };
static const struct row {
	uint8_t n, kind;
	uint16_t at;   /* in struct snp_fields */
	uint8_t arg;   /* FLAG…: bit; NUMBER…: shift; PART: component */
	uint64_t mask; /* NUMBER…: after the shift */
} rows[] = {
#define AT(name) offsetof(struct snp_fields, name)
#define ALL UINT64_MAX
#define TCB(first, name)                                                       \
	{(first), PART, AT(name), SNP_BL, 0},                                  \
	    {(first) + 2, PART, AT(name), SNP_TEE, 0},                         \
	    {(first) + 1, PART, AT(name), SNP_SNP, 0},                         \
	{                                                                      \
		(first) + 3, PART, AT(name), SNP_UCODE, 0                      \
	}
    {1, NUMBER32, AT(version), 0, ALL},
    {2, NUMBER32, AT(guest_svn), 0, ALL},
    {3, NUMBER64, AT(policy), 8, 0xff},
    {4, NUMBER64, AT(policy), 0, 0xff},
    {7, FLAG64, AT(policy), 16, 0},
    {6, FLAG64, AT(policy), 18, 0},
    {5, FLAG64, AT(policy), 19, 0},
    {8, FLAG64, AT(policy), 20, 0},
    {9, BYTES, AT(family_id), 0, 0},
    {10, BYTES, AT(image_id), 0, 0},
    {11, NUMBER32, AT(vmpl), 0, ALL},
    TCB(12, current_tcb),
    {16, FLAG64, AT(platform_info), 0, 0},
    {17, FLAG64, AT(platform_info), 1, 0},
    {20, NUMBER32, AT(signer_info), 2, 7},
    {18, FLAG32, AT(signer_info), 0, 0},
    {19, FLAG32, AT(signer_info), 1, 0},
    {21, BYTES, AT(report_data), 0, 0},
    {22, BYTES, AT(measurement), 0, 0},
    {23, BYTES, AT(host_data), 0, 0},
    {24, BYTES, AT(id_key_digest), 0, 0},
    {25, BYTES, AT(author_key_digest), 0, 0},
    {26, BYTES, AT(report_id), 0, 0},
    {27, BYTES, AT(report_id_ma), 0, 0},
    TCB(28, reported_tcb),
    {32, BYTES, AT(chip_id), 0, 0},
    TCB(33, committed_tcb),
    {37, NUMBER32, AT(current_build), 0, ALL},
    {38, NUMBER32, AT(current_minor), 0, ALL},
    {39, NUMBER32, AT(current_major), 0, ALL},
    {40, NUMBER32, AT(committed_build), 0, ALL},
    {41, NUMBER32, AT(committed_minor), 0, ALL},
    {42, NUMBER32, AT(committed_major), 0, ALL},
    TCB(43, launch_tcb),
    {47, PART, AT(current_tcb), SNP_FMC, 0},
    {48, PART, AT(reported_tcb), SNP_FMC, 0},
    {49, PART, AT(committed_tcb), SNP_FMC, 0},
    {50, PART, AT(launch_tcb), SNP_FMC, 0},
};

static void
claim(struct attest_result *r, const struct row *row,
    const struct snp_fields *f, enum snp_product p, const char *base)
{
	const void *at = (const char *)f + row->at;
	uint64_t v = 0;
	int byte;

	if (row->kind == BYTES) {
		attest_claim_bytes(r, base, row->n, *(const struct str *)at);
		return;
	}
	if (row->kind == NUMBER32 || row->kind == FLAG32)
		v = *(const uint32_t *)at;
	else
		v = *(const uint64_t *)at;
	if (row->kind == FLAG32 || row->kind == FLAG64) {
		attest_claim_bool(r, base, row->n, (v >> row->arg & 1) != 0);
		return;
	}
	if (row->kind != PART) {
		attest_claim_int(r, base, row->n, v >> row->arg & row->mask);
		return;
	}
	byte = snp_tcb_byte(p, (enum snp_part)row->arg);
	if (byte >= 0)
		attest_claim_int(r, base, row->n, snp_tcb_part(v, byte));
}

void
snp_claims(struct attest_result *r, const struct snp_fields *f,
    enum snp_product product, const char *base)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		claim(r, &rows[i], f, product, base);
}
