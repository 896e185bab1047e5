/* SPDX-License-Identifier: Apache-2.0 */
/* TOML documents: tables, paths and escapes; the way in. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "grammar/toml_int.h"
#include "grammar/toml_parse.h"
#include "runtime/base/banned.h"

int toml_scan_start(struct toml_parse *p);
void toml_scan_end(struct toml_parse *p);

int
toml_fail(struct toml_parse *p, int code, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	if (p->code != 0)
		return p->code;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->code = rt_err_set(p->err, code, "line %u: %s", p->line, text);
	return p->code;
}

struct toml *
toml_new(struct toml_parse *p, enum toml_type type, struct str s)
{
	struct toml *t = ARENA_NEW(p->arena, struct toml);

	t->type = type;
	t->text = s;
	t->line = p->line;
	return t;
}

struct toml_path *
toml_step(struct toml_parse *p, struct toml_path *before, struct str key)
{
	struct toml_path *one = ARENA_NEW(p->arena, struct toml_path);

	one->key = key;
	if (before == NULL) {
		one->last = one;
		return one;
	}
	before->last->next = one;
	before->last = one;
	return before;
}

/* Strings */

static uint32_t
hex(const char *s, size_t n)
{
	uint32_t v = 0;

	for (; n > 0; n--, s++)
		v = v << 4 |
		    (uint32_t)(*s <= '9' ? *s - '0' : (*s | 32) - 'a' + 10);
	return v;
}

static char *
put_utf8(char *at, uint32_t c)
{
	if (c < 0x80) {
		*at++ = (char)c;
		return at;
	}
	if (c < 0x800) {
		*at++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*at++ = (char)(0xe0 | c >> 12);
		} else {
			*at++ = (char)(0xf0 | c >> 18);
			*at++ = (char)(0x80 | (c >> 12 & 63));
		}
		*at++ = (char)(0x80 | (c >> 6 & 63));
	}
	*at++ = (char)(0x80 | (c & 63));
	return at;
}

static size_t
skip_blanks(struct str s, size_t i)
{
	while (i < s.n && strchr(" \t\r\n", s.p[i]) != NULL && s.p[i] != 0)
		i++;
	return i;
}

/* One escape at s[i]; returns where it ends. */
static size_t
put_escape(struct toml_parse *p, struct str s, size_t i, char **at)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *known = strchr(from, s.p[i + 1]);
	size_t digits = s.p[i + 1] == 'u' ? 4 : 8;
	uint32_t c;

	if (known != NULL) {
		*(*at)++ = to[known - from];
		return i + 2;
	}
	if (s.p[i + 1] == '"' || s.p[i + 1] == '\\') {
		*(*at)++ = s.p[i + 1];
		return i + 2;
	}
	if (s.p[i + 1] != 'u' && s.p[i + 1] != 'U')
		return skip_blanks(s, i + 1); /* a line that goes on */
	c = hex(s.p + i + 2, digits);
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
		(void)toml_fail(p, RT_EFORMAT, "an escape is no character");
		c = 0xfffd;
	}
	*at = put_utf8(*at, c);
	return i + 2 + digits;
}

struct str
toml_unescape(struct toml_parse *p, struct str s)
{
	char *out, *at;
	size_t i = 0;

	if (s.n == 0 || memchr(s.p, '\\', s.n) == NULL)
		return s;
	out = at = arena_alloc(p->arena, s.n);
	while (i < s.n) {
		if (s.p[i] == '\\')
			i = put_escape(p, s, i, &at);
		else
			*at++ = s.p[i++];
	}
	return (struct str){out, (size_t)(at - out)};
}

/* Tables */

/* Key of the index: the table's address and the member's key. */
static struct str
index_key(struct toml_parse *p, const struct toml *table, struct str key)
{
	char *k = arena_alloc(p->arena, sizeof(table) + key.n);

	memcpy(k, &table, sizeof(table));
	if (key.n > 0)
		memcpy(k + sizeof(table), key.p, key.n);
	return (struct str){k, sizeof(table) + key.n};
}

static struct toml *
find(struct toml_parse *p, const struct toml *table, struct str key)
{
	return map_get(&p->index, index_key(p, table, key));
}

static void
append(struct toml_parse *p, struct toml *table, struct str key,
    struct toml *value)
{
	struct toml_entry e = {key, value};

	VEC_PUSH(p->arena, &table->entries, e);
	(void)map_set(p->arena, &p->index, index_key(p, table, key), value);
}

