/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question to a registry with all that belongs to it: credentials, up to a
 * few redirects, patience, a download that goes on where it broke.  What is
 * sent along with a redirect is nothing but the question.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

#define REDIRECTS_MAX 10
#define BACKOFF 250 /* milliseconds, doubled from try to try */
#define TRIES_DEAF 3
#define PATIENCE_MAX 60000 /* that Retry-After may ask for */

static int
get_part(struct str *out, struct reg_session *s, CURLU *u, CURLUPart part)
{
	const struct rt_curl *curl = s->curl;
	char *text = NULL;

	if (curl->url_get(u, part, &text, 0) != CURLUE_OK)
		return -1;
	*out = arena_str(s->arena, str_from(text));
	curl->free(text);
	return 0;
}

int
reg_origin_read(struct reg_origin *out, struct reg_session *s, const char *url,
    struct rt_err *err)
{
	const struct rt_curl *curl = s->curl;
	CURLU *u = curl->url();
	struct str scheme, host, port;
	bool ok;

	if (u == NULL)
		rt_no_memory();
	ok = curl->url_set(u, CURLUPART_URL, url,
		 CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER) == CURLUE_OK &&
	     get_part(&scheme, s, u, CURLUPART_SCHEME) == 0 &&
	     get_part(&host, s, u, CURLUPART_HOST) == 0;
	if (ok && get_part(&port, s, u, CURLUPART_PORT) == 0)
		host = arena_printf(
		    s->arena, "%.*s:%.*s", STR_ARG(host), STR_ARG(port));
	curl->url_cleanup(u);
	if (!ok || (!str_eqz(scheme, "https") && !str_eqz(scheme, "http")))
		return rt_err_set(
		    err, RT_EFORMAT, "is no URL of http or https");
	*out = (struct reg_origin){str_eqz(scheme, "https"), host};
	return 0;
}

int
reg_foreign_tls(struct img_tls *out, struct reg_session *s, struct str host,
    struct rt_err *err)
{
	struct reg_host *h;
	int rc;

	(void)pthread_mutex_lock(&s->reg->lock);
	h = reg_host_of(s->reg, host);
	rc = reg_tls(h, s->reg, err);
	*out = (struct img_tls){.ca = h->tls.ca};
	(void)pthread_mutex_unlock(&s->reg->lock);
	return rc;
}

bool
reg_wait(
    const struct img_response *r, unsigned tries, unsigned max, uint64_t until)
{
	uint64_t ms = (uint64_t)BACKOFF << (tries - 1), asked;
	struct timespec t;

	asked = img_retry_after(r->retry_after, (int64_t)time(NULL));
	if (asked != UINT64_MAX)
		ms = asked;
	if (tries >= max || ms > PATIENCE_MAX || img_now() + ms >= until)
		return false;
	t.tv_sec = (time_t)(ms / 1000);
	t.tv_nsec = (long)(ms % 1000) * 1000000;
	(void)nanosleep(&t, NULL);
	return true;
}

