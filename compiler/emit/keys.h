/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_KEYS_H
#define CONTRASTC_EMIT_KEYS_H

#include "runtime/base/diag.h"
#include "runtime/pki/owner.h"

/*
 * Owner keys (cli 8.1): PEM files whose public parts go into the manifest.
 * A key that is missing is made in memory and written only when all else has
 * been proven, so that a failing run leaves nothing behind.
 */
struct owner_key {
	const char *path;
	struct pki_owner_key key;
	/* A new key that waits for keys_write(); empty: none. */
	struct pki_secret pem;
	bool written; /* by keys_write() */
};

struct owner_keys {
	enum pki_owner kind;
	VEC(struct owner_key) list;
};

/*
 * Reads the key of each path.  If there is exactly one path and no such file,
 * a key is made.  False and a diagnostic on any error.
 */
bool keys_load(struct owner_keys *out, struct arena *a, struct diags *d,
    enum pki_owner kind, const char *const *paths, size_t n);
/* Writes what was made, mode 0600; an existing file is never replaced. */
bool keys_write(struct owner_keys *k, struct diags *d);
/* Removes what keys_write() wrote, when the run fails behind it. */
void keys_unwrite(struct owner_keys *k);
/* Overwrites what was made; call it on every way out. */
void keys_wipe(struct owner_keys *k);

#endif
