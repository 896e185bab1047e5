/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_PROCESS_H
#define CONTRASTC_BASE_PROCESS_H

#include "runtime/base/err.h"

/*
 * Runs a program (found along PATH) to its end with no input and its output
 * dropped; *status is what it exits with.  RT_ENOTFOUND: there is no such
 * program; RT_EIO: it cannot be started, or a signal ends it.
 */
int rt_run(
    int *status, const char *const argv[], struct rt_err *err) RT_MUST_CHECK;

#endif
