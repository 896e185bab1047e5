/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two gRPC listeners: attested TLS in front, calls behind.  A connection
 * of the Mesh API is judged by the manifest that was active when it came, and
 * served from the same state (coordinator 9.3).
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "coordinator/daemon.h"
#include "coordinator/metrics.h"
#include "runtime/base/log.h"
#include "runtime/base/log_limit.h"
#include "runtime/base/banned.h"

static struct co_peer *
peer_new(const struct co_daemon *d)
{
	struct co_peer *p = rt_calloc(1, sizeof(*p));

	p->arena = arena_new();
	p->party.env = &d->env;
	p->party.host = &d->host;
	p->party.result.arena = p->arena;
	return p;
}

/* The server frees what *session holds, also after a refusal. */
static int
begin(void **session, struct co_peer *p, const struct co_daemon *d,
    bool need_cert, int fd, int64_t deadline, struct rt_err *err)
{
	struct atls_party us = {.need_peer_cert = need_cert};

	*session = p;
	attest_party(&us, &p->party);
	return atls_new(&p->conn, d->atls, ATLS_SERVER, &us, fd, deadline, err);
}

static int
step(SSL **ssl, const struct co_peer *p, struct rt_err *err)
{
	int rc = atls_handshake(p->conn, err);

	if (rc == 0) {
		co_peer_warn(p);
		*ssl = atls_ssl(p->conn);
	}
	return rc;
}

static int
accept_user(void **session, SSL **ssl, void *arg, int fd, int64_t deadline,
    struct rt_err *err)
{
	const struct co_daemon *d = arg;
	int rc = 0;

	if (*session == NULL)
		rc = begin(session, peer_new(d), d, false, fd, deadline, err);
	return rc != 0 ? rc : step(ssl, *session, err);
}

/* Without a state that serves, nobody gets as far as a handshake. */
static int
begin_mesh(void **session, struct co_daemon *d, int fd, int64_t deadline,
    struct rt_err *err)
{
	struct co_peer *p = peer_new(d);
	enum co_phase phase = co_guard_state(&p->state, d->guard, err);
	int rc;

	*session = p;
	if (phase != CO_SERVING)
		return rt_err_set(err, RT_ESTATE, "%s", co_phase_texts[phase]);
	rc = co_peer_judge(p, d, &p->state->manifest, false, err);
	if (rc != 0)
		return rc;
	return begin(session, p, d, true, fd, deadline, err);
}

static int
accept_mesh(void **session, SSL **ssl, void *arg, int fd, int64_t deadline,
    struct rt_err *err)
{
	struct co_daemon *d = arg;
	int rc = 0;

	if (*session == NULL)
		rc = begin_mesh(session, d, fd, deadline, err);
	if (rc == 0)
		rc = step(ssl, *session, err);
	if (rc == RT_EVERIFY)
		co_metrics_attestation_failed(d->metrics);
	return rc;
}

static void
close_peer(void *session)
{
	co_peer_free(session);
}

static EVP_PKEY *
caller(const struct wire_call *call)
{
	const struct co_peer *p = wire_call_peer(call);

	return p == NULL ? NULL : atls_peer_key(p->conn);
}

static int
set_manifest(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	const struct co_daemon *d = arg;
	Userapi__SetManifestResponse *r = NULL;
	int rc = co_set_manifest(&r, d->guard, caller(call),
	    (const Userapi__SetManifestRequest *)req, st);

	if (rc == 0)
		*res = &r->base;
	return rc;
}

static int
get_manifests(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	const struct co_daemon *d = arg;
	Userapi__GetManifestsResponse *r = NULL;
	int rc = co_get_manifests(&r, d->guard, st);

	(void)call;
	(void)req;
	if (rc == 0)
		*res = &r->base;
	return rc;
}

static int
recover(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	const struct co_daemon *d = arg;
	Userapi__RecoverResponse *r = NULL;
	int rc = co_recover(&r, d->guard, &d->peers, caller(call),
	    (const Userapi__RecoverRequest *)req, st);

	if (rc == 0)
		*res = &r->base;
	return rc;
}

#define ADDRESS_MAX INET6_ADDRSTRLEN

/* Without port; an IPv4 address that comes in IPv6 as IPv4. */
static struct str
address(char out[ADDRESS_MAX], const struct sockaddr_storage *from)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
	const char *text = NULL;

	if (from->ss_family == AF_INET)
		text = inet_ntop(AF_INET, &v4->sin_addr, out, ADDRESS_MAX);
	else if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		text = inet_ntop(
		    AF_INET, &v6->sin6_addr.s6_addr[12], out, ADDRESS_MAX);
	else
		text = inet_ntop(AF_INET6, &v6->sin6_addr, out, ADDRESS_MAX);
	return str_from(text);
}

