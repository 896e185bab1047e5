/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_STORE_H
#define CONTRASTC_COORDINATOR_STORE_H

#include "runtime/base/arena.h"
#include "runtime/base/err.h"

/*
 * The history store (coordinator 8): small values below keys of the form
 * "kind/name", outside the trust boundary.  Whoever reads from it checks what
 * it got.  A back end is a row of functions; any thread may call them.
 */
struct co_store;

/* Bytes of a value: the largest manifest. */
#define CO_VALUE_MAX ((size_t)16 << 20)

struct co_store_kind {
	const char *name; /* "file" */
	/* RT_ENOTFOUND: no such key; RT_EIO; RT_ELIMIT. */
	int (*get)(struct str *out, struct arena *a, struct co_store *s,
	    const char *key, struct rt_err *err);
	/* Durable when it returns; what was there is replaced. */
	int (*put)(struct co_store *s, const char *key, struct str value,
	    struct rt_err *err);
	/*
	 * Replaces the value if it is `old`, NULL: if there is none.
	 * RT_ESTATE: it has changed since last read.
	 */
	int (*swap)(struct co_store *s, const char *key, const struct str *old,
	    struct str value, struct rt_err *err);
	void (*close)(struct co_store *s);
};

/* The beginning of what a back end opens. */
struct co_store {
	const struct co_store_kind *kind;
};

/*
 * A directory, which is made if it is not there: a file for each key, written
 * beside it, synced and renamed.  RT_EIO, RT_ESTATE: not a directory of ours.
 */
int co_store_file(
    struct co_store **out, const char *dir, struct rt_err *err) RT_MUST_CHECK;

/* Is it two names of letters, digits and dashes, with a slash between? */
bool co_store_key_ok(const char *key);
int co_store_get(struct str *out, struct arena *a, struct co_store *s,
    const char *key, struct rt_err *err) RT_MUST_CHECK;
int co_store_put(struct co_store *s, const char *key, struct str value,
    struct rt_err *err) RT_MUST_CHECK;
int co_store_swap(struct co_store *s, const char *key, const struct str *old,
    struct str value, struct rt_err *err) RT_MUST_CHECK;
/* Accepts NULL. */
void co_store_close(struct co_store *s);

#endif
