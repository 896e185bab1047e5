/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_LOG_H
#define CONTRASTC_BASE_LOG_H

#include <stdbool.h>

/*
 * What daemons say, on standard error: a line for each event, either JSON (one
 * object) or text (key=value), as Go's slog prints them.  Never a secret.
 */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Once, before threads.  [LOG_INFO, text] */
void log_setup(enum log_level least, bool json);
/* "debug", "info", "warn", "error"; false if it is none. */
bool log_level_find(enum log_level *out, const char *name);

/*
 * An event: what happened, then names and values, then NULL:
 *	log_event(LOG_INFO, "listening", "port", text, NULL);
 * Bytes that are no printable UTF-8 are escaped.  Any thread.
 */
void log_event(enum log_level level, const char *what, ...)
    __attribute__((sentinel));

#endif
