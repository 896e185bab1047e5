/* SPDX-License-Identifier: Apache-2.0 */
/* The launch digest for other numbers of vCPUs (attestation 8.4). */
#include <openssl/sha.h>

#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

#define PAGE 4096
#define PAGE_INFO 0x70
#define VMSA_GPA 0x0000fffffffff000
#define PAGE_VMSA 2

static void
put(unsigned char *p, uint64_t v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++, v >>= 8)
		p[i] = (unsigned char)v;
}

/* What an application processor starts with; all else is zero. */
static const struct {
	uint16_t at;
	uint8_t size;
	uint64_t value;
} registers[] = {
    {0x000, 8, 0x0000ffff00930000}, /* ES: attributes and limit */
    {0x010, 8, 0x0000ffff009bf000}, /* CS, with its selector */
    {0x020, 8, 0x0000ffff00930000}, /* SS */
    {0x030, 8, 0x0000ffff00930000}, /* DS */
    {0x040, 8, 0x0000ffff00930000}, /* FS */
    {0x050, 8, 0x0000ffff00930000}, /* GS */
    {0x060, 8, 0x0000ffff00000000}, /* GDTR */
    {0x070, 8, 0x0000ffff00820000}, /* LDTR */
    {0x080, 8, 0x0000ffff00000000}, /* IDTR */
    {0x090, 8, 0x0000ffff008b0000}, /* TR */
    {0x0d0, 8, 0x1000},             /* EFER */
    {0x148, 8, 0x40},               /* CR4 */
    {0x158, 8, 0x10},               /* CR0 */
    {0x160, 8, 0x400},              /* DR7 */
    {0x168, 8, 0xffff0ff0},         /* DR6 */
    {0x170, 8, 2},                  /* RFLAGS */
    {0x268, 8, 0x0007040600070406}, /* G_PAT */
    {0x3b0, 8, 1},                  /* SEV_FEATURES */
    {0x3e8, 8, 1},                  /* XCR0 */
    {0x408, 4, 0x1f80},             /* MXCSR */
    {0x410, 2, 0x037f},             /* FCW */
};

/* CPUID(1).EAX of QEMU's models of the products' CPUs. */
static uint32_t
cpu_signature(enum snp_product product)
{
	return product == SNP_MILAN ? snp_fms(0x19, 1, 1)
				    : snp_fms(0x19, 0x11, 0);
}

static void
page_digest(unsigned char out[SNP_MEASUREMENT_LEN], uint32_t apeip,
    enum snp_product product)
{
	unsigned char page[PAGE] = {0};
	size_t i;

	for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		put(page + registers[i].at, registers[i].value,
		    registers[i].size);
	put(page + 0x018, apeip & 0xffff0000, 8);     /* base of CS */
	put(page + 0x178, apeip & 0xffff, 8);         /* RIP */
	put(page + 0x310, cpu_signature(product), 8); /* RDX */
	SHA384(page, sizeof(page), out);
}

static void
extend(unsigned char digest[SNP_MEASUREMENT_LEN],
    const unsigned char page[SNP_MEASUREMENT_LEN])
{
	unsigned char info[PAGE_INFO] = {0};

	memcpy(info, digest, SNP_MEASUREMENT_LEN);
	memcpy(info + 0x30, page, SNP_MEASUREMENT_LEN);
	put(info + 0x60, PAGE_INFO, 2);
	info[0x62] = PAGE_VMSA;
	put(info + 0x68, VMSA_GPA, 8);
	SHA384(info, sizeof(info), digest);
}

void
snp_extend_vcpu(unsigned char digest[SNP_MEASUREMENT_LEN], uint32_t apeip,
    enum snp_product product)
{
	unsigned char page[SNP_MEASUREMENT_LEN];

	page_digest(page, apeip, product);
	extend(digest, page);
}

unsigned
snp_find_vcpus(struct str one_vcpu, uint32_t apeip, enum snp_product product,
    struct str measurement)
{
	unsigned char digest[SNP_MEASUREMENT_LEN], page[SNP_MEASUREMENT_LEN];
	unsigned n;

	if (one_vcpu.n != sizeof(digest) || measurement.n != sizeof(digest))
		return 0;
	page_digest(page, apeip, product);
	memcpy(digest, one_vcpu.p, sizeof(digest));
	for (n = 1; n <= SNP_VCPUS_MAX; n++) {
		if (memcmp(digest, measurement.p, sizeof(digest)) == 0)
			return n;
		extend(digest, page);
	}
	return 0;
}
