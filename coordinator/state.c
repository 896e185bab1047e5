/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include <openssl/evp.h>

#include "coordinator/guard_int.h"
#include "runtime/base/banned.h"

struct co_state *
co_state_ref(struct co_state *s)
{
	atomic_fetch_add(&s->references, 1);
	return s;
}

void
co_state_unref(struct co_state *s)
{
	if (s == NULL || atomic_fetch_sub(&s->references, 1) != 1)
		return;
	pki_ca_free(s->ca);
	EVP_PKEY_free(s->root);
	EVP_PKEY_free(s->signing);
	pki_seed_free(&s->seed);
	arena_free(s->arena);
}

struct co_state *
co_state_new(void)
{
	struct arena *a = arena_new();
	struct co_state *s = ARENA_NEW(a, struct co_state);

	s->arena = a;
	atomic_init(&s->references, 1);
	atomic_init(&s->stale, false);
	return s;
}

int
co_state_keys(
    struct co_state *s, const struct pki_seed *seed, struct rt_err *err)
{
	struct str salt = {(const char *)seed->salt, PKI_SALT_LEN};
	int rc =
	    pki_seed_read(&s->seed, pki_secret_str(&seed->seed), salt, err);

	s->seed.simulated = s->manifest.refs.simulated.n > 0;
	if (rc == 0)
		rc = pki_seed_key(&s->signing, &s->seed, PKI_SIGNING, err);
	if (rc == 0)
		rc = pki_seed_key(&s->root, &s->seed, PKI_ROOT_CA, err);
	return rc;
}

int
co_state_manifest(struct co_state *s, struct str text, struct rt_err *err)
{
	s->text = arena_str(s->arena, text);
	return manifest_read(&s->manifest, s->arena, s->text, false, err);
}

int
co_state_ca(struct co_state *s, EVP_PKEY *mesh_key, struct rt_err *err)
{
	return (s->seed.simulated ? pki_ca_new_simulated : pki_ca_new)(
	    &s->ca, s->root, mesh_key, time(NULL), err);
}
