/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of User API and Mesh API without sockets: every row of coordinator
 * 3.5 with code and text, every state of 9.2, recovery from what the host has
 * altered.
 */
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "coordinator/guard_int.h"
#include "regress/unit/co_world.h"
#include "regress/unit/unit.h"
#include "runtime/base/banned.h"

static struct co_world w;
static struct pki_seed seed; /* what the seed share owner has */
static struct str salt, seed_bytes;

static int
fresh(void **state)
{
	(void)state;
	co_world_open(&w);
	return 0;
}

static int
done(void **state)
{
	(void)state;
	pki_seed_free(&seed);
	co_world_close(&w);
	return 0;
}

/* A call of SetManifest; what is zero is left out. */
struct set {
	EVP_PKEY *caller;
	struct str text, previous, signature;
	size_t npolicies; /* of "a", "b" */
};

static int
set_full(struct wire_status *st, const struct set *s,
    Userapi__SetManifestResponse **res)
{
	Userapi__SetManifestRequest *q =
	    (void *)wire_pb_new(&userapi__set_manifest_request__descriptor);
	int rc;

	wire_pb_set(&q->manifest, s->text);
	if (s->npolicies > 0)
		wire_pb_add(&q->policies, &q->n_policies, STR("a"));
	if (s->npolicies > 1)
		wire_pb_add(&q->policies, &q->n_policies, STR("b"));
	if (s->previous.n > 0)
		wire_pb_set(&q->previous_transition_hash, s->previous);
	if (s->signature.n > 0)
		wire_pb_set(&q->signature, s->signature);
	*res = NULL;
	*st = (struct wire_status){0};
	rc = co_set_manifest(res, w.guard, s->caller, q, st);
	wire_pb_free(&q->base);
	return rc;
}

static int
set(struct wire_status *st, const struct set *s)
{
	Userapi__SetManifestResponse *r;
	int rc = set_full(st, s, &r);

	if (r != NULL)
		wire_pb_free(&r->base);
	return rc;
}

static void
want(int got, const struct wire_status *st, int code, const char *text)
{
	if (got != code || strstr(st->text, text) == NULL)
		fail_msg(
		    "got %d \"%s\", want %d \"%s\"", got, st->text, code, text);
}

#define CHECK(call, code, text)                                                \
	do {                                                                   \
		struct wire_status check_st = {0};                             \
		struct wire_status *const told = &check_st;                    \
		int check_rc = (call);                                         \
		want(check_rc, told, (code), (text));                          \
	} while (0)
#define SET(code, text_, ...)                                                  \
	CHECK(set(told, &(struct set){.npolicies = 2, __VA_ARGS__}), code,     \
	    text_)

/* The first set; keeps the seed as its owner would. */
static void
first(struct str text)
{
	Userapi__SetManifestResponse *r;
	struct pki_shares shares = {0};
	const Userapi__SeedShareDocument *d;
	struct pki_share one;
	struct wire_status st;
	struct set s = {.npolicies = 2, .text = text};

	want(set_full(&st, &s, &r), &st, 0, "");
	d = r->seed_shares_doc;
	assert_non_null(d);
	assert_int_equal(d->n_seed_shares, 1);
	one = (struct pki_share){str_from(d->seed_shares[0]->public_key),
	    wire_pb_str(d->seed_shares[0]->encrypted_seed)};
	VEC_PUSH(w.a, &shares.list, one);
	shares.salt = wire_pb_str(d->salt);
	assert_int_equal(pki_shares_decrypt(&seed, &shares, w.sharer, NULL), 0);
	seed_bytes = arena_str(w.a, pki_secret_str(&seed.seed));
	salt = arena_str(w.a, shares.salt);
	wire_pb_free(&r->base);
}

static struct str
usual(void)
{
	return co_manifest(&w, (struct co_text){0});
}

static struct str
other(void)
{
	return co_manifest(&w, (struct co_text){.secret_id = "other"});
}

static int
recover(struct wire_status *st, EVP_PKEY *caller, struct str bytes,
    struct str salty, const struct co_peers *peers, bool force)
{
	Userapi__RecoverRequest *q =
	    (void *)wire_pb_new(&userapi__recover_request__descriptor);
	Userapi__RecoverResponse *r = NULL;
	int rc;

