/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_SNP_H
#define CONTRASTC_ATTEST_SNP_H

#include <openssl/x509.h>

#include "runtime/attest/attest.h"
#include "runtime/base/buf.h"

/* AMD SEV-SNP (attestation 5 to 9; AMD publications 56860 and 57230). */

#define SNP_REPORT_LEN 1184
#define SNP_SIGNED_LEN 0x2a0
#define SNP_TCB_LEN 8
#define SNP_CHIP_ID_LEN 64
#define SNP_MEASUREMENT_LEN 48

enum snp_product { SNP_PRODUCT_NONE, SNP_MILAN, SNP_GENOA, SNP_TURIN };
#define SNP_PRODUCTS 4
/* "Milan"; empty for SNP_PRODUCT_NONE. */
const char *snp_product_name(enum snp_product p);
enum snp_product snp_product_find(struct str name);
/* By combined family and model of CPUID (5.3). */
enum snp_product snp_product_of(unsigned family, unsigned model);
/* Bytes of a hardware id. */
size_t snp_hwid_len(enum snp_product p);

enum snp_key { SNP_VCEK, SNP_VLEK };
const char *snp_key_name(enum snp_key k);

/* Components of a TCB word, in the order of the manifest's. */
enum snp_part { SNP_BL, SNP_TEE, SNP_SNP, SNP_UCODE, SNP_FMC, SNP_PARTS };
/* Which byte of a product's TCB word holds it; -1: it has none. */
int snp_tcb_byte(enum snp_product p, enum snp_part part);
/* "bl", "tee", "snp", "ucode", "fmc". */
const char *snp_part_name(enum snp_part part);
static inline unsigned
snp_tcb_part(uint64_t tcb, int byte)
{
	return (unsigned)(tcb >> (8 * byte)) & 0xff;
}

#define SNP_TYPE_U32 uint32_t
#define SNP_TYPE_U64 uint64_t
#define SNP_TYPE_DATA struct str
struct snp_fields {
#define SNP_FIELD(number, name, kind, offset, size) SNP_TYPE_##kind name;
#include "runtime/attest/snp_field.def"
#undef SNP_FIELD
};

/* What may be present in one version of the report only. */
struct snp_report {
	struct snp_fields f; /* slices of raw */
	struct str raw;
	enum snp_key key;
	enum snp_product product; /* of family and model; NONE: version 2 */
};

/* The bits of the signer information. */
#define SNP_AUTHOR_KEY_EN(f) (((f)->signer_info & 1) != 0)
#define SNP_MASK_CHIP_KEY(f) (((f)->signer_info >> 1 & 1) != 0)
#define SNP_SIGNING_KEY(f) ((f)->signer_info >> 2 & 7)

/*
 * Format checks of a report of exactly SNP_REPORT_LEN bytes, which stay the
 * caller's, and its product.  0, or RT_EVERIFY with the code in `r`.
 */
int snp_report_parse(struct snp_report *out, struct attest_result *r,
    struct str raw) RT_MUST_CHECK;
/* Fields to bytes and back, without any check but sizes; false: snp.size. */
bool snp_report_build(
    unsigned char raw[SNP_REPORT_LEN], const struct snp_fields *f);
void snp_report_fields(struct snp_fields *f, struct str raw);
/* CPUID(1).EAX of combined family, model and stepping. */
uint32_t snp_fms(unsigned family, unsigned model, unsigned stepping);

/* A certificate's view of what it certifies (6.2). */
struct snp_leaf {
	X509 *x;
	enum snp_key key;
	enum snp_product product;
	unsigned struct_version;
	struct str product_name; /* "Milan-B0" */
	uint64_t tcb;            /* as a word of the report */
	struct str hwid;         /* VCEK */
	struct str csp_id;       /* VLEK */
};
/*
 * Reads and checks a leaf: one DER certificate, profile, extensions (6.3),
 * genuine or simulated.  The caller ends it with snp_leaf_fini(), also after a
 * failure; the slices live as long as it.
 */
int snp_leaf_parse(struct snp_leaf *out, struct attest_result *r,
    struct str der, enum snp_key key, bool simulated) RT_MUST_CHECK;
void snp_leaf_fini(struct snp_leaf *l);

/*
 * Trusted intermediates with their roots.  `ark_sound`: the root is signed by
 * itself and the intermediate by the root, which is found once.
 */
struct snp_root {
	enum snp_product product;
	enum snp_key key;
	X509 *ca, *ark; /* ASK or ASVK */
	bool sound;
};
struct snp_roots {
	struct snp_root v[2 * SNP_PRODUCTS];
	size_t n;
	bool simulated; /* profile of names and marker extension (19.3) */
};
/* AMD's, compiled in; lives as long as the program. */
const struct snp_roots *snp_roots_amd(void);
/*
 * Adds the pair of a PEM file: intermediate, then root.  RT_EFORMAT; RT_ELIMIT
 * if there are too many.  The caller frees them with snp_roots_fini().
 */
