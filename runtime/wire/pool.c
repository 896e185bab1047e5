/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker threads with shares.  All threads start at once, so that a sandbox
 * entered later need not allow new ones.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "runtime/base/arena.h"
#include "runtime/wire/pool.h"
#include "runtime/base/banned.h"

struct job {
	struct job *next;
	void (*fn)(void *);
	void *arg;
};

struct share {
	struct wire_share limit;
	unsigned running, waiting;
	struct job *first, **last;
};

struct wire_pool {
	pthread_mutex_t mu;
	pthread_cond_t cv;
	struct share *shares; /* all below under mu */
	size_t n, next;       /* which share is asked first */
	unsigned common;      /* threads that are nobody's reserve */
	bool ending;
	pthread_t *threads;
	unsigned started;
};

/* Threads of the common part that a share takes. */
static unsigned
beyond(const struct share *s)
{
	return s->running > s->limit.reserve ? s->running - s->limit.reserve
					     : 0;
}

static bool
common_free(const struct wire_pool *pool)
{
	unsigned used = 0;
	size_t i;

	for (i = 0; i < pool->n; i++)
		used += beyond(&pool->shares[i]);
	return used < pool->common;
}

static bool
may_run(const struct wire_pool *pool, const struct share *s)
{
	return s->first != NULL && s->running < s->limit.max &&
	       (s->running < s->limit.reserve || common_free(pool));
}

/* The next share in turn with a job that may run. */
static struct share *
choose(struct wire_pool *pool)
{
	size_t i;

	for (i = 0; i < pool->n; i++) {
		size_t k = (pool->next + i) % pool->n;

		if (may_run(pool, &pool->shares[k])) {
			pool->next = k + 1;
			return &pool->shares[k];
		}
	}
	return NULL;
}

static struct job *
take_job(struct share *s)
{
	struct job *j = s->first;

	s->first = j->next;
	if (s->first == NULL)
		s->last = &s->first;
	s->waiting--;
	s->running++;
	return j;
}

static bool
empty(const struct wire_pool *pool)
{
	size_t i;

	for (i = 0; i < pool->n; i++) {
		if (pool->shares[i].first != NULL)
			return false;
	}
	return true;
}

/* With the mutex held; gives it up while the job runs. */
static void
run_job(struct wire_pool *pool, struct share *s)
{
	struct job *j = take_job(s);

	(void)pthread_mutex_unlock(&pool->mu);
	j->fn(j->arg);
	free(j);
	(void)pthread_mutex_lock(&pool->mu);
	/* what may run now is taken by this thread, which looks again */
	s->running--;
	if (pool->ending)
		(void)pthread_cond_broadcast(&pool->cv);
}

static void *
work(void *arg)
{
	struct wire_pool *pool = arg;
	struct share *s;

	(void)pthread_mutex_lock(&pool->mu);
	while (!pool->ending || !empty(pool)) {
		s = choose(pool);
		if (s != NULL)
			run_job(pool, s);
		else
			(void)pthread_cond_wait(&pool->cv, &pool->mu);
	}
	(void)pthread_mutex_unlock(&pool->mu);
	return NULL;
}

/* Signals are for the main thread. */
static int
start_threads(struct wire_pool *pool, unsigned threads)
{
	sigset_t all, before;
	int r = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (r == 0 && pool->started < threads) {
		r = pthread_create(
		    &pool->threads[pool->started], NULL, work, pool);
		pool->started += r == 0;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = r;
	return r;
}

static struct wire_pool *
make(unsigned threads, const struct wire_share *shares, size_t n)
{
	struct wire_pool *pool = rt_calloc(1, sizeof(*pool));
	size_t i;

	pool->shares = rt_calloc(n, sizeof(*pool->shares));
	pool->threads = rt_calloc(threads, sizeof(*pool->threads));
	(void)pthread_mutex_init(&pool->mu, NULL);
	(void)pthread_cond_init(&pool->cv, NULL);
	pool->n = n;
	pool->common = threads;
	for (i = 0; i < n; i++) {
		pool->shares[i].limit = shares[i];
		pool->shares[i].last = &pool->shares[i].first;
		pool->common -= shares[i].reserve;
	}
	return pool;
}

static bool
fits(unsigned threads, const struct wire_share *shares, size_t n)
{
	unsigned long reserved = 0;
	bool needs_common = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (shares[i].max == 0)
			return false;
		reserved += shares[i].reserve;
		needs_common |= shares[i].reserve == 0;
	}
	return n > 0 && threads > 0 && reserved + needs_common <= threads;
}

int
wire_pool_new(struct wire_pool **out, unsigned threads,
    const struct wire_share *shares, size_t n, struct rt_err *err)
{
	struct wire_pool *pool;

	if (!fits(threads, shares, n))
		return rt_err_set(err, RT_EINVAL,
		    "%u threads are too few for the shares", threads);
	pool = make(threads, shares, n);
	if (start_threads(pool, threads) != 0) {
		(void)rt_err_sys(err, RT_EIO, "starting %u threads", threads);
		wire_pool_free(pool);
		return RT_EIO;
	}
	*out = pool;
	return 0;
}

void
wire_pool_free(struct wire_pool *pool)
{
	unsigned i;

	if (pool == NULL)
		return;
	(void)pthread_mutex_lock(&pool->mu);
	pool->ending = true;
	(void)pthread_cond_broadcast(&pool->cv);
	(void)pthread_mutex_unlock(&pool->mu);
	for (i = 0; i < pool->started; i++)
		(void)pthread_join(pool->threads[i], NULL);
	(void)pthread_cond_destroy(&pool->cv);
	(void)pthread_mutex_destroy(&pool->mu);
	free(pool->shares);
	free(pool->threads);
	free(pool);
}

int
wire_pool_submit(struct wire_pool *pool, size_t share, void (*fn)(void *),
    void *arg, struct rt_err *err)
{
	struct share *s = &pool->shares[share];
	struct job *j = rt_malloc(sizeof(*j));
	bool full;

	*j = (struct job){NULL, fn, arg};
	(void)pthread_mutex_lock(&pool->mu);
	full = s->waiting >= s->limit.queue;
	if (!full) {
		*s->last = j;
		s->last = &j->next;
		s->waiting++;
		(void)pthread_cond_signal(&pool->cv);
	}
	(void)pthread_mutex_unlock(&pool->mu);
	if (!full)
		return 0;
	free(j);
	return rt_err_set(err, RT_ELIMIT, "the queue of %s is full (%u)",
	    s->limit.name, s->limit.queue);
}
