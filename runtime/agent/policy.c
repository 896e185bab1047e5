/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/agent/policy.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

struct agent_policy {
	struct arena *arena; /* of the state */
	const struct agent_engine *engine;
	struct jv *data;
	bool loaded, allows_failing;
	/*
	 * Prints of evaluations that aborted: the agent does not take them out
	 * of its engine, so they come with the next request.
	 */
	VEC(const struct jv *) late;
};

/* One request on its way. */
struct ask {
	struct agent_verdict *out;
	struct agent_policy *policy;
	struct arena *arena;
	struct str kind;
	struct agent_answer answer;
};

const char *
agent_status_name(enum agent_status s)
{
#define X(id, name) name,
	static const char *const names[] = {AGENT_STATUSES(X)};
#undef X

	return names[s];
}

/* The base document of a policy that was just loaded (rego 12.1). */
static struct jv *
first_data(struct arena *a)
{
	struct jv *data = jv_object(a);

	jv_set(a, data, STR("pstate"), jv_object(a));
	return data;
}

struct agent_policy *
agent_policy_new(struct arena *a, const struct agent_engine *engine)
{
	struct agent_policy *p = ARENA_NEW(a, struct agent_policy);

	p->arena = a;
	p->engine = engine;
	p->data = first_data(a);
	return p;
}

struct jv *
agent_policy_state(const struct agent_policy *p)
{
	return p->data;
}

void
agent_policy_restore(struct agent_policy *p, struct jv *state)
{
	p->data = state;
}

bool
agent_policy_allows_failing(const struct agent_policy *p)
{
	return p->allows_failing;
}

int
agent_policy_load(struct agent_policy *p, struct str text, struct rt_err *err)
{
	struct agent_answer answer = {0};
	struct str error = {0};

	p->data = first_data(p->arena);
	p->allows_failing = false;
	p->late.n = 0;
	p->loaded = p->engine->load(p->engine->ctx, p->arena, text, &error);
	if (!p->loaded)
		return rt_err_set(err, RT_EFORMAT, "%.*s", STR_ARG(error));
	p->engine->ask(p->engine->ctx, p->arena, &answer,
	    STR("AllowRequestsFailingPolicy"), jv_object(p->arena), p->data);
	p->allows_failing =
	    answer.outcome == AGENT_VALUE && jv_is(answer.value, JV_TRUE);
	return 0;
}

static void
put_prints(struct buf *b, const struct jv *prints)
{
	struct jv **it;

	if (prints == NULL)
		return;
	VEC_FOREACH(it, &prints->items) {
		if (b->n > 0)
			buf_putc(b, ' ');
		buf_put(b, jv_str(*it));
	}
}

