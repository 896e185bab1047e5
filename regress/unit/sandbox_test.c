/* SPDX-License-Identifier: Apache-2.0 */
/* Children enter the sandbox and try what they may and what they may not. */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "regress/unit/unit.h"
#include "runtime/wire/sandbox_int.h"

#include "runtime/base/banned.h"

#define NOT_ENTERED 99

/* What a child returns: 0 or errno. */
typedef int attempt_fn(void);

static char dir[256], open_dir[300], shut_dir[300];
static int landlock;

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	(void)state;
	(void)snprintf(
	    dir, sizeof(dir), "%s/sandbox.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(open_dir, sizeof(open_dir), "%s/open", dir);
	(void)snprintf(shut_dir, sizeof(shut_dir), "%s/shut", dir);
	fd = mkdir(open_dir, 0700) == 0 && chdir(dir) == 0
		 ? open("shut", O_CREAT | O_WRONLY, 0600)
		 : -1;
	landlock = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	return close(fd);
}

static int
teardown(void **state)
{
	char cmd[300];

	(void)state;
	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

/* The status of a child that enters as this role and tries. */
static int
child(enum sandbox_role role, attempt_fn *try)
{
	const struct sandbox_path paths[] = {
	    {.path = open_dir, .write = true},
	    {.path = "/etc/hosts"},
	    {.path = "/nonexistent", .optional = true},
	};
	pid_t pid = fork();
	int status, version;

	if (pid == 0) {
		struct rt_err err = {0};

		if (sandbox_harden(role, &err) != 0 ||
		    sandbox_enter(&version, role, paths, 3, &err) != 0) {
			(void)fprintf(stderr, "%s\n", err.text);
			_exit(NOT_ENTERED);
		}
		_exit(try());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int
result(int r)
{
	return r < 0 ? errno : 0;
}

static int
try_write(void)
{
	int fd = open("open/file", O_CREAT | O_RDWR | O_TRUNC, 0600);

	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 ||
	    close(fd) != 0 || mkdir("open/sub", 0700) != 0 ||
	    rename("open/file", "open/sub/file") != 0 ||
	    unlink("open/sub/file") != 0)
		return errno;
	return result(rmdir("open/sub"));
}

static int
try_read(void)
{
	char c;
	int fd = open("/etc/hosts", O_RDONLY);

	return fd < 0 ? errno : result((int)read(fd, &c, 1));
}

static int
try_read_elsewhere(void)
{
	return result(open("/etc/passwd", O_RDONLY));
}

static int
try_write_elsewhere(void)
{
	return result(open("shut", O_WRONLY));
}

static int
try_write_readable(void)
{
	return result(open("/etc/hosts", O_WRONLY));
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
try_thread(void)
{
	pthread_t t;
	int r = pthread_create(&t, NULL, nothing, NULL);

	return r != 0 ? r : pthread_join(t, NULL);
}

static int
try_tcp(void)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int c = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || c < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0 ||
	    connect(c, (struct sockaddr *)&a, n) != 0)
		return errno;
	return result(accept4(fd, NULL, NULL, SOCK_NONBLOCK));
}

static int
try_resolve(void)
{
	struct addrinfo *list, hints = {.ai_socktype = SOCK_STREAM};

	if (getaddrinfo("127.0.0.1", "80", &hints, &list) != 0)
		return EIO;
	freeaddrinfo(list);
	return 0;
}

static int
try_crypto(void)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");

	EVP_PKEY_free(k);
	return k == NULL ? EIO : 0;
}

static int
try_usual(void)
{
	struct timespec ms = {0, 1000000};
	struct rlimit r;
	struct stat st;
	FILE *f = fopen("/etc/hosts", "r");
	char *p = malloc((size_t)8 << 20);

	if (f == NULL || fstat(1, &st) != 0 || p == NULL ||
	    nanosleep(&ms, NULL) != 0 || getrlimit(RLIMIT_NOFILE, &r) != 0)
		return errno;
	(void)isatty(1);
	free(p);
	return fclose(f);
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return result(pid);
}

static int
try_exec(void)
{
	char *const argv[] = {NULL};

	return result(execve("/bin/true", argv, argv));
}

