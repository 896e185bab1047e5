/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_WHY_INT_H
#define CONTRASTC_ANALYSE_WHY_INT_H

#include "compiler/analyse/why.h"

/*
 * Sets what is expected at the cause's place, in a request to container `k`,
 * and where that comes from.
 */
void why_expected(
    struct why_cause *c, const struct sim *s, size_t k, struct str kind);
/* The last part of a pointer. */
struct str why_last(struct str pointer);
/* Advice by the check that failed, and by the place. */
const char *why_help(struct str check, struct str pointer);
/* A mutating webhook that is known to do this, or NULL. */
const char *why_webhook(struct str pointer, struct str found);
/* The name of container `k` in the policy data. */
struct str why_name(const struct sim *s, size_t k);

#endif
