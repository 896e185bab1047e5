/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_SANDBOX_H
#define CONTRASTC_WIRE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/err.h"

/*
 * What a daemon gives up after its last privileged act: system calls
 * (seccomp), the file tree (Landlock), core dumps, inherited descriptors.
 * Each program has a row in a table of promises; a call outside them ends the
 * process with SIGSYS.  Nothing starts another program from within: what must
 * be run (nft, mkfs, a proxy) is run before.
 */
enum sandbox_role {
	SANDBOX_COORDINATOR, /* serves, keeps its history, asks for reports */
	SANDBOX_INITIALIZER, /* connects, asks for a report, writes files */
	SANDBOX_ROLES
};

/* A file or directory that stays reachable, with all that is below it. */
struct sandbox_path {
	const char *path;
	bool write;    /* else reading alone */
	bool device;   /* its ioctls too (/dev/sev-guest) */
	bool optional; /* need not be there */
};

/*
 * First thing in main(), before secrets and threads: no core dumps
 * (RLIMIT_CORE, PR_SET_DUMPABLE), umask 077, SIGPIPE ignored, descriptors 0
 * to 2 open and all above closed at exec, as many descriptors as the role
 * needs (RLIMIT_NOFILE, if the hard limit has room).  RT_EIO.
 */
int sandbox_harden(enum sandbox_role role, struct rt_err *err) RT_MUST_CHECK;

/*
 * Enters the sandbox for good: no new privileges, then Landlock over `paths`,
 * then the role's system calls.  The filter of system calls counts for all
 * threads, Landlock for the calling one and those that it starts: call it
 * before threads.  *landlock is the version of Landlock that is in force, 0
 * where the kernel has none: then files are guarded by their modes alone.
 * RT_EIO; once it failed the program must end.
 */
int sandbox_enter(int *landlock, enum sandbox_role role,
    const struct sandbox_path *paths, size_t n,
    struct rt_err *err) RT_MUST_CHECK;
/*
 * The same as the operator has it: `mode` "off" enters nothing, "require"
 * fails where the kernel has no Landlock, any other logs that as a warning.
 */
int sandbox_enter_mode(const char *mode, enum sandbox_role role,
    const struct sandbox_path *paths, size_t n,
    struct rt_err *err) RT_MUST_CHECK;

#endif
