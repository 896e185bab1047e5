/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markers on denial.  A rule that carries "# explain: NAME" says so when it
 * fails: NAME, the index of the policy's container where there is one, a JSON
 * pointer into the request and what was found there.  Everything is taken
 * from the rule's own body:
 *
 *	p if { input.a.b == 1; … }
 *
 * becomes
 *
 *	p if { mark_eq("/a/b", input.a.b, 1); … } else := mark("p", "/a")
 *
 * The helpers answer false where the literal or the rule failed, and only
 * rules are treated whose value nothing but a literal looks at, so no
 * decision changes; what was undefined stays undefined or becomes false.
 * Rules with several bodies are asked as a whole, since a body that fails is
 * no denial.
 */
#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

static const char helpers[] =
    "package agent_policy\n"
    "mark(n, p) := false if {\n"
    "	print(n, p, mark_at(p))\n"
    "}\n"
    "mark_name(n) := false if {\n"
    "	print(n)\n"
    "}\n"
    "mark_in_container(n, p) := false if {\n"
    "	print(n, index, p, mark_at(p))\n"
    "}\n"
    "mark_container(n) := false if {\n"
    "	print(n, index)\n"
    "}\n"
    "mark_eq(p, f, w) if f == w else := false if {\n"
    "	print(p, mark_cut(f))\n"
    "}\n"
    "mark_all(p, f, w) if every k, v in w {\n"
    "	mark_eq(concat(\"\", [p, k]), f[k], v)\n"
    "}\n"
    "mark_in(p, f, w) if f in w else := false if {\n"
    "	print(p, mark_cut(f))\n"
    "}\n"
    "mark_at(p) := mark_cut(object.get(input, array.slice("
    "split(p, \"/\"), 1, 99), null))\n"
    /* 64 bytes of printable ASCII at most: it goes to the host. */
    "mark_cut(f) := regex.find_n(\"^[ -~]{0,64}\", json.marshal(f), 1)[0]\n";

#define KEY "at_key"   /* a variable that a marker adds */
#define ROOT "at_path" /* a parameter: where the first one came from */

/* A place in the request, as far as it is known. */
struct place_in {
	struct rego_term *base; /* NULL: the request, or a variable */
	VEC(struct rego_term *) steps;
	bool whole; /* there is nothing more to it that is not known */
};

/* A variable that is one. */
struct alias {
	const struct rego_symbol *symbol;
	struct place_in at;
};

struct marking {
	struct program *program;
	struct arena *arena;
	VEC(struct alias) aliases; /* of a rule */
	unsigned depth;
	bool join; /* the rules are ours: comparisons cannot abort */
};

static struct rego_term *
named(struct marking *m, struct str name)
{
	struct rego_term *t = rego_new(m->arena, REGO_VAR, loc_none, name);

	t->symbol = symbol_get(m->arena, m->program->symbols, name);
	return t;
}

static struct rego_term *
variable(struct marking *m, const char *name)
{
	return named(m, str_from(name));
}

static struct rego_term *
string(struct marking *m, struct str s)
{
	return rego_new(m->arena, REGO_STRING, loc_none, s);
}

static struct rego_term *
call(struct marking *m, const char *name, struct rego_term *const *args,
    size_t n)
{
	struct rego_term *list[5];
	size_t i;

	list[0] = variable(m, name);
	for (i = 0; i < n; i++)
		list[i + 1] = args[i];
	return rego_new_args(m->arena, REGO_CALL, loc_none, list, n + 1);
}

/* Places */

static const struct rego_rule *
alias_rule(const struct group *g)
{
	const struct rego_rule *r;

	if (g == NULL || g->rules.n != 1 || g->local || g->entry)
		return NULL;
	r = g->rules.p[0];
	return r->kind == REGO_COMPLETE && r->path->kind == REGO_VAR &&
		       r->body == NULL && r->alt == NULL && r->value != NULL
		   ? r
		   : NULL;
}

static bool place_of(
    struct marking *m, const struct rego_term *t, struct place_in *out);

