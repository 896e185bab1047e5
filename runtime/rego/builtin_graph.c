/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs: an object of vertices to arrays or sets of neighbours (rego 9.6). */
#include "runtime/rego/builtin_int.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static bool
want_graph(struct rego_call *c)
{
	rv v = c->args[1];

	if (!rego_want_object(c, 0))
		return false;
	if (rv_type(v) == RV_TARRAY || rv_type(v) == RV_TSET)
		return true;
	(void)rego_bad_operand(
	    c, 1, "must be {array, set} but got %s", rv_type_name(v));
	return false;
}

/* Neighbours; anything but an array or a set has none. */
static size_t
edges(rv v, const rv **items)
{
	if (v == RV_UNDEFINED ||
	    (rv_type(v) != RV_TARRAY && rv_type(v) != RV_TSET))
		return 0;
	*items = rv_items(v);
	return rv_count(v);
}

/* Which keys of the graph were reached, by their place. */
static size_t
place(const struct rego_call *c, rv vertex)
{
	rv graph = c->args[0];
	size_t low = 0, high = rv_count(graph);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = rv_compare(c->heap, vertex, rv_keys(graph)[mid]);

		if (order == 0)
			return mid;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return SIZE_MAX;
}

static void
visit(struct rego_call *c, struct rv_builder *queue, bool *reached, rv v)
{
	size_t i = place(c, v);

	if (i == SIZE_MAX || reached[i])
		return;
	reached[i] = true;
	rv_push(c->heap, queue, v);
}

rv
rego_fn_graph_reachable(struct rego_call *c)
{
	struct rv_builder queue = {0};
	const rv *items = NULL;
	bool *reached;
	size_t i, k, n;

	if (!want_graph(c) || !rv_room(c->heap, rv_count(c->args[0])))
		return RV_UNDEFINED;
	reached = ARENA_ARRAY(c->heap->arena, bool, rv_count(c->args[0]) + 1);
	n = edges(c->args[1], &items);
	for (i = 0; i < n; i++)
		visit(c, &queue, reached, items[i]);
	for (i = 0; i < queue.n; i++) {
		n = edges(
		    rv_object_get(c->heap, c->args[0], queue.v[i]), &items);
		for (k = 0; k < n; k++)
			visit(c, &queue, reached, items[k]);
	}
	return rv_set_close(c->heap, &queue);
}

/* The path is a stack of vertices with what is left of their neighbours. */
struct step {
	const rv *items;
	size_t at, n;
};

struct paths {
	struct rego_call *c;
	struct step *steps;
	struct rv_builder path, out;
	bool *reached; /* from the root on: a path went on from there */
};

static void
path_ends(struct paths *p)
{
	struct rv_heap *h = p->c->heap;

	rv_push(h, &p->out, rv_array_of(h, p->path.v, p->path.n));
}

static void
enter(struct paths *p, size_t at, rv vertex)
{
	struct step *s = &p->steps[p->path.n];

	rv_push(p->c->heap, &p->path, vertex);
	*s = (struct step){NULL, 0, 0};
	s->n = edges(rv_values(p->c->args[0])[at], &s->items);
	if (s->n == 0)
		path_ends(p);
}

static void
advance(struct paths *p)
{
	struct step *s = &p->steps[p->path.n - 1];
	rv here = p->path.v[p->path.n - 1], next;
	size_t at;

	if (s->at == s->n) {
		p->path.n--;
		return;
	}
	next = s->items[s->at++];
	at = place(p->c, next);
	if (at == SIZE_MAX || p->reached[at]) {
		path_ends(p);
		return;
	}
	p->reached[place(p->c, here)] = true;
	enter(p, at, next);
}

rv
rego_fn_graph_reachable_paths(struct rego_call *c)
{
	struct paths p = {.c = c};
	const rv *roots = NULL;
	size_t i, at, n, most;

	if (!want_graph(c))
		return RV_UNDEFINED;
	/* a vertex with an edge to itself is twice on a path */
	most = 2 * rv_count(c->args[0]) + 2;
	if (!rv_room(c->heap, most * (sizeof(struct step) + sizeof(bool))))
		return RV_UNDEFINED;
	p.steps = ARENA_ARRAY(c->heap->arena, struct step, most);
	p.reached = ARENA_ARRAY(c->heap->arena, bool, most);
	n = edges(c->args[1], &roots);
	for (i = 0; i < n; i++) {
		at = place(c, roots[i]);
		if (at == SIZE_MAX)
			continue;
		memset(p.reached, 0, most * sizeof(bool));
		enter(&p, at, roots[i]);
		while (p.path.n > 0 && !c->heap->full)
			advance(&p);
	}
	return rv_set_close(c->heap, &p.out);
}
