/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_SANDBOX_H
#define CONTRASTC_WIRE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/err.h"

/*
 * What a daemon gives up after its last privileged act: system calls (seccomp),
 * the file tree (Landlock), core dumps, descriptors without end.  Each program
 * has a row in a table of promises; a call outside them ends the process.
 */
enum sandbox_role {
	SANDBOX_COORDINATOR, /* serves; store in files or over the network */
	SANDBOX_INITIALIZER, /* gets certificates and writes them */
	SANDBOX_ROLES
};

/* A file or directory that stays reachable, with all that is below. */
struct sandbox_path {
	const char *path;
	bool write;    /* else reading alone */
	bool optional; /* need not be there */
};

/*
 * Before secrets exist and before threads: no core dumps (RLIMIT_CORE,
 * PR_SET_DUMPABLE), umask 077, SIGPIPE ignored, standard descriptors open,
 * others above them closed at exec, and the descriptor limit of the role.
 */
int sandbox_harden(enum sandbox_role role, struct rt_err *err) RT_MUST_CHECK;

/*
 * Enters the sandbox for good: no new privileges, then Landlock over `paths`,
 * then the role's system calls.  All threads that exist get the filter of
 * system calls, but Landlock counts for the calling thread and those that it
 * starts: call it before threads.  A kernel without Landlock is RT_OK with
 * *landlock = 0 for the caller to log, else *landlock is its version; without
 * seccomp RT_ENOTFOUND.  Once it failed half-way the program must end.
 */
int sandbox_enter(int *landlock, enum sandbox_role role,
    const struct sandbox_path *paths, size_t n,
    struct rt_err *err) RT_MUST_CHECK;

#endif
