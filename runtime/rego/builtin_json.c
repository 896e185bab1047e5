/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text (rego 9.4). */
#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

rv
rego_fn_json_marshal(struct rego_call *c)
{
	struct buf *b = rego_text(c);

	rv_print_json(b, c->heap, c->args[0]);
	return rego_text_done(c, b);
}

rv
rego_fn_json_unmarshal(struct rego_call *c)
{
	struct rt_err err = {0};
	rv v;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	if (rv_parse_json(&v, c->heap, rego_str(c, 0), &err) != 0)
		return rego_fail(c, REGO_EBUILTIN, "%s", err.text);
	return v;
}

rv
rego_fn_json_is_valid(struct rego_call *c)
{
	rv v;

	if (rego_is_go(c) && rv_type(c->args[0]) != RV_TSTRING)
		return RV_FALSE;
	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	return rv_bool(rv_parse_json(&v, c->heap, rego_str(c, 0), NULL) == 0);
}

struct options {
	bool pretty;
	struct str indent, prefix;
};

static bool
text_option(struct rego_call *c, rv v, struct str *out, const char *key)
{
	if (rv_type(v) != RV_TSTRING) {
		(void)rego_bad_operand(
		    c, 1, "key \"%s\" failed cast to string", key);
		return false;
	}
	*out = rv_str(v);
	return true;
}

static bool
option(struct rego_call *c, struct options *o, struct str key, rv v)
{
	if (str_eqz(key, "pretty")) {
		if (rv_type(v) == RV_TBOOL)
			return true;
		(void)rego_bad_operand(
		    c, 1, "key \"pretty\" failed cast to bool");
		return false;
	}
	if (str_eqz(key, "indent"))
		return text_option(c, v, &o->indent, "indent");
	if (str_eqz(key, "prefix"))
		return text_option(c, v, &o->prefix, "prefix");
	(void)rego_bad_operand(c, 1, "object contained unknown key \"%.*s\"",
	    STR_ARG(str_clip(key, 100)));
	return false;
}

/* `pretty` is on where one of the others is given. */
static bool
options(struct rego_call *c, struct options *o)
{
	rv given = c->args[1], pretty;
	size_t i;

	*o = (struct options){.indent = STR("\t"), .prefix = STR("")};
	if (!rego_want_object(c, 1))
		return false;
	for (i = 0; i < rv_count(given); i++) {
		rv key = rv_keys(given)[i];

		if (rv_type(key) != RV_TSTRING) {
			(void)rego_bad_operand(c, 1,
			    "must be object with string keys but got %s",
			    rv_type_name(key));
			return false;
		}
		if (!option(c, o, rv_str(key), rv_values(given)[i]))
			return false;
	}
	pretty = rv_object_get(c->heap, given, rego_string(c, STR("pretty")));
	o->pretty =
	    pretty == RV_UNDEFINED ? rv_count(given) > 0 : pretty == RV_TRUE;
	return true;
}

static void
new_line(struct buf *b, const struct options *o, size_t depth)
{
	buf_putc(b, '\n');
	buf_put(b, o->prefix);
	while (depth-- > 0)
		buf_put(b, o->indent);
}

/* Past a string that begins at `i`. */
static size_t
copy_string(struct buf *b, struct str s, size_t i)
{
	size_t start = i++;

	while (i < s.n && s.p[i] != '"')
		i += s.p[i] == '\\' ? 2 : 1;
	buf_put(b, str_sub(s, start, i + 1));
	return i + 1;
}

static bool
is_empty_at(struct str s, size_t i)
{
	return i + 1 < s.n && (s.p[i + 1] == ']' || s.p[i + 1] == '}');
}

/* Compact text, with a line for each item. */
static void
indent(struct buf *b, struct str s, const struct options *o)
{
	size_t i = 0, depth = 0;

	buf_put(b, o->prefix);
	while (i < s.n) {
		char c = s.p[i];

		if (c == '"') {
			i = copy_string(b, s, i);
			continue;
		}
		if ((c == '[' || c == '{') && is_empty_at(s, i)) {
			buf_put(b, str_sub(s, i, i + 2));
			i += 2;
			continue;
		}
		if (c == ']' || c == '}')
			new_line(b, o, --depth);
		buf_putc(b, c);
		if (c == '[' || c == '{')
			new_line(b, o, ++depth);
		else if (c == ',')
			new_line(b, o, depth);
		else if (c == ':')
			buf_putc(b, ' ');
		i++;
	}
}

rv
rego_fn_json_marshal_with_options(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	struct options o;
	size_t compact;
	struct str text;

	if (!options(c, &o))
		return RV_UNDEFINED;
	rv_print_json(b, c->heap, c->args[0]);
	if (!o.pretty)
		return rego_text_done(c, b);
	compact = b->n;
	if (!rv_room(c->heap, compact))
		return RV_UNDEFINED;
	text = arena_str(c->heap->arena, buf_str(b));
	b->n = 0;
	indent(b, text, &o);
	return rego_text_done(c, b);
}