/* The table below `at` that a part of a path names, made if needed. */
static struct toml *
descend(struct toml_parse *p, struct toml *at, struct str key, bool dotted)
{
	struct toml *t = find(p, at, key);

	if (t == NULL) {
		t = toml_new(p, TOML_TABLE, (struct str){0});
		t->implicit = !dotted;
		t->dotted = dotted;
		append(p, at, key, t);
		return t;
	}
	if (t->type == TOML_ARRAY && !dotted && t->items.n > 0 && !t->closed)
		t = t->items.p[t->items.n - 1];
	if (t->type != TOML_TABLE || t->closed || (dotted && !t->dotted))
		(void)toml_fail(
		    p, RT_EFORMAT, "'%.*s' exists already", STR_ARG(key));
	return t;
}

void
toml_put(struct toml_parse *p, struct toml *table, const struct toml_path *path,
    struct toml *value)
{
	size_t depth = 0;

	for (; path->next != NULL && p->code == 0; path = path->next) {
		table = descend(p, table, path->key, true);
		if (++depth > TOML_DEPTH_MAX)
			(void)toml_fail(p, RT_ELIMIT, "a key is too deep");
	}
	if (p->code != 0)
		return;
	if (find(p, table, path->key) != NULL)
		(void)toml_fail(
		    p, RT_EFORMAT, "'%.*s' exists already", STR_ARG(path->key));
	else
		append(p, table, path->key, value);
}

static struct toml *
open_array(struct toml_parse *p, struct toml *at, struct str key)
{
	struct toml *list = find(p, at, key);
	struct toml *t = toml_new(p, TOML_TABLE, (struct str){0});

	if (list == NULL) {
		list = toml_new(p, TOML_ARRAY, (struct str){0});
		list->implicit = true;
		append(p, at, key, list);
	}
	if (list->type != TOML_ARRAY || !list->implicit)
		(void)toml_fail(
		    p, RT_EFORMAT, "'%.*s' exists already", STR_ARG(key));
	else
		VEC_PUSH(p->arena, &list->items, t);
	return t;
}

static struct toml *
open_table(struct toml_parse *p, struct toml *at, struct str key)
{
	struct toml *t = find(p, at, key);

	if (t == NULL)
		t = descend(p, at, key, false);
	else if (t->type != TOML_TABLE || !t->implicit)
		(void)toml_fail(
		    p, RT_EFORMAT, "'%.*s' exists already", STR_ARG(key));
	t->implicit = false;
	return t;
}

void
toml_header(struct toml_parse *p, const struct toml_path *path, bool array)
{
	struct toml *at = p->root;
	size_t depth = 0;

	for (; path->next != NULL && p->code == 0; path = path->next) {
		at = descend(p, at, path->key, false);
		if (++depth > TOML_DEPTH_MAX)
			(void)toml_fail(p, RT_ELIMIT, "a header is too deep");
	}
	if (p->code != 0)
		return;
	p->table =
	    array ? open_array(p, at, path->key) : open_table(p, at, path->key);
}

struct toml *
toml_get(const struct toml *table, struct str key)
{
	size_t i;

	if (table == NULL || table->type != TOML_TABLE)
		return NULL;
	for (i = 0; i < table->entries.n; i++) {
		if (str_eq(table->entries.p[i].key, key))
			return table->entries.p[i].value;
	}
	return NULL;
}

struct str
toml_get_str(const struct toml *table, struct str key, bool *found)
{
	const struct toml *t = toml_get(table, key);

	*found = t != NULL && t->type == TOML_STRING;
	return *found ? t->text : (struct str){NULL, 0};
}

int
toml_parse(
    struct toml **out, struct arena *a, struct str text, struct rt_err *err)
{
	struct toml_parse *p = ARENA_NEW(a, struct toml_parse);

	if (text.n > TOML_TEXT_MAX)
		return rt_err_set(err, RT_ELIMIT, "the document is too large");
	if (!str_is_utf8(text))
		return rt_err_set(err, RT_EFORMAT, "the document is not UTF-8");
	p->arena = a;
	p->err = err;
	p->text = text;
	p->line = 1;
	p->root = p->table = toml_new(p, TOML_TABLE, (struct str){0});
	(void)toml_scan_start(p);
	if (toml_yyparse(p) != 0 && p->code == 0)
		(void)toml_fail(p, RT_EFORMAT, "syntax error");
	toml_scan_end(p);
	if (p->code != 0)
		return p->code;
	*out = p->root;
	return 0;
}
