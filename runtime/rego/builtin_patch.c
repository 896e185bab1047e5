/* SPDX-License-Identifier: Apache-2.0 */
/* json.patch: RFC 6902, also for sets and for keys of any type (rego 9.3). */
#include "runtime/rego/builtin_int.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

struct patch {
	struct rego_call *c;
	rv path;
	rv value;  /* to add; RV_UNDEFINED: what is there goes */
	bool gone; /* the whole document was removed */
};

static rv
missing(const struct patch *p, rv key, rv in)
{
	struct buf *b = rego_text(p->c);

	buf_puts(b, "path ");
	rv_print(b, p->c->heap, key);
	buf_printf(b, " does not exist in %s term", rv_type_name(in));
	return rego_fail(
	    p->c, REGO_EBUILTIN, "%.*s", STR_ARG(str_clip(buf_str(b), 150)));
}

/* A number, or text without zeros in front; "-" is the end. */
static bool
index_of(const struct patch *p, rv array, rv key, size_t *out)
{
	uint64_t n;
	int64_t i;

	if (rv_type(key) == RV_TNUMBER && rv_to_int64(key, &i) && i >= 0) {
		*out = (size_t)i;
		return true;
	}
	if (rv_type(key) != RV_TSTRING) {
		(void)missing(p, key, array);
		return false;
	}
	*out = rv_count(array);
	if (str_eqz(rv_str(key), "-"))
		return true;
	if (rv_str(key).n > 1 && rv_str(key).p[0] == '0')
		(void)rego_fail(p->c, REGO_EBUILTIN,
		    "leading zeros are not allowed in JSON paths");
	else if (!str_u64(rv_str(key), UINT32_MAX, &n))
		(void)missing(p, key, array);
	else {
		*out = (size_t)n;
		return true;
	}
	return false;
}

/* The array with `v` before index `at`, and without `drop` items there. */
static rv
splice(const struct patch *p, rv array, size_t at, size_t drop, rv v)
{
	struct rv_builder b = {0};
	struct rv_heap *h = p->c->heap;
	size_t i;

	for (i = 0; i < at; i++)
		rv_push(h, &b, rv_items(array)[i]);
	if (v != RV_UNDEFINED)
		rv_push(h, &b, v);
	for (i = at + drop; i < rv_count(array); i++)
		rv_push(h, &b, rv_items(array)[i]);
	return rv_array_close(h, &b);
}

/* The set without `old` and with `v`. */
static rv
exchange(const struct patch *p, rv set, rv old, rv v)
{
	struct rv_builder b = {0};
	struct rv_heap *h = p->c->heap;
	size_t i;

	for (i = 0; i < rv_count(set); i++)
		if (old == RV_UNDEFINED || !rv_equal(rv_items(set)[i], old))
			rv_push(h, &b, rv_items(set)[i]);
	if (v != RV_UNDEFINED)
		rv_push(h, &b, v);
	return rv_set_close(h, &b);
}

/* The object with `v` at `key`, or without that member. */
static rv
assign(const struct patch *p, rv object, rv key, rv v)
{
	struct rv_builder b = {0};
	struct rv_heap *h = p->c->heap;
	size_t i;

	for (i = 0; i < rv_count(object); i++)
		if (!rv_equal(rv_keys(object)[i], key))
			rv_put(h, &b, rv_keys(object)[i], rv_values(object)[i]);
	if (v != RV_UNDEFINED)
		rv_put(h, &b, key, v);
	return rv_object_close(h, &b, NULL);
}

static rv
edit_array(const struct patch *p, rv array, rv key)
{
	bool adds = p->value != RV_UNDEFINED;
	size_t at;

	if (!index_of(p, array, key, &at))
		return RV_UNDEFINED;
	if (adds ? at > rv_count(array) : at >= rv_count(array))
		return rego_fail(p->c, REGO_EBUILTIN,
		    "index for array %s out of bounds",
		    adds ? "insertion" : "delete");
	return splice(p, array, at, !adds, p->value);
}

static rv
edit_set(const struct patch *p, rv set, rv key)
{
	if (p->value != RV_UNDEFINED)
		return rv_equal(key, p->value)
			   ? exchange(p, set, RV_UNDEFINED, key)
			   : rego_fail(p->c, REGO_EBUILTIN,
				 "set key does not equal value to be inserted");
	if (!rv_set_has(p->c->heap, set, key))
		return missing(p, key, set);
	return exchange(p, set, key, RV_UNDEFINED);
}

/* The last segment names what changes. */
static rv
edit_here(const struct patch *p, rv v, rv key)
{
	if (rv_type(v) == RV_TARRAY)
		return edit_array(p, v, key);
	if (rv_type(v) == RV_TSET)
		return edit_set(p, v, key);
	if (rv_type(v) != RV_TOBJECT ||
	    (p->value == RV_UNDEFINED &&
		rv_object_get(p->c->heap, v, key) == RV_UNDEFINED))
		return missing(p, key, v);
	return assign(p, v, key, p->value);
}

/* What a segment names; *at: its index in an array. */
static rv
child(const struct patch *p, rv v, rv key, size_t *at)
{
	rv found = RV_UNDEFINED;

	if (rv_type(v) == RV_TARRAY) {
		if (!index_of(p, v, key, at))
			return RV_UNDEFINED;
		if (*at < rv_count(v))
			found = rv_items(v)[*at];
	} else
		found = rv_get(p->c->heap, v, key);
	return found != RV_UNDEFINED ? found : missing(p, key, v);
}

