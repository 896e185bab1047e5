/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter of system calls, from tables: a promise allows calls, and some
 * of them with certain arguments only.  What no line allows ends the process.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/wire/sandbox_int.h"

#include "runtime/base/banned.h"

#define NAME_MAX_LEN 32

/* Calls of a promise, whatever their arguments. */
static const struct {
	unsigned promise;
	const char *calls;
} allowed[] = {
    /* open descriptors */
    {SANDBOX_STDIO,
	"read readv pread64 write writev pwrite64 close lseek fstat "
	"newfstatat dup dup2 "
	"dup3 fcntl pipe2 poll ppoll select pselect6 epoll_create1 epoll_ctl "
	"epoll_wait epoll_pwait epoll_pwait2 eventfd2 timerfd_create "
	"timerfd_settime signalfd4 recvfrom recvmsg sendto sendmsg sendmmsg "
	"recvmmsg shutdown close_range"},
    /* memory, but for what runs */
    {SANDBOX_STDIO,
	"brk munmap mremap madvise mlock mlock2 munlock membarrier"},
    /* time, waiting, chance */
    {SANDBOX_STDIO,
	"clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday "
	"time futex sched_yield sched_getaffinity getrandom restart_syscall"},
    /* the process itself */
    {SANDBOX_STDIO,
	"rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait sigaltstack getpid gettid "
	"getppid getuid geteuid getgid getegid uname sysinfo getrusage rseq "
	"set_robust_list set_tid_address exit exit_group getcpu"},
    {SANDBOX_RPATH, "openat statx faccessat faccessat2 readlinkat readlink "
		    "getdents64 getcwd open stat lstat access fstatfs statfs"},
    {SANDBOX_WPATH,
	"mkdirat mkdir unlinkat unlink rmdir renameat renameat2 rename fsync "
	"fdatasync ftruncate fchmod flock fallocate umask"},
    {SANDBOX_INET, "connect getsockname getpeername getsockopt setsockopt"},
    {SANDBOX_LISTEN, "bind listen accept accept4"},
    {SANDBOX_THREAD, "sched_getparam sched_getscheduler"},
};

/*
 * Calls for which a process that has not promised them is told no; libraries
 * probe with them.
 */
static const struct {
	unsigned promise; /* with it this line does not count */
	int sys;
	const char *calls;
} refused[] = {
    {SANDBOX_RPATH, EACCES,
	"openat statx faccessat faccessat2 readlinkat readlink "
	"open stat lstat access getcwd"},
    {0, EACCES, "openat2"},
    /* getaddrinfo binds its probes, and libraries ask for no more */
    {SANDBOX_LISTEN, EACCES, "bind"},
    /* its flags are behind a pointer; glibc falls back to clone */
    {0, ENOSYS, "clone3"},
    {0, EPERM, "sched_setaffinity setpriority"},
};

#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define IOCTL(type, nr) ((uint64_t)(type) << 8 | (nr))
#define LOW16 0xffff

/* Calls with arguments that decide. */
static const struct {
	unsigned promise;
	const char *call;
	int sys; /* 0: allowed; else the errno of what matches */
	unsigned n;
	struct scmp_arg_cmp cmp[2];
} decided[] = {
    /* memory that is written never runs */
    {SANDBOX_STDIO, "mmap", 0, 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}}},
    {SANDBOX_STDIO, "mmap", EACCES, 1,
	{{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC}}},
    {SANDBOX_STDIO, "mprotect", 0, 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}}},
    {SANDBOX_STDIO, "mprotect", EACCES, 1,
	{{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC}}},
    /* reading its own limits, changing none */
    {SANDBOX_STDIO, "prlimit64", 0, 2,
	{{0, SCMP_CMP_EQ, 0, 0}, {2, SCMP_CMP_EQ, 0, 0}}},
    {SANDBOX_STDIO, "prctl", 0, 1, {{0, SCMP_CMP_EQ, PR_SET_NAME, 0}}},
    {SANDBOX_STDIO, "prctl", 0, 1, {{0, SCMP_CMP_EQ, PR_GET_NAME, 0}}},
    {SANDBOX_STDIO, "prctl", EINVAL, 1, {{0, SCMP_CMP_EQ, PR_SET_VMA, 0}}},
    /* TCGETS (is it a terminal?), FIONREAD, FIONBIO */
    {SANDBOX_STDIO, "ioctl", 0, 1, {{1, SCMP_CMP_EQ, 0x5401, 0}}},
    {SANDBOX_STDIO, "ioctl", 0, 1, {{1, SCMP_CMP_EQ, 0x541b, 0}}},
    {SANDBOX_STDIO, "ioctl", 0, 1, {{1, SCMP_CMP_EQ, 0x5421, 0}}},
    /* reports of SNP: plain, derived key is left out, extended */
    {SANDBOX_TEE, "ioctl", 0, 1,
	{{1, SCMP_CMP_MASKED_EQ, LOW16, IOCTL('S', 0)}}},
    {SANDBOX_TEE, "ioctl", 0, 1,
	{{1, SCMP_CMP_MASKED_EQ, LOW16, IOCTL('S', 2)}}},
    /* of TDX; its number alone is a terminal's, too */
    {SANDBOX_TEE, "ioctl", 0, 1,
	{{1, SCMP_CMP_MASKED_EQ, 0xc0000000 | LOW16,
	    0xc0000000 | IOCTL('T', 1)}}},
    /* threads, not processes, in no other namespace */
    {SANDBOX_THREAD, "clone", 0, 1,
	{{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | NAMESPACES, CLONE_THREAD}}},
    {SANDBOX_INET, "socket", 0, 1, {{0, SCMP_CMP_EQ, AF_INET, 0}}},
    {SANDBOX_INET, "socket", 0, 1, {{0, SCMP_CMP_EQ, AF_INET6, 0}}},
    /* getaddrinfo asks which addresses this machine has ... */
    {SANDBOX_INET, "socket", 0, 2,
	{{0, SCMP_CMP_EQ, AF_NETLINK, 0}, {2, SCMP_CMP_EQ, NETLINK_ROUTE, 0}}},
    /* ... and a name service that is not there */
    {SANDBOX_STDIO, "socket", EACCES, 1, {{0, SCMP_CMP_EQ, AF_UNIX, 0}}},
    {SANDBOX_STDIO, "socketpair", 0, 1, {{0, SCMP_CMP_EQ, AF_UNIX, 0}}},
};