	wire_pb_set(&q->seed, bytes);
	wire_pb_set(&q->salt, salty);
	q->force = force;
	*st = (struct wire_status){0};
	rc = co_recover(&r, w.guard, peers, caller, q, st);
	wire_pb_free(&q->base);
	if (r != NULL)
		wire_pb_free(&r->base);
	return rc;
}

#define RECOVER(code, text)                                                    \
	CHECK(recover(told, w.sharer, seed_bytes, salt, NULL, false), code,    \
	    text)

static int
get(struct wire_status *st, Userapi__GetManifestsResponse **r)
{
	*r = NULL;
	*st = (struct wire_status){0};
	return co_get_manifests(r, w.guard, st);
}

static void
get_is(int code, const char *text)
{
	Userapi__GetManifestsResponse *r;
	struct wire_status st;

	want(get(&st, &r), &st, code, text);
	if (r != NULL)
		wire_pb_free(&r->base);
}

static void
restart(void)
{
	co_world_start(&w, (struct co_rules){0});
}

static enum co_phase
phase(void)
{
	struct co_state *s;
	struct rt_err err;
	enum co_phase p = co_guard_state(&s, w.guard, &err);

	assert_int_equal(s != NULL, p == CO_SERVING || p == CO_STALE);
	co_state_unref(s);
	return p;
}

static struct str
value(const char *key)
{
	struct str v;

	assert_int_equal(co_store_get(&v, w.a, w.store, key, NULL), 0);
	return v;
}

static void
put(const char *key, struct str v)
{
	assert_int_equal(co_store_put(w.store, key, v, NULL), 0);
}

static struct str
current(void)
{
	struct co_state *s = co_guard_current(w.guard);
	struct str hash = arena_str(
	    w.a, (struct str){(const char *)s->latest.transition, SHA256_LEN});

	co_state_unref(s);
	return hash;
}

/* A seed share owner whose key is too short. */
static struct str
small_key(void)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	struct str hex = co_hex_of(w.a, key, NULL);

	EVP_PKEY_free(key);
	hex = arena_printf(w.a, "[\"%.*s\"]", STR_ARG(hex));
	return co_manifest(&w, (struct co_text){.sharers = hex.p});
}

/* Nothing is set: what calls say, and what first sets are refused. */
static void
set__first_refused(void **state)
{
	static const struct {
		struct co_text t;
		const char *text;
	} cases[] = {
	    {{.refs = ""}, "validating manifest: ReferenceValues"},
	    {{.sharers = "[\"3000\"]"}, "SeedshareOwnerPubKeys[0]"},
	    {{.more = ",\"MinimumAPIVersion\":\"v0\""}, "MinimumAPIVersion"},
	    {{.more = ",\"MinimumAPIVersion\":\"1\""}, "MinimumAPIVersion"},
	    {{.refs = CO_SIMULATED}, "sim.not_allowed"},
	    {{.refs = CO_SNP "," CO_SIMULATED}, "validating manifest:"},
	};
	static const char *const no_manifest[] = {
	    "", "null", "[]", "x", "{\"Policies\":1}", "{} {}"};
	size_t i;

	(void)state;
	assert_int_equal(phase(), CO_NO_STATE);
	get_is(9, "no manifest configured");
	RECOVER(9, "no state to recover from");
	for (i = 0; i < sizeof(no_manifest) / sizeof(*no_manifest); i++)
		SET(3, "", .text = str_from(no_manifest[i]));
	SET(3, "unmarshaling manifest:", .text = STR("[]"));
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		SET(3, cases[i].text, .text = co_manifest(&w, cases[i].t));
	SET(3, "initializing seed engine:", .text = small_key());
	CHECK(set(told, &(struct set){.text = usual(), .npolicies = 1}), 3,
	    "no policy provided for hash " CO_HASH_B);
	SET(7, "validating manifest signature:", .text = usual(),
	    .signature = STR("x"));
	SET(9, "does not match latest state", .text = usual(),
	    .previous = STR("x"));
	/* none of them has left anything behind */
	assert_int_equal(phase(), CO_NO_STATE);
	assert_int_not_equal(access(co_path(&w, "policies"), F_OK), 0);
}

static void
set__transit_ids(void **state)
{
	static const char *const bad[] = {"1_web", "0_", "4294967296_x"};
	static const char *const good[] = {"_1", "web_1", "1web", "12", ""};
	size_t i;

	(void)state;
	co_world_start(&w, (struct co_rules){.transit = true});
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		SET(3, "transit engine",
		    .text =
			co_manifest(&w, (struct co_text){.secret_id = bad[i]}));
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		SET(0, "", .caller = w.owner,
		    .text = co_manifest(
			&w, (struct co_text){.secret_id = good[i]}));
	co_world_start(&w, (struct co_rules){0});
}

