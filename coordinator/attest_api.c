/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "coordinator/attest_api.h"
#include "coordinator/daemon.h"
#include "runtime/base/jv.h"
#include "runtime/base/log.h"
#include "runtime/base/banned.h"

#define JSON "application/json"
#define BODY_MAX 1024
#define NONCE_LEN 32

static void
finish(struct wire_http_reply *r, int status, const struct jv *v)
{
	r->status = status;
	r->type = JSON;
	jv_print(&r->body, v, JV_COMPACT);
	buf_putc(&r->body, '\n');
}

static void
fail(struct wire_http_reply *r, struct arena *a, int status, const char *code,
    const char *text)
{
	struct jv *v = jv_object(a);

	jv_put_str(a, v, "version", STR(CONTRASTC_VERSION));
	jv_put_int(a, v, "status_code", (size_t)status);
	jv_put_str(a, v, "code", str_from(code));
	jv_put_str(a, v, "error", str_from(text));
	finish(r, status, v);
}

/* "application/json", with parameters or without; 0 or the status. */
static int
check_type(const char *type)
{
	size_t n;

	if (type == NULL || strchr(type, '/') == NULL)
		return 400;
	n = strcspn(type, "; \t");
	return n == sizeof(JSON) - 1 && strncasecmp(type, JSON, n) == 0 ? 0
									: 415;
}

static bool
read_nonce(unsigned char nonce[NONCE_LEN], struct arena *a, struct str body)
{
	struct jv *v;
	struct str raw;

	if (jv_parse(&v, a, body, NULL) != 0 ||
	    rt_unbase64(&raw, a, jv_get_str(v, STR("nonce")), NULL) != 0 ||
	    raw.n != NONCE_LEN)
		return false;
	memcpy(nonce, raw.p, NONCE_LEN);
	return true;
}

static void
put_base64(struct arena *a, struct jv *v, const char *key, struct str bytes)
{
	struct buf b = {0};

	rt_base64(&b, bytes);
	jv_put_str(a, v, key, arena_str(a, buf_str(&b)));
	buf_free(&b);
}

static void
put_list(struct arena *a, struct jv *v, const char *key,
    const ProtobufCBinaryData *p, size_t n)
{
	struct jv *list = n == 0 ? jv_new(a, JV_NULL) : jv_array(a);
	size_t i;

	for (i = 0; i < n; i++) {
		struct buf b = {0};

		rt_base64(&b, wire_pb_str(p[i]));
		(void)jv_push(a, list, jv_string(a, arena_str(a, buf_str(&b))));
		buf_free(&b);
	}
	(void)jv_set(a, v, str_from(key), list);
}

/* A dotted OID as an array of numbers. */
static void
put_oid(struct arena *a, struct jv *v, const char *oid)
{
	struct jv *list = jv_array(a), *number;
	struct str s = str_from(oid), part;
	size_t dot;

	while (s.n > 0) {
		dot = str_chr(s, '.', 0);
		part = str_sub(s, 0, dot);
		number = jv_new(a, JV_NUMBER);
		number->text = part;
		(void)jv_push(a, list, number);
		s = str_sub(s, part.n + 1, s.n);
	}
	(void)jv_set(a, v, STR("attestation_type"), list);
}

/* SHA-256 over what the answer says, and zeros behind it. */
static void
report_data(unsigned char out[ATTEST_REPORT_DATA_LEN],
    const unsigned char nonce[NONCE_LEN],
    const Userapi__GetManifestsResponse *m)
{
	unsigned char inner[NONCE_LEN + 3 * SHA256_LEN];

	memset(out, 0, ATTEST_REPORT_DATA_LEN);
	memcpy(inner, nonce, NONCE_LEN);
	memcpy(inner + NONCE_LEN, m->latest_transition->transition_hash.data,
	    SHA256_LEN);
	rt_sha256(inner + NONCE_LEN + SHA256_LEN, wire_pb_str(m->root_ca));
	rt_sha256(inner + NONCE_LEN + 2 * SHA256_LEN, wire_pb_str(m->mesh_ca));
	rt_sha256(out, (struct str){(const char *)inner, sizeof(inner)});
}

