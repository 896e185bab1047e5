/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_CONFORM_POLICY_H
#define CONTRASTC_REGRESS_CONFORM_POLICY_H

#include "runtime/base/jv.h"

/* The module in a file, alone or in an initdata document; false: there is none. */
bool conform_policy_module(struct str *out, struct arena *a, const char *path);
/* The policy data of DIR/data, a text in full style, or NULL. */
const struct jv *conform_policy_data(struct arena *a, const char *dir);

#endif