static void
set__updates(void **state)
{
	struct str before, sign, digest;
	co_hash next;

	(void)state;
	first(usual());
	assert_int_equal(phase(), CO_SERVING);
	assert_int_equal(co_guard_generation(w.guard), 1);
	SET(7, "no peer certificates found", .text = other());
	SET(7, "validating peer: peer not authorized", .caller = w.stranger,
	    .text = other());
	SET(7, "validating peer: peer not authorized", .caller = w.sharer,
	    .text = other());
	SET(7, "changes to seedshare owners are not allowed", .caller = w.owner,
	    .text = co_manifest(&w, (struct co_text){.sharers = "[]"}));
	SET(9, "does not match latest state", .caller = w.owner,
	    .text = other(),
	    .previous = STR("12345678901234567890123456789012"));
	SET(0, "", .caller = w.owner, .text = other(), .previous = current());
	assert_int_equal(co_guard_generation(w.guard), 2);
	/* signatures: over the transition that will be, by an owner */
	before = current();
	manifest_transition(next, usual(), (const unsigned char *)before.p);
	assert_int_equal(
	    pki_transition_sign(&sign, w.a, w.stranger, next, NULL), 0);
	SET(7, "validating manifest signature:", .caller = w.owner,
	    .text = usual(), .signature = sign);
	assert_int_equal(
	    pki_transition_sign(&sign, w.a, w.owner, next, NULL), 0);
	SET(7, "validating manifest signature:", .text = other(),
	    .signature = sign);
	SET(0, "", .text = usual(), .signature = sign);
	/* and not again */
	SET(7, "validating manifest signature:", .text = usual(),
	    .signature = sign);
	/* a manifest of format 1 knows digests alone */
	digest = arena_printf(w.a, "\"WorkloadOwnerKeyDigests\":[\"%.*s\"]",
	    STR_ARG(w.owner_digest));
	SET(0, "", .caller = w.owner,
	    .text = co_manifest(&w, (struct co_text){.owners = digest.p}));
	SET(7, "validating manifest signature:", .text = usual(),
	    .signature = sign);
	SET(0, "", .caller = w.owner, .text = usual());
	assert_int_equal(co_guard_generation(w.guard), 5);
}

static void
set__immutable(void **state)
{
	(void)state;
	first(co_manifest(
	    &w, (struct co_text){.owners = "\"WorkloadOwnerPubKeys\":[]"}));
	SET(7, "validating peer: setting manifest is disabled",
	    .caller = w.owner, .text = other());
	SET(7, "validating peer: setting manifest is disabled",
	    .text = other());
}

/* The store's back is turned: another replica, or the host. */
static void
set__store_changed(void **state)
{
	struct str old, before;

	(void)state;
	first(usual());
	old = value("transitions/latest");
	put("transitions/latest", STR("123456789012345678901234567890123456"));
	SET(9, "coordinator state was updated concurrently", .caller = w.owner,
	    .text = other());
	put("transitions/latest", old);
	before = current();
	SET(0, "", .caller = w.owner, .text = other());
	assert_false(str_eq(before, current()));
	/* a store that takes nothing: no directory where one must be */
	assert_int_equal(rename(co_path(&w, "manifests"), co_path(&w, "m")), 0);
	put("manifest/x", STR("1"));
	assert_int_equal(
	    rename(co_path(&w, "manifest/x"), co_path(&w, "manifests")), 0);
	SET(13, "updating Coordinator state:", .caller = w.owner,
	    .text = usual());
	get_is(13, "getting history:");
	assert_int_equal(unlink(co_path(&w, "manifests")), 0);
	assert_int_equal(rename(co_path(&w, "m"), co_path(&w, "manifests")), 0);
	get_is(0, "");
	assert_int_equal(co_guard_generation(w.guard), 2);
}

