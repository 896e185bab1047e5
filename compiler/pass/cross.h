/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PASS_CROSS_H
#define CONTRASTC_PASS_CROSS_H

#include "compiler/image/image.h"
#include "compiler/pass/pass.h"

/*
 * Checks of objects against each other: mesh ports against Services and
 * containers, egress hosts, references, names, memory against images.  Each
 * object is looked at once and leaves a small summary; the rest of it may go
 * away, but for its source.  Only workloads that get a policy are found fault
 * with.
 */
struct cross;

struct cross_options {
	bool data;       /* report missing values of variables, too */
	bool id_is_name; /* workload secret IDs are names alone */
	enum profile profile;
};

/* Findings go to `d`; options are borrowed. */
struct cross *cross_new(
    struct arena *a, struct diags *d, const struct cross_options *o);
/* Any object, as the passes left it; `s` is NULL if it is no workload. */
void cross_add(struct cross *c, struct pass_ctx *ctx,
    const struct k8s_object *o, const struct selection *s);
/* After the last object. */
void cross_check(struct cross *c);
/* Memory limits, with facts about images that are at hand already. */
void cross_images(struct cross *c, struct img_store *images);

#endif
