/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON documents.  libyaml would refuse some of them ("\/", surrogate pairs,
 * long keys, a key on a line of its own) that clients of Kubernetes take, so
 * they are read here, into the same tree.
 */
#include <string.h>

#include "compiler/front/yaml_int.h"

#include "runtime/base/banned.h"

struct json {
	struct yaml_reader *r;
	struct str t;
	size_t at;
	bool fatal; /* a diagnostic was reported */
};

static struct yaml_node *value(struct json *j, struct yaml_node *up, int depth);

static void
space(struct json *j)
{
	while (j->at < j->t.n &&
	       (j->t.p[j->at] == ' ' || j->t.p[j->at] == '\t' ||
		   j->t.p[j->at] == '\n' || j->t.p[j->at] == '\r'))
		j->at++;
}

static bool
take(struct json *j, char c)
{
	space(j);
	if (j->at >= j->t.n || j->t.p[j->at] != c)
		return false;
	j->at++;
	return true;
}

static struct yaml_node *
node_new(struct json *j, size_t from, enum yaml_kind kind)
{
	struct yaml_node *n = ARENA_NEW(j->r->arena, struct yaml_node);

	n->kind = kind;
	n->style = YAML_PLAIN;
	n->loc = (struct loc){
	    j->r->source, (uint32_t)from, (uint32_t)(j->at - from)};
	n->prop = n->loc.off;
	n->total = 1;
	n->height = 1;
	n->json = true;
	return n;
}

static int
hex4(struct json *j)
{
	int v = 0, i;

	for (i = 0; i < 4; i++, j->at++) {
		char c = j->at < j->t.n ? j->t.p[j->at] : '\0';

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v * 16 + ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

static void
utf8(struct buf *b, unsigned c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | (c >> 6)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | (c >> 12)));
		buf_putc(b, (char)(0x80 | ((c >> 6) & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | (c >> 18)));
		buf_putc(b, (char)(0x80 | ((c >> 12) & 0x3f)));
		buf_putc(b, (char)(0x80 | ((c >> 6) & 0x3f)));
	}
	buf_putc(b, (char)(0x80 | (c & 0x3f)));
}

/* "\uXXXX"; half a surrogate pair becomes U+FFFD, as in Go. */
static bool
unicode(struct json *j, struct buf *b)
{
	int hi = hex4(j), lo;
	size_t back = j->at;

	if (hi < 0)
		return false;
	if (hi < 0xd800 || hi > 0xdfff) {
		utf8(b, (unsigned)hi);
		return true;
	}
	if (hi < 0xdc00 &&
	    str_starts(str_sub(j->t, j->at, j->t.n), STR("\\u"))) {
		j->at += 2;
		lo = hex4(j);
		if (lo < 0)
			return false;
		if (lo >= 0xdc00 && lo <= 0xdfff) {
			utf8(b, 0x10000 + ((unsigned)(hi - 0xd800) << 10) +
				    (unsigned)(lo - 0xdc00));
			return true;
		}
		j->at = back;
	}
	utf8(b, 0xfffd);
	return true;
}

static bool
escape(struct json *j, struct buf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *c;

	if (j->at >= j->t.n || j->t.p[j->at] == '\0')
		return false;
	if (j->t.p[j->at] == 'u') {
		j->at++;
		return unicode(j, b);
	}
	c = strchr(from, j->t.p[j->at]);
	if (c == NULL)
		return false;
	j->at++;
	buf_putc(b, to[c - from]);
	return true;
}

/* The rest of a string with escapes, from its first backslash. */
static bool
escaped(struct json *j, struct buf *b)
{
	while (j->at < j->t.n) {
		char c = j->t.p[j->at++];

		if (c == '"')
			return true;
		if ((unsigned char)c < 0x20)
			return false;
		if (c != '\\')
			buf_putc(b, c);
		else if (!escape(j, b))
			return false;
	}
	return false;
}

static struct yaml_node *
string(struct json *j)
{
	size_t from = j->at++;
	struct str text;
	struct buf b = {0};
	struct yaml_node *n;
	bool ok = true;

	while (j->at < j->t.n && (unsigned char)j->t.p[j->at] >= 0x20 &&
	       j->t.p[j->at] != '"' && j->t.p[j->at] != '\\')
		j->at++;
	text = str_sub(j->t, from + 1, j->at);
	if (j->at < j->t.n && j->t.p[j->at] == '"') {
		j->at++;
	} else {
		buf_put(&b, text);
		ok = escaped(j, &b);
		text = arena_str(j->r->arena, buf_str(&b));
		buf_free(&b);
	}
	if (!ok)
		return NULL;
	n = node_new(j, from, YAML_STRING);
	n->style = YAML_DOUBLE;
	n->text = text;
	return n;
}

