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

/*
 * index_text.c: patterns that are texts.  The directories that hold the files
 * which the host shares with the guest, if they are few; empty if not.
 */
struct jv *index_dirs(struct arena *a, const struct jv *common);
bool index_has_dirs(const struct jv *common);
/* The name of such a file, if the pattern is for one. */
bool index_file(struct str *name, struct str pattern, const struct jv *common);
/* What "^text$" matches; a dot stands for itself.  False: unchanged. */
bool index_text(struct str *text, struct str pattern);
/* Do rules take it for a pattern? */
bool index_is_pattern(struct str s);
/* What stands before and behind the bundle's id in the root's path, if that
 * is the same text for all containers; empty if not. */
struct jv *index_root(struct arena *a, const struct jv *policy_data);
bool index_has_root(const struct jv *policy_data);

/*
 * index_pod.c.  Name and namespace of the pod, network namespace and directory
 * of logs of the sandbox, or null; of all containers if index_has_pod().  The
 * names of the containers, if these tell them apart: index_has_names().
 */
struct jv *index_pod(struct arena *a, const struct jv *policy_data);
bool index_has_pod(const struct jv *policy_data);
bool index_has_names(const struct jv *policy_data);
/* Annotations that all have, those that the runtime adds left out. */
struct jv *index_annotations(struct arena *a, const struct jv *policy_data);
bool index_has_annotations(const struct jv *policy_data);

#endif
