/* SPDX-License-Identifier: Apache-2.0 */
/* JSON with integers of any length. */
#include <ctype.h>
#include <string.h>

#include "runtime/base/jv.h"
#include "runtime/manifest/manifest_int.h"

#include "runtime/base/banned.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * jansson refuses integers beyond 63 bits.  Where there are any, they are
 * handed to it as strings that begin with NUL and '#' and turned back below.
 * This is the length of such an integer, or 0.
 */
static size_t
long_integer(struct str text, size_t at)
{
	size_t i = at, from;

	if (text.p[i] == '-')
		i++;
	from = i;
	while (i < text.n && is_digit(text.p[i]))
		i++;
	if (i - from < 19 || text.p[from] == '0' ||
	    (i < text.n && strchr(".eE", text.p[i]) != NULL))
		return 0;
	return i - at;
}

static bool
quote_long_integers(struct buf *out, struct str text)
{
	bool string = false, any = false, inside = false;
	size_t i;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];
		size_t n = 0;

		if (!string && !inside && (c == '-' || is_digit(c)))
			n = long_integer(text, i);
		inside = !string && (isalnum((unsigned char)c) ||
					strchr("+-.", c) != NULL);
		if (n > 0) {
			any = true;
			buf_printf(out, "\"\\u0000#%.*s\"", (int)n, text.p + i);
			i += n - 1;
			continue;
		}
		if (c == '"')
			string = !string;
		buf_putc(out, c);
		if (string && c == '\\' && i + 1 < text.n)
			buf_putc(out, text.p[++i]);
	}
	return any;
}

static bool
is_quoted(struct str s)
{
	return s.n > 2 && s.p[0] == '\0' && s.p[1] == '#';
}

/* Nested at most JV_DEPTH_MAX levels. */
static bool
unquote(struct jv *v)
{
	struct jv_member *m;
	struct jv **it;

	if (v->type == JV_STRING && is_quoted(v->text)) {
		v->type = JV_NUMBER;
		v->text = str_sub(v->text, 2, v->text.n);
	}
	VEC_FOREACH(it, &v->items) {
		if (!unquote(*it))
			return false;
	}
	VEC_FOREACH(m, &v->members) {
		if (is_quoted(m->key) || !unquote(m->value))
			return false;
	}
	return true;
}

int
mf_parse_json(
    struct jv **out, struct arena *a, struct str text, struct rt_err *err)
{
	struct rt_err first = {0};
	struct buf b = {0};
	int rc = jv_parse(out, a, text, &first);

	if (rc == 0)
		return 0;
	if (str_find(text, STR("\\u0000"), 0) == SIZE_MAX &&
	    quote_long_integers(&b, text) &&
	    jv_parse(out, a, arena_str(a, buf_str(&b)), NULL) == 0 &&
	    unquote(*out))
		rc = 0;
	else
		rt_err_set(err, first.code, "%s", first.text);
	buf_free(&b);
	return rc;
}