static size_t
digits(const struct json *j, size_t at)
{
	size_t from = at;

	while (at < j->t.n && j->t.p[at] >= '0' && j->t.p[at] <= '9')
		at++;
	return at - from;
}

static bool
at_is(const struct json *j, size_t at, const char *set)
{
	return at < j->t.n && j->t.p[at] != '\0' &&
	       strchr(set, j->t.p[at]) != NULL;
}

static struct yaml_node *
number(struct json *j)
{
	size_t from = j->at, at = from, n;
	enum yaml_kind kind = YAML_INT;
	struct yaml_node *node;

	at += at_is(j, at, "-");
	n = digits(j, at);
	if (n == 0 || (n > 1 && j->t.p[at] == '0'))
		return NULL;
	at += n;
	if (at_is(j, at, ".")) {
		kind = YAML_FLOAT;
		n = digits(j, at + 1);
		if (n == 0)
			return NULL;
		at += 1 + n;
	}
	if (at_is(j, at, "eE")) {
		kind = YAML_FLOAT;
		at++;
		at += at_is(j, at, "+-");
		n = digits(j, at);
		if (n == 0)
			return NULL;
		at += n;
	}
	j->at = at;
	node = node_new(j, from, kind);
	node->text = loc_text(node->loc);
	return node;
}

static struct yaml_node *
word(struct json *j, struct str w, enum yaml_kind kind)
{
	size_t from = j->at;
	struct yaml_node *n;

	if (!str_starts(str_sub(j->t, from, j->t.n), w))
		return NULL;
	j->at += w.n;
	n = node_new(j, from, kind);
	n->text = loc_text(n->loc);
	return n;
}

static bool
member(struct json *j, struct yaml_node *map, int depth)
{
	struct yaml_pair p = {NULL, NULL, false};

	space(j);
	if (j->at >= j->t.n || j->t.p[j->at] != '"')
		return false;
	p.key = string(j);
	if (p.key == NULL || !take(j, ':'))
		return false;
	if (!yaml_count(j->r, map, p.key)) {
		j->fatal = true;
		return false;
	}
	p.value = value(j, map, depth + 1);
	if (p.value == NULL)
		return false;
	VEC_PUSH(j->r->arena, &map->pairs, p);
	return true;
}

static bool
element(struct json *j, struct yaml_node *seq, int depth)
{
	struct yaml_node *n = value(j, seq, depth + 1);

	if (n == NULL)
		return false;
	VEC_PUSH(j->r->arena, &seq->items, n);
	return true;
}

static struct yaml_node *
collection(struct json *j, int depth)
{
	bool map = j->t.p[j->at] == '{';
	char close = map ? '}' : ']';
	struct yaml_node *n = node_new(j, j->at, map ? YAML_MAP : YAML_SEQ);

	n->style = YAML_FLOW;
	if (depth > YAML_DEPTH_MAX) {
		diag_report(j->r->diags, YAML_LIMIT, n->loc,
		    "nested too deeply", "levels",
		    (unsigned long)YAML_DEPTH_MAX);
		j->fatal = true;
		return NULL;
	}
	j->at++;
	if (!take(j, close)) {
		do {
			if (map ? !member(j, n, depth) : !element(j, n, depth))
				return NULL;
		} while (take(j, ','));
		if (!take(j, close))
			return NULL;
	}
	n->loc.len = (uint32_t)(j->at - n->loc.off);
	/*
	 * If this turns out to be no JSON, the document is read again as
	 * YAML and the same finding is not queued twice.
	 */
	if (map && !yaml_check_keys(j->r, n))
		j->r->failed = true;
	return n;
}

/* A value, counted as a child of `up`; NULL: no JSON, or j->fatal. */
static struct yaml_node *
value(struct json *j, struct yaml_node *up, int depth)
{
	struct yaml_node *n;

	space(j);
	if (j->at >= j->t.n)
		return NULL;
	switch (j->t.p[j->at]) {
	case '{':
	case '[':
		n = collection(j, depth);
		break;
	case '"':
		n = string(j);
		break;
	case 't':
		n = word(j, STR("true"), YAML_BOOL);
		break;
	case 'f':
		n = word(j, STR("false"), YAML_BOOL);
		break;
	case 'n':
		n = word(j, STR("null"), YAML_NULL);
		break;
	default:
		n = number(j);
		break;
	}
	if (n != NULL && !yaml_count(j->r, up, n)) {
		j->fatal = true;
		return NULL;
	}
	return n;
}

int
yaml_read_json(struct yaml_reader *r, struct yaml_node **out, size_t *at)
{
	struct json j = {r, r->source->text, *at, false};
	uint64_t nodes = r->nodes;
	struct yaml_node *n = value(&j, NULL, 1);

	if (n == NULL) {
		r->nodes = nodes;
		return j.fatal ? -1 : 1;
	}
	*out = n;
	*at = j.at;
	return 0;
}
