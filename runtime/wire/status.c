/* SPDX-License-Identifier: Apache-2.0 */
/* Status codes, percent-encoding and timeouts of gRPC. */
#include <stdarg.h>
#include <stdio.h>

#include "runtime/wire/status.h"
#include "runtime/base/banned.h"

static const char *const words[WIRE_CODES] = {
#define S(name, number, word) [number] = (word),
#include "runtime/wire/status.def"
#undef S
};

/* HTTP statuses that say more than "unknown". */
static const struct {
	int http, code;
} http_codes[] = {
    {400, WIRE_INTERNAL},
    {401, WIRE_UNAUTHENTICATED},
    {403, WIRE_PERMISSION_DENIED},
    {404, WIRE_UNIMPLEMENTED},
    {429, WIRE_UNAVAILABLE},
    {502, WIRE_UNAVAILABLE},
    {503, WIRE_UNAVAILABLE},
    {504, WIRE_UNAVAILABLE},
};

/* Units of grpc-timeout, the finest first. */
static const struct {
	char unit;
	int64_t ns;
} units[] = {
    {'n', 1},
    {'u', 1000},
    {'m', 1000000},
    {'S', 1000000000},
    {'M', INT64_C(60) * 1000000000},
    {'H', INT64_C(3600) * 1000000000},
};
#define UNITS (sizeof(units) / sizeof(*units))
#define MS_NS 1000000
/* The largest value of grpc-timeout: eight digits. */
#define TIMEOUT_MAX 99999999

/* A text that does not fit ends in "…", between two characters. */
static void
mark_cut(struct wire_status *st)
{
	static const char dots[] = "\xe2\x80\xa6";
	struct str all = {st->text, sizeof(st->text) - 1};
	struct str kept = str_clip(all, sizeof(st->text) - sizeof(dots));

	memcpy(st->text + kept.n, dots, sizeof(dots));
}

int
wire_fail(struct wire_status *st, int code, const char *fmt, ...)
{
	va_list ap;
	int n;

	st->code = code;
	va_start(ap, fmt);
	n = vsnprintf(st->text, sizeof(st->text), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(st->text))
		mark_cut(st);
	return code;
}

const char *
wire_code_word(int code)
{
	if (code < 0 || code >= WIRE_CODES)
		return words[WIRE_UNKNOWN];
	return words[code];
}

int
wire_code_of_http(int status)
{
	size_t i;

	for (i = 0; i < sizeof(http_codes) / sizeof(*http_codes); i++) {
		if (http_codes[i].http == status)
			return http_codes[i].code;
	}
	return WIRE_UNKNOWN;
}

void
wire_percent_encode(struct buf *out, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x20 || c > 0x7e || c == '%')
			buf_printf(out, "%%%02X", c);
		else
			buf_putc(out, (char)c);
	}
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void
wire_percent_decode(struct buf *out, struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++) {
		int hi, lo;

		hi = i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1;
		lo = i + 2 < text.n ? hex_digit(text.p[i + 2]) : -1;
		if (text.p[i] != '%' || hi < 0 || lo < 0) {
			buf_putc(out, text.p[i]);
			continue;
		}
		buf_putc(out, (char)(hi * 16 + lo));
		i += 2;
	}
}

static int64_t
unit_ns(char unit)
{
	size_t i;

	for (i = 0; i < UNITS; i++) {
		if (units[i].unit == unit)
			return units[i].ns;
	}
	return 0;
}

bool
wire_timeout_parse(int64_t *ms, struct str text)
{
	struct str digits = str_sub(text, 0, text.n == 0 ? 0 : text.n - 1);
	int64_t ns = text.n == 0 ? 0 : unit_ns(text.p[text.n - 1]);
	uint64_t n;

	if (ns == 0 || digits.n > 8 || !str_u64(digits, TIMEOUT_MAX, &n))
		return false;
	if (ns >= MS_NS)
		*ms = (int64_t)n * (ns / MS_NS);
	else
		*ms = ((int64_t)n * ns + MS_NS - 1) / MS_NS;
	return true;
}

void
wire_timeout_format(struct buf *out, int64_t ms)
{
	int64_t n = ms;
	size_t i = 2; /* milliseconds */

	while (n > TIMEOUT_MAX && i + 1 < UNITS) {
		i++;
		n = ms / (units[i].ns / MS_NS);
	}
	if (n > TIMEOUT_MAX)
		n = TIMEOUT_MAX;
	buf_printf(out, "%lld%c", (long long)n, units[i].unit);
}
