/* SPDX-License-Identifier: Apache-2.0 */
/* The formats as tables: members in the order in which they are written. */
#include <stddef.h>
#include <string.h>

#include "runtime/manifest/manifest_int.h"
#include "runtime/base/banned.h"

#define FIELD(s, m, n, t, ...)                                                 \
	{                                                                      \
		.name = (n), .type = (t),                                      \
		.off = (uint16_t)offsetof(struct s, m), __VA_ARGS__            \
	}
#define HAS(s, m) .has = (uint16_t)offsetof(struct s, m)
#define TABLE(var, s, list)                                                    \
	static const struct mf_table var = {                                   \
	    list, sizeof(list) / sizeof((list)[0]), sizeof(struct s)}

/* clang-format off */

/* MinimumTCB, all formats */
#define TCB(n, i, ...) FIELD(manifest_tcb, v[i], n, MF_TCB, __VA_ARGS__)
static const struct mf_field tcb_fields[] = {
	TCB("BootloaderVersion", TCB_BOOTLOADER, .flags = MF_FILL,
	    .check = mf_check_tcb),
	TCB("TEEVersion", TCB_TEE, .flags = MF_FILL, .check = mf_check_tcb),
	TCB("SNPVersion", TCB_SNP, .flags = MF_FILL, .check = mf_check_tcb),
	TCB("MicrocodeVersion", TCB_MICROCODE, .flags = MF_FILL,
	    .check = mf_check_tcb),
	TCB("FMCVersion", TCB_FMC, .flags = MF_OMIT),
};
TABLE(tcb, manifest_tcb, tcb_fields);

/* GuestPolicy: ten members in 1.7 and 1.10, eleven in 2 */
#define GP(m, n, t) FIELD(manifest_guest_policy, m, n, t,                      \
	.check = mf_check_guest_policy)
#define GP_1                                                                   \
	GP(abi_minor, "ABIMinor", MF_BYTE), GP(abi_major, "ABIMajor", MF_BYTE),\
	GP(smt, "SMT", MF_BOOL), GP(migrate_ma, "MigrateMA", MF_BOOL),         \
	GP(debug, "Debug", MF_BOOL),                                           \
	GP(single_socket, "SingleSocket", MF_BOOL),                            \
	GP(cxl, "CXLAllowed", MF_BOOL),                                        \
	GP(aes256_xts, "MemAES256XTS", MF_BOOL),                               \
	GP(rapl_dis, "RAPLDis", MF_BOOL),                                      \
	GP(ciphertext_hiding, "CipherTextHidingDRAM", MF_BOOL)
static const struct mf_field guest_policy_1_fields[] = {GP_1};
static const struct mf_field guest_policy_2_fields[] = {
	GP_1,
	FIELD(manifest_guest_policy, page_swap_disable, "PageSwapDisable",
	    MF_BOOL, .check = NULL),
};
TABLE(guest_policy_1, manifest_guest_policy, guest_policy_1_fields);
TABLE(guest_policy_2, manifest_guest_policy, guest_policy_2_fields);

/* PlatformInfo: six members in 1.10, seven in 2 */
#define PI(m, n) FIELD(manifest_platform_info, m, n, MF_BOOL, .check = NULL)
#define PI_1                                                                   \
	PI(smt, "SMTEnabled"), PI(tsme, "TSMEEnabled"), PI(ecc, "ECCEnabled"), \
	PI(rapl_disabled, "RAPLDisabled"),                                     \
	PI(ciphertext_hiding, "CiphertextHidingDRAMEnabled"),                  \
	PI(alias_check, "AliasCheckComplete")
static const struct mf_field platform_info_1_fields[] = {PI_1};
static const struct mf_field platform_info_2_fields[] = {
	PI_1, PI(tio, "TIOEnabled"),
};
TABLE(platform_info_1, manifest_platform_info, platform_info_1_fields);
TABLE(platform_info_2, manifest_platform_info, platform_info_2_fields);

