/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral from caches, directories and services (attestation 20). */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "runtime/attest/attest_cache.h"
#include "runtime/attest/attest_http.h"
#include "runtime/attest/attest_store.h"
#include "runtime/base/buf.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define REFRESH_AFTER 3600 /* seconds */
#define BUDGET_MS 20000
#define PAUSE_MS 5000
#define NEGATIVE_MS 10000
#define PROXY_SKIP_MS 120000
#define PROXY_TRIES 5
#define FLIGHTS_MAX 64

/*
 * A request under way, or one that failed lately.  Those who want the same
 * wait for it.
 */
struct flight {
	char *url; /* NULL: free */
	bool done;
	unsigned waiting;
	int rc;
	struct buf bytes, chain;
	int64_t until; /* a failure is remembered so long */
};

struct attest_store {
	struct attest_store_config config;
	struct attest_fetch fetch;
	pthread_mutex_t lock;
	pthread_cond_t landed;
	struct attest_cache *cache;
	struct flight flights[FLIGHTS_MAX];
	int64_t proxy_skipped; /* until then */
};

/* The network */

static struct str
path_of(const char *url)
{
	struct str s = str_from(url);
	size_t start = str_find(s, STR("://"), 0);
	size_t slash =
	    start == SIZE_MAX ? SIZE_MAX : str_chr(s, '/', start + 3);

	return slash == SIZE_MAX ? (struct str){"", 0} : str_sub(s, slash, s.n);
}

static bool
use_proxy(struct attest_store *s)
{
	bool use;

	if (s->config.proxy == NULL)
		return false;
	(void)pthread_mutex_lock(&s->lock);
	use = rt_now_ms() >= s->proxy_skipped;
	(void)pthread_mutex_unlock(&s->lock);
	return use;
}

