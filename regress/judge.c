/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "regress/judge.h"
#include "runtime/base/banned.h"

struct judge {
	struct arena *arena;
	pid_t pid;
	FILE *to, *from;
	char *line;
	size_t cap;
	const char *policy, *data; /* temporary files */
	const struct jv *prints, *ops;
};

static const char *
executable(struct arena *a, struct str dir)
{
	const char *path = arena_printf(a, "%.*s/agent-judge", STR_ARG(dir)).p;

	return access(path, X_OK) == 0 ? path : NULL;
}

const char *
judge_find(struct arena *a)
{
	const char *named = getenv("AGENT_JUDGE"), *found = NULL;
	struct str list = str_from(getenv("PATH"));
	const char *oracles = getenv("ORACLES"), *home = getenv("HOME");
	size_t at, end;

	if (named != NULL)
		return access(named, X_OK) == 0 ? named : NULL;
	for (at = 0; found == NULL && at < list.n; at = end + 1) {
		end = str_chr(list, ':', at);
		if (end == SIZE_MAX)
			end = list.n;
		found = executable(a, str_sub(list, at, end));
	}
	if (found == NULL && oracles != NULL)
		found = executable(a, str_from(oracles));
	if (found == NULL && home != NULL)
		found = executable(a,
		    arena_printf(a, "%s/.cache/contrastc-oracles/bin", home));
	return found;
}

static const char *
write_file(struct arena *a, struct str text)
{
	const char *dir = getenv("TMPDIR");
	char *path = arena_alloc(a, 4096);
	FILE *f;
	int fd;

	(void)snprintf(
	    path, 4096, "%s/judge.XXXXXX", dir == NULL ? "/tmp" : dir);
	fd = mkstemp(path);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL)
		return NULL;
	(void)fwrite(text.p, 1, text.n, f);
	return fclose(f) == 0 ? path : NULL;
}

static void __attribute__((noreturn)) child(const char *program,
    const char *engine, const struct judge *j, const int *in, const int *out)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)dup2(in[0], STDIN_FILENO);
	(void)dup2(out[1], STDOUT_FILENO);
	(void)dup2(null, STDERR_FILENO);
	(void)execl(program, program, "--policy", j->policy, "--requests", "-",
	    "--engine", engine, j->data == NULL ? NULL : "--data", j->data,
	    (char *)NULL);
	_exit(127);
}

static const char *
write_data(struct arena *a, const struct jv *data)
{
	struct buf b = {0};
	const char *path;

	if (data == NULL)
		return NULL;
	jv_print(&b, data, JV_COMPACT);
	path = write_file(a, buf_str(&b));
	buf_free(&b);
	return path;
}

struct judge *
judge_start(
    struct arena *a, const char *program, const char *engine, struct str policy)
{
	return judge_start_from(a, program, engine, policy, NULL);
}

struct judge *
judge_start_from(struct arena *a, const char *program, const char *engine,
    struct str policy, const struct jv *data)
{
	struct judge *j = ARENA_NEW(a, struct judge);
	int in[2], out[2];

	j->arena = a;
	j->policy = write_file(a, policy);
	j->data = write_data(a, data);
	(void)signal(SIGPIPE, SIG_IGN);
	if (j->policy == NULL || pipe2(in, O_CLOEXEC) != 0 ||
	    pipe2(out, O_CLOEXEC) != 0)
		return NULL;
	j->pid = fork();
	if (j->pid < 0)
		return NULL;
	if (j->pid == 0)
		child(program, engine, j, in, out);
	(void)close(in[0]);
	(void)close(out[1]);
	j->to = fdopen(in[1], "w");
	j->from = fdopen(out[0], "r");
	return j;
}

void
judge_send(struct judge *j, struct str kind, const struct jv *request)
{
	struct buf b = {0};

	buf_puts(&b, "{\"name\":\"case\",\"type\":");
	jv_print_string(&b, kind);
	buf_puts(&b, ",\"input\":");
	jv_print(&b, request, JV_COMPACT);
	buf_puts(&b, "}\n");
	(void)fwrite(b.p, 1, b.n, j->to);
	(void)fflush(j->to);
	buf_free(&b);
}

const char *
judge_answer(struct judge *j, bool *allowed, struct str *failed)
{
	struct jv *answer;
	struct str line;
	ssize_t n;

	n = getline(&j->line, &j->cap, j->from);
	if (n <= 0)
		return "the engine does not load the policy";
	line = arena_str(j->arena, (struct str){j->line, (size_t)n});
	if (jv_parse(&answer, j->arena, str_trim(line), NULL) != 0)
		return "the judge's answer is no JSON";
	*allowed = jv_is(jv_getz(answer, "allowed"), JV_TRUE);
	*failed = jv_get_str(answer, STR("error"));
	j->prints = jv_getz(answer, "prints");
	j->ops = jv_getz(answer, "ops");
	return NULL;
}

const char *
judge_ask(struct judge *j, struct str kind, const struct jv *request,
    bool *allowed, struct str *failed)
{
	judge_send(j, kind, request);
	return judge_answer(j, allowed, failed);
}

const struct jv *
judge_prints(const struct judge *j)
{
	return j->prints;
}

const struct jv *
judge_ops(const struct judge *j)
{
	return j->ops;
}

void
judge_stop(struct judge *j)
{
	if (j == NULL)
		return;
	(void)fclose(j->to);
	(void)fclose(j->from);
	(void)waitpid(j->pid, NULL, 0);
	(void)unlink(j->policy);
	if (j->data != NULL)
		(void)unlink(j->data);
	free(j->line);
}

struct str
judge_json(struct arena *a, const struct jv *v)
{
	struct buf b = {0};
	struct str s;

	if (v != NULL)
		jv_print(&b, v, JV_COMPACT);
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}
