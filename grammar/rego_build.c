/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the grammar's actions call, and the way in: a text becomes tokens,
 * tokens a tree.  Faults are reported here with their place.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "grammar/rego_int.h"
#include "grammar/rego_parse.h"
#include "runtime/base/banned.h"

struct loc
rego_loc(const struct rego_parse *p, struct rego_range r)
{
	return (struct loc){p->source, r.from, r.to - r.from};
}

void
rego_refuse(
    struct rego_parse *p, uint32_t off, uint32_t len, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!p->failed)
		diag_report(p->diags, REGO_SYNTAX,
		    ((struct loc){p->source, off, len}), text);
	p->failed = true;
}

static void
fail_at(struct rego_parse *p, struct loc l, const char *text)
{
	rego_refuse(p, l.off, l.len, "%s", text);
}

void
rego_push(struct rego_parse *p, void *item)
{
	VEC_PUSH(p->arena, &p->stack, item);
}

/* The last `n` items; they stay valid until the next push. */
static void *
pop(struct rego_parse *p, size_t n)
{
	p->stack.n -= n;
	return p->stack.p == NULL ? NULL : p->stack.p + p->stack.n;
}

/* Trees that are walked by recursion must not be too deep. */
static void
check_depth(struct rego_parse *p, uint16_t depth, struct loc loc)
{
	if (depth <= REGO_DEPTH_MAX || p->failed)
		return;
	diag_report(
	    p->diags, REGO_LIMIT, loc, "nested expressions", REGO_DEPTH_MAX);
	p->failed = true;
}

static struct rego_term *
checked(struct rego_parse *p, struct rego_term *t)
{
	check_depth(p, t->depth, t->loc);
	return t;
}

/* Strings */

static int
hex4(const char *s)
{
	int i, v = 0;

	for (i = 0; i < 4; i++) {
		char c = s[i];

		v = v * 16 +
		    (c <= '9' ? c - '0' : (c | ('a' - 'A')) - 'a' + 10);
	}
	return v;
}

static char *
put_utf8(char *at, unsigned cp)
{
	if (cp < 0x80) {
		*at++ = (char)cp;
		return at;
	}
	if (cp < 0x800) {
		*at++ = (char)(0xc0 | cp >> 6);
	} else if (cp < 0x10000) {
		*at++ = (char)(0xe0 | cp >> 12);
		*at++ = (char)(0x80 | (cp >> 6 & 63));
	} else {
		*at++ = (char)(0xf0 | cp >> 18);
		*at++ = (char)(0x80 | (cp >> 12 & 63));
		*at++ = (char)(0x80 | (cp >> 6 & 63));
	}
	*at++ = (char)(0x80 | (cp & 63));
	return at;
}

/* "\uXXXX" at s[i]; pairs of surrogates combine. */
static size_t
put_unicode(struct rego_parse *p, struct rego_range r, struct str s, size_t i,
    char **at)
{
	unsigned cp = (unsigned)hex4(s.p + i + 2), low;
	size_t used = 6;

	if (cp >= 0xd800 && cp < 0xdc00 && i + 12 <= s.n &&
	    s.p[i + 6] == '\\' && s.p[i + 7] == 'u') {
		low = (unsigned)hex4(s.p + i + 8);
		if (low >= 0xdc00 && low < 0xe000) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
			used = 12;
		}
	}
	if (cp >= 0xd800 && cp < 0xe000) {
		if (!p->options.opa)
			rego_refuse(p, r.from, r.to - r.from,
			    "half of a surrogate pair in a string");
		cp = 0xfffd;
	}
	*at = put_utf8(*at, cp);
	return used;
}