/* An answer of the proxy is final, also a bad one; silence is not. */
static int
ask_proxy(struct attest_body *out, struct attest_store *s, struct arena *a,
    const struct attest_item *item, struct rt_err *err)
{
	struct str path = path_of(item->url);
	const char *url =
	    arena_printf(a, "%s%.*s", s->config.proxy, STR_ARG(path)).p;
	int64_t budget = 2 * PROXY_TRIES * s->config.pause_ms;
	int rc = attest_http_get(out, a, url, item->chain, rt_now_ms() + budget,
	    s->config.pause_ms, err);

	if (rc != RT_ENET)
		return rc;
	(void)pthread_mutex_lock(&s->lock);
	s->proxy_skipped = rt_now_ms() + PROXY_SKIP_MS;
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

static int
ask(struct attest_body *out, struct attest_store *s, struct arena *a,
    const struct attest_item *item, struct rt_err *err)
{
	int rc;

	if (use_proxy(s)) {
		rc = ask_proxy(out, s, a, item, err);
		if (rc != RT_ENET)
			return rc;
	}
	return attest_http_get(out, a, item->url, item->chain,
	    rt_now_ms() + s->config.budget_ms, s->config.pause_ms, err);
}

/* Joining requests; the lock is held but in ask(). */

static void
clear(struct flight *f)
{
	free(f->url);
	buf_free(&f->bytes);
	buf_free(&f->chain);
	*f = (struct flight){0};
}

static struct flight *
find_flight(struct attest_store *s, const char *url)
{
	int64_t now = rt_now_ms();
	struct flight *found = NULL;
	size_t i;

	for (i = 0; i < FLIGHTS_MAX; i++) {
		struct flight *f = &s->flights[i];

		if (f->done && f->waiting == 0 && f->until <= now)
			clear(f);
		if (f->url != NULL && strcmp(f->url, url) == 0)
			found = f;
	}
	return found;
}

/* NULL: too many at once. */
static struct flight *
new_flight(struct attest_store *s, const char *url)
{
	size_t i, n = strlen(url) + 1;

	for (i = 0; i < FLIGHTS_MAX && s->flights[i].url != NULL; i++)
		;
	if (i == FLIGHTS_MAX)
		return NULL;
	s->flights[i].url = rt_malloc(n);
	memcpy(s->flights[i].url, url, n);
	return &s->flights[i];
}

static int
take(struct attest_body *out, struct arena *a, const struct flight *f,
    struct rt_err *err)
{
	if (f->rc != 0)
		return rt_err_set(err, f->rc, "%s failed a moment ago", f->url);
	out->bytes = arena_str(a, buf_str(&f->bytes));
	out->chain = arena_str(a, buf_str(&f->chain));
	return 0;
}

static int
join(struct attest_body *out, struct attest_store *s, struct arena *a,
    struct flight *f, struct rt_err *err)
{
	int rc;

	f->waiting++;
	while (!f->done)
		(void)pthread_cond_wait(&s->landed, &s->lock);
	rc = take(out, a, f, err);
	f->waiting--;
	return rc;
}

static void
land(struct attest_store *s, struct flight *f, int rc,
    const struct attest_body *body)
{
	f->rc = rc;
	f->done = true;
	buf_put(&f->bytes, body->bytes);
	buf_put(&f->chain, body->chain);
	f->until = rc == 0 ? 0 : rt_now_ms() + NEGATIVE_MS;
	(void)pthread_cond_broadcast(&s->landed);
}

static int
fetch(struct attest_body *out, struct attest_store *s, struct arena *a,
    const struct attest_item *item, struct rt_err *err)
{
	struct attest_body body = {0};
	struct flight *f;
	int rc;

	(void)pthread_mutex_lock(&s->lock);
	f = find_flight(s, item->url);
	if (f != NULL) {
		rc = join(&body, s, a, f, err);
	} else if ((f = new_flight(s, item->url)) == NULL) {
		rc = rt_err_set(err, RT_ELIMIT, "too many requests at once");
	} else {
		(void)pthread_mutex_unlock(&s->lock);
		rc = ask(&body, s, a, item, err);
		(void)pthread_mutex_lock(&s->lock);
		land(s, f, rc, &body);
	}
	(void)pthread_mutex_unlock(&s->lock);
	if (rc == 0)
		*out = body;
	return rc;
}

/* The offline store: what was fetched by hand, chains beside their JSON. */

static bool
read_file(struct str *out, const struct attest_store *s, struct arena *a,
    const char *path, size_t max)
{
	return path != NULL &&
	       file_read(out, a,
		   arena_printf(a, "%s/%s", s->config.offline_dir, path).p, max,
		   NULL) == 0;
}

const char *
attest_store_chain_path(struct arena *a, const struct attest_item *item)
{
	struct str stem = str_from(item->path);

	if (item->chain == NULL || !str_ends(stem, STR(".json")))
		return NULL;
	stem.n -= strlen(".json");
	return arena_printf(a, "%.*s.chain.pem", STR_ARG(stem)).p;
}

static int
read_offline(struct attest_body *out, const struct attest_store *s,
    struct arena *a, const struct attest_item *item, struct rt_err *err)
{
	if (s->config.offline_dir == NULL ||
	    (!read_file(&out->bytes, s, a, item->path, ATTEST_ITEM_MAX) &&
		!read_file(&out->bytes, s, a, item->fallback, ATTEST_ITEM_MAX)))
		return rt_err_set(
		    err, RT_ENOTFOUND, "%s is not at hand", item->path);
	if (!read_file(&out->chain, s, a, attest_store_chain_path(a, item),
		ATTEST_CHAIN_MAX))
		out->chain = (struct str){"", 0};
	return 0;
}

/* Caches */

static int
read_cache(struct attest_body *out, struct attest_store *s, struct arena *a,
    const struct attest_item *item, bool old, struct rt_err *err)
{
	int64_t age = 0;
	bool found;

	(void)pthread_mutex_lock(&s->lock);
	found = attest_cache_get(
	    out, &age, s->cache, a, item->url, (int64_t)time(NULL));
	(void)pthread_mutex_unlock(&s->lock);
	if (found && (old || !item->expires || age < s->config.refresh_after))
		return 0;
	if (old || !item->expires)
		return read_offline(out, s, a, item, err);
	return rt_err_set(err, RT_ENOTFOUND, "%s is not cached", item->url);
}

static int
get(void *arg, struct attest_body *out, struct arena *a,
    const struct attest_item *item, enum attest_source from, struct rt_err *err)
{
	struct attest_store *s = arg;

	if (from != ATTEST_FETCHED)
		return read_cache(
		    out, s, a, item, from == ATTEST_CACHED_OLD, err);
	if (s->config.offline)
		return read_offline(out, s, a, item, err);
	return fetch(out, s, a, item, err);
}

static void
keep(void *arg, const struct attest_item *item, const struct attest_body *body)
{
	struct attest_store *s = arg;

	if (s->config.offline)
		return;
	(void)pthread_mutex_lock(&s->lock);
	attest_cache_put(s->cache, item->url, body, (int64_t)time(NULL));
	(void)pthread_mutex_unlock(&s->lock);
}

static int64_t
or_default(int64_t n, int64_t otherwise)
{
	return n == 0 ? otherwise : n;
}

struct attest_store *
attest_store_new(const struct attest_store_config *config)
{
	struct attest_store *s = rt_calloc(1, sizeof(*s));
	struct attest_store_config *c = &s->config;

	*c = *config;
	c->refresh_after = or_default(c->refresh_after, REFRESH_AFTER);
	c->budget_ms = or_default(c->budget_ms, BUDGET_MS);
	c->pause_ms = or_default(c->pause_ms, PAUSE_MS);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->landed, NULL);
	s->cache = attest_cache_new(c->cache_dir);
	s->fetch = (struct attest_fetch){get, keep, s};
	return s;
}

void
attest_store_free(struct attest_store *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < FLIGHTS_MAX; i++)
		clear(&s->flights[i]);
	attest_cache_free(s->cache);
	(void)pthread_cond_destroy(&s->landed);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

const struct attest_fetch *
attest_store_fetch(struct attest_store *s)
{
	return &s->fetch;
}