static const struct place_in *
known_place(const struct marking *m, const struct rego_symbol *symbol)
{
	size_t i;

	for (i = m->aliases.n; i > 0; i--) {
		if (m->aliases.p[i - 1].symbol == symbol)
			return &m->aliases.p[i - 1].at;
	}
	return NULL;
}

static bool
place_of_name(
    struct marking *m, const struct rego_symbol *symbol, struct place_in *out)
{
	const struct place_in *known = known_place(m, symbol);
	const struct rego_rule *r;
	bool found = false;

	if (symbol == m->program->symbols->input) {
		out->whole = true;
		return true;
	}
	if (known != NULL) {
		out->base = known->base;
		out->whole = known->whole;
		for (size_t i = 0; i < known->steps.n; i++)
			VEC_PUSH(m->arena, &out->steps, known->steps.p[i]);
		return true;
	}
	r = alias_rule(symbol_group(m->program, symbol));
	if (r != NULL && m->depth < 8) {
		m->depth++;
		found = place_of(m, r->value, out);
		m->depth--;
	}
	return found;
}

/* False if the term is no place in the request. */
static bool
place_of(struct marking *m, const struct rego_term *t, struct place_in *out)
{
	uint32_t i;

	if (t->kind == REGO_VAR)
		return place_of_name(m, t->symbol, out);
	if (t->kind != REGO_REF || t->args[0]->kind != REGO_VAR ||
	    !place_of_name(m, t->args[0]->symbol, out))
		return false;
	for (i = 1; i < t->nargs && out->whole; i++) {
		if (t->args[i]->kind == REGO_STRING)
			VEC_PUSH(m->arena, &out->steps, t->args[i]);
		else
			out->whole = false;
	}
	return true;
}

/* "/a/b", escaped as a JSON pointer is. */
static void
put_pointer(struct buf *b, const struct place_in *at)
{
	struct str s;
	size_t i, k;

	for (i = 0; i < at->steps.n; i++) {
		s = at->steps.p[i]->text;
		buf_putc(b, '/');
		for (k = 0; k < s.n; k++) {
			if (s.p[k] == '/' || s.p[k] == '~')
				buf_puts(b, s.p[k] == '/' ? "~1" : "~0");
			else
				buf_putc(b, s.p[k]);
		}
	}
}

static struct rego_term *
call_with_list(struct marking *m, const char *name, struct str first,
    struct rego_term *const *list, size_t n)
{
	struct rego_term *args[2];

	args[0] = string(m, first);
	args[1] = rego_new_args(m->arena, REGO_ARRAY, loc_none, list, n);
	return call(m, name, args, 2);
}

/*
 * The pointer as a term; `more` is a further step that is known when the
 * policy runs.
 */
static struct rego_term *
place_term(struct marking *m, const struct place_in *at, struct rego_term *more)
{
	struct buf b = {0};
	struct rego_term *list[2], *t;
	size_t n = 0;

	if (at->base != NULL && more != NULL)
		buf_puts(&b, "%v");
	if (at->base != NULL)
		list[n++] = at->base;
	put_pointer(&b, at);
	if (more != NULL) {
		buf_puts(&b, "/%v");
		list[n++] = more;
		t = call_with_list(
		    m, "sprintf", arena_str(m->arena, buf_str(&b)), list, n);
	} else {
		t = string(m, arena_str(m->arena, buf_str(&b)));
		list[1] = t;
		if (at->base != NULL)
			t = call_with_list(m, "concat", STR(""), list, 2);
	}
	buf_free(&b);
	return t;
}

static void
set_alias(struct marking *m, const struct rego_term *var,
    const struct rego_term *value, bool whole)
{
	struct alias alias = {.symbol = var->symbol};

	if (var->kind != REGO_VAR || !place_of(m, value, &alias.at))
		return;
	alias.at.whole &= whole;
	VEC_PUSH(m->arena, &m->aliases, alias);
}

static void
find_aliases(struct marking *m, const struct rego_body *b)
{
	const struct rego_literal *l;
	const struct rego_term *t;
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		l = b->p[i];
		t = l->terms[0];
		if (l->kind == REGO_EXPR && t->kind == REGO_CALL &&
		    t->op == REGO_OP_ASSIGN)
			set_alias(m, t->args[0], t->args[1], true);
		if (l->kind == REGO_SOME_IN || l->kind == REGO_EVERY)
			set_alias(m, l->terms[l->nterms - 2],
			    l->terms[l->nterms - 1], false);
	}
}

