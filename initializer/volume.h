/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_VOLUME_H
#define CONTRASTC_INITIALIZER_VOLUME_H

#include "initializer/config.h"

/*
 * The encrypted volume of a pod (coordinator 14): CRYPTSETUP_DEVICE, opened
 * with the content of secrets/workload-secret-seed as passphrase and mounted
 * at CONTRAST_STATE_DIR.  A device without a LUKS header is formatted, a
 * volume without a file system gets one.  A mapping that an earlier run left
 * is taken over.
 */
int init_volume_open(
    const struct init_config *c, struct rt_err *err) RT_MUST_CHECK;
/*
 * Unmounts and closes it.  What is in use is unmounted when it no longer is;
 * the mapping then stays until the next run, or the end of the guest.
 */
int init_volume_close(
    const struct init_config *c, struct rt_err *err) RT_MUST_CHECK;

#endif
