/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_WIRE_CONFIG_H
#define CONTRASTC_WIRE_CONFIG_H

#include "runtime/base/arena.h"
#include "runtime/base/buf.h"
#include "runtime/base/err.h"

/*
 * What a daemon is told: defaults, then a TOML file, then variables of the
 * environment; the later wins.  A daemon has one table of rows, its
 * config.def of CONFIG(id, key, variable, kind, default, text), and arrays of
 * the same length for the values.
 */
enum wire_config_kind {
	WIRE_TEXT,
	WIRE_PORT, /* 0 to 65535, or "off" */
	WIRE_FLAG, /* true or false */
	WIRE_SET,  /* counts when it is there, whatever its value */
	WIRE_LIST  /* separated by commas */
};

struct wire_config_row {
	const char *key; /* in the file; "": a variable alone */
	const char *variable, *fallback, *help;
	enum wire_config_kind kind;
};
#define WIRE_CONFIG_ROW(id, key, variable, kind, fallback, text)               \
	{key, variable, fallback, text, WIRE_##kind},

#define WIRE_PORT_OFF (-1)

struct wire_config {
	const struct wire_config_row *rows;
	size_t n;
	const char **text; /* never NULL afterwards */
	int *port;         /* of a PORT: 0: any; or WIRE_PORT_OFF */
	bool *on;          /* of a FLAG or SET */
};

/*
 * Fills the arrays; `file` NULL: none.  RT_EINVAL names variable or key, and
 * what it takes; RT_EFORMAT: no TOML, an unknown key.
 */
int wire_config_read(const struct wire_config *c, struct arena *a,
    const char *file, struct rt_err *err) RT_MUST_CHECK;
/* The table, for --help. */
void wire_config_help(
    struct buf *out, const struct wire_config_row *rows, size_t n);
/*
 * log_setup() with names: level, and "json" or "text"; `warn`: warnings are
 * never left out (what is said about simulated hardware).  RT_EINVAL.
 */
int wire_config_log(const char *level, const char *format, bool warn,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * main() of a daemon: --config, --version, --help; then run(file), whose
 * result is the exit status.  2: a mistake in the arguments.
 */
int wire_config_main(int argc, char **argv, const char *name,
    int (*usage)(void), int (*run)(const char *file));

#endif
