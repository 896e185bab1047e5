/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/analyse/requests.h"
#include "runtime/agent/agent.h"
#include "runtime/base/banned.h"

struct reading {
	struct requests *out;
	struct arena *arena;
	size_t line;
	struct rt_err *err;
};

static const struct jv *
first_of(const struct jv *o, const char *const *names, size_t n)
{
	const struct jv *v = NULL;
	size_t i;

	for (i = 0; v == NULL && i < n; i++)
		v = jv_get(o, str_from(names[i]));
	return v;
}
#define FIRST_OF(o, names)                                                     \
	first_of((o), (names), sizeof(names) / sizeof(*(names)))

/* The names of RPCs differ from those of their messages by the end. */
static struct str
kind_of(struct arena *a, struct str name)
{
	struct str with = arena_printf(a, "%.*sRequest", STR_ARG(name));

	return !agent_request_known(name) && agent_request_known(with) ? with
								       : name;
}

static void
expectation(struct recorded *r, const struct jv *o)
{
	static const char *const names[] = {"allowed", "result", "expected"};
	const struct jv *v = FIRST_OF(o, names);

	if (jv_is(v, JV_OBJECT))
		v = jv_getz(v, "allowed");
	r->has_expected = jv_is(v, JV_TRUE) || jv_is(v, JV_FALSE);
	r->expected = jv_is(v, JV_TRUE);
}

static int
add(struct reading *g, struct str kind, const struct jv *input,
    const struct jv *o)
{
	static const char *const names[] = {"description", "name"};
	struct recorded r = {.kind = kind_of(g->arena, kind),
	    .what = jv_str(FIRST_OF(o, names)),
	    .line = g->line};

	if (!agent_request_known(r.kind))
		return rt_err_set(g->err, RT_EFORMAT,
		    "line %zu: '%.*s' is no request of the agent", g->line,
		    STR_ARG(str_clip(kind, 80)));
	if (!jv_is(input, JV_OBJECT))
		return rt_err_set(g->err, RT_EFORMAT,
		    "line %zu: the request is no object", g->line);
	if (g->out->list.n >= REQUESTS_MAX)
		return rt_err_set(
		    g->err, RT_ELIMIT, "more than %d requests", REQUESTS_MAX);
	r.input = jv_copy(g->arena, input);
	expectation(&r, o);
	VEC_PUSH(g->arena, &g->out->list, r);
	return 0;
}

static int
add_object(struct reading *g, const struct jv *o)
{
	static const char *const kinds[] = {"kind", "ep", "type"};
	static const char *const inputs[] = {"request", "input"};
	const struct jv *kind = FIRST_OF(o, kinds);
	const struct jv *input = FIRST_OF(o, inputs);

	if (!jv_is(o, JV_OBJECT))
		return rt_err_set(g->err, RT_EFORMAT,
		    "line %zu: a request is an object with 'kind' and "
		    "'request'",
		    g->line);
	if (kind == NULL && input == NULL)
		return 0;
	return add(g, jv_str(kind), input, o);
}

/* ["ep":"T",{…}],  is no JSON: T and what is in the braces are. */
static int
add_old(struct reading *g, struct str line)
{
	size_t brace = str_chr(line, '{', 0), end = str_rchr(line, '}');
	size_t from = str_chr(line, ':', 0), quote;
	struct str name;
	struct jv *input;
	int code;

	if (brace == SIZE_MAX || end == SIZE_MAX || end < brace || from > brace)
		return rt_err_set(g->err, RT_EFORMAT,
		    "line %zu: neither JSON nor a line of policy.txt", g->line);
	name = str_trim(str_sub(line, from + 1, brace));
	quote = str_rchr(name, '"');
	name = quote == SIZE_MAX || quote == 0 ? name : str_sub(name, 1, quote);
	code =
	    jv_parse(&input, g->arena, str_sub(line, brace, end + 1), g->err);
	if (code != 0) {
		(void)rt_err_wrap(g->err, "line %zu", g->line);
		return code;
	}
	return add(g, name, input, input);
}

static int
add_line(struct reading *g, struct str line)
{
	struct jv *v;
	int code;

	if (line.n == 0)
		return 0;
	if (str_starts(line, STR("[\"ep\":")))
		return add_old(g, line);
	code = jv_parse(&v, g->arena, line, g->err);
	if (code != 0) {
		(void)rt_err_wrap(g->err, "line %zu", g->line);
		return code;
	}
	return add_object(g, v);
}

static int
lines(struct reading *g, struct str text)
{
	size_t at = 0, end;
	int code = 0;

	while (code == 0 && at < text.n) {
		end = str_chr(text, '\n', at);
		if (end == SIZE_MAX)
			end = text.n;
		g->line++;
		code = add_line(g, str_trim(str_sub(text, at, end)));
		at = end + 1;
	}
	return code;
}

static int
elements(struct reading *g, struct str text)
{
	struct jv *list, **it;
	int code = jv_parse(&list, g->arena, text, g->err);

	if (code != 0)
		return code;
	VEC_FOREACH(it, &list->items) {
		g->line++;
		code = add_object(g, *it);
		if (code != 0)
			return code;
	}
	return 0;
}

int
requests_read(
    struct requests *out, struct arena *a, struct str text, struct rt_err *err)
{
	struct reading g = {.out = out, .arena = a, .err = err};

	if (text.n > REQUESTS_SIZE_MAX)
		return rt_err_set(err, RT_ELIMIT,
		    "recorded requests of more than %zu MiB",
		    REQUESTS_SIZE_MAX >> 20);
	text = str_trim(text);
	if (str_starts(text, STR("[")) && !str_starts(text, STR("[\"ep\":")))
		return elements(&g, text);
	return lines(&g, text);
}
