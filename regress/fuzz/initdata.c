/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: carriers.  Any bytes as an annotation; and any bytes as a
 * policy, which must come back from its carrier.
 */
#include <stdlib.h>

#include "compiler/policy/carrier.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
there_and_back(struct arena *a, struct str text, bool initdata)
{
	struct policy_options o = {.initdata = initdata};
	struct carrier_rules rules = {
	    str_sub(text, 0, text.n / 2), text.n / 4, text.n / 3};
	struct carrier_stem *stem;
	struct carrier *c;
	struct policy p, q;

	if (initdata && !str_is_utf8(text))
		return;
	stem = carrier_stem_new();
	c = carrier_new(&o, stem, &rules);
	buf_put(carrier_begin(c), str_sub(text, text.n / 2, text.n));
	carrier_end(&p, a, c);
	carrier_free(c);
	carrier_stem_free(stem);
	if (policy_carrier_decode(&q, a, p.carrier, initdata, NULL) < 0 ||
	    !str_eq(q.text, text) || !str_eq(q.digest, p.digest))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str s = {(const char *)data, n};
	struct rt_err err = {0};
	struct policy p;
	struct arena *a;

	if (n > 65536)
		return 0;
	a = arena_new();
	if (policy_carrier_decode(&p, a, s, true, &err) < 0 && err.text[0] == 0)
		abort();
	if (policy_carrier_decode(&p, a, s, false, &err) == 0 &&
	    p.digest.n != 64)
		abort();
	there_and_back(a, s, true);
	there_and_back(a, s, false);
	arena_free(a);
	return 0;
}
