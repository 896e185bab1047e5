/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_DENY_H
#define CONTRASTC_INITIALIZER_DENY_H

#include "runtime/base/err.h"

/*
 * Who can remove the start-up deny rule (coordinator 13.3): the rule that the
 * guest image has before the Kata agent starts.  There are several firewalls;
 * each is a table like this.
 */
struct init_deny {
	/* *present: does an instance of it stand? */
	int (*find)(bool *present, void *arg, struct rt_err *err);
	/* Takes one instance away. */
	int (*remove)(void *arg, struct rt_err *err);
	void *arg;
};

/*
 * Removes every instance, at most INIT_DENY_MAX; none is fine (*n = 0).  Any
 * failure is an error: the pod would be open or shut without anyone's
 * decision.  RT_ELIMIT: there are more.
 */
#define INIT_DENY_MAX 16
int init_deny_remove(unsigned *n, const struct init_deny *deny,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * iptables-legacy, or iptables where there is no program of that name; needs
 * NET_ADMIN.
 */
extern const struct init_deny init_deny_iptables;

#endif
