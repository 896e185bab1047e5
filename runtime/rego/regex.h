/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_REGEX_H
#define CONTRASTC_REGO_REGEX_H

#include "runtime/base/buf.h"
#include "runtime/base/err.h"
#include "runtime/rego/builtin.h"

/*
 * Regular expressions (rego 10): Go's RE2 syntax and that of Rust's regex are
 * read here and translated to what they have in common, which PCRE2 matches
 * under limits.  No look-around, no back-references.
 */
enum regex_syntax {
	REGEX_GO,
	REGEX_RUST,     /* as regorus limits its size */
	REGEX_RUST_OLD, /* before it did */
	REGEX_GLOB
};

struct regex;

/*
 * The compiled pattern, which the cache owns until its next call.  A glob has
 * its delimiters, as UTF-8, in `delimiters`; else they are empty.  RT_EFORMAT:
 * the text is what the dialect's own engine says; RT_ELIMIT: too large.
 */
int regex_compile(const struct regex **out, struct rego_regexes *cache,
    enum regex_syntax syntax, struct str pattern, struct str delimiters,
    struct rt_err *err) RT_MUST_CHECK;

/* Groups without the whole match. */
size_t regex_groups(const struct regex *r);
/* The name of a group from 1 on; empty if it has none. */
struct str regex_group_name(const struct regex *r, size_t group);

/*
 * Searches from byte `from` on: 1 and the match, 0: none.  (*at)[2 * i] and
 * (*at)[2 * i + 1] are the ends of group i, SIZE_MAX if it took no part; they
 * stay until the cache's next call.  RT_ELIMIT: more steps or memory than
 * allowed, which is no verdict.  The subject is valid UTF-8.
 */
int regex_search(const size_t **at, const struct regex *r, struct str subject,
    size_t from, struct rt_err *err) RT_MUST_CHECK;

/*
 * Is there a match?  1, 0.  What takes too many steps backwards and forwards
 * is tried again in one pass that keeps all states at a time, so that only
 * what needs too many of those is RT_ELIMIT.
 */
int regex_matches(const struct regex *r, struct str subject,
    struct rt_err *err) RT_MUST_CHECK;

#endif
