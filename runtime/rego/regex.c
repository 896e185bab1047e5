/* SPDX-License-Identifier: Apache-2.0 */
/* Matching with PCRE2, and the patterns that are kept. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/base/map.h"
#include "runtime/rego/regex_int.h"
#include "runtime/base/banned.h"

/* Steps of one search; far more than an honest pattern takes. */
#define STEPS_MAX 5000000
#define STEPS_FIRST 100000
/* Numbers for the states of a search in one pass. */
#define STATES_MAX 20000
#define HEAP_KIB_MAX 65536
/* Patterns that are kept, and bytes of them. */
#define KEPT_MAX 256
#define KEPT_BYTES_MAX ((size_t)16 << 20)

struct regex {
	pcre2_code *code;
	size_t groups;
	struct rx_names names;
	struct rego_regexes *cache;
};

struct rego_regexes {
	struct arena *arena; /* of all that is kept */
	struct map map;
	VEC(struct regex *) list;
	size_t bytes;
	struct buf key; /* of the pattern that is looked for */
	pcre2_general_context *general;
	pcre2_match_context *match;
	pcre2_match_data *data;
	uint32_t pairs; /* of data */
};

static void *
take(size_t n, void *arg)
{
	(void)arg;
	return rt_malloc(n);
}

static void
give(void *p, void *arg)
{
	(void)arg;
	free(p);
}

struct rego_regexes *
rego_regexes_new(void)
{
	struct rego_regexes *c = rt_calloc(1, sizeof(*c));

	return c;
}

/* Most evaluations have no pattern. */
static void
start(struct rego_regexes *c)
{
	if (c->arena != NULL)
		return;
	c->arena = arena_new();
	c->general = pcre2_general_context_create(take, give, NULL);
	c->match = pcre2_match_context_create(c->general);
	(void)pcre2_set_match_limit(c->match, STEPS_MAX);
	(void)pcre2_set_heap_limit(c->match, HEAP_KIB_MAX);
}

static void
forget(struct rego_regexes *c)
{
	size_t i;

	for (i = 0; i < c->list.n; i++)
		pcre2_code_free(c->list.p[i]->code);
	if (c->arena != NULL)
		arena_reset(c->arena);
	c->map = (struct map){0};
	c->list.p = NULL;
	c->list.n = c->list.cap = 0;
	c->bytes = 0;
}

void
rego_regexes_free(struct rego_regexes *c)
{
	if (c == NULL)
		return;
	forget(c);
	buf_free(&c->key);
	pcre2_match_data_free(c->data);
	pcre2_match_context_free(c->match);
	pcre2_general_context_free(c->general);
	arena_free(c->arena);
	free(c);
}

bool
rx_is_property(const char *prefix, struct str name)
{
	char text[80];
	int n, code;
	size_t i;
	PCRE2_SIZE offset;
	pcre2_code *re;

	for (i = 0; i < name.n; i++) {
		char low = (char)(name.p[i] | 0x20);

		if (!(low >= 'a' && low <= 'z') && name.p[i] != '_' &&
		    name.p[i] != '&' && name.p[i] != ' ' && name.p[i] != '-')
			return false;
	}
	n = snprintf(text, sizeof(text), "\\p{%s%.*s}", prefix, STR_ARG(name));
	if (n < 0 || (size_t)n >= sizeof(text))
		return false;
	re = pcre2_compile(
	    (PCRE2_SPTR)text, (PCRE2_SIZE)n, PCRE2_UTF, &code, &offset, NULL);
	pcre2_code_free(re);
	return re != NULL;
}

static int
compile(struct regex *r, struct str text, struct rt_err *err)
{
	pcre2_compile_context *cc =
	    pcre2_compile_context_create(r->cache->general);
	PCRE2_SIZE offset, size = 0;
	uint32_t pairs = 0;
	int code;

	(void)pcre2_set_parens_nest_limit(cc, 4 * RX_DEPTH_MAX);
	r->code = pcre2_compile((PCRE2_SPTR)(text.n > 0 ? text.p : ""), text.n,
	    PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C, &code,
	    &offset, cc);
	pcre2_compile_context_free(cc);
	if (r->code == NULL)
		return rt_err_set(err, RT_ELIMIT,
		    "regular expression: too large or not supported "
		    "(PCRE2 error %d)",
		    code);
	(void)pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &pairs);
	(void)pcre2_pattern_info(r->code, PCRE2_INFO_SIZE, &size);
	r->groups = pairs;
	r->cache->bytes += size;
	return 0;
}

static int
translate(struct regex *r, struct buf *out, enum regex_syntax syntax,
    struct str pattern, struct str delimiters, struct rt_err *err)
{
	struct rx *x;
	int rc;

