/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_SANDBOX_INT_H
#define CONTRASTC_WIRE_SANDBOX_INT_H

#include "runtime/wire/sandbox.h"

/* Promises, in pledge's words. */
enum {
	SANDBOX_STDIO = 1,   /* open descriptors, memory, time */
	SANDBOX_RPATH = 2,   /* reading below the paths of Landlock */
	SANDBOX_WPATH = 4,   /* making, changing, removing there */
	SANDBOX_INET = 8,    /* connecting over IPv4 and IPv6 */
	SANDBOX_LISTEN = 16, /* serving there */
	SANDBOX_THREAD = 32,
	SANDBOX_TEE = 64, /* the ioctls that ask for a report */
};

/* The filter of system calls; no new privileges come first. */
int sandbox_seccomp(unsigned promises, struct rt_err *err) RT_MUST_CHECK;
/* The file tree; *version = 0: not in this kernel. */
int sandbox_landlock(int *version, unsigned promises,
    const struct sandbox_path *paths, size_t n,
    struct rt_err *err) RT_MUST_CHECK;

#endif
