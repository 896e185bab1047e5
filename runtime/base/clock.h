/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_CLOCK_H
#define CONTRASTC_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of a clock that only goes forward: what deadlines count. */
static inline int64_t
rt_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