int snp_roots_add(
    struct snp_roots *roots, struct str pem, struct rt_err *err) RT_MUST_CHECK;
/*
 * The same for a rotated intermediate that an operator gives: its root must be
 * AMD's, byte for byte, else RT_EAUTH.
 */
int snp_roots_add_rotated(
    struct snp_roots *roots, struct str pem, struct rt_err *err) RT_MUST_CHECK;
void snp_roots_fini(struct snp_roots *roots);
const struct snp_root *snp_roots_find(
    const struct snp_roots *roots, enum snp_product p, enum snp_key key);

/*
 * Issuer, signatures and validity of a leaf's chain to its trusted root (6.3).
 */
int snp_chain_check(struct attest_result *r, const struct snp_leaf *leaf,
    const struct snp_roots *roots, const struct attest_env *env,
    int64_t now) RT_MUST_CHECK;

/* What a peer, or a file, gives. */
struct snp_evidence {
	struct str report;
	struct str vcek, vlek; /* DER, or empty */
	struct str crl;        /* DER, or empty */
};

/* A list of digests or chip ids. */
struct snp_list {
	VEC(struct str) v;
};

/* What a report must have (9, 15.1). */
struct snp_policy {
	const struct snp_roots *roots;
	enum snp_product product;
	bool allow_vlek;
	bool revocation; /* a revocation list must be there */
	struct str crl;  /* one that the operator gives, or empty */
	bool check_guest_policy;
	uint64_t guest_policy; /* required word, 5.4 */
	bool check_platform_info;
	uint64_t platform_info; /* 5.5 */
	bool permit_provisional;
	int vmpl;                             /* -1: any */
	uint32_t guest_svn;                   /* minimum */
	uint64_t tcb, launch_tcb;             /* minima, words of the product */
	uint8_t build, api_major, api_minor;  /* minima */
	uint64_t mitigations;                 /* bits of both vectors */
	struct snp_list chip_ids;             /* empty: any */
	bool id_block, author_key;            /* required */
	struct snp_list id_keys, author_keys; /* trusted digests */
	/* Empty: not compared. */
	struct str measurement, family_id, image_id, report_id, report_id_ma;
	/*
	 * If set, `measurement` is that of one vCPU and each of the counts up
	 * to SNP_VCPUS_MAX counts; the ID key is then derived.
	 */
	bool search_vcpus;
	uint32_t apeip; /* reset address of application processors */
};
#define SNP_VCPUS_MAX 220

/*
 * The procedure of section 9.  On success `r` has claims (base OID by the kind
 * of roots) and digest; else one code, every failing comparison.
 */
int snp_verify(struct attest_result *r, const struct snp_evidence *ev,
    const struct snp_policy *policy, const struct attest_expect *expect,
    const struct attest_env *env) RT_MUST_CHECK;

/*
 * The document in a certificate's extension (4.2) to evidence and back.  The
 * report is rebuilt in the result's arena; certificates are slices of `doc`.
 */
int snp_doc_read(struct snp_evidence *out, struct attest_result *r,
    struct str doc) RT_MUST_CHECK;
/*
 * `product` is a hint for version 2 reports, or SNP_PRODUCT_NONE.  RT_EINVAL:
 * not a report.
 */
int snp_doc_write(struct buf *out, const struct snp_evidence *ev,
    enum snp_product product, struct rt_err *err) RT_MUST_CHECK;

/*
 * The certificate table that host and firmware hand out (17.4).  False: it is
 * unusable, which is no error, since it is a hint.
 */
struct snp_table {
	struct str vcek, vlek, ca, ark, crl;
};
bool snp_table_read(struct snp_table *out, struct str table);

/*
 * The report's own VCEK and revocation list, as an issuer adds them: what the
 * evidence has if it fits, else what can be had.  What cannot is left empty.
 */
void snp_endorse(
    struct snp_evidence *ev, struct arena *a, const struct attest_env *env);

/* The launch digest of one more vCPU (8.4). */
void snp_extend_vcpu(unsigned char digest[SNP_MEASUREMENT_LEN], uint32_t apeip,
    enum snp_product product);
/*
 * How many vCPUs (1 to SNP_VCPUS_MAX) give this measurement; 0: none.
 */
unsigned snp_find_vcpus(struct str one_vcpu, uint32_t apeip,
    enum snp_product product, struct str measurement);

/* The VCEK and CRL as items of collateral (7.1, 20.3), strings in `a`. */
void snp_item_vcek(struct attest_item *out, struct arena *a,
    enum snp_product product, struct str chip_id, uint64_t reported_tcb);
void snp_item_crl(struct attest_item *out, struct arena *a,
    enum snp_product product, enum snp_key key);

#endif
