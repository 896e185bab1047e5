/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: what the untrusted store gives.  The first byte divides the
 * input into the pointer to the latest transition and every other value;
 * nothing passes that has not the hash that was asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "coordinator/history.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fake {
	struct co_store store;
	struct str latest, rest;
};

static int
get(struct str *out, struct arena *a, struct co_store *s, const char *key,
    struct rt_err *err)
{
	const struct fake *f = (const struct fake *)s;

	(void)a;
	(void)err;
	*out = strcmp(key, "transitions/latest") == 0 ? f->latest : f->rest;
	return 0;
}

static const struct co_store_kind kind = {"fake", get, NULL, NULL, NULL};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = {(const char *)data, size};
	struct fake f = {.store = {&kind}};
	struct co_chain chain = {0};
	struct co_latest latest;
	struct co_transition t;
	struct arena *a;
	struct str text;
	co_hash hash;

	if (size == 0)
		return 0;
	a = arena_new();
	f.latest = str_sub(in, 1, 1 + (size_t)data[0]);
	f.rest = str_sub(in, 1 + f.latest.n, size);
	if (co_history_latest(&latest, a, &f.store, NULL, NULL) == 0 &&
	    (latest.raw.n <= SHA256_LEN ||
		latest.signature.n + SHA256_LEN != latest.raw.n))
		abort();
	rt_sha256(hash, f.rest);
	if (co_history_transition(&t, &f.store, hash, NULL) == 0 &&
	    f.rest.n != 64)
		abort();
	if (co_history_manifest(&text, a, &f.store, hash, NULL) != 0)
		abort();
	/* no value is its own hash's predecessor */
	if (co_history_chain(&chain, a, &f.store, hash, NULL) == 0 &&
	    chain.v.n != 1)
		abort();
	memset(hash, 1, sizeof(hash));
	if (co_history_policy(&text, a, &f.store, hash, NULL) == 0)
		abort();
	arena_free(a);
	return 0;
}
