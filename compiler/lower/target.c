/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/lower/target.h"
#include "runtime/base/embed.h"
#include "runtime/base/jv_pack.h"
#include "runtime/base/banned.h"

extern const struct str jv_packed_kata_4, jv_packed_contrast_metal,
    jv_packed_metal_v1_2, jv_packed_aks_v1_2;
EMBED(kata_4, "compiler/lower/target/kata-4.json");
EMBED(contrast_metal, "compiler/lower/target/contrast-metal.json");
EMBED(metal_v1_2, "compiler/lower/target/metal-v1.2.json");
EMBED(aks_v1_2, "compiler/lower/target/aks-v1.2.json");

#define NTARGETS 4

static const struct target *
all(void)
{
	static struct target t[NTARGETS] = {
	    {"kata-4", true, {NULL, 0}, &jv_packed_kata_4},
	    {"contrast-metal", true, {NULL, 0}, &jv_packed_contrast_metal},
	    {"metal-v1.2", false, {NULL, 0}, &jv_packed_metal_v1_2},
	    {"aks-v1.2", false, {NULL, 0}, &jv_packed_aks_v1_2},
	};

	/* The size of an embedded file is no constant expression. */
	if (t[0].defaults.p == NULL) {
		t[0].defaults = EMBEDDED(kata_4);
		t[1].defaults = EMBEDDED(contrast_metal);
		t[2].defaults = EMBEDDED(metal_v1_2);
		t[3].defaults = EMBEDDED(aks_v1_2);
	}
	return t;
}

const struct target *
target_find(struct str name)
{
	const struct target *t = all();
	size_t i;

	for (i = 0; i < NTARGETS; i++) {
		if (str_eqz(name, t[i].name))
			return &t[i];
	}
	return NULL;
}

const struct target *
target_at(size_t i)
{
	return i < NTARGETS ? &all()[i] : NULL;
}
