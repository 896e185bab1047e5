/* SPDX-License-Identifier: Apache-2.0 */
/* why: from a refusal to the field, and to the line of the YAML behind it. */
#include <stdlib.h>

#include "compiler/analyse/requests.h"
#include "compiler/analyse/why.h"
#include "compiler/cmd/ask.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

/* An explanation by one pod, or by one container of it. */
struct answer {
	struct str text; /* or JSON */
	struct jv *json;
	size_t rank; /* less is better */
	size_t order;
};

struct asking {
	struct run *run;
	struct str text; /* of the events */
	struct why_denials denials;
	struct requests requests; /* --input */
	bool has_input;
	VEC(struct answer) answers;
	size_t allowed; /* --input: what the policies allow */
	const struct ask_pod *pod;
};

static void
json_line(struct arena *a, struct jv *o, const struct origin *line)
{
	const char *what = NULL;
	struct loc at;
	struct place p;

	if (line == NULL)
		return;
	at = loc_user(line->loc, &what);
	p = source_place(a, at.source, at.off);
	jv_put_str(a, o, "file", arena_str(a, at.source->name));
	jv_put_int(a, o, "line", p.line);
	jv_put_int(a, o, "column", p.col);
	if (what != NULL)
		jv_put_str(a, o, "injected", arena_str(a, str_from(what)));
	else
		jv_put_str(a, o, "yaml",
		    arena_str(a, source_line(a, at.source, p.line)));
}

static struct jv *
json_cause(struct arena *a, const struct why_cause *c)
{
	struct jv *o = jv_object(a);
	struct buf b = {0};

	jv_put_str(a, o, "container", arena_str(a, c->container));
	jv_put_str(a, o, "check", arena_str(a, c->check));
	jv_put_str(a, o, "field", arena_str(a, c->pointer));
	jv_put_str(a, o, "found", arena_str(a, c->found));
	jv_set(a, o, STR("cut"), jv_bool(a, c->cut));
	if (c->expected != NULL) {
		jv_print(&b, c->expected, JV_COMPACT);
		jv_put_str(a, o, "expected", arena_str(a, buf_str(&b)));
	}
	if (c->origin != NULL && c->origin->what.n > 0)
		jv_put_str(a, o, "origin", arena_str(a, c->origin->what));
	json_line(a, o, c->line);
	if (c->webhook != NULL)
		jv_put_str(a, o, "webhook", str_from(c->webhook));
	jv_put_str(a, o, "help", str_from(c->help));
	buf_free(&b);
	return o;
}

static struct jv *
json_answer(struct asking *q, const struct why *w)
{
	struct arena *a = q->run->arena;
	struct jv *o = jv_object(a), *list = jv_array(a);
	const struct why_cause *c;

	jv_put_str(a, o, "workload", arena_str(a, q->pod->name));
	if (w->number > 0)
		jv_put_int(a, o, "refusal", w->number);
	jv_put_str(a, o, "request", arena_str(a, w->kind));
	jv_put_str(a, o, "container", arena_str(a, w->container));
	VEC_FOREACH(c, &w->causes)
		jv_push(a, list, json_cause(a, c));
	jv_set(a, o, STR("causes"), list);
	return o;
}

static void
put_line(
    struct buf *b, const struct jv *cause, const char *key, const char *label)
{
	struct str s = jv_get_str(cause, str_from(key));

	if (s.n > 0)
		buf_printf(b, "    %-10s %.*s\n", label, STR_ARG(s));
}

static void
put_place(struct buf *b, const struct jv *c)
{
	int64_t line = 0, col = 0;

	(void)jv_to_int(jv_getz(c, "line"), &line);
	(void)jv_to_int(jv_getz(c, "column"), &col);
	if (line > 0)
		buf_printf(b, "    %-10s %.*s:%lld:%lld: %.*s%.*s\n",
		    jv_getz(c, "expected") == NULL ? "belongs in"
		    : jv_getz(c, "origin") == NULL ? "set in"
						   : "see",
		    STR_ARG(jv_get_str(c, STR("file"))), (long long)line,
		    (long long)col,
		    STR_ARG(str_trim(jv_get_str(c, STR("yaml")))),
		    STR_ARG(jv_get_str(c, STR("injected"))));
}

#define SHOWN_MAX 300

