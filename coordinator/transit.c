/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/obj_mac.h>
#include <openssl/x509.h>

#include "coordinator/transit.h"
#include "runtime/base/jv.h"
#include "runtime/base/log.h"
#include "runtime/pki/key.h"
#include "runtime/wire/mtls.h"
#include "runtime/base/banned.h"

#define ENCRYPT "/v1/transit/encrypt/"
#define DECRYPT "/v1/transit/decrypt/"

/* Our certificate belongs to a state and is made again for the next one. */
struct co_transit {
	struct co_daemon *daemon;
	SSL_CTX *tls; /* takes `current` for each connection */
	EVP_PKEY *key;
	pthread_mutex_t lock; /* of what follows */
	struct co_state *state;
	SSL_CTX *current;
};

/* The entry of a Coordinator; NULL: the manifest has none. */
static const struct manifest_policy *
own_entry(const struct manifest *m)
{
	const struct manifest_policy *p;

	VEC_FOREACH(p, &m->policies)
		if (str_eqz(p->role, "coordinator"))
			return p;
	return NULL;
}

static int
make(SSL_CTX **out, const struct co_transit *t, const struct co_state *s,
    struct rt_err *err)
{
	const struct manifest_policy *p = own_entry(&s->manifest);
	struct pki_leaf leaf = {
	    .key = t->key, .policy_hash = STR("coordinator")};
	struct arena *a = arena_new();
	struct str chain;
	int rc;

	if (p != NULL) {
		leaf.sans = p->sans.v.p;
		leaf.n_sans = p->sans.v.n;
		leaf.policy_hash = p->hash;
	}
	rc = pki_ca_issue_chain(&chain, a, s->ca, &leaf, time(NULL), err);
	if (rc == 0)
		rc = mtls_server_new(
		    out, chain, t->key, pki_ca_mesh_cert(s->ca), err);
	arena_free(a);
	return rc;
}

/* For the state that serves now; the caller holds the lock. */
static int
renew(struct co_transit *t, struct co_state *s, struct rt_err *err)
{
	SSL_CTX *next = NULL;
	int rc;

	if (t->state == s)
		return 0;
	if ((rc = make(&next, t, s, err)) != 0)
		return rc;
	SSL_CTX_free(t->current);
	co_state_unref(t->state);
	t->current = next;
	t->state = co_state_ref(s);
	return 0;
}

static SSL_CTX *
choose(void *arg)
{
	struct co_transit *t = arg;
	SSL_CTX *chosen = NULL;
	struct co_state *s;
	struct rt_err err;
	int rc;

	if (co_guard_state(&s, t->daemon->guard, &err) == CO_SERVING) {
		(void)pthread_mutex_lock(&t->lock);
		rc = renew(t, s, &err);
		if (rc == 0 && SSL_CTX_up_ref(t->current) == 1)
			chosen = t->current;
		(void)pthread_mutex_unlock(&t->lock);
		if (rc != 0)
			log_event(LOG_ERROR, "transit engine: no certificate",
			    "error", err.text, NULL);
	}
	co_state_unref(s);
	return chosen;
}

/* One request. */
struct transit_call {
	struct arena *arena;
	struct wire_http_reply *reply;
	struct co_state *state;
	struct str name;
	struct jv *body;
	struct buf out; /* may hold plaintext */
};

static void
fail(struct transit_call *c, int status, const char *text)
{
	struct jv *v = jv_object(c->arena), *list = jv_array(c->arena);

	(void)jv_push(c->arena, list, jv_string(c->arena, str_from(text)));
	(void)jv_set(c->arena, v, STR("errors"), list);
	c->reply->status = status;
	c->reply->type = "application/json";
	jv_print(&c->reply->body, v, JV_COMPACT);
}

static void
answer(struct transit_call *c, const char *member)
{
	c->reply->type = "application/json";
	buf_printf(&c->reply->body, "{\"data\":{\"%s\":\"", member);
	buf_put(&c->reply->body, buf_str(&c->out));
	buf_puts(&c->reply->body, "\"}}");
}

/* A member in base64; absent: empty. */
static bool
bytes(struct str *out, struct transit_call *c, const char *member)
{
	struct jv *v = jv_get(c->body, str_from(member));

	*out = STR("");
	return v == NULL || (jv_is(v, JV_STRING) &&
				rt_unbase64(out, c->arena, v->text, NULL) == 0);
}

static void
encrypt(struct transit_call *c)
{
	struct jv *version = jv_getz(c->body, "key_version");
	struct str plain, associated;
	struct rt_err err;
	int64_t n = 0;

	if (!bytes(&plain, c, "plaintext") ||
	    !bytes(&associated, c, "associated_data") ||
	    (version != NULL &&
		(!jv_to_int(version, &n) || n < 0 || n > (int64_t)UINT32_MAX)))
		fail(c, 400, "malformed request");
	else if (co_transit_encrypt(&c->out, &c->state->seed, c->name,
		     (uint32_t)n, plain, associated, &err) != 0)
		fail(c, err.code == RT_EFORMAT ? 400 : 500, err.text);
	else
		answer(c, "ciphertext");
}