/* The longest place that all places of a rule begin with. */
struct common {
	struct marking *m;
	struct place_in at;
	bool some;
};

static void
see_place(void *ctx, const struct rego_term *t)
{
	struct common *c = ctx;
	struct place_in at = {0};
	size_t i = 0;

	if (!place_of(c->m, t, &at))
		return;
	if (!c->some) {
		c->at = at;
		c->some = true;
		return;
	}
	if (c->at.base != at.base)
		c->at.steps.n = 0;
	while (i < c->at.steps.n && i < at.steps.n &&
	       rego_term_equal(c->at.steps.p[i], at.steps.p[i]))
		i++;
	c->at.steps.n = i;
}

/* mark_at() takes a pointer apart: no escapes, no formats. */
static void
cut_common(struct common *c)
{
	struct str s;
	size_t i;

	for (i = 0; i < c->at.steps.n; i++) {
		s = c->at.steps.p[i]->text;
		if (str_chr(s, '/', 0) != SIZE_MAX ||
		    str_chr(s, '~', 0) != SIZE_MAX)
			break;
	}
	c->at.steps.n = i;
}

/* How often a name is mentioned, and how often as a literal of its own. */

static void
see_mention(void *ctx, const struct rego_term *t)
{
	struct group *g;

	if (t->kind != REGO_VAR && t->kind != REGO_REF)
		return;
	g = program_target(ctx, t);
	if (g != NULL)
		g->mentions++;
}

static struct group *
literal_target(struct program *p, const struct rego_literal *l)
{
	const struct rego_term *t = l->terms[0];

	if ((l->kind != REGO_EXPR && l->kind != REGO_NOT) || l->nwith > 0)
		return NULL;
	if (t->kind == REGO_CALL && t->op == REGO_OP_NONE)
		t = t->args[0];
	return t->kind == REGO_VAR ? symbol_group(p, t->symbol) : NULL;
}

static void
count_literals(struct program *p, const struct rego_body *b)
{
	struct group *g;
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		g = literal_target(p, b->p[i]);
		if (g != NULL)
			g->literals++;
		if (b->p[i]->body != NULL)
			count_literals(p, b->p[i]->body);
	}
}

static void
count_mentions(struct program *p)
{
	struct group **g;
	struct rego_rule *r;
	size_t i;

	VEC_FOREACH(g, &p->groups) {
		for (i = 0; i < (*g)->rules.n; i++) {
			walk_rule((*g)->rules.p[i], see_mention, p);
			for (r = (*g)->rules.p[i]; r != NULL; r = r->alt) {
				if (r->body != NULL)
					count_literals(p, r->body);
			}
		}
	}
}

/* Does evaluating the rule look at the container's index? */
static bool uses_index(struct program *p, struct group *g);

struct index_search {
	struct program *program;
	bool found;
};

static void
see_index(void *ctx, const struct rego_term *t)
{
	struct index_search *s = ctx;
	struct group *g;

	if (s->found || (t->kind != REGO_VAR && t->kind != REGO_REF))
		return;
	g = program_target(s->program, t);
	s->found = g != NULL && uses_index(s->program, g);
}

enum { INDEX_UNKNOWN, INDEX_ASKED, INDEX_NO, INDEX_YES };

static bool
uses_index(struct program *p, struct group *g)
{
	struct index_search s = {p, str_eq(g->name, STR("index"))};
	size_t i;

	if (g->index != INDEX_UNKNOWN)
		return g->index == INDEX_YES;
	g->index = INDEX_ASKED;
	for (i = 0; i < g->rules.n && !s.found; i++)
		walk_rule(g->rules.p[i], see_index, &s);
	g->index = s.found ? INDEX_YES : INDEX_NO;
	return s.found;
}

/* Which rules are treated */

static bool
is_true(const struct rego_term *value)
{
	return value == NULL || (value->kind == REGO_BOOL && value->op == 1);
}

