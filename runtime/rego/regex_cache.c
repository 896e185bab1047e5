/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled patterns, kept over queries. */
#include <stdlib.h>

#include "runtime/base/arena.h"
#include "runtime/rego/builtin.h"
#include "runtime/base/banned.h"

struct rego_regexes {
	size_t n;
};

struct rego_regexes *
rego_regexes_new(void)
{
	return rt_calloc(1, sizeof(struct rego_regexes));
}

void
rego_regexes_free(struct rego_regexes *r)
{
	free(r);
}
