/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_MANIFEST_PLATFORM_H
#define CONTRASTC_MANIFEST_PLATFORM_H

#include "runtime/base/arena.h"

/* DESIGN section 5; the rows are in platform.def, in listing order. */
enum platform_tee { TEE_NONE, TEE_SNP, TEE_TDX };
enum profile { PROFILE_V12, PROFILE_LATEST };

struct platform {
	const char *name; /* "Metal-QEMU-SNP": display spelling */
	enum platform_tee tee;
	enum profile profile; /* implied */
	bool gpu;
	bool insecure;          /* upstream's platforms without evidence */
	bool simulated;         /* evidence in form only, see attestation 19 */
	const char *target_v12; /* "aks-v1.2" or "metal-v1.2" */
	const char *target_latest; /* "contrast-metal"; NULL: not available */
	const char *class;         /* RuntimeClass without "-" and hash */
};

extern const struct platform platforms[];
extern const size_t nplatforms;

/* Any letter case; NULL: unknown. */
const struct platform *platform_find(struct str name);
/*
 * What a handler (RuntimeClass) name stands for: "contrast-cc-metal-qemu-snp"
 * or the same with "-" and one more word, the hash, which *hash receives
 * (empty: none).  NULL: none of ours.  `hash` may be NULL.
 */
const struct platform *platform_of_handler(
    struct str handler, struct str *hash);

#endif
