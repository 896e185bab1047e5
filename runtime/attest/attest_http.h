/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_HTTP_H
#define CONTRASTC_ATTEST_HTTP_H

#include "runtime/attest/attest.h"
#include "runtime/base/clock.h"

/*
 * GET (20.2): attempts of at most `pause` ms with as much between them until
 * `until`; redirects on the same host alone; 200 and 203 are answers.
 * RT_ENOTFOUND: the server says no (4xx); RT_ENET: no answer; RT_EIO:
 * its last answer was that it cannot now (5xx, 429), or libcurl is missing;
 * RT_ELIMIT: more than ATTEST_ITEM_MAX.
 */
int attest_http_get(struct attest_body *out, struct arena *a, const char *url,
    const char *chain, int64_t until, int64_t pause,
    struct rt_err *err) RT_MUST_CHECK;
/*
 * GET from a service of this machine or its host, past any proxy, once and
 * within `ms`; `header` is a line of the request, or NULL.  As above.
 */
int attest_http_local(struct attest_body *out, struct arena *a, const char *url,
    const char *header, int64_t ms, struct rt_err *err) RT_MUST_CHECK;

#endif
