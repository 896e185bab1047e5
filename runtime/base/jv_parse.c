/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text to values, by way of jansson. */
#include <jansson.h>
#include <locale.h>
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

	if (text == NULL)
		rt_no_memory();
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
too_deep(struct str text)
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
			if (++depth > JV_DEPTH_MAX)
				return true;
		} else if ((c == ']' || c == '}') && depth > 0) {
			depth--;
		}
	}
	return false;
}

int
jv_parse(struct jv **out, struct arena *a, struct str text, struct rt_err *err)
{
	json_error_t why;
	json_t *j;

	if (too_deep(text))
		return rt_err_set(err, RT_ELIMIT,
		    "JSON nested deeper than %d levels", JV_DEPTH_MAX);
	j = json_loadb(text.p == NULL ? "" : text.p, text.n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
	if (j == NULL)
		return rt_err_set(err, RT_EFORMAT, "line %d, column %d: %s",
		    why.line, why.column, why.text);
	*out = convert(a, j);
	json_decref(j);
	return 0;
}
