/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a text is read, its tree is changed at random places, and the
 * new text must read as the changed tree, with all other bytes as they were.
 * What is refused has an error with a place inside of the text.  The bytes
 * behind the last NUL choose the changes.
 */
#include <stdlib.h>
#include <string.h>

#include "compiler/front/edit.h"

#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define OPS_MAX 6
#define TEXT_MAX 65536

struct text {
	struct diags diags;
	struct units units;
	const struct source *source;
};

struct fuzz {
	struct arena *a;
	struct edits *e;
	struct str choice;
	size_t at;
	unsigned spin;
};

static bool
read_text(struct text *w, struct arena *a, struct str name, struct str text)
{
	memset(w, 0, sizeof(*w));
	diags_init(&w->diags, a);
	w->source = source_new(a, name, text);
	return yaml_read(&w->units, a, &w->diags, w->source);
}

/* All but the edits is the old text. */
static bool
same_bytes(const struct source *s)
{
	size_t at = 0, old = 0, i, n;

	for (i = 0; i < s->nedits; i++) {
		n = s->edits[i].at - at;
		if (old + n != s->edits[i].old_at ||
		    !str_eq(str_sub(s->text, at, at + n),
			str_sub(s->from->text, old, old + n)))
			return false;
		at += n + s->edits[i].len;
		old += n + s->edits[i].old_len;
	}
	return s->from == NULL ||
	       str_eq(str_sub(s->text, at, s->text.n),
		   str_sub(s->from->text, old, s->from->text.n));
}

static unsigned
pick(struct fuzz *f, unsigned n)
{
	f->spin = f->spin * 1103515245u + 12345u;
	if (f->at < f->choice.n)
		f->spin += (unsigned char)f->choice.p[f->at++];
	return n == 0 ? 0 : (f->spin >> 8) % n;
}

static struct yaml_node *
new_value(struct fuzz *f, int depth)
{
	static const char *const words[] = {"web", "y", "1_000", "0o17", "",
	    "a: b", "# no", " x ", "two\nlines\n", "2001-01-01", "\xc3\xa9",
	    "registry.example/a:1", "null", "[x]", "it's", "\"", "-", "a#b"};
	struct yaml_node *n;
	unsigned i, k = pick(f, depth > 2 ? 3 : 7);

	switch (k) {
	case 0:
		return yaml_new_int(f->a, (int64_t)pick(f, 1000) - 500);
	case 1:
		return yaml_new_bool(f->a, pick(f, 2) == 0);
	case 2:
	case 3:
	case 4:
		k = pick(f, sizeof(words) / sizeof(words[0]));
		return yaml_new_str(f->a, str_from(words[k]));
	case 5:
		n = yaml_new_seq(f->a);
		for (i = pick(f, 4); i > 0; i--)
			(void)yaml_push(f->a, n, new_value(f, depth + 1));
		return n;
	default:
		n = yaml_new_map(f->a);
		for (i = pick(f, 4); i > 0; i--)
			(void)yaml_put(f->a, n,
			    arena_printf(f->a, "key%u", pick(f, 5)),
			    new_value(f, depth + 1));
		return n;
	}
}

static struct str
some_key(struct fuzz *f, const struct yaml_node *map)
{
	unsigned i = pick(f, (unsigned)map->pairs.n + 2);

	if (i < map->pairs.n && !map->pairs.p[i].merge)
		return map->pairs.p[i].key->text;
	return arena_printf(f->a, "new%u", i % 3);
}

static void
change_map(struct fuzz *f, struct yaml_node *map)
{
	struct str key = some_key(f, map);
	struct yaml_node *n;

	switch (pick(f, 6)) {
	case 0:
		edit_delete(f->e, map, key);
		break;
	case 1:
		key = arena_printf(f->a, "made%u", pick(f, 3));
		n = edit_map(f->e, map, key);
		if (n != NULL && pick(f, 2) == 0)
			edit_put(f->e, n, STR("inner"), new_value(f, 1));
		break;
	case 2:
		key = arena_printf(f->a, "list%u", pick(f, 3));
		n = edit_seq(f->e, map, key);
		if (n != NULL)
			edit_insert(f->e, n, pick(f, (unsigned)n->items.n + 1),
			    new_value(f, 1));
		break;
	default:
		edit_put(f->e, map, key, new_value(f, 0));
		break;
	}
}

