/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, order, equality, hashes, copies: what values have in common. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "runtime/rego/number.h"
#include "runtime/rego/unicode.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static const struct rv_string empty_string = {
    {RV_TSTRING, RV_F_CONST | RV_F_ASCII, 0, 0, 0x2d06800538d394c2u}, {0}};
static const struct rv_array empty_array = {
    {RV_TARRAY, RV_F_CONST, 1, 0, RV_TARRAY}, {}};
static const struct rv_array empty_set = {
    {RV_TSET, RV_F_CONST, 1, 0, RV_TSET}, {}};
static const struct rv_object empty_object = {
    {RV_TOBJECT, RV_F_CONST, 1, 0, RV_TOBJECT}, {}};

const rv rv_empty_string = (rv)(uintptr_t)&empty_string;
const rv rv_empty_array = (rv)(uintptr_t)&empty_array;
const rv rv_empty_set = (rv)(uintptr_t)&empty_set;
const rv rv_empty_object = (rv)(uintptr_t)&empty_object;

bool
rv_room(struct rv_heap *h, size_t n)
{
	size_t used;

	if (h->full)
		return false;
	used = arena_used(h->arena);
	if (h->limit > 0 && (used >= h->limit || n > h->limit - used))
		h->full = true;
	return !h->full;
}

const char *
rv_type_name(rv v)
{
	static const char *const names[] = {"undefined", "null", "boolean",
	    "number", "string", "array", "object", "set"};

	return names[rv_type(v)];
}

static uint64_t
string_hash(struct str s)
{
	uint64_t hash = XXH3_64bits(s.p, s.n);

	return hash != 0 ? hash : 1;
}

static bool
is_ascii(struct str s)
{
	uint64_t word, all = 0;
	size_t i;

	for (i = 0; i + 8 <= s.n; i += 8) {
		memcpy(&word, s.p + i, 8);
		all |= word;
	}
	for (; i < s.n; i++)
		all |= (uint64_t)(unsigned char)s.p[i];
	return (all & 0x8080808080808080u) == 0;
}

static rv
string_new(struct arena *a, struct str s, uint64_t hash, uint8_t flags)
{
	struct rv_string *new = arena_alloc(a, sizeof(*new) + s.n + 1);

	new->head = (struct rv_head){RV_TSTRING, flags, 0, (uint32_t)s.n, hash};
	if (is_ascii(s))
		new->head.flags |= RV_F_ASCII;
	if (s.n > 0)
		memcpy(new->p, s.p, s.n);
	return (rv)(uintptr_t) new;
}

struct rv_interns {
	struct arena *arena;
	rv *slots; /* 0: free */
	size_t n, cap;
};

struct rv_interns *
rv_interns_new(struct arena *a)
{
	struct rv_interns *t = ARENA_NEW(a, struct rv_interns);

	t->arena = a;
	t->cap = 256;
	t->slots = ARENA_ARRAY(a, rv, t->cap);
	return t;
}

static rv *
intern_slot(const struct rv_interns *t, struct str s, uint64_t hash)
{
	size_t mask = t->cap - 1, i = (size_t)hash & mask;

	for (; t->slots[i] != 0; i = (i + 1) & mask)
		if (rv_head(t->slots[i])->hash == hash &&
		    str_eq(rv_str(t->slots[i]), s))
			break;
	return &t->slots[i];
}

static void
interns_grow(struct rv_interns *t)
{
	struct rv_interns more = *t;
	size_t i;

	more.cap = t->cap * 2;
	more.slots = ARENA_ARRAY(t->arena, rv, more.cap);
	for (i = 0; i < t->cap; i++)
		if (t->slots[i] != 0)
			*intern_slot(&more, rv_str(t->slots[i]),
			    rv_head(t->slots[i])->hash) = t->slots[i];
	*t = more;
}

rv
rv_intern(struct rv_interns *t, struct str s)
{
	uint64_t hash = string_hash(s);
	rv *slot = intern_slot(t, s, hash);

	if (*slot != 0)
		return *slot;
	if (t->n * 2 >= t->cap) {
		interns_grow(t);
		slot = intern_slot(t, s, hash);
	}
	t->n++;
	return *slot =
		   string_new(t->arena, s, hash, RV_F_CONST | RV_F_INTERNED);
}

