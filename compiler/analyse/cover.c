/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/analyse/cover.h"
#include "runtime/base/banned.h"

#define TRIED                                                                  \
	(MUTATE_M(CHANGED) | MUTATE_M(DROPPED) | MUTATE_M(ADDED) |             \
	    MUTATE_M(DUPLICATED))

struct covering {
	struct cover *out;
	struct arena *scratch; /* of one request */
	struct agent_policy *policy;
	const struct sim_request *request;
	struct jv *input;  /* changed in place, and back */
	struct jv *before; /* the state */
	struct str target;
};

static bool
is_index(struct str part)
{
	size_t i;

	for (i = 0; i < part.n; i++) {
		if (part.p[i] < '0' || part.p[i] > '9')
			return false;
	}
	return part.n > 0;
}

/* With a star for each index. */
static struct str
general(struct arena *a, struct str path)
{
	struct buf b = {0};
	struct str part, out;
	size_t at = 0, end;

	while (at < path.n) {
		end = str_chr(path, '/', at + 1);
		if (end == SIZE_MAX)
			end = path.n;
		part = str_sub(path, at + 1, end);
		buf_putc(&b, '/');
		buf_put(&b, is_index(part) ? STR("*") : part);
		at = end;
	}
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static struct cover_field *
field_of(struct covering *c, struct str path)
{
	struct cover *o = c->out;
	struct str place = general(c->scratch, path), key;
	struct cover_field *f;

	key = arena_printf(
	    c->scratch, "%.*s %.*s", STR_ARG(c->request->kind), STR_ARG(place));
	f = map_get(&o->index, key);
	if (f != NULL)
		return f;
	f = ARENA_NEW(o->arena, struct cover_field);
	f->kind = arena_str(o->arena, c->request->kind);
	f->path = arena_str(o->arena, place);
	VEC_PUSH(o->arena, &o->fields, f);
	(void)map_set(o->arena, &o->index, arena_str(o->arena, key), f);
	return f;
}

static void
is_open(
    struct covering *c, struct cover_field *f, enum mutation m, struct str path)
{
	const char *why = open_reason(c->target, c->request->kind, m, path);

	f->open[m]++;
	c->out->open++;
	if (why != NULL) {
		f->why = str_from(why);
		return;
	}
	c->out->unexplained++;
	if (f->unexplained.n == 0)
		f->unexplained = arena_printf(c->out->arena, "%.*s%s%.*s %s",
		    STR_ARG(c->request->name),
		    c->request->name.n > 0 ? ": " : "", STR_ARG(path),
		    mutation_name(m));
}

/* Asks with the request as it is now; the state stays as it was. */
static void
ask(void *ctx, enum mutation m, struct str path)
{
	struct covering *c = ctx;
	struct cover_field *f = field_of(c, path);
	struct jv *state = agent_policy_state(c->policy);
	struct agent_verdict v;

	agent_policy_ask(&v, c->policy, c->scratch, c->request->kind, c->input);
	agent_policy_restore(c->policy, state);
	f->asked[m]++;
	c->out->asked++;
	if (v.allowed)
		is_open(c, f, m, path);
	else
		c->out->refused++;
}

/* In a pod where nothing has happened yet. */
static void
ask_early(struct covering *c, struct jv *fresh)
{
	struct jv *state = agent_policy_state(c->policy);

	if (state == fresh)
		return;
	agent_policy_restore(c->policy, fresh);
	ask(c, MUTATE_EARLY, STR(""));
	agent_policy_restore(c->policy, state);
}

static void
as_it_is(struct covering *c)
{
	const struct sim_request *r = c->request;
	struct agent_verdict v;

	agent_policy_ask(&v, c->policy, c->scratch, r->kind, r->input);
	c->out->requests++;
	if (!v.allowed && !r->may_be_refused)
		VEC_PUSH(c->out->arena, &c->out->refusals,
		    arena_printf(c->out->arena, "%.*s%s%.*s: %.*s",
			STR_ARG(r->kind), r->name.n > 0 ? " of " : "",
			STR_ARG(r->name), STR_ARG(v.text)));
}

static void
cover_request(struct covering *c, struct jv *fresh)
{
	c->input = jv_copy(c->scratch, c->request->input);
	ask_early(c, fresh);
	mutate_request(c->scratch, c->input, TRIED, ask, c);
	as_it_is(c);
	ask(c, MUTATE_REPLAYED, STR(""));
}

void
cover_run(struct cover *out, struct arena *a, struct agent_policy *p,
    const struct sim *s)
{
	struct covering c = {.out = out,
	    .scratch = arena_new(),
	    .policy = p,
	    .target = jv_str(jv_path(s->data, "contrastc", "profile", NULL))};
	struct jv *fresh = agent_policy_state(p);
	const struct sim_request *r;

	*out = (struct cover){.arena = a};
	VEC_FOREACH(r, &s->list) {
		c.request = r;
		cover_request(&c, fresh);
		arena_reset(c.scratch);
	}
	arena_free(c.scratch);
}
