/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as seed-shares.json; what is read is written the same. */
#include <stdlib.h>

#include "runtime/pki/share.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(struct arena *a, const struct pki_shares *s)
{
	struct pki_shares again = {0};
	struct buf b = {0};
	size_t i;

	pki_shares_write(&b, a, s);
	if (pki_shares_read(&again, a, buf_str(&b), NULL) != 0 ||
	    again.list.n != s->list.n || !str_eq(again.salt, s->salt))
		abort();
	for (i = 0; i < s->list.n; i++) {
		if (!str_eq(
			again.list.p[i].public_key, s->list.p[i].public_key) ||
		    !str_eq(again.list.p[i].encrypted, s->list.p[i].encrypted))
			abort();
	}
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct pki_shares s = {0};

	if (pki_shares_read(
		&s, a, (struct str){(const char *)data, size}, NULL) == 0)
		round_trip(a, &s);
	arena_free(a);
	return 0;
}
