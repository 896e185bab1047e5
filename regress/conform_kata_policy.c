/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories with pod.yaml and testcases.json: each request in order is
 * judged by the engines of the Kata agent, on the policy in all its forms.
 * State goes on from case to case of a directory.
 */
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/lower.h"
#include "compiler/policy/feature.h"
#include "compiler/policy/index.h"
#include "compiler/policy/policy.h"
#include "regress/conform_kata.h"
#include "runtime/agent/agent.h"

#include "runtime/base/banned.h"

static const char *const engines[] = {"0.10.0", "0.14.1", "0.2.8", "0.1.5"};
#define NENGINES (sizeof(engines) / sizeof(*engines))

static size_t
first_engine(const struct kata_run *r)
{
	return r->old ? NENGINES - 1 : 0;
}

const char *
kata_engine(const struct kata_run *r)
{
	return engines[first_engine(r)];
}

const char *
kata_findings(struct arena *a, const struct diags *d)
{
	struct buf b = {0};
	struct diag **g;
	const char *text;

	VEC_FOREACH(g, &d->list) {
		if ((*g)->severity != DIAG_ERROR)
			continue;
		buf_printf(
		    &b, "%s%.*s", b.n > 0 ? "; " : "", STR_ARG((*g)->text));
		if ((*g)->help.n > 0)
			buf_printf(&b, " (%.*s)", STR_ARG((*g)->help));
	}
	text = arena_cstr(a, buf_str(&b));
	buf_free(&b);
	return text;
}

static bool
read_objects(struct arena *a, struct diags *d, struct k8s_objects *out,
    const char *name, struct str text)
{
	struct units units = {0};

	return yaml_read(&units, a, d, source_new(a, str_from(name), text)) &&
	       k8s_objects_read(out, a, d, &units);
}

static struct jv *
lower_first(struct arena *a, struct diags *d, struct lower *l,
    const struct k8s_objects *objects, size_t own)
{
	size_t i;

	for (i = 0; l != NULL && i < own; i++) {
		const struct k8s_object *o = objects->list.p[i];

		if (o->kind == NULL || o->kind->role != K8S_WORKLOAD)
			continue;
		if (!k8s_check_fields(a, d, o, true, false))
			return NULL;
		return lower_workload(l, a, o, 0);
	}
	return NULL;
}

struct jv *
kata_lower(const struct kata_run *r, struct diags *d, struct str yaml,
    const char *config_file)
{
	struct arena *a = r->c->arena;
	struct lower_options o = {.target = target_find(str_from(r->target))};
	struct img_options images = {
	    .offline = true, .platform = STR("linux/amd64")};
	struct settings_source from = {0};
	struct k8s_objects objects = {0};
	struct img_store *store;
	struct jv *data;
	struct str text;
	size_t own;

	VEC_PUSH(a, &images.images_files, str_from(r->images));
	o.settings = settings_load(a, d, o.target, &from);
	if (!read_objects(a, d, &objects, "pod.yaml", yaml))
		return NULL;
	own = objects.list.n;
	if (config_file != NULL &&
	    (!conform_read(&text, a, config_file) ||
		!read_objects(a, d, &objects, config_file, text)))
		return NULL;
	store = img_store_open(a, d, &images);
	data = lower_first(
	    a, d, lower_new(a, d, &objects, store, &o), &objects, own);
	img_store_close(store);
	return data;
}

