/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as the names of authorities of a certificate request. */
#include <stdlib.h>

#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAMES_MAX 4

/* What we would send for this nonce is read back as the same. */
static void
round_trip(const unsigned char nonce[ATLS_NONCE_LEN])
{
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
	unsigned char got[ATLS_NONCE_LEN];

	if (sk_X509_NAME_push(names, atls_nonce_name(nonce)) == 0 ||
	    atls_nonce_of_names(got, names, NULL) != 0 ||
	    memcmp(got, nonce, sizeof(got)) != 0)
		abort();
	sk_X509_NAME_pop_free(names, X509_NAME_free);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
	unsigned char nonce[ATLS_NONCE_LEN];
	const unsigned char *p = data;
	X509_NAME *name;

	while (
	    sk_X509_NAME_num(names) < NAMES_MAX &&
	    (name = d2i_X509_NAME(NULL, &p, (long)(data + size - p))) != NULL)
		(void)sk_X509_NAME_push(names, name);
	if (atls_nonce_of_names(nonce, names, NULL) == 0)
		round_trip(nonce);
	sk_X509_NAME_pop_free(names, X509_NAME_free);
	return 0;
}
