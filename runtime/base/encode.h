/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_ENCODE_H
#define CONTRASTC_BASE_ENCODE_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/err.h"

#define SHA256_LEN 32

/* SHA-256 (FIPS 180-4) of the bytes. */
void rt_sha256(unsigned char out[SHA256_LEN], struct str s);
/*
 * The same of bytes that come in pieces: zeroed it is the start, a copy of it
 * goes on by itself.
 */
struct rt_sha256 {
	uint32_t state[32];
	bool begun;
};
void rt_sha256_put(struct rt_sha256 *h, struct str s);
void rt_sha256_end(unsigned char out[SHA256_LEN], struct rt_sha256 *h);
/* The same as 64 lower-case hex digits. */
struct str rt_sha256_hex(struct arena *a, struct str s);

struct str rt_hex(struct arena *a, const unsigned char *p, size_t n);
/* Digits of any case; RT_EFORMAT names the first bad one. */
int rt_unhex(struct str *out, struct arena *a, struct str s,
    struct rt_err *err) RT_MUST_CHECK;

/* Standard alphabet with padding, one line (RFC 4648 section 4). */
void rt_base64(struct buf *out, struct str s);
/* Reads the same; CR and LF are skipped.  RT_EFORMAT. */
int rt_unbase64(struct str *out, struct arena *a, struct str s,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * gzip (RFC 1952), reproducible: no time, no name, OS 255, level 9.
 */
void rt_gzip(struct buf *out, struct str s);
/*
 * The same of bytes that come in pieces; how they are cut changes no byte of
 * the result.  A copy goes on by itself.
 */
struct rt_gzip *rt_gzip_new(void);
struct rt_gzip *rt_gzip_copy(const struct rt_gzip *g);
void rt_gzip_put(struct rt_gzip *g, struct str s);
/* What follows is of another kind: it gets codes of its own. */
void rt_gzip_cut(struct rt_gzip *g);
/* Appends the whole to `out`; nothing can follow but rt_gzip_free(). */
void rt_gzip_end(struct buf *out, struct rt_gzip *g);
/* Accepts NULL. */
void rt_gzip_free(struct rt_gzip *g);
/* Reads one or more members; more than `max` bytes is RT_ELIMIT. */
int rt_gunzip(struct str *out, struct arena *a, struct str s, size_t max,
    struct rt_err *err) RT_MUST_CHECK;

#endif
