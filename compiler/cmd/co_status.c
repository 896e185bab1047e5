/* SPDX-License-Identifier: Apache-2.0 */
/* status: what a Coordinator is doing, after it has proved what it is. */
#include <string.h>

#include "compiler/cmd/client.h"
#include "runtime/base/banned.h"

struct state {
	const char *phase;                  /* serving, no-manifest, recovery */
	Userapi__GetManifestsResponse *res; /* serving only */
	struct str latest;
	bool active; /* the manifest of the file is the active one */
};

static int
ask(struct state *s, struct client *c)
{
	Userapi__GetManifestsRequest req = USERAPI__GET_MANIFESTS_REQUEST__INIT;
	ProtobufCMessage *m = NULL;
	struct wire_status st;
	int status = client_call(&m, c, "GetManifests", &req.base,
	    &userapi__get_manifests_response__descriptor, &st);

	s->res = (void *)m;
	s->phase = "serving";
	if (status == EXIT_OK)
		return status;
	if (strstr(st.text, "no manifest configured") != NULL)
		s->phase = "no-manifest";
	else if (strstr(st.text, "recovery mode") != NULL)
		s->phase = "recovery";
	else
		return client_fail(c, status, "getting state", &st);
	return EXIT_OK;
}

static int
look(struct state *s, struct client *c)
{
	const Userapi__GetManifestsResponse *res = s->res;

	if (res == NULL)
		return EXIT_OK;
	if (!client_chain(&s->latest, c->run->arena, res))
		return cmd_fail(c->run, EXIT_MISMATCH,
		    "getting state: the history of manifests does not lead to "
		    "the latest transition");
	s->active =
	    res->n_manifests > 0 &&
	    str_eq(wire_pb_str(res->manifests[res->n_manifests - 1]), c->text);
	return EXIT_OK;
}

static int
print_json(const struct state *s, struct client *c)
{
	struct arena *a = c->run->arena;
	struct jv *top = client_json(c, "Status");

	jv_put_str(a, top, "phase", str_from(s->phase));
	jv_put_int(
	    a, top, "generation", s->res == NULL ? 0 : s->res->n_manifests);
	jv_set(a, top, STR("latestTransition"),
	    s->res == NULL ? jv_new(a, JV_NULL) : jv_string(a, s->latest));
	jv_set(a, top, STR("manifestActive"), jv_bool(a, s->active));
	return client_print(c, top);
}

static int
print(const struct state *s, struct client *c)
{
	struct buf b = {0};
	int status;

	if (opt_on(c->run, OPT_JSON))
		return print_json(s, c);
	buf_printf(&b, "phase: %s\n", s->phase);
	if (s->res != NULL)
		buf_printf(&b,
		    "generation: %zu\nlatest transition: %.*s\n"
		    "%s: %s\n",
		    s->res->n_manifests, STR_ARG(s->latest), c->manifest_path,
		    s->active ? "active" : "not active");
	status = cmd_print(c->run, buf_str(&b));
	buf_free(&b);
	return status;
}

static int
run(struct state *s, struct client *c)
{
	int status = client_begin(c, "");

	if (status == EXIT_OK)
		status = client_connect(c);
	if (status == EXIT_OK)
		status = ask(s, c);
	if (status == EXIT_OK)
		status = look(s, c);
	if (status == EXIT_OK)
		status = print(s, c);
	if (status == EXIT_OK && s->res == NULL)
		status = EXIT_FINDINGS;
	return status;
}

int
cmd_co_status(struct run *r)
{
	struct client c = {.run = r, .dialing = "failed to dial coordinator"};
	struct state s = {0};
	char **arg;
	int status;

	VEC_FOREACH(arg, &r->args)
		diag_report(
		    &r->diags, ARGUMENT_IGNORED, loc_none, *arg, r->cmd->name);
	status = run(&s, &c);
	cmd_report(r);
	client_end(&c);
	if (s.res != NULL)
		wire_pb_free(&s.res->base);
	return status;
}
