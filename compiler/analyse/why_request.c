/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes from the request itself.  The pod is brought to where the simulated
 * request for the container comes; then each difference between the two is
 * put into the simulated one alone.  What is refused then is a cause, and
 * what is not is none.
 */
#include "compiler/analyse/simulate_int.h"
#include "compiler/analyse/why_int.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

#define DIFFERENCES_MAX 500

struct comparing {
	struct why *out;
	struct arena *arena;
	struct agent_policy *policy;
	const struct sim *sim;
	size_t k;
	const struct sim_request *like;
	struct buf theirs, ours; /* pointers into the request, the simulated */
};

/* The last check that failed, and where. */
static struct str
check_of(struct comparing *c, const struct agent_verdict *v, struct str place)
{
	struct why_denial d;
	size_t i;

	why_prints(&d, c->arena, c->out->kind, v->prints);
	for (i = 0; i < d.markers.n; i++) {
		if (d.markers.p[i].check.n > 0)
			return d.markers.p[i].check;
	}
	return place.n > 0 ? STR("") : STR("order");
}

static bool
is_refused(struct comparing *c, struct agent_verdict *v, const struct jv *input)
{
	struct jv *state = agent_policy_state(c->policy);

	agent_policy_ask(v, c->policy, c->arena, c->like->kind, input);
	agent_policy_restore(c->policy, state);
	c->out->asked++;
	return !v->allowed;
}

static void
add_cause(
    struct comparing *c, const struct agent_verdict *v, const struct jv *found)
{
	struct why_cause cause = {.container = why_name(c->sim, c->k)};
	struct buf b = {0};

	cause.pointer = arena_str(c->arena, buf_str(&c->theirs));
	if (found != NULL)
		jv_print(&b, found, JV_COMPACT);
	cause.found = arena_str(c->arena, buf_str(&b));
	buf_free(&b);
	cause.check = check_of(c, v, cause.pointer);
	why_expected(&cause, c->sim, c->k, c->out->kind);
	cause.help = why_help(cause.check, cause.pointer);
	cause.webhook = why_webhook(cause.pointer, cause.found);
	VEC_PUSH(c->arena, &c->out->causes, cause);
}

/* The simulated request with one difference; `value` NULL: it is removed. */
static void
try_one(struct comparing *c, const char *op, const struct jv *value)
{
	struct arena *a = c->arena;
	struct jv *list = jv_array(a), *o = jv_push(a, list, jv_object(a));
	struct jv *input = c->like->input;
	struct agent_verdict v;

	if (c->out->asked >= DIFFERENCES_MAX)
		return;
	jv_put_str(a, o, "op", str_from(op));
	jv_put_str(a, o, "path", arena_str(a, buf_str(&c->ours)));
	if (value != NULL)
		jv_set(a, o, STR("value"), jv_copy(a, value));
	if (jv_patch(&input, a, list, NULL, NULL) == 0 &&
	    is_refused(c, &v, input))
		add_cause(c, &v, value);
}

/* What an element is known by. */
static struct str
key_of(struct arena *a, const struct jv *v, size_t i)
{
	struct str s = jv_get_str(v, STR("destination"));

	if (s.n == 0)
		s = jv_get_str(v, STR("mount_point"));
	if (s.n == 0)
		s = jv_get_str(v, STR("Type"));
	if (s.n == 0 && jv_is(v, JV_STRING) &&
	    str_chr(v->text, '=', 0) != SIZE_MAX)
		s = str_sub(v->text, 0, str_chr(v->text, '=', 0));
	return s.n > 0 ? s : arena_printf(a, "#%zu", i);
}

static size_t
find(struct arena *a, const struct jv *list, struct str key)
{
	size_t i;

	for (i = 0; i < list->items.n; i++) {
		if (str_eq(key_of(a, list->items.p[i], i), key))
			return i;
	}
	return SIZE_MAX;
}

struct mark {
	size_t theirs, ours;
};

static struct mark
enter(struct comparing *c, struct str theirs, struct str ours)
{
	struct mark m = {c->theirs.n, c->ours.n};

	jv_pointer_add(&c->theirs, theirs);
	jv_pointer_add(&c->ours, ours);
	return m;
}

static void
leave(struct comparing *c, struct mark m)
{
	c->theirs.n = m.theirs;
	c->ours.n = m.ours;
}

static void compare(
    struct comparing *c, const struct jv *theirs, const struct jv *ours);

static struct str
number(struct comparing *c, size_t i)
{
	return arena_printf(c->arena, "%zu", i);
}

static void
compare_lists(
    struct comparing *c, const struct jv *theirs, const struct jv *ours)
{
	struct arena *a = c->arena;
	struct mark m;
	size_t i, k;

	for (i = 0; i < theirs->items.n; i++) {
		k = find(a, ours, key_of(a, theirs->items.p[i], i));
		m = enter(
		    c, number(c, i), k == SIZE_MAX ? STR("-") : number(c, k));
		if (k == SIZE_MAX)
			try_one(c, "add", theirs->items.p[i]);
		else
			compare(c, theirs->items.p[i], ours->items.p[k]);
		leave(c, m);
	}
	for (k = 0; k < ours->items.n; k++) {
		if (find(a, theirs, key_of(a, ours->items.p[k], k)) != SIZE_MAX)
			continue;
		m = enter(c, number(c, k), number(c, k));
		try_one(c, "remove", NULL);
		leave(c, m);
	}
}

