/* SPDX-License-Identifier: Apache-2.0 */
/* Reads any bytes as an owner key of either kind. */
#include <stdlib.h>

#include "compiler/emit/keys.h"
#include "runtime/manifest/der.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data, size};
	struct owner_key k = {0};

	/* What comes out is what a manifest accepts. */
	if (keys_public(&k, a, KEY_WORKLOAD, text, NULL) == 0 &&
	    !der_is_ec_spki(k.der))
		abort();
	if (keys_public(&k, a, KEY_SEEDSHARE, text, NULL) == 0 &&
	    !der_is_rsa_pkcs1(k.der))
		abort();
	(void)der_is_ec_spki(text);
	(void)der_is_rsa_pkcs1(text);
	arena_free(a);
	return 0;
}