static void
put_cause(struct buf *b, const struct jv *c)
{
	struct str expected = jv_get_str(c, STR("expected"));
	struct str field = jv_get_str(c, STR("field"));
	struct str check = jv_get_str(c, STR("check"));

	buf_printf(b, "  %.*s%s%.*s%s\n", STR_ARG(field),
	    field.n > 0 && check.n > 0 ? " (" : "", STR_ARG(check),
	    field.n > 0 && check.n > 0 ? ")" : "");
	put_line(b, c, "found", "found");
	if (expected.n > 0)
		buf_printf(b, "    %-10s %.*s%s\n", "expected",
		    STR_ARG(str_clip(expected, SHOWN_MAX)),
		    expected.n > SHOWN_MAX ? " …" : "");
	else if (field.n > 0)
		buf_printf(b, "    %-10s nothing like it\n", "expected");
	put_place(b, c);
	put_line(b, c, "origin", "from");
	put_line(b, c, "webhook", "looks like");
	put_line(b, c, "help", "help");
}

static struct str
text_answer(struct asking *q, const struct jv *o)
{
	struct str container = jv_get_str(o, STR("container")), s;
	struct buf b = {0};
	struct jv **it;

	buf_printf(&b, "%.*s: %.*s%s%.*s is refused\n",
	    STR_ARG(jv_get_str(o, STR("workload"))),
	    STR_ARG(jv_get_str(o, STR("request"))),
	    container.n > 0 ? " of container " : "", STR_ARG(container));
	VEC_FOREACH(it, &jv_getz(o, "causes")->items)
		put_cause(&b, *it);
	s = arena_str(q->run->arena, buf_str(&b));
	buf_free(&b);
	return s;
}

static void
answer(struct asking *q, const struct why *w, size_t rank)
{
	struct answer a = {.rank = rank, .order = q->answers.n};

	a.json = json_answer(q, w);
	a.text = text_answer(q, a.json);
	VEC_PUSH(q->run->arena, &q->answers, a);
}

/* Is the pod mentioned?  "Deployment/parcel/web": web- or "web" */
static bool
is_mentioned(const struct asking *q)
{
	struct str name = q->pod->name;
	size_t slash = str_rchr(name, '/'), at = 0, end;

	if (slash != SIZE_MAX)
		name = str_sub(name, slash + 1, name.n);
	while ((at = str_find(q->text, name, at)) != SIZE_MAX) {
		end = at + name.n;
		if ((at == 0 || str_chr(STR(" \"'/_=:\\"), q->text.p[at - 1],
				    0) != SIZE_MAX) &&
		    (end == q->text.n || str_chr(STR(" \"'-_/,\\"),
					     q->text.p[end], 0) != SIZE_MAX))
			return true;
		at = end;
	}
	return false;
}

/* Of a pod that nothing names: the less of it is in its policy the worse. */
static size_t
rank_of(const struct asking *q, const struct why *w)
{
	const struct why_cause *c;
	size_t rank = is_mentioned(q) ? 0 : 1000;

	VEC_FOREACH(c, &w->causes)
		rank += c->expected == NULL;
	return rank;
}

static void
by_denials(struct asking *q)
{
	struct why_denial **d;
	struct why w;

	VEC_FOREACH(d, &q->denials.list) {
		why_denial(&w, q->pod->arena, q->pod->sim, *d);
		answer(q, &w, rank_of(q, &w));
	}
}

/* The containers that it may be for; the fewer causes the better. */
static void
by_request(struct asking *q, const struct recorded *r)
{
	const struct ask_pod *p = q->pod;
	size_t n = jv_getz(p->data, "containers")->items.n, k;
	struct jv *input = r->input;
	struct why w;

	if (str_eqz(r->kind, "CopyFileRequest") &&
	    agent_copy_file(
		&input, p->arena, sim_copy_form(p->target), input, NULL) != 0)
		input = r->input;
	input = agent_request_normalise(p->arena, r->kind, input);
	for (k = 0; k <= n; k++) {
		size_t of = k < n ? k : SIM_NO_CONTAINER;

		if (!why_may_be_for(p->sim, of, r->kind, input))
			continue;
		why_request(
		    &w, p->arena, p->policy, p->sim, of, r->kind, input);
		if (w.refused)
			answer(q, &w, w.causes.n);
		else
			q->allowed++;
	}
}