static char
simple_escape(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

static struct str
unescape(struct rego_parse *p, struct rego_range r, struct str s, bool raw)
{
	char *out = arena_alloc(p->arena, s.n), *at = out;
	size_t i = 0;

	while (i < s.n) {
		if (s.p[i] != '\\' || i + 1 == s.n) {
			*at++ = s.p[i++];
		} else if (raw) {
			/* In a raw template only "\{" is an escape. */
			i += s.p[i + 1] == '{';
			*at++ = s.p[i++];
		} else if (s.p[i + 1] == 'u') {
			i += put_unicode(p, r, s, i, &at);
		} else {
			*at++ = simple_escape(s.p[i + 1]);
			i += 2;
		}
	}
	return (struct str){out, (size_t)(at - out)};
}

struct rego_term *
rego_on_string(struct rego_parse *p, struct rego_range r, bool raw)
{
	struct str s = {p->source->text.p + r.from, r.to - r.from};
	bool quoted = s.p[0] == '"' || s.p[0] == '`';
	struct rego_term *t;

	if (quoted)
		s = str_sub(s, 1, s.n - 1);
	if ((!raw || !quoted) && memchr(s.p, '\\', s.n) != NULL)
		s = unescape(p, r, s, raw);
	t = rego_new(p->arena, REGO_STRING, rego_loc(p, r), s);
	if (raw && quoted)
		t->flags |= REGO_F_RAW;
	return t;
}

/* Terms */

static bool
all_ground(const struct rego_term *t)
{
	uint32_t i;

	for (i = 0; i < t->nargs; i++) {
		if (!rego_is_ground(t->args[i]))
			return false;
	}
	return true;
}

struct rego_term *
rego_on_list(
    struct rego_parse *p, enum rego_kind kind, struct rego_range r, size_t n)
{
	struct rego_term *t =
	    rego_new_args(p->arena, kind, rego_loc(p, r), pop(p, n), n);

	if (kind == REGO_TEMPLATE && !p->options.opa)
		rego_refuse(p, r.from, r.to - r.from,
		    "the agents' engines know no template strings");
	else if (kind != REGO_TEMPLATE && all_ground(t))
		t->flags |= REGO_F_GROUND;
	return checked(p, t);
}

struct rego_term *
rego_on_compr(struct rego_parse *p, enum rego_kind kind, struct rego_range r,
    struct rego_term *key, struct rego_term *value, struct rego_body *body)
{
	struct rego_term *args[2] = {key == NULL ? value : key, value};
	struct rego_term *t = rego_new_args(
	    p->arena, kind, rego_loc(p, r), args, key == NULL ? 1 : 2);

	t->body = body;
	if (body->depth >= t->depth)
		t->depth = (uint16_t)(body->depth + 1);
	return checked(p, t);
}

struct rego_term *
rego_on_infix(struct rego_parse *p, enum rego_op op, struct rego_range r,
    struct rego_term *left, struct rego_term *right)
{
	return checked(
	    p, rego_new_op(p->arena, op, rego_loc(p, r), left, right));
}

/* Newest OPA, not in v0: "-x" is zero less x. */
struct rego_term *
rego_on_negative(
    struct rego_parse *p, struct rego_range r, struct rego_term *operand)
{
	struct rego_term *t = rego_on_infix(p, REGO_OP_SUB, r,
	    rego_new(p->arena, REGO_NUMBER, rego_loc(p, r), STR("0")), operand);

	if (!p->options.opa || !p->module->v1)
		fail_at(p, t->loc, "a sign stands before numbers only");
	t->flags |= REGO_F_PAREN;
	return t;
}

/*
 * "k, v in xs in ys": the grammar read the part after the comma as one
 * expression; its innermost `in` on the left gets the key.
 */
struct rego_term *
rego_on_member3(struct rego_parse *p, struct rego_range r,
    struct rego_term *key, struct rego_term *rest)
{
	struct rego_term *t = rest, *args[3];

	while (t->kind == REGO_CALL && t->op == REGO_OP_IN &&
	       (t->flags & REGO_F_PAREN) == 0 &&
	       t->args[0]->kind == REGO_CALL && t->args[0]->op == REGO_OP_IN &&
	       (t->args[0]->flags & REGO_F_PAREN) == 0)
		t = t->args[0];
	if (t->kind != REGO_CALL || t->op != REGO_OP_IN ||
	    (t->flags & REGO_F_PAREN)) {
		rego_refuse(p, r.from, r.to - r.from,
		    "unexpected ',': only 'k, v in xs' has one here");
		return rest;
	}
	args[0] = key;
	args[1] = t->args[0];
	args[2] = t->args[1];
	t->args = rego_new_args(p->arena, REGO_CALL, t->loc, args, 3)->args;
	t->nargs = 3;
	t->op = REGO_OP_IN3;
	if (key->depth >= rest->depth)
		rest->depth = (uint16_t)(key->depth + 1);
	rest->loc = rego_loc(p, r);
	return checked(p, rest);
}

struct rego_term *
rego_on_operand(struct rego_parse *p, struct rego_range r,
    struct rego_term *base, struct rego_term *operand)
{
	return checked(
	    p, rego_new_ref(p->arena, rego_loc(p, r), base, operand));
}

static bool
is_static_path(const struct rego_term *t)
{
	uint32_t i;

	if (t->kind == REGO_VAR)
		return true;
	if (t->kind != REGO_REF || t->args[0]->kind != REGO_VAR)
		return false;
	for (i = 1; i < t->nargs; i++) {
		if (t->args[i]->kind != REGO_STRING)
			return false;
	}
	return true;
}

struct rego_term *
rego_on_call(struct rego_parse *p, struct rego_range r,
    struct rego_term *function, size_t n)
{
	struct rego_term *t, **args = pop(p, n);
	size_t i;

	if (!is_static_path(function))
		fail_at(
		    p, function->loc, "only a named function can be called");
	t = rego_new(p->arena, REGO_CALL, rego_loc(p, r), (struct str){0});
	t->args = ARENA_ARRAY(p->arena, struct rego_term *, n + 1);
	t->nargs = (uint32_t)n + 1;
	t->args[0] = function;
	t->depth = 2;
	for (i = 0; i < n; i++) {
		t->args[i + 1] = args[i];
		if (args[i]->depth >= t->depth)
			t->depth = (uint16_t)(args[i]->depth + 1);
	}
	return checked(p, t);
}

/* Literals and bodies */

struct rego_literal *
rego_on_literal(struct rego_parse *p, enum rego_literal_kind kind,
    struct rego_range r, size_t n)
{
	return rego_new_literal(p->arena, kind, rego_loc(p, r), pop(p, n), n);
}

struct rego_literal *
rego_on_some(struct rego_parse *p, struct rego_range r, size_t n,
    struct rego_term *collection)
{
	struct rego_literal *l;
	uint32_t i;

	if (collection != NULL)
		rego_push(p, collection);
	if (collection != NULL && n > 2)
		rego_refuse(p, r.from, r.to - r.from,
		    "'some ... in' takes a value, or a key and a value");
	l = rego_on_literal(p, collection == NULL ? REGO_SOME : REGO_SOME_IN, r,
	    n + (collection != NULL));
	for (i = 0; collection == NULL && i < l->nterms; i++) {
		if (l->terms[i]->kind != REGO_VAR)
			fail_at(p, l->terms[i]->loc,
			    "'some' without 'in' declares variables only");
	}
	return l;
}

struct rego_literal *
rego_on_every(struct rego_parse *p, struct rego_range r, size_t n,
    struct rego_term *collection, struct rego_body *body)
{
	struct rego_literal *l;
	uint32_t i;

	rego_push(p, collection);
	l = rego_on_literal(p, REGO_EVERY, r, n + 1);
	l->body = body;
	if (body->depth >= l->depth)
		l->depth = (uint16_t)(body->depth + 1);
	if (n > 2)
		rego_refuse(p, r.from, r.to - r.from,
		    "'every' takes a value, or a key and a value");
	for (i = 0; i < n && i < l->nterms; i++) {
		if (l->terms[i]->kind != REGO_VAR)
			fail_at(p, l->terms[i]->loc,
			    "'every' takes variables only");
	}
	return l;
}

struct rego_body *
rego_on_body(struct rego_parse *p, struct rego_range r, size_t n)
{
	struct rego_body *b =
	    rego_new_body(p->arena, rego_loc(p, r), pop(p, n), n);

	check_depth(p, b->depth, b->loc);
	return b;
}

void
rego_on_with(struct rego_parse *p, struct rego_literal *l,
    struct rego_term *target, struct rego_term *value)
{
	if (!is_static_path(target))
		fail_at(p, target->loc, "'with' takes a plain path");
	l->with = arena_grow(
	    p->arena, l->with, l->nwith, l->nwith + 1, sizeof(*l->with));
	l->with[l->nwith].target = target;
	l->with[l->nwith++].value = value;
	if (value->depth >= l->depth)
		l->depth = (uint16_t)(value->depth + 1);
}

/* Rules */

static bool
has_dynamic_operand(const struct rego_term *path)
{
	uint32_t i;

	if (path->kind != REGO_REF)
		return false;
	for (i = 1; i < path->nargs; i++) {
		if (path->args[i]->kind > REGO_STRING)
			return true;
	}
	return false;
}

struct rego_rule *
rego_on_head(struct rego_parse *p, struct rego_range r, struct rego_term *head,
    struct rego_term *key, struct rego_term *value, bool unify)
{
	struct rego_rule *rule = ARENA_NEW(p->arena, struct rego_rule);
	size_t n = 0;

	rule->head_loc = rego_loc(p, r);
	rule->path = head;
	rule->key = key;
	rule->value = value;
	rule->unify = unify;
	rule->kind = REGO_COMPLETE;
	if (head->kind == REGO_CALL) {
		rule->path = head->args[0];
		rule->args = rego_call_args(head, &n);
		rule->nargs = (uint32_t)n;
		rule->kind = REGO_FUNCTION;
	} else if (has_dynamic_operand(head)) {
		rule->kind = REGO_PARTIAL_OBJECT;
	}
	if (key != NULL && rule->kind == REGO_FUNCTION)
		fail_at(p, rule->head_loc, "a function cannot be a set");
	else if (key != NULL)
		rule->kind = REGO_PARTIAL_SET;
	if (rule->path->kind == REGO_REF &&
	    rule->path->args[0]->kind != REGO_VAR)
		fail_at(p, rule->head_loc, "a rule's name cannot be a call");
	return rule;
}

/* "p[x] { ... }" of v0 is a set. */
static void
make_v0_set(struct rego_rule *rule)
{
	struct rego_term *path = rule->path;

	if (path->kind != REGO_REF || path->nargs != 2 || rule->value != NULL ||
	    rule->key != NULL || rule->kind == REGO_FUNCTION)
		return;
	rule->key = path->args[1];
	rule->path = path->args[0];
	rule->kind = REGO_PARTIAL_SET;
	rule->bracket_key = true;
}

static void
check_v1(struct rego_parse *p, const struct rego_rule *rule)
{
	const struct rego_rule *r;

	for (r = rule; r != NULL; r = r->alt) {
		if (!p->module->v1 || r->body == NULL || r->has_if || p->failed)
			continue;
		diag_report(p->diags, REGO_IF,
		    ((struct loc){p->source, r->body->loc.off, 1}));
		p->failed = true;
	}
}

/* Without body and value there must be something that the rule says. */
static void
check_bodyless(struct rego_parse *p, const struct rego_rule *rule)
{
	if (rule->body != NULL || rule->value != NULL || rule->key != NULL)
		return;
	fail_at(p, rule->head_loc,
	    p->module->v1
		? "a rule needs 'if' with a body, 'contains' or a value"
		: "a rule needs a body or a value");
}

/* "# explain: NAME" in the comment right above. */
static struct str
explain_above(struct rego_parse *p, const struct rego_rule *rule)
{
	static const struct str mark = STR_INIT("# explain:");
	struct str text = p->source->text, s;
	struct loc c;
	uint32_t i;

	if (p->module->comments.n == 0)
		return (struct str){NULL, 0};
	/* The scanner has seen all comments: find the last one before. */
	for (i = p->explained; i < p->module->comments.n; i++) {
		c = p->module->comments.p[i];
		if (c.off > rule->loc.off)
			break;
	}
	p->explained = i;
	if (i == 0)
		return (struct str){NULL, 0};
	c = p->module->comments.p[i - 1];
	s = str_sub(text, c.off, c.off + c.len);
	if (!str_starts(s, mark) ||
	    str_trim(str_sub(text, c.off + c.len, rule->loc.off)).n > 0)
		return (struct str){NULL, 0};
	return str_trim(str_sub(s, mark.n, s.n));
}

void
rego_on_rule(struct rego_parse *p, struct rego_range r, struct rego_rule *rule,
    struct rego_body *body, bool has_if, struct rego_rule *alt)
{
	rule->loc = rego_loc(p, r);
	rule->body = body;
	rule->has_if = has_if;
	rule->alt = alt;
	if (!has_if && !p->module->v1)
		make_v0_set(rule);
	check_v1(p, rule);
	check_bodyless(p, rule);
	if (alt != NULL && alt->is_else &&
	    (rule->kind == REGO_PARTIAL_SET ||
		rule->kind == REGO_PARTIAL_OBJECT))
		fail_at(p, alt->loc, "'else' cannot follow a partial rule");
	rule->explain = explain_above(p, rule);
	p->saw_rule = true;
	VEC_PUSH(p->arena, &p->module->rules, rule);
}

void
rego_on_default(struct rego_parse *p, struct rego_range r,
    struct rego_term *head, struct rego_term *value, bool unify)
{
	struct rego_rule *rule = rego_on_head(p, r, head, NULL, value, unify);

	rule->loc = rule->head_loc;
	rule->is_default = true;
	p->saw_rule = true;
	VEC_PUSH(p->arena, &p->module->rules, rule);
}

struct rego_rule *
rego_on_else(struct rego_parse *p, struct rego_range r, struct rego_term *value,
    bool unify, struct rego_body *body, bool has_if)
{
	struct rego_rule *rule = ARENA_NEW(p->arena, struct rego_rule);

	rule->loc = rule->head_loc = rego_loc(p, r);
	rule->value = value;
	rule->unify = unify;
	rule->body = body;
	rule->has_if = has_if;
	rule->is_else = true;
	return rule;
}

struct rego_rule *
rego_on_further(
    struct rego_parse *p, struct rego_range r, struct rego_body *body)
{
	struct rego_rule *rule = rego_on_else(p, r, NULL, false, body, false);

	rule->is_else = false;
	return rule;
}

struct rego_rule *
rego_chain(struct rego_rule *list, struct rego_rule *one)
{
	if (list == NULL || one == NULL)
		return list == NULL ? one : list;
	(list->tail == NULL ? list : list->tail)->alt = one;
	list->tail = one;
	return list;
}

/* The parts above the rules */

void
rego_on_package(
    struct rego_parse *p, struct rego_range r, struct rego_term *path)
{
	if (!is_static_path(path))
		rego_refuse(
		    p, r.from, r.to - r.from, "a package is a path of names");
	p->module->package = path;
}

/* What `future` and `rego` have: all keywords, one of them, a language. */
static void
check_directive(struct rego_parse *p, const struct rego_term *path)
{
	static const char *const known[] = {"future.keywords",
	    "future.keywords.if", "future.keywords.in", "future.keywords.every",
	    "future.keywords.contains", "rego.v1"};
	struct str name = rego_path_text(p->arena, path);
	size_t i;

	if (!str_starts(name, STR("future.")) &&
	    !str_starts(name, STR("rego.")))
		return;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (str_eqz(name, known[i]))
			return;
	}
	fail_at(p, path->loc,
	    "unknown import: 'future' has keywords (if, in, every, contains), "
	    "'rego' has v1");
}

