/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_MANIFEST_MANIFEST_INT_H
#define CONTRASTC_MANIFEST_MANIFEST_INT_H

#include "runtime/manifest/manifest.h"

/* How a member is kept in the model, and with that how it is read. */
enum mf_type {
	MF_STRING,  /* struct str */
	MF_HEX,     /* struct str, lowered */
	MF_BOOL,    /* bool */
	MF_BYTE,    /* uint8_t */
	MF_UINT,    /* uint64_t */
	MF_TCB,     /* int16_t, 0..255 or -1; 3.0 counts as 3 */
	MF_SVN,     /* int32_t, 0..65535 or -1 */
	MF_STRINGS, /* struct manifest_list */
	MF_HEXES,   /* the same, each lowered */
	MF_RTMRS,   /* struct str[MANIFEST_RTMRS], lowered */
	MF_OBJECT,  /* the struct of `sub`; a bool at `has` */
	MF_ENTRIES, /* VEC of the struct of `sub` */
	MF_POLICIES /* VEC(struct manifest_policy) and policies_set */
};

enum {
	MF_OMIT = 1 << 0, /* not written if zero, empty or null */
	MF_FILL = 1 << 1, /* the user fills it in: expected to be missing */
	MF_REAL = 1 << 2  /* all zeros is a placeholder */
};

struct mf_table;
struct mf_field;

/* Reports what is wrong with one value; see validate.c. */
struct mf_checker;
typedef void mf_check(
    struct mf_checker *c, const struct mf_field *f, const void *p);

struct mf_field {
	const char *name;
	const char *alias; /* another spelling that is read, or NULL */
	enum mf_type type;
	unsigned flags;
	uint16_t off;
	uint16_t has;    /* MF_OBJECT: offset of the flag; 0: none */
	uint16_t digits; /* the only length of hex; 0: any */
	mf_check *check; /* or NULL */
	const struct mf_table *sub;
};

struct mf_table {
	const struct mf_field *fields;
	size_t n;
	size_t size; /* of the struct */
};

/* The members of a manifest in a format, 1.2 or later. */
const struct mf_table *mf_table_of(enum manifest_format f);
/* The table of its ReferenceValues. */
const struct mf_table *mf_refs_table(enum manifest_format f);
/* All members of all formats: reference-value data. */
extern const struct mf_table mf_data_table;

/* write.c: one struct as canonical JSON without a final newline */
void mf_write_object(struct buf *out, const struct mf_table *t, const void *p);
/* validate.c: findings, and all of them expected? */
bool mf_lacks_expected(struct arena *a, const struct manifest *m,
    const struct mf_table *t, const void *entry);

/* Any VEC. */
struct mf_vec {
	char *p;
	size_t n, cap;
};

/* All null and absent. */
void mf_init(const struct mf_table *t, void *p);

/* Formats 0.2 and 0.8. */
struct jv;
struct mf_reader {
	struct arena *arena;
	struct manifest *m;
	struct rt_err *err;
	struct buf path;
};
/* Fills one struct from a JSON object (or null). */
int mf_read_table(
    struct mf_reader *r, const struct mf_table *t, void *p, const struct jv *v);
int mf_read_legacy(struct mf_reader *r, const struct jv *root);
/* A member by name, in any letter case if there is no exact one. */
const struct jv *mf_member(const struct jv *object, const char *name);
/* json_text.c: jv_parse for texts with integers that do not fit 63 bits */
int mf_parse_json(
    struct jv **out, struct arena *a, struct str text, struct rt_err *err);
int mf_wrong_type(struct mf_reader *r, const char *want);

/* read.c: an entry of Policies */
extern const struct mf_table mf_policy_table;

/* checks of validate.c that the tables name */
mf_check mf_check_tcb, mf_check_product, mf_check_guest_policy, mf_check_svn,
    mf_check_owner_key, mf_check_seedshare_key, mf_check_policy, mf_check_refs,
    mf_check_api;

/* format.c: paths of members; each call returns what the path was long. */
size_t mf_path_push(struct buf *path, const char *name);
size_t mf_path_index(struct buf *path, size_t i);

/* read.c */
bool mf_is_zero(struct str hex); /* and not empty */
struct str mf_lower_hex(struct arena *a, struct str s);

#endif
