/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_CHILD_H
#define CONTRASTC_INITIALIZER_CHILD_H

#include "initializer/config.h"

/*
 * What talks to the network: a process of its own, in a sandbox, that asks
 * until it is answered and writes the files.  The caller keeps its rights for
 * what comes after (firewall, volume) and no byte from outside reaches it.
 * Exit status: 0, or 1 if it cannot start or write.
 */
int init_child(const struct init_config *c);

#endif
