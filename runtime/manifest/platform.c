/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "runtime/base/buf.h"
#include "runtime/manifest/platform.h"
#include "runtime/base/banned.h"

enum { NORMAL = 0, GPU = 1, INSECURE = 2, INSECURE_GPU = 3, SIMULATED = 4 };

const struct platform platforms[] = {
#define PLATFORM(name, tee, profile, kind, v12, latest, class)                 \
	{name, TEE_##tee, PROFILE_##profile, ((kind)&GPU) != 0,                \
	    ((kind)&INSECURE) != 0, (kind) == SIMULATED, v12, latest, class},
#include "runtime/manifest/platform.def"
#undef PLATFORM
};
const size_t nplatforms = sizeof(platforms) / sizeof(platforms[0]);

static bool
same_letters(struct str s, const char *z)
{
	struct str t = str_from(z);

	return s.n == t.n && strncasecmp(s.p, t.p, t.n) == 0;
}

const struct platform *
platform_find(struct str name)
{
	size_t i;

	for (i = 0; name.n > 0 && i < nplatforms; i++) {
		if (same_letters(name, platforms[i].name))
			return &platforms[i];
	}
	return NULL;
}

static const struct platform *by_class(struct str class)
{
	size_t i;

	for (i = 0; i < nplatforms; i++) {
		if (str_eqz(class, platforms[i].class))
			return &platforms[i];
	}
	return NULL;
}

const struct platform *
platform_of_handler(struct str handler, struct str *hash)
{
	const struct platform *p = by_class(handler);
	size_t dash = str_rchr(handler, '-');
	struct str rest = {"", 0};

	if (p == NULL && dash != SIZE_MAX) {
		p = by_class(str_sub(handler, 0, dash));
		rest = str_sub(handler, dash + 1, handler.n);
		if (rest.n == 0)
			return NULL;
	}
	if (p != NULL && hash != NULL)
		*hash = rest;
	return p;
}
