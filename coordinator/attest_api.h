/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_ATTEST_API_H
#define CONTRASTC_COORDINATOR_ATTEST_API_H

#include "runtime/wire/http.h"

/* POST /attest and GET /capabilities (coordinator 4.3); arg: the daemon. */
void co_attest(struct wire_http_reply *reply, void *arg,
    const struct wire_http_request *request);
void co_capabilities(struct wire_http_reply *reply, void *arg,
    const struct wire_http_request *request);

#endif