/* Rules with a body; defaults are counted apart. */
struct shape {
	struct str name; /* to print */
	size_t bodies;
	bool fallback; /* there is a default, and it is false */
	bool odd;      /* something that is left alone */
	struct rego_rule *one;
};

static struct shape
shape_of(const struct group *g)
{
	struct shape s = {0};
	struct rego_rule *r;
	size_t i;

	for (i = 0; i < g->rules.n; i++) {
		r = g->rules.p[i];
		if (r->explain.n > 0)
			s.name = r->explain;
		if (r->is_default) {
			s.fallback =
			    r->value->kind == REGO_BOOL && r->value->op == 0;
			continue;
		}
		s.one = r;
		s.bodies++;
		s.odd |= r->body == NULL || r->path->kind != REGO_VAR ||
			 (r->kind != REGO_COMPLETE && r->kind != REGO_FUNCTION);
	}
	for (i = 0; s.bodies > 1 && i < g->rules.n; i++) {
		r = g->rules.p[i];
		s.odd |=
		    !r->is_default && (!is_true(r->value) || r->alt != NULL);
	}
	s.odd |= s.bodies == 1 && s.one->alt != NULL;
	return s;
}

static bool
is_treated(const struct group *g, const struct shape *s)
{
	if (s->name.n == 0 || s->odd || s->bodies == 0 || g->local)
		return false;
	if (g->entry)
		return s->fallback && g->mentions == 0;
	return g->mentions == g->literals;
}

/* Bodies are shared with other programs: what is changed is a copy. */
static struct rego_body *
copy_body(struct marking *m, const struct rego_body *b)
{
	struct rego_body *copy = rego_new_body(m->arena, b->loc, b->p, b->n);
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		copy->p[i] = ARENA_NEW(m->arena, struct rego_literal);
		*copy->p[i] = *b->p[i];
		copy->p[i]->terms = ARENA_ARRAY(
		    m->arena, struct rego_term *, b->p[i]->nterms + 1);
		for (uint32_t k = 0; k < b->p[i]->nterms; k++)
			copy->p[i]->terms[k] = b->p[i]->terms[k];
	}
	return copy;
}

/* Literals */

static struct rego_term *
mark_pair(struct marking *m, const char *helper, struct rego_term *at,
    struct rego_term *found, struct rego_term *wanted)
{
	struct rego_term *args[3] = {at, found, wanted};

	return call(m, helper, args, 3);
}

/* "input.a.b == x" on either side. */
static void
mark_equality(struct marking *m, struct rego_literal *l)
{
	struct rego_term *t = l->terms[0];
	int side;

	for (side = 0; side < 2; side++) {
		struct place_in at = {0};

		if (!place_of(m, t->args[side], &at) || !at.whole ||
		    at.steps.n == 0)
			continue;
		l->terms[0] = mark_pair(m, "mark_eq", place_term(m, &at, NULL),
		    t->args[side], t->args[!side]);
		return;
	}
}

static bool
is_infix(const struct rego_literal *l, enum rego_op op)
{
	return l->kind == REGO_EXPR && l->nwith == 0 &&
	       l->terms[0]->kind == REGO_CALL && l->terms[0]->op == op;
}

/* "every v in input.a { v == x; v in y }": the element that fails. */
static void
mark_every(struct marking *m, struct rego_literal *l)
{
	struct rego_term *value = l->terms[l->nterms - 2], *key, *t;
	struct place_in at = {0};
	bool used = false;
	uint32_t i;

	if (!place_of(m, l->terms[l->nterms - 1], &at) || !at.whole)
		return;
	/* The pointer is made by a format. */
	for (i = 0; i < at.steps.n; i++) {
		if (str_chr(at.steps.p[i]->text, '%', 0) != SIZE_MAX)
			return;
	}
	key = l->nterms == 3 && !str_eq(l->terms[0]->text, STR("_"))
		  ? l->terms[0]
		  : variable(m, KEY);
	l->body = copy_body(m, l->body);
	for (i = 0; i < l->body->n; i++) {
		t = l->body->p[i]->terms[0];
		if (!(is_infix(l->body->p[i], REGO_OP_EQ) ||
			is_infix(l->body->p[i], REGO_OP_IN)) ||
		    !rego_term_equal(t->args[0], value))
			continue;
		used = true;
		l->body->p[i]->terms[0] =
		    mark_pair(m, t->op == REGO_OP_EQ ? "mark_eq" : "mark_in",
			place_term(m, &at, key), t->args[0], t->args[1]);
	}
	if (!used)
		return;
	if (l->nterms == 2) {
		l->terms[2] = l->terms[1];
		l->terms[1] = l->terms[0];
		l->nterms = 3;
	}
	l->terms[0] = key;
}

