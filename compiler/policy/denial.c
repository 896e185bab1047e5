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
#include "compiler/policy/denial_int.h"
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
    "mark_if(p, f, t) if t else := false if {\n"
    "	print(p, mark_cut(f))\n"
    "}\n"
    "mark_at(p) := mark_cut(object.get(input, array.slice("
    "split(p, \"/\"), 1, 99), null))\n"
    /* 64 bytes of printable ASCII at most: it goes to the host. */
    "mark_cut(f) := regex.find_n(\"^[ -~]{0,64}\", json.marshal(f), 1)[0]\n";

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

/* The whole rule */

/* What only a container's requests have. */
static bool
is_of_container(const struct place_in *at)
{
	static const char *const members[] = {"OCI", "devices", "storages"};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
		if (at->steps.n > 0 &&
		    str_eqz(at->steps.p[0]->text, members[i]))
			return true;
	}
	return false;
}

static struct rego_term *
mark_term(struct marking *m, struct group *g, const struct shape *s,
    const struct common *c)
{
	struct rego_term *args[2];
	bool place = c->some && c->at.steps.n > 0;
	bool container = program_group(m->program, STR("index")) != NULL &&
			 (uses_index(m->program, g) ||
			     (!g->entry && place && is_of_container(&c->at)));

	args[0] = mark_string(m, s->name);
	if (place)
		args[1] = mark_place_term(m, &c->at, NULL);
	if (container)
		return mark_call(m,
		    place ? "mark_in_container" : "mark_container", args,
		    1 + place);
	return mark_call(m, place ? "mark" : "mark_name", args, 1 + place);
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
	mark_find_aliases(m, r->body);
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
	inner = mark_named(m, name);
	args[0] = inner;
	outer->args = ARENA_ARRAY(m->arena, struct rego_term *, like->nargs);
	for (i = 0; i < like->nargs; i++)
		outer->args[i] = args[i + 1] =
		    mark_named(m, arena_printf(m->arena, "at_%zu", i));
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
		walk_body(r->body, mark_see_place, c);
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
		mark_find_aliases(m, r->body);
		calls->known &= mark_place_of(m, t->args[1], &at) && at.whole &&
				at.base == NULL && at.steps.n > 0;
		if (!rewrite)
			continue;
		r->body = mark_copy_body(m, r->body);
		list = rego_new_args(
		    m->arena, REGO_CALL, t->loc, t->args, t->nargs);
		list->args = arena_grow(m->arena, t->args, t->nargs,
		    t->nargs + 1, sizeof(*list->args));
		list->args[list->nargs++] = mark_place_term(m, &at, NULL);
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
	r->args[r->nargs++] = mark_variable(m, ROOT);
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
	mark_cut_common(&c);
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

static void
see_index_name(void *ctx, const struct rego_term *t)
{
	*(bool *)ctx |= t->kind == REGO_VAR && str_eq(t->text, STR("index"));
}

/* Rules without an index cannot say which container it was. */
static bool
is_helper(struct marking *m, const struct rego_rule *r)
{
	bool index = false;

	walk_rule(r, see_index_name, &index);
	return !index || program_group(m->program, STR("index")) != NULL;
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
	for (i = 0; i < module->rules.n; i++) {
		if (is_helper(m, module->rules.p[i]))
			(void)program_add(m->program, module->rules.p[i]);
	}
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
