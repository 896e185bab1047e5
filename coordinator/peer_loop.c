/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "coordinator/peer_loop.h"
#include "runtime/base/log.h"
#include "runtime/pki/owner.h"
#include "runtime/wire/client.h"
#include "runtime/base/banned.h"

#define ROUND_S 15
#define FIRST_MS 15000
#define CALL_MS 20000

struct co_peer_loop {
	struct co_daemon *daemon;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	atomic_bool stop;
};

/* A peer that could give us its state, and the history that we have. */
struct visit {
	struct arena *arena;
	struct co_daemon *daemon;
	struct co_peer *peer;
	struct str manifest; /* not verified: the reset does that */
	struct wire_client *client;
	Meshapi__RecoverResponse *answer;
	int64_t deadline;
};

static int
load(struct visit *v, struct rt_err *err)
{
	struct co_transition t;
	struct co_latest latest;
	struct co_store *s = v->daemon->store;
	struct manifest m = {0};
	int rc = co_history_latest(&latest, v->arena, s, NULL, err);

	if (rc == 0)
		rc = co_history_transition(&t, s, latest.transition, err);
	if (rc == 0)
		rc = co_history_manifest(
		    &v->manifest, v->arena, s, t.manifest, err);
	if (rc == 0)
		rc = manifest_read(&m, v->arena, v->manifest, false, err);
	return rc != 0 ? rc : co_peer_judge(v->peer, v->daemon, &m, true, err);
}

/* "host:port", "[::1]:port". */
static int
split(const char **host, const char **port, struct arena *a, struct str at,
    struct rt_err *err)
{
	size_t colon = str_rchr(at, ':');
	struct str name = str_sub(at, 0, colon);

	if (colon == SIZE_MAX || colon + 1 == at.n || name.n == 0)
		return rt_err_set(err, RT_EINVAL,
		    "CONTRAST_PEERS: '%.*s' is not host:port", STR_ARG(at));
	if (str_starts(name, STR("[")) && str_ends(name, STR("]")))
		name = str_sub(name, 1, name.n - 1);
	*host = arena_cstr(a, name);
	*port = arena_cstr(a, str_sub(at, colon + 1, at.n));
	return 0;
}

static int
dial(struct visit *v, struct str at, struct rt_err *err)
{
	struct atls_party us = {.need_peer_cert = true};
	const char *host, *port;
	int fd, rc = split(&host, &port, v->arena, at, err);

	if (rc == 0)
		rc = wire_connect(&fd, host, port, v->deadline, err);
	if (rc != 0)
		return rc;
	us.host = host;
	attest_party(&us, &v->peer->party);
	rc = atls_connect(
	    &v->peer->conn, v->daemon->atls, &us, fd, v->deadline, err);
	if (rc != 0) {
		(void)close(fd);
		return rc;
	}
	co_peer_warn(v->peer);
	/* The client takes the connection and its descriptor. */
	rc = wire_client_new(&v->client, atls_io(v->peer->conn),
	    arena_cstr(v->arena, at), 0, err);
	v->peer->conn = NULL;
	return rc;
}

static void
open_visit(struct visit *v, struct co_daemon *d, int64_t deadline)
{
	*v = (struct visit){
	    .arena = arena_new(), .daemon = d, .deadline = deadline};
	v->peer = rt_calloc(1, sizeof(*v->peer));
	v->peer->arena = arena_new();
	v->peer->party.env = &d->env;
	v->peer->party.host = &d->host;
	v->peer->party.result.arena = v->peer->arena;
}

static void
close_visit(struct visit *v)
{
	if (v->answer != NULL)
		wire_pb_free(&v->answer->base);
	wire_client_free(v->client);
	co_peer_free(v->peer);
	arena_free(v->arena);
}

static int
ask(struct visit *v, struct rt_err *err)
{
	Meshapi__RecoverRequest req = MESHAPI__RECOVER_REQUEST__INIT;
	struct wire_status st = {0};

	return wire_client_call((ProtobufCMessage **)&v->answer, v->client,
	    "/meshapi.MeshAPI/Recover", &req.base,
	    &meshapi__recover_response__descriptor, v->deadline, &st, err);
}

/* What a Coordinator with the same manifest gave is tried on our history. */
static int
authorise(void *arg, struct pki_seed *seed, EVP_PKEY **mesh_key,
    const struct manifest *m, struct str text, struct rt_err *err)
{
	const struct visit *v = arg;
	int rc;

	(void)m;
	if (!str_eq(text, wire_pb_str(v->answer->latest_manifest)) ||
	    !str_eq(text, v->manifest))
		return rt_err_set(
		    err, RT_ESTATE, "the peer has another manifest");
	rc = pki_seed_read(seed, wire_pb_str(v->answer->seed),
	    wire_pb_str(v->answer->salt), err);
	if (rc == 0)
		rc = pki_owner_private(mesh_key, PKI_OWNER_WORKLOAD,
		    wire_pb_str(v->answer->mesh_ca_key), err);
	return rc;
}

