/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between a document and what it was.  Unchanged nodes keep
 * their identity, so the comparison follows pointers and looks at content
 * only where something was taken out and put in.
 */
#include <string.h>

#include "compiler/front/edit_int.h"

#include "runtime/base/banned.h"

/* An alias that became a copy without a change of its own. */
struct pending {
	const struct yaml_node *alias;  /* has the place; `was` is the alias */
	const struct yaml_node *target; /* what it means */
	struct edit_slot slot;
	bool done;
};

struct diff {
	struct edit_text *t;
	VEC(struct pending) pending;
};

static void diff_node(struct diff *d, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n);

static const struct yaml_node *
before(const struct yaml_node *n)
{
	return n->was != NULL ? n->was : n;
}

struct yaml_node *
edit_original(struct arena *a, const struct yaml_node *n)
{
	struct yaml_node *c = ARENA_NEW(a, struct yaml_node);
	struct yaml_pair *p;
	size_t i;

	n = before(n);
	if (n->kind == YAML_ALIAS)
		return edit_original(a, n->target);
	c->kind = n->kind;
	c->text = n->text;
	c->json = n->json;
	for (i = 0; i < n->items.n; i++)
		(void)yaml_push(a, c, edit_original(a, n->items.p[i]));
	VEC_FOREACH(p, &n->pairs) {
		struct yaml_pair q = {
		    p->key, edit_original(a, p->value), p->merge};

		VEC_PUSH(a, &c->pairs, q);
	}
	return c;
}

static bool
same(struct diff *d, const struct yaml_node *o, const struct yaml_node *n)
{
	return yaml_equal(edit_original(d->t->e->arena, o), n);
}

static bool
has_merge(const struct yaml_node *n)
{
	const struct yaml_pair *p;

	VEC_FOREACH(p, &n->pairs) {
		if (p->merge)
			return true;
	}
	return false;
}

/* The pair of `map` that continues pair `p` of what it was. */
static const struct yaml_pair *
continued(const struct yaml_node *map, const struct yaml_pair *p, size_t hint,
    bool by_text)
{
	const struct yaml_pair *q;

	if (hint < map->pairs.n && map->pairs.p[hint].key == p->key)
		return &map->pairs.p[hint];
	VEC_FOREACH(q, &map->pairs) {
		if (q->key == p->key || (by_text && !q->merge && !p->merge &&
					    str_eq(q->key->text, p->key->text)))
			return q;
	}
	return NULL;
}

static bool
is_new(const struct yaml_node *w, const struct yaml_pair *q, bool by_text)
{
	const struct yaml_pair *p;

	if (q->key->loc.source != NULL)
		return false;
	VEC_FOREACH(p, &w->pairs) {
		if (by_text && !p->merge && str_eq(q->key->text, p->key->text))
			return false;
	}
	return true;
}

static bool
has_children(const struct yaml_node *n)
{
	return n->items.n + n->pairs.n > 0;
}

static void
replace(struct diff *d, const struct edit_slot *slot, const struct yaml_node *o,
    const struct yaml_node *n)
{
	if (slot->in == NULL) {
		diag_report(d->t->e->diags, EDIT_RANGE, o->loc,
		    "a whole document cannot be replaced");
		d->t->e->failed = true;
		return;
	}
	edit_text_replace(d->t, slot, o, n);
}

/* `o` has the place, `w` the old content, `n` the new one. */
static void
diff_map(struct diff *d, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *w,
    const struct yaml_node *n)
{
	struct edit_slot in = {.in = o, .flow = o->style == YAML_FLOW};
	bool by_text = !has_merge(w);
	const struct yaml_pair *q;
	size_t i, last = 0; /* behind the last pair that stays */

	for (i = 0; i < w->pairs.n; i++) {
		if (continued(n, &w->pairs.p[i], i, by_text) != NULL)
			last = i + 1;
	}
	if (!has_children(w) || !has_children(n) ||
	    (last == 0 && (slot->in != NULL || in.flow))) {
		if (has_children(w) || has_children(n))
			replace(d, slot, o, n);
		return;
	}
	for (i = 0; i < w->pairs.n; i++) {
		in.key = w->pairs.p[i].key;
		in.index = i;
		q = continued(n, &w->pairs.p[i], i, by_text);
		if (q != NULL)
			diff_node(d, &in, w->pairs.p[i].value, q->value);
	}
	for (i = 0; i < w->pairs.n; i++) {
		if (continued(n, &w->pairs.p[i], i, by_text) == NULL)
			edit_text_drop(d->t, o, w, i, i >= last);
	}
	VEC_FOREACH(q, &n->pairs) {
		if (is_new(w, q, by_text))
			edit_text_add(d->t, o, w, q);
	}
}

