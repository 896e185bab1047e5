/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_LOG_LIMIT_H
#define CONTRASTC_BASE_LOG_LIMIT_H

#include <pthread.h>

#include "runtime/base/str.h"

/*
 * Keeps what peers cause from flooding a log: of events with one key (peer and
 * kind) LOG_LIMIT_LINES pass in LOG_LIMIT_MS.  Keys are hashed to slots, so
 * that all peers together get LOG_LIMIT_SLOTS times that.  Any thread.
 */
#define LOG_LIMIT_LINES 5
#define LOG_LIMIT_MS 10000
#define LOG_LIMIT_SLOTS 32

struct log_limit {
	pthread_mutex_t lock; /* PTHREAD_MUTEX_INITIALIZER */
	struct {
		int64_t since;
		unsigned lines, silent;
	} slots[LOG_LIMIT_SLOTS];
};
/*
 * May this event be logged now (rt_now_ms())?  Then *silent is how many of its
 * slot were not since the last one that was.
 */
bool log_limit_pass(
    struct log_limit *l, struct str key, int64_t now, unsigned *silent);

#endif
