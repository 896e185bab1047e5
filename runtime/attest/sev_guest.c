/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports through /dev/sev-guest (attestation 17.3; Linux
 * Documentation/virt/coco/sev-guest).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "runtime/attest/attest_host.h"
#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

#define SNP_GET_REPORT 0xc0205300ul
#define SNP_GET_EXT_REPORT 0xc0205302ul
#define PAGE 4096
#define VMM_INVALID_LEN 1
#define VMM_BUSY 2
#define BUSY_TRIES 5
#define BUSY_PAUSE 2 /* seconds */

struct guest_request {
	uint8_t version;
	uint64_t request, response, exit_info;
};
_Static_assert(sizeof(struct guest_request) == 32, "as the kernel has it");

struct report_request {
	unsigned char data[ATTEST_REPORT_DATA_LEN];
	uint32_t vmpl;
	unsigned char reserved[28];
};
struct ext_request {
	struct report_request report;
	uint64_t certs;
	uint32_t certs_len, padding;
};
_Static_assert(sizeof(struct ext_request) == 112, "as the kernel has it");

struct report_response {
	uint32_t status, size;
	unsigned char reserved[24];
	unsigned char report[3968];
};
_Static_assert(sizeof(struct report_response) == 4000, "as the kernel has it");

struct device {
	const struct attest_host *host;
	int fd;
	struct ext_request request;
	struct report_response response;
	uint32_t vmm_error;
};

/* 0 or errno; a host that throttles is asked again. */
static int
call(struct device *d, unsigned long number)
{
	struct guest_request g;
	int i, rc;

	for (i = 0;; i++) {
		g = (struct guest_request){.version = 1,
		    .request = (uintptr_t)&d->request,
		    .response = (uintptr_t)&d->response};
		memset(&d->response, 0, sizeof(d->response));
		rc = attest_host_ioctl(d->host, d->fd, number, &g) == 0 ? 0
									: errno;
		d->vmm_error = (uint32_t)(g.exit_info >> 32);
		if (rc == 0 || d->vmm_error != VMM_BUSY || i == BUSY_TRIES)
			return rc;
		(void)sleep(BUSY_PAUSE);
	}
}

/* The report with the table of certificates; false: there is none to be had. */
static bool
call_extended(struct str *table, struct device *d, struct arena *a)
{
	char *certs;
	uint32_t len;

	if (call(d, SNP_GET_EXT_REPORT) == 0 || d->vmm_error != VMM_INVALID_LEN)
		return false;
	len = d->request.certs_len;
	if (len == 0 || len > ATTEST_CERT_TABLE_MAX || len % PAGE != 0)
		return false;
	certs = aligned_alloc(PAGE, len);
	if (certs == NULL)
		rt_no_memory();
	memset(certs, 0, len);
	d->request.certs = (uintptr_t)certs;
	if (call(d, SNP_GET_EXT_REPORT) == 0)
		*table = arena_str(a, (struct str){certs, len});
	free(certs);
	return table->n > 0;
}

static int
take_report(
    struct tsm_report *out, struct attest_result *r, const struct device *d)
{
	if (d->response.status != 0 || d->response.size != SNP_REPORT_LEN)
		return attest_reject(r, ATTEST_ISSUE_DEVICE,
		    "the firmware gives no report: status 0x%x, %u bytes",
		    d->response.status, d->response.size);
	out->outblob = arena_str(r->arena,
	    (struct str){(const char *)d->response.report, SNP_REPORT_LEN});
	return 0;
}

int
sev_guest_report(struct tsm_report *out, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN])
{
	struct device *d = ARENA_NEW(r->arena, struct device);
	int rc = 0;

	*out = (struct tsm_report){.provider = STR(TSM_PROVIDER_SNP)};
	d->host = host;
	d->fd = open(attest_host_path(r->arena, host, "/dev/sev-guest"),
	    O_RDWR | O_CLOEXEC);
	if (d->fd < 0)
		return attest_reject(r, ATTEST_ISSUE_DEVICE,
		    "/dev/sev-guest cannot be opened: errno %d", errno);
	memcpy(d->request.report.data, report_data, ATTEST_REPORT_DATA_LEN);
	if (!call_extended(&out->auxblob, d, r->arena))
		rc = call(d, SNP_GET_REPORT);
	(void)close(d->fd);
	if (rc != 0)
		return attest_reject(r, ATTEST_ISSUE_DEVICE,
		    "/dev/sev-guest gives no report: errno %d", rc);
	return take_report(out, r, d);
}
