/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "runtime/base/process.h"
#include "runtime/base/banned.h"

/* Signals as a program expects them: none blocked, SIGPIPE as ever. */
static void
fresh_signals(posix_spawnattr_t *attr)
{
	sigset_t none, pipe;

	(void)sigemptyset(&none);
	(void)sigemptyset(&pipe);
	(void)sigaddset(&pipe, SIGPIPE);
	(void)posix_spawnattr_init(attr);
	(void)posix_spawnattr_setsigmask(attr, &none);
	(void)posix_spawnattr_setsigdefault(attr, &pipe);
	(void)posix_spawnattr_setflags(
	    attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int
spawn(pid_t *pid, const char *const argv[])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int fd, e;

	fresh_signals(&attr);
	(void)posix_spawn_file_actions_init(&files);
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)posix_spawn_file_actions_addopen(
		    &files, fd, "/dev/null", O_RDWR, 0);
	e = posix_spawnp(pid, argv[0], &files, &attr,
	    (char *const *)(uintptr_t)argv, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return e;
}

int
rt_run(int *status, const char *const argv[], struct rt_err *err)
{
	pid_t pid = -1;
	int how, e = spawn(&pid, argv);

	if (e != 0) {
		errno = e;
		return rt_err_sys(
		    err, e == ENOENT ? RT_ENOTFOUND : RT_EIO, "%s", argv[0]);
	}
	while (waitpid(pid, &how, 0) < 0)
		if (errno != EINTR)
			return rt_err_sys(err, RT_EIO, "%s", argv[0]);
	if (!WIFEXITED(how))
		return rt_err_set(err, RT_EIO, "%s: ended by signal %d",
		    argv[0], WTERMSIG(how));
	*status = WEXITSTATUS(how);
	return 0;
}