static struct str
name_of(const struct yaml_node *n)
{
	return n->kind == YAML_MAP ? yaml_get_str(n, STR("name")) : STR("");
}

/* Is `n` what became of item `o`? */
static bool
matches(struct diff *d, const struct yaml_node *o, const struct yaml_node *n)
{
	struct str x, y;

	if (o == n)
		return true;
	o = before(o);
	x = name_of(o);
	y = name_of(n);
	if (x.n > 0 && y.n > 0)
		return str_eq(x, y);
	if (o->kind != YAML_ALIAS && n->kind != YAML_ALIAS &&
	    o->kind != n->kind)
		return false;
	return same(d, o, n);
}

struct align {
	struct diff *d;
	const struct yaml_node *w, *n;
	size_t from, w_to, n_to; /* what is left between equal ends */
	size_t *to;              /* for each old item: 1 + new index, or 0 */
};

#define ALIGN_MAX 250000

/* Longest common subsequence of the middle. */
static void
align_middle(struct align *al)
{
	size_t a = al->w_to - al->from, b = al->n_to - al->from, i, j;
	struct arena *tmp = arena_new();
	uint32_t *len = ARENA_ARRAY(tmp, uint32_t, (a + 1) * (b + 1));
	bool *eq = ARENA_ARRAY(tmp, bool, a *b + 1);

	for (i = a; i-- > 0;) {
		for (j = b; j-- > 0;) {
			uint32_t *at = &len[i * (b + 1) + j];

			eq[i * b + j] =
			    matches(al->d, al->w->items.p[al->from + i],
				al->n->items.p[al->from + j]);
			if (eq[i * b + j])
				*at = 1 + at[b + 2];
			else
				*at = at[1] > at[b + 1] ? at[1] : at[b + 1];
		}
	}
	for (i = 0, j = 0; i < a && j < b;) {
		const uint32_t *at = &len[i * (b + 1) + j];

		if (eq[i * b + j])
			al->to[al->from + i++] = al->from + j++ + 1;
		else if (at[1] >= at[b + 1])
			j++;
		else
			i++;
	}
	arena_free(tmp);
}

static void
align(struct align *al)
{
	al->w_to = al->w->items.n;
	al->n_to = al->n->items.n;
	while (al->from < al->w_to && al->from < al->n_to &&
	       matches(
		   al->d, al->w->items.p[al->from], al->n->items.p[al->from])) {
		al->to[al->from] = al->from + 1;
		al->from++;
	}
	while (al->w_to > al->from && al->n_to > al->from &&
	       matches(al->d, al->w->items.p[al->w_to - 1],
		   al->n->items.p[al->n_to - 1])) {
		al->to[--al->w_to] = al->n_to;
		al->n_to--;
	}
	if ((al->w_to - al->from + 1) * (al->n_to - al->from + 1) <= ALIGN_MAX)
		align_middle(al);
}

static void
diff_seq(struct diff *d, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *w,
    const struct yaml_node *n)
{
	struct edit_slot in = {.in = o, .flow = o->style == YAML_FLOW};
	struct align al = {.d = d, .w = w, .n = n};
	size_t i, j = 0, last = 0; /* behind the last item that stays */

	al.to = ARENA_ARRAY(d->t->e->arena, size_t, w->items.n + 1);
	align(&al);
	for (i = 0; i < w->items.n; i++) {
		if (al.to[i] != 0)
			last = i + 1;
	}
	if (last == 0) {
		if (has_children(w) || has_children(n))
			replace(d, slot, o, n);
		return;
	}
	for (i = 0; i < w->items.n; i++) {
		in.index = i;
		if (al.to[i] == 0) {
			edit_text_remove(d->t, o, w, i, i >= last);
			continue;
		}
		for (; j + 1 < al.to[i]; j++)
			edit_text_insert(d->t, o, w, i, n->items.p[j]);
		j = al.to[i];
		diff_node(d, &in, w->items.p[i], n->items.p[j - 1]);
	}
	for (; j < n->items.n; j++)
		edit_text_insert(d->t, o, w, w->items.n, n->items.p[j]);
}

static void
diff_content(struct diff *d, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *w,
    const struct yaml_node *n)
{
	if (w->kind == YAML_MAP && n->kind == YAML_MAP &&
	    !(has_merge(w) && n->loc.source == NULL))
		diff_map(d, slot, o, w, n);
	else if (w->kind == YAML_SEQ && n->kind == YAML_SEQ)
		diff_seq(d, slot, o, w, n);
	else
		replace(d, slot, o, n);
}

