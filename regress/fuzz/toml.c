/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: TOML documents; a failure has a text, a result is a table. */
#include <stdlib.h>

#include "grammar/toml_doc.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t
visit(const struct toml *t)
{
	const struct toml_entry *e;
	size_t i, sum = t->text.n;

	for (i = 0; i < t->items.n; i++)
		sum += visit(t->items.p[i]);
	VEC_FOREACH(e, &t->entries) {
		sum += e->key.n + visit(e->value);
	}
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;
	struct toml *t = NULL;
	struct rt_err err = {0};
	int rc;

	if (n > 65536)
		return 0;
	a = arena_new();
	rc = toml_parse(&t, a, (struct str){(const char *)data, n}, &err);
	if (rc < 0 ? err.text[0] == 0 : t->type != TOML_TABLE)
		abort();
	if (rc == 0)
		(void)visit(t);
	arena_free(a);
	return 0;
}
