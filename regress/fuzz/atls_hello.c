/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads any bytes as the two extensions of a ClientHello that may hold a
 * nonce: the first byte says how many of the rest are the ALPN extension.
 */
#include <stdlib.h>

#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str
piece(const uint8_t *p, size_t n)
{
	return (struct str){n == 0 ? NULL : (const char *)p, n};
}

/* What we would send for this nonce is read back as the same. */
static void
round_trip(const unsigned char nonce[ATLS_NONCE_LEN])
{
	unsigned char got[ATLS_NONCE_LEN];
	struct buf list = {0}, ext = {0};

	atls_nonce_alpn(&list, nonce);
	buf_putc(&ext, 0);
	buf_putc(&ext, (char)list.n);
	buf_put(&ext, buf_str(&list));
	if (atls_nonce_of_hello(
		got, buf_str(&ext), (struct str){NULL, 0}, NULL) != 0 ||
	    memcmp(got, nonce, sizeof(got)) != 0)
		abort();
	buf_free(&ext);
	buf_free(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char nonce[ATLS_NONCE_LEN];
	size_t n;

	if (size == 0)
		return 0;
	n = data[0] < size ? data[0] : size - 1;
	if (atls_nonce_of_hello(nonce, piece(data + 1, n),
		piece(data + 1 + n, size - 1 - n), NULL) == 0)
		round_trip(nonce);
	return 0;
}
