/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text to values, by way of jansson. */
#include <jansson.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/err.h"
#include "runtime/base/str.h"
/* jansson has enumerators of the same names as nothing of ours: jv.h is safe */
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

static struct jv *convert(struct arena *a, const json_t *j);

static struct jv *
convert_number(struct arena *a, const json_t *j)
{
	char *text = json_dumps(j, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
	struct jv *v = jv_new(a, JV_NUMBER);

	v->text = arena_str(a, str_from(text));
	free(text);
	return v;
}

static struct jv *
convert_object(struct arena *a, const json_t *j)
{
	struct jv *v = jv_object(a);
	/* The iterator does not change the object. */
	union {
		const json_t *c;
		json_t *m;
	} u = {.c = j};
	void *it;

	for (it = json_object_iter(u.m); it != NULL;
	     it = json_object_iter_next(u.m, it)) {
		struct jv_member m;

		m.key = arena_str(a, (struct str){json_object_iter_key(it),
					 json_object_iter_key_len(it)});
		m.value = convert(a, json_object_iter_value(it));
		VEC_PUSH(a, &v->members, m);
	}
	return v;
}

static struct jv *
convert(struct arena *a, const json_t *j)
{
	struct jv *v;
	size_t i;

	switch (json_typeof(j)) {
	case JSON_OBJECT:
		return convert_object(a, j);
	case JSON_ARRAY:
		v = jv_array(a);
		for (i = 0; i < json_array_size(j); i++)
			jv_push(a, v, convert(a, json_array_get(j, i)));
		return v;
	case JSON_STRING:
		return jv_string(
		    a, arena_str(a, (struct str){json_string_value(j),
					json_string_length(j)}));
	case JSON_INTEGER:
	case JSON_REAL:
		return convert_number(a, j);
	case JSON_TRUE:
		return jv_new(a, JV_TRUE);
	case JSON_FALSE:
		return jv_new(a, JV_FALSE);
	case JSON_NULL:
		break;
	}
	return jv_new(a, JV_NULL);
}

/* jansson recurses; its own limit is far above ours. */
static bool
too_deep(struct str text, size_t *at)
{
	size_t i, depth = 0;
	bool string = false;

	for (i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				string = false;
		} else if (c == '"') {
			string = true;
		} else if (c == '[' || c == '{') {
			*at = i;
			if (++depth > JV_DEPTH_MAX)
				return true;
		} else if ((c == ']' || c == '}') && depth > 0) {
			depth--;
		}
	}
	return false;
}

static void
set_functions(void)
{
	json_set_alloc_funcs(rt_malloc, free);
}

static int
parse(struct jv **out, struct arena *a, struct str text, json_error_t *why,
    size_t *at, struct rt_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	json_t *j;

	if (too_deep(text, at))
		return rt_err_set(err, RT_ELIMIT,
		    "JSON nested deeper than %d levels", JV_DEPTH_MAX);
	(void)pthread_once(&once, set_functions);
	j = json_loadb(text.p == NULL ? "" : text.p, text.n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, why);
	if (j == NULL) {
		*at = why->position > 0 ? (size_t)why->position - 1 : 0;
		return rt_err_set(err, RT_EFORMAT, "%s", why->text);
	}
	*out = convert(a, j);
	json_decref(j);
	return 0;
}

int
jv_parse(struct jv **out, struct arena *a, struct str text, struct rt_err *err)
{
	json_error_t why;
	size_t at;
	int r = parse(out, a, text, &why, &at, err);

	if (r == RT_EFORMAT)
		(void)rt_err_wrap(
		    err, "line %d, column %d", why.line, why.column);
	return r;
}

int
jv_parse_at(struct jv **out, struct arena *a, struct str text, size_t *at,
    struct rt_err *err)
{
	json_error_t why;

	return parse(out, a, text, &why, at, err);
}

/* places: the text is known to be JSON, so it is only followed */

struct follower {
	const struct source *source;
	size_t at;
	void (*each)(void *arg, struct jv *v, struct loc at);
	void *arg;
};

static char
peek(const struct follower *f)
{
	struct str text = f->source->text;

	return f->at < text.n ? text.p[f->at] : '\0';
}

/* Up to the next byte that is none of `bytes`, or one of them. */
static void
pass(struct follower *f, const char *bytes, bool in)
{
	struct str text = f->source->text;

	while (f->at < text.n &&
	       (memchr(bytes, text.p[f->at], strlen(bytes)) != NULL) == in)
		f->at++;
}

static void
follow_string(struct follower *f)
{
	for (f->at++; peek(f) != '"' && f->at < f->source->text.n; f->at++)
		f->at += peek(f) == '\\';
	f->at++;
}

static void
follow(struct follower *f, struct jv *v)
{
	static const char gap[] = " \t\r\n,:";
	struct jv_member *m;
	struct jv **it;
	size_t from;

	pass(f, gap, true);
	from = f->at;
	if (v->type == JV_STRING)
		follow_string(f);
	else if (v->type != JV_OBJECT && v->type != JV_ARRAY)
		pass(f, " \t\r\n,]}", false);
	else
		f->at++;
	VEC_FOREACH(it, &v->items)
		follow(f, *it);
	VEC_FOREACH(m, &v->members) {
		pass(f, gap, true);
		follow_string(f);
		follow(f, m->value);
	}
	if (v->type == JV_OBJECT || v->type == JV_ARRAY) {
		pass(f, gap, true);
		f->at++;
	}
	f->each(f->arg, v,
	    (struct loc){f->source, (uint32_t)from, (uint32_t)(f->at - from)});
}

void
jv_places(struct jv *v, const struct source *s,
    void (*each)(void *arg, struct jv *v, struct loc at), void *arg)
{
	struct follower f = {s, 0, each, arg};

	follow(&f, v);
}
