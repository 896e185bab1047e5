/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_POLICY_POLICY_H
#define CONTRASTC_POLICY_POLICY_H

#include "runtime/base/diag.h"
#include "runtime/base/jv.h"
#include "runtime/base/map.h"
#include "runtime/base/source.h"

/*
 * Policy data and the rules of stdlib-rego/ become the text of one module,
 * package agent_policy; its last rule is `policy_data := ` and JSON.
 */
enum policy_style {
	POLICY_SPECIALISED, /* only what this workload can reach */
	POLICY_FULL         /* all rules, all data, JSON as in 9.1 */
};

struct policy_options {
	const char *target; /* struct target's name */
	enum policy_style style;
	bool denials;      /* markers on denial */
	bool initdata;     /* carrier */
	bool debug_access; /* said at the head of the text */
	bool debug_shell;  /* "contrast.insecure-debug" beside the policy */
	unsigned passes;   /* policy_passes(), or 0: those of stage one */
	/* A user's own rules instead of stdlib-rego, or NULL. */
	const struct source *rules;
};

/*
 * Which passes run on specialised policies, from "LEVEL[,no-PASS]...": LEVEL
 * none, shake or full, PASS one of passes.def.  False: another word.
 */
bool policy_passes(unsigned *out, const char *text);

struct policy {
	struct str text;     /* the module */
	struct str carrier;  /* value of the annotation */
	struct str digest;   /* 64 hex digits: what the hardware report binds */
	struct str document; /* what the digest is of: module or TOML */
};

/*
 * Keeps parsed modules, and what policies with the same rules share, between
 * the workloads of a run.
 */
struct policy_linker;
struct policy_linker *policy_linker_new(
    struct arena *a, struct diags *d, const struct policy_options *o);
/* Accepts NULL. */
void policy_linker_free(struct policy_linker *l);
/*
 * False and diagnostics on an error.  The results are in `a`, but `text` and
 * `document` are valid until the next call only.
 */
bool policy_link(struct policy *out, struct arena *a, struct policy_linker *l,
    const struct jv *policy_data);

/*
 * The other way: what an annotation value holds (`initdata` says which
 * carrier).  RT_EFORMAT, RT_ELIMIT.
 */
int policy_carrier_decode(struct policy *out, struct arena *a, struct str value,
    bool initdata, struct rt_err *err) RT_MUST_CHECK;

/*
 * What can be said about the text of a policy without its workload: is it
 * Rego that an agent loads, and is it laid out to the byte as policy_link()
 * prints it?  `line` is the first one that is not.
 */
enum policy_state { POLICY_AS_PRINTED, POLICY_EDITED, POLICY_BROKEN };
struct policy_look {
	enum policy_state state;
	uint32_t line;
	struct str why; /* of POLICY_BROKEN */
};
/* `seen` remembers rules that many policies share; it begins empty. */
struct policy_look policy_examine(
    struct arena *a, struct map *seen, struct str text);

#endif
