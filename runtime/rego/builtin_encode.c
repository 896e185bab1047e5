/* SPDX-License-Identifier: Apache-2.0 */
/* base64, hex and form encoding (rego 9.4). */
#include "runtime/rego/builtin_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void
encode64(struct buf *b, struct str s, const char *alphabet, bool pads)
{
	size_t i, n;

	for (i = 0; i < s.n; i += 3) {
		uint32_t v = 0;
		size_t k;

		n = s.n - i < 3 ? s.n - i : 3;
		for (k = 0; k < 3; k++)
			v = v << 8 | (k < n ? (unsigned char)s.p[i + k] : 0u);
		for (k = 0; k < 4; k++) {
			if (k <= n)
				buf_putc(b, alphabet[v >> (18 - 6 * k) & 63]);
			else if (pads)
				buf_putc(b, '=');
		}
	}
}

static rv
encoded64(struct rego_call *c, const char *alphabet, bool pads)
{
	struct buf *b = rego_text(c);

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	encode64(b, rego_str(c, 0), alphabet, pads);
	return rego_text_done(c, b);
}

rv
rego_fn_base64_encode(struct rego_call *c)
{
	return encoded64(c, standard, true);
}

rv
rego_fn_base64url_encode(struct rego_call *c)
{
	return encoded64(c, url, true);
}

rv
rego_fn_base64url_encode_no_pad(struct rego_call *c)
{
	return encoded64(c, url, false);
}

enum padding { PAD_NEEDED, PAD_ALLOWED };

struct decoder {
	const char *alphabet;
	enum padding padding;
	bool skips_lines; /* CR and LF do not count */
};

/* The byte where it is wrong, or SIZE_MAX. */
static size_t
decode64(struct buf *b, struct str s, const struct decoder *d)
{
	uint32_t v = 0;
	size_t i, n = 0, pad = 0;

	for (i = 0; i < s.n; i++) {
		const char *at;

		if (d->skips_lines && (s.p[i] == '\n' || s.p[i] == '\r'))
			continue;
		if (s.p[i] == '=') {
			if (++pad > 2 || n % 4 < 2 || n % 4 + pad > 4)
				return i;
			continue;
		}
		at = s.p[i] != 0 ? strchr(d->alphabet, s.p[i]) : NULL;
		if (at == NULL || pad > 0)
			return i;
		v = v << 6 | (uint32_t)(at - d->alphabet);
		if (++n % 4 != 1)
			buf_putc(b, (char)(v >> (n % 4 == 2      ? 4
						    : n % 4 == 3 ? 2
								 : 0)));
	}
	if (n % 4 == 1 || (pad > 0 && (n + pad) % 4 != 0) ||
	    (d->padding == PAD_NEEDED && (n + pad) % 4 != 0))
		return s.n - s.n % 4;
	return SIZE_MAX;
}

static struct decoder
decoder(const struct rego_call *c, const char *alphabet, enum padding p)
{
	return (struct decoder){alphabet, p, rego_is_go(c)};
}

/* The agent replaces what is no UTF-8; OPA keeps it. */
static rv
decoded(struct rego_call *c, const struct buf *b)
{
	struct buf valid = {0};
	rv v;

	if (rego_is_go(c) || str_is_utf8(buf_str(b)))
		return rego_text_done(c, b);
	utf8_put_valid(&valid, buf_str(b));
	v = rego_string(c, buf_str(&valid));
	buf_free(&valid);
	return v;
}

static rv
decoded64(struct rego_call *c, const char *alphabet, enum padding p)
{
	struct decoder d = decoder(c, alphabet, p);
	struct buf *b = rego_text(c);
	size_t bad;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	bad = decode64(b, rego_str(c, 0), &d);
	if (bad < SIZE_MAX)
		return rego_fail(c, REGO_EBUILTIN,
		    "illegal base64 data at input byte %zu", bad);
	return decoded(c, b);
}

rv
rego_fn_base64_decode(struct rego_call *c)
{
	return decoded64(c, standard, PAD_NEEDED);
}

rv
rego_fn_base64url_decode(struct rego_call *c)
{
	return decoded64(c, url, PAD_ALLOWED);
}

rv
rego_fn_base64_is_valid(struct rego_call *c)
{
	struct decoder d = decoder(c, standard, PAD_NEEDED);

	if (rego_is_go(c) && rv_type(c->args[0]) != RV_TSTRING)
		return RV_FALSE;
	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	return rv_bool(decode64(rego_text(c), rego_str(c, 0), &d) == SIZE_MAX);
}

static int
hex_digit(char c)
{
	char low = (char)(c | 0x20);

	if (c >= '0' && c <= '9')
		return c - '0';
	return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

rv
rego_fn_hex_encode(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	struct str s;
	size_t i;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	for (i = 0; i < s.n; i++)
		buf_printf(b, "%02x", (unsigned char)s.p[i]);
	return rego_text_done(c, b);
}

rv
rego_fn_hex_decode(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	struct str s;
	size_t i;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	for (i = 0; i < s.n; i++) {
		if (hex_digit(s.p[i]) < 0)
			return rego_fail(c, REGO_EBUILTIN,
			    "encoding/hex: invalid byte at %zu", i);
		if (i % 2 == 1)
			buf_putc(b, (char)(hex_digit(s.p[i - 1]) << 4 |
					   hex_digit(s.p[i])));
	}
	if (s.n % 2 == 1)
		return rego_fail(
		    c, REGO_EBUILTIN, "encoding/hex: odd length hex string");
	return rego_text_done(c, b);
}

/* application/x-www-form-urlencoded, blanks as '+'. */
static void
put_query(struct buf *b, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		unsigned char low = ch | 0x20;

		if ((low >= 'a' && low <= 'z') || (ch >= '0' && ch <= '9') ||
		    (ch != 0 && strchr("-_.~", ch) != NULL))
			buf_putc(b, (char)ch);
		else if (ch == ' ')
			buf_putc(b, '+');
		else
			buf_printf(b, "%%%02X", ch);
	}
}

