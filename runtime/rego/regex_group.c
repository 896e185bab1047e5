/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of both dialects: captures, names, flags. */
#include "runtime/rego/regex_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
open_group(struct rx *r, const char *text, bool captures)
{
	if (r->depth == RX_DEPTH_MAX)
		return rt_err_set(r->err, RT_EFORMAT,
		    "error parsing regexp: expression nests too deeply");
	r->groups[r->depth++] = (struct rx_group){r->flags, r->out->n,
	    r->product, captures, r->weight, r->others, r->bars};
	buf_puts(r->out, text);
	r->product = 1;
	r->weight = r->others = r->bars = 0;
	r->has_more = true;
	rx_no_atom(r);
	return 0;
}

size_t
rx_weight(const struct rx *r)
{
	return r->bars == 0 ? r->weight : r->others + r->weight + 12 + 100;
}

int
rx_close_group(struct rx *r)
{
	struct rx_group *g;
	size_t inner = r->product, weight = rx_weight(r);

	if (r->depth == 0)
		return rx_fail(r, "unexpected )", 0, r->s.n);
	g = &r->groups[--r->depth];
	buf_putc(r->out, ')');
	r->flags = g->flags;
	r->product = g->product > inner ? g->product : inner;
	r->weight = g->weight;
	r->others = g->others;
	r->bars = g->bars;
	rx_atom(r, g->start, weight + (g->captures ? 2 * RX_STATE : 0));
	r->atom_product = inner;
	r->i++;
	return 0;
}

static bool
is_name_char(const struct rx *r, unsigned c)
{
	return c == '_' || (c < 0x80 && is_digit((char)c)) ||
	       unicode_upper(c) != c || unicode_lower(c) != c ||
	       (c >= 0x80 && unicode_is_printed(c)) ||
	       (r->rust && (c == '.' || c == '[' || c == ']'));
}

/* From the name to after '>'. */
static int
named_group(struct rx *r, size_t from, size_t prefix)
{
	size_t close = str_chr(r->s, '>', from + prefix), i;
	struct str name = str_sub(r->s, from + prefix, close);
	struct rx_name entry;
	unsigned c;

	if (close == SIZE_MAX)
		return rx_fail(r, "invalid named capture", from, r->s.n);
	for (i = 0; i < name.n;) {
		i += utf8_decode(&c, name, i);
		if (!is_name_char(r, c) ||
		    (r->rust && c < 0x80 && is_digit(name.p[0])))
			break;
	}
	if (name.n == 0 || i < name.n)
		return rx_fail(r, "invalid named capture", from, close + 1);
	for (i = 0; r->rust && i < r->names.v.n; i++)
		if (str_eq(r->names.v.p[i].name, name))
			return rx_fail(
			    r, "duplicate capture name", from, close + 1);
	r->i = close + 1;
	entry = (struct rx_name){arena_str(r->arena, name), ++r->captures};
	VEC_PUSH(r->arena, &r->names.v, entry);
	return open_group(r, "(", true);
}

static bool
set_flag(struct rx *r, struct rx_flags *f, char c, bool on)
{
	switch (c) {
	case 'i':
		f->i = on;
		return true;
	case 'm':
		f->m = on;
		return true;
	case 's':
		f->s = on;
		return true;
	case 'U':
		f->swap = on;
		return true;
	case 'x':
		f->x = on;
		return r->rust;
	case 'u':
		f->ascii = !on;
		return r->rust;
	case 'R':
		f->crlf = on;
		return r->rust;
	default:
		return false;
	}
}

/* (?flags) up to the end of the group around it, (?flags:...) in its own. */
static int
flag_group(struct rx *r, size_t from)
{
	struct rx_flags f = r->flags;
	bool on = true, any = false, minus = false;
	size_t i;

	for (i = from + 2; i < r->s.n; i++) {
		char c = r->s.p[i];

		if (c == ':' || c == ')')
			break;
		if (c == '-' && !minus) {
			minus = true;
			on = any = false;
			continue;
		}
		if (!set_flag(r, &f, c, on))
			return rx_fail(r, "invalid or unsupported Perl syntax",
			    from, i + 1);
		any = true;
	}
	if (i == r->s.n)
		return rx_fail(r, "missing closing )", 0, r->s.n);
	if ((minus && !any) || (r->rust && !any && r->s.p[i] == ')'))
		return rx_fail(
		    r, "invalid or unsupported Perl syntax", from, i + 1);
	r->i = i + 1;
	if (r->s.p[i] == ':' && open_group(r, "(?:", false) != 0)
		return RT_EFORMAT;
	r->flags = f;
	buf_puts(r->out, f.i ? "(?i)" : "(?-i)");
	if (r->s.p[i] == ')')
		rx_no_atom(r);
	return 0;
}

int
rx_group(struct rx *r)
{
	size_t from = r->i;

	if (rx_sees(r, "(?P<"))
		return named_group(r, from, 4);
	if (rx_sees(r, "(?<") && rx_at(r, 3) != '=' && rx_at(r, 3) != '!')
		return named_group(r, from, 3);
	if (rx_sees(r, "(?"))
		return flag_group(r, from);
	r->i++;
	r->captures++;
	return open_group(r, "(", true);
}
