/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_INITIALIZER_CONFIG_H
#define CONTRASTC_INITIALIZER_CONFIG_H

#include <sys/types.h>

#include "runtime/wire/atls.h"
#include "runtime/wire/config.h"

/* What an Initializer is told, config.def: variables, TOML file, defaults. */
enum init_config_id {
#define CONFIG(id, key, variable, kind, fallback, text) INIT_##id,
#include "initializer/config.def"
#undef CONFIG
	INIT_CONFIG_N
};

struct init_config {
	const char *text[INIT_CONFIG_N]; /* never NULL */
	int port[INIT_CONFIG_N];
	bool on[INIT_CONFIG_N];
	enum atls_dialect nonce;
	unsigned retry; /* seconds */
	mode_t key_mode;
};

/* As wire_config_read(), and the values that are not free text. */
int init_config_read(struct init_config *out, struct arena *a, const char *file,
    struct rt_err *err) RT_MUST_CHECK;
/* The text, or NULL if it is empty. */
const char *init_config_text(
    const struct init_config *c, enum init_config_id id);
/* The table, for --help. */
void init_config_help(struct buf *out);

#endif