	if (pattern.n > RX_PATTERN_MAX)
		return rt_err_set(err, RT_ELIMIT,
		    "regular expression: more than %zu bytes", RX_PATTERN_MAX);
	if (!str_is_utf8(pattern))
		return rt_err_set(
		    err, RT_EFORMAT, "error parsing regexp: invalid UTF-8");
	if (syntax == REGEX_GLOB)
		return rx_translate_glob(out, pattern, delimiters, err);
	x = rt_calloc(1, sizeof(*x));
	x->s = pattern;
	x->rust = syntax != REGEX_GO;
	x->is_limited = syntax == REGEX_RUST;
	x->out = out;
	x->arena = r->cache->arena;
	x->err = err;
	rc = rx_translate(x);
	r->names = x->names;
	free(x);
	return rc;
}

static void
key_of(struct buf *key, enum regex_syntax syntax, struct str pattern,
    struct str delimiters)
{
	buf_putc(key, (char)('0' + syntax));
	buf_put(key, delimiters);
	buf_putc(key, '\0');
	buf_put(key, pattern);
}

static int
compile_new(struct regex **out, struct rego_regexes *c,
    enum regex_syntax syntax, struct str pattern, struct str delimiters,
    struct rt_err *err)
{
	struct buf text = {0};
	struct regex *r;
	int rc;

	if (c->list.n >= KEPT_MAX || c->bytes >= KEPT_BYTES_MAX)
		forget(c);
	r = ARENA_NEW(c->arena, struct regex);
	r->cache = c;
	rc = translate(r, &text, syntax, pattern, delimiters, err);
	if (rc == 0)
		rc = compile(r, buf_str(&text), err);
	buf_free(&text);
	if (rc != 0)
		return rc;
	VEC_PUSH(c->arena, &c->list, r);
	*out = r;
	return 0;
}

int
regex_compile(const struct regex **out, struct rego_regexes *c,
    enum regex_syntax syntax, struct str pattern, struct str delimiters,
    struct rt_err *err)
{
	struct regex *r;
	int rc = 0;

	start(c);
	c->key.n = 0;
	key_of(&c->key, syntax, pattern, delimiters);
	r = map_get(&c->map, buf_str(&c->key));
	if (r == NULL) {
		rc = compile_new(&r, c, syntax, pattern, delimiters, err);
		if (rc == 0)
			(void)map_set(c->arena, &c->map,
			    arena_str(c->arena, buf_str(&c->key)), r);
	}
	if (rc == 0)
		*out = r;
	return rc;
}

size_t
regex_groups(const struct regex *r)
{
	return r->groups;
}

struct str
regex_group_name(const struct regex *r, size_t group)
{
	size_t i;

	for (i = 0; i < r->names.v.n; i++)
		if (r->names.v.p[i].group == group)
			return r->names.v.p[i].name;
	return (struct str){NULL, 0};
}

_Static_assert(sizeof(PCRE2_SIZE) == sizeof(size_t) && PCRE2_UNSET == SIZE_MAX,
    "the ends of groups are handed on as they are");

static int
search(const struct regex *r, struct str subject, size_t from, uint32_t steps)
{
	struct rego_regexes *c = r->cache;

	if (c->pairs < r->groups + 1) {
		pcre2_match_data_free(c->data);
		c->pairs = (uint32_t)r->groups + 8;
		c->data = pcre2_match_data_create(c->pairs, c->general);
	}
	(void)pcre2_set_match_limit(c->match, steps);
	return pcre2_match(r->code,
	    (PCRE2_SPTR)(subject.p != NULL ? subject.p : ""), subject.n, from,
	    PCRE2_NO_UTF_CHECK, c->data, c->match);
}

static int
too_long(int code, struct rt_err *err)
{
	return rt_err_set(err, RT_ELIMIT,
	    "regular expression: the search takes too long (PCRE2 error %d)",
	    code);
}

int
regex_search(const size_t **at, const struct regex *r, struct str subject,
    size_t from, struct rt_err *err)
{
	int rc = search(r, subject, from, STEPS_MAX);

	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return too_long(rc, err);
	*at = pcre2_get_ovector_pointer(r->cache->data);
	return 1;
}

int
regex_matches(const struct regex *r, struct str subject, struct rt_err *err)
{
	struct rego_regexes *c = r->cache;
	int rc = search(r, subject, 0, STEPS_FIRST), *states;

	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH) {
		states = rt_calloc(STATES_MAX, sizeof(*states));
		(void)pcre2_set_match_limit(c->match, STEPS_MAX);
		rc = pcre2_dfa_match(r->code, (PCRE2_SPTR)subject.p, subject.n,
		    0, PCRE2_NO_UTF_CHECK | PCRE2_DFA_SHORTEST, c->data,
		    c->match, states, STATES_MAX);
		free(states);
	}
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return rc < 0 ? too_long(rc, err) : 1;
}
