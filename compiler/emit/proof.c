/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The final text of a file and the proof that it is what it should be: read
 * again, its documents are the completed ones with the annotations filled
 * in; and compared byte by byte, all that no edit names is the user's.
 */
#include <string.h>

#include "compiler/emit/emit.h"
#include "compiler/front/edit.h"
#include "runtime/base/buf.h"

#include "runtime/base/banned.h"

static const struct source *
unproven(struct diags *d, const struct source *s, const char *why)
{
	diag_report(d, EMIT_PROOF, ((struct loc){s, 0, 0}), why);
	return NULL;
}

static bool
holds(const struct yaml_node *n, size_t at)
{
	return n->loc.off <= at && at < (size_t)n->loc.off + n->loc.len;
}

/* The scalar at exactly a place. */
static struct yaml_node *
scalar_at(struct yaml_node *n, struct loc loc)
{
	struct yaml_node *in;
	size_t i;

	while (n != NULL && (n->kind == YAML_MAP || n->kind == YAML_SEQ)) {
		in = NULL;
		for (i = 0; in == NULL && i < n->items.n; i++) {
			if (holds(n->items.p[i], loc.off))
				in = n->items.p[i];
		}
		for (i = 0; in == NULL && i < n->pairs.n; i++) {
			if (holds(n->pairs.p[i].value, loc.off))
				in = n->pairs.p[i].value;
		}
		n = in;
	}
	return n != NULL && n->kind == YAML_STRING && n->loc.off == loc.off &&
		       n->loc.len == loc.len
		   ? n
		   : NULL;
}

static struct yaml_node *
find(const struct units *units, struct loc loc)
{
	size_t lo = 0, hi = units->list.n;

	if (hi == 0)
		return NULL;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (units->list.p[mid]->loc.off <= loc.off)
			lo = mid;
		else
			hi = mid;
	}
	return scalar_at(units->list.p[lo]->root, loc);
}

/* The text of a value; fills it into the tree, too. */
static struct splice
fill(struct arena *a, struct yaml_node *n, const struct filled *f)
{
	struct splice s = {.loc = f->loc, .what = "the policy annotation"};
	struct buf b = {0};

	if (n->up != NULL && n->up->style == YAML_FLOW) {
		buf_putc(&b, '"');
		buf_put(&b, f->value);
		buf_putc(&b, '"');
	} else {
		yaml_print_scalar(&b, f->value);
	}
	s.text = arena_str(a, buf_str(&b));
	buf_free(&b);
	n->text = f->value;
	return s;
}

static bool
same_documents(const struct units *x, const struct units *y)
{
	size_t i;

	if (x->list.n != y->list.n)
		return false;
	for (i = 0; i < x->list.n; i++) {
		if (!yaml_equal(x->list.p[i]->root, y->list.p[i]->root))
			return false;
	}
	return true;
}

/* Is everything between the edits of one step the older text? */
static bool
same_bytes(const struct source *s)
{
	const struct source *old = s->from;
	size_t at = 0, old_at = 0, i;

	for (i = 0; i <= s->nedits; i++) {
		bool last = i == s->nedits;
		size_t to = last ? s->text.n : s->edits[i].at;
		size_t old_to = last ? old->text.n : s->edits[i].old_at;

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

/* The same down to the user's file. */
static bool
users_bytes(const struct source *s, const struct source *user)
{
	while (s != user) {
		if (s->from == NULL || !same_bytes(s))
			return false;
		s = s->from;
	}
	return true;
}

const struct source *
emit_final(struct arena *a, struct diags *d, const struct source *user,
    const struct source *completed, const struct filled *filled, size_t n)
{
	struct splice *list = ARENA_ARRAY(a, struct splice, n);
	const struct source *final = completed;
	struct units want = {0}, got = {0};
	size_t i;

	if (n > 0) {
		if (!yaml_read(&want, a, d, completed))
			return NULL;
		for (i = 0; i < n; i++) {
			struct yaml_node *s = find(&want, filled[i].loc);

			if (s == NULL)
				return unproven(d, completed,
				    "an annotation is not where it was");
			list[i] = fill(a, s, &filled[i]);
		}
		final = source_splice(a, completed, list, n);
		if (!yaml_read(&got, a, d, final))
			return NULL;
		if (!same_documents(&want, &got))
			return unproven(d, final, "it reads differently");
	}
	if (!users_bytes(final, user))
		return unproven(d, final, "bytes of the user changed");
	return final;
}
