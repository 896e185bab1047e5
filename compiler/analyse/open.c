/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/analyse/cover.h"
#include "runtime/base/banned.h"

/* The generations of agents, as a set. */
enum {
	OPEN_KATA = 1 << 0,
	OPEN_METAL = 1 << 1,
	OPEN_METAL_OLD = 1 << 2,
	OPEN_AKS = 1 << 3,
	OPEN_OLD = OPEN_METAL_OLD | OPEN_AKS,
	OPEN_ALL = OPEN_KATA | OPEN_METAL | OPEN_OLD
};

struct open {
	const char *kind, *path;
	unsigned targets, mutations;
	const char *why;
};

static const struct open table[] = {
#define OPEN(targets, mutations, kind, path, why)                              \
	{kind, path, OPEN_##targets, mutations, why},
#include "compiler/analyse/open.def"
#undef OPEN
};

/* A star is one component, or its end; two at the end are anything. */
static bool
matches(struct str pattern, struct str path)
{
	size_t i = 0, p;

	for (p = 0; p < pattern.n; p++) {
		if (str_eqz(str_sub(pattern, p, pattern.n), "**"))
			return true;
		if (pattern.p[p] == '*') {
			while (i < path.n && path.p[i] != '/')
				i++;
		} else if (i >= path.n || pattern.p[p] != path.p[i++]) {
			return false;
		}
	}
	return i == path.n;
}

static unsigned
target_bit(struct str target)
{
	static const struct {
		const char *name;
		unsigned bit;
	} names[] = {{"kata-4", OPEN_KATA}, {"contrast-metal", OPEN_METAL},
	    {"metal-v1.2", OPEN_METAL_OLD}, {"aks-v1.2", OPEN_AKS}};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (str_eqz(target, names[i].name))
			return names[i].bit;
	}
	return OPEN_ALL;
}

const char *
open_reason(
    struct str target, struct str kind, enum mutation m, struct str path)
{
	const struct open *it;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		it = &table[i];
		if ((it->targets & target_bit(target)) != 0 &&
		    (it->mutations & (1u << m)) != 0 &&
		    matches(str_from(it->kind), kind) &&
		    matches(str_from(it->path), path))
			return it->why;
	}
	return NULL;
}
