/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_MANIFEST_MANIFEST_H
#define CONTRASTC_MANIFEST_MANIFEST_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/encode.h"
#include "runtime/base/err.h"
#include "runtime/base/vec.h"
#include "runtime/manifest/platform.h"

/*
 * The manifest: which policies may run, on which hardware, and who may change
 * that.  One model holds the members of all formats (cli 7); the tables in
 * format.c say which of them a format has, in which order, and drive reader,
 * validation and writer.
 */
enum manifest_format {
	MANIFEST_0_2, /* v0.2 to v0.5, only read */
	MANIFEST_0_8, /* v0.6 to v0.8, only read */
	MANIFEST_1_2,
	MANIFEST_1_7,  /* adds GuestPolicy */
	MANIFEST_1_10, /* adds PlatformInfo */
	MANIFEST_2     /* owner keys instead of digests, other order */
};

/* Hex is kept in lower case whenever all of it is hex. */
struct manifest_list {
	VEC(struct str) v;
	bool set; /* false: null, which is not the same as [] */
};

/* In the order of tcb[]. */
enum {
	TCB_BOOTLOADER,
	TCB_TEE,
	TCB_SNP,
	TCB_MICROCODE,
	TCB_FMC, /* Turin, extension; null is not written */
	TCB_N
};
struct manifest_tcb {
	int16_t v[TCB_N]; /* -1: null */
};

struct manifest_guest_policy {
	uint8_t abi_minor, abi_major;
	bool smt, migrate_ma, debug, single_socket, cxl, aes256_xts, rapl_dis,
	    ciphertext_hiding, page_swap_disable;
};

struct manifest_platform_info {
	bool smt, tsme, ecc, rapl_disabled, ciphertext_hiding, alias_check, tio;
};

/* An entry of `snp`, or of `simulated`. */
struct manifest_snp {
	struct str platform, product, measurement;
	struct manifest_tcb tcb;
	bool has_guest_policy, has_platform_info;
	struct manifest_guest_policy guest_policy;
	struct manifest_platform_info platform_info;
	uint64_t mitigations;
	struct manifest_list chip_ids;
	uint64_t cpus;    /* 0: absent */
	struct str apeip; /* empty: absent */
	bool allow_vlek;
	struct str root_sha256; /* simulated only */
	bool require_crl;       /* simulated only */
};

#define MANIFEST_RTMRS 4
struct manifest_tdx {
	struct str platform, mr_td, mr_seam, rtmr[MANIFEST_RTMRS];
	struct str td_attributes, xfam, tee_tcb_svn;
	int32_t qe_svn, pce_svn; /* -1: null */
	uint64_t tcb_eval;
	struct manifest_list piids;
	bool memory_integrity, smt_disabled, static_platform;
	uint64_t cpus;
};

struct manifest_policy {
	struct str hash; /* hex */
	struct manifest_list sans;
	struct str secret_id, role;
};

struct manifest_refs {
	VEC(struct manifest_snp) snp;
	VEC(struct manifest_tdx) tdx;
	VEC(struct manifest_snp) simulated;
	struct manifest_list id_key_hashes; /* format 0.2 */
};

/* A sentence about one member. */
struct manifest_note {
	struct str path; /* ReferenceValues.snp[0].MinimumTCB.SNPVersion */
	struct str text;
	bool expected; /* the user has to fill in this value */
};
struct manifest_notes {
	VEC(struct manifest_note) v;
};

struct manifest {
	enum manifest_format format;
	VEC(struct manifest_policy) policies; /* by hash, once sorted */
	bool policies_set;                    /* false: null */
	struct manifest_refs refs;
	struct manifest_list owner_digests; /* formats before 2 */
	struct manifest_list owner_keys;    /* format 2 */
	struct manifest_list seedshare_keys;
	struct str min_api;             /* empty: absent */
	struct manifest_notes warnings; /* what reading came across */
};

#define MANIFEST_SIZE_MAX ((size_t)16 << 20)

/* "1.2", "1.7", "1.10", "2" (and "0.2", "0.8"); the other way -1 is unknown. */
const char *manifest_format_name(enum manifest_format f);
int manifest_format_find(struct str name);
/* What a new manifest gets in a profile. */
enum manifest_format manifest_format_default(enum profile p);

/* N of "vN", a version of the HTTP API (coordinator 4.3); 0: it is none. */
uint64_t manifest_api_version(struct str text);

/* An empty manifest of that format. */
void manifest_init(struct manifest *m, enum manifest_format f);
/*
 * Reads JSON and finds out the format.  RT_EFORMAT (verdict parse-error)
 * with the member's path; the formats 0.x only if `legacy`.
 */
int manifest_read(struct manifest *out, struct arena *a, struct str text,
    bool legacy, struct rt_err *err) RT_MUST_CHECK;
/* The canonical bytes (cli 7.5) in the manifest's format, not 0.x. */
void manifest_write(struct buf *out, const struct manifest *m);
/* The member Policies alone, as `policies --json` prints it. */
void manifest_write_policies(struct buf *out, const struct manifest *m);

enum manifest_verdict {
	MANIFEST_OK,
	MANIFEST_NO_COORDINATOR,
	MANIFEST_EXPECTED_MISSING,
	MANIFEST_INVALID,
	MANIFEST_PARSE_ERROR /* manifest_read failed */
};
/*
 * Collects every finding, in the order of the document.  A measurement of
 * zeros only is a finding of the expected kind that leaves the verdict alone.
 */
enum manifest_verdict manifest_validate(
    struct manifest_notes *out, struct arena *a, const struct manifest *m);
/* "ok", "no-coordinator", "expected-missing", "invalid", "parse-error". */
const char *manifest_verdict_name(enum manifest_verdict v);

/*
 * Translates upward (or to the same format, which only fills in members that
 * may be absent with the defaults of cli 7.3).  `keys` are owner keys, hex
 * SubjectPublicKeyInfo: format 2 needs one for each digest.  RT_EINVAL says
 * what stands in the way; warnings are appended to m->warnings.
 */
int manifest_convert(struct manifest *m, struct arena *a,
    enum manifest_format to, const struct manifest_list *keys,
    struct rt_err *err) RT_MUST_CHECK;

/* The entry of a hash, given in any letter case; NULL: none. */
struct manifest_policy *manifest_policy_find(
    const struct manifest *m, struct str hash);
/* Adds an entry in its place; an entry of the same hash is returned. */
struct manifest_policy *manifest_policy_add(
    struct manifest *m, struct arena *a, struct str hash);
bool manifest_list_has(const struct manifest_list *l, struct str s);
/* Appends unless it is there; the list is then not null. */
void manifest_list_add(struct manifest_list *l, struct arena *a, struct str s);
/* Byte order. */
void manifest_list_sort(struct manifest_list *l);

/* Digests (cli 7.8): of the file's bytes, never of an encoding of ours. */
void manifest_transition(unsigned char out[SHA256_LEN], struct str manifest,
    const unsigned char previous[SHA256_LEN]);

/* The guest policy word of SNP (7.3), reserved bit included. */
uint64_t manifest_guest_policy_word(const struct manifest_guest_policy *p);
uint64_t manifest_platform_info_word(const struct manifest_platform_info *p);
/* What 7.3 gives to TDX entries; format 2 has no other attributes. */
#define MANIFEST_TD_ATTRIBUTES "0000001000000000"
#define MANIFEST_XFAM "e702060000000000"
/* Format 1.2 says nothing: SMT allowed, everything else off. */
extern const struct manifest_guest_policy manifest_guest_policy_default;

#endif
