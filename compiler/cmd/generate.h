/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_GENERATE_H
#define CONTRASTC_CMD_GENERATE_H

#include "compiler/cmd/cmd.h"
#include "compiler/emit/emit.h"
#include "compiler/emit/extract.h"
#include "compiler/front/input.h"
#include "compiler/image/image.h"
#include "compiler/lower/lower.h"
#include "compiler/pass/pass.h"
#include "compiler/policy/policy.h"
#include "runtime/manifest/refvalues.h"

/* A workload on its way through the run. */
struct work {
	struct selection sel;      /* what round one decided */
	struct k8s_object *object; /* round two: the completed object */
	struct policy policy;      /* if selected; without its text */
	size_t text_size;          /* of that */
	size_t used;               /* annotation bytes against the limit */
};

/* A file on its way through the run. */
struct gen_file {
	struct input in;
	struct units units; /* round one */
	struct k8s_objects objects;
	const struct source *completed;
	struct units units2; /* round two: documents of that text */
	struct k8s_objects objects2;
	VEC(struct filled) filled;
	const struct source *final; /* proven */
	bool active;                /* has a selected workload */
};

/* What workloads of one target and carrier share. */
struct gen_target {
	const struct target *target;
	const char *carrier;
	struct jv *settings;
	struct lower_options options;
	struct lower *lower;
	struct policy_options policy;
	struct policy_linker *linker;
};

struct generate {
	struct run *run;
	struct arena *arena;
	struct diags *diags;
	/* from the options */
	struct pass_options pass;
	struct img_options image_options;
	struct settings_source settings_source;
	struct policy_options policy;
	struct lower_options lower;
	struct refvalues *refvalues;
	const char *target; /* --target, or NULL */
	bool lenient;       /* unknown fields are warnings */
	enum secret_id_format secret_id_format;
	/* of the run */
	VEC(struct gen_file) files;
	VEC(struct work) works; /* every workload, in input order */
	VEC(struct gen_target *) targets;
	struct k8s_objects all;  /* round one */
	struct k8s_objects all2; /* round two, with --config-file */
	struct img_store *images;
	size_t selected;
};

/* Options to what the rooms take; EXIT_OK or a failure that was printed. */
int generate_options(struct generate *g);
/* The target of a platform (DESIGN 5) unless --target names one. */
const char *generate_target_name(
    const struct generate *g, const struct platform *p);

/* Sizes against Kubernetes' limit (policy-model 10.5). */
void generate_sizes(struct generate *g);
/* Every workload: in or out and why, sizes; on stderr. */
void generate_summary(const struct generate *g);
/*
 * --git-commit: what speaks against it, before anything is written (EXIT_OK
 * and NULL if it was not asked for); then the commit.
 */
struct emit_git;
struct emit_git_options;
int generate_git_open(struct emit_git **out, struct generate *g,
    const struct file_set *files, struct emit_git_options *o);
int generate_git_commit(struct generate *g, struct emit_git *git);

/* Manifest, keys, files: all or nothing.  An exit status. */
int generate_write(struct generate *g);

#endif
