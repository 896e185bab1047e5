/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What registries and the user's files say of credentials.  The first byte
 * chooses: f an auth file, c the value of WWW-Authenticate, r of Retry-After.
 */
#include <stdint.h>
#include <stdlib.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_file(struct arena *a, struct str text)
{
	static const struct {
		struct str host, path;
	} names[] = {{STR_INIT("r.example:5000"), STR_INIT("a/b")},
	    {STR_INIT("docker.io"), STR_INIT("library/x")}};
	struct str helper, entry;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct img_creds c = {.found = false};

		if (img_auth_file_read(&c, &helper, &entry, a, text,
			names[i].host, names[i].path, NULL) == 0 &&
		    c.found && helper.n > 0)
			abort();
		img_creds_wipe(&c);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data + 1, size - 1};
	struct img_challenge c = {.scheme = IMG_AUTH_NONE};

	if (size == 0 || size > 65536) {
		arena_free(a);
		return 0;
	}
	if (data[0] == 'f')
		read_file(a, text);
	if (data[0] == 'c')
		img_challenge_read(&c, a, text);
	if (c.scheme == IMG_AUTH_BEARER && c.realm.n == 0)
		abort();
	if (data[0] == 'r' && img_retry_after(text, 784111770) < UINT64_MAX &&
	    text.n == 0)
		abort();
	arena_wipe(a);
	return 0;
}
