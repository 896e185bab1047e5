/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A libevent loop in a thread.  libevent's own locks stay off: only the
 * loop's thread touches the event_base; a post goes through a list under a
 * mutex and an eventfd.
 */
#include <sys/eventfd.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/arena.h"
#include "runtime/wire/loop.h"
#include "runtime/base/banned.h"

struct post {
	struct post *next;
	void (*fn)(void *);
	void *arg;
};

struct wire_loop {
	struct event_base *base;
	struct event *wake;
	pthread_t thread;
	pthread_mutex_t mu;
	struct post *first, **last; /* under mu */
	int fd;
	bool ending; /* the thread's */
};

static struct post *
take_posts(struct wire_loop *loop)
{
	struct post *p;

	(void)pthread_mutex_lock(&loop->mu);
	p = loop->first;
	loop->first = NULL;
	loop->last = &loop->first;
	(void)pthread_mutex_unlock(&loop->mu);
	return p;
}

/* Until nothing is left: what runs may post more. */
static void
run_posts(struct wire_loop *loop)
{
	struct post *p, *next;

	for (p = take_posts(loop); p != NULL; p = next) {
		next = p->next;
		p->fn(p->arg);
		free(p);
		if (next == NULL)
			next = take_posts(loop);
	}
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct wire_loop *loop = arg;
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof(n)) < 0 && errno == EAGAIN)
		return;
	run_posts(loop);
	if (loop->ending)
		(void)event_base_loopbreak(loop->base);
}

static void *
run(void *arg)
{
	struct wire_loop *loop = arg;

	(void)event_base_dispatch(loop->base);
	return NULL;
}

static void
release(struct wire_loop *loop)
{
	if (loop->wake != NULL)
		event_free(loop->wake);
	if (loop->base != NULL)
		event_base_free(loop->base);
	if (loop->fd >= 0)
		(void)close(loop->fd);
	(void)pthread_mutex_destroy(&loop->mu);
	free(loop);
}

static bool
make_base(struct wire_loop *loop)
{
	struct event_config *c = event_config_new();

	if (c == NULL)
		return false;
	/* no locks, and deadlines as rt_now_ms() counts */
	(void)event_config_set_flag(c, EVENT_BASE_FLAG_NOLOCK);
	loop->base = event_base_new_with_config(c);
	event_config_free(c);
	if (loop->base == NULL)
		return false;
	loop->wake = event_new(
	    loop->base, loop->fd, EV_READ | EV_PERSIST, on_wake, loop);
	return loop->wake != NULL && event_add(loop->wake, NULL) == 0;
}

/* Signals are for the main thread. */
static int
start_thread(struct wire_loop *loop)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&loop->thread, NULL, run, loop);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = r;
	return r;
}

int
wire_loop_new(struct wire_loop **out, struct rt_err *err)
{
	struct wire_loop *loop = rt_calloc(1, sizeof(*loop));

	loop->last = &loop->first;
	(void)pthread_mutex_init(&loop->mu, NULL);
	loop->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->fd < 0 || !make_base(loop) || start_thread(loop) != 0) {
		(void)rt_err_sys(err, RT_EIO, "starting an event loop");
		release(loop);
		return RT_EIO;
	}
	*out = loop;
	return 0;
}

static void
end(void *arg)
{
	struct wire_loop *loop = arg;

	loop->ending = true;
}

void
wire_loop_free(struct wire_loop *loop)
{
	if (loop == NULL)
		return;
	wire_loop_post(loop, end, loop);
	(void)pthread_join(loop->thread, NULL);
	release(loop);
}

struct event_base *
wire_loop_base(struct wire_loop *loop)
{
	return loop->base;
}

void
wire_loop_post(struct wire_loop *loop, void (*fn)(void *), void *arg)
{
	struct post *p = rt_malloc(sizeof(*p));
	uint64_t one = 1;
	bool first;

	*p = (struct post){NULL, fn, arg};
	(void)pthread_mutex_lock(&loop->mu);
	first = loop->first == NULL;
	*loop->last = p;
	loop->last = &p->next;
	/* under the lock: once it runs, the loop may be gone */
	while (
	    first && write(loop->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	(void)pthread_mutex_unlock(&loop->mu);
}

/* What wire_loop_call() waits for. */
struct errand {
	void (*fn)(void *);
	void *arg;
	pthread_mutex_t mu;
	pthread_cond_t cv;
	bool done;
};

static void
do_errand(void *arg)
{
	struct errand *e = arg;

	e->fn(e->arg);
	(void)pthread_mutex_lock(&e->mu);
	e->done = true;
	(void)pthread_cond_signal(&e->cv);
	(void)pthread_mutex_unlock(&e->mu);
}

void
wire_loop_call(struct wire_loop *loop, void (*fn)(void *), void *arg)
{
	struct errand e = {fn, arg, PTHREAD_MUTEX_INITIALIZER,
	    PTHREAD_COND_INITIALIZER, false};

	wire_loop_post(loop, do_errand, &e);
	(void)pthread_mutex_lock(&e.mu);
	while (!e.done)
		(void)pthread_cond_wait(&e.cv, &e.mu);
	(void)pthread_mutex_unlock(&e.mu);
	(void)pthread_cond_destroy(&e.cv);
	(void)pthread_mutex_destroy(&e.mu);
}