static void
change_seq(struct fuzz *f, struct yaml_node *seq)
{
	unsigned at = pick(f, (unsigned)seq->items.n + 1);

	switch (pick(f, 4)) {
	case 0:
		edit_remove(f->e, seq, at);
		break;
	case 1:
		edit_remove(f->e, seq, at);
		edit_insert(f->e, seq, at, new_value(f, 0));
		break;
	default:
		edit_insert(f->e, seq, at, new_value(f, 0));
		break;
	}
}

/* Goes down from the root by the calls that make a way safe to change. */
static void
change(struct fuzz *f, struct yaml_node *n)
{
	struct yaml_node *next;
	struct str key;
	int depth = 0;

	while (depth++ < 20 && n != NULL) {
		next = NULL;
		if (n->kind == YAML_MAP && n->pairs.n > 0 && pick(f, 5) != 0) {
			key = some_key(f, n);
			next = yaml_get(n, key);
			if (yaml_is(next, YAML_MAP))
				next = edit_map(f->e, n, key);
			else if (yaml_is(next, YAML_SEQ))
				next = edit_seq(f->e, n, key);
			else
				next = NULL;
		} else if (n->kind == YAML_SEQ && n->items.n > 0 &&
			   pick(f, 4) != 0) {
			next =
			    edit_item(f->e, n, pick(f, (unsigned)n->items.n));
			if (next->kind != YAML_MAP && next->kind != YAML_SEQ)
				next = NULL;
		}
		if (next == NULL)
			break;
		n = next;
	}
	if (n != NULL && n->kind == YAML_MAP)
		change_map(f, n);
	else if (n != NULL && n->kind == YAML_SEQ)
		change_seq(f, n);
}

static void
check_refused(const struct text *w)
{
	struct diag *const *g;

	if (w->diags.errors == 0)
		abort();
	VEC_FOREACH(g, &w->diags.list) {
		struct loc l = loc_user((*g)->loc, NULL);

		if (l.source != NULL &&
		    (size_t)l.off + l.len > l.source->text.n)
			abort();
	}
}

static void
check_result(struct fuzz *f, const struct text *w, const struct source *out)
{
	struct text again;
	size_t i;

	if (!same_bytes(out) ||
	    !read_text(&again, f->a, STR("again"), out->text) ||
	    again.units.list.n != w->units.list.n)
		abort();
	for (i = 0; i < w->units.list.n; i++) {
		if (!yaml_equal(
			w->units.list.p[i]->root, again.units.list.p[i]->root))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = {(const char *)data, n};
	struct fuzz f = {.a = NULL};
	const struct source *out;
	struct text w;
	size_t cut;
	unsigned i;

	if (n > TEXT_MAX)
		return 0;
	cut = str_rchr(text, '\0');
	if (cut != SIZE_MAX) {
		f.choice = str_sub(text, cut + 1, text.n);
		text.n = cut;
	}
	f.a = arena_new();
	if (read_text(&w, f.a, STR("fuzz"), text)) {
		f.e = edits_new(f.a, &w.diags, w.source, &w.units);
		for (i = pick(&f, OPS_MAX) + 1; i > 0 && w.units.list.n > 0;
		     i--)
			change(&f,
			    w.units.list.p[pick(&f, (unsigned)w.units.list.n)]
				->root);
		if (edit_apply(f.e, &out, NULL))
			check_result(&f, &w, out);
		else
			check_refused(&w);
	} else {
		check_refused(&w);
	}
	arena_free(f.a);
	return 0;
}
