/* SPDX-License-Identifier: Apache-2.0 */
#include "initializer/deny.h"
#include "runtime/base/process.h"
#include "runtime/base/banned.h"

int
init_deny_remove(unsigned *n, const struct init_deny *deny, struct rt_err *err)
{
	bool present;
	int rc;

	for (*n = 0; *n <= INIT_DENY_MAX; (*n)++) {
		rc = deny->find(&present, deny->arg, err);
		if (rc != 0 || !present)
			return rc;
		if (*n == INIT_DENY_MAX)
			break;
		rc = deny->remove(deny->arg, err);
		if (rc != 0)
			return rc;
	}
	return rt_err_set(err, RT_ELIMIT,
	    "the start-up deny rule stands more than %d times", INIT_DENY_MAX);
}

/* Runs iptables VERB on the rule; the program of the first name that is there.
 */
static int
iptables(int *status, const char *verb, struct rt_err *err)
{
	static const char *const names[] = {"iptables-legacy", "iptables"};
	const char *argv[] = {NULL, "--wait", verb, "INPUT", "-m", "conntrack",
	    "!", "--ctstate", "ESTABLISHED,RELATED", "-j", "DROP", NULL};
	size_t i;
	int rc = RT_ENOTFOUND;

	for (i = 0; i < 2 && rc == RT_ENOTFOUND; i++) {
		argv[0] = names[i];
		rc = rt_run(status, argv, err);
	}
	if (rc == RT_ENOTFOUND)
		return rt_err_set(err, rc,
		    "the start-up deny rule cannot be removed: the image has "
		    "no iptables");
	return rc;
}

static int
find(bool *present, void *arg, struct rt_err *err)
{
	int status, rc = iptables(&status, "-C", err);

	(void)arg;
	if (rc != 0)
		return rc;
	*present = status == 0;
	if (status > 1)
		return rt_err_set(err, RT_EIO,
		    "the start-up deny rule cannot be looked for: iptables "
		    "exits with %d; is NET_ADMIN among the capabilities?",
		    status);
	return 0;
}

static int
remove_one(void *arg, struct rt_err *err)
{
	int status, rc = iptables(&status, "-D", err);

	(void)arg;
	if (rc == 0 && status != 0)
		rc = rt_err_set(err, RT_EIO,
		    "the start-up deny rule cannot be removed: iptables exits "
		    "with %d; is NET_ADMIN among the capabilities?",
		    status);
	return rc;
}

const struct init_deny init_deny_iptables = {find, remove_one, NULL};
