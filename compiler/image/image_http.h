/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_IMAGE_IMAGE_HTTP_H
#define CONTRASTC_IMAGE_IMAGE_HTTP_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/curl.h"
#include "runtime/base/err.h"
#include "runtime/base/vec.h"

/* Bytes that are wiped before their memory is given back. */
struct img_secret {
	char *p; /* with a NUL behind them */
	size_t n;
};
void img_secret_set(struct img_secret *s, struct str bytes);
void img_secret_wipe(struct img_secret *s);
static inline struct str
img_secret_str(const struct img_secret *s)
{
	return (struct str){s->p, s->n};
}
/* The same for a buffer; in the place of buf_free(). */
void img_buf_wipe(struct buf *b);

/* Milliseconds of a clock that only goes forward. */
uint64_t img_now(void);

/* Whom to trust, and who we are. */
struct img_tls {
	struct str ca;    /* PEM, in place of the system's; or empty */
	const char *cert; /* path of the client certificate, or NULL */
	const char *key;  /* and of its key */
};

struct img_response;
/* Takes body bytes of a 2xx answer; an error ends the exchange. */
typedef int img_sink_fn(void *ctx, const struct img_response *head,
    struct str bytes, struct rt_err *err);

/* One exchange: no redirect is followed, nothing is tried again. */
struct img_request {
	const char *url;
	const char *accept;       /* or NULL */
	struct str authorization; /* "Bearer …", or empty */
	struct str form;          /* is posted, if not empty */
	bool head;
	bool partial; /* only bytes from `from` on */
	bool direct;  /* past any proxy */
	uint64_t from;
	const struct img_tls *tls;
	uint64_t until; /* on img_now()'s clock */
	img_sink_fn *sink;
	void *ctx;
};

#define IMG_CHALLENGES_MAX 8

/* Slices live in the arena that was given. */
struct img_response {
	long status;
	struct str redirect; /* absolute */
	struct str content_type, digest, retry_after, content_range;
	struct str challenges[IMG_CHALLENGES_MAX];
	size_t nchallenges;
	struct str text; /* the beginning of the body, if not 2xx */
};

/* The connections of one thread. */
struct img_http;
struct img_http *img_http_new(const struct rt_curl *curl);
void img_http_free(struct img_http *h); /* accepts NULL */
/*
 * RT_ENET: worth another try; RT_ECRYPTO: the certificate; RT_ESTATE: the
 * other side does not speak TLS; RT_ELIMIT: it says too much; else the sink's
 * error.  The text does not name the host.
 */
int img_http_do(struct img_response *out, struct arena *a, struct img_http *h,
    const struct img_request *r, struct rt_err *err) RT_MUST_CHECK;

#endif