static void
get__history(void **state)
{
	Userapi__GetManifestsResponse *r;
	struct wire_status st;

	(void)state;
	first(usual());
	SET(0, "", .caller = w.owner, .text = other());
	SET(0, "", .caller = w.owner, .text = usual());
	want(get(&st, &r), &st, 0, "");
	assert_int_equal(r->n_manifests, 3);
	assert_str(wire_pb_str(r->manifests[0]), usual());
	assert_str(wire_pb_str(r->manifests[1]), other());
	assert_int_equal(r->n_policies, 2);
	/* by their hashes: b is before a */
	assert_str(wire_pb_str(r->policies[0]), STR("b"));
	assert_str(wire_pb_str(r->policies[1]), STR("a"));
	assert_str(
	    wire_pb_str(r->latest_transition->transition_hash), current());
	wire_pb_free(&r->base);
	assert_int_equal(unlink(co_path(&w, "policies/" CO_HASH_B)), 0);
	get_is(13, "getting history:");
	put("policies/" CO_HASH_B, STR("c"));
	get_is(13, "hash mismatch");
}

static int
peers_two(size_t *n, void *arg, struct rt_err *err)
{
	(void)arg;
	(void)err;
	*n = 2;
	return 0;
}

static int
peers_fail(size_t *n, void *arg, struct rt_err *err)
{
	(void)arg;
	*n = 0;
	return rt_err_set(err, RT_ENET, "no answer");
}

static void
recover__who_and_what(void **state)
{
	static const struct co_peers two = {peers_two, NULL},
				     none = {peers_fail, NULL};
	struct str wrong;

	(void)state;
	first(usual());
	RECOVER(9, "coordinator is already recovered");
	restart();
	assert_int_equal(phase(), CO_RECOVERY);
	get_is(9, "coordinator is in recovery mode");
	SET(9, "coordinator is in recovery mode", .caller = w.owner,
	    .text = other());
	CHECK(recover(told, w.sharer, seed_bytes, salt, &two, false), 9,
	    "rejecting user recovery because 2 recovered peers are available");
	CHECK(recover(told, w.sharer, seed_bytes, salt, &none, false), 13,
	    "listing peers:");
	CHECK(recover(told, NULL, seed_bytes, salt, NULL, false), 7,
	    "peer not authorized to recover existing state:");
	CHECK(recover(told, w.owner, seed_bytes, salt, NULL, false), 7,
	    "peer not authorized to recover existing state:");
	CHECK(recover(told, w.owner, STR(""), salt, NULL, false), 7, "");
	CHECK(recover(told, w.sharer, str_sub(seed_bytes, 0, 31), salt, NULL,
		  false),
	    3, "seed must be");
	CHECK(recover(told, w.sharer, STR(""), salt, NULL, false), 3,
	    "seed must be");
	CHECK(recover(told, w.sharer, seed_bytes, str_sub(salt, 0, 31), NULL,
		  false),
	    3, "salt must be");
	/* each a seed, but not this one */
	CHECK(recover(told, w.sharer, str_sub(seed_bytes, 0, 63), salt, NULL,
		  false),
	    3, "latest transition signature is invalid");
	CHECK(recover(told, w.sharer, seed_bytes, str_sub(seed_bytes, 0, 32),
		  NULL, false),
	    3, "latest transition signature is invalid");
	wrong = arena_str(w.a, seed_bytes);
	*(char *)(uintptr_t)wrong.p ^= 1;
	CHECK(recover(told, w.sharer, wrong, salt, NULL, false), 3,
	    "latest transition signature is invalid");
	assert_int_equal(phase(), CO_RECOVERY);
	CHECK(recover(told, w.sharer, seed_bytes, salt, &two, true), 0, "");
	assert_int_equal(phase(), CO_SERVING);
	get_is(0, "");
	RECOVER(9, "coordinator is already recovered");
}

static void
recover__nobody(void **state)
{
	Userapi__SetManifestResponse *r;
	struct wire_status st;
	struct set s = {.npolicies = 2,
	    .text = co_manifest(&w, (struct co_text){.sharers = "[]"})};

	(void)state;
	want(set_full(&st, &s, &r), &st, 0, "");
	assert_int_equal(r->seed_shares_doc->n_seed_shares, 0);
	assert_int_equal(r->seed_shares_doc->salt.len, PKI_SALT_LEN);
	wire_pb_free(&r->base);
	restart();
	CHECK(recover(told, w.sharer, STR("12345678901234567890123456789012"),
		  STR("12345678901234567890123456789012"), NULL, false),
	    7, "peer not authorized");
}

