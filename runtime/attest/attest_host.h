/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ATTEST_HOST_H
#define CONTRASTC_ATTEST_HOST_H

#include "runtime/attest/attest.h"

/*
 * The machine on which evidence is issued.  Zero is the real one; tests give
 * a directory and imitate what the kernel does there.
 */
struct attest_host {
	const char *root; /* before /sys, /dev, /proc; NULL: nothing */
	/* NULL: the system call. */
	int (*ioctl)(int fd, unsigned long request, void *arg);
	/*
	 * Told after each change that is made to an entry for reports: "mkdir",
	 * "inblob", and before "rmdir", with the entry's path.  NULL: nobody.
	 */
	void (*step)(void *arg, const char *what, const char *entry);
	void *arg;
	/*
	 * The simulated platform (19.4): value of CONTRASTC_SIMULATED_TEE, or
	 * NULL, and path of its configuration, NULL: the default (below root).
	 */
	const char *simulated_gate, *simulated_config;
	/* Service with the digest of a simulated pod; NULL: the default. */
	const char *simulated_service;
};
#define ATTEST_SIMULATED_GATE "there-is-no-confidentiality"
#define ATTEST_SIMULATED_SERVICE "http://127.0.0.1:19629/hostdata"
#define ATTEST_SIMULATED_CONFIG "/etc/contrastc/simulated-tee.json"

/* root + path. */
const char *attest_host_path(
    struct arena *a, const struct attest_host *host, const char *path);
bool attest_host_has(const struct attest_host *host, const char *path);
int attest_host_ioctl(
    const struct attest_host *host, int fd, unsigned long request, void *arg);

/* configfs-tsm (17.2). */
#define TSM_PROVIDER_SNP "sev_guest"
#define TSM_PROVIDER_TDX "tdx_guest"
struct tsm_report {
	struct str outblob, auxblob, provider;
};
/* The provider of reports, in `a`; empty: there is none. */
struct str tsm_provider(struct arena *a, const struct attest_host *host);
/*
 * A report over the data; takes at most 10 s.  Fails with an issue.… code.
 */
int tsm_report(struct tsm_report *out, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN]) RT_MUST_CHECK;

/* /dev/sev-guest (17.3): the report and the certificate table. */
int sev_guest_report(struct tsm_report *out, struct attest_result *r,
    const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN]) RT_MUST_CHECK;

#endif