static int
pod(void *ctx, const struct ask_pod *p)
{
	struct asking *q = ctx;
	const struct recorded *r;

	q->pod = p;
	if (p->sim == NULL)
		return cmd_fail(q->run, EXIT_USAGE,
		    "%.*s: name the resources that the policy is for",
		    STR_ARG(p->name));
	VEC_FOREACH(r, &q->requests.list)
		by_request(q, r);
	by_denials(q);
	return EXIT_OK;
}

static int
by_rank(const void *x, const void *y)
{
	const struct answer *a = x, *b = y;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* The best ones, or with --trace all of them. */
static void
print(struct asking *q, struct buf *b)
{
	struct arena *a = q->run->arena;
	struct jv *o = jv_object(a), *list = jv_array(a);
	const struct answer *it;

	jv_put_int(a, o, "version", 1);
	jv_set(a, o, STR("answers"), list);
	VEC_FOREACH(it, &q->answers) {
		if (it->rank > q->answers.p[0].rank &&
		    !opt_on(q->run, OPT_TRACE))
			break;
		jv_push(a, list, it->json);
		if (!ask_json(q->run))
			buf_put(b, it->text);
	}
	if (ask_json(q->run)) {
		jv_print(b, o, JV_PRETTY);
		buf_putc(b, '\n');
	}
}

static int
end(void *ctx, int status)
{
	struct asking *q = ctx;
	struct buf b = {0};

	if (status != EXIT_OK && status != EXIT_FINDINGS)
		return status;
	if (q->answers.n > 0)
		qsort(
		    q->answers.p, q->answers.n, sizeof(*q->answers.p), by_rank);
	/* Some container may be what the request says. */
	if (q->allowed > 0 && !opt_on(q->run, OPT_TRACE))
		q->answers.n = 0;
	if (q->answers.n == 0)
		cmd_say(q->run, "the policy allows it");
	print(q, &b);
	if (status == EXIT_OK && (q->answers.n > 0 || ask_json(q->run)))
		status = cmd_print(q->run, buf_str(&b));
	buf_free(&b);
	return status == EXIT_OK && q->answers.n > 0 ? EXIT_FINDINGS : status;
}

/* A request alone is JSON of a line or of many; records have a kind. */
static int
read_request(struct asking *q, struct str text, const char *path)
{
	struct rt_err err;
	struct jv *v;

	if (jv_parse(&v, q->run->arena, str_trim(text), NULL) == 0 &&
	    jv_is(v, JV_OBJECT)) {
		struct buf b = {0};

		jv_print(&b, v, JV_COMPACT);
		text = arena_str(q->run->arena, buf_str(&b));
		buf_free(&b);
		if (jv_getz(v, "OCI") != NULL)
			text = arena_printf(q->run->arena,
			    "{\"kind\":\"CreateContainerRequest\","
			    "\"request\":%.*s}",
			    STR_ARG(text));
	}
	if (requests_read(&q->requests, q->run->arena, text, &err) != 0)
		return cmd_fail(
		    q->run, EXIT_FINDINGS, "%s: %s", path, err.text);
	if (q->requests.list.n == 0)
		return cmd_fail(q->run, EXIT_FINDINGS,
		    "%s: there is no request in it", path);
	return EXIT_OK;
}

static int
read_text(struct asking *q, const char *path)
{
	struct rt_err err;

	if (why_read(&q->denials, q->run->arena, q->text, &err) != 0)
		return cmd_fail(
		    q->run, EXIT_FINDINGS, "%s: %s", path, err.text);
	if (q->denials.list.n == 0)
		return cmd_fail(q->run, EXIT_FINDINGS,
		    "%s: no policy has refused anything there: no '... is "
		    "blocked by policy'",
		    path);
	return EXIT_OK;
}

static int
read_all(struct asking *q)
{
	const char *input = opt_str(q->run, OPT_INPUT);
	const char *log = opt_str(q->run, OPT_LOG);
	const char *path = input != NULL ? input : log != NULL ? log : "-";
	struct rt_err err;

	if (input != NULL && log != NULL)
		return cmd_fail(
		    q->run, EXIT_USAGE, "--input and --log exclude each other");
	if (file_read(&q->text, q->run->arena, path, WHY_TEXT_MAX, &err) != 0)
		return cmd_fail(q->run, EXIT_ENVIRONMENT, "%s", err.text);
	return input != NULL ? read_request(q, q->text, path)
			     : read_text(q, path);
}

int
cmd_why(struct run *r)
{
	struct asking q = {.run = r};
	int status = read_all(&q);

	return status == EXIT_OK ? ask_pods(r, pod, end, &q) : status;
}
