/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_CO_WORLD_H
#define CONTRASTC_REGRESS_CO_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "coordinator/api.h"
#include "runtime/pki/key.h"
#include "runtime/pki/share.h"
#include "runtime/pki/sign.h"

/*
 * A Coordinator without sockets in a directory of its own, owners of both
 * kinds with their keys, and manifests of ours.
 */
struct co_world {
	struct arena *a;
	char dir[64];
	struct co_store *store;
	struct co_guard *guard;
	EVP_PKEY *owner, *stranger; /* P-384 */
	EVP_PKEY *sharer;           /* RSA */
	struct str owner_hex, owner_digest, sharer_hex;
};

#define CO_HASH_A                                                              \
	"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
#define CO_HASH_B                                                              \
	"3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
#define CO_M48                                                                 \
	"1111111111111111111111111111111111111111111111111111111111111111"     \
	"22222222222222222222222222222222"
#define CO_ENTRY                                                               \
	"{\"MinimumTCB\":{\"BootloaderVersion\":1,\"TEEVersion\":2,"           \
	"\"SNPVersion\":3,\"MicrocodeVersion\":4},\"ProductName\":\"Milan\","  \
	"\"TrustedMeasurement\":\"" CO_M48 "\""
#define CO_SNP "\"snp\":[" CO_ENTRY "}]"
#define CO_SIMULATED                                                           \
	"\"simulated\":[" CO_ENTRY ",\"TrustedRootSHA256\":\"" CO_HASH_A "\"}]"

/* What a manifest is made of; NULL takes the usual. */
struct co_text {
	const char *refs, *owners, *sharers, *secret_id, *more;
};

static __attribute__((unused)) struct str
co_manifest(const struct co_world *w, struct co_text t)
{
	const char *owners = t.owners, *sharers = t.sharers;

	if (owners == NULL)
		owners =
		    arena_printf(w->a, "\"WorkloadOwnerPubKeys\":[\"%.*s\"]",
			STR_ARG(w->owner_hex))
			.p;
	if (sharers == NULL)
		sharers =
		    arena_printf(w->a, "[\"%.*s\"]", STR_ARG(w->sharer_hex)).p;
	return arena_printf(w->a,
	    "{\"Policies\":{\"" CO_HASH_A "\":{\"SANs\":[\"co\"],"
	    "\"Role\":\"coordinator\"},\"" CO_HASH_B "\":{\"SANs\":[\"web\"],"
	    "\"WorkloadSecretID\":\"%s\"}},\"ReferenceValues\":{%s},%s,"
	    "\"SeedshareOwnerPubKeys\":%s%s}\n",
	    t.secret_id == NULL ? "web" : t.secret_id,
	    t.refs == NULL ? CO_SNP : t.refs, owners, sharers,
	    t.more == NULL ? "" : t.more);
}

static struct str
co_hex_of(struct arena *a, const EVP_PKEY *key, struct str *digest)
{
	struct str der = {0};
	unsigned char sum[SHA256_LEN];

	if (pki_key_public(&der, a, key, NULL) != 0)
		abort();
	rt_sha256(sum, der);
	if (digest != NULL)
		*digest = rt_hex(a, sum, sizeof(sum));
	return rt_hex(a, (const unsigned char *)der.p, der.n);
}

/* A process starts: nothing in memory, the directory as it is. */
static __attribute__((unused)) void
co_world_start(struct co_world *w, struct co_rules rules)
{
	co_guard_free(w->guard);
	co_store_close(w->store);
	w->guard = NULL;
	if (co_store_file(&w->store, w->dir, NULL) != 0)
		abort();
	w->guard = co_guard_new(w->store, &rules);
}

static __attribute__((unused)) void
co_world_open(struct co_world *w)
{
	*w = (struct co_world){.a = arena_new(),
	    .owner = EVP_EC_gen("P-384"),
	    .stranger = EVP_EC_gen("P-384"),
	    .sharer = EVP_RSA_gen(2048)};
	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/contrastc-co-XXXXXX");
	if (mkdtemp(w->dir) == NULL)
		abort();
	w->owner_hex = co_hex_of(w->a, w->owner, &w->owner_digest);
	w->sharer_hex = co_hex_of(w->a, w->sharer, NULL);
	co_world_start(w, (struct co_rules){0});
}

static __attribute__((unused)) void
co_world_close(struct co_world *w)
{
	co_guard_free(w->guard);
	co_store_close(w->store);
	EVP_PKEY_free(w->owner);
	EVP_PKEY_free(w->stranger);
	EVP_PKEY_free(w->sharer);
	if (system(arena_printf(w->a, "rm -rf %s", w->dir).p) != 0)
		abort();
	arena_free(w->a);
}

/* Path of a key in the directory. */
static __attribute__((unused)) const char *
co_path(const struct co_world *w, const char *key)
{
	return arena_printf(w->a, "%s/%s", w->dir, key).p;
}

#endif