static bool
get_query(struct rego_call *c, struct buf *b, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '+') {
			buf_putc(b, ' ');
			continue;
		}
		if (s.p[i] != '%') {
			buf_putc(b, s.p[i]);
			continue;
		}
		if (s.n - i < 3 || hex_digit(s.p[i + 1]) < 0 ||
		    hex_digit(s.p[i + 2]) < 0) {
			struct str bad = str_sub(s, i, i + 3);

			(void)rego_fail(c, REGO_EBUILTIN,
			    "invalid URL escape \"%.*s\"", STR_ARG(bad));
			return false;
		}
		buf_putc(b,
		    (char)(hex_digit(s.p[i + 1]) << 4 | hex_digit(s.p[i + 2])));
		i += 2;
	}
	return true;
}

rv
rego_fn_urlquery_encode(struct rego_call *c)
{
	struct buf *b = rego_text(c);

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	put_query(b, rego_str(c, 0));
	return rego_text_done(c, b);
}

rv
rego_fn_urlquery_decode(struct rego_call *c)
{
	struct buf *b = rego_text(c);

	if (!rego_want_string(c, 0) || !get_query(c, b, rego_str(c, 0)))
		return RV_UNDEFINED;
	return rego_text_done(c, b);
}

static void
put_pair(struct buf *b, rv key, rv value)
{
	if (b->n > 0)
		buf_putc(b, '&');
	put_query(b, rv_str(key));
	buf_putc(b, '=');
	put_query(b, rv_str(value));
}

static rv
bad_member(struct rego_call *c)
{
	return rego_bad_operand(
	    c, 0, "values must be string, array[string], or set[string]");
}

rv
rego_fn_urlquery_encode_object(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	rv o = c->args[0], v;
	size_t i, k;

	if (!rego_want_object(c, 0))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(o); i++) {
		v = rv_values(o)[i];
		if (rv_type(rv_keys(o)[i]) != RV_TSTRING)
			return rego_bad_operand(c, 0, "keys must be string");
		if (rv_type(v) == RV_TSTRING)
			put_pair(b, rv_keys(o)[i], v);
		else if (rv_type(v) != RV_TARRAY && rv_type(v) != RV_TSET)
			return bad_member(c);
		else
			for (k = 0; k < rv_count(v); k++)
				if (rv_type(rv_items(v)[k]) != RV_TSTRING)
					return bad_member(c);
				else
					put_pair(
					    b, rv_keys(o)[i], rv_items(v)[k]);
	}
	return rego_text_done(c, b);
}

/* "key=value": pushed as [key, value]. */
static bool
read_pair(struct rego_call *c, struct rv_builder *out, struct str s)
{
	size_t eq = str_chr(s, '=', 0), end = eq < SIZE_MAX ? eq : s.n;
	struct buf *b = rego_text(c);
	rv key;

	if (str_chr(s, ';', 0) < SIZE_MAX) {
		(void)rego_fail(
		    c, REGO_EBUILTIN, "invalid semicolon separator in query");
		return false;
	}
	if (!get_query(c, b, str_sub(s, 0, end)))
		return false;
	key = rego_text_done(c, b);
	b = rego_text(c);
	if (!get_query(c, b, str_sub(s, end + 1, s.n)))
		return false;
	rv_put(c->heap, out, key, rego_text_done(c, b));
	return true;
}

/* Values of one key, in their order, as arrays. */
static rv
collect(struct rego_call *c, const struct rv_builder *pairs)
{
	struct rv_builder out = {0}, list = {0};
	size_t i, k;

	for (i = 0; i < pairs->n; i += 2) {
		for (k = 0; k < i; k += 2)
			if (rv_equal(pairs->v[k], pairs->v[i]))
				break;
		if (k < i)
			continue;
		for (k = i; k < pairs->n; k += 2)
			if (rv_equal(pairs->v[k], pairs->v[i]))
				rv_push(c->heap, &list, pairs->v[k + 1]);
		rv_put(
		    c->heap, &out, pairs->v[i], rv_array_close(c->heap, &list));
	}
	return rv_object_close(c->heap, &out, NULL);
}

#define PAIRS_MAX 10000

rv
rego_fn_urlquery_decode_object(struct rego_call *c)
{
	struct rv_builder pairs = {0};
	struct str s;
	size_t i, end;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	for (i = 0; i < s.n; i = end + 1) {
		end = str_chr(s, '&', i);
		if (end == SIZE_MAX)
			end = s.n;
		if (pairs.n / 2 >= PAIRS_MAX)
			return rego_fail(
			    c, REGO_EBUILTIN, "more than %d pairs", PAIRS_MAX);
		if (end > i && !read_pair(c, &pairs, str_sub(s, i, end)))
			return RV_UNDEFINED;
	}
	return collect(c, &pairs);
}
