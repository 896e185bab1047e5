/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_CRYPT_H
#define CONTRASTC_INITIALIZER_CRYPT_H

#include "runtime/base/err.h"

/*
 * LUKS2 with libcryptsetup, which is loaded when it is first needed.  A
 * header is worked on in memory of the guest alone: it is read from the device
 * once, and what is judged is what is used; a new one is made there in whole
 * and written to the device when it is complete.
 */
struct init_crypt;

/* The bytes before the data of a volume, and the least that a volume has. */
#define INIT_CRYPT_HEADER ((size_t)16 << 20)
#define INIT_CRYPT_LEAST ((size_t)17 << 20)

/*
 * Reads the header; with none there, RT_ENOTFOUND, and *out can be formatted.
 * RT_ELIMIT: the device is too small; RT_EVERIFY: not LUKS2, or damaged;
 * RT_EIO.  End with init_crypt_free(), also after RT_ENOTFOUND.
 */
int init_crypt_new(struct init_crypt **out, const char *device,
    struct rt_err *err) RT_MUST_CHECK;
void init_crypt_free(struct init_crypt *c);
/*
 * Makes a volume that only the key opens: AES-XTS with HMAC-SHA-256, sectors
 * of 4 KiB.  Whatever ends it early, the device has either no header that
 * init_crypt_new() finds or all of it.  Needs device-mapper.  RT_EIO.
 */
int init_crypt_format(
    struct init_crypt *c, struct str key, struct rt_err *err) RT_MUST_CHECK;
/*
 * Judges the header (init_luks_check()), then opens the volume as
 * /dev/mapper/NAME; NULL: only tries the key.  RT_EVERIFY; RT_EAUTH: another
 * key; RT_EIO.
 */
int init_crypt_open(struct init_crypt *c, const char *name, struct str key,
    bool old, struct rt_err *err) RT_MUST_CHECK;

/* Is there a mapping of that name? */
int init_crypt_present(
    bool *out, const char *name, struct rt_err *err) RT_MUST_CHECK;
/* Removes it.  RT_EIO: someone has it open. */
int init_crypt_close(const char *name, struct rt_err *err) RT_MUST_CHECK;

#endif
