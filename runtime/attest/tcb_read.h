/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_TCB_READ_H
#define CONTRASTC_ATTEST_TCB_READ_H

#include "runtime/attest/tdx.h"
#include "runtime/base/jv.h"

/*
 * What reads members of Intel's JSON.  A function that returns false has set
 * the reader's code, with the member's name in the text.
 */
struct tcb_read {
	struct attest_result *r;
	enum attest_code code; /* tcbinfo_format or qeid_format */
	struct arena *arena;
};

bool tcb_read_fail(struct tcb_read *t, const char *name);
/* The whole text, an object. */
bool tcb_read_text(struct tcb_read *t, struct jv **out, struct str text);
/* The member is this string, letter for letter. */
bool tcb_read_is(
    struct tcb_read *t, const struct jv *v, const char *name, const char *want);
/* `n` bytes in hex, any case. */
bool tcb_read_hex(struct tcb_read *t, struct str *out, const struct jv *v,
    const char *name, size_t n);
/* A number from 0 to `max`. */
bool tcb_read_uint(struct tcb_read *t, uint32_t *out, const struct jv *v,
    const char *name, uint32_t max);
bool tcb_read_u16(
    struct tcb_read *t, uint16_t *out, const struct jv *v, const char *name);
/* YYYY-MM-DDThh:mm:ssZ */
bool tcb_read_time(
    struct tcb_read *t, int64_t *out, const struct jv *v, const char *name);
/* An array; NULL: none. */
const struct jv *tcb_read_array(
    struct tcb_read *t, const struct jv *v, const char *name);
/* tcbStatus, one of the mask's, and advisoryIDs. */
bool tcb_read_status(struct tcb_read *t, enum tcb_status *out,
    struct tcb_advisories *advisories, const struct jv *level, uint32_t mask);
/* The member tcbLevels of a module or of the QE, put in order. */
bool tcb_read_levels(
    struct tcb_read *t, struct tcb_svn_levels *out, const struct jv *v);

#endif
