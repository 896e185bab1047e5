/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: Rego.  What reads must print so that it reads as the same
 * tree and prints as the same text, in both styles; the checks must end.
 * The first byte chooses profile and version.
 */
#include <stdlib.h>

#include "grammar/rego_ast.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
print(struct buf *b, struct arena *a, const struct rego_module *m,
    const struct rego_options *o, bool fmt)
{
	if (fmt)
		rego_fmt(b, a, m, o);
	else
		rego_print(b, m);
}

static void
round_trip(struct arena *a, const struct rego_module *m,
    const struct rego_options *o, bool fmt)
{
	struct rego_module *two;
	struct buf b = {0}, c = {0};
	struct diags d;

	diags_init(&d, a);
	print(&b, a, m, o, fmt);
	two = rego_parse(a, &d, source_new(a, STR("printed"), buf_str(&b)), o);
	if (two == NULL || !rego_module_equal(m, two))
		abort();
	print(&c, a, two, o, fmt);
	if (!str_eq(buf_str(&b), buf_str(&c)))
		abort();
	buf_free(&b);
	buf_free(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rego_options o = {0};
	struct rego_module *m;
	struct arena *a;
	struct diags d;

	if (n == 0 || n > 16384)
		return 0;
	o.opa = data[0] & 1;
	o.v0 = data[0] & 2;
	a = arena_new();
	diags_init(&d, a);
	m = rego_parse(a, &d,
	    source_new(
		a, STR("fuzz"), (struct str){(const char *)data + 1, n - 1}),
	    &o);
	if ((m == NULL) != (d.errors > 0))
		abort();
	if (m != NULL) {
		round_trip(a, m, &o, true);
		round_trip(a, m, &o, false);
		(void)rego_check(a, &d, &m, 1, &o);
	}
	arena_free(a);
	return 0;
}