/* What the evidence of the connection says about the pod. */
static struct co_pod
pod_of(struct arena *a, const struct co_daemon *d, const struct wire_call *call,
    char text[ADDRESS_MAX])
{
	const struct co_peer *p = wire_call_peer(call);
	const struct attest_result *r = &p->party.result;
	struct co_pod pod = {.state = p->state,
	    .key = atls_peer_key(p->conn),
	    .nclaims = r->claims.n};
	struct pki_extension *claims =
	    ARENA_ARRAY(a, struct pki_extension, r->claims.n);
	size_t i;

	memcpy(pod.policy, r->digest, sizeof(pod.policy));
	for (i = 0; i < r->claims.n; i++)
		claims[i] = (struct pki_extension){
		    r->claims.p[i].oid, r->claims.p[i].der};
	pod.claims = claims;
	if (d->config.on[CO_PEER_SANS])
		pod.peer = address(text, wire_call_address(call));
	return pod;
}

static int
new_mesh_cert(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	const struct co_daemon *d = arg;
	struct arena *a = arena_new();
	char text[ADDRESS_MAX];
	struct co_pod pod = pod_of(a, d, call, text);
	Meshapi__NewMeshCertResponse *r = NULL;
	int rc = co_new_mesh_cert(&r, &pod, st);

	(void)req;
	if (rc == 0)
		*res = &r->base;
	arena_free(a);
	return rc;
}

static int
mesh_recover(ProtobufCMessage **res, void *arg, const struct wire_call *call,
    const ProtobufCMessage *req, struct wire_status *st)
{
	const struct co_daemon *d = arg;
	struct arena *a = arena_new();
	char text[ADDRESS_MAX];
	struct co_pod pod = pod_of(a, d, call, text);
	Meshapi__RecoverResponse *r = NULL;
	int rc = co_mesh_recover(&r, &pod, st);

	(void)req;
	if (rc == 0)
		*res = &r->base;
	arena_free(a);
	return rc;
}

/* Both names of the User API have the same messages (3.2). */
#define USER(prefix)                                                           \
	{prefix ".UserAPI/SetManifest",                                        \
	    &userapi__set_manifest_request__descriptor,                        \
	    &userapi__set_manifest_response__descriptor, set_manifest},        \
	    {prefix ".UserAPI/GetManifests",                                   \
		&userapi__get_manifests_request__descriptor,                   \
		&userapi__get_manifests_response__descriptor, get_manifests},  \
	{                                                                      \
		prefix ".UserAPI/Recover",                                     \
		    &userapi__recover_request__descriptor,                     \
		    &userapi__recover_response__descriptor, recover            \
	}
static const struct wire_method user_methods[] = {
    USER("/edgelesssys.contrast.userapi"), USER("/userapi")};

static const struct wire_method mesh_methods[] = {
    {"/meshapi.MeshAPI/NewMeshCert",
	&meshapi__new_mesh_cert_request__descriptor,
	&meshapi__new_mesh_cert_response__descriptor, new_mesh_cert},
    {"/meshapi.MeshAPI/Recover", &meshapi__recover_request__descriptor,
	&meshapi__recover_response__descriptor, mesh_recover}};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void
refused(
    void *arg, const struct sockaddr_storage *from, const struct rt_err *why)
{
	static struct log_limit limit = {.lock = PTHREAD_MUTEX_INITIALIZER};
	char text[ADDRESS_MAX], key[ADDRESS_MAX + 16], more[16];
	struct str s = address(text, from);
	unsigned silent;

	(void)arg;
	(void)snprintf(key, sizeof(key), "%.*s %d", STR_ARG(s), why->code);
	if (!log_limit_pass(&limit, str_from(key), rt_now_ms(), &silent))
		return;
	(void)snprintf(more, sizeof(more), "%u", silent);
	log_event(LOG_WARN, "connection refused", "peer", s.n > 0 ? s.p : "",
	    "error", why->text, silent > 0 ? "unlogged" : NULL, more, NULL);
}

struct api {
	enum co_config_id port;
	const struct wire_method *methods;
	size_t n;
	int (*accept)(void **session, SSL **ssl, void *arg, int fd,
	    int64_t deadline, struct rt_err *err);
	enum co_share handshake, call;
};

static int
serve(struct wire_server **out, struct co_daemon *d, const struct api *api,
    struct rt_err *err)
{
	struct wire_tls tls = {
	    .accept = api->accept, .close = close_peer, .arg = d};
	struct wire_server_config c = {.methods = api->methods,
	    .n = api->n,
	    .arg = d,
	    .tls = &tls,
	    .observe = co_metrics_observe(d->metrics),
	    .share_handshake = api->handshake,
	    .share_call = api->call};
	int fd, rc;

	c.observe.refused = refused;
	rc = wire_server_new(out, d->loop, d->pool, &c, err);
	if (rc == 0)
		rc = co_listen(&fd, d, api->port, err);
	if (rc == 0 && fd >= 0)
		rc = wire_server_listen(*out, fd, err);
	return rc;
}

int
co_serve_grpc(struct co_daemon *d, struct rt_err *err)
{
	static const struct api user = {CO_USER_PORT, user_methods,
	    COUNT(user_methods), accept_user, CO_SHARE_USER_HANDSHAKE,
	    CO_SHARE_USER_CALL};
	static const struct api mesh = {CO_MESH_PORT, mesh_methods,
	    COUNT(mesh_methods), accept_mesh, CO_SHARE_MESH_HANDSHAKE,
	    CO_SHARE_MESH_CALL};
	int rc = serve(&d->user, d, &user, err);

	return rc != 0 ? rc : serve(&d->mesh, d, &mesh, err);
}
