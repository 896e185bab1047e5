/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The final text of a document and the proof that it is what it should be: it
 * reads as the completed one, which was read from the text that edits made of
 * the user's, with the annotations filled in; and compared byte by byte, all
 * that no edit names is the user's.
 */
#include <string.h>

#include "compiler/emit/emit.h"
#include "compiler/front/edit.h"
#include "runtime/base/buf.h"

#include "runtime/base/banned.h"

static bool
unproven(struct diags *d, const struct source *s, const char *why)
{
	diag_report(d, EMIT_PROOF, ((struct loc){s, 0, 0}), why);
	return false;
}

static bool
is_base64(struct str s)
{
	static const bool digit[256] = {['A' ... 'Z'] = true,
	    ['a' ... 'z'] = true,
	    ['0' ... '9'] = true,
	    ['+'] = true,
	    ['/'] = true,
	    ['='] = true};
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i;
	bool ok = true;

	/* They are long: several at once. */
	for (i = 0; i + 4 <= s.n; i += 4)
		ok &= digit[p[i]] & digit[p[i + 1]] & digit[p[i + 2]] &
		      digit[p[i + 3]];
	for (; i < s.n; i++)
		ok &= digit[p[i]];
	return ok;
}

/* Where the line of a place begins. */
static size_t
line_start(struct str text, size_t at)
{
	size_t nl = str_rchr(str_sub(text, 0, at), '\n');

	return nl == SIZE_MAX ? 0 : nl + 1;
}

static size_t
skip_blanks(struct str text, size_t at)
{
	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
		at++;
	return at;
}

/*
 * Would a plain scalar that ends at `end` end there for YAML, too?  It does
 * at a comment, at the end, and before a line that is not indented deeper
 * than the mapping at column `col`.
 */
static bool
ends_plain(struct str text, size_t end, size_t col)
{
	size_t at = skip_blanks(text, end), line;

	if (at < text.n && text.p[at] == '#')
		return at > end;
	for (;;) {
		if (at < text.n && text.p[at] == '\r')
			at++;
		if (at == text.n)
			return true;
		if (text.p[at] != '\n')
			return false;
		line = at + 1;
		at = skip_blanks(text, line);
		if (at < text.n && strchr("\r\n", text.p[at]) == NULL)
			return text.p[at] == '#' || at - line <= col;
	}
}

/* Base64 that begins with a letter is a number to no reader. */
static bool
is_word(struct str value)
{
	struct str start = str_sub(value, 0, 64);
	struct buf b = {0};
	bool bare;

	if (value.n == 0 || (value.p[0] | 0x20) < 'a' ||
	    (value.p[0] | 0x20) > 'z')
		return false;
	yaml_print_scalar(&b, start);
	bare = b.n == start.n;
	buf_free(&b);
	return bare;
}

/* Can the value stand without quotes? */
static bool
is_plain(const struct unit *u, const struct yaml_node *n, struct str value)
{
	struct str text = loc_text(u->loc);
	size_t at = n->loc.off - u->loc.off;

	return n->up != NULL && n->up->kind == YAML_MAP &&
	       n->up->style == YAML_BLOCK && at > 0 &&
	       strchr(" \t\n", text.p[at - 1]) != NULL && is_word(value) &&
	       ends_plain(text, at + n->loc.len,
		   n->up->loc.off - u->loc.off -
		       line_start(text, n->up->loc.off - u->loc.off));
}

static void
put_value(struct buf *out, const struct unit *u, const struct filled *f)
{
	bool plain = is_plain(u, f->node, f->value);

	if (!plain)
		buf_putc(out, '"');
	buf_put(out, f->value);
	if (!plain)
		buf_putc(out, '"');
}

