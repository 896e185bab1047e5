/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contrast-initializer: gets a pod its certificates and secrets, and opens its
 * encrypted volume, before its other containers start.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initializer/child.h"
#include "initializer/files.h"
#include "initializer/volume.h"
#include "runtime/base/log.h"
#include "runtime/mesh/deny.h"
#include "runtime/wire/config.h"
#include "runtime/wire/sandbox.h"
#include "runtime/base/banned.h"

/* What waits for the main thread; children get back what was before. */
struct signals {
	sigset_t ours, before;
};

static void
block_signals(struct signals *s)
{
	(void)sigemptyset(&s->ours);
	(void)sigaddset(&s->ours, SIGTERM);
	(void)sigaddset(&s->ours, SIGINT);
	(void)sigaddset(&s->ours, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &s->ours, &s->before);
}

/* The child's exit status, or -1 and the child is gone: a signal came. */
static int
wait_for(pid_t pid, const struct signals *s)
{
	int signal, how;

	for (;;) {
		if (waitpid(pid, &how, WNOHANG) == pid)
			return WIFEXITED(how) ? WEXITSTATUS(how) : 128;
		if (sigwait(&s->ours, &signal) != 0 || signal == SIGCHLD)
			continue;
		(void)kill(pid, SIGTERM);
		while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
			continue;
		return -1;
	}
}

static int
get_identity(
    const struct init_config *c, const struct signals *s, struct rt_err *err)
{
	pid_t parent = getpid(), pid = fork();
	int status;

	if (pid < 0)
		return rt_err_sys(err, RT_EIO, "fork");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)sigprocmask(SIG_SETMASK, &s->before, NULL);
		_exit(getppid() != parent ? 1 : init_child(c));
	}
	status = wait_for(pid, s);
	if (status == 0)
		return 0;
	return rt_err_set(err, RT_ESTATE, "%s",
	    status < 0      ? "stopped by a signal"
	    : status == 128 ? "the process that asks was killed"
			    : "the process that asks has failed");
}

static int
open_firewall(const struct init_config *c, struct rt_err *err)
{
	unsigned n;
	int rc;

	if (c->text[INIT_MESH_DISABLED][0] == '\0')
		return 0;
	rc = mesh_deny_remove(&n, err);
	if (rc == 0)
		log_event(LOG_INFO,
		    n > 0 ? "start-up deny rule removed"
			  : "no start-up deny rule: nothing to do",
		    NULL);
	return rc;
}

/* What has the volume mounted ends only when the pod does. */
static void
wait_for_stop(const struct signals *s)
{
	int signal;

	log_event(LOG_INFO, "done; the volume is open until a signal", NULL);
	while (sigwait(&s->ours, &signal) != 0 || signal == SIGCHLD)
		continue;
}

/* With the files in place: volume, firewall, and the pod may start. */
static int
let_start(
    const struct init_config *c, const struct signals *s, struct rt_err *err)
{
	bool volume = c->text[INIT_DEVICE][0] != '\0';
	int rc = volume ? init_volume_open(c, err) : 0, closed;

	if (rc != 0)
		return rc;
	rc = open_firewall(c, err);
	if (rc == 0)
		rc = init_files_done(c->text[INIT_DONE], err);
	if (!volume)
		return rc;
	if (rc == 0)
		wait_for_stop(s);
	closed = init_volume_close(c, rc == 0 ? err : NULL);
	return rc != 0 ? rc : closed;
}

static int
initialize(
    const struct init_config *c, const struct signals *s, struct rt_err *err)
{
	struct arena *a = arena_new();
	int rc = 0;

	if (c->text[INIT_HOST][0] == '\0')
		rc = rt_err_set(err, RT_EINVAL, "COORDINATOR_HOST not set");
	if (rc == 0)
		rc = init_files_prepare(a, c->text[INIT_DIR], err);
	if (rc == 0)
		rc = get_identity(c, s, err);
	if (rc == 0)
		rc = let_start(c, s, err);
	arena_free(a);
	return rc;
}

static int
usage(void)
{
	struct buf b = {0};

	buf_puts(&b,
	    "Usage: contrast-initializer [--config FILE] [--version] [--help]\n"
	    "       contrast-initializer cryptsetup -d PATH -m PATH\n\n"
	    "Asks the Coordinator until it answers, then writes the pod's "
	    "certificates, key\nand secret, and opens its encrypted volume.  "
	    "\"cryptsetup\" only opens a volume\n(-d, --device-path) and "
	    "mounts it (-m, --mount-point).  Variables (keys of the\nfile) "
	    "[defaults]:\n");
	init_config_help(&b);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_free(&b);
	return 0;
}

typedef int work_fn(
    const struct init_config *c, const struct signals *s, struct rt_err *err);

static int
run_work(const char *file, work_fn *work)
{
	struct arena *a = arena_new();
	struct init_config c;
	struct signals s;
	struct rt_err err;
	int rc;

	block_signals(&s);
	rc = sandbox_harden(SANDBOX_INITIALIZER, &err);
	if (rc == 0)
		rc = init_config_read(&c, a, file, &err);
	if (rc == 0)
		rc = wire_config_log(c.text[INIT_LOG_LEVEL],
		    c.text[INIT_LOG_FORMAT], c.text[INIT_SIMULATED_TEE][0] != 0,
		    &err);
	if (rc == 0) {
		log_event(LOG_INFO, "contrast-initializer", "version",
		    CONTRASTC_VERSION, NULL);
		rc = work(&c, &s, &err);
	}
	if (rc == 0)
		log_event(LOG_INFO, "done", NULL);
	else
		log_event(
		    LOG_ERROR, "not initialized", "error", err.text, NULL);
	arena_free(a);
	return rc == 0 ? 0 : 1;
}

static int
run(const char *file)
{
	return run_work(file, initialize);
}

/* A volume alone, with the secret that is there; its arguments are variables
 * elsewhere. */
static int
run_cryptsetup(int argc, char **argv)
{
	static const struct option options[] = {
	    {"device-path", required_argument, NULL, 'd'},
	    {"mount-point", required_argument, NULL, 'm'}, {0}};
	int c, given = 0;

	while ((c = getopt_long(argc, argv, "d:m:", options, NULL)) != -1) {
		if (c == '?' || setenv(c == 'd' ? "CRYPTSETUP_DEVICE"
						: "CONTRAST_STATE_DIR",
				    optarg, 1) != 0)
			return 2;
		given |= c == 'd' ? 1 : 2;
	}
	if (given == 3 && optind == argc)
		return run_work(NULL, let_start);
	(void)fputs(
	    "Usage: contrast-initializer cryptsetup -d PATH -m PATH\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "cryptsetup") == 0)
		return run_cryptsetup(argc - 1, argv + 1);
	return wire_config_main(argc, argv, "contrast-initializer", usage, run);
}
