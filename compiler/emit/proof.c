/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The final text of a document and the proof that it is what it should be:
 * read again, it is the completed one with the annotations filled in; and
 * compared byte by byte, all that no edit names is the user's.
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

/*
 * The re-reading is the dearest part of a run, and most of it would go into
 * the base64 of the policies.  So they are read cut: their characters are
 * checked one by one, and YAML ends a scalar at none of them.
 */
#define CUT 64

static bool
is_base64(struct str s)
{
	static const bool digit[256] = {['A' ... 'Z'] = true,
	    ['a' ... 'z'] = true,
	    ['0' ... '9'] = true,
	    ['+'] = true,
	    ['/'] = true,
	    ['='] = true};
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (!digit[(unsigned char)s.p[i]])
			return false;
	}
	return true;
}

static struct str
cut(struct arena *a, struct str s)
{
	if (s.n <= 2 * (size_t)CUT)
		return s;
	return arena_printf(a, "%.*s%.*s", CUT, s.p, CUT, s.p + s.n - CUT);
}

/*
 * The text of a value at the place of its node.  Its beginning, which a cut
 * leaves alone, says whether base64 can stand without quotes.
 */
static struct splice
fill(struct arena *a, const struct yaml_node *n, struct str value)
{
	struct splice s = {
	    .loc = n->loc, .text = value, .what = "the policy annotation"};
	struct str start = str_sub(value, 0, CUT);
	struct buf b = {0};

	yaml_print_scalar(&b, start);
	if (b.n != start.n || (n->up != NULL && n->up->style == YAML_FLOW))
		s.text = arena_printf(a, "\"%.*s\"", STR_ARG(value));
	buf_free(&b);
	return s;
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

/* Does the document, with values filled in, read as its tree with them? */
static bool
reads_so(struct arena *a, const struct unit *u, const struct filled *filled,
    size_t n)
{
	struct splice *list = ARENA_ARRAY(a, struct splice, n);
	struct units got = {0};
	struct diags d;
	size_t i;

	diags_init(&d, a);
	for (i = 0; i < n; i++) {
		filled[i].node->text = cut(a, filled[i].value);
		list[i] = fill(a, filled[i].node, filled[i].node->text);
	}
	return yaml_read(&got, a, &d,
		   source_splice_part(a, u->source, u->loc.off,
		       (size_t)u->loc.off + u->loc.len, list, n)) &&
	       got.list.n == 1 && yaml_equal(got.list.p[0]->root, u->root);
}

/* Values are many and long: they go straight into the text. */
static void
put_document(struct buf *out, struct arena *a, const struct unit *u,
    const struct filled *filled, size_t n)
{
	struct str text = u->source->text;
	size_t at = u->loc.off, i;

	for (i = 0; i < n; i++) {
		struct splice s = fill(a, filled[i].node, filled[i].value);

		buf_put(out, str_sub(text, at, s.loc.off));
		buf_put(out, s.text);
		at = (size_t)s.loc.off + s.loc.len;
	}
	buf_put(out, str_sub(text, at, (size_t)u->loc.off + u->loc.len));
}

bool
emit_document(struct buf *out, struct arena *a, struct diags *d,
    struct loc user, const struct unit *u, const struct filled *filled,
    size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (filled[i].node->loc.source != u->source ||
		    !is_base64(filled[i].value))
			break;
	}
	if (i < n || (n > 0 && !reads_so(a, u, filled, n)))
		return unproven(d, u->source, "it reads differently");
	if (u->source != user.source && !same_bytes(u->source, user))
		return unproven(d, u->source, "bytes of the user changed");
	put_document(out, a, u, filled, n);
	return true;
}
