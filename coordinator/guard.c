/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "coordinator/guard_int.h"
#include "runtime/base/banned.h"

const char *const co_phase_names[CO_PHASES] = {
    "serving", "no-state", "recovery", "stale", "unreadable"};
const char *const co_phase_texts[CO_PHASES] = {"serving",
    "no manifest configured", "coordinator is in recovery mode",
    "coordinator is in recovery mode", "getting state"};

struct co_guard *
co_guard_new(struct co_store *store, const struct co_rules *rules)
{
	struct co_guard *g = rt_calloc(1, sizeof(*g));

	g->store = store;
	g->rules = *rules;
	(void)pthread_mutex_init(&g->lock, NULL);
	(void)pthread_mutex_init(&g->updating, NULL);
	return g;
}

void
co_guard_free(struct co_guard *g)
{
	if (g == NULL)
		return;
	co_state_unref(g->state);
	(void)pthread_mutex_destroy(&g->updating);
	(void)pthread_mutex_destroy(&g->lock);
	free(g);
}

struct co_store *
co_guard_store(const struct co_guard *g)
{
	return g->store;
}

const struct co_rules *
co_guard_rules(const struct co_guard *g)
{
	return &g->rules;
}

struct co_state *
co_guard_current(struct co_guard *g)
{
	struct co_state *s;

	(void)pthread_mutex_lock(&g->lock);
	s = g->state == NULL ? NULL : co_state_ref(g->state);
	(void)pthread_mutex_unlock(&g->lock);
	return s;
}

bool
co_guard_put(struct co_guard *g, const struct co_state *old, struct co_state *s)
{
	struct co_state *before = NULL;
	bool ok;

	(void)pthread_mutex_lock(&g->lock);
	if ((ok = g->state == old)) {
		before = g->state;
		g->state = co_state_ref(s);
	}
	(void)pthread_mutex_unlock(&g->lock);
	co_state_unref(before);
	return ok;
}

/* Without a state: has the store one to recover? */
static enum co_phase
phase_of_store(struct co_guard *g, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct co_latest latest;
	int rc = co_history_latest(&latest, a, g->store, NULL, err);

	arena_free(a);
	if (rc == 0)
		return CO_RECOVERY;
	return rc == RT_ENOTFOUND ? CO_NO_STATE : CO_UNREADABLE;
}

enum co_phase
co_guard_state(struct co_state **out, struct co_guard *g, struct rt_err *err)
{
	*out = co_guard_current(g);
	if (*out == NULL)
		return phase_of_store(g, err);
	return atomic_load(&(*out)->stale) ? CO_STALE : CO_SERVING;
}

size_t
co_guard_generation(struct co_guard *g)
{
	struct co_state *s = co_guard_current(g);
	size_t n = s == NULL ? 0 : s->generation;

	co_state_unref(s);
	return n;
}

/* Is `hash` the transition of `s`, or one before it? */
static bool
is_own(struct co_guard *g, const struct co_state *s, const co_hash hash)
{
	struct arena *a = arena_new();
	struct co_chain chain = {0};
	const struct co_transition *t;
	bool own = memcmp(hash, s->latest.transition, SHA256_LEN) == 0;

	if (!own && co_history_chain(
			&chain, a, g->store, s->latest.transition, NULL) == 0)
		VEC_FOREACH(t, &chain.v)
			own |= memcmp(t->hash, hash, SHA256_LEN) == 0;
	arena_free(a);
	return own;
}

void
co_guard_check(struct co_guard *g)
{
	struct co_state *s = co_guard_current(g);
	struct arena *a = arena_new();
	struct co_latest latest;

	if (s != NULL &&
	    co_history_latest(&latest, a, g->store, NULL, NULL) == 0 &&
	    !is_own(g, s, latest.transition))
		atomic_store(&s->stale, true);
	arena_free(a);
	co_state_unref(s);
}

/* What the store points at, and the manifest there: not yet verified. */
struct reset {
	struct arena *arena;
	struct co_latest found;
	struct co_transition transition;
	struct str text;
};

static int
locate(struct reset *r, struct co_guard *g, struct rt_err *err)
{
	int rc = co_history_latest(&r->found, r->arena, g->store, NULL, err);

	if (rc == RT_ENOTFOUND)
		return rt_err_set(
		    err, RT_ENOTFOUND, "no state to recover from");
	if (rc == 0)
		rc = co_history_transition(
		    &r->transition, g->store, r->found.transition, err);
	if (rc == 0)
		rc = co_history_manifest(
		    &r->text, r->arena, g->store, r->transition.manifest, err);
	/* What is missing there is no "nothing was set". */
	return rc == RT_ENOTFOUND
		   ? rt_err_set(err, RT_EVERIFY, "history: incomplete")
		   : rc;
}

/* The signature is checked with the key of the seed that was given. */
static int
verify(struct co_state *s, struct co_guard *g, const struct reset *r,
    struct rt_err *err)
{
	int rc =
	    co_history_latest(&s->latest, s->arena, g->store, s->signing, err);

	if (rc == 0 &&
	    memcmp(s->latest.transition, r->found.transition, SHA256_LEN) != 0)
		rc = rt_err_set(err, RT_ESTATE,
		    "coordinator state was updated concurrently");
	return rc;
}

static int
count(struct co_state *s, struct co_guard *g, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct co_chain chain = {0};
	int rc =
	    co_history_chain(&chain, a, g->store, s->latest.transition, err);

	s->generation = chain.v.n;
	arena_free(a);
	return rc;
}

static int
restore(struct co_state *s, struct co_guard *g, struct reset *r,
    co_authorise *authorise, void *arg, struct rt_err *err)
{
	struct pki_seed seed = {0};
	EVP_PKEY *mesh = NULL;
	int rc = locate(r, g, err);

	if (rc == 0)
		rc = co_state_manifest(s, r->text, err);
	if (rc == 0)
		rc = authorise(arg, &seed, &mesh, &s->manifest, s->text, err);
	if (rc == 0)
		rc = co_state_keys(s, &seed, err);
	if (rc == 0)
		rc = verify(s, g, r, err);
	if (rc == 0)
		rc = co_state_ca(s, mesh, err);
	if (rc == 0)
		rc = count(s, g, err);
	EVP_PKEY_free(mesh);
	pki_seed_free(&seed);
	return rc;
}

int
co_guard_reset(
    struct co_guard *g, co_authorise *authorise, void *arg, struct rt_err *err)
{
	struct co_state *old = co_guard_current(g), *s = co_state_new();
	struct reset r = {.arena = arena_new()};
	int rc;

	/* What serves is not replaced: its mesh key would be lost. */
	if (old != NULL && !atomic_load(&old->stale))
		rc = rt_err_set(
		    err, RT_ESTATE, "coordinator is already recovered");
	else
		rc = restore(s, g, &r, authorise, arg, err);
	if (rc == 0 && !co_guard_put(g, old, s))
		rc = rt_err_set(err, RT_ESTATE,
		    "coordinator state was updated concurrently");
	arena_free(r.arena);
	co_state_unref(s);
	co_state_unref(old);
	return rc;
}