/* Root and workload secrets come back, the mesh key does not. */
static void
recover__keeps(void **state)
{
	struct co_state *s;
	struct str root, mesh;

	(void)state;
	first(usual());
	SET(0, "", .caller = w.owner, .text = other());
	s = co_guard_current(w.guard);
	assert_int_equal(pki_key_public(&root, w.a, s->root, NULL), 0);
	assert_int_equal(
	    pki_key_public(&mesh, w.a, pki_ca_mesh_key(s->ca), NULL), 0);
	co_state_unref(s);
	restart();
	RECOVER(0, "");
	s = co_guard_current(w.guard);
	assert_int_equal(s->generation, 2);
	assert_str(s->text, other());
	assert_true(pki_seed_equal(&s->seed, &seed));
	assert_str(co_hex_of(w.a, s->root, NULL),
	    rt_hex(w.a, (const unsigned char *)root.p, root.n));
	assert_false(str_eq(co_hex_of(w.a, pki_ca_mesh_key(s->ca), NULL),
	    rt_hex(w.a, (const unsigned char *)mesh.p, mesh.n)));
	co_state_unref(s);
	SET(0, "", .caller = w.owner, .text = usual());
	assert_int_equal(co_guard_generation(w.guard), 3);
}

/* A host that makes a history of its own, with its own owner in it. */
static void
recover__forged(void **state)
{
	struct str real, fake, text;
	struct co_transition t;
	struct co_latest latest;
	static const co_hash zero;

	(void)state;
	first(usual());
	real = value("transitions/latest");
	restart();
	text = co_manifest(&w, (struct co_text){.secret_id = "evil"});
	assert_int_equal(
	    co_history_put_manifest(&t, w.store, text, zero, NULL), 0);
	fake = arena_printf(w.a, "%.*s%.*s", SHA256_LEN, (const char *)t.hash,
	    STR_ARG(str_sub(real, SHA256_LEN, real.n)));
	if (fake.n == real.n) { /* no NUL in the hash */
		put("transitions/latest", fake);
		RECOVER(3, "latest transition signature is invalid");
	}
	(void)unlink(co_path(&w, "transitions/latest"));
	assert_int_equal(co_history_advance(&latest, w.a, w.store, NULL, t.hash,
			     w.stranger, NULL),
	    0);
	RECOVER(3, "latest transition signature is invalid");
	assert_int_equal(phase(), CO_RECOVERY);
	put("transitions/latest", real);
	RECOVER(0, "");
}

/* What is missing or altered is told, and nothing starts. */
static void
recover__damaged(void **state)
{
	struct str latest, record, key;

	(void)state;
	first(usual());
	latest = value("transitions/latest");
	key = rt_hex(w.a, (const unsigned char *)latest.p, SHA256_LEN);
	key = arena_printf(w.a, "transitions/%.*s", STR_ARG(key));
	restart();
	put("transitions/latest", STR("short"));
	assert_int_equal(phase(), CO_UNREADABLE);
	RECOVER(13, "getting state:");
	SET(13, "getting state:", .text = other());
	get_is(13, "getting state:");
	put("transitions/latest", latest);
	record = value(key.p);
	put(key.p, STR("x"));
	RECOVER(3, "hash mismatch");
	assert_int_equal(unlink(co_path(&w, key.p)), 0);
	RECOVER(3, "history: incomplete");
	put(key.p, record);
	RECOVER(0, "");
}

/* The host shows an older pointer that was genuine once: this is not found
 * out (17.4), but no transition is lost by it when the pointer comes back. */
static void
recover__rolled_back(void **state)
{
	struct str old, new;

	(void)state;
	first(usual());
	old = value("transitions/latest");
	SET(0, "", .caller = w.owner, .text = other());
	new = value("transitions/latest");
	/* while it runs, an ancestor is no news */
	put("transitions/latest", old);
	co_guard_check(w.guard);
	assert_int_equal(phase(), CO_SERVING);
	SET(9, "updated concurrently", .caller = w.owner, .text = usual());
	assert_int_equal(co_guard_generation(w.guard), 2);
	restart();
	RECOVER(0, "");
	assert_int_equal(co_guard_generation(w.guard), 1);
	/* the other transition is foreign to the state of today */
	put("transitions/latest", new);
	co_guard_check(w.guard);
	assert_int_equal(phase(), CO_STALE);
	get_is(9, "coordinator is in recovery mode");
	SET(9, "coordinator is in recovery mode", .caller = w.owner,
	    .text = usual());
	RECOVER(0, "");
	assert_int_equal(phase(), CO_SERVING);
	assert_int_equal(co_guard_generation(w.guard), 2);
}

