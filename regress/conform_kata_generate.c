/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The group generate/ of kata-policy: pod_with_NAME_ref.yaml cannot be
 * lowered alone, and can with NAME.yaml; simple_pod.yaml can, its policy
 * answers SetPolicyRequest with false, and so do variations of its users.
 */
#include <string.h>

#include "regress/conform_kata.h"
#include "runtime/agent/agent.h"
#include "runtime/base/banned.h"

static void
expect(const struct kata_run *r, const char *name, struct str yaml,
    const char *config, bool success)
{
	struct arena *a = r->c->arena;
	struct diags d;
	bool got;

	diags_init(&d, a);
	got = kata_lower(r, &d, yaml, config) != NULL;
	if (got == success)
		conform_pass(r->c);
	else
		conform_fail(r->c, name, "%s%s %s: %s",
		    got ? "accepted" : "refused", config == NULL ? "" : " with",
		    config == NULL ? "" : config, kata_findings(a, &d));
}

static void
reference(const struct kata_run *r, const char *dir, const char *file)
{
	struct arena *a = r->c->arena;
	struct str name = str_from(file), yaml;
	size_t head = strlen("pod_with_"), tail = strlen("_ref.yaml");

	if (!conform_read(&yaml, a, conform_path(a, dir, file)))
		return;
	name = str_sub(name, head, name.n - tail);
	expect(r, file, yaml, NULL, false);
	expect(r, file, yaml,
	    conform_path(a, dir, arena_printf(a, "%.*s.yaml", STR_ARG(name)).p),
	    true);
}

/* What SetPolicyRequest is answered, in each form. */
static void
set_policy(const struct kata_run *r, const char *file, struct str yaml)
{
	struct arena *a = r->c->arena;
	struct kata_forms forms = {0};
	const struct kata_form *form;
	struct jv *data, *request;
	struct str failed = {0};
	const char *why = NULL;
	struct judge *j;
	struct diags d;
	bool allowed = false;

	diags_init(&d, a);
	data = kata_lower(r, &d, yaml, NULL);
	if (data == NULL || !kata_link(r, &d, &forms, data)) {
		conform_fail(r->c, file, "no policy: %s", kata_findings(a, &d));
		return;
	}
	if (r->judge == NULL) {
		conform_skip(r->c, file, "agent-judge is not installed");
		return;
	}
	request =
	    agent_request_normalise(a, STR("SetPolicyRequest"), jv_object(a));
	VEC_FOREACH(form, &forms.list) {
		j = judge_start(a, r->judge, form->engine, form->policy);
		if (j == NULL)
			why = "the judge does not start";
		else if (why == NULL)
			why = judge_ask(j, STR("SetPolicyRequest"), request,
			    &allowed, &failed);
		if (why == NULL && (allowed || failed.n > 0))
			why = allowed ? "SetPolicyRequest is allowed"
				      : arena_cstr(a, failed);
		judge_stop(j);
	}
	if (why == NULL)
		conform_pass(r->c);
	else
		conform_fail(r->c, file, "%s", why);
}

struct variation {
	const char *name;
	const char *pod, *container; /* members of the securityContext */
	bool success;
	const char *recommends[3];
	const char * not [3];
};

static const struct variation variations[] = {
    {"no securityContext", NULL, NULL, false,
	{"supplementalGroups: [10]", NULL, NULL},
	{"runAsUser", "runAsGroup", NULL}},
    {"pod runAsUser 33", "runAsUser: 33", NULL, false,
	{"runAsUser: 33", "runAsGroup: 33", NULL},
	{"supplementalGroups", NULL, NULL}},
    {"pod runAsUser 1000", "runAsUser: 1000", NULL, true, {NULL, NULL, NULL},
	{NULL, NULL, NULL}},
    {"pod supplementalGroups 10", "supplementalGroups: [10]", NULL, true,
	{NULL, NULL, NULL}, {NULL, NULL, NULL}},
    {"pod runAsUser 33, container runAsGroup 33", "runAsUser: 33",
	"runAsGroup: 33", true, {NULL, NULL, NULL}, {NULL, NULL, NULL}},
};

/*
 * The pod with another securityContext, which stands between the lines
 * "  securityContext:" and "  containers:" of block-style YAML.  False if the
 * text is of another form.
 */
static bool
vary(struct arena *a, struct str *out, struct str yaml,
    const struct variation *v)
{
	struct str key = STR("\n  securityContext:\n"), tail;
	size_t from, to, image;
	struct buf b = {0};

	from = str_find(yaml, key, 0);
	to = str_find(yaml, STR("\n  containers:\n"), 0);
	if (from == SIZE_MAX || to == SIZE_MAX || from > to)
		return false;
	buf_put(&b, str_sub(yaml, 0, from + 1));
	if (v->pod != NULL)
		buf_printf(&b, "  securityContext:\n    %s\n", v->pod);
	tail = str_sub(yaml, to + 1, yaml.n);
	image = str_find(tail, STR("\n      image:"), 0);
	if (image == SIZE_MAX) {
		buf_free(&b);
		return false;
	}
	buf_put(&b, str_sub(tail, 0, image + 1));
	if (v->container != NULL)
		buf_printf(
		    &b, "      securityContext:\n        %s\n", v->container);
	buf_put(&b, str_sub(tail, image + 1, tail.n));
	*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return true;
}

static void
vary_one(const struct kata_run *r, struct str yaml, const struct variation *v)
{
	struct arena *a = r->c->arena;
	const char *found;
	struct diags d;
	struct jv *data;
	size_t i;
	bool ok;

	diags_init(&d, a);
	data = kata_lower(r, &d, yaml, NULL);
	found = kata_findings(a, &d);
	ok = (data != NULL) == v->success;
	for (i = 0; v->recommends[i] != NULL; i++)
		ok &= strstr(found, v->recommends[i]) != NULL;
	for (i = 0; v->not [i] != NULL; i++)
		ok &= strstr(found, v->not [i]) == NULL;
	if (ok)
		conform_pass(r->c);
	else
		conform_fail(r->c, v->name, "%s %s",
		    data == NULL ? "refused:" : "accepted", found);
}

static void
simple(const struct kata_run *r, const char *dir, const char *file)
{
	struct arena *a = r->c->arena;
	struct str yaml, other;
	size_t i;

	if (!conform_read(&yaml, a, conform_path(a, dir, file)))
		return;
	set_policy(r, file, yaml);
	for (i = 0; i < sizeof(variations) / sizeof(*variations); i++) {
		if (vary(a, &other, yaml, &variations[i]))
			vary_one(r, other, &variations[i]);
		else
			conform_skip(r->c, file, "no place for variations");
	}
}

void
kata_generate(const struct kata_run *r, const char *dir)
{
	const char **names;
	size_t i, n;

	names = conform_list(r->c->arena, dir, &n);
	for (i = 0; i < n; i++) {
		struct str name = str_from(names[i]);

		if (str_starts(name, STR("pod_with_")) &&
		    str_ends(name, STR("_ref.yaml")))
			reference(r, dir, names[i]);
		else if (str_eqz(name, "simple_pod.yaml"))
			simple(r, dir, names[i]);
	}
}
