/* SPDX-License-Identifier: Apache-2.0 */
/* Judges any bytes as the header of a volume; a refusal has a reason. */
#include <stdlib.h>
#include <string.h>

#include "initializer/luks.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(struct str json, bool old)
{
	struct rt_err err = {0};

	if (init_luks_check(json, old, &err) != 0 && err.text[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str json = {(const char *)data, size};
	struct rt_err err;

	if (size >= INIT_LUKS_HEAD && init_luks_head(data, &err) == 0 &&
	    (memcmp(data, "LUKS", 4) != 0 || data[7] != 2))
		abort();
	judge(json, false);
	judge(json, true);
	return 0;
}
