/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/analyse/fixture.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

struct reading {
	struct fixtures *out;
	struct arena *arena;
	struct diags *diags;
};

/* A member that is one of the texts. */
struct text_member {
	const char *name;
	size_t at; /* in struct fixture */
};
static const struct text_member texts[] = {
    {"name", offsetof(struct fixture, name)},
    {"workload", offsetof(struct fixture, workload)},
    {"kind", offsetof(struct fixture, kind)},
    {"container", offsetof(struct fixture, container)},
    {"what", offsetof(struct fixture, what)},
    {"reason", offsetof(struct fixture, reason)},
};

static bool
set_text(struct fixture *f, struct str key, const struct yaml_node *v)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (!str_eqz(key, texts[i].name))
			continue;
		*(struct str *)(void *)((char *)f + texts[i].at) = yaml_text(v);
		return yaml_text(v).n > 0;
	}
	return false;
}

static bool
set_member(struct reading *g, struct fixture *f, struct str key,
    const struct yaml_node *v)
{
	if (str_eqz(key, "allowed"))
		return yaml_to_bool(v, &f->allowed);
	if (str_eqz(key, "patch") && yaml_is(v, YAML_SEQ)) {
		f->patch = yaml_to_jv(g->arena, v);
		return true;
	}
	if (str_eqz(key, "request") && yaml_is(v, YAML_MAP)) {
		f->request = yaml_to_jv(g->arena, v);
		return true;
	}
	return set_text(f, key, v);
}

static bool
wrong(struct reading *g, struct loc at, const char *what)
{
	diag_report(g->diags, TEST_FORMAT, at, what);
	return false;
}

static bool
is_whole(struct reading *g, struct fixture *f, const struct yaml_node *n)
{
	struct str with =
	    arena_printf(g->arena, "%.*sRequest", STR_ARG(f->kind));

	if (!agent_request_known(f->kind) && agent_request_known(with))
		f->kind = with;
	if (!agent_request_known(f->kind))
		return wrong(g, n->loc, "'kind' names no request of the agent");
	if (yaml_getz(n, "allowed") == NULL)
		return wrong(g, n->loc, "'allowed' is missing");
	if (f->request != NULL && (f->patch != NULL || f->container.n > 0))
		return wrong(g, n->loc,
		    "a 'request' of its own needs no 'container' and no "
		    "'patch'");
	if (f->name.n == 0)
		f->name = f->kind;
	return true;
}

static bool
read_one(struct reading *g, const struct yaml_node *n)
{
	struct fixture *f = ARENA_NEW(g->arena, struct fixture);
	struct yaml_pairs pairs = yaml_pairs(g->arena, n);
	const struct yaml_pair *p;

	f->loc = n->loc;
	if (!yaml_is(n, YAML_MAP))
		return wrong(g, n->loc, "a test is an object");
	VEC_FOREACH(p, &pairs) {
		if (!set_member(g, f, yaml_text(p->key), yaml_deref(p->value)))
			return wrong(g, p->key->loc,
			    "it is no member of a test, or of another type");
	}
	if (!is_whole(g, f, n))
		return false;
	VEC_PUSH(g->arena, &g->out->list, f);
	return true;
}

bool
fixtures_read(struct fixtures *out, struct arena *a, struct diags *d,
    const struct source *s)
{
	struct reading g = {.out = out, .arena = a, .diags = d};
	struct units units = {0};
	struct unit **u;
	struct yaml_node *const *n;
	bool ok = yaml_read(&units, a, d, s);

	VEC_FOREACH(u, &units.list) {
		if (!yaml_is((*u)->root, YAML_SEQ)) {
			ok = wrong(&g, (*u)->loc, "the tests are no list");
			continue;
		}
		VEC_FOREACH(n, &yaml_deref((*u)->root)->items)
			ok &= read_one(&g, yaml_deref(*n));
	}
	return ok;
}

/* The last parts of "KIND/NAMESPACE/NAME", or KIND and NAME. */
bool
fixture_is_for(const struct fixture *f, struct str workload)
{
	size_t kind = str_chr(workload, '/', 0);
	size_t name = str_rchr(workload, '/');
	struct str w = f->workload;

	if (w.n == 0 || str_eq(w, workload) || kind == SIZE_MAX ||
	    name == SIZE_MAX)
		return w.n == 0 || str_eq(w, workload);
	if (str_eq(w, str_sub(workload, name + 1, workload.n)))
		return true;
	return str_starts(w, str_sub(workload, 0, kind + 1)) &&
	       str_eq(str_sub(w, kind + 1, w.n),
		   str_sub(workload, name + 1, workload.n));
}

/* A pod's life up to what the fixture asks about. */
struct stage {
	struct agent_policy *policy;
	struct arena *arena;
	const struct sim *sim;
	const struct fixture *fixture;
};

static bool
is_asked(const struct stage *t, const struct sim_request *r)
{
	const struct fixture *f = t->fixture;

	if (f->request != NULL)
		return r->phase >= SIM_RUN;
	return str_eq(r->kind, f->kind) &&
	       (f->container.n == 0 || str_eq(r->name, f->container)) &&
	       (f->what.n == 0 || str_eq(r->what, f->what));
}

/* Everything before it happens; NULL: there is no such request. */
static const struct sim_request *
bring_up(struct stage *t)
{
	const struct sim_request *r;
	struct agent_verdict v;

	VEC_FOREACH(r, &t->sim->list) {
		if (is_asked(t, r))
			return r;
		agent_policy_ask(&v, t->policy, t->arena, r->kind, r->input);
	}
	return NULL;
}

static bool
make_request(struct fixture_result *out, struct jv **request, struct stage *t,
    const struct sim_request *like)
{
	const struct fixture *f = t->fixture;
	struct rt_err err;

	*request = f->request != NULL ? jv_copy(t->arena, f->request)
				      : jv_copy(t->arena, like->input);
	if (f->patch != NULL &&
	    jv_patch(request, t->arena, f->patch, NULL, &err) != 0) {
		out->outcome = FIXTURE_NO_PATCH;
		out->text = arena_str(t->arena, str_from(err.text));
		return false;
	}
	*request = agent_request_normalise(t->arena, f->kind, *request);
	return true;
}

static void
judge(struct fixture_result *out, struct stage *t, const struct jv *request)
{
	const struct fixture *f = t->fixture;
	struct agent_verdict v;

	agent_policy_ask(&v, t->policy, t->arena, f->kind, request);
	out->allowed = v.allowed;
	out->text = v.text;
	out->outcome =
	    v.allowed == f->allowed &&
		    (v.allowed || str_find(v.text, f->reason, 0) != SIZE_MAX)
		? FIXTURE_PASSED
		: FIXTURE_FAILED;
}

void
fixture_ask(struct fixture_result *out, struct arena *a, struct agent_policy *p,
    const struct sim *s, const struct fixture *f)
{
	struct stage t = {.policy = p, .arena = a, .sim = s, .fixture = f};
	struct jv *start = agent_policy_state(p), *request;
	const struct sim_request *like = bring_up(&t);

	*out = (struct fixture_result){.outcome = FIXTURE_NO_REQUEST};
	if ((like != NULL || f->request != NULL) &&
	    make_request(out, &request, &t, like))
		judge(out, &t, request);
	agent_policy_restore(p, start);
}
