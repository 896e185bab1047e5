/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_LOWER_SETTINGS_INT_H
#define CONTRASTC_LOWER_SETTINGS_INT_H

#include "compiler/lower/target.h"

/* Shared by the files that load settings. */
struct load {
	struct arena *arena;
	struct diags *diags;
	const struct target *target;
	struct jv *defaults; /* of the target */
	struct loc loc;      /* of the user's file, for what has no place */
	bool failed;
};

/* Where a value stands in the user's files, else l->loc. */
struct loc settings_place(const struct load *l, const struct jv *v);
/* The same for the key of a member. */
struct loc settings_key_place(const struct load *l, const struct jv_member *m);
/* Fills in what `user` lacks; members of older files stay. */
void settings_fill(struct load *l, struct jv *user);
/* Gives members of older files their new names. */
void settings_map_old(struct load *l, struct jv *doc);
/* Has older settings a member that the defaults do not have? */
bool settings_is_old(const char *object, struct str member);
/* Is the member given whole, without defaults below it? */
bool settings_is_whole(struct str key);
/* Types and unknown members; an error sets `failed`. */
void settings_check(struct load *l, const struct jv *doc);

#endif
