/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is sent as Authorization: nothing until a registry asks, then what its
 * challenge wants.  A repository has one header; the thread that finds it
 * missing gets it, the others wait.  Credentials go to the registry and to
 * the token server that it names, over TLS unless the user allowed plain HTTP.
 */
#include <string.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

#define TOKEN_MAX ((size_t)256 << 10)
#define TOKEN_TRIES 4
#define LIFE_DEFAULT 60 /* seconds, where the answer does not say */
#define LIFE_MAX 86400
#define LIFE_MARGIN 10 /* a token that ends so soon is not used any more */

static void
set_basic(struct img_secret *out, const struct img_creds *c)
{
	struct buf pair = {0}, header = {0};

	(void)buf_reserve(&pair, c->user.n + c->password.n + 2);
	buf_put(&pair, img_secret_str(&c->user));
	buf_putc(&pair, ':');
	buf_put(&pair, img_secret_str(&c->password));
	(void)buf_reserve(&header, pair.n * 2 + 16);
	buf_puts(&header, "Basic ");
	rt_base64(&header, buf_str(&pair));
	img_secret_set(out, buf_str(&header));
	img_buf_wipe(&pair);
	img_buf_wipe(&header);
}

static void
set_bearer(struct img_secret *out, struct str token)
{
	struct buf header = {0};

	(void)buf_reserve(&header, token.n + 16);
	buf_puts(&header, "Bearer ");
	buf_put(&header, token);
	img_secret_set(out, buf_str(&header));
	img_buf_wipe(&header);
}

/* The answer of a token server; it is a secret. */
struct answer {
	struct buf body;
};

static int
collect(void *ctx, const struct img_response *head, struct str bytes,
    struct rt_err *err)
{
	struct answer *a = ctx;
	struct buf bigger = {0};

	(void)head;
	if (bytes.n > TOKEN_MAX - a->body.n)
		return rt_err_set(err, RT_ELIMIT,
		    "the answer has more than %zu bytes", TOKEN_MAX);
	if (a->body.cap - a->body.n < bytes.n) {
		(void)buf_reserve(&bigger, a->body.n * 2 + bytes.n);
		buf_put(&bigger, buf_str(&a->body));
		img_buf_wipe(&a->body);
		a->body = bigger;
	}
	buf_put(&a->body, bytes);
	return 0;
}

