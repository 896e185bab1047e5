/* SPDX-License-Identifier: Apache-2.0 */
#include "regress/conform_policy.h"
#include "compiler/analyse/whole.h"
#include "regress/conform.h"
#include "runtime/base/banned.h"

static bool
read_whole(struct whole *out, struct arena *a, const char *path)
{
	struct str text;

	return conform_read(&text, a, path) &&
	       whole_read(out, a, text, NULL) == 0;
}

bool
conform_policy_module(struct str *out, struct arena *a, const char *path)
{
	struct whole w;

	if (!read_whole(&w, a, path))
		return false;
	*out = w.module;
	return true;
}

const struct jv *
conform_policy_data(struct arena *a, const char *dir)
{
	struct whole w;

	return read_whole(&w, a, conform_path(a, dir, "data")) ? w.data : NULL;
}