static int
try_ptrace(void)
{
	return result((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int
try_unshare(void)
{
	return result(unshare(CLONE_NEWUSER));
}

static int
try_mount(void)
{
	return result((int)syscall(SYS_mount, 0, 0, 0, 0, 0));
}

static int
try_kill_parent(void)
{
	return result(kill(getppid(), 0));
}

static int
try_kill_self(void)
{
	return result(kill(getpid(), 0));
}

static int
try_raw_socket(void)
{
	return result(socket(AF_PACKET, SOCK_RAW, 0));
}

static int
try_unix_socket(void)
{
	return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int
try_exec_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int
try_protect(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? ENOMEM : result(mprotect(p, 4096, PROT_EXEC));
}

static int
try_ioctl(void)
{
	return result(ioctl(0, 0x5412, "x")); /* TIOCSTI types for the user */
}

static int
try_snp_ioctl(void)
{
	int r = ioctl(0, 0xc0205300UL, NULL); /* SNP_GET_REPORT */

	return r < 0 && errno != EACCES ? 0 : EINVAL;
}

static int
try_limits(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	return result(setrlimit(RLIMIT_CORE, &all));
}

static int
try_dumpable(void)
{
	return result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int
try_io_uring(void)
{
	return result((int)syscall(425, 1, NULL));
}

static int
try_special_file(void)
{
	return result(
	    (int)syscall(SYS_mknodat, AT_FDCWD, "open/p", S_IFIFO, 0));
}

static int
try_link_out(void)
{
	return result(rename("shut", "open/in"));
}

#define KILLED (-1) /* by SIGSYS */
#define BOTH SANDBOX_ROLES

/* clang-format off */
static const struct attempt {
	const char *name;
	attempt_fn *try;
	enum sandbox_role role; /* BOTH: the same in all */
	int want; /* 0, an errno or KILLED */
	bool landlock; /* without it the case says nothing */
} attempts[] = {
	{"usual", try_usual, BOTH, 0, false},
	{"write where it may", try_write, BOTH, 0, false},
	{"read where it may", try_read, BOTH, 0, false},
	{"read elsewhere", try_read_elsewhere, BOTH, EACCES, true},
	{"write elsewhere", try_write_elsewhere, BOTH, EACCES, true},
	{"write what is for reading", try_write_readable, BOTH, EACCES, true},
	{"move in", try_link_out, BOTH, EACCES, true},
	{"thread", try_thread, BOTH, 0, false},
	{"keys", try_crypto, BOTH, 0, false},
	{"resolve", try_resolve, BOTH, 0, false},
	{"serve", try_tcp, SANDBOX_COORDINATOR, 0, false},
	{"serve", try_tcp, SANDBOX_INITIALIZER, EACCES, false},
	{"fork", try_fork, BOTH, KILLED, false},
	{"exec", try_exec, BOTH, KILLED, false},
	{"ptrace", try_ptrace, BOTH, KILLED, false},
	{"unshare", try_unshare, BOTH, KILLED, false},
	{"mount", try_mount, BOTH, KILLED, false},
	{"signal to another", try_kill_parent, BOTH, KILLED, false},
	{"signal to itself", try_kill_self, BOTH, 0, false},
	{"packet socket", try_raw_socket, BOTH, KILLED, false},
	{"unix socket", try_unix_socket, BOTH, EACCES, false},
	{"memory that runs", try_exec_memory, BOTH, EACCES, false},
	{"memory made to run", try_protect, BOTH, EACCES, false},
	{"ioctl of terminals", try_ioctl, BOTH, KILLED, false},
	{"ioctl of SNP", try_snp_ioctl, BOTH, 0, false},
	{"raise limits", try_limits, BOTH, KILLED, false},
	{"dumpable again", try_dumpable, BOTH, KILLED, false},
	{"io_uring", try_io_uring, BOTH, KILLED, false},
	{"special file", try_special_file, BOTH, KILLED, false},
};
/* clang-format on */

static void
check(const struct attempt *t, enum sandbox_role role)
{
	int status = child(role, t->try), got = KILLED;

	if (t->landlock && landlock <= 0)
		return;
	if (WIFEXITED(status))
		got = WEXITSTATUS(status);
	else if (WTERMSIG(status) != SIGSYS)
		fail_msg("%s: signal %d", t->name, WTERMSIG(status));
	if (got != t->want)
		fail_msg("%s as %d: want %d, got %d", t->name, (int)role,
		    t->want, got);
}

static void
enter__attempts(void **state)
{
	size_t i;
	int role;

	(void)state;
	for (i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		for (role = 0; role < SANDBOX_ROLES; role++)
			if (attempts[i].role == BOTH ||
			    (int)attempts[i].role == role)
				check(&attempts[i], (enum sandbox_role)role);
}

/* A filter counts for the threads that are there already. */
static int in_thread[2];

static void *
fork_when_told(void *arg)
{
	char c;

	if (read(in_thread[0], &c, 1) == 1)
		_exit(try_exec());
	return arg;
}

static void
enter__threads_that_exist(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		pthread_t t;

		if (pipe(in_thread) != 0 ||
		    pthread_create(&t, NULL, fork_when_told, NULL) != 0 ||
		    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    sandbox_seccomp(SANDBOX_STDIO, NULL) != 0 ||
		    write(in_thread[1], "x", 1) != 1)
			_exit(NOT_ENTERED);
		(void)pause();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

/* Who has not promised to read is told no. */
static void
enter__without_paths(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    sandbox_seccomp(SANDBOX_STDIO, NULL) != 0)
			_exit(NOT_ENTERED);
		_exit(try_read());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), EACCES);
}

static void
enter__path_that_is_not_there(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		const struct sandbox_path none = {.path = "/nonexistent"};
		struct rt_err err = {0};
		int version;

		_exit(sandbox_enter(&version, SANDBOX_INITIALIZER, &none, 1,
			  &err) == RT_EIO &&
			      strstr(err.text, "/nonexistent") != NULL
			  ? 0
			  : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (landlock > 0)
		assert_int_equal(WEXITSTATUS(status), 0);
}

static int
hardened(void)
{
	struct rlimit core, files;
	struct stat st;
	int fd = open("/dev/zero", O_RDONLY);

	(void)close(0);
	if (sandbox_harden(SANDBOX_INITIALIZER, NULL) != 0 ||
	    getrlimit(RLIMIT_CORE, &core) != 0 ||
	    getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 1;
	if (core.rlim_max != 0 || files.rlim_cur > 256)
		return 2;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || umask(0) != 077)
		return 3;
	if (fstat(0, &st) != 0 || !S_ISCHR(st.st_mode))
		return 4;
	if (fcntl(fd, F_GETFD) != FD_CLOEXEC || fcntl(0, F_GETFD) != 0)
		return 5;
	return signal(SIGPIPE, SIG_DFL) == SIG_IGN ? 0 : 6;
}

static void
harden__process(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(hardened());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(enter__attempts),
	    cmocka_unit_test(enter__threads_that_exist),
	    cmocka_unit_test(enter__without_paths),
	    cmocka_unit_test(enter__path_that_is_not_there),
	    cmocka_unit_test(harden__process),
	};

	return cmocka_run_group_tests_name("sandbox", tests, setup, teardown);
}
