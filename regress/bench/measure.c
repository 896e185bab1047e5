/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure RUNS COMMAND...: runs a command several times and prints the median
 * of its CPU time in microseconds and the largest resident set in KiB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/str.h"
#include "runtime/base/banned.h"

#define RUNS_MAX 1000

static int
compare(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static long
run(char **argv, long *rss)
{
	struct rusage u;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) != NULL &&
		    freopen("/dev/null", "w", stderr) != NULL)
			execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0 || status != 0)
		return -1;
	if (u.ru_maxrss > *rss)
		*rss = u.ru_maxrss;
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	       u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

int
main(int argc, char **argv)
{
	long times[RUNS_MAX], rss = 0;
	uint64_t n, i;

	if (argc < 3 || !str_u64(str_from(argv[1]), RUNS_MAX, &n) || n == 0) {
		fputs("usage: measure RUNS COMMAND...\n", stderr);
		return 2;
	}
	for (i = 0; i < n; i++) {
		times[i] = run(argv + 2, &rss);
		if (times[i] < 0) {
			fputs("measure: the command failed\n", stderr);
			return 1;
		}
	}
	qsort(times, n, sizeof(*times), compare);
	printf("%ld %ld\n", times[n / 2], rss);
	return 0;
}
