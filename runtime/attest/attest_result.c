/* SPDX-License-Identifier: Apache-2.0 */
/* Codes, and what a verification collects on its way. */
#include <stdarg.h>

#include <openssl/crypto.h>

#include "runtime/attest/attest.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

static const struct {
	const char *name, *text;
} codes[] = {
    {"accept", "accepted"},
#define ATTEST_CODE(id, name, text) {name, text},
#include "runtime/attest/attest_code.def"
#undef ATTEST_CODE
};
_Static_assert(
    sizeof(codes) / sizeof(codes[0]) == ATTEST_CODE_N, "one row per code");

const char *
attest_code_name(enum attest_code code)
{
	return codes[code].name;
}

const char *
attest_code_text(enum attest_code code)
{
	return codes[code].text;
}

int
attest_reject(
    struct attest_result *r, enum attest_code code, const char *fmt, ...)
{
	va_list ap;

	if (r->code != ATTEST_OK)
		return RT_EVERIFY;
	va_start(ap, fmt);
	r->code = code;
	r->text = arena_vprintf(r->arena, fmt, ap);
	va_end(ap);
	return RT_EVERIFY;
}

void
attest_mismatch(struct attest_result *r, enum attest_code code,
    const char *field, struct str required, struct str reported)
{
	struct attest_mismatch m = {NULL, code, field,
	    arena_str(r->arena, required), arena_str(r->arena, reported)};

	(void)attest_reject(r, code, "%s: required %.*s, reported %.*s", field,
	    STR_ARG(required), STR_ARG(reported));
	VEC_PUSH(r->arena, &r->mismatches, m);
}

static struct str
hex(struct attest_result *r, struct str s)
{
	return rt_hex(r->arena, (const unsigned char *)s.p, s.n);
}

bool
attest_equal(struct attest_result *r, enum attest_code code, const char *field,
    struct str required, struct str reported)
{
	if (required.n == reported.n &&
	    CRYPTO_memcmp(required.p, reported.p, required.n) == 0)
		return true;
	attest_mismatch(r, code, field, hex(r, required), hex(r, reported));
	return false;
}

bool
attest_at_least(struct attest_result *r, enum attest_code code,
    const char *field, uint64_t required, uint64_t reported)
{
	if (reported >= required)
		return true;
	attest_mismatch(r, code, field,
	    arena_printf(r->arena, "at least %ju", (uintmax_t)required),
	    arena_printf(r->arena, "%ju", (uintmax_t)reported));
	return false;
}

int
attest_outcome(const struct attest_result *r)
{
	return r->code == ATTEST_OK ? 0 : RT_EVERIFY;
}

/* Claims: short DER by hand. */

static void
claim(struct attest_result *r, const char *base, unsigned n, unsigned char tag,
    struct str value)
{
	struct buf der = {0};
	struct attest_claim c;

	buf_putc(&der, (char)tag);
	if (value.n >= 0x100) {
		buf_putc(&der, (char)0x82);
		buf_putc(&der, (char)(value.n >> 8));
	} else if (value.n >= 0x80) {
		buf_putc(&der, (char)0x81);
	}
	buf_putc(&der, (char)value.n);
	buf_put(&der, value);
	c.oid = arena_printf(r->arena, "%s.%u", base, n).p;
	c.der = arena_str(r->arena, buf_str(&der));
	VEC_PUSH(r->arena, &r->claims, c);
	buf_free(&der);
}

void
attest_claim_int(
    struct attest_result *r, const char *base, unsigned n, uint64_t value)
{
	char b[9] = {0};
	size_t i, at = 1;

	for (i = 0; i < 8; i++)
		b[i + 1] = (char)(value >> (56 - 8 * i));
	while (at < 8 && b[at] == 0)
		at++;
	if (((unsigned char)b[at] & 0x80) != 0)
		at--;
	claim(r, base, n, 0x02, (struct str){b + at, sizeof(b) - at});
}

void
attest_claim_bytes(
    struct attest_result *r, const char *base, unsigned n, struct str value)
{
	claim(r, base, n, 0x04, value);
}

void
attest_claim_bool(
    struct attest_result *r, const char *base, unsigned n, bool value)
{
	claim(r, base, n, 0x01, value ? STR("\xff") : STR("\0"));
}
