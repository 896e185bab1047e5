/* SPDX-License-Identifier: Apache-2.0 */
/* The table of passes, and what those of stage two have in common. */
#include <string.h>

#include "compiler/policy/specialise.h"
#include "runtime/base/banned.h"

/* Values */

/* "name := constant" and nothing else of that name. */
static const struct rego_term *
constant_rule(const struct group *g)
{
	const struct rego_rule *r;

	if (g == NULL || g->rules.n != 1 || g->local || g->entry)
		return NULL;
	r = g->rules.p[0];
	return r->kind == REGO_COMPLETE && r->path->kind == REGO_VAR &&
		       r->body == NULL && r->alt == NULL && !r->is_default
		   ? r->value
		   : NULL;
}

static struct jv *
collection(struct spec *s, const struct rego_term *t)
{
	bool object = t->kind == REGO_OBJECT;
	struct jv *out = jv_new(s->arena, object ? JV_OBJECT : JV_ARRAY), *v;
	uint32_t i;

	for (i = 0; i < t->nargs; i++) {
		if (object && (i & 1) == 0) {
			if (t->args[i]->kind != REGO_STRING ||
			    jv_get(out, t->args[i]->text) != NULL)
				return NULL;
			continue;
		}
		if ((v = spec_value(s, t->args[i])) == NULL)
			return NULL;
		if (object)
			(void)jv_set(s->arena, out, t->args[i - 1]->text, v);
		else
			(void)jv_push(s->arena, out, v);
	}
	return out;
}

static struct jv *
step(struct spec *s, const struct jv *v, const struct rego_term *key)
{
	const struct jv *k = spec_value(s, key);
	int64_t at;

	if (k == NULL || v == NULL)
		return NULL;
	if (v->type == JV_OBJECT && k->type == JV_STRING)
		return jv_get(v, k->text);
	if (v->type == JV_ARRAY && k->type == JV_NUMBER && jv_to_int(k, &at) &&
	    at >= 0 && (uint64_t)at < v->items.n)
		return v->items.p[at];
	return NULL;
}

static struct jv *
reference(struct spec *s, const struct rego_term *t)
{
	const struct rego_symbol *head = symbol_of(t);
	const struct rego_term *rule;
	const struct jv *v;
	uint32_t i;

	if (head == s->program->symbols->policy_data &&
	    symbol_group(s->program, head) == NULL) {
		v = s->data;
	} else {
		rule = constant_rule(symbol_group(s->program, head));
		v = rule == NULL ? NULL : spec_value(s, rule);
	}
	for (i = 1; t->kind == REGO_REF && i < t->nargs && v != NULL; i++)
		v = step(s, v, t->args[i]);
	return (struct jv *)(uintptr_t)v;
}

struct jv *
spec_value(struct spec *s, const struct rego_term *t)
{
	struct jv *v;

	switch ((enum rego_kind)t->kind) {
	case REGO_NULL:
		return jv_new(s->arena, JV_NULL);
	case REGO_BOOL:
		return jv_bool(s->arena, t->op == 1);
	case REGO_STRING:
		return jv_string(s->arena, t->text);
	case REGO_NUMBER:
		v = jv_new(s->arena, JV_NUMBER);
		v->text = t->text;
		return v;
	case REGO_ARRAY:
	case REGO_OBJECT:
		return collection(s, t);
	case REGO_VAR:
	case REGO_REF:
		return reference(s, t);
	case REGO_CALL:
	case REGO_SET:
	case REGO_ARRAY_COMPR:
	case REGO_SET_COMPR:
	case REGO_OBJECT_COMPR:
	case REGO_TEMPLATE:
		break;
	}
	return NULL;
}

struct rego_term *
spec_term(struct arena *a, const struct jv *v)
{
	VEC(struct rego_term *) args = {0};
	const struct jv_member *m;
	size_t i;

	if (v->type != JV_ARRAY && v->type != JV_OBJECT)
		return fold_constant(a, v);
	for (i = 0; i < v->items.n; i++)
		VEC_PUSH(a, &args, spec_term(a, v->items.p[i]));
	VEC_FOREACH(m, &v->members) {
		VEC_PUSH(a, &args, rego_new(a, REGO_STRING, loc_none, m->key));
		VEC_PUSH(a, &args, spec_term(a, m->value));
	}
	return rego_new_args(a, v->type == JV_ARRAY ? REGO_ARRAY : REGO_OBJECT,
	    loc_none, args.p, args.n);
}

struct rego_term *
spec_replace(void *ctx, struct rego_term *t)
{
	struct spec_constants *c = ctx;
	const struct rego_symbol *symbol = symbol_of(t);
	const struct spec_constant *it;
	const struct jv *v;
	uint32_t i;

	VEC_FOREACH(it, &c->list) {
		if (symbol == NULL || it->symbol != symbol)
			continue;
		v = it->value;
		for (i = 1; t->kind == REGO_REF && i < t->nargs; i++)
			v = step(c->spec, v, t->args[i]);
		c->failed |= v == NULL;
		return v == NULL ? t : spec_term(c->spec->arena, v);
	}
	return t;
}

size_t
spec_size(const struct rego_rule *r)
{
	struct buf out = {0};
	size_t n;

	rego_print_rule(&out, r, REGO_COMPACT, NULL);
	n = out.n;
	buf_free(&out);
	return n;
}