static void
compare_objects(
    struct comparing *c, const struct jv *theirs, const struct jv *ours)
{
	const struct jv_member *it;
	const struct jv *other;
	struct mark m;

	VEC_FOREACH(it, &theirs->members) {
		other = jv_get(ours, it->key);
		m = enter(c, it->key, it->key);
		if (other == NULL)
			try_one(c, "add", it->value);
		else
			compare(c, it->value, other);
		leave(c, m);
	}
	VEC_FOREACH(it, &ours->members) {
		if (jv_get(theirs, it->key) != NULL)
			continue;
		m = enter(c, it->key, it->key);
		try_one(c, "remove", NULL);
		leave(c, m);
	}
}

static void
compare(struct comparing *c, const struct jv *theirs, const struct jv *ours)
{
	if (jv_equal(theirs, ours))
		return;
	if (theirs->type != ours->type)
		try_one(c, "replace", theirs);
	else if (theirs->type == JV_OBJECT)
		compare_objects(c, theirs, ours);
	else if (theirs->type == JV_ARRAY)
		compare_lists(c, theirs, ours);
	else
		try_one(c, "replace", theirs);
}

/* Every mention of one id by another; the request itself if it is no id. */
static struct jv *
renamed(
    struct arena *a, const struct jv *request, struct str from, struct str to)
{
	struct jv *out = jv_copy(a, request);
	struct buf b = {0};
	struct str text;

	if (from.n < 2 || to.n == 0)
		return out;
	jv_print(&b, request, JV_COMPACT);
	text = sim_replace(a, arena_str(a, buf_str(&b)), from, to);
	buf_free(&b);
	return jv_parse(&out, a, text, NULL) == 0 ? out : jv_copy(a, request);
}

static struct str
annotation(const struct jv *request, const char *key)
{
	return jv_get_str(
	    jv_path(request, "OCI", "Annotations", NULL), str_from(key));
}

/* Does the policy let the pod's first container have this name? */
static bool
is_pod_name(struct comparing *c, struct str name)
{
	const struct sim_request *r;
	struct agent_verdict v;
	struct jv *input, *state = agent_policy_state(c->policy);

	VEC_FOREACH(r, &c->sim->list) {
		if (r->container != 0 ||
		    !str_eqz(r->kind, "CreateContainerRequest"))
			continue;
		input = renamed(c->arena, r->input, c->sim->name, name);
		agent_policy_ask(&v, c->policy, c->arena, r->kind, input);
		agent_policy_restore(c->policy, state);
		return v.allowed;
	}
	return false;
}

/*
 * The request as if it were of the simulated pod: ids of sandbox and container
 * are other ones in each pod, and so is the name, if it is one of the
 * workload's.
 */
static const struct jv *
of_our_pod(struct comparing *c, const struct jv *request, bool our_name)
{
	struct arena *a = c->arena;
	struct str sandbox =
	    annotation(request, "io.kubernetes.cri.sandbox-id");
	struct str name = annotation(request, "io.kubernetes.cri.sandbox-name");
	struct str uid = annotation(request, "io.kubernetes.cri.sandbox-uid");
	struct str id = jv_get_str(request, STR("container_id"));

	request = renamed(a, request, sandbox, c->sim->sandbox_id);
	request = renamed(
	    a, request, id, jv_get_str(c->like->input, STR("container_id")));
	request = renamed(a, request, uid, c->sim->uid);
	return our_name ? renamed(a, request, name, c->sim->name) : request;
}

/* The pod's life up to the request that this one stands for. */
static bool
bring_up(struct comparing *c)
{
	const struct sim_request *r;
	struct agent_verdict v;

	VEC_FOREACH(r, &c->sim->list) {
		if (r->container == c->k && str_eq(r->kind, c->out->kind)) {
			c->like = r;
			return true;
		}
		agent_policy_ask(&v, c->policy, c->arena, r->kind, r->input);
	}
	return false;
}

void
why_request(struct why *out, struct arena *a, struct agent_policy *p,
    const struct sim *s, size_t k, struct str kind, const struct jv *request)
{
	struct comparing c = {
	    .out = out, .arena = a, .policy = p, .sim = s, .k = k};
	struct jv *start = agent_policy_state(p);
	struct agent_verdict v;
	bool our_name = is_pod_name(
	    &c, annotation(request, "io.kubernetes.cri.sandbox-name"));

	*out = (struct why){.kind = kind, .container = why_name(s, k)};
	if (bring_up(&c)) {
		request = of_our_pod(&c, request, our_name);
		out->refused = is_refused(&c, &v, request);
		if (out->refused)
			compare(&c, request, c.like->input);
		if (out->refused && out->causes.n == 0)
			add_cause(&c, &v, NULL);
	}
	agent_policy_restore(p, start);
	buf_free(&c.theirs);
	buf_free(&c.ours);
}

bool
why_may_be_for(
    const struct sim *s, size_t k, struct str kind, const struct jv *request)
{
	struct str name =
	    annotation(request, "io.kubernetes.cri.container-name");
	const struct sim_request *r;

	VEC_FOREACH(r, &s->list) {
		if (r->container == k && str_eq(r->kind, kind) &&
		    (name.n == 0 || str_eq(name, r->name)))
			return true;
	}
	return false;
}