/*
 * Does the document with the value filled in mean what it means now, with
 * that value?  The whole text need not be read once more where the node is
 * a value of two quotes, the completed text says so:
 *  - a reader goes from left to right; up to the quotes it sees the same;
 *  - there it finds one scalar again: no character of base64 ends one that is
 *    quoted or is an escape in it, and a plain one ends where is_plain() saw;
 *  - the line that it stands on only gets longer, so what follows is as deep
 *    in the text as before, on later lines at the same column;
 *  - the scalar is no key, has no anchor and no tag, and no alias means it or
 *    what it is in: nothing else changes with it.
 */
static bool
only_fills(const struct unit *u, const struct yaml_node *n)
{
	const struct yaml_node *up;
	struct str raw = loc_text(n->loc);

	for (up = n; up != NULL; up = up->up) {
		if (up->naliases > 0)
			return false;
	}
	return n->loc.source == u->source && n->kind == YAML_STRING &&
	       n->text.n == 0 && !n->tagged && n->prop == n->loc.off &&
	       (str_eqz(raw, "\"\"") || str_eqz(raw, "''"));
}

/* Is everything between the edits the user's document? */
static bool
same_bytes(const struct source *s, struct loc user)
{
	const struct source *old = s->from;
	size_t at = 0, old_at = 0, i;

	if (old == NULL || old != user.source)
		return false;
	for (i = 0; i <= s->nedits; i++) {
		bool last = i == s->nedits;
		size_t to = last ? s->text.n : s->edits[i].at;
		size_t old_to =
		    last ? (size_t)user.off + user.len : s->edits[i].old_at;

		if (to < at || old_to < old_at || to > s->text.n ||
		    old_to > old->text.n ||
		    !str_eq(str_sub(s->text, at, to),
			str_sub(old->text, old_at, old_to)))
			return false;
		if (!last) {
			at = to + s->edits[i].len;
			old_at = old_to + s->edits[i].old_len;
		}
	}
	return true;
}

/* Values are many and long: they go straight into the text. */
static void
put_document(struct buf *out, const struct unit *u, const struct filled *filled,
    size_t n)
{
	struct str text = u->source->text;
	size_t at = u->loc.off, i;

	for (i = 0; i < n; i++) {
		buf_put(out, str_sub(text, at, filled[i].node->loc.off));
		put_value(out, u, &filled[i]);
		at = (size_t)filled[i].node->loc.off + filled[i].node->loc.len;
	}
	buf_put(out, str_sub(text, at, (size_t)u->loc.off + u->loc.len));
}

/* Where the argument of only_fills() does not hold, the reader decides. */
static bool
reads_so(struct arena *a, const struct unit *u, const struct filled *filled,
    size_t n)
{
	struct units got = {0};
	struct buf b = {0};
	struct diags d;
	size_t i;
	bool ok;

	diags_init(&d, a);
	put_document(&b, u, filled, n);
	for (i = 0; i < n; i++)
		filled[i].node->text = filled[i].value;
	ok = yaml_read(
		 &got, a, &d, source_new(a, u->source->name, buf_str(&b))) &&
	     got.list.n == 1 && yaml_equal(got.list.p[0]->root, u->root);
	buf_free(&b);
	return ok;
}

static bool
is_proven(struct arena *a, const struct unit *u, const struct filled *filled,
    size_t n)
{
	size_t i, at = 0;
	bool only = true;

	for (i = 0; i < n; i++) {
		if (!is_base64(filled[i].value) ||
		    filled[i].node->loc.source != u->source ||
		    filled[i].node->loc.off < at)
			return false;
		at = (size_t)filled[i].node->loc.off + filled[i].node->loc.len;
		only = only && only_fills(u, filled[i].node);
	}
	return only || reads_so(a, u, filled, n);
}

bool
emit_document(struct buf *out, struct arena *a, struct diags *d,
    struct loc user, const struct unit *u, const struct filled *filled,
    size_t n)
{
	if (!is_proven(a, u, filled, n))
		return unproven(d, u->source, "it reads differently");
	if (u->source != user.source && !same_bytes(u->source, user))
		return unproven(d, u->source, "bytes of the user changed");
	put_document(out, u, filled, n);
	return true;
}