/* Can stand in a header: visible ASCII. */
static bool
is_visible(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

static int
read_token(struct img_secret *out, uint64_t *expires, struct str body,
    struct rt_err *err)
{
	struct arena *a = arena_new();
	int64_t life = LIFE_DEFAULT;
	struct str token = {0};
	struct jv *json;

	if (jv_parse(&json, a, body, NULL) == 0) {
		token = jv_get_str(json, STR("token"));
		if (token.n == 0)
			token = jv_get_str(json, STR("access_token"));
		(void)jv_to_int(jv_getz(json, "expires_in"), &life);
	}
	if (life < LIFE_DEFAULT)
		life = LIFE_DEFAULT; /* as the specification allows */
	if (life > LIFE_MAX)
		life = LIFE_MAX;
	*expires = img_now() + (uint64_t)(life - LIFE_MARGIN) * 1000;
	if (is_visible(token))
		set_bearer(out, token);
	arena_wipe(a);
	if (out->n == 0)
		return rt_err_set(
		    err, RT_ENET, "the answer holds no token in JSON");
	return 0;
}

struct token_request {
	struct reg_session *session;
	struct reg_repo *repo;
	const struct img_challenge *challenge;
	struct str scope;
	struct reg_origin origin;
	struct img_tls tls;
	struct buf url, form;
	struct img_secret basic;
};

static int
check_realm(struct token_request *t, struct rt_err *err)
{
	const struct img_challenge *c = t->challenge;
	int rc = reg_origin_read(&t->origin, t->session,
	    arena_cstr(t->session->arena, c->realm), err);

	if (rc != 0)
		return rt_err_wrap(err, "the token server '%.*s'",
		    STR_ARG(str_clip(c->realm, 100)));
	if (!t->origin.https && t->repo->host->scheme != IMG_HTTP)
		return rt_err_set(err, RT_EAUTH,
		    "it names a token server without TLS, '%.*s', which is "
		    "not asked",
		    STR_ARG(str_clip(c->realm, 100)));
	return reg_foreign_tls(&t->tls, t->session, t->origin.host, err);
}

static void
add_query(struct buf *b, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	if (b->n > 0)
		buf_putc(b, '&');
	buf_printf(b, "%s=", name);
	img_percent(b, value);
}

/* A new token for an identity token: OAuth 2.0's refresh. */
static void
make_form(struct token_request *t)
{
	struct img_creds *c = &t->repo->creds;

	(void)buf_reserve(&t->form, 3 * c->identity.n + 4096);
	add_query(&t->form, "grant_type", STR("refresh_token"));
	add_query(&t->form, "service", t->challenge->service);
	add_query(&t->form, "client_id", STR("contrastc"));
	add_query(&t->form, "scope", t->scope);
	add_query(&t->form, "refresh_token", img_secret_str(&c->identity));
	buf_put(&t->url, t->challenge->realm);
}

static void
make_query(struct token_request *t)
{
	struct buf query = {0};

	add_query(&query, "service", t->challenge->service);
	add_query(&query, "scope", t->scope);
	buf_put(&t->url, t->challenge->realm);
	buf_putc(&t->url,
	    str_chr(t->challenge->realm, '?', 0) == SIZE_MAX ? '?' : '&');
	buf_put(&t->url, buf_str(&query));
	buf_free(&query);
	if (t->repo->creds.user.n > 0)
		set_basic(&t->basic, &t->repo->creds);
}

static int
refused(const struct token_request *t, const struct img_response *r,
    struct rt_err *err)
{
	struct str why = reg_reason(t->session->arena, r);

	if (r->status == 400 || r->status == 401 || r->status == 403)
		return rt_err_set(err, RT_EAUTH,
		    "its token server %.*s refuses (%ld%.*s): %.*s",
		    STR_ARG(t->origin.host), r->status, STR_ARG(why),
		    STR_ARG(t->repo->creds.origin));
	return rt_err_set(err, RT_ENET, "its token server %.*s answers %ld%.*s",
	    STR_ARG(t->origin.host), r->status, STR_ARG(why));
}

/* One try; *r says whether another makes sense. */
static int
ask_once(struct img_secret *out, uint64_t *expires, struct token_request *t,
    struct img_response *r, uint64_t until, struct rt_err *err)
{
	struct answer answer = {0};
	struct img_request q = {.url = t->url.p,
	    .authorization = img_secret_str(&t->basic),
	    .form = buf_str(&t->form),
	    .tls = &t->tls,
	    .direct = reg_is_loopback(t->origin.host),
	    .until = until,
	    .sink = collect,
	    .ctx = &answer};
	int rc = img_http_do(r, t->session->arena, t->session->http, &q, err);

	if (rc == 0 && r->status / 100 != 2)
		rc = refused(t, r, err);
	else if (rc == 0)
		rc = read_token(out, expires, buf_str(&answer.body), err);
	else
		(void)rt_err_wrap(
		    err, "its token server %.*s", STR_ARG(t->origin.host));
	img_buf_wipe(&answer.body);
	return rc;
}

static int
ask_token(struct img_secret *out, uint64_t *expires, struct token_request *t,
    struct rt_err *err)
{
	uint64_t until = img_now() + t->session->reg->o->timeout;
	struct img_response r = {0};
	unsigned tries = 0;
	int rc;

	do {
		r = (struct img_response){0};
		rc = ask_once(out, expires, t, &r, until, err);
	} while (rc == RT_ENET && reg_wait(&r, ++tries, TOKEN_TRIES, until));
	return rc;
}

static int
obtain_bearer(struct img_secret *out, uint64_t *expires, struct reg_session *s,
    struct reg_repo *repo, const struct img_challenge *c, struct rt_err *err)
{
	struct token_request t = {.session = s, .repo = repo, .challenge = c};
	int rc;

	if (repo->creds.token.n > 0) {
		set_bearer(out, img_secret_str(&repo->creds.token));
		*expires = 0;
		return 0;
	}
	t.scope = c->scope.n > 0
		      ? c->scope
		      : arena_printf(s->arena, "repository:%.*s:pull",
			    STR_ARG(repo->path));
	rc = check_realm(&t, err);
	if (rc == 0) {
		if (repo->creds.identity.n > 0)
			make_form(&t);
		else
			make_query(&t);
		buf_putc(&t.url, '\0');
		rc = ask_token(out, expires, &t, err);
	}
	buf_free(&t.url);
	img_buf_wipe(&t.form);
	img_secret_wipe(&t.basic);
	return rc;
}

static int
obtain(struct img_secret *out, uint64_t *expires, struct reg_session *s,
    struct reg_repo *repo, const struct img_challenge *c, struct rt_err *err)
{
	if (!repo->have_creds)
		img_creds_find(&repo->creds, s->arena, s->reg->o,
		    repo->host->name, repo->path);
	repo->have_creds = true;
	*expires = 0;
	if (c->scheme == IMG_AUTH_BEARER)
		return obtain_bearer(out, expires, s, repo, c, err);
	if (c->scheme == IMG_AUTH_NONE)
		return rt_err_set(err, RT_EAUTH,
		    "not authorised (401), and it asks for no credentials "
		    "that are understood (Basic, Bearer)");
	if (repo->creds.user.n > 0) {
		set_basic(out, &repo->creds);
		return 0;
	}
	return rt_err_set(err, RT_EAUTH, "not authorised (401): %.*s",
	    STR_ARG(repo->creds.origin));
}

/* The lock is held, and is given back for a while. */
static int
renew(struct reg_session *s, struct reg_repo *repo,
    const struct img_challenge *c, struct rt_err *err)
{
	struct registry *reg = s->reg;
	struct img_secret header = {0};
	uint64_t expires = 0;
	int rc;

	repo->busy = true;
	(void)pthread_mutex_unlock(&reg->lock);
	rc = obtain(&header, &expires, s, repo, c, err);
	(void)pthread_mutex_lock(&reg->lock);
	repo->busy = false;
	if (rc == 0) {
		img_secret_wipe(&repo->header);
		repo->header = header;
		repo->expires = expires;
		repo->generation++;
	}
	(void)pthread_cond_broadcast(&reg->changed);
	return rc;
}

static void
await(struct registry *reg, const struct reg_repo *repo)
{
	while (repo->busy)
		(void)pthread_cond_wait(&reg->changed, &reg->lock);
}

/* A host that asked for one repository asks for the next as well. */
void
reg_auth_get(struct img_secret *out, unsigned *generation,
    struct reg_session *s, struct reg_repo *repo)
{
	struct registry *reg = s->reg;
	struct img_challenge c;

	(void)pthread_mutex_lock(&reg->lock);
	await(reg, repo);
	c = repo->host->challenge;
	if (c.scheme != IMG_AUTH_NONE &&
	    (repo->generation == 0 ||
		(repo->expires != 0 && repo->expires <= img_now())))
		(void)renew(s, repo, &c, NULL);
	img_secret_set(out, img_secret_str(&repo->header));
	*generation = repo->generation;
	(void)pthread_mutex_unlock(&reg->lock);
}

/* The scope is of one repository; the rest may serve the others. */
static void
remember(
    struct reg_session *s, struct reg_repo *repo, const struct img_challenge *c)
{
	struct img_challenge *to = &repo->host->challenge;

	if (to->scheme != IMG_AUTH_NONE)
		return;
	to->realm = arena_str(s->reg->arena, c->realm);
	to->service = arena_str(s->reg->arena, c->service);
	to->scheme = c->scheme;
}

int
reg_auth_renew(struct reg_session *s, struct reg_repo *repo,
    const struct img_response *r, unsigned generation, struct rt_err *err)
{
	struct img_challenge c = {.scheme = IMG_AUTH_NONE};
	size_t i;
	int rc = 0;

	for (i = 0; i < r->nchallenges; i++)
		img_challenge_read(&c, s->arena, r->challenges[i]);
	(void)pthread_mutex_lock(&s->reg->lock);
	await(s->reg, repo);
	if (repo->generation == generation) {
		remember(s, repo, &c);
		rc = renew(s, repo, &c, err);
	}
	(void)pthread_mutex_unlock(&s->reg->lock);
	return rc;
}