void
rego_on_import(struct rego_parse *p, struct rego_range r,
    struct rego_term *path, struct str alias)
{
	struct rego_import i = {rego_loc(p, r), path, alias};
	struct str root = rego_head_name(path);

	if (!is_static_path(path))
		fail_at(p, path->loc, "an import is a path of names");
	else if (!str_eqz(root, "data") && !str_eqz(root, "input") &&
		 !str_eqz(root, "future") && !str_eqz(root, "rego"))
		fail_at(p, path->loc,
		    "an import starts with 'data', 'input', 'future' or 'rego'");
	else
		check_directive(p, path);
	if (str_eqz(alias, "data") || str_eqz(alias, "input"))
		fail_at(
		    p, i.loc, "an import cannot be named 'data' or 'input'");
	if (alias.n > 0 && str_eqz(root, "future"))
		fail_at(p, path->loc, "imports of 'future' have no alias");
	if (str_eqz(alias, "_"))
		fail_at(p, i.loc, "'_' is no name for an import");
	if (p->saw_rule && !p->options.opa)
		fail_at(p, i.loc, "imports must stand above all rules");
	VEC_PUSH(p->arena, &p->module->imports, i);
}

/* The way in */

static size_t
first_bad_byte(struct str s)
{
	size_t i = 0, n;
	unsigned char c;

	while (i < s.n) {
		c = (unsigned char)s.p[i];
		n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		if (!str_is_utf8(str_sub(s, i, i + n)))
			return i;
		i += n;
	}
	return 0;
}