/* The modules one after the other, the data as they are. */
static bool
join_modules(struct arena *a, struct str *out, const struct jv *data)
{
	static const struct {
		const char *concern, *file;
		bool (*wanted)(const struct jv *);
	} modules[] = {
#define MODULE(concern, variant, file, predicate)                              \
	{#concern, "stdlib-rego/" file, predicate},
#include "stdlib-rego/modules.def"
#undef MODULE
	};
	struct buf b = {0};
	const char *linked = "";
	struct str text, line;
	size_t i, at, end;

	buf_puts(&b, "package agent_policy\n"
		     "import future.keywords.in\nimport future.keywords.every\n"
		     "import future.keywords.if\n");
	for (i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
		if (strcmp(linked, modules[i].concern) == 0 ||
		    !modules[i].wanted(data))
			continue;
		linked = modules[i].concern;
		if (!conform_read(&text, a, modules[i].file))
			return false;
		for (at = 0; at < text.n; at = end + 1) {
			end = str_chr(text, '\n', at);
			if (end == SIZE_MAX)
				end = text.n;
			line = str_sub(text, at, end);
			if (!str_starts(line, STR("package ")) &&
			    !str_starts(line, STR("import ")))
				buf_printf(&b, "%.*s\n", STR_ARG(line));
		}
	}
	buf_puts(&b, "policy_data := ");
	jv_print(&b, policy_index(a, data), JV_PRETTY);
	*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return true;
}

static void
add_forms(const struct kata_run *r, struct kata_forms *out, const char *style,
    struct str policy)
{
	size_t i;

	for (i = first_engine(r); i < NENGINES; i++)
		VEC_PUSH(r->c->arena, &out->list,
		    ((struct kata_form){style, engines[i], policy}));
}

bool
kata_link(const struct kata_run *r, struct diags *d, struct kata_forms *out,
    const struct jv *policy_data)
{
	static const char *const styles[] = {"specialised", "full"};
	struct policy_options o = {.target = r->target, .denials = true};
	struct arena *a = r->c->arena;
	struct policy_linker *l;
	struct policy p;
	struct str text;
	bool ok;
	int i;

	if (join_modules(a, &text, policy_data))
		add_forms(r, out, "modules", text);
	for (i = 0; i < 2; i++) {
		o.style = i == 0 ? POLICY_SPECIALISED : POLICY_FULL;
		l = policy_linker_new(a, d, &o);
		ok = policy_link(&p, a, l, policy_data);
		if (ok)
			add_forms(r, out, styles[i], arena_str(a, p.text));
		policy_linker_free(l);
		if (!ok)
			return false;
	}
	return true;
}

/* How a case went so far: "" or the first difference. */
struct outcome {
	struct str name;
	const char *wrong;
};

struct str
kata_kind(const struct jv *testcase)
{
	struct str kind = jv_get_str(testcase, STR("kind"));

	return kind.n > 0 ? kind : STR("CreateContainerRequest");
}

static void
judge_case(struct arena *a, struct judge *j, const struct kata_form *form,
    const struct jv *testcase, struct outcome *out)
{
	bool want = jv_is(jv_getz(testcase, "allowed"), JV_TRUE), got = false;
	struct str kind = kata_kind(testcase), failed = {0};
	const char *why = "unknown kind";
	struct jv *request;

	request =
	    agent_request_normalise(a, kind, jv_getz(testcase, "request"));
	if (request != NULL)
		why = judge_ask(j, kind, request, &got, &failed);
	if (out->wrong != NULL)
		return;
	if (why == NULL && failed.n > 0)
		why = arena_cstr(a, failed);
	if (why == NULL && got != want)
		why = got ? "allowed" : "denied";
	if (why != NULL)
		out->wrong = arena_printf(
		    a, "%s (%s, engine %s)", why, form->style, form->engine)
				 .p;
}

static void
judge_form(const struct kata_run *r, const struct kata_form *form,
    const struct jv *cases, struct outcome *out)
{
	struct arena *a = r->c->arena;
	struct judge *j = judge_start(a, r->judge, form->engine, form->policy);
	size_t i;

	for (i = 0; i < cases->items.n; i++) {
		if (j != NULL)
			judge_case(a, j, form, cases->items.p[i], &out[i]);
		else
			out[i].wrong = "the judge does not start";
	}
	judge_stop(j);
}

static void
judge_all(const struct kata_run *r, const char *dir, const struct jv *cases,
    const struct kata_forms *forms)
{
	struct outcome *out =
	    ARENA_ARRAY(r->c->arena, struct outcome, cases->items.n + 1);
	const struct kata_form *form;
	size_t i;

	VEC_FOREACH(form, &forms->list)
		judge_form(r, form, cases, out);
	for (i = 0; i < cases->items.n; i++) {
		if (out[i].wrong == NULL)
			conform_pass(r->c);
		else
			conform_fail(r->c, dir, "%.*s: %s",
			    STR_ARG(jv_get_str(
				cases->items.p[i], STR("description"))),
			    out[i].wrong);
	}
}

static void
case_directory(const struct kata_run *r, const char *dir, struct str cases_text)
{
	struct arena *a = r->c->arena;
	const char *config = conform_path(a, dir, "config_map.yaml");
	struct kata_forms forms = {0};
	struct jv *cases, *data;
	struct diags d;
	struct str yaml, text;

	diags_init(&d, a);
	if (jv_parse(&cases, a, cases_text, NULL) != 0 ||
	    cases->type != JV_ARRAY) {
		conform_fail(r->c, dir, "testcases.json is no list");
		return;
	}
	if (!conform_read(&yaml, a, conform_path(a, dir, "pod.yaml"))) {
		conform_fail(r->c, dir, "no pod.yaml");
		return;
	}
	data = kata_lower(
	    r, &d, yaml, conform_read(&text, a, config) ? config : NULL);
	if (data == NULL || !kata_link(r, &d, &forms, data))
		conform_fail(r->c, dir, "no policy: %s", kata_findings(a, &d));
	else if (r->judge == NULL)
		conform_skip(r->c, dir, "agent-judge is not installed");
	else if (r->mutate)
		kata_mutate(r, dir, cases, forms.list.p[0].policy);
	else
		judge_all(r, dir, cases, &forms);
}

static void
tarfs(const struct kata_run *r, const char *path)
{
	if (!r->mutate)
		kata_tarfs(r, path);
}

static void
generate(const struct kata_run *r, const char *path)
{
	if (!r->mutate)
		kata_generate(r, path);
}

static void walk(const struct kata_run *r, const char *dir, unsigned depth);

static void
walk_aks(const struct kata_run *r, const char *dir, unsigned depth)
{
	struct kata_run aks = *r;

	aks.target = "aks-v1.2";
	aks.old = true;
	walk(&aks, dir, depth);
}

static void
walk(const struct kata_run *r, const char *dir, unsigned depth)
{
	struct arena *a = r->c->arena;
	const char **names, *path;
	struct str text;
	size_t i, n;

	names = conform_list(a, dir, &n);
	for (i = 0; i < n; i++) {
		path = conform_path(a, dir, names[i]);
		if (strcmp(names[i], "testcases.json") == 0 &&
		    conform_read(&text, a, path))
			case_directory(r, dir, text);
		else if (strcmp(names[i], "aks") == 0 && depth > 0)
			walk_aks(r, path, depth - 1);
		else if (strcmp(names[i], "tarfs") == 0)
			tarfs(r, path);
		else if (strcmp(names[i], "generate") == 0)
			generate(r, path);
		else if (depth > 0)
			walk(r, path, depth - 1);
	}
}

void
conform_kata_policy(struct conform *c, const char *dir)
{
	struct kata_run r = {
	    .c = c,
	    .images = conform_path(c->arena, dir, "images.json"),
	    .judge = judge_find(c->arena),
	    .target = "kata-4",
	};

	walk(&r, dir, 8);
}

void
conform_mutation(struct conform *c, const char *dir)
{
	struct kata_run r = {
	    .c = c,
	    .images = conform_path(c->arena, dir, "images.json"),
	    .judge = judge_find(c->arena),
	    .mutate = true,
	    .target = "kata-4",
	};

	walk(&r, dir, 8);
}