/*
 * Comparisons of several members of one object, in a row, become one:
 *
 *	mark_all("/o/", input.o, {"a": 1, "b": x})
 *
 * That is shorter.  Only what cannot abort is moved together.
 */
#define RUN_MIN 2

struct member {
	struct rego_term *object; /* what it is a member of */
	struct rego_term *key, *wanted;
	struct place_in at; /* of the object */
};

static bool
is_simple(const struct rego_term *t)
{
	return t->kind == REGO_REF || t->kind <= REGO_VAR ||
	       ((t->kind == REGO_ARRAY || t->kind == REGO_OBJECT) &&
		   t->nargs == 0);
}

/* The reference without its last member. */
static struct rego_term *
object_of(struct marking *m, const struct rego_term *ref)
{
	if (ref->nargs == 2)
		return ref->args[0];
	return rego_new_args(
	    m->arena, REGO_REF, loc_none, ref->args, ref->nargs - 1);
}

static bool
member_of(struct marking *m, const struct rego_literal *l, struct member *out)
{
	const struct rego_term *t = l->terms[0], *found;
	int side;

	if (!is_infix(l, REGO_OP_EQ))
		return false;
	for (side = 0; side < 2; side++) {
		struct place_in at = {0};

		found = t->args[side];
		if (found->kind != REGO_REF || !is_simple(t->args[!side]) ||
		    found->args[found->nargs - 1]->kind != REGO_STRING ||
		    !place_of(m, found, &at) || !at.whole || at.steps.n == 0)
			continue;
		at.steps.n--;
		out->object = object_of(m, found);
		out->key = found->args[found->nargs - 1];
		out->wanted = t->args[!side];
		out->at = at;
		return true;
	}
	return false;
}

static struct rego_literal *
together(struct marking *m, struct member *first,
    struct rego_term *const *pairs, size_t n)
{
	struct rego_term *check, *list;

	/* The key follows: the pointer ends with a slash. */
	VEC_PUSH(m->arena, &first->at.steps, string(m, STR("")));
	list = rego_new_args(m->arena, REGO_OBJECT, loc_none, pairs, n);
	check = mark_pair(m, "mark_all", place_term(m, &first->at, NULL),
	    first->object, list);
	return rego_new_literal(m->arena, REGO_EXPR, loc_none, &check, 1);
}

/* Members of the same object as b->p[i], among the run up to `end`. */
static bool
join_members(struct marking *m, struct rego_body *b, uint32_t i, uint32_t end)
{
	struct member first, other;
	VEC(struct rego_term *) pairs = {0};
	VEC(uint32_t) taken = {0};
	uint32_t k;

	if (!member_of(m, b->p[i], &first))
		return false;
	for (k = i; k < end; k++) {
		if (b->p[k] == NULL || !member_of(m, b->p[k], &other) ||
		    !rego_term_equal(first.object, other.object))
			continue;
		VEC_PUSH(m->arena, &pairs, other.key);
		VEC_PUSH(m->arena, &pairs, other.wanted);
		VEC_PUSH(m->arena, &taken, k);
	}
	if (taken.n < RUN_MIN)
		return false;
	for (k = 1; k < taken.n; k++)
		b->p[taken.p[k]] = NULL;
	b->p[i] = together(m, &first, pairs.p, pairs.n);
	return true;
}

