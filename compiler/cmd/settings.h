/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_SETTINGS_H
#define CONTRASTC_CMD_SETTINGS_H

#include "compiler/cmd/cmd.h"
#include "compiler/lower/target.h"

/*
 * Settings of a file or directory (NULL: the target's), with the patches of
 * --settings-patch or without.  NULL after an error.
 */
struct jv *settings_of(
    struct run *r, const struct target *t, const char *path, bool with_patches);
/* Calls `each` for every scalar and empty list or object, in order. */
void settings_leaves(struct arena *a, struct jv *doc,
    void (*each)(void *arg, struct str pointer, struct jv *v), void *arg);
/* diff A B: an exit status. */
int settings_diff(struct run *r, const struct target *t);

#endif
