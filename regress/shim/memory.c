/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program under test: writes what is in its memory to files,
 * for a search of secrets.
 *	MEMORY_DUMP  PATH: to PATH.live.PID at the first rename of a process,
 *	             when what it keeps is at hand; to PATH.exit.PID at its end
 * The files are opened before any sandbox; a fork opens its own.
 */
#define _GNU_SOURCE

#include <sys/syscall.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIVE, END, MAPS, FILES };
static int files[FILES] = {-1, -1, -1};

static int
open_dump(const char *kind)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s.%s.%d", getenv("MEMORY_DUMP"),
	    kind, (int)getpid());
	return (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void
open_files(void)
{
	if (getenv("MEMORY_DUMP") == NULL)
		return;
	files[LIVE] = open_dump("live");
	files[END] = open_dump("exit");
	files[MAPS] = (int)syscall(
	    SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
}

__attribute__((constructor)) static void
begin(void)
{
	open_files();
	(void)pthread_atfork(NULL, NULL, open_files);
}

/* A part of memory that cannot be read is an error of the write: left out. */
static void
dump(int which)
{
	static char maps[1 << 20];
	unsigned long from, to;
	size_t n = 0;
	ssize_t r;
	char *line;

	if (files[which] < 0)
		return;
	while ((r = syscall(
		    SYS_read, files[MAPS], maps + n, sizeof(maps) - 1 - n)) > 0)
		n += (size_t)r;
	(void)syscall(SYS_lseek, files[MAPS], 0, SEEK_SET);
	maps[n] = '\0';
	for (line = maps; line != NULL && *line != '\0';
	     line = strchr(line, '\n'), line += line != NULL)
		if (sscanf(line, "%lx-%lx r", &from, &to) == 2)
			while (
			    from < to && (r = syscall(SYS_write, files[which],
					      from, to - from)) > 0)
				from += (unsigned long)r;
	files[which] = -1;
}

int
renameat(int a, const char *from, int b, const char *to)
{
	dump(LIVE);
	return (int)syscall(SYS_renameat, a, from, b, to);
}

int
rename(const char *from, const char *to)
{
	dump(LIVE);
	return (int)syscall(SYS_rename, from, to);
}

int
renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	dump(LIVE);
	return (int)syscall(SYS_renameat2, a, from, b, to, flags);
}

__attribute__((destructor)) static void
end(void)
{
	dump(END);
}

void
_exit(int status)
{
	dump(END);
	(void)syscall(SYS_exit_group, status);
	__builtin_unreachable();
}