static void
diff_children(struct diff *d, const struct yaml_node *n)
{
	struct edit_slot in = {.in = n, .flow = n->style == YAML_FLOW};
	size_t i;

	for (i = 0; i < n->items.n; i++) {
		in.index = i;
		diff_node(d, &in, n->items.p[i], n->items.p[i]);
	}
	for (i = 0; i < n->pairs.n; i++) {
		in.index = i;
		in.key = n->pairs.p[i].key;
		diff_node(d, &in, n->pairs.p[i].value, n->pairs.p[i].value);
	}
}

static void
diff_node(struct diff *d, const struct edit_slot *slot,
    const struct yaml_node *o, const struct yaml_node *n)
{
	const struct yaml_node *w = before(o);

	if (o == n && n->was == NULL) {
		if (n->kind != YAML_ALIAS)
			diff_children(d, n);
		return;
	}
	if (w->kind == YAML_ALIAS) {
		struct pending p = {o, w->target, *slot, false};

		if (same(d, w->target, n))
			VEC_PUSH(d->t->e->arena, &d->pending, p);
		else
			replace(d, slot, o, n);
		return;
	}
	if (o == n || !same(d, o, n))
		diff_content(d, slot, o, w, n);
}

/* Does a change lie in a node? */
static bool
changed(const struct edit_text *t, const struct yaml_node *n)
{
	size_t from = n->prop;
	size_t to = edit_gap_end(t, (size_t)n->loc.off + n->loc.len);
	const struct edit_change *c;

	VEC_FOREACH(c, &t->out) {
		const struct splice *s = &c->s;

		if ((size_t)s->loc.off + s->loc.len > from && s->loc.off <= to)
			return true;
	}
	return false;
}

/*
 * An alias may stay where it is as long as nothing touches what it means;
 * each one that is written out may touch another.
 */
static void
settle(struct diff *d)
{
	bool again = true;
	struct pending *p;

	while (again) {
		again = false;
		VEC_FOREACH(p, &d->pending) {
			if (p->done || !changed(d->t, p->target))
				continue;
			p->done = again = true;
			replace(d, &p->slot, p->alias, p->alias);
		}
	}
}

struct habit {
	const struct edit_text *t;
	bool step, seq;
	struct yaml_layout *l;
};

/* How far mappings and sequences are indented, from the first of each. */
static void
find_habit(struct habit *h, const struct yaml_node *n)
{
	size_t i;

	if (n->style != YAML_BLOCK || n->loc.source == NULL)
		return;
	n = before(n);
	for (i = 0; i < n->items.n && !(h->step && h->seq); i++)
		find_habit(h, n->items.p[i]);
	for (i = 0; i < n->pairs.n && !(h->step && h->seq); i++) {
		const struct yaml_node *v = before(n->pairs.p[i].value);
		unsigned a = edit_column(h->t, n->loc.off);
		unsigned b = edit_column(h->t, v->loc.off);
		bool seq = v->kind == YAML_SEQ;

		if (v->style == YAML_BLOCK && v->loc.source != NULL && b >= a &&
		    !(seq ? h->seq : h->step) && (seq || b > a)) {
			*(seq ? &h->l->seq : &h->l->step) = b - a;
			*(seq ? &h->seq : &h->step) = true;
		}
		find_habit(h, v);
	}
}

static int
compare(const void *x, const void *y)
{
	const struct edit_change *a = x, *b = y;

	if (a->s.loc.off != b->s.loc.off)
		return a->s.loc.off < b->s.loc.off ? -1 : 1;
	if (a->col != b->col)
		return a->col > b->col ? -1 : 1;
	return 0;
}

/* A stable sort; changes come nearly in order. */
static void
sort_changes(struct edit_text *t)
{
	size_t i, k;

	for (i = 1; i < t->out.n; i++) {
		struct edit_change c = t->out.p[i];

		for (k = i; k > 0 && compare(&t->out.p[k - 1], &c) > 0; k--)
			t->out.p[k] = t->out.p[k - 1];
		t->out.p[k] = c;
	}
}

void
edit_diff(struct edit_text *t)
{
	struct diff d = {.t = t};
	struct edit_slot root = {0};
	struct yaml_node *n = t->unit->unit->root;
	struct habit h = {.t = t, .l = &t->layout};

	t->marks.arena = t->e->arena;
	t->layout = (struct yaml_layout){2, 0, STR("\n"), &t->marks};
	find_habit(&h, n);
	diff_node(&d, &root, n, n);
	settle(&d);
	sort_changes(t);
	edit_range_free(t->range);
}