/* SNP entries */
#define SNP(m, n, t, ...) FIELD(manifest_snp, m, n, t, __VA_ARGS__)
#define SNP_PLATFORM SNP(platform, "Platform", MF_STRING, .flags = 0)
#define SNP_TCB SNP(tcb, "MinimumTCB", MF_OBJECT, .sub = &tcb)
#define SNP_PRODUCT SNP(product, "ProductName", MF_STRING,                     \
	.check = mf_check_product)
#define SNP_MEASUREMENT SNP(measurement, "TrustedMeasurement", MF_HEX,         \
	.flags = MF_REAL, .digits = 96)
#define SNP_GUEST_POLICY(t) SNP(guest_policy, "GuestPolicy", MF_OBJECT,        \
	.sub = &(t), HAS(manifest_snp, has_guest_policy))
#define SNP_PLATFORM_INFO(t) SNP(platform_info, "PlatformInfo", MF_OBJECT,     \
	.sub = &(t), HAS(manifest_snp, has_platform_info))
#define SNP_VLEK SNP(allow_vlek, "AllowVLEK", MF_BOOL, .flags = MF_OMIT)
#define SNP_2                                                                  \
	SNP_PLATFORM, SNP_PRODUCT, SNP_MEASUREMENT, SNP_TCB,                   \
	SNP_GUEST_POLICY(guest_policy_2), SNP_PLATFORM_INFO(platform_info_2),  \
	SNP(mitigations, "MinimumMitigationVector", MF_UINT, .flags = 0),      \
	SNP(chip_ids, "AllowedChipIDs", MF_HEXES, .digits = 128),              \
	SNP(cpus, "CPUs", MF_UINT, .flags = MF_OMIT),                          \
	SNP(apeip, "APEIP", MF_HEX, .flags = MF_OMIT, .digits = 8),            \
	SNP_VLEK
static const struct mf_field snp_1_2_fields[] = {
	SNP_TCB, SNP_PRODUCT, SNP_MEASUREMENT, SNP_VLEK,
};
static const struct mf_field snp_1_7_fields[] = {
	SNP_TCB, SNP_PRODUCT, SNP_MEASUREMENT,
	SNP_GUEST_POLICY(guest_policy_1), SNP_VLEK,
};
static const struct mf_field snp_1_10_fields[] = {
	SNP_TCB, SNP_PRODUCT, SNP_MEASUREMENT,
	SNP_GUEST_POLICY(guest_policy_1), SNP_PLATFORM_INFO(platform_info_1),
	SNP_VLEK,
};
static const struct mf_field snp_2_fields[] = {SNP_2};
/* attestation 19.4; the same in all formats */
static const struct mf_field simulated_fields[] = {
	SNP_2,
	SNP(root_sha256, "TrustedRootSHA256", MF_HEX, .flags = MF_FILL,
	    .digits = 64),
	SNP(require_crl, "RequireCRL", MF_BOOL, .flags = MF_OMIT),
};
TABLE(snp_1_2, manifest_snp, snp_1_2_fields);
TABLE(snp_1_7, manifest_snp, snp_1_7_fields);
TABLE(snp_1_10, manifest_snp, snp_1_10_fields);
TABLE(snp_2, manifest_snp, snp_2_fields);
TABLE(simulated, manifest_snp, simulated_fields);