rv
rv_string(struct rv_heap *h, struct str s)
{
	uint64_t hash = string_hash(s);

	if (s.n == 0)
		return rv_empty_string;
	if (h->interns != NULL) {
		rv known = *intern_slot(h->interns, s, hash);

		if (known != 0)
			return known;
	}
	if (s.n > INT32_MAX)
		h->full = true;
	if (!rv_room(h, s.n + sizeof(struct rv_string)))
		return rv_empty_string;
	return string_new(h->arena, s, hash, 0);
}

size_t
rv_string_count(const struct rv_heap *h, rv v)
{
	struct str s = rv_str(v);
	size_t i, n = 0;
	unsigned c;

	if (rv_head(v)->flags & RV_F_ASCII)
		return s.n;
	for (i = 0; i < s.n; n++) {
		i += utf8_decode(&c, s, i);
		n += c >= 0x10000 && h->profile->utf16_count;
	}
	return n;
}

static uint64_t
mix(uint64_t hash, uint64_t more)
{
	hash = (hash ^ more) * 0x9e3779b97f4a7c15u;
	return hash ^ (hash >> 29);
}

/* Objects: keys, then values. */
static uint64_t
items_hash(rv v)
{
	size_t i, n = rv_count(v) * (rv_type(v) == RV_TOBJECT ? 2 : 1);
	uint64_t hash = (uint64_t)rv_type(v);

	for (i = 0; i < n; i++)
		hash = mix(hash, rv_hash(rv_items(v)[i]));
	return hash != 0 ? hash : 1;
}

static bool
is_pointer(rv v)
{
	return rv_tag(v) == RV_TAG_POINTER;
}

uint64_t
rv_hash(rv v)
{
	uint64_t hash;

	if (rv_type(v) == RV_TNUMBER)
		return rv_number_hash(v);
	if (!is_pointer(v))
		return mix(1, v);
	hash = rv_head(v)->hash;
	if (hash != 0)
		return hash;
	hash = items_hash(v);
	((struct rv_head *)(uintptr_t)v)->hash = hash;
	return hash;
}

static bool
words_equal(rv a, rv b, size_t n)
{
	const rv *x = rv_items(a), *y = rv_items(b);
	size_t i;

	for (i = 0; i < n; i++)
		if (!rv_equal(x[i], y[i]))
			return false;
	return true;
}

bool
rv_equal_parts(rv a, rv b)
{
	enum rv_type t = rv_type(a);
	const struct rv_head *x, *y;

	if (t != rv_type(b) || (!is_pointer(a) && !is_pointer(b)))
		return false;
	if (t == RV_TNUMBER)
		return rv_number_compare(a, b) == 0;
	x = rv_head(a);
	y = rv_head(b);
	if (x->n != y->n)
		return false;
	if (t == RV_TSTRING)
		return memcmp(rv_str(a).p, rv_str(b).p, x->n) == 0;
	return words_equal(a, b, t == RV_TOBJECT ? 2 * (size_t)x->n : x->n);
}

static int
compare_types(const struct rv_heap *h, enum rv_type a, enum rv_type b)
{
	int order = a < b ? -1 : 1;

	return a >= RV_TOBJECT && b >= RV_TOBJECT && h->profile->set_first
		   ? -order
		   : order;
}

static int
compare_counts(rv a, rv b)
{
	size_t x = rv_count(a), y = rv_count(b);

	return x < y ? -1 : x > y;
}

static int
compare_items(const struct rv_heap *h, rv a, rv b)
{
	size_t i, n = rv_count(a) < rv_count(b) ? rv_count(a) : rv_count(b);
	int c;

	for (i = 0; i < n; i++) {
		c = rv_compare(h, rv_items(a)[i], rv_items(b)[i]);
		if (c != 0)
			return c;
	}
	return compare_counts(a, b);
}

