/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_ENCODE_H
#define CONTRASTC_BASE_ENCODE_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/err.h"

#define SHA256_LEN 32

/* SHA-256 (FIPS 180-4) of the bytes. */
void rt_sha256(unsigned char out[SHA256_LEN], struct str s);
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
/* Reads one or more members; more than `max` bytes is RT_ELIMIT. */
int rt_gunzip(struct str *out, struct arena *a, struct str s, size_t max,
    struct rt_err *err) RT_MUST_CHECK;

#endif
