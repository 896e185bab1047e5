/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as an owner key of either kind. */
#include <stdlib.h>

#include "runtime/pki/der.h"
#include "runtime/pki/owner.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data, size};
	struct pki_owner_key k = {0};

	/* What comes out is what a manifest accepts. */
	if (pki_owner_public(&k, a, PKI_OWNER_WORKLOAD, text, NULL) == 0 &&
	    !der_is_ec_spki(k.der))
		abort();
	if (pki_owner_public(&k, a, PKI_OWNER_SEEDSHARE, text, NULL) == 0 &&
	    !der_is_rsa_pkcs1(k.der))
		abort();
	(void)der_is_ec_spki(text);
	(void)der_is_rsa_pkcs1(text);
	arena_free(a);
	return 0;
}