static rv
edit(struct patch *p, rv v, size_t depth)
{
	size_t n = rv_count(p->path), at = 0;
	rv key, old, new;

	if (depth == n) {
		p->gone = p->value == RV_UNDEFINED;
		return p->gone ? RV_NULL : p->value;
	}
	key = rv_items(p->path)[depth];
	if (depth + 1 == n)
		return edit_here(p, v, key);
	old = child(p, v, key, &at);
	new = old != RV_UNDEFINED ? edit(p, old, depth + 1) : RV_UNDEFINED;
	if (new == RV_UNDEFINED)
		return RV_UNDEFINED;
	if (rv_type(v) == RV_TARRAY)
		return splice(p, v, at, 1, new);
	return rv_type(v) == RV_TSET ? exchange(p, v, old, new)
				     : assign(p, v, key, new);
}

static rv
look_up(const struct patch *p, rv v)
{
	size_t i, at;

	for (i = 0; i < rv_count(p->path) && v != RV_UNDEFINED; i++)
		v = child(p, v, rv_items(p->path)[i], &at);
	return v;
}

/* A member that the operation must have. */
static rv
attribute(struct rego_call *c, rv op, const char *name)
{
	rv v = rv_object_get(c->heap, op, rego_string(c, str_from(name)));

	return v != RV_UNDEFINED ? v
				 : rego_fail(c, REGO_EBUILTIN,
				       "missing required attribute '%s'", name);
}

static rv
path_attribute(struct rego_call *c, rv op, const char *name)
{
	rv v = attribute(c, op, name);

	if (v == RV_UNDEFINED || rv_type(v) == RV_TARRAY)
		return v;
	if (rv_type(v) == RV_TSTRING)
		return rego_path_of(c, rv_str(v));
	return rego_fail(c, REGO_EBUILTIN,
	    "attribute '%s' must be a string or an array", name);
}

static rv
take(struct patch *p, rv v, rv path)
{
	p->path = path;
	p->value = RV_UNDEFINED;
	return edit(p, v, 0);
}

static rv
put(struct patch *p, rv v, rv path, rv value)
{
	p->path = path;
	p->value = value;
	return value != RV_UNDEFINED ? edit(p, v, 0) : RV_UNDEFINED;
}

static rv
op_add(struct patch *p, rv v, rv op, rv path)
{
	return put(p, v, path, attribute(p->c, op, "value"));
}

static rv
op_remove(struct patch *p, rv v, rv op, rv path)
{
	(void)op;
	return take(p, v, path);
}

static rv
op_replace(struct patch *p, rv v, rv op, rv path)
{
	rv value = attribute(p->c, op, "value");

	if (value == RV_UNDEFINED)
		return value;
	if (rv_count(path) > 0)
		v = take(p, v, path);
	return v != RV_UNDEFINED ? put(p, v, path, value) : v;
}

static rv
op_copy(struct patch *p, rv v, rv op, rv path)
{
	rv found;

	p->path = path_attribute(p->c, op, "from");
	if (p->path == RV_UNDEFINED)
		return RV_UNDEFINED;
	found = look_up(p, v);
	return put(p, v, path, found);
}

static rv
op_move(struct patch *p, rv v, rv op, rv path)
{
	rv from = path_attribute(p->c, op, "from"), found;

	p->path = from;
	if (from == RV_UNDEFINED)
		return from;
	found = look_up(p, v);
	if (found == RV_UNDEFINED)
		return found;
	if (rv_count(from) > 0)
		v = take(p, v, from);
	return v != RV_UNDEFINED ? put(p, v, path, found) : v;
}

static rv
op_test(struct patch *p, rv v, rv op, rv path)
{
	rv value = attribute(p->c, op, "value"), found;

	p->path = path;
	if (value == RV_UNDEFINED)
		return value;
	found = look_up(p, v);
	if (found == RV_UNDEFINED || rv_equal(found, value))
		return found == RV_UNDEFINED ? found : v;
	return rego_fail(
	    p->c, REGO_EBUILTIN, "value from document != patch value");
}

static rv
apply(struct patch *p, rv v, rv op)
{
	static const struct {
		const char *name;
		rv (*fn)(struct patch *, rv, rv, rv);
	} ops[] = {{"add", op_add}, {"remove", op_remove},
	    {"replace", op_replace}, {"move", op_move}, {"copy", op_copy},
	    {"test", op_test}};
	rv name = attribute(p->c, op, "op"), path;
	size_t i;

	if (name == RV_UNDEFINED)
		return name;
	path = path_attribute(p->c, op, "path");
	if (path == RV_UNDEFINED)
		return path;
	if (p->gone && rv_count(path) > 0)
		return rego_fail(
		    p->c, REGO_EBUILTIN, "the document was removed");
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (rv_type(name) == RV_TSTRING &&
		    str_eqz(rv_str(name), ops[i].name))
			return ops[i].fn(p, v, op, path);
	return rego_fail(p->c, REGO_EBUILTIN, "unrecognized op");
}

rv
rego_fn_json_patch(struct rego_call *c)
{
	struct patch p = {.c = c};
	rv v = c->args[0], ops = c->args[1];
	size_t i;

	if (!rego_want_array(c, 1))
		return RV_UNDEFINED;
	for (i = 0; i < rv_count(ops); i++)
		if (rv_type(rv_items(ops)[i]) != RV_TOBJECT)
			return rego_fail(c, REGO_EBUILTIN,
			    "must be an array of JSON-Patch objects, but at "
			    "least one element is not an object");
	for (i = 0; i < rv_count(ops) && v != RV_UNDEFINED; i++)
		v = apply(&p, v, rv_items(ops)[i]);
	if (v != RV_UNDEFINED && p.gone)
		return rego_fail(c, REGO_EBUILTIN, "the document was removed");
	/* In regorus a patch that fails is undefined, and no error. */
	if (v == RV_UNDEFINED && !rego_is_go(c))
		c->fault->code = REGO_FINE;
	return v;
}
