/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes as YAML text. */
#include <string.h>

#include "compiler/front/edit_int.h"
#include "compiler/front/yaml_int.h"

#include "runtime/base/banned.h"

/* Words that some version of YAML takes for something else, any case. */
static const char *const reserved[] = {"y", "n", "yes", "no", "on", "off",
    "true", "false", "null", "~", "=", "<<"};

static bool
is_reserved(struct str s)
{
	size_t i, k;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (strlen(reserved[i]) != s.n)
			continue;
		for (k = 0; k < s.n; k++) {
			char c = s.p[k];

			if (c >= 'A' && c <= 'Z')
				c = (char)(c + 'a' - 'A');
			if (c != reserved[i][k])
				break;
		}
		if (k == s.n)
			return true;
	}
	return false;
}

/* Numbers, times and base-60 numbers of any version of YAML. */
static bool
like_number(struct str s)
{
	size_t i;

	if (strchr("0123456789+-.", s.p[0]) == NULL)
		return false;
	for (i = 0; i < s.n; i++) {
		if (strchr("0123456789abcdefABCDEFxXoOtTzZnNiI_+-.: ",
			s.p[i]) == NULL)
			return false;
	}
	return true;
}

static bool
plain_first(struct str s)
{
	if (s.p[0] == '-')
		return s.n > 1 && s.p[1] != ' ' && !str_starts(s, STR("---"));
	return strchr("?:,[]{}#&*!|>'\"%@`=<", s.p[0]) == NULL &&
	       !str_starts(s, STR("..."));
}

static bool
is_word(unsigned char c)
{
	return (c >= '/' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool
is_plain(struct str s)
{
	size_t i;

	if (s.n == 0 || memchr(s.p, '\0', s.n) != NULL || !plain_first(s) ||
	    is_reserved(s) || like_number(s))
		return false;
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char next;

		/* Most text is nothing else, above all what is base64. */
		if (is_word(c))
			continue;
		next = i + 1 < s.n ? s.p[i + 1] : ' ';
		if (c < 0x20 || c >= 0x7f || strchr(",[]{}", c) != NULL)
			return false;
		if ((c == ':' && next == ' ') || (c == ' ' && next == '#') ||
		    (c == ' ' && (i == 0 || i + 1 == s.n)))
			return false;
	}
	return true;
}

/* The code point at `i`, which is moved behind it. */
static unsigned
code_point(struct str s, size_t *i)
{
	unsigned c = (unsigned char)s.p[(*i)++];
	unsigned more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	if (more > 0)
		c &= 0x3fu >> more;
	while (more-- > 0 && *i < s.n)
		c = c << 6 | ((unsigned char)s.p[(*i)++] & 0x3f);
	return c;
}

static void
print_quoted(struct buf *out, struct str s)
{
	static const char from[] = "\"\\\n\r\t", to[] = "\"\\nrt";
	size_t i = 0, at;

	buf_putc(out, '"');
	while (i < s.n) {
		const char *esc;
		unsigned c;

		at = i;
		c = code_point(s, &i);
		esc = c > 0 && c < 0x80 ? strchr(from, (int)c) : NULL;
		if (esc != NULL)
			buf_printf(out, "\\%c", to[esc - from]);
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			buf_printf(out, "\\x%02X", c);
		else if (c == 0x2028 || c == 0x2029 || c == 0xfeff ||
			 (c & 0xfffe) == 0xfffe)
			buf_printf(out, c > 0xffff ? "\\U%08X" : "\\u%04X", c);
		else
			buf_put(out, str_sub(s, at, i));
	}
	buf_putc(out, '"');
}

void
yaml_print_scalar(struct buf *out, struct str s)
{
	if (is_plain(s))
		buf_put(out, s);
	else
		print_quoted(out, s);
}

/* Can it stand between single quotes, on one line? */
static bool
is_single(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 ||
		    (unsigned char)s.p[i] >= 0x7f)
			return false;
	}
	return true;
}

void
yaml_print_string(struct buf *out, struct str s, enum yaml_style style)
{
	size_t i;

	if (style == YAML_DOUBLE || (style == YAML_SINGLE && !is_single(s))) {
		print_quoted(out, s);
	} else if (style == YAML_SINGLE) {
		buf_putc(out, '\'');
		for (i = 0; i < s.n; i++) {
			if (s.p[i] == '\'')
				buf_putc(out, '\'');
			buf_putc(out, s.p[i]);
		}
		buf_putc(out, '\'');
	} else {
		yaml_print_scalar(out, s);
	}
}

