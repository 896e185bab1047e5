/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules that OPA and the agent's engine were asked about, and requests that
 * an agent has had.  The files have numbers that only our own reader takes.
 */
#include <string.h>

#include "regress/rego_case.h"
#include "runtime/rego/number.h"
#include "runtime/base/banned.h"

struct asked {
	struct conform *c;
	struct rv_heap heap; /* of the file */
	struct rego_topics topics;
	const struct rego_profile *profile;
	const char *engine; /* "opa" or "agent" */
};

static rv
member(const struct asked *s, rv object, const char *name)
{
	size_t i;

	for (i = 0; object != RV_UNDEFINED && rv_type(object) == RV_TOBJECT &&
		    i < rv_count(object);
	     i++) {
		if (str_eqz(rv_str(rv_keys(object)[i]), name))
			return rv_values(object)[i];
	}
	(void)s;
	return RV_UNDEFINED;
}

static struct str
text_of(const struct asked *s, rv object, const char *name)
{
	rv v = member(s, object, name);

	return v != RV_UNDEFINED && rv_type(v) == RV_TSTRING ? rv_str(v)
							     : STR("");
}

/* OPA 0.47 rounded integers beyond 64 bits; the newest is exact. */
static rv
rounded(struct rv_heap *h, rv v)
{
	struct rv_builder b = {0};
	int64_t n;
	size_t i;

	if (rv_type(v) == RV_TNUMBER && !rv_to_int64(v, &n))
		return rv_double(h, rv_to_double(v));
	if (rv_type(v) != RV_TARRAY)
		return v;
	for (i = 0; i < rv_count(v); i++)
		rv_push(h, &b, rounded(h, rv_items(v)[i]));
	return rv_array_close(h, &b);
}

static const char *
compare(const struct asked *s, struct rego_answer *a, rv want)
{
	struct buf b = {0};
	rv got = rego_plain(a, a->values.v[0]), expected;

	rv_print_json(&b, &s->heap, want);
	expected = rego_read(a, buf_str(&b));
	buf_free(&b);
	if (expected != RV_UNDEFINED && strcmp(s->engine, "opa") == 0) {
		expected = rounded(a->heap, expected);
		got = rounded(a->heap, got);
	}
	if (expected != RV_UNDEFINED &&
	    rv_equal(rego_sorted(a->heap, got, REGO_SORT_ALL),
		rego_sorted(a->heap, expected, REGO_SORT_ALL)))
		return NULL;
	return arena_printf(a->arena, "got %s, want %s", rego_show(a, got),
	    rego_show(a, expected))
	    .p;
}

static const char *
judge(const struct asked *s, struct rego_answer *a, rv want)
{
	rv value = member(s, want, "value");

	if (member(s, want, "error") != RV_UNDEFINED)
		return a->failed ? NULL : "accepted, must fail";
	if (a->failed)
		return arena_printf(
		    a->arena, "%.*s: %.*s", STR_ARG(a->code), STR_ARG(a->text))
		    .p;
	if (value == RV_UNDEFINED || a->values.n == 0)
		return (value == RV_UNDEFINED) == (a->values.n == 0)
			   ? NULL
			   : "defined or not";
	return compare(s, a, value);
}

static void
ask_module(struct asked *s, rv v)
{
	struct rego_case k = {.profile = s->profile, .v0 = true};
	struct rego_answer a;

	k.modules[k.nmodules++] = text_of(s, v, "module");
	k.query = text_of(s, v, "query");
	rego_ask(&a, &k);
	rego_score(s->c, &s->topics, STR("divergence"),
	    arena_cstr(s->c->arena, text_of(s, v, "note")),
	    judge(s, &a, member(s, v, s->engine)));
	rego_ask_end(&a);
}

static void
ask_modules(struct asked *s, const char *path)
{
	struct rt_err err = {0};
	struct str text;
	size_t i;
	rv doc;

	if (!conform_read(&text, s->c->arena, path))
		return;
	if (rv_parse_json(&doc, &s->heap, text, &err) < 0) {
		conform_skip(s->c, path, "not read as JSON: %s", err.text);
		return;
	}
	doc = member(s, doc, "cases");
	for (i = 0; doc != RV_UNDEFINED && i < rv_count(doc); i++)
		ask_module(s, rv_items(doc)[i]);
	rego_topics_print(&s->topics);
}

/*
 * There is no policy to the recorded requests: each is read, given to a
 * policy that hands it back, and must come out as it went in.
 */
static const char *
hand_back(struct asked *s, struct str line)
{
	struct rego_case k = {.profile = s->profile, .v0 = true};
	struct rego_answer a;
	const char *bad = NULL;
	rv want;

	k.modules[k.nmodules++] =
	    STR("package agent_policy\ndefault out := 0\nout := input\n");
	k.query = STR("data.agent_policy.out");
	k.input = line;
	rego_ask(&a, &k);
	if (a.failed || a.values.n != 1)
		bad = "failed";
	else if ((want = rego_read(&a, line)) == RV_UNDEFINED ||
		 !rv_equal(want, a.values.v[0]))
		bad = "changed";
	rego_ask_end(&a);
	return bad;
}

static void
ask_requests(struct asked *s, const char *dir)
{
	const char **names, *path;
	struct str text;
	size_t i, n, at, end;

	names = conform_list(s->c->arena, dir, &n);
	for (i = 0; i < n; i++) {
		path = conform_path(s->c->arena, dir, names[i]);
		if (!conform_read(&text, s->c->arena, path))
			continue;
		for (at = 0; at < text.n; at = end + 1) {
			end = str_chr(text, '\n', at);
			if (end == SIZE_MAX)
				end = text.n;
			if (end > at)
				rego_score(s->c, &s->topics, str_from(names[i]),
				    path, hand_back(s, str_sub(text, at, end)));
		}
	}
	rego_topics_print(&s->topics);
}

void
conform_rego_agent(struct conform *c, const char *dir)
{
	static const char *const engines[][2] = {
	    {"opa", "opa"}, {"agent", "kata"}};
	struct asked s = {.c = c};
	size_t i;

	for (i = 0; i < 2; i++) {
		s.topics = (struct rego_topics){.suite = engines[i][0]};
		s.engine = engines[i][0];
		s.profile = rego_profile_find(str_from(engines[i][1]));
		s.heap = (struct rv_heap){.arena = c->arena,
		    .profile = rego_profile_find(STR("opa"))};
		ask_modules(&s, conform_path(c->arena, dir,
				    "divergence/opa-vs-agent.json"));
	}
	s.topics = (struct rego_topics){.suite = "kata-requests"};
	ask_requests(&s, conform_path(c->arena, dir, "kata-requests"));
}