static int
compare_members(const struct rv_heap *h, rv a, rv b)
{
	size_t i, n = rv_count(a) < rv_count(b) ? rv_count(a) : rv_count(b);
	int c;

	for (i = 0; i < n; i++) {
		c = rv_compare(h, rv_keys(a)[i], rv_keys(b)[i]);
		if (c == 0)
			c = rv_compare(h, rv_values(a)[i], rv_values(b)[i]);
		if (c != 0)
			return c;
	}
	return compare_counts(a, b);
}

int
rv_compare(const struct rv_heap *h, rv a, rv b)
{
	enum rv_type t = rv_type(a);

	if (a == b)
		return 0;
	if (t != rv_type(b))
		return compare_types(h, t, rv_type(b));
	if (t == RV_TNUMBER)
		return rv_number_compare(a, b);
	if (t == RV_TSTRING)
		return str_cmp(rv_str(a), rv_str(b));
	if (t == RV_TOBJECT)
		return compare_members(h, a, b);
	if (t == RV_TARRAY || t == RV_TSET)
		return compare_items(h, a, b);
	return a < b ? -1 : 1; /* false, true */
}

/* In sorted `keys`: the index, or SIZE_MAX. */
static size_t
find(const struct rv_heap *h, const rv *keys, size_t n, rv key)
{
	size_t low = 0, high = n, mid;
	int c;

	while (low < high) {
		mid = low + (high - low) / 2;
		c = rv_compare(h, key, keys[mid]);
		if (c == 0)
			return mid;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return SIZE_MAX;
}

rv
rv_object_get(const struct rv_heap *h, rv object, rv key)
{
	size_t i = find(h, rv_keys(object), rv_count(object), key);

	return i < SIZE_MAX ? rv_values(object)[i] : RV_UNDEFINED;
}

bool
rv_set_has(const struct rv_heap *h, rv set, rv v)
{
	return find(h, rv_items(set), rv_count(set), v) < SIZE_MAX;
}

static rv
array_get(rv array, rv key)
{
	int64_t i;

	if (!rv_is_int(key))
		return RV_UNDEFINED;
	i = rv_int_of(key);
	return i >= 0 && (uint64_t)i < rv_count(array) ? rv_items(array)[i]
						       : RV_UNDEFINED;
}

rv
rv_get(const struct rv_heap *h, rv base, rv key)
{
	enum rv_type t = rv_type(base);

	if (t == RV_TOBJECT)
		return rv_object_get(h, base, key);
	if (t == RV_TARRAY)
		return array_get(base, key);
	return t == RV_TSET && rv_set_has(h, base, key) ? key : RV_UNDEFINED;
}

static rv
copy_items(struct rv_heap *h, rv v)
{
	size_t i, n = rv_count(v) * (rv_type(v) == RV_TOBJECT ? 2 : 1);
	struct rv_array *new;

	if (!rv_room(h, sizeof(*new) + n * sizeof(rv)))
		return RV_NULL;
	new = arena_alloc(h->arena, sizeof(*new) + n * sizeof(rv));
	new->head = *rv_head(v);
	for (i = 0; i < n; i++)
		new->v[i] = rv_copy(h, rv_items(v)[i]);
	return (rv)(uintptr_t) new;
}

rv
rv_copy(struct rv_heap *h, rv v)
{
	enum rv_type t = rv_type(v);

	if (!is_pointer(v) || (rv_head(v)->flags & RV_F_CONST))
		return v;
	if (t == RV_TNUMBER)
		return rv_number_copy(h, v);
	return t == RV_TSTRING ? rv_string(h, rv_str(v)) : copy_items(h, v);
}

void
rv_make_const(rv v)
{
	size_t i, n;

	if (!is_pointer(v) || (rv_head(v)->flags & RV_F_CONST))
		return;
	if (rv_type(v) >= RV_TARRAY) {
		n = rv_count(v) * (rv_type(v) == RV_TOBJECT ? 2 : 1);
		for (i = 0; i < n; i++)
			rv_make_const(rv_items(v)[i]);
	}
	(void)rv_hash(v);
	((struct rv_head *)(uintptr_t)v)->flags |= RV_F_CONST;
}
