/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral that was verified once (attestation 20.1). */
#include <stdlib.h>

#include "runtime/attest/attest_cache.h"
#include "runtime/attest/attest_store.h"
#include "runtime/base/buf.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

struct entry {
	char *url; /* NULL: free */
	struct buf bytes, chain;
	int64_t fetched;
	uint64_t used;
};

struct attest_cache {
	const char *dir;
	struct entry v[ATTEST_STORE_ENTRIES];
	uint64_t clock; /* counts uses */
};

/* A file: magic, time, two lengths in text; URL, chain, body. */
#define MAGIC "contrastc collateral 1\n"
#define HEAD_MAX 128
#define URL_MAX 4096
#define FILE_MAX (ATTEST_ITEM_MAX + ATTEST_CHAIN_MAX + HEAD_MAX + URL_MAX)

struct attest_cache *
attest_cache_new(const char *dir)
{
	struct attest_cache *c = rt_calloc(1, sizeof(*c));

	c->dir = dir;
	return c;
}

static void
drop(struct entry *e)
{
	free(e->url);
	buf_free(&e->bytes);
	buf_free(&e->chain);
	*e = (struct entry){0};
}

void
attest_cache_free(struct attest_cache *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < ATTEST_STORE_ENTRIES; i++)
		drop(&c->v[i]);
	free(c);
}

static struct entry *
find(struct attest_cache *c, const char *url)
{
	size_t i;

	for (i = 0; i < ATTEST_STORE_ENTRIES; i++) {
		if (c->v[i].url != NULL && strcmp(c->v[i].url, url) == 0)
			return &c->v[i];
	}
	return NULL;
}

/* A free one, or the one that was not used for longest. */
static struct entry *
room(struct attest_cache *c)
{
	struct entry *e = &c->v[0];
	size_t i;

	for (i = 1; i < ATTEST_STORE_ENTRIES && e->url != NULL; i++) {
		if (c->v[i].url == NULL || c->v[i].used < e->used)
			e = &c->v[i];
	}
	drop(e);
	return e;
}

static void
remember(struct attest_cache *c, const char *url,
    const struct attest_body *body, int64_t fetched)
{
	struct entry *e = find(c, url);
	size_t n = strlen(url) + 1;

	if (e != NULL)
		drop(e);
	else
		e = room(c);
	e->url = rt_malloc(n);
	memcpy(e->url, url, n);
	buf_put(&e->bytes, body->bytes);
	buf_put(&e->chain, body->chain);
	e->fetched = fetched;
	e->used = ++c->clock;
}

/* Files */

static const char *
file_of(const struct attest_cache *c, struct arena *a, const char *url)
{
	struct str name = rt_sha256_hex(a, str_from(url));

	return arena_printf(a, "%s/%.*s", c->dir, STR_ARG(name)).p;
}

/* Takes a decimal number and the byte after it. */
static bool
take_number(uint64_t *out, struct str *in, char end, uint64_t max)
{
	size_t at = str_chr(*in, end, 0);

	if (at == SIZE_MAX || !str_u64(str_sub(*in, 0, at), max, out))
		return false;
	*in = str_sub(*in, at + 1, in->n);
	return true;
}

static bool
take_bytes(struct str *out, struct str *in, uint64_t n)
{
	if (n > in->n)
		return false;
	*out = str_sub(*in, 0, (size_t)n);
	*in = str_sub(*in, (size_t)n, in->n);
	return true;
}

bool
attest_cache_parse(
    struct attest_body *out, int64_t *fetched, struct str in, const char *url)
{
	uint64_t when, chain, body;
	struct str name;

	if (!str_starts(in, STR(MAGIC)))
		return false;
	in = str_sub(in, strlen(MAGIC), in.n);
	if (!take_number(&when, &in, ' ', INT64_MAX) ||
	    !take_number(&chain, &in, ' ', ATTEST_CHAIN_MAX) ||
	    !take_number(&body, &in, '\n', ATTEST_ITEM_MAX) ||
	    !take_bytes(&name, &in, strlen(url)) ||
	    !take_bytes(&out->chain, &in, chain) ||
	    !take_bytes(&out->bytes, &in, body))
		return false;
	*fetched = (int64_t)when;
	return in.n == 0 && str_eqz(name, url);
}

static bool
load(struct attest_cache *c, struct arena *a, const char *url)
{
	struct attest_body body = {0};
	struct str text;
	int64_t fetched;

	if (c->dir == NULL ||
	    file_read(&text, a, file_of(c, a, url), FILE_MAX, NULL) != 0 ||
	    !attest_cache_parse(&body, &fetched, text, url))
		return false;
	remember(c, url, &body, fetched);
	return true;
}

/* A cache that cannot be written is one that forgets. */
static void
save(const struct attest_cache *c, const char *url,
    const struct attest_body *body, int64_t now)
{
	struct arena *a = arena_new();
	struct buf b = {0};
	struct file_set fs;
	size_t changed;

	if (file_make_dirs(a, c->dir, 0700) != 0) {
		arena_free(a);
		return;
	}
	buf_printf(&b, MAGIC "%lld %zu %zu\n%s", (long long)now, body->chain.n,
	    body->bytes.n, url);
	buf_put(&b, body->chain);
	buf_put(&b, body->bytes);
	file_set_init(&fs, a);
	file_set_add(&fs, file_of(c, a, url), buf_str(&b), 0600);
	if (file_set_stage(&fs, NULL) == 0 &&
	    file_set_commit(&fs, &changed, NULL) == 0)
		changed = 0;
	file_set_abort(&fs);
	buf_free(&b);
	arena_free(a);
}

bool
attest_cache_get(struct attest_body *out, int64_t *age, struct attest_cache *c,
    struct arena *a, const char *url, int64_t now)
{
	struct entry *e = find(c, url);

	if (e == NULL && load(c, a, url))
		e = find(c, url);
	if (e == NULL)
		return false;
	*age = now - e->fetched;
	if (*age > ATTEST_STORE_AGE || *age < 0) {
		drop(e);
		return false;
	}
	e->used = ++c->clock;
	out->bytes = arena_str(a, buf_str(&e->bytes));
	out->chain = arena_str(a, buf_str(&e->chain));
	return true;
}

void
attest_cache_put(struct attest_cache *c, const char *url,
    const struct attest_body *body, int64_t now)
{
	if (strlen(url) > URL_MAX)
		return;
	remember(c, url, body, now);
	if (c->dir != NULL)
		save(c, url, body, now);
}