/* Everything that the engine printed so far, joined by one blank. */
static struct str
all_prints(struct ask *q)
{
	const struct jv **it;
	struct buf b = {0};
	struct str s;

	VEC_FOREACH(it, &q->policy->late)
		put_prints(&b, *it);
	put_prints(&b, q->answer.prints);
	s = arena_str(q->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
fail(struct ask *q, struct str why)
{
	q->out->allowed = false;
	q->out->status = AGENT_INTERNAL;
	q->out->error = why;
	q->out->text = arena_printf(q->arena, "%.*s: internal error %.*s",
	    STR_ARG(q->kind), STR_ARG(why));
}

static void
allow(struct ask *q)
{
	q->out->allowed = true;
	q->out->status = AGENT_OK;
}

/* The policy says no: without an effect where failing requests are allowed. */
static void
deny(struct ask *q)
{
	struct str prints = all_prints(q);

	if (q->policy->allows_failing) {
		q->out->despite_policy = true;
		allow(q);
		return;
	}
	q->out->allowed = false;
	q->out->status = AGENT_PERMISSION_DENIED;
	q->out->text = arena_printf(q->arena, "%.*s is blocked by policy: %.*s",
	    STR_ARG(q->kind), STR_ARG(prints));
}

/* A copy with texts of its own, which jv_copy() would share; or NULL. */
static const struct jv *
own(struct arena *a, const struct jv *v)
{
	struct buf b = {0};
	struct jv *out;

	jv_print(&b, v, JV_COMPACT);
	if (jv_parse(&out, a, arena_str(a, buf_str(&b)), NULL) != 0)
		out = NULL;
	buf_free(&b);
	return out;
}

static void
apply(struct ask *q, const struct jv *ops)
{
	struct agent_policy *p = q->policy;
	struct jv *data = p->data;
	struct rt_err err;

	if (ops != NULL && ops->type != JV_NULL) {
		/* What is added stays as long as the state. */
		ops = own(p->arena, ops);
		if (ops == NULL) {
			fail(q, STR("'ops' of the rule's object is no JSON"));
			return;
		}
		if (jv_patch(&data, p->arena, ops, NULL, &err) != 0) {
			fail(q, arena_str(q->arena, str_from(err.text)));
			return;
		}
		q->out->ops = ops;
	}
	p->data = data;
	allow(q);
}

/* {"allowed": true, "ops": [...]} */
static void
decide_object(struct ask *q, const struct jv *value)
{
	const struct jv *allowed = jv_getz(value, "allowed");
	const struct jv *ops = jv_getz(value, "ops");

	if (!jv_is(allowed, JV_TRUE) && !jv_is(allowed, JV_FALSE))
		fail(q, STR("the rule's object has no boolean 'allowed'"));
	else if (ops != NULL && ops->type != JV_NULL && ops->type != JV_ARRAY)
		fail(q, STR("'ops' of the rule's object is no array"));
	else if (allowed->type == JV_FALSE)
		deny(q);
	else
		apply(q, ops);
}

static void
decide_value(struct ask *q, const struct jv *value)
{
	if (jv_is(value, JV_TRUE))
		allow(q);
	else if (jv_is(value, JV_FALSE))
		deny(q);
	else if (jv_is(value, JV_OBJECT))
		decide_object(q, value);
	else
		fail(q, STR("the rule is neither a boolean nor an object"));
}

static void
decide(struct ask *q)
{
	struct agent_policy *p = q->policy;

	switch (q->answer.outcome) {
	case AGENT_VALUE:
		decide_value(q, q->answer.value);
		break;
	case AGENT_UNDEFINED:
		if (p->allows_failing) {
			q->out->despite_policy = true;
			allow(q);
		} else {
			fail(q, STR("the policy has no rule of this name"));
		}
		break;
	case AGENT_ABORTED:
		fail(q, q->answer.error);
		break;
	}
}

/* The agent takes prints out only behind an evaluation that ended. */
static void
keep_prints(struct ask *q)
{
	struct agent_policy *p = q->policy;
	const struct jv *prints = NULL;

	if (q->answer.outcome != AGENT_ABORTED)
		p->late.n = 0;
	else if (q->answer.prints != NULL)
		prints = own(p->arena, q->answer.prints);
	if (prints != NULL)
		VEC_PUSH(p->arena, &p->late, prints);
}

void
agent_policy_ask(struct agent_verdict *out, struct agent_policy *p,
    struct arena *a, struct str kind, const struct jv *request)
{
	struct ask q = {.out = out, .policy = p, .arena = a, .kind = kind};

	*out = (struct agent_verdict){.status = AGENT_INTERNAL};
	if (!p->loaded) {
		fail(&q, STR("there is no policy"));
	} else {
		p->engine->ask(
		    p->engine->ctx, a, &q.answer, kind, request, p->data);
		out->prints = q.answer.prints;
		decide(&q);
		keep_prints(&q);
	}
	out->silent = !out->allowed && str_eqz(kind, "ReadStreamRequest");
}

void
agent_policy_set(struct agent_verdict *out, struct agent_policy *p,
    struct arena *a, struct str text)
{
	struct jv *request = jv_object(a);
	struct rt_err err;

	jv_put_str(a, request, "policy", text);
	agent_policy_ask(out, p, a, STR("SetPolicyRequest"), request);
	if (!out->allowed || agent_policy_load(p, text, &err) == 0)
		return;
	*out = (struct agent_verdict){.status = AGENT_INVALID_ARGUMENT,
	    .text = arena_str(a, str_from(err.text))};
}
