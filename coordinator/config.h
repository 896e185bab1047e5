/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_COORDINATOR_CONFIG_H
#define CONTRASTC_COORDINATOR_CONFIG_H

#include "runtime/wire/config.h"

/* What a Coordinator is told, config.def: variables, TOML file, defaults. */
enum co_config_id {
#define CONFIG(id, key, variable, kind, fallback, text) CO_##id,
#include "coordinator/config.def"
#undef CONFIG
	CO_CONFIG_N
};

#define CO_PORT_OFF WIRE_PORT_OFF

struct co_config {
	const char *text[CO_CONFIG_N]; /* never NULL */
	int port[CO_CONFIG_N];         /* of a PORT: 0: any; or CO_PORT_OFF */
	bool on[CO_CONFIG_N];          /* of a FLAG or SET */
};

/*
 * Reads the environment and the file (NULL: none).  RT_EINVAL names variable
 * or key, and what it takes; RT_EFORMAT: no TOML, an unknown key.
 */
int co_config_read(struct co_config *out, struct arena *a, const char *file,
    struct rt_err *err) RT_MUST_CHECK;
/* "user_port". */
const char *co_config_key(enum co_config_id id);
/* The table, for --help. */
void co_config_help(struct buf *out);

#endif