void
yaml_print_leaf(struct buf *out, const struct yaml_node *n, bool json)
{
	switch (n->kind) {
	case YAML_NULL:
		buf_puts(out, "null");
		break;
	case YAML_BOOL:
	case YAML_INT:
	case YAML_FLOAT:
		buf_put(out, n->text);
		break;
	case YAML_SEQ:
		buf_puts(out, "[]");
		break;
	case YAML_MAP:
		buf_puts(out, "{}");
		break;
	case YAML_STRING:
	case YAML_ALIAS:
	default:
		if (json)
			print_quoted(out, n->text);
		else
			yaml_print_scalar(out, n->text);
		break;
	}
}

bool
yaml_is_inline(const struct yaml_node *n)
{
	n = yaml_deref(n);
	return n->items.n == 0 && n->pairs.n == 0;
}

/* Notes where a node of another origin begins; returns what it is in. */
static const char *
mark_begin(struct edit_marks *m, const struct buf *out, const char *what)
{
	const char *outer = m != NULL ? m->now : NULL;

	if (m == NULL || what == NULL || what == outer)
		return outer;
	m->now = what;
	VEC_PUSH(m->arena, &m->list, ((struct edit_mark){out->n, what}));
	return outer;
}

static void
mark_end(struct edit_marks *m, const struct buf *out, const char *outer)
{
	if (m == NULL || m->now == outer)
		return;
	m->now = outer;
	if (outer != NULL)
		VEC_PUSH(
		    m->arena, &m->list, ((struct edit_mark){out->n, outer}));
}

void
yaml_print_member(struct buf *out, const struct yaml_node *value, unsigned col,
    const struct yaml_layout *l)
{
	value = yaml_deref(value);
	if (yaml_is_inline(value)) {
		buf_putc(out, ' ');
		yaml_print_leaf(out, value, false);
		return;
	}
	col += value->kind == YAML_SEQ ? l->seq : l->step;
	buf_put(out, l->nl);
	buf_fill(out, ' ', col);
	yaml_print_block(out, value, col, l);
}

void
yaml_print_block(struct buf *out, const struct yaml_node *n, unsigned col,
    const struct yaml_layout *l)
{
	const char *outer;
	size_t i;

	n = yaml_deref(n);
	if (yaml_is_inline(n)) {
		yaml_print_leaf(out, n, false);
		return;
	}
	outer = mark_begin(l->marks, out, n->what);
	for (i = 0; i < n->items.n + n->pairs.n; i++) {
		if (i > 0) {
			buf_put(out, l->nl);
			buf_fill(out, ' ', col);
		}
		if (n->kind == YAML_SEQ) {
			buf_puts(out, "- ");
			yaml_print_block(out, n->items.p[i], col + 2, l);
			continue;
		}
		yaml_print_scalar(out, n->pairs.p[i].key->text);
		buf_putc(out, ':');
		yaml_print_member(out, n->pairs.p[i].value, col, l);
	}
	mark_end(l->marks, out, outer);
}

static void
flow_break(struct buf *out, const struct flow_layout *l, struct str indent)
{
	if (!l->lines)
		return;
	buf_put(out, l->nl);
	buf_put(out, indent);
}

static void
flow_key(struct buf *out, const struct flow_layout *l, struct str key)
{
	if (l->json)
		print_quoted(out, key);
	else
		yaml_print_scalar(out, key);
	buf_puts(out, l->tight && l->json ? ":" : ": ");
}

void
yaml_print_flow(struct buf *out, const struct yaml_node *n,
    const struct flow_layout *l, struct str indent)
{
	struct buf deeper = {0};
	const char *outer;
	size_t i;
	bool map;

	n = yaml_deref(n);
	map = n->kind == YAML_MAP;
	if (yaml_is_inline(n)) {
		yaml_print_leaf(out, n, l->json);
		return;
	}
	outer = mark_begin(l->marks, out, n->what);
	buf_put(&deeper, indent);
	buf_put(&deeper, l->step);
	buf_putc(out, map ? '{' : '[');
	for (i = 0; i < n->items.n + n->pairs.n; i++) {
		if (i > 0)
			buf_puts(out, l->lines || l->tight ? "," : ", ");
		flow_break(out, l, buf_str(&deeper));
		if (map)
			flow_key(out, l, n->pairs.p[i].key->text);
		yaml_print_flow(out, map ? n->pairs.p[i].value : n->items.p[i],
		    l, buf_str(&deeper));
	}
	flow_break(out, l, indent);
	buf_putc(out, map ? '}' : ']');
	buf_free(&deeper);
	mark_end(l->marks, out, outer);
}
