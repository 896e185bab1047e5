/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_ANALYSE_REQUESTS_H
#define CONTRASTC_ANALYSE_REQUESTS_H

#include "runtime/base/err.h"
#include "runtime/base/jv.h"

#define REQUESTS_SIZE_MAX ((size_t)64 << 20)
#define REQUESTS_MAX 100000

/*
 * Requests that somebody recorded.  In each form the kind may lack
 * "Request", and a verdict that is given is what is expected.
 *
 *	{"kind": K, "request": R}             the agent's /tmp/policy.jsonl,
 *	                                      `simulate`, test cases
 *	{"ep": K, "input": R, "result": V}    older recordings
 *	{"type": K, "input": R}
 *	["ep":K,R],                           the agent's /tmp/policy.txt
 */
struct recorded {
	struct str kind;
	struct jv *input; /* as it is there */
	struct str what;  /* "name" or "description", or empty */
	bool has_expected, expected;
	size_t line; /* 1-based; 0: an element of a list */
};
struct requests {
	VEC(struct recorded) list;
};

/*
 * JSON lines, or one JSON list of such objects.  Lines that are empty, or
 * objects without a kind and a request, are no requests and left out.
 * RT_EFORMAT with the line, RT_ELIMIT.
 */
int requests_read(struct requests *out, struct arena *a, struct str text,
    struct rt_err *err) RT_MUST_CHECK;

#endif
