/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "runtime/base/process.h"
#include "runtime/mesh/deny.h"
#include "runtime/base/banned.h"

#define WORDS 16
#define SPEC                                                                   \
	"INPUT", "-m", "conntrack", "!", "--ctstate", "ESTABLISHED,RELATED",   \
	    "-j", "DROP"
#define CHAIN "CONTRAST_DENY6"
#define TABLE "table", "inet", "contrast_deny"

/*
 * A form of the rule.  Commands end with 0, or 1 where there is no such
 * thing; nft also ends with 1 where it may not look, so it is asked for
 * something else first.
 */
static const struct form {
	const char *names[2]; /* of the program: the first that is there */
	const char *kernel;   /* is there where the kernel has such rules */
	int absent;           /* of `probe`: the form does not exist */
	const char *probe[WORDS], *find[WORDS], *remove[WORDS];
	const char *end[2][WORDS]; /* when none stands any more */
} forms[] = {
    {{"iptables-legacy", "iptables"}, "/", 1, {NULL}, {"--wait", "-C", SPEC},
	{"--wait", "-D", SPEC}, {{NULL}, {NULL}}},
    {{"ip6tables-legacy", "ip6tables"}, "/proc/sys/net/ipv6", 1,
	{"--wait", "-n", "-L", CHAIN}, {"--wait", "-C", "INPUT", "-j", CHAIN},
	{"--wait", "-D", "INPUT", "-j", CHAIN},
	{{"--wait", "-F", CHAIN}, {"--wait", "-X", CHAIN}}},
    {{"nft", "nft"}, "/", -1, {"list", "tables"}, {"list", TABLE},
	{"delete", TABLE}, {{NULL}, {NULL}}},
};

/* RT_ENOTFOUND: there is no such program; RT_EIO: any status but 0, `no`. */
static int
call(bool *yes, const struct form *f, const char *const words[WORDS], int no,
    struct rt_err *err)
{
	const char *argv[WORDS + 2] = {NULL};
	int status = 0, rc = RT_ENOTFOUND;
	size_t i;

	for (i = 0; i < WORDS; i++)
		argv[i + 1] = words[i];
	for (i = 0; i < 2 && rc == RT_ENOTFOUND; i++) {
		argv[0] = f->names[i];
		rc = rt_run(&status, argv, err);
	}
	*yes = status == 0;
	if (rc == 0 && status != 0 && status != no)
		rc = rt_err_set(err, RT_EIO,
		    "%s exits with %d; are NET_ADMIN and NET_RAW among the "
		    "capabilities?",
		    argv[0], status);
	return rc;
}

static int
remove_all(unsigned *n, const struct form *f, struct rt_err *err)
{
	unsigned i;
	bool yes;
	int rc;

	for (i = 0; i <= MESH_DENY_MAX; i++) {
		rc = call(&yes, f, f->find, 1, err);
		if (rc != 0 || !yes)
			return rc;
		if (i == MESH_DENY_MAX)
			break;
		rc = call(&yes, f, f->remove, 0, err);
		if (rc != 0)
			return rc;
		(*n)++;
	}
	return rt_err_set(err, RT_ELIMIT, "it stands more than %d times in %s",
	    MESH_DENY_MAX, f->names[0]);
}

static int
remove_form(unsigned *n, const struct form *f, struct rt_err *err)
{
	bool yes = true;
	int rc = 0;
	size_t i;

	if (access(f->kernel, F_OK) != 0)
		return 0;
	if (f->probe[0] != NULL)
		rc = call(&yes, f, f->probe, f->absent, err);
	if (rc != 0 || !yes)
		return rc;
	rc = remove_all(n, f, err);
	for (i = 0; i < 2 && rc == 0 && f->end[i][0] != NULL; i++)
		rc = call(&yes, f, f->end[i], 0, err);
	return rc;
}

int
mesh_deny_remove(unsigned *n, struct rt_err *err)
{
	bool found = false;
	int rc = 0;
	size_t i;

	*n = 0;
	/* the lock of iptables: an image need not have /run */
	if (access("/run", F_OK) != 0)
		(void)setenv("XTABLES_LOCKFILE", "/dev/shm/xtables.lock", 0);
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		rc = remove_form(n, &forms[i], err);
		if (rc != 0 && rc != RT_ENOTFOUND)
			break;
		found = found || rc == 0;
		rc = 0;
	}
	if (!found && rc == 0)
		rc = rt_err_set(err, RT_ENOTFOUND,
		    "the image has neither iptables nor nft");
	return rc == 0 ? 0
		       : rt_err_wrap(
			     err, "the start-up deny rule cannot be removed");
}
