/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_RATE_H
#define CONTRASTC_REGRESS_RATE_H

#include <time.h>

/* Seconds of CPU of this process. */
static inline double
rate_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds that one call takes, over this many seconds. */
static inline double
rate_of(void (*f)(void *arg), void *arg, double seconds)
{
	double began = rate_now();
	unsigned long n = 0;

	for (; rate_now() - began < seconds; n++)
		f(arg);
	return (rate_now() - began) / (double)n;
}

#endif
