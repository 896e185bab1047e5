/* SPDX-License-Identifier: Apache-2.0 */
/* Time, and where collateral is looked for (attestation 20, 21). */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "runtime/attest/attest.h"
#include "runtime/base/map.h"
#include "runtime/base/banned.h"

#define SEEN_MAX 4096 /* kinds: products and FMSPCs, few in practice */

struct attest_seen {
	pthread_mutex_t lock;
	struct arena *arena;
	struct map dates; /* kind to int64_t */
};

struct attest_seen *
attest_seen_new(void)
{
	struct attest_seen *s = rt_calloc(1, sizeof(*s));

	(void)pthread_mutex_init(&s->lock, NULL);
	s->arena = arena_new();
	return s;
}

void
attest_seen_free(struct attest_seen *s)
{
	if (s == NULL)
		return;
	arena_free(s->arena);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static int64_t *
seen_date(struct attest_seen *s, const char *kind, int64_t issued)
{
	int64_t *date = map_get(&s->dates, str_from(kind));

	if (date != NULL || s->dates.n >= SEEN_MAX)
		return date;
	date = ARENA_NEW(s->arena, int64_t);
	*date = issued;
	(void)map_set(
	    s->arena, &s->dates, arena_str(s->arena, str_from(kind)), date);
	return date;
}

bool
attest_seen_newer(struct attest_seen *s, const char *kind, int64_t issued)
{
	int64_t *date;
	bool newer = false;

	if (s == NULL)
		return false;
	(void)pthread_mutex_lock(&s->lock);
	date = seen_date(s, kind, issued);
	if (date != NULL) {
		newer = *date > issued;
		if (!newer)
			*date = issued;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return newer;
}

bool
attest_now(int64_t *now, struct attest_result *r, const struct attest_env *env)
{
	*now = env->now == NULL ? (int64_t)time(NULL) : env->now(env->now_arg);
	if (*now >= env->not_before)
		return true;
	(void)attest_reject(r, ATTEST_TIME_IMPLAUSIBLE,
	    "the clock says %jd, before the build of this program",
	    (intmax_t)*now);
	return false;
}

bool
attest_in_time(
    const struct attest_env *env, int64_t now, int64_t from, int64_t to)
{
	int64_t skew =
	    env->skew > ATTEST_SKEW_MAX ? ATTEST_SKEW_MAX : env->skew;

	return from - skew <= now && now <= to;
}

/* One candidate, judged in a result of its own. */
static int
try_body(struct attest_result *r, const struct attest_body *body,
    attest_check *check, void *arg)
{
	struct attest_result own = {.arena = r->arena};

	if (check(arg, &own, body) == 0)
		return 0;
	r->code = own.code;
	r->text = own.text;
	return RT_EVERIFY;
}

static int
try_source(struct attest_result *r, const struct attest_env *env,
    const struct attest_item *item, enum attest_source from,
    attest_check *check, void *arg)
{
	const struct attest_fetch *f = env->fetch;
	struct attest_body body = {0};
	int rc;

	if (f == NULL || f->get(f->arg, &body, r->arena, item, from, NULL) != 0)
		return RT_ENOTFOUND;
	if (body.bytes.n > ATTEST_ITEM_MAX || body.chain.n > ATTEST_CHAIN_MAX)
		return RT_ENOTFOUND;
	rc = try_body(r, &body, check, arg);
	if (rc == 0 && from == ATTEST_FETCHED && f->keep != NULL)
		f->keep(f->arg, item, &body);
	return rc;
}

int
attest_collect(struct attest_result *r, const struct attest_env *env,
    const struct attest_item *item, const struct attest_body *attached,
    attest_check *check, void *arg)
{
	struct attest_result tries = {.arena = r->arena};
	int rc, last = RT_ENOTFOUND;
	int from;

	for (from = ATTEST_CACHED; from < ATTEST_SOURCES; from++) {
		rc = try_source(
		    &tries, env, item, (enum attest_source)from, check, arg);
		if (rc == RT_EVERIFY)
			last = rc;
		if (rc != 0 && from == ATTEST_CACHED && attached != NULL &&
		    attached->bytes.n > 0)
			last = rc = try_body(&tries, attached, check, arg);
		if (rc == 0)
			return 0;
	}
	if (last == RT_EVERIFY)
		(void)attest_reject(r, tries.code, "%.*s", STR_ARG(tries.text));
	return last;
}
