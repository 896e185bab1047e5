/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_FILES_H
#define CONTRASTC_INITIALIZER_FILES_H

#include <sys/types.h>

#include "runtime/base/arena.h"
#include "runtime/base/err.h"

/* What a pod gets (coordinator 13.2), below the shared directory. */
enum init_file {
	INIT_CHAIN,   /* tls-config/certChain.pem: leaf, intermediate */
	INIT_MESH_CA, /* tls-config/mesh-ca.pem */
	INIT_ROOT_CA, /* tls-config/coordinator-root-ca.pem */
	INIT_KEY,     /* tls-config/key.pem: PKCS#8 */
	INIT_SECRET,  /* secrets/workload-secret-seed: hex; may be absent */
	INIT_FILES
};
const char *init_file_path(struct arena *a, const char *dir, enum init_file f);

/* Makes the directory with its parents (0755). */
int init_files_directory(
    struct arena *a, const char *path, struct rt_err *err) RT_MUST_CHECK;
/* The same, and the two below it. */
int init_files_prepare(
    struct arena *a, const char *dir, struct rt_err *err) RT_MUST_CHECK;
/*
 * Writes all of them or none: each is staged, then they take their places; on
 * failure the old ones stand.  Modes are 0444, of the key `key_mode`, of the
 * secret 0400; whoever reads them needs more than that is refused by the
 * kernel.  An empty secret is no file, and one that is there goes.  RT_EIO.
 */
int init_files_write(struct arena *a, const char *dir,
    const struct str bytes[INIT_FILES], mode_t key_mode,
    struct rt_err *err) RT_MUST_CHECK;
/* An empty file, 0644. */
int init_files_done(const char *path, struct rt_err *err) RT_MUST_CHECK;

#endif