/* TDX entries */
#define TDX(m, n, t, ...) FIELD(manifest_tdx, m, n, t, __VA_ARGS__)
static const struct mf_field tdx_1_fields[] = {
	TDX(mr_td, "MrTd", MF_HEX, .flags = MF_REAL, .digits = 96),
	TDX(rtmr, "Rtrms", MF_RTMRS, .alias = "Rtmrs", .digits = 96),
	TDX(qe_svn, "MinimumQeSvn", MF_SVN, .check = mf_check_svn),
	TDX(pce_svn, "MinimumPceSvn", MF_SVN, .check = mf_check_svn),
	TDX(tee_tcb_svn, "MinimumTeeTcbSvn", MF_HEX, .flags = MF_FILL,
	    .digits = 32),
	TDX(mr_seam, "MrSeam", MF_HEX, .flags = MF_FILL, .digits = 96),
	TDX(td_attributes, "TdAttributes", MF_HEX, .digits = 16),
	TDX(xfam, "Xfam", MF_HEX, .digits = 16),
};
static const struct mf_field tdx_2_fields[] = {
	TDX(platform, "Platform", MF_STRING, .flags = 0),
	TDX(tcb_eval, "MinTCBEvaluationDataNumber", MF_UINT, .flags = 0),
	TDX(mr_td, "MrTd", MF_HEX, .flags = MF_REAL, .digits = 96),
	TDX(mr_seam, "MrSeam", MF_HEX, .flags = MF_FILL, .digits = 96),
	TDX(rtmr, "Rtmrs", MF_RTMRS, .alias = "Rtrms", .digits = 96),
	TDX(xfam, "Xfam", MF_HEX, .digits = 16),
	TDX(piids, "AllowedPIIDs", MF_HEXES, .digits = 32),
	TDX(memory_integrity, "MemoryIntegrity", MF_BOOL, .flags = 0),
	TDX(smt_disabled, "SMTDisabled", MF_BOOL, .flags = 0),
	TDX(static_platform, "StaticPlatform", MF_BOOL, .flags = 0),
	TDX(cpus, "CPUs", MF_UINT, .flags = MF_OMIT),
};
TABLE(tdx_1, manifest_tdx, tdx_1_fields);
TABLE(tdx_2, manifest_tdx, tdx_2_fields);

/* the members of both, for reference-value data */
static const struct mf_field tdx_data_fields[] = {
	TDX(platform, "Platform", MF_STRING, .flags = 0),
	TDX(tcb_eval, "MinTCBEvaluationDataNumber", MF_UINT, .flags = 0),
	TDX(mr_td, "MrTd", MF_HEX, .flags = MF_REAL, .digits = 96),
	TDX(mr_seam, "MrSeam", MF_HEX, .digits = 96),
	TDX(rtmr, "Rtmrs", MF_RTMRS, .alias = "Rtrms", .digits = 96),
	TDX(qe_svn, "MinimumQeSvn", MF_SVN, .flags = 0),
	TDX(pce_svn, "MinimumPceSvn", MF_SVN, .flags = 0),
	TDX(tee_tcb_svn, "MinimumTeeTcbSvn", MF_HEX, .digits = 32),
	TDX(td_attributes, "TdAttributes", MF_HEX, .digits = 16),
	TDX(xfam, "Xfam", MF_HEX, .digits = 16),
	TDX(piids, "AllowedPIIDs", MF_HEXES, .digits = 32),
	TDX(memory_integrity, "MemoryIntegrity", MF_BOOL, .flags = 0),
	TDX(smt_disabled, "SMTDisabled", MF_BOOL, .flags = 0),
	TDX(static_platform, "StaticPlatform", MF_BOOL, .flags = 0),
	TDX(cpus, "CPUs", MF_UINT, .flags = 0),
};
TABLE(tdx_data, manifest_tdx, tdx_data_fields);

/* ReferenceValues */
#define REFS(m, n, t) FIELD(manifest_refs, m, n, MF_ENTRIES,                   \
	.flags = MF_OMIT, .sub = &(t))
#define REFS_OF(v, s, t)                                                       \
	static const struct mf_field v##_fields[] = {                          \
		REFS(snp, "snp", s), REFS(tdx, "tdx", t),                      \
		REFS(simulated, "simulated", simulated),                       \
	};                                                                     \
	TABLE(v, manifest_refs, v##_fields)
REFS_OF(refs_1_2, snp_1_2, tdx_1);
REFS_OF(refs_1_7, snp_1_7, tdx_1);
REFS_OF(refs_1_10, snp_1_10, tdx_1);
REFS_OF(refs_2, snp_2, tdx_2);
static const struct mf_field data_fields[] = {
	REFS(snp, "snp", snp_2), REFS(tdx, "tdx", tdx_data),
	REFS(simulated, "simulated", simulated),
};
const struct mf_table mf_data_table = {
	data_fields, sizeof(data_fields) / sizeof(data_fields[0]),
	sizeof(struct manifest_refs)};

/* the whole */
#define TOP(m, n, t, ...) FIELD(manifest, m, n, t, __VA_ARGS__)
#define DIGESTS TOP(owner_digests, "WorkloadOwnerKeyDigests", MF_HEXES,        \
	.digits = 64)
