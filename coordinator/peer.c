/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the other end, and what of it the manifest accepts. */
#include <stdlib.h>
#include <unistd.h>

#include "coordinator/daemon.h"
#include "runtime/base/log.h"
#include "runtime/base/banned.h"

int
co_peer_judge(struct co_peer *p, const struct co_daemon *d,
    const struct manifest *m, bool coordinators, struct rt_err *err)
{
	int rc = attest_validators_make(
	    &p->validators, p->arena, m, &d->operator, err);

	if (rc != 0)
		return rc;
	if (p->validators.v.n == 0)
		return rt_err_set(
		    err, RT_EINVAL, "the manifest has no reference values");
	p->party.validators = p->validators.v.p;
	p->party.nvalidators = p->validators.v.n;
	if (coordinators) {
		p->party.ndigests =
		    attest_coordinator_digests(&p->party.digests, p->arena, m);
		if (p->party.ndigests == 0)
			return rt_err_set(
			    err, RT_EINVAL, "the manifest has no Coordinator");
	}
	return 0;
}

void
co_peer_warn(const struct co_peer *p)
{
	if (p->party.result.simulated)
		log_event(LOG_WARN,
		    "WARNING: simulated TEE: evidence is NOT protected by "
		    "hardware",
		    NULL);
}

void
co_peer_free(struct co_peer *p)
{
	if (p == NULL)
		return;
	atls_free(p->conn);
	attest_validators_fini(&p->validators);
	co_state_unref(p->state);
	arena_free(p->arena);
	free(p);
}
