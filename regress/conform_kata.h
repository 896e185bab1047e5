/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_CONFORM_KATA_H
#define CONTRASTC_REGRESS_CONFORM_KATA_H

#include "regress/conform.h"
#include "regress/judge.h"
#include "runtime/base/diag.h"

/* One run of the theme kata-policy below a directory. */
struct kata_run {
	struct conform *c;
	const char *images; /* images.json */
	const char *judge;  /* NULL: not installed */
	bool mutate;        /* the theme mutation instead */
	const char *target;
	bool old; /* agents of the target have the oldest engine */
};

/* What the agents of the target evaluate with: the first of several. */
const char *kata_engine(const struct kata_run *r);

/* A policy in one form, judged by one engine. */
struct kata_form {
	const char *style, *engine;
	struct str policy;
};

struct kata_forms {
	VEC(struct kata_form) list;
};

/*
 * Lowers the only workload of a YAML text for the target.  NULL and findings
 * after an error.
 */
struct jv *kata_lower(const struct kata_run *r, struct diags *d,
    struct str yaml, const char *config_file);
/* The policy of the data in all forms. */
bool kata_link(const struct kata_run *r, struct diags *d,
    struct kata_forms *out, const struct jv *policy_data);
/* The name of a case's request; where none is given it makes a container. */
struct str kata_kind(const struct jv *testcase);
/* What was found, in one line. */
const char *kata_findings(struct arena *a, const struct diags *d);

/* Changes each allowed request at every place. */
void kata_mutate(const struct kata_run *r, const char *dir,
    const struct jv *cases, struct str policy);

/* The group aks/tarfs/. */
void kata_tarfs(const struct kata_run *r, const char *dir);

/* The group generate/. */
void kata_generate(const struct kata_run *r, const char *dir);

#endif