static void
join_runs(struct marking *m, struct rego_body *b)
{
	struct member any;
	uint32_t i, end, n = 0;

	for (i = 0; i < b->n; i = end + 1) {
		for (end = i; end < b->n && member_of(m, b->p[end], &any);)
			end++;
		for (; i < end; i++) {
			if (b->p[i] != NULL)
				(void)join_members(m, b, i, end);
		}
	}
	for (i = 0; i < b->n; i++) {
		if (b->p[i] != NULL)
			b->p[n++] = b->p[i];
	}
	b->n = n;
}

static void
mark_literals(struct marking *m, struct rego_rule *r)
{
	struct rego_literal *l;
	uint32_t i;

	r->scope = NULL;
	r->body = copy_body(m, r->body);
	if (m->join)
		join_runs(m, r->body);
	for (i = 0; i < r->body->n; i++) {
		l = r->body->p[i];
		if (is_infix(l, REGO_OP_EQ))
			mark_equality(m, l);
		else if (l->kind == REGO_EVERY && l->nwith == 0)
			mark_every(m, l);
	}
}

/* The whole rule */

static struct rego_term *
mark_term(struct marking *m, struct group *g, const struct shape *s,
    const struct common *c)
{
	struct rego_term *args[2];
	bool place = c->some && c->at.steps.n > 0;
	bool container = program_group(m->program, STR("index")) != NULL &&
			 uses_index(m->program, g);

	args[0] = string(m, s->name);
	if (place)
		args[1] = place_term(m, &c->at, NULL);
	if (container)
		return call(m, place ? "mark_in_container" : "mark_container",
		    args, 1 + place);
	return call(m, place ? "mark" : "mark_name", args, 1 + place);
}

static void
add_else(struct marking *m, struct rego_rule *r, struct rego_term *value)
{
	r->alt = ARENA_NEW(m->arena, struct rego_rule);
	r->alt->is_else = true;
	r->alt->value = value;
}

static void
start_rule(struct marking *m, const struct rego_rule *r, bool rooted)
{
	struct alias root = {.symbol = NULL};

	m->aliases.n = 0;
	if (rooted && r->nargs > 0 && r->args[0]->kind == REGO_VAR) {
		root.symbol = r->args[0]->symbol;
		root.at.base = r->args[r->nargs - 1];
		root.at.whole = true;
		VEC_PUSH(m->arena, &m->aliases, root);
	}
	find_aliases(m, r->body);
}

/* Several bodies: they move to a rule of their own that this one asks. */
static struct rego_rule *
wrap(struct marking *m, struct group *g, struct rego_rule *like)
{
	struct rego_rule *outer = ARENA_NEW(m->arena, struct rego_rule);
	struct rego_rule *r;
	struct rego_term *inner, **args;
	struct str name = arena_printf(m->arena, "%.*s_body", STR_ARG(g->name));
	struct rego_literal *l;
	size_t i, kept = 0;

	if (program_group(m->program, name) != NULL)
		return NULL;
	*outer = *like;
	outer->scope = NULL;
	args = ARENA_ARRAY(m->arena, struct rego_term *, like->nargs + 1);
	inner = named(m, name);
	args[0] = inner;
	outer->args = ARENA_ARRAY(m->arena, struct rego_term *, like->nargs);
	for (i = 0; i < like->nargs; i++)
		outer->args[i] = args[i + 1] =
		    named(m, arena_printf(m->arena, "at_%zu", i));
	for (i = 0; i < g->rules.n; i++) {
		r = g->rules.p[i];
		if (r->is_default) {
			g->rules.p[kept++] = r;
			continue;
		}
		r->path = inner;
		(void)program_add(m->program, r);
	}
	if (like->kind == REGO_FUNCTION)
		inner = rego_new_args(
		    m->arena, REGO_CALL, loc_none, args, like->nargs + 1);
	l = rego_new_literal(m->arena, REGO_EXPR, loc_none, &inner, 1);
	outer->body = rego_new_body(m->arena, loc_none, &l, 1);
	outer->value = NULL;
	g->rules.n = kept;
	VEC_PUSH(m->arena, &g->rules, outer);
	return outer;
}

static void
see_common(struct common *c, const struct group *g, bool rooted)
{
	const struct rego_rule *r;
	size_t i;

	for (i = 0; i < g->rules.n; i++) {
		r = g->rules.p[i];
		if (r->is_default)
			continue;
		start_rule(c->m, r, rooted);
		walk_body(r->body, see_place, c);
	}
}

