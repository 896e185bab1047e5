/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_LOOP_H
#define CONTRASTC_WIRE_LOOP_H

#include "runtime/base/err.h"

struct event_base;

/*
 * An event loop with a thread of its own.  Its event_base and all that hangs
 * on it belong to that thread; others reach it only through
 * wire_loop_post() and wire_loop_call().  Signals are blocked there.
 */
struct wire_loop;

int wire_loop_new(struct wire_loop **out, struct rt_err *err) RT_MUST_CHECK;
/* Ends the thread after what was posted before has run; NULL is fine. */
void wire_loop_free(struct wire_loop *loop);

/* For code that runs on the loop's thread. */
struct event_base *wire_loop_base(struct wire_loop *loop);

/* Runs fn(arg) on the loop's thread soon, in the order of the posts. */
void wire_loop_post(struct wire_loop *loop, void (*fn)(void *), void *arg);
/* The same, and waits for its end; not from the loop's thread. */
void wire_loop_call(struct wire_loop *loop, void (*fn)(void *), void *arg);

#endif
