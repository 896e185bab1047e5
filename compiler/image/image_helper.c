/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Docker's credential helpers: `docker-credential-NAME get` reads a server
 * from its standard input and prints an object with Username and Secret.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

#define OUTPUT_MAX ((size_t)64 << 10)
#define TIME_MAX ((uint64_t)30000) /* it may ask its user */

extern char **environ;

static bool
is_name(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			(s.p[i] >= '0' && s.p[i] <= '9') ||
			(i > 0 && strchr("-_.", s.p[i]) != NULL)) ||
		    s.p[i] == '\0')
			return false;
	return s.n > 0 && s.n <= 64;
}

struct helper {
	pid_t pid;
	int in, out; /* of the program, our ends */
};

static int
spawn(struct helper *h, const char *program, const int *in, const int *out)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char *argv[3];
	sigset_t none;
	int rc;

	argv[0] = (char *)(uintptr_t)program;
	argv[1] = (char *)(uintptr_t) "get";
	argv[2] = NULL;
	(void)sigemptyset(&none);
	if (posix_spawn_file_actions_init(&files) != 0 ||
	    posix_spawnattr_init(&attr) != 0)
		rt_no_memory();
	(void)posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
	(void)posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
	/* Our threads have signals blocked; the program shall not. */
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawnp(&h->pid, program, &files, &attr, argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

static int
start(struct helper *h, const char *program, struct rt_err *err)
{
	int in[2], out[2], rc;

	if (pipe2(in, O_CLOEXEC) != 0)
		return rt_err_sys(err, RT_EIO, "pipe");
	if (pipe2(out, O_CLOEXEC) != 0) {
		rc = rt_err_sys(err, RT_EIO, "pipe");
		(void)close(in[0]);
		(void)close(in[1]);
		return rc;
	}
	rc = spawn(h, program, in, out);
	(void)close(in[0]);
	(void)close(out[1]);
	h->in = in[1];
	h->out = out[0];
	if (rc == 0)
		return 0;
	(void)close(in[1]);
	(void)close(out[0]);
	return rt_err_set(err, RT_EIO, "%s: %s", program, strerror(rc));
}

/* The whole output; false: too much, or too late. */
static bool
read_output(struct buf *b, int fd)
{
	uint64_t until = img_now() + TIME_MAX, now;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	(void)buf_reserve(b, OUTPUT_MAX + 1);
	while (b->n <= OUTPUT_MAX && (now = img_now()) < until) {
		ssize_t n;

		if (poll(&p, 1, (int)(until - now)) <= 0)
			continue;
		n = read(fd, b->p + b->n, OUTPUT_MAX + 1 - b->n);
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		b->n += n > 0 ? (size_t)n : 0;
	}
	return false;
}

static int
talk(
    struct buf *output, struct helper *h, struct str server, struct rt_err *err)
{
	bool complete;
	int status = 0;

	/* It fits into any pipe; SIGPIPE is blocked in our threads. */
	if (write(h->in, server.p, server.n) < 0)
		output->n = 0;
	(void)close(h->in);
	complete = read_output(output, h->out);
	(void)close(h->out);
	if (!complete)
		(void)kill(h->pid, SIGKILL);
	while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!complete)
		return rt_err_set(err, RT_EIO,
		    "no end of its output within %llu s and %zu bytes",
		    (unsigned long long)(TIME_MAX / 1000), OUTPUT_MAX);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return rt_err_set(err, RT_ENOTFOUND,
		    str_find(buf_str(output), STR("credentials not found"),
			0) != SIZE_MAX
			? "it has none for this server"
			: "it failed");
	return 0;
}

static int
read_answer(struct img_creds *out, struct str text, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct str user, secret;
	struct jv *json;
	int rc = jv_parse(&json, a, text, NULL);

	user = rc == 0 ? jv_get_str(json, STR("Username")) : STR("");
	secret = rc == 0 ? jv_get_str(json, STR("Secret")) : STR("");
	if (user.n == 0 || secret.n == 0) {
		rc = rt_err_set(err, RT_EFORMAT,
		    "its output has no Username and Secret in JSON");
	} else if (str_eqz(user, "<token>")) {
		img_secret_set(&out->identity, secret);
	} else {
		img_secret_set(&out->user, user);
		img_secret_set(&out->password, secret);
	}
	arena_wipe(a);
	return rc;
}

int
img_helper_ask(struct img_creds *out, struct arena *a, struct str name,
    struct str server, struct rt_err *err)
{
	struct buf output = {0};
	struct helper h;
	int rc;

	if (!is_name(name))
		return rt_err_set(err, RT_EFORMAT, "is no name of a helper");
	rc = start(&h,
	    arena_printf(a, "docker-credential-%.*s", STR_ARG(name)).p, err);
	if (rc != 0)
		return rc;
	rc = talk(&output, &h, server, err);
	if (rc == 0)
		rc = read_answer(out, buf_str(&output), err);
	img_buf_wipe(&output);
	return rc;
}