static void
decrypt(struct transit_call *c)
{
	struct str text = jv_get_str(c->body, STR("ciphertext")), associated;
	struct buf plain = {0};
	struct rt_err err;

	if (!bytes(&associated, c, "associated_data")) {
		fail(c, 400, "malformed request");
		return;
	}
	if (co_transit_decrypt(&plain, &c->state->seed, c->name, text,
		associated, &err) != 0) {
		fail(c, err.code == RT_EFORMAT ? 400 : 500, err.text);
	} else {
		rt_base64(&c->out, buf_str(&plain));
		answer(c, "plaintext");
	}
	if (plain.p != NULL)
		OPENSSL_cleanse(plain.p, plain.cap);
	buf_free(&plain);
}

static bool
type_ok(const char *type)
{
	static const char json[] = "application/json";

	return type == NULL || strncasecmp(type, json, sizeof(json) - 1) == 0;
}

/*
 * The name in the path must be the secret ID of the certificate, which must be
 * one of the mesh CA that is active now: the connection may be an old one.
 */
static bool
check(struct transit_call *c, const struct wire_http_request *q)
{
	struct str id = {0};

	if (q->cert == NULL ||
	    X509_verify(q->cert, pki_ca_mesh_key(c->state->ca)) != 1 ||
	    pki_cert_secret_id(&id, c->arena, q->cert, NULL) != 0 ||
	    id.n == 0 || !str_eq(id, c->name)) {
		fail(c, 403,
		    "Unauthorized: the certificate's workload secret ID is not "
		    "the name of the key, or its mesh CA is not active");
		return false;
	}
	if (!type_ok(q->type) || jv_parse(&c->body, c->arena, q->body, NULL)) {
		fail(c, 400, "expected a JSON object");
		return false;
	}
	return true;
}

static void
handle(struct wire_http_reply *reply, struct co_transit *t,
    const struct wire_http_request *q, const char *prefix,
    void (*then)(struct transit_call *c))
{
	struct transit_call c = {.arena = arena_new(), .reply = reply};

	c.name = str_from(q->path + strlen(prefix));
	if (co_guard_state(&c.state, t->daemon->guard, NULL) != CO_SERVING)
		fail(&c, 503, "the Coordinator does not serve");
	else if (c.name.n == 0 || memchr(c.name.p, '/', c.name.n) != NULL)
		fail(&c, 404, "unknown path");
	else if (check(&c, q))
		then(&c);
	if (c.out.p != NULL)
		OPENSSL_cleanse(c.out.p, c.out.cap);
	buf_free(&c.out);
	co_state_unref(c.state);
	arena_wipe(c.arena);
}

static void
handle_encrypt(
    struct wire_http_reply *reply, void *arg, const struct wire_http_request *q)
{
	handle(reply, arg, q, ENCRYPT, encrypt);
}

static void
handle_decrypt(
    struct wire_http_reply *reply, void *arg, const struct wire_http_request *q)
{
	handle(reply, arg, q, DECRYPT, decrypt);
}

static const struct wire_route routes[] = {
    {ENCRYPT, WIRE_PUT | WIRE_POST, handle_encrypt},
    {DECRYPT, WIRE_PUT | WIRE_POST, handle_decrypt},
};

static int
serve(struct co_transit *t, int fd, struct rt_err *err)
{
	struct co_daemon *d = t->daemon;
	struct wire_http_config c = {.routes = routes,
	    .n = sizeof(routes) / sizeof(*routes),
	    .arg = t,
	    .tls = t->tls,
	    .share = CO_SHARE_HTTP,
	    .body = (size_t)4 << 20};
	int rc = wire_http_new(&d->transit, d->loop, d->pool, &c, err);

	return rc != 0 ? rc : wire_http_listen(d->transit, fd, err);
}

int
co_transit_start(
    struct co_transit **out, struct co_daemon *d, struct rt_err *err)
{
	struct co_transit *t;
	int fd, rc = co_listen(&fd, d, CO_TRANSIT_PORT, err);

	*out = NULL;
	if (rc != 0 || fd < 0)
		return rc;
	*out = t = rt_calloc(1, sizeof(*t));
	t->daemon = d;
	(void)pthread_mutex_init(&t->lock, NULL);
	rc = pki_key_new(&t->key, NID_X9_62_prime256v1, err);
	if (rc == 0)
		rc = mtls_server_chosen(&t->tls, choose, t, err);
	return rc != 0 ? rc : serve(t, fd, err);
}

void
co_transit_free(struct co_transit *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->tls);
	EVP_PKEY_free(t->key);
	SSL_CTX_free(t->current);
	co_state_unref(t->state);
	(void)pthread_mutex_destroy(&t->lock);
	free(t);
}