/* The agents' engines take a CR in front of a LF only. */
static bool
check_returns(struct rego_parse *p)
{
	struct str s = p->source->text;
	size_t i = 0;

	while ((i = str_chr(s, '\r', i)) != SIZE_MAX) {
		if (i + 1 == s.n || s.p[i + 1] != '\n') {
			rego_refuse(p, (uint32_t)i, 1,
			    "a carriage return without a line feed");
			return false;
		}
		i++;
	}
	return true;
}

bool
rego_check_bytes(struct rego_parse *p)
{
	struct str s = p->source->text;
	const char *nul;

	if (s.n > REGO_TEXT_MAX) {
		diag_report(p->diags, REGO_LIMIT,
		    ((struct loc){p->source, 0, 0}), "bytes",
		    (int)REGO_TEXT_MAX);
		return false;
	}
	if (s.n > 0 && (nul = memchr(s.p, 0, s.n)) != NULL) {
		rego_refuse(p, (uint32_t)(nul - s.p), 1, "a null character");
		return false;
	}
	if (!p->options.opa && !check_returns(p))
		return false;
	if (str_is_utf8(s))
		return true;
	rego_refuse(
	    p, (uint32_t)first_bad_byte(s), 1, "text that is not UTF-8");
	return false;
}

static bool
parse(struct rego_parse *p, struct arena *a, struct diags *d,
    const struct source *s, const struct rego_options *o)
{
	p->arena = a;
	p->diags = d;
	p->source = s;
	p->options = *o;
	p->module = ARENA_NEW(a, struct rego_module);
	p->module->source = s;
	p->module->v1 = !o->v0;
	p->kw_if = p->kw_contains = p->kw_in = p->kw_every = !o->v0;
	if (str_starts(s->text, STR("\xef\xbb\xbf")))
		p->at = 3;
	if (!rego_check_bytes(p) || !rego_scan(p) || !rego_classify(p))
		return false;
	return rego_yyparse(p) == 0 && !p->failed;
}

struct rego_module *
rego_parse(struct arena *a, struct diags *d, const struct source *s,
    const struct rego_options *o)
{
	struct rego_parse *p = ARENA_NEW(a, struct rego_parse);

	p->start = T_MODULE;
	return parse(p, a, d, s, o) ? p->module : NULL;
}

struct rego_body *
rego_parse_query(struct arena *a, struct diags *d, const struct source *s,
    const struct rego_options *o)
{
	struct rego_parse *p = ARENA_NEW(a, struct rego_parse);

	p->start = T_QUERY;
	p->frames[0].body = true;
	return parse(p, a, d, s, o) ? p->query : NULL;
}
