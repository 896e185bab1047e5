/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_GENERATE_H
#define CONTRASTC_CMD_GENERATE_H

#include "compiler/cmd/cmd.h"
#include "compiler/emit/emit.h"
#include "compiler/emit/extract.h"
#include "compiler/front/input.h"
#include "compiler/image/image.h"
#include "compiler/lower/lower.h"
#include "compiler/pass/cross.h"
#include "compiler/policy/policy.h"
#include "runtime/manifest/refvalues.h"

/*
 * The stages, in the order of their calls:
 *
 *   generate_options    options to what the rooms take
 *   generate_read       all files, documents and objects: trees
 *   generate_round_one  the passes change the trees; each changed document
 *                       gets its new text
 *   generate_round_two  document by document: the new text is read again,
 *                       compiled, filled in and proven; then its trees go
 *   generate_write      manifest, keys, files
 *   generate_close      whatever became of it
 *
 * Between the rounds all objects are there at once, as the passes left them
 * (`all`, `works`): what looks from one object to another, and what asks which
 * images are needed, has its place there.  Behind round two only texts and
 * small records are left, so that memory does not grow with trees.
 */

/* A workload on its way through the run. */
struct work {
	struct selection sel; /* what round one decided */
	/* As the passes left it; in its turn of round two as it is read. */
	struct k8s_object *object;  /* NULL behind that */
	struct str kind_name, name; /* for the summary */
	/* If it is selected, of its policy: */
	size_t text_size, carrier_size;
	size_t used; /* annotation bytes against the limit */
};

/* Trees of some documents, which go together. */
struct gen_batch {
	struct arena *arena;
	size_t left; /* documents that are not through */
	bool kept;   /* one is needed to the end */
};

/* A document on its way through the run. */
struct gen_doc {
	struct unit *unit;       /* until round two is through with it */
	struct gen_batch *batch; /* NULL: its tree stays */
	struct k8s_objects objects;
	size_t first_work, nworks;      /* its workloads */
	const struct source *completed; /* of it alone; NULL: untouched */
};

/* A file on its way through the run. */
struct gen_file {
	struct input in;
	VEC(struct gen_doc) docs;
	bool active; /* has a selected workload */
	/* Behind round two, if there is no --output: */
	struct str text; /* all of it, proven */
	bool changed;    /* it differs from what was read */
	struct buf final;
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

/* A policy that was compiled; all of it goes with the turn. */
struct compiled {
	struct arena *arena;
	const struct work *work;
	const struct gen_target *target;
	const struct jv *data;
	const struct policy *policy;
};

struct generate {
	struct run *run;
	/*
	 * Gets each policy; no document is changed then.  NULL: they are for
	 * the documents.  False: there is no point in going on.
	 */
	bool (*each)(void *ctx, const struct compiled *c);
	void *each_ctx;
	struct arena *arena;
	struct diags *diags;
	/* from the options */
	struct pass_options pass;
	struct cross_options cross;
	struct img_options image_options;
	struct settings_source settings_source;
	struct policy_options policy;
	struct lower_options lower;
	struct refvalues *refvalues;
	const char *target; /* --target, or NULL */
	bool lenient;       /* unknown fields are warnings */
	bool facts_only;    /* `lock`: only the images are asked for */
	enum secret_id_format secret_id_format;
	/* of the run */
	VEC(struct gen_file) files;
	VEC(struct gen_batch *) batches;
	VEC(struct work) works; /* every workload, in input order */
	VEC(struct gen_target *) targets;
	struct k8s_objects all;  /* until round two begins */
	struct k8s_objects data; /* ConfigMaps, Secrets; --config-file's too */
	VEC(struct loc) secrets; /* documents that hold a Secret */
	struct edits *edits;
	struct arena *made;    /* nodes of the passes, for one document */
	struct yaml_pool pool; /* the same, for all of them */
	struct pass_ctx ctx;
	struct img_store *images;
	size_t selected;
	/* Behind round two: */
	struct buf joined; /* what --output is to hold, proven */
	struct workload_policies policies;
	/* Findings of round two that come behind all others of it. */
	struct diags sizes, entries; /* entries: of `policies` */
	bool unnamed;                /* one of `policies` could not be made */
};

/* Options to what the rooms take; EXIT_OK or a failure that was printed. */
int generate_options(struct generate *g);
/* The target of a platform (DESIGN 5) unless --target names one. */
const char *generate_target_name(
    const struct generate *g, const struct platform *p);

/* False: there was an error, which is reported with all others. */
bool generate_read(struct generate *g);
bool generate_round_one(struct generate *g);
/* Between the rounds: objects of --config-file, then all against each other. */
bool generate_config_files(struct generate *g);
void generate_cross(struct generate *g);
bool generate_round_two(struct generate *g);
/* All of these, from the options on. */
bool generate_compile(struct generate *g);
/* Prints the findings and frees what is not in the arena. */
void generate_close(struct generate *g);

/* What a workload asks for beyond the options of the run: LOWER_... */
unsigned generate_wishes(struct generate *g, const struct work *w);
/* Has it a pod template? */
bool generate_is_workload(const struct k8s_object *o);
/* Sizes against Kubernetes' limit (policy-model 10.5). */
void generate_size(struct generate *g, struct work *w);
/* Every workload: in or out and why, sizes; on stderr. */
void generate_summary(const struct generate *g);
/* --check or --dry-run: nothing is written. */
bool generate_is_plan(const struct generate *g);
/* The patch on stdout, the reasons as diagnostics.  An exit status. */
struct emit_stale;
int generate_plan(struct generate *g, const struct emit_stale *s);

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