static int
recover_from(
    struct co_daemon *d, struct str at, int64_t deadline, struct rt_err *err)
{
	struct visit v;
	int rc;

	open_visit(&v, d, deadline);
	rc = load(&v, err);
	if (rc == 0)
		rc = dial(&v, at, err);
	if (rc == 0)
		rc = ask(&v, err);
	if (rc == 0)
		rc = co_guard_reset(d->guard, authorise, &v, err);
	close_visit(&v);
	return rc;
}

/* The next of a list with commas; empty: no more. */
static struct str
next(struct str *list)
{
	size_t comma = str_chr(*list, ',', 0);
	struct str one = str_trim(str_sub(*list, 0, comma));

	*list =
	    comma == SIZE_MAX ? STR("") : str_sub(*list, comma + 1, list->n);
	return one.n == 0 && list->n > 0 ? next(list) : one;
}

static bool
needs_recovery(struct co_daemon *d)
{
	struct co_state *s;
	enum co_phase phase;

	co_guard_check(d->guard);
	phase = co_guard_state(&s, d->guard, NULL);
	co_state_unref(s);
	return phase == CO_RECOVERY || phase == CO_STALE;
}

static void
round_of(struct co_peer_loop *l, int64_t deadline)
{
	struct co_daemon *d = l->daemon;
	struct str list = str_from(d->config.text[CO_PEERS]), at;
	struct rt_err err;
	int64_t until;

	while (!atomic_load(&l->stop) && needs_recovery(d) &&
	       (at = next(&list)).n > 0) {
		char *name = rt_malloc(at.n + 1);

		memcpy(name, at.p, at.n);
		name[at.n] = '\0';
		until = rt_now_ms() + CALL_MS;
		until = until < deadline ? until : deadline;
		if (recover_from(d, at, until, &err) == 0)
			log_event(LOG_INFO, "recovered from a peer", "peer",
			    name, NULL);
		else
			log_event(LOG_WARN, "no recovery from this peer",
			    "peer", name, "error", err.text, NULL);
		free(name);
	}
}

static void *
loop(void *arg)
{
	struct co_peer_loop *l = arg;
	struct timespec until;

	round_of(l, rt_now_ms() + FIRST_MS);
	atomic_store(&l->daemon->started, true);
	(void)pthread_mutex_lock(&l->lock);
	while (!atomic_load(&l->stop)) {
		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += ROUND_S;
		(void)pthread_cond_timedwait(&l->wake, &l->lock, &until);
		if (atomic_load(&l->stop))
			break;
		(void)pthread_mutex_unlock(&l->lock);
		round_of(l, INT64_MAX);
		(void)pthread_mutex_lock(&l->lock);
	}
	(void)pthread_mutex_unlock(&l->lock);
	return NULL;
}

int
co_peer_loop_start(
    struct co_peer_loop **out, struct co_daemon *d, struct rt_err *err)
{
	struct co_peer_loop *l = rt_calloc(1, sizeof(*l));
	int e;

	l->daemon = d;
	(void)pthread_mutex_init(&l->lock, NULL);
	(void)pthread_cond_init(&l->wake, NULL);
	if ((e = pthread_create(&l->thread, NULL, loop, l)) == 0) {
		*out = l;
		return 0;
	}
	free(l);
	return rt_err_set(err, RT_EIO, "no thread: error %d", e);
}

void
co_peer_loop_cancel(struct co_peer_loop *l)
{
	if (l == NULL)
		return;
	(void)pthread_mutex_lock(&l->lock);
	atomic_store(&l->stop, true);
	(void)pthread_cond_signal(&l->wake);
	(void)pthread_mutex_unlock(&l->lock);
}

void
co_peer_loop_stop(struct co_peer_loop *l)
{
	if (l == NULL)
		return;
	co_peer_loop_cancel(l);
	(void)pthread_join(l->thread, NULL);
	(void)pthread_cond_destroy(&l->wake);
	(void)pthread_mutex_destroy(&l->lock);
	free(l);
}

/* A peer that does not serve closes the connection before the handshake. */
int
co_peers_ready(size_t *n, void *arg, struct rt_err *err)
{
	struct co_daemon *d = arg;
	struct str list = str_from(d->config.text[CO_PEERS]), at;
	struct visit v;
	int64_t deadline = rt_now_ms() + CALL_MS;

	(void)err;
	for (*n = 0; (at = next(&list)).n > 0;) {
		open_visit(&v, d, deadline);
		if (load(&v, NULL) == 0 && dial(&v, at, NULL) == 0)
			(*n)++;
		close_visit(&v);
	}
	return 0;
}
