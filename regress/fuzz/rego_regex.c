/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: regular expressions and globs.  A first line is the pattern,
 * the rest the subject.  Whatever either dialect accepts, PCRE2 must take, or
 * say that it is too large; groups lie inside of the subject.
 */
#include <stdlib.h>

#include "runtime/rego/regex.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
search(const struct regex *r, struct str subject)
{
	const size_t *at;
	size_t i;
	int found, matches = regex_matches(r, subject, NULL);

	found = regex_search(&at, r, subject, 0, NULL);
	if (found >= 0 && matches >= 0 && found != matches)
		abort();
	for (i = 0; found == 1 && i <= regex_groups(r); i++)
		if (at[2 * i] != SIZE_MAX &&
		    (at[2 * i] > subject.n || at[2 * i + 1] > subject.n))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str all = {(const char *)data, n}, pattern, subject;
	struct rego_regexes *cache;
	const struct regex *r;
	struct rt_err err;
	size_t line = str_chr(all, '\n', 0);
	int syntax, rc;

	if (n > 2000)
		return 0;
	pattern = str_sub(all, 0, line);
	subject = str_sub(all, line < SIZE_MAX ? line + 1 : n, n);
	if (!str_is_utf8(subject))
		return 0;
	cache = rego_regexes_new();
	for (syntax = REGEX_GO; syntax <= REGEX_GLOB; syntax++) {
		err = (struct rt_err){0};
		rc = regex_compile(&r, cache, (enum regex_syntax)syntax,
		    pattern, syntax == REGEX_GLOB ? STR("./") : STR(""), &err);
		if (rc == 0)
			search(r, subject);
		else if (err.text[0] == '\0')
			abort();
	}
	rego_regexes_free(cache);
	return 0;
}
