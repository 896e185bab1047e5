/* SPDX-License-Identifier: Apache-2.0 */
/* Building collections: sorted once, when they are closed. */
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static bool
reserve(struct rv_heap *h, struct rv_builder *b)
{
	size_t cap = b->cap < 8 ? 8 : b->cap * 2;

	if (b->n + 2 <= b->cap)
		return true;
	if (!rv_room(h, cap * sizeof(rv)))
		return false;
	b->v = arena_grow(h->arena, b->v, b->n, cap, sizeof(rv));
	b->cap = cap;
	return true;
}

void
rv_push(struct rv_heap *h, struct rv_builder *b, rv v)
{
	if (reserve(h, b))
		b->v[b->n++] = v;
}

void
rv_put(struct rv_heap *h, struct rv_builder *b, rv key, rv value)
{
	if (!reserve(h, b))
		return;
	b->v[b->n++] = key;
	b->v[b->n++] = value;
}

static uint16_t
depth_of(struct rv_heap *h, const rv *v, size_t n)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (rv_tag(v[i]) == RV_TAG_POINTER &&
		    rv_head(v[i])->depth > depth)
			depth = rv_head(v[i])->depth;
	if (depth >= RV_DEPTH_MAX)
		h->full = true;
	return (uint16_t)(depth + 1);
}

/* NULL: no room. */
static struct rv_array *
collection(struct rv_heap *h, enum rv_type t, const rv *v, size_t words)
{
	size_t n = t == RV_TOBJECT ? words / 2 : words;
	uint16_t depth = depth_of(h, v, words);
	struct rv_array *new;

	if (n > INT32_MAX)
		h->full = true;
	if (!rv_room(h, sizeof(*new) + words * sizeof(rv)))
		return NULL;
	new = arena_alloc(h->arena, sizeof(*new) + words * sizeof(rv));
	new->head.type = (uint8_t)t;
	new->head.depth = depth;
	new->head.n = (uint32_t)n;
	return new;
}

rv
rv_array_of(struct rv_heap *h, const rv *v, size_t n)
{
	struct rv_array *new;

	if (n == 0 || (new = collection(h, RV_TARRAY, v, n)) == NULL)
		return rv_empty_array;
	memcpy(new->v, v, n * sizeof(*v));
	return (rv)(uintptr_t) new;
}

/*
 * Merge sort from below: stable, so that of equal keys the last one can win.
 * An item has `width` words, the first is its key.
 */
struct run {
	const rv *at, *end;
};

static rv *
merge(
    const struct rv_heap *h, rv *out, struct run a, struct run b, size_t width)
{
	while (a.at < a.end || b.at < b.end) {
		struct run *from = &a;

		if (a.at == a.end ||
		    (b.at < b.end && rv_compare(h, *b.at, *a.at) < 0))
			from = &b;
		memcpy(out, from->at, width * sizeof(*out));
		from->at += width;
		out += width;
	}
	return out;
}

static void
merge_runs(const struct rv_heap *h, rv *to, const rv *from, size_t words,
    size_t run, size_t width)
{
	size_t i, mid, end;

	for (i = 0; i < words; i = end) {
		mid = i + run < words ? i + run : words;
		end = mid + run < words ? mid + run : words;
		to = merge(h, to, (struct run){from + i, from + mid},
		    (struct run){from + mid, from + end}, width);
	}
}

static bool
is_sorted(const struct rv_heap *h, const rv *v, size_t words, size_t width)
{
	size_t i;

	for (i = width; i < words; i += width)
		if (rv_compare(h, v[i - width], v[i]) >= 0)
			return false;
	return true;
}

static void
insertion_sort(const struct rv_heap *h, rv *v, size_t words, size_t width)
{
	size_t i, j;
	rv item[2] = {0, 0};

	for (i = width; i < words; i += width) {
		memcpy(item, v + i, width * sizeof(*v));
		for (j = i; j > 0 && rv_compare(h, v[j - width], *item) > 0;
		     j -= width)
			memcpy(v + j, v + j - width, width * sizeof(*v));
		memcpy(v + j, item, width * sizeof(*v));
	}
}

static void
merge_sort(struct rv_heap *h, rv *v, size_t words, size_t width)
{
	rv *other, *from = v, *to, *swap;
	size_t run;

	if (!rv_room(h, words * sizeof(rv)))
		return;
	to = other = ARENA_ARRAY(h->arena, rv, words);
	for (run = width; run < words; run *= 2) {
		merge_runs(h, to, from, words, run, width);
		swap = from;
		from = to;
		to = swap;
	}
	if (from == other)
		memcpy(v, other, words * sizeof(*v));
}

/* True if there can be equal keys. */
static bool
sort(struct rv_heap *h, rv *v, size_t words, size_t width)
{
	if (is_sorted(h, v, words, width))
		return false;
	if (words <= 12 * width)
		insertion_sort(h, v, words, width);
	else
		merge_sort(h, v, words, width);
	return true;
}

rv
rv_set_of(struct rv_heap *h, rv *v, size_t n)
{
	struct rv_array *new;
	size_t i, kept = 0;

	if (n > 1 && sort(h, v, n, 1)) {
		for (i = 0; i < n; i++)
			if (i == 0 || !rv_equal(v[kept - 1], v[i]))
				v[kept++] = v[i];
		n = kept;
	}
	if (n == 0 || (new = collection(h, RV_TSET, v, n)) == NULL)
		return rv_empty_set;
	memcpy(new->v, v, n * sizeof(*v));
	return (rv)(uintptr_t) new;
}

/* The words that remain; SIZE_MAX: a clash. */
static size_t
drop_equal_keys(rv *v, size_t words, rv *clash)
{
	size_t i, kept = 0;

	for (i = 0; i < words; i += 2) {
		if (kept == 0 || !rv_equal(v[kept - 2], v[i])) {
			v[kept++] = v[i];
			v[kept++] = v[i + 1];
		} else if (clash != NULL && !rv_equal(v[kept - 1], v[i + 1])) {
			*clash = v[i];
			return SIZE_MAX;
		} else
			v[kept - 1] = v[i + 1];
	}
	return kept;
}

rv
rv_object_of(struct rv_heap *h, rv *v, size_t n, rv *clash)
{
	struct rv_array *new;
	size_t i, words = n * 2;

	if (n > 1 && sort(h, v, words, 2)) {
		words = drop_equal_keys(v, words, clash);
		if (words == SIZE_MAX)
			return RV_UNDEFINED;
		n = words / 2;
	}
	if (n == 0 || (new = collection(h, RV_TOBJECT, v, words)) == NULL)
		return rv_empty_object;
	for (i = 0; i < n; i++) {
		new->v[i] = v[2 * i];
		new->v[n + i] = v[2 * i + 1];
	}
	return (rv)(uintptr_t) new;
}

rv
rv_array_close(struct rv_heap *h, struct rv_builder *b)
{
	size_t n = b->n;

	b->n = 0;
	return rv_array_of(h, b->v, n);
}

rv
rv_set_close(struct rv_heap *h, struct rv_builder *b)
{
	size_t n = b->n;

	b->n = 0;
	return rv_set_of(h, b->v, n);
}

rv
rv_sorted_close(struct rv_heap *h, struct rv_builder *b)
{
	size_t n = b->n;

	b->n = 0;
	if (n > 1)
		(void)sort(h, b->v, n, 1);
	return rv_array_of(h, b->v, n);
}

rv
rv_object_close(struct rv_heap *h, struct rv_builder *b, rv *clash)
{
	size_t n = b->n / 2;

	b->n = 0;
	return rv_object_of(h, b->v, n, clash);
}