#ifdef SANDBOX_DEBUG
#define OTHERWISE SCMP_ACT_TRAP

static void
tell(int sig, siginfo_t *info, void *context)
{
	char line[64];
	int n = snprintf(
	    line, sizeof(line), "sandbox: system call %d\n", info->si_syscall);

	(void)sig;
	(void)context;
	(void)!write(STDERR_FILENO, line, (size_t)n);
	_exit(128 + SIGSYS);
}

static void
debug(void)
{
	const struct sigaction act = {
	    .sa_sigaction = tell, .sa_flags = SA_SIGINFO};

	(void)sigaction(SIGSYS, &act, NULL);
}
#else
#define OTHERWISE SCMP_ACT_KILL_PROCESS

static void
debug(void)
{
}
#endif

static uint32_t
action(int sys)
{
	return sys == 0 ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(sys);
}

static int
failed(int r, const char *call, struct rt_err *err)
{
	errno = -r;
	return rt_err_sys(err, RT_EIO, "seccomp: %s", call);
}

static int
add(scmp_filter_ctx f, int sys, const char *call, unsigned n,
    const struct scmp_arg_cmp *cmp, struct rt_err *err)
{
	int nr = seccomp_syscall_resolve_name(call);
	int r;

	if (nr == __NR_SCMP_ERROR)
		return rt_err_set(err, RT_EINVAL, "no system call '%s'", call);
	if (nr < 0)
		return 0; /* of other architectures */
	r = seccomp_rule_add_array(f, action(sys), nr, n, cmp);
	return r == 0 ? 0 : failed(r, call, err);
}

static int
add_all(scmp_filter_ctx f, int sys, const char *calls, struct rt_err *err)
{
	char name[NAME_MAX_LEN];
	int r = 0;

	while (r == 0 && *calls != '\0') {
		size_t n = strcspn(calls, " ");

		(void)snprintf(name, sizeof(name), "%.*s", (int)n, calls);
		r = add(f, sys, name, 0, NULL, err);
		calls += n + (calls[n] == ' ');
	}
	return r;
}

/* Signals to itself: abort() sends one. */
static int
add_signals(scmp_filter_ctx f, struct rt_err *err)
{
	const struct scmp_arg_cmp self = {
	    0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0};
	int r = add(f, 0, "tgkill", 1, &self, err);

	return r != 0 ? r : add(f, 0, "kill", 1, &self, err);
}

static int
add_tables(scmp_filter_ctx f, unsigned promises, struct rt_err *err)
{
	size_t i;
	int r = add_signals(f, err);

	for (i = 0; r == 0 && i < sizeof(allowed) / sizeof(*allowed); i++)
		if ((allowed[i].promise & promises) != 0)
			r = add_all(f, 0, allowed[i].calls, err);
	for (i = 0; r == 0 && i < sizeof(refused) / sizeof(*refused); i++)
		if ((refused[i].promise & promises) == 0)
			r = add_all(f, refused[i].sys, refused[i].calls, err);
	for (i = 0; r == 0 && i < sizeof(decided) / sizeof(*decided); i++)
		if ((decided[i].promise & promises) != 0)
			r = add(f, decided[i].sys, decided[i].call,
			    decided[i].n, decided[i].cmp, err);
	return r;
}

int
sandbox_seccomp(unsigned promises, struct rt_err *err)
{
	scmp_filter_ctx f = seccomp_init(OTHERWISE);
	int r, why;

	if (f == NULL)
		return rt_err_set(err, RT_EIO, "seccomp: no memory");
	debug();
	r = add_tables(f, promises, err);
	/* all threads; a tree instead of a list */
	if (r == 0 &&
	    ((why = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1)) != 0 ||
		(why = seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2)) != 0 ||
		(why = seccomp_load(f)) != 0))
		r = failed(why, "loading the filter", err);
	seccomp_release(f);
	return r;
}