#define OWNERS TOP(owner_keys, "WorkloadOwnerPubKeys", MF_HEXES,               \
	.check = mf_check_owner_key)
#define MANIFEST_OF(v, r, owners)                                              \
	static const struct mf_field v##_fields[] = {                          \
		TOP(policies, "Policies", MF_POLICIES,                         \
		    .check = mf_check_policy),                                   \
		TOP(refs, "ReferenceValues", MF_OBJECT, .sub = &(r),           \
		    .check = mf_check_refs),                                   \
		owners,                                                        \
		TOP(seedshare_keys, "SeedshareOwnerPubKeys", MF_HEXES,         \
		    .check = mf_check_seedshare_key),                          \
		TOP(min_api, "MinimumAPIVersion", MF_STRING, .flags = MF_OMIT, \
		    .check = mf_check_api),                                    \
	};                                                                     \
	TABLE(v, manifest, v##_fields)
MANIFEST_OF(manifest_1_2, refs_1_2, DIGESTS);
MANIFEST_OF(manifest_1_7, refs_1_7, DIGESTS);
MANIFEST_OF(manifest_1_10, refs_1_10, DIGESTS);
MANIFEST_OF(manifest_2, refs_2, OWNERS);
/* clang-format on */

static const struct {
	const char *name;
	const struct mf_table *table;
} formats[] = {
    [MANIFEST_0_2] = {"0.2", NULL},
    [MANIFEST_0_8] = {"0.8", NULL},
    [MANIFEST_1_2] = {"1.2", &manifest_1_2},
    [MANIFEST_1_7] = {"1.7", &manifest_1_7},
    [MANIFEST_1_10] = {"1.10", &manifest_1_10},
    [MANIFEST_2] = {"2", &manifest_2},
};

const struct mf_table *
mf_table_of(enum manifest_format f)
{
	return formats[f].table == NULL ? &manifest_1_2 : formats[f].table;
}

const struct mf_table *
mf_refs_table(enum manifest_format f)
{
	static const struct mf_table *const refs[] = {
	    &refs_1_2, &refs_1_2, &refs_1_2, &refs_1_7, &refs_1_10, &refs_2};

	return refs[f];
}

const char *
manifest_format_name(enum manifest_format f)
{
	return formats[f].name;
}

int
manifest_format_find(struct str name)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (str_eqz(name, formats[i].name))
			return (int)i;
	}
	return -1;
}

enum manifest_format
manifest_format_default(enum profile p)
{
	return p == PROFILE_V12 ? MANIFEST_1_2 : MANIFEST_2;
}

void
mf_init(const struct mf_table *t, void *p)
{
	size_t i;

	memset(p, 0, t->size);
	for (i = 0; i < t->n; i++) {
		const struct mf_field *f = &t->fields[i];
		char *at = (char *)p + f->off;

		if (f->type == MF_TCB)
			*(int16_t *)(void *)at = -1;
		else if (f->type == MF_SVN)
			*(int32_t *)(void *)at = -1;
		else if (f->type == MF_OBJECT)
			mf_init(f->sub, at);
	}
}

void
manifest_init(struct manifest *m, enum manifest_format f)
{
	mf_init(mf_table_of(f), m);
	m->format = f;
	m->policies_set = true;
}

size_t
mf_path_push(struct buf *path, const char *name)
{
	size_t mark = path->n;

	if (mark > 0)
		buf_putc(path, '.');
	buf_puts(path, name);
	return mark;
}

size_t
mf_path_index(struct buf *path, size_t i)
{
	size_t mark = path->n;

	buf_printf(path, "[%zu]", i);
	return mark;
}