/* Deleting the pointer makes a Coordinator look fresh, never serve. */
static void
recover__deleted(void **state)
{
	(void)state;
	first(usual());
	assert_int_equal(unlink(co_path(&w, "transitions/latest")), 0);
	co_guard_check(w.guard);
	assert_int_equal(phase(), CO_SERVING);
	restart();
	assert_int_equal(phase(), CO_NO_STATE);
	RECOVER(9, "no state to recover from");
}

#define RACERS 8

/* Whoever has named the transition that he follows is alone. */
static void *
race_atomic(void *arg)
{
	const struct set *s = arg;
	struct wire_status st;

	return set(&st, s) == 0 ? arg : NULL;
}

static void
set__race(void **state)
{
	pthread_t t[RACERS];
	struct set s = {.npolicies = 2, .caller = w.owner, .text = other()};
	int won = 0, i;
	void *r;

	(void)state;
	first(usual());
	s.previous = current();
	for (i = 0; i < RACERS; i++)
		assert_int_equal(
		    pthread_create(&t[i], NULL, race_atomic, &s), 0);
	for (i = 0; i < RACERS; i++) {
		assert_int_equal(pthread_join(t[i], &r), 0);
		won += r != NULL;
	}
	assert_int_equal(won, 1);
	assert_int_equal(co_guard_generation(w.guard), 2);
}

/* Of recoveries at the same time one makes the mesh key. */
static void *
race_recover(void *arg)
{
	struct wire_status st;

	return recover(&st, w.sharer, seed_bytes, salt, NULL, false) == 0
		   ? arg
		   : NULL;
}

static void
recover__race(void **state)
{
	pthread_t t[RACERS];
	int won = 0, i;
	void *r;

	(void)state;
	first(usual());
	restart();
	for (i = 0; i < RACERS; i++)
		assert_int_equal(
		    pthread_create(&t[i], NULL, race_recover, &w), 0);
	for (i = 0; i < RACERS; i++) {
		assert_int_equal(pthread_join(t[i], &r), 0);
		won += r != NULL;
	}
	assert_int_equal(won, 1);
}

/* Mesh API */

static struct co_pod
pod(struct co_state *s, const char *document, EVP_PKEY *key)
{
	struct co_pod p = {.state = s, .key = key};

	rt_sha256(p.policy, str_from(document));
	return p;
}

static X509 *
leaf_of(const Meshapi__NewMeshCertResponse *r)
{
	BIO *b = BIO_new_mem_buf(r->cert_chain.data, (int)r->cert_chain.len);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);

	BIO_free(b);
	return x;
}

static void
mesh__certificates(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	Meshapi__NewMeshCertResponse *r = NULL;
	struct wire_status st = {0};
	struct pki_secret secret = {0};
	struct co_state *s;
	struct co_pod p;
	struct str id;
	X509 *leaf;

	(void)state;
	first(usual());
	s = co_guard_current(w.guard);
	p = pod(s, "b", key);
	want(co_new_mesh_cert(&r, &p, &st), &st, 0, "");
	leaf = leaf_of(r);
	assert_int_equal(X509_verify(leaf, pki_ca_mesh_key(s->ca)), 1);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(leaf), key), 1);
	assert_int_equal(pki_cert_secret_id(&id, w.a, leaf, NULL), 0);
	assert_str(id, STR("web"));
	assert_int_equal(
	    pki_seed_workload(&secret, &seed, STR("web"), NULL), 0);
	assert_str(wire_pb_str(r->workload_secret), pki_secret_str(&secret));
	pki_secret_free(&secret);
	X509_free(leaf);
	wire_pb_free(&r->base);
	r = NULL;
	/* no ID, no secret */
	p = pod(s, "a", key);
	want(co_new_mesh_cert(&r, &p, &st), &st, 0, "");
	assert_int_equal(r->workload_secret.len, 0);
	wire_pb_free(&r->base);
	r = NULL;
	p = pod(s, "c", key);
	want(co_new_mesh_cert(&r, &p, &st), &st, 7,
	    "policy hash "
	    "2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6 "
	    "not found in manifest");
	p = pod(s, "b", w.sharer);
	want(co_new_mesh_cert(&r, &p, &st), &st, 13, "issuing certificate:");
	assert_null(r);
	co_state_unref(s);
	EVP_PKEY_free(key);
}

