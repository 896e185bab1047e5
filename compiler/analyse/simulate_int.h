/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_SIMULATE_INT_H
#define CONTRASTC_ANALYSE_SIMULATE_INT_H

#include "compiler/analyse/simulate.h"

/* A file of a volume; the directory itself is not listed. */
struct sim_mount {
	struct str path; /* where it is mounted */
	VEC(struct str) files;
};

struct sim_container {
	struct str name;
	bool ends;                    /* before the next one is created */
	const char *execs[IR_PROBES]; /* as in the data's exec_commands */
	size_t nexecs;
	VEC(struct sim_mount) mounts;
};

struct sim_hints {
	VEC(struct sim_container) list; /* in the order of their start */
	bool host_network, no_account;
};

const struct sim_container *sim_hint(const struct sim *s, struct str name);
const struct sim_mount *sim_hint_mount(
    const struct sim_container *c, struct str path);

/*
 * Policies know mounts that a pod need not have: the account, which may be
 * switched off, and tokens of a webhook.  Is this one there?
 */
bool sim_has_mount(const struct sim *s, size_t k, const struct jv *mount);

/* simulate_text.c */

/* 64 or 16 hex digits that belong to `what`, the same each time. */
struct str sim_id(struct sim *s, const char *what, size_t k, size_t digits);
struct str sim_container_id(struct sim *s, size_t k);
struct str sim_replace(
    struct arena *a, struct str s, struct str what, struct str with);
/* Tokens of a value that is compared as it is. */
struct str sim_text(struct sim *s, size_t k, struct str value);
/* The same of one that is a pattern, or has tokens that are. */
struct str sim_pattern(struct sim *s, size_t k, struct str pattern);
/* The same of a mount's source: shared directories have a name there. */
struct str sim_source(struct sim *s, size_t k, struct str pattern);

void sim_set(struct sim *s, struct jv *o, const char *key, struct jv *v);
void sim_set_text(struct sim *s, struct jv *o, const char *key, struct str v);
void sim_set_int(struct sim *s, struct jv *o, const char *key, int64_t n);
/* Parses JSON of ours. */
struct jv *sim_json(struct sim *s, const char *text);
const struct jv *sim_data_container(const struct sim *s, size_t k);
struct str sim_annotation(const struct sim *s, size_t k, const char *key);
/* Is the target's agent told in an option what to pull? (12.3) */
bool sim_told_by_option(const struct sim *s);
/* Are its agents of a time when the host's network was not told? (12.3) */
bool sim_is_old(const struct sim *s);
/* Is it a claim that the guest itself mounts? (12.4) */
bool sim_is_direct(struct str pattern);
/* Of those the nth is as the nth block device, counted from here. */
#define SIM_DIRECT 128

/* simulate_oci.c, simulate_storage.c */
struct jv *sim_process(struct sim *s, size_t k);
struct jv *sim_create(struct sim *s, size_t k);
struct jv *sim_storages(struct sim *s, size_t k);
/* The mount point of a container's nth block device. */
struct str sim_block_mount(struct sim *s, size_t k, size_t n);

/* simulate_layer.c: the nth layer below the overlay, and the overlay. */
bool sim_is_layer(const struct jv *storage);
bool sim_is_overlay(const struct jv *storage);
struct jv *sim_layer(struct sim *s, size_t k, const struct jv *from,
    const struct jv *overlay, size_t n);
struct jv *sim_overlay(struct sim *s, size_t k, const struct jv *from);

/* simulate_file.c: CopyFileRequests for what is mounted into container k. */
void sim_files(struct sim *s, size_t k);

/* Adds a request to the list. */
void sim_send(struct sim *s, const struct sim_request *like, const char *kind,
    struct jv *input);

#endif
