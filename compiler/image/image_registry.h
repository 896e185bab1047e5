/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_IMAGE_IMAGE_REGISTRY_H
#define CONTRASTC_IMAGE_IMAGE_REGISTRY_H

#include <pthread.h>

#include "compiler/image/image_http.h"
#include "compiler/image/image_int.h"
#include "runtime/base/encode.h"

/*
 * Registries (OCI Distribution Specification 1.1; Docker's token
 * authentication).  Each thread has a session; what they share is in struct
 * registry, below its lock.
 */

/* image_cache.c: blobs by digest, shared with other runs without locks. */
struct img_cache {
	const char *read;  /* directory, or NULL */
	const char *write; /* the same, or one of our own */
	const char *own;   /* to be removed at the end, or NULL */
	bool opened;
};
/*
 * RT_EIO: the directory cannot be written, *err says why; one that goes with
 * the run is used then.  Without that either, `write` is NULL.
 */
int img_cache_open(struct img_cache *c, struct arena *a, const char *dir,
    bool none, struct rt_err *err);
void img_cache_close(struct img_cache *c);
/* RT_ENOTFOUND: it is not there.  `check`: one that is corrupt is removed. */
int img_cache_get(struct img_span *out, const struct img_cache *c,
    struct str digest, bool check, struct rt_err *err) RT_MUST_CHECK;
/* A blob that comes in. */
struct img_incoming {
	struct str digest; /* that it must have; empty: it is found out */
	uint64_t size;     /* that it must have, or may have at most */
	bool exact;
	/* what came so far */
	int fd;
	uint64_t n;
	struct rt_sha256 sum;
	char temp[4096];
	char name[65]; /* of the file: the digest without its algorithm */
};
int img_incoming_start(struct img_incoming *in, const struct img_cache *c,
    struct rt_err *err) RT_MUST_CHECK;
int img_incoming_put(struct img_incoming *in, struct str bytes,
    struct rt_err *err) RT_MUST_CHECK;
/* Forgets what came. */
int img_incoming_rewind(
    struct img_incoming *in, struct rt_err *err) RT_MUST_CHECK;
/* Verifies it and gives it its name; RT_EVERIFY. */
int img_incoming_end(struct img_incoming *in, const struct img_cache *c,
    struct rt_err *err) RT_MUST_CHECK;
/* Ends it in any case; what has no name by now is removed. */
void img_incoming_free(struct img_incoming *in);

/* image_creds.c: what the user's files say about a repository. */
struct img_creds {
	struct img_secret user, password;
	struct img_secret identity; /* for a new token */
	struct img_secret token;    /* is one */
	/*
	 * For messages: "/root/.docker/config.json (entry 'r.example')", or
	 * which places had none.
	 */
	struct str origin;
	bool found;
};
void img_creds_find(struct img_creds *out, struct arena *a,
    const struct img_registry_options *o, struct str host, struct str path);
void img_creds_wipe(struct img_creds *c);
/* One file's text; false: it has nothing for it.  *helper: program to ask. */
int img_auth_file_read(struct img_creds *out, struct str *helper,
    struct str *entry, struct arena *a, struct str text, struct str host,
    struct str path, struct rt_err *err) RT_MUST_CHECK;

/* image_helper.c: asks docker-credential-NAME for a server. */
int img_helper_ask(struct img_creds *out, struct arena *a, struct str name,
    struct str server, struct rt_err *err) RT_MUST_CHECK;

/* image_challenge.c: what a 401 asks for (RFC 9110 11.6.1). */
struct img_challenge {
	enum { IMG_AUTH_NONE, IMG_AUTH_BASIC, IMG_AUTH_BEARER } scheme;
	struct str realm, service, scope;
};
/* The best of the known schemes in the value of one header is kept. */
void img_challenge_read(
    struct img_challenge *c, struct arena *a, struct str value);
/* Milliseconds that Retry-After asks for; UINT64_MAX: it says nothing. */
uint64_t img_retry_after(struct str value, int64_t now);
/* Of a URL's query or a form: all but letters, digits and "-._~" is %XX. */
void img_percent(struct buf *out, struct str s);