static void
mesh__recover(void **state)
{
	Meshapi__RecoverResponse *r = NULL;
	struct wire_status st = {0};
	struct co_state *s;
	struct co_pod p;

	(void)state;
	first(usual());
	s = co_guard_current(w.guard);
	p = pod(s, "b", NULL);
	want(co_mesh_recover(&r, &p, &st), &st, 7,
	    "role \"\" not allowed to recover");
	p = pod(s, "c", NULL);
	want(co_mesh_recover(&r, &p, &st), &st, 7, "not found in manifest");
	p = pod(s, "a", NULL);
	want(co_mesh_recover(&r, &p, &st), &st, 0, "");
	assert_str(wire_pb_str(r->seed), seed_bytes);
	assert_str(wire_pb_str(r->salt), salt);
	assert_str(wire_pb_str(r->latest_manifest), usual());
	assert_true(str_starts(wire_pb_str(r->mesh_ca_key),
	    STR("-----BEGIN EC PRIVATE KEY-----\n")));
	wire_pb_free(&r->base);
	co_state_unref(s);
}

/* A connection keeps the state that it began with (9.3). */
static void
mesh__old_state(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	Meshapi__NewMeshCertResponse *r = NULL;
	struct wire_status st = {0};
	struct co_state *old, *now;
	struct co_pod p;
	X509 *leaf;

	(void)state;
	first(usual());
	old = co_guard_current(w.guard);
	SET(0, "", .caller = w.owner, .text = other());
	now = co_guard_current(w.guard);
	p = pod(old, "b", key);
	want(co_new_mesh_cert(&r, &p, &st), &st, 0, "");
	leaf = leaf_of(r);
	assert_int_equal(X509_verify(leaf, pki_ca_mesh_key(old->ca)), 1);
	assert_int_not_equal(X509_verify(leaf, pki_ca_mesh_key(now->ca)), 1);
	X509_free(leaf);
	wire_pb_free(&r->base);
	co_state_unref(now);
	co_state_unref(old);
	EVP_PKEY_free(key);
}

/* Certificates of a simulated deployment say so, and its keys are others. */
static void
simulated__marks(void **state)
{
	struct co_state *s;
	struct pki_seed real = {0};
	EVP_PKEY *key;
	char *name;

	(void)state;
	co_world_start(&w, (struct co_rules){.simulated = true});
	first(co_manifest(&w, (struct co_text){.refs = CO_SIMULATED}));
	s = co_guard_current(w.guard);
	name = X509_NAME_oneline(
	    X509_get_subject_name(pki_ca_mesh_cert(s->ca)), NULL, 0);
	assert_string_equal(name, "/O=SIMULATED TEE - NO CONFIDENTIALITY"
				  "/CN=system:coordinator:intermediate");
	OPENSSL_free(name);
	assert_int_equal(pki_seed_read(&real, seed_bytes, salt, NULL), 0);
	assert_int_equal(pki_seed_key(&key, &real, PKI_ROOT_CA, NULL), 0);
	assert_int_not_equal(EVP_PKEY_eq(key, s->root), 1);
	EVP_PKEY_free(key);
	real.simulated = true;
	assert_int_equal(pki_seed_key(&key, &real, PKI_ROOT_CA, NULL), 0);
	assert_int_equal(EVP_PKEY_eq(key, s->root), 1);
	EVP_PKEY_free(key);
	pki_seed_free(&real);
	co_state_unref(s);
	co_world_start(&w, (struct co_rules){.simulated = true});
	RECOVER(0, "");
	/* a real manifest after it: other keys, the same Coordinator */
	SET(0, "", .caller = w.owner, .text = usual());
	restart();
	RECOVER(0, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(set__first_refused),
	    TEST(set__transit_ids),
	    TEST(set__updates),
	    TEST(set__immutable),
	    TEST(set__store_changed),
	    TEST(set__race),
	    TEST(get__history),
	    TEST(recover__who_and_what),
	    TEST(recover__nobody),
	    TEST(recover__keeps),
	    TEST(recover__forged),
	    TEST(recover__damaged),
	    TEST(recover__rolled_back),
	    TEST(recover__deleted),
	    TEST(recover__race),
	    TEST(mesh__certificates),
	    TEST(mesh__recover),
	    TEST(mesh__old_state),
	    TEST(simulated__marks),
	};

	return cmocka_run_group_tests_name("co_api", tests, NULL, NULL);
}