/* Names */

static bool
is_used(const struct program *p, struct str name)
{
	struct rego_symbol *symbol = map_get(&p->symbols->by_name, name);
	struct group *const *g;
	struct rego_rule *const *r;

	if (symbol == NULL)
		return false;
	if (symbol_group(p, symbol) != NULL)
		return true;
	VEC_FOREACH(g, &p->groups) {
		VEC_FOREACH(r, &(*g)->rules) {
			if ((*r)->scope != NULL &&
			    scope_find((*r)->scope, symbol) != NULL)
				return true;
		}
	}
	return false;
}

struct str
spec_name(struct spec *s, struct str like)
{
	struct str name;
	size_t i = 0;

	do {
		name = arena_printf(s->arena, "%.*s_%zu", STR_ARG(like), ++i);
	} while (is_used(s->program, name));
	return name;
}

unsigned
spec_declared(const struct rego_rule *r, const struct rego_symbol *symbol)
{
	const struct variable *v = scope_find(r->scope, symbol);

	return v != NULL && v->declared ? v->times : 0;
}

bool
spec_is_variable(
    struct spec *s, const struct rego_rule *r, const struct rego_term *t)
{
	return t->kind == REGO_VAR &&
	       symbol_group(s->program, t->symbol) == NULL &&
	       spec_declared(r, t->symbol) == 1;
}

/* Passes of stage one */

static void
fold(struct spec *s)
{
	fold_data(s->program, s->data, &s->folds);
}

static void
simplify(struct spec *s)
{
	shake_simplify(s->program);
}

static void
reach(struct spec *s)
{
	shake_reach(s->program);
}

/* As it would be printed. */
static void
trim(struct spec *s)
{
	static const char head[] = "policy_data := ";
	const struct live *live = shake_live(s->program);
	struct buf out = {0};
	struct rt_err err;
	struct jv *v;

	layout_data(&out, s->data, live);
	if (jv_parse(&v, s->arena,
		arena_str(
		    s->arena, str_sub(buf_str(&out), sizeof(head) - 1, out.n)),
		&err) == 0)
		s->data = v;
	buf_free(&out);
}

static void
name_shorten_all(struct spec *s)
{
	name_shorten(s->program);
}

/* Terms may be changed in place, and what changes is not shared. */
static void
own(struct program *p)
{
	struct group **g;
	size_t i;

	VEC_FOREACH(g, &p->groups) {
		for (i = 0; i < (*g)->rules.n; i++)
			(*g)->rules.p[i] =
			    rewrite_copy(p->arena, (*g)->rules.p[i]);
	}
}

static const struct {
	const char *name;
	unsigned stage;
	void (*run)(struct spec *s);
} table[] = {
#define PASS(id, name, stage, run) {name, stage, run},
#include "compiler/policy/passes.def"
#undef PASS
};

static unsigned
stage_bits(unsigned stage)
{
	unsigned bits = 0, i;

	for (i = 0; i < SPEC_PASSES; i++) {
		if (table[i].stage == stage)
			bits |= 1u << i;
	}
	return bits;
}

static void
run_stage(struct spec *s, unsigned passes, unsigned stage)
{
	size_t i;

	for (i = 0; i < SPEC_PASSES; i++) {
		if (table[i].stage != stage || !(passes >> i & 1))
			continue;
		table[i].run(s);
		name_locals(s->program);
	}
}

void
specialise(struct spec *s, unsigned passes)
{
	struct program *p = s->program;
	struct group **g;

	name_locals(p);
	shake_reach(p);
	if (p->whole || program_has_with(p) ||
	    program_group(p, STR("policy_data")) != NULL)
		passes &= ~stage_bits(2);
	VEC_FOREACH(g, &p->groups)
		(*g)->reached |= !(passes & SPEC_BIT(SHAKE));
	if (passes & stage_bits(2))
		own(p);
	run_stage(s, passes, 1);
	run_stage(s, passes, 2);
	run_stage(s, passes, 1);
	run_stage(s, passes, 3);
}

static bool
is_word(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(text, word, n) == 0;
}

static unsigned
pass_of(const char *text, size_t n)
{
	unsigned i;

	for (i = 0; i < SPEC_PASSES; i++) {
		if (is_word(text, n, table[i].name))
			return 1u << i;
	}
	return 0;
}

bool
policy_passes(unsigned *out, const char *text)
{
	size_t n = strcspn(text, ",");
	unsigned bits = stage_bits(1) | stage_bits(3), bit;

	if (is_word(text, n, "none"))
		bits = 0;
	else if (is_word(text, n, "full"))
		bits |= stage_bits(2);
	else if (!is_word(text, n, "shake"))
		return false;
	*out = text[n] == '\0' && bits == (stage_bits(1) | stage_bits(3))
		   ? 0
		   : SPEC_GIVEN;
	while (text[n] == ',') {
		text += n + 1;
		n = strcspn(text, ",");
		if (n < 3 || memcmp(text, "no-", 3) != 0 ||
		    (bit = pass_of(text + 3, n - 3)) == 0)
			return false;
		bits &= ~bit;
	}
	if (*out != 0)
		*out |= bits;
	return true;
}
