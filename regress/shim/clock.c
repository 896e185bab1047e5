/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into a program under test: time(2) is $CLOCK, in seconds. */
#include <stdlib.h>
#include <time.h>

time_t time(time_t *out);

time_t
time(time_t *out)
{
	const char *s = getenv("CLOCK");
	time_t t = s == NULL ? 0 : (time_t)strtoll(s, NULL, 10);

	if (out != NULL)
		*out = t;
	return t;
}