/* What a server says is shown, but not as it likes. */
static struct str
harmless(struct arena *a, struct str s)
{
	struct buf b = {0};
	struct str out;
	size_t i;

	s = str_clip(s, 100);
	for (i = 0; i < s.n; i++)
		buf_putc(&b, s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '?');
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

struct str
reg_reason(struct arena *a, const struct img_response *r)
{
	const struct jv *list, *first;
	struct str code, text;
	struct jv *json;

	if (jv_parse(&json, a, r->text, NULL) != 0)
		return STR("");
	list = jv_getz(json, "errors");
	if (!jv_is(list, JV_ARRAY) || list->items.n == 0)
		return STR("");
	first = list->items.p[0];
	code = harmless(a, jv_get_str(first, STR("code")));
	text = harmless(a, jv_get_str(first, STR("message")));
	return arena_printf(a, "%s%.*s%s%.*s", code.n > 0 ? ", " : "",
	    STR_ARG(code), text.n > 0 ? ": " : "", STR_ARG(text));
}

/* One try. */
struct attempt {
	struct reg_session *s;
	const struct reg_request *r;
	struct img_response *out;
	uint64_t until;
	const char *url;
	struct reg_origin origin; /* of the first URL */
	bool foreign;             /* a redirect led to somebody else */
	bool direct;
	struct img_tls tls;
	struct img_secret header;
	unsigned generation;
	bool begun, resumed;
	bool renewed; /* credentials were got for this try */
};

static struct str
own_name(const struct attempt *t)
{
	return t->r->repo->host->name;
}

/* Begins where the last try ended, if the server goes along. */
static int
begin(struct attempt *t, const struct img_response *head, struct rt_err *err)
{
	struct img_incoming *in = t->r->in;
	struct str want =
	    arena_printf(t->s->arena, "bytes %llu-", (unsigned long long)in->n);

	t->begun = true;
	t->resumed = in->n > 0 && head->status == 206 &&
		     str_starts(head->content_range, want);
	if (t->resumed)
		return 0;
	if (img_incoming_rewind(in, err) != 0)
		return RT_EIO;
	return head->status != 206
		   ? 0
		   : rt_err_set(err, RT_ENET,
			 "it answers with a part that was not asked for");
}

static int
sink(void *ctx, const struct img_response *head, struct str bytes,
    struct rt_err *err)
{
	struct attempt *t = ctx;
	int rc = t->begun ? 0 : begin(t, head, err);

	if (rc == 0)
		rc = img_incoming_put(t->r->in, bytes, err);
	if (rc == 0)
		reg_count(t->s, bytes.n);
	return rc;
}

static int
exchange(struct attempt *t, struct rt_err *err)
{
	const struct reg_request *r = t->r;
	struct img_request q = {.url = t->url,
	    .accept = r->accept,
	    .head = r->head,
	    .direct = t->direct,
	    .tls = &t->tls,
	    .until = t->until,
	    .sink = r->in != NULL ? sink : NULL,
	    .ctx = t};

	if (!t->foreign)
		q.authorization = img_secret_str(&t->header);
	if (r->in != NULL && r->in->n > 0) {
		q.partial = true;
		q.from = r->in->n;
	}
	t->begun = t->resumed = false;
	return img_http_do(t->out, t->s->arena, t->s->http, &q, err);
}

/* The URL at the registry itself, over what its scheme is by now. */
static int
go_home(struct attempt *t, struct rt_err *err)
{
	struct reg_repo *repo = t->r->repo;
	struct registry *reg = t->s->reg;
	bool https;
	int rc;

	(void)pthread_mutex_lock(&reg->lock);
	https = repo->host->scheme != IMG_HTTP;
	rc = reg_tls(repo->host, reg, err);
	t->tls = repo->host->tls;
	(void)pthread_mutex_unlock(&reg->lock);
	if (rc != 0)
		return rc;
	t->url = arena_printf(t->s->arena, "%s://%.*s/v2/%.*s/%.*s",
	    https ? "https" : "http", STR_ARG(repo->host->address),
	    STR_ARG(repo->path), STR_ARG(t->r->what))
		     .p;
	t->foreign = false;
	t->direct = repo->host->loopback;
	return reg_origin_read(&t->origin, t->s, t->url, err);
}

static int
redirect(struct attempt *t, struct rt_err *err)
{
	const char *url = arena_cstr(t->s->arena, t->out->redirect);
	struct reg_origin to;
	int rc = reg_origin_read(&to, t->s, url, err);

	if (rc != 0)
		return rt_err_set(err, RT_ENET,
		    "its redirect leads to no URL of http or https");
	if (t->origin.https && !to.https)
		return rt_err_set(err, RT_ENET,
		    "its redirect to %.*s leads from https to http",
		    STR_ARG(str_clip(to.host, 100)));
	t->url = url;
	if (str_eq(to.host, t->origin.host) && to.https == t->origin.https &&
	    !t->foreign)
		return 0;
	t->foreign = true;
	t->direct = reg_is_loopback(to.host);
	t->origin.https = to.https;
	return reg_foreign_tls(&t->tls, t->s, to.host, err);
}

/* A loopback registry may do without TLS; nobody else may fall back. */
static bool
falls_back(struct attempt *t, int rc)
{
	struct reg_host *h = t->r->repo->host;
	struct registry *reg = t->s->reg;
	bool back;

	(void)pthread_mutex_lock(&reg->lock);
	back = rc == RT_ESTATE && !t->foreign && h->scheme != IMG_HTTPS &&
	       h->loopback;
	if (!t->foreign && h->scheme == IMG_SCHEME_UNKNOWN && (back || rc == 0))
		h->scheme = back ? IMG_HTTP : IMG_HTTPS;
	(void)pthread_mutex_unlock(&reg->lock);
	return back;
}

static bool
is_redirect(const struct img_response *r)
{
	return (r->status == 301 || r->status == 302 || r->status == 303 ||
		   r->status == 307 || r->status == 308) &&
	       r->redirect.n > 0;
}

static int
ask_again(struct attempt *t, struct rt_err *err)
{
	t->renewed = true;
	return reg_auth_renew(t->s, t->r->repo, t->out, t->generation, err);
}

/* All the exchanges that make one try. */
static int
try_once(struct attempt *t, struct rt_err *err)
{
	unsigned hops = 0;
	int rc = go_home(t, err);

	while (rc == 0) {
		if (!t->foreign)
			reg_auth_get(
			    &t->header, &t->generation, t->s, t->r->repo);
		rc = exchange(t, err);
		if (falls_back(t, rc))
			rc = go_home(t, err);
		else if (rc != 0)
			break;
		else if (is_redirect(t->out))
			rc = ++hops > REDIRECTS_MAX
				 ? rt_err_set(err, RT_ENET,
				       "more than %d redirects", REDIRECTS_MAX)
				 : redirect(t, err);
		else if (t->out->status == 401 && !t->foreign && !t->renewed)
			rc = ask_again(t, err);
		else
			return 0;
	}
	return rc;
}

static int
not_authorised(struct attempt *t, struct rt_err *err)
{
	const struct img_creds *c = &t->r->repo->creds;
	struct str why = reg_reason(t->s->arena, t->out);

	if (!t->r->repo->have_creds)
		return rt_err_set(err, RT_EAUTH, "access denied (%ld%.*s)",
		    t->out->status, STR_ARG(why));
	return rt_err_set(err, RT_EAUTH, "%s (%ld%.*s): %.*s",
	    t->out->status == 401 ? "not authorised" : "access denied",
	    t->out->status, STR_ARG(why), STR_ARG(c->origin));
}

static int
check_status(struct attempt *t, struct rt_err *err)
{
	const struct img_response *r = t->out;
	struct str why = reg_reason(t->s->arena, r);

	if (r->status / 100 == 2)
		return 0;
	if (r->status == 401 || r->status == 403)
		return not_authorised(t, err);
	if (r->status == 404)
		return rt_err_set(err, RT_ENOTFOUND, "no such %s (404%.*s)",
		    t->r->name, STR_ARG(why));
	if (r->status == 429)
		return rt_err_set(err, RT_ENET,
		    "too many requests (429%.*s): wait, log in for a higher "
		    "limit, or use a mirror",
		    STR_ARG(why));
	return rt_err_set(
	    err, RT_ENET, "answers %ld%.*s", r->status, STR_ARG(why));
}

static bool
is_passing(const struct attempt *t, int rc)
{
	long status = t->out->status;

	if (rc == RT_ENET)
		return status == 0 || status / 100 == 2 || status == 429 ||
		       status == 408 || status / 100 == 5;
	return rc == RT_EVERIFY && t->resumed;
}

/* The body is complete and what it should be. */
static int
complete(struct attempt *t, struct rt_err *err)
{
	struct img_incoming *in = t->r->in;
	int rc;

	if (in == NULL)
		return 0;
	if (!t->begun && in->n > 0 && (rc = img_incoming_rewind(in, err)) != 0)
		return rc;
	if (in->exact && in->n < in->size)
		return rt_err_set(err, RT_ENET,
		    "it ends after %llu of %llu bytes",
		    (unsigned long long)in->n, (unsigned long long)in->size);
	return img_incoming_end(in, &t->s->reg->cache, err);
}

/* What is left of a try that failed: the next goes on, or begins anew. */
static int
keep_what_came(struct attempt *t, int rc, struct rt_err *err)
{
	struct img_incoming *in = t->r->in;

	if (in == NULL || in->n == 0 || (in->exact && rc == RT_ENET))
		return 0;
	return img_incoming_rewind(in, err);
}

/* Codes of transport; what an answer says of the image is another thing. */
static int
transport(int rc, struct rt_err *err)
{
	if (rc == 0 || rc == RT_ENOTFOUND || rc == RT_EAUTH || rc == RT_ECRYPTO)
		return rc;
	if (err != NULL)
		err->code = RT_ENET;
	return RT_ENET;
}

/* Who does not answer at all is seldom there a little later. */
static unsigned
max_tries(const struct reg_request *r, const struct img_response *answer)
{
	return answer->status == 0 && r->tries > TRIES_DEAF ? TRIES_DEAF
							    : r->tries;
}

/* libcurl is loaded for the first question. */
static int
connect_to(struct reg_session *s, struct rt_err *err)
{
	if (s->http != NULL)
		return 0;
	s->curl = rt_curl_load(err);
	if (s->curl == NULL)
		return transport(RT_EIO, err);
	s->http = img_http_new(s->curl);
	return 0;
}

int
reg_do(struct img_response *out, struct reg_session *s,
    const struct reg_request *r, struct rt_err *err)
{
	struct attempt t = {.s = s, .r = r, .out = out};
	unsigned tries = 0;
	bool again;
	int rc = connect_to(s, err);

	if (rc != 0)
		return rc;
	t.until = img_now() + r->time;
	do {
		*out = (struct img_response){0};
		t.renewed = false;
		rc = try_once(&t, err);
		if (rc == 0)
			rc = check_status(&t, err);
		if (rc == 0)
			rc = complete(&t, err);
		again = rc != 0 && is_passing(&t, rc) &&
			keep_what_came(&t, rc, NULL) == 0 &&
			reg_wait(out, ++tries, max_tries(r, out), t.until);
	} while (again);
	img_secret_wipe(&t.header);
	if (rc == 0)
		return 0;
	rc = transport(rc, err);
	return rt_err_wrap(err, "%.*s", STR_ARG(own_name(&t)));
}
