/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as an owner key of either kind, public and private. */
#include <stdlib.h>

#include <openssl/evp.h>

#include "runtime/pki/der.h"
#include "runtime/pki/key.h"
#include "runtime/pki/owner.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes out is what a manifest accepts, and one key only. */
static void
read_key(struct arena *a, enum pki_owner kind, bool (*accepts)(struct str),
    struct str text)
{
	struct pki_owner_key k = {0};
	EVP_PKEY *private = NULL;
	struct str der;

	if (pki_owner_public(&k, a, kind, text, NULL) == 0 && !accepts(k.der))
		abort();
	if (pki_owner_private(&private, kind, text, NULL) == 0 &&
	    (!k.private || pki_key_public(&der, a, private, NULL) != 0 ||
		!str_eq(der, k.der)))
		abort();
	EVP_PKEY_free(private);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data, size};

	read_key(a, PKI_OWNER_WORKLOAD, der_is_ec_spki, text);
	read_key(a, PKI_OWNER_SEEDSHARE, der_is_rsa_pkcs1, text);
	(void)der_is_ec_spki(text);
	(void)der_is_rsa_pkcs1(text);
	arena_free(a);
	return 0;
}
