/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_TDX_GUEST_H
#define CONTRASTC_ATTEST_TDX_GUEST_H

#include "runtime/attest/attest_host.h"
#include "runtime/base/buf.h"

/*
 * Quotes without configfs-tsm (17.5): a TDREPORT of /dev/tdx_guest goes to
 * the quoting service of the host, through QGS_SOCKET if there is such a
 * socket, else through vsock.  Codes issue.…; takes at most 30 s.
 */
int tdx_guest_quote(struct str *quote, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN]) RT_MUST_CHECK;

/* Intel's names of them; below the host's root. */
#define TDX_GUEST_DEVICE "/dev/tdx_guest"
#define QGS_SOCKET "/run/tdx-qgs/qgs.socket"
#define QGS_CONFIG "/etc/tdx-attest.conf"
#define QGS_PORT 4050 /* unless the configuration has `port = n` */
#define QGS_MESSAGE_MAX ((size_t)256 << 10)

/* TDREPORT of this machine, TDX_REPORT_LEN bytes. */
int tdx_guest_report(struct str *report, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN]) RT_MUST_CHECK;

/* The request for a quote, with its length before it. */
void qgs_request(struct buf *out, struct str report);
/* The quote in a response, without that length; borrowed. */
int qgs_response(struct str *quote, struct attest_result *r,
    struct str message) RT_MUST_CHECK;
/* The port that a configuration names. */
unsigned qgs_port(struct str config);

#endif
