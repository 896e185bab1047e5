/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_ERR_H
#define CONTRASTC_BASE_ERR_H

#include "runtime/base/str.h"

/* X(name, text): what can go wrong below the compiler's diagnostics. */
#define RT_ERRORS(X)                                                           \
	X(RT_EINVAL, "invalid argument")                                       \
	X(RT_ELIMIT, "a limit is exceeded")                                    \
	X(RT_EFORMAT, "malformed data")                                        \
	X(RT_ECRYPTO, "cryptographic operation failed")                        \
	X(RT_EVERIFY, "verification failed")                                   \
	X(RT_EIO, "input or output failed")                                    \
	X(RT_ENET, "network operation failed")                                 \
	X(RT_EAUTH, "not authorised")                                          \
	X(RT_ENOTFOUND, "not found")                                           \
	X(RT_EEXIST, "exists already")                                         \
	X(RT_ESTATE, "not in this state")

enum rt_code {
	RT_OK = 0,
#define X(name, text) name##_POSITIVE,
	RT_ERRORS(X)
#undef X
};

/* The codes that functions return are negative. */
enum {
#define X(name, text) name = -(int)name##_POSITIVE,
	RT_ERRORS(X)
#undef X
};

#define RT_MUST_CHECK __attribute__((warn_unused_result))

/* The caller's; may be NULL wherever a function takes one. */
struct rt_err {
	int code;       /* 0 or RT_E… */
	int sys;        /* errno at the time, or 0 */
	char text[512]; /* one line, lower case start, no full stop */
};

/* Records code and text; returns the code, so: return rt_err_set(…). */
int rt_err_set(struct rt_err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with ": " and the text of errno at the end. */
int rt_err_sys(struct rt_err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "context: " before the text; returns the code. */
int rt_err_wrap(struct rt_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
