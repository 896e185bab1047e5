/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_INDEX_INT_H
#define CONTRASTC_POLICY_INDEX_INT_H

#include "compiler/policy/index.h"

/* index_pattern.c: what index.c adds of patterns. */

/* The settings' patterns for variables. */
struct jv *index_env(
    struct arena *a, const struct jv *patterns, const struct jv *common);
/*
 * All of them as one, which matches the same lines.  Each is anchored and
 * matches no line break (feature_env_joined()).
 */
struct jv *index_factor(struct arena *a, const struct jv *patterns);
/* One for each variable with a token, but those that `env` has. */
struct jv *index_templates(struct arena *a, const struct jv *list,
    const struct jv *env, const struct jv *common);
/* One for each argument, if any has a token. */
struct jv *index_arguments(
    struct arena *a, const struct jv *list, const struct jv *common);

#endif