/* image_hosts.c */
enum img_scheme { IMG_SCHEME_UNKNOWN, IMG_HTTPS, IMG_HTTP };
struct reg_host {
	struct str name;    /* as in references */
	struct str address; /* that is connected to */
	enum img_scheme scheme;
	bool loopback;
	bool tls_read;
	struct img_tls tls;
	struct img_challenge challenge; /* its last */
};
struct reg_repo {
	struct reg_host *host;
	struct str path;
	bool have_creds, busy;
	struct img_creds creds;
	/* what is sent, and which one it is; 0: nothing yet */
	struct img_secret header;
	unsigned generation;
	uint64_t expires; /* on img_now()'s clock; 0: never */
};

struct reg_blob {
	struct str digest;
	enum { REG_UNKNOWN, REG_BUSY, REG_HAVE } state;
};

struct reg_session;
struct registry {
	struct img_store *store;
	const struct img_options *options;
	const struct img_registry_options *o;
	struct img_cache cache;
	VEC(struct reg_session *) sessions; /* made when needed */
	/* below: of all threads, under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct arena *arena;
	VEC(struct reg_host *) hosts;
	VEC(struct reg_repo *) repos;
	struct map blobs; /* digest: struct reg_blob */
};

/* One thread's. */
struct reg_session {
	struct registry *reg;
	const struct rt_curl *curl; /* NULL: nothing was asked yet */
	struct img_http *http;
	struct arena *arena; /* facts live in it */
	struct img_progress progress;
	uint64_t told; /* when, of that */
};

/* The places of a repository in their order: mirrors, then itself. */
struct reg_places {
	VEC(struct reg_repo *) list;
};
void reg_places(
    struct reg_places *out, struct registry *reg, const struct img_ref *ref);
bool reg_is_loopback(struct str host);
struct reg_host *reg_host_of(struct registry *reg, struct str name);
/* Reads the certificates of a host, once; RT_EIO. */
int reg_tls(
    struct reg_host *h, struct registry *reg, struct rt_err *err) RT_MUST_CHECK;

/* image_token.c */
/* The header to send, or none; *generation says which. */
void reg_auth_get(struct img_secret *out, unsigned *generation,
    struct reg_session *s, struct reg_repo *repo);
/*
 * After a 401 to what was of `generation`: gets another one.  RT_EAUTH:
 * there is nothing else to try.
 */
int reg_auth_renew(struct reg_session *s, struct reg_repo *repo,
    const struct img_response *r, unsigned generation,
    struct rt_err *err) RT_MUST_CHECK;

/* Progress: bytes that came. */
void reg_count(struct reg_session *s, size_t n);
void reg_tell(struct reg_session *s, bool done);

/* image_request.c */
struct reg_request {
	struct reg_repo *repo;
	struct str what;  /* "manifests/latest", "blobs/sha256:…" */
	const char *name; /* "manifest", "layer": for messages */
	const char *accept;
	bool head;
	uint64_t time; /* milliseconds for all tries */
	unsigned tries;
	struct img_incoming *in; /* where a body goes, or NULL */
};
/*
 * A 2xx answer whose body, if there is one, is complete and verified in `in`.
 * RT_ENOTFOUND: 404; RT_EAUTH: 401 and 403; RT_ECRYPTO: certificate; RT_ENET
 * for what may be better later.  The text names the host and what to do.
 */
int reg_do(struct img_response *out, struct reg_session *s,
    const struct reg_request *r, struct rt_err *err) RT_MUST_CHECK;
/* Scheme and host of a URL; RT_EFORMAT. */
struct reg_origin {
	bool https;
	struct str host; /* with its port, if it is not the usual one */
};
int reg_origin_read(struct reg_origin *out, struct reg_session *s,
    const char *url, struct rt_err *err) RT_MUST_CHECK;
/* Whom to trust at a host that is no registry. */
int reg_foreign_tls(struct img_tls *out, struct reg_session *s, struct str host,
    struct rt_err *err) RT_MUST_CHECK;
/* Before try number `tries` + 1: waits, or says that there is none. */
bool reg_wait(
    const struct img_response *r, unsigned tries, unsigned max, uint64_t until);
/* ": DENIED, the text", what the body says of an error; or nothing. */
struct str reg_reason(struct arena *a, const struct img_response *r);

#endif