/*
 * A function learns where its first argument comes from, if each call can
 * tell.  Calls are literals (is_treated), so they are found in bodies.
 */
struct calls {
	size_t n;
	bool known;
};

static void
each_call(struct marking *m, struct group *g, struct rego_rule *r,
    struct calls *calls, bool rewrite)
{
	struct rego_term *t, *list;
	uint32_t i;

	for (i = 0; r->body != NULL && i < r->body->n; i++) {
		t = r->body->p[i]->terms[0];
		if (literal_target(m->program, r->body->p[i]) != g ||
		    t->kind != REGO_CALL || t->nargs < 2)
			continue;
		struct place_in at = {0};

		calls->n++;
		m->aliases.n = 0;
		find_aliases(m, r->body);
		calls->known &= place_of(m, t->args[1], &at) && at.whole &&
				at.base == NULL && at.steps.n > 0;
		if (!rewrite)
			continue;
		r->body = copy_body(m, r->body);
		list = rego_new_args(
		    m->arena, REGO_CALL, t->loc, t->args, t->nargs);
		list->args = arena_grow(m->arena, t->args, t->nargs,
		    t->nargs + 1, sizeof(*list->args));
		list->args[list->nargs++] = place_term(m, &at, NULL);
		r->body->p[i]->terms[0] = list;
	}
}

static void
all_calls(struct marking *m, struct group *g, struct calls *calls, bool rewrite)
{
	struct group **it;
	struct rego_rule *r;
	size_t i;

	VEC_FOREACH(it, &m->program->groups) {
		for (i = 0; i < (*it)->rules.n; i++) {
			for (r = (*it)->rules.p[i]; r != NULL; r = r->alt)
				each_call(m, g, r, calls, rewrite);
		}
	}
}

static bool
root_function(struct marking *m, struct group *g, struct rego_rule *r)
{
	struct calls calls = {0, true};
	uint32_t n = r->nargs;

	if (r->kind != REGO_FUNCTION || n == 0 || r->args[0]->kind != REGO_VAR)
		return false;
	all_calls(m, g, &calls, false);
	if (!calls.known || calls.n != g->mentions)
		return false;
	all_calls(m, g, &calls, true);
	r->args = arena_grow(m->arena, r->args, n, n + 1, sizeof(*r->args));
	r->args[r->nargs++] = variable(m, ROOT);
	return true;
}

static void
mark_group(struct marking *m, struct group *g, const struct shape *s)
{
	struct common c = {.m = m};
	struct rego_rule *r = s->one;
	bool rooted = false;

	if (s->bodies == 1) {
		rooted = root_function(m, g, r);
		see_common(&c, g, rooted);
		start_rule(m, r, rooted);
		mark_literals(m, r);
	} else {
		see_common(&c, g, false);
		r = wrap(m, g, r);
	}
	cut_common(&c);
	if (r != NULL)
		add_else(m, r, mark_term(m, g, s, &c));
}

struct rego_module *
denial_helpers(struct arena *a, struct diags *d)
{
	static const struct rego_options o = {0};

	return rego_parse(
	    a, d, source_new(a, STR("denial"), str_from(helpers)), &o);
}

static bool
add_helpers(struct marking *m, const struct rego_module *module)
{
	size_t i;

	for (i = 0; i < module->rules.n; i++) {
		if (program_group(m->program,
			rego_head_name(module->rules.p[i]->path)) != NULL)
			return false;
	}
	for (i = 0; i < module->rules.n; i++)
		(void)program_add(m->program, module->rules.p[i]);
	return true;
}

void
denial_add(struct program *p, const struct rego_module *marks, bool join)
{
	struct marking m = {.program = p, .arena = p->arena, .join = join};
	size_t i, n = p->groups.n;
	struct shape s;

	count_mentions(p);
	if (!add_helpers(&m, marks))
		return;
	for (i = 0; i < n; i++) {
		s = shape_of(p->groups.p[i]);
		if (is_treated(p->groups.p[i], &s))
			mark_group(&m, p->groups.p[i], &s);
	}
}
