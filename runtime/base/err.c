/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/base/err.h"
#include "runtime/base/banned.h"

static void
set(struct rt_err *err, int code, int sys, const char *fmt, va_list ap)
{
	size_t n;

	err->code = code;
	err->sys = sys;
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	n = strlen(err->text);
	if (sys != 0)
		(void)snprintf(err->text + n, sizeof(err->text) - n, ": %s",
		    strerror(sys));
}

int
rt_err_set(struct rt_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	set(err, code, 0, fmt, ap);
	va_end(ap);
	return code;
}

int
rt_err_sys(struct rt_err *err, int code, const char *fmt, ...)
{
	int sys = errno;
	va_list ap;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	set(err, code, sys, fmt, ap);
	va_end(ap);
	return code;
}

int
rt_err_wrap(struct rt_err *err, const char *fmt, ...)
{
	char inner[sizeof(err->text)];
	va_list ap;
	size_t n;

	if (err == NULL)
		return RT_EINVAL;
	memcpy(inner, err->text, sizeof(inner));
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	(void)snprintf(err->text + n, sizeof(err->text) - n, ": %s", inner);
	return err->code;
}
