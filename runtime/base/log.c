/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/buf.h"
#include "runtime/base/jv.h"
#include "runtime/base/log.h"

#include "runtime/base/banned.h"

static const char *const names[] = {"debug", "info", "warn", "error"};
static const char *const words[] = {"DEBUG", "INFO", "WARN", "ERROR"};
static enum log_level least = LOG_INFO;
static bool json;

void
log_setup(enum log_level l, bool j)
{
	least = l;
	json = j;
}

bool
log_level_find(enum log_level *out, const char *name)
{
	int i;

	for (i = LOG_DEBUG; i <= LOG_ERROR; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static bool
is_plain(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\')
			return false;
	}
	return s.n > 0;
}

static void
put(struct buf *b, const char *key, const char *value)
{
	struct str s = str_from(value);

	if (!str_is_utf8(s))
		s = STR("(not UTF-8)");
	if (json) {
		buf_printf(b, "%s\"%s\":", b->n > 0 ? "," : "{", key);
		jv_print_string(b, s);
		return;
	}
	buf_printf(b, "%s%s=", b->n > 0 ? " " : "", key);
	if (is_plain(s))
		buf_put(b, s);
	else
		jv_print_string(b, s);
}

static void
put_time(struct buf *b)
{
	char text[32], all[48];
	struct timespec t;
	struct tm tm;

	if (clock_gettime(CLOCK_REALTIME, &t) != 0 ||
	    gmtime_r(&t.tv_sec, &tm) == NULL)
		return;
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(
	    all, sizeof(all), "%s.%03ldZ", text, t.tv_nsec / 1000000);
	put(b, "time", all);
}

void
log_event(enum log_level level, const char *what, ...)
{
	const char *key;
	struct buf b = {0};
	va_list ap;
	ssize_t r;

	if (level < least)
		return;
	put_time(&b);
	put(&b, "level", words[level]);
	put(&b, "msg", what);
	va_start(ap, what);
	while ((key = va_arg(ap, const char *)) != NULL)
		put(&b, key, va_arg(ap, const char *));
	va_end(ap);
	buf_puts(&b, json ? "}\n" : "\n");
	/* One call a line, so that lines of threads do not mix. */
	r = write(STDERR_FILENO, b.p, b.n);
	(void)r;
	buf_free(&b);
}
