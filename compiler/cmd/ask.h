/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_ASK_H
#define CONTRASTC_CMD_ASK_H

#include "compiler/analyse/simulate.h"
#include "compiler/cmd/cmd.h"
#include "runtime/agent/engine.h"

/*
 * What the commands have in common that ask policies: workloads are compiled
 * as generate would, and each policy is loaded by an agent; or --policy names
 * one that is asked as it is.
 */
struct ask_pod {
	struct run *run;
	struct arena *arena; /* of this pod */
	struct str name;     /* "Deployment/parcel/web", or a file */
	const struct k8s_object *object; /* or NULL */
	const struct jv *data;           /* or NULL: only the text is there */
	const struct sim *sim;           /* with data */
	struct str target;
	const char *engine;
	struct agent_policy *policy; /* just loaded */
};

/* An exit status; EXIT_FINDINGS goes on with the next pod. */
typedef int (*ask_fn)(void *ctx, const struct ask_pod *p);
/*
 * All pods of the command line, then, unless it is NULL, `end` with the status
 * so far; the diagnostics come behind it.  An exit status.
 */
typedef int (*ask_end_fn)(void *ctx, int status);
int ask_pods(struct run *r, ask_fn fn, ask_end_fn end, void *ctx);

/* One of --format, or --json. */
bool ask_json(const struct run *r);

#endif