static void
answer(struct wire_http_reply *reply, struct arena *a, struct co_daemon *d,
    const unsigned char nonce[NONCE_LEN],
    const Userapi__GetManifestsResponse *m)
{
	unsigned char data[ATTEST_REPORT_DATA_LEN];
	struct attest_result r = {.arena = a};
	struct jv *v = jv_object(a);
	struct str doc;
	const char *oid;

	report_data(data, nonce, m);
	if (attest_issue(&oid, &doc, &r, &d->host, data, &d->env) != 0) {
		log_event(LOG_ERROR, "no evidence", "error",
		    arena_cstr(a, r.text), NULL);
		fail(reply, a, 500, "internal", "issuing evidence failed");
		return;
	}
	jv_put_str(a, v, "version", STR(CONTRASTC_VERSION));
	put_base64(a, v, "raw_attestation_doc", doc);
	put_oid(a, v, oid);
	put_list(a, v, "manifests", m->manifests, m->n_manifests);
	put_list(a, v, "policies", m->policies, m->n_policies);
	put_base64(a, v, "root_ca", wire_pb_str(m->root_ca));
	put_base64(a, v, "mesh_ca", wire_pb_str(m->mesh_ca));
	finish(reply, 200, v);
}

/* This path has no version, which is below every MinimumAPIVersion. */
static bool
is_too_old(const struct co_daemon *d)
{
	struct co_state *s;
	bool old = co_guard_state(&s, d->guard, NULL) == CO_SERVING &&
		   s->manifest.min_api.n > 0;

	co_state_unref(s);
	return old;
}

static void
attest(struct wire_http_reply *reply, struct arena *a, struct co_daemon *d,
    const unsigned char nonce[NONCE_LEN])
{
	Userapi__GetManifestsResponse *m = NULL;
	struct wire_status st = {0};
	int rc = co_get_manifests(&m, d->guard, &st);
	bool none =
	    rc != 0 && strcmp(st.text, co_phase_texts[CO_NO_STATE]) == 0;

	if (rc == 0 && is_too_old(d))
		fail(reply, a, 403, "api_version_too_old",
		    "the manifest's MinimumAPIVersion forbids this path");
	else if (rc == 0)
		answer(reply, a, d, nonce, m);
	else if (rc == WIRE_FAILED_PRECONDITION)
		fail(reply, a, 412, none ? "no_manifest" : "needs_recovery",
		    st.text);
	else
		fail(reply, a, 500, "internal", st.text);
	if (m != NULL)
		wire_pb_free(&m->base);
}

/* The checks come in the order of the specification. */
static int
check(unsigned char nonce[NONCE_LEN], struct arena *a,
    const struct wire_http_request *q)
{
	int status = check_type(q->type);

	if (status != 0)
		return status;
	if (q->body.n > BODY_MAX)
		return 413;
	return read_nonce(nonce, a, q->body) ? 0 : 400;
}

void
co_attest(struct wire_http_reply *reply, void *arg,
    const struct wire_http_request *request)
{
	unsigned char nonce[NONCE_LEN];
	struct arena *a;
	int status;

	if (request->verb != WIRE_POST) {
		reply->status = 405;
		return;
	}
	a = arena_new();
	status = check(nonce, a, request);
	if (status == 0)
		attest(reply, a, arg, nonce);
	else
		fail(reply, a, status, "invalid_argument",
		    "expected a JSON object of at most 1024 bytes with a "
		    "\"nonce\" of 32 bytes in base64");
	arena_free(a);
}

void
co_capabilities(struct wire_http_reply *reply, void *arg,
    const struct wire_http_request *request)
{
	(void)arg;
	if (request->verb != WIRE_GET) {
		reply->status = 405;
		return;
	}
	reply->type = JSON;
	buf_puts(&reply->body, "{\"api_versions\":[]}\n");
}
