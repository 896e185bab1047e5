/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a source: it is cut into documents where kubectl cuts it (lines
 * that begin with "---", before any parser sees them), then each document
 * becomes a tree: by yaml_parse.c, or by yaml_json.c where clients of
 * Kubernetes take the text for JSON.  The expanded size of a document is
 * counted while it grows, so that a bomb of aliases is refused before anybody
 * expands it.
 */
#include <string.h>

#include "compiler/front/yaml_int.h"
#include "runtime/base/map.h"

#include "runtime/base/banned.h"

bool
yaml_count(
    struct yaml_reader *r, struct yaml_node *parent, struct yaml_node *child)
{
	if (++r->nodes > YAML_SOURCE_NODES_MAX ||
	    (parent != NULL &&
		(parent->total += child->total) > YAML_NODES_MAX)) {
		diag_report(r->diags, YAML_LIMIT, child->loc, "too many nodes",
		    "nodes",
		    (unsigned long)(r->nodes > YAML_SOURCE_NODES_MAX
					? YAML_SOURCE_NODES_MAX
					: YAML_NODES_MAX));
		return false;
	}
	child->up = parent;
	if (parent != NULL && parent->height <= child->height)
		parent->height = (uint8_t)(child->height + 1);
	return true;
}

static void
repeated(struct yaml_reader *r, const struct yaml_node *key,
    const struct yaml_node *first)
{
	struct diag *g = diag_report(
	    r->diags, YAML_DUPLICATE_KEY, key->loc, STR_ARG(key->text));

	diag_note(r->diags, g, first->loc, "first given here");
}

static bool
check_few(struct yaml_reader *r, const struct yaml_node *map)
{
	bool ok = true;
	size_t i, j;

	for (i = 1; i < map->pairs.n; i++) {
		for (j = 0; j < i; j++) {
			const struct yaml_pair *p = &map->pairs.p[i];
			const struct yaml_pair *q = &map->pairs.p[j];

			if (p->merge || q->merge ||
			    !str_eq(p->key->text, q->key->text))
				continue;
			repeated(r, p->key, q->key);
			ok = false;
			break;
		}
	}
	return ok;
}

bool
yaml_check_keys(struct yaml_reader *r, const struct yaml_node *map)
{
	struct map seen = {0};
	struct yaml_pair *p;
	bool ok = true;

	if (map->pairs.n < 12)
		return check_few(r, map);
	VEC_FOREACH(p, &map->pairs) {
		const struct yaml_node *first;

		if (p->merge)
			continue;
		first = map_get(&seen, p->key->text);
		if (first != NULL) {
			repeated(r, p->key, first);
			ok = false;
			continue;
		}
		(void)map_set(r->arena, &seen, p->key->text, p->key);
	}
	return ok;
}

/* The path in "# Source:" that helm writes above a document. */
static struct str
helm_source(struct str t)
{
	size_t at = 0, end;
	struct str line;

	while (at < t.n) {
		end = str_chr(t, '\n', at);
		line = str_trim(str_sub(t, at, end));
		if (str_starts(line, STR("# Source: ")))
			return str_trim(str_sub(line, 10, line.n));
		if (line.n > 0 && line.p[0] != '#')
			break;
		at = end == SIZE_MAX ? t.n : end + 1;
	}
	return STR("");
}

/* What kustomize notes in annotations (buildMetadata, kyaml). */
static struct str
kustomize_source(const struct yaml_node *root)
{
	const struct yaml_node *list =
	    yaml_path(root, "metadata", "annotations", NULL);
	struct str s = yaml_get_str(list, STR("config.kubernetes.io/path"));
	size_t at;

	if (s.n > 0)
		return s;
	s = yaml_get_str(list, STR("internal.config.kubernetes.io/path"));
	if (s.n > 0)
		return s;
	s = yaml_get_str(list, STR("config.kubernetes.io/origin"));
	at = str_find(s, STR("path:"), 0);
	if (at == SIZE_MAX || (at > 0 && s.p[at - 1] != '\n'))
		return STR("");
	return str_trim(str_sub(s, at + 5, str_chr(s, '\n', at)));
}

void
yaml_add_unit(
    struct yaml_reader *r, size_t from, size_t to, struct yaml_node *root)
{
	struct unit *u;

	if (root == NULL || root->kind == YAML_NULL)
		return;
	u = ARENA_NEW(r->arena, struct unit);
	u->source = r->source;
	u->index = ++r->count;
	u->loc = (struct loc){r->source, (uint32_t)from, (uint32_t)(to - from)};
	u->root = root;
	u->arena = r->arena;
	u->rendered_from = helm_source(loc_text(u->loc));
	if (u->rendered_from.n == 0)
		u->rendered_from = kustomize_source(root);
	VEC_PUSH(r->list, &r->out->list, u);
}

static bool
too_many(struct yaml_reader *r, size_t at)
{
	if (r->count < YAML_DOCUMENTS_MAX)
		return false;
	if (r->count++ == YAML_DOCUMENTS_MAX)
		diag_report(r->diags, YAML_LIMIT,
		    ((struct loc){r->source, (uint32_t)at, 0}),
		    "too many documents", "documents",
		    (unsigned long)YAML_DOCUMENTS_MAX);
	r->failed = true;
	return true;
}

/* libyaml holds a scalar several times while it reads it. */
static bool
too_long(struct yaml_reader *r, size_t at, size_t n)
{
	if (n <= YAML_DOCUMENT_MAX)
		return false;
	diag_report(r->diags, YAML_LIMIT,
	    ((struct loc){r->source, (uint32_t)at, 0}),
	    "the document is too long", "bytes",
	    (unsigned long)YAML_DOCUMENT_MAX);
	r->failed = true;
	return true;
}

static void
pick_arena(struct yaml_reader *r, struct str text)
{
	if (r->pick != NULL)
		r->arena = r->pick(r->pick_arg, text);
}

static void
read_document(struct yaml_reader *r, size_t from, size_t to)
{
	struct str text = str_sub(r->source->text, from, to);
	struct yaml_node *root;
	size_t base = from;

	if (str_starts(text, STR("\xef\xbb\xbf"))) {
		text = str_sub(text, 3, text.n);
		base += 3;
	}
	if (text.n == 0 || too_many(r, base) || too_long(r, base, text.n))
		return;
	pick_arena(r, text);
	if (yaml_parse(r, &root, text, base))
		yaml_add_unit(r, from, to, root);
	else
		r->failed = true;
}

/* A line "---": nothing but blanks and a comment may follow. */
static void
check_separator(struct yaml_reader *r, size_t at, size_t end)
{
	struct str rest = str_sub(r->source->text, at + 3, end);
	bool joined = rest.n > 0 && rest.p[0] == '#';

	rest = str_trim(rest);
	if (rest.n == 0 || (rest.p[0] == '#' && !joined))
		return;
	diag_report(r->diags, YAML_SEPARATOR,
	    ((struct loc){r->source, (uint32_t)(rest.p - r->source->text.p),
		(uint32_t)rest.n}));
	r->failed = true;
}

static void
read_documents(struct yaml_reader *r, size_t from)
{
	struct str t = r->source->text;
	size_t at = from, start = from, end;

	while (at < t.n) {
		end = str_chr(t, '\n', at);
		end = end == SIZE_MAX ? t.n : end + 1;
		if (t.n - at >= 3 && memcmp(t.p + at, "---", 3) == 0) {
			check_separator(r, at, end);
			read_document(r, start, at);
			start = end;
		}
		at = end;
	}
	read_document(r, start, t.n);
}

static size_t
skip_space(struct str t, size_t at)
{
	while (at < t.n && strchr(" \t\r\n\v\f", t.p[at]) != NULL &&
	       t.p[at] != '\0')
		at++;
	return at;
}

/*
 * A source that begins with '{' is taken for a row of JSON texts as long as
 * it is one; after at most one text it may still go on as YAML.
 */
static void
read_stream(struct yaml_reader *r)
{
	struct str t = r->source->text;
	size_t at = skip_space(t, 0), from, done = 0, n = 0;
	struct yaml_node *root;
	int rc = 1;

	if (at == t.n || t.p[at] != '{') {
		read_documents(r, 0);
		return;
	}
	for (;;) {
		from = at;
		if (at == t.n || too_many(r, at))
			return;
		pick_arena(r, str_sub(t, at, t.n));
		rc = yaml_read_json(r, &root, &at);
		if (rc != 0)
			break;
		yaml_add_unit(r, from, at, root);
		done = at;
		n++;
		at = skip_space(t, at);
	}
	if (rc < 0) {
		r->failed = true;
		return;
	}
	if (n > 1) {
		diag_report(r->diags, YAML_SYNTAX,
		    ((struct loc){r->source, (uint32_t)from, 0}),
		    "JSON text expected");
		r->failed = true;
		return;
	}
	read_documents(r, done);
}

/*
 * Does a document begin behind the line end at `at`?  A "---" that begins
 * what Kubernetes' reader collects is a part of it, not a cut.
 */
static bool
after_separator(struct str t, size_t at)
{
	size_t nl = str_rchr(str_sub(t, 0, at), '\n'), up;

	if (nl == SIZE_MAX || !str_starts(str_sub(t, nl + 1, at), STR("---")))
		return false;
	up = str_rchr(str_sub(t, 0, nl), '\n');
	return !str_starts(
	    str_sub(t, up == SIZE_MAX ? 0 : up + 1, nl), STR("---"));
}

static bool
check_encoding(struct yaml_reader *r)
{
	struct str t = r->source->text;
	size_t at = 0, step = t.n;

	if (str_is_utf8(t))
		return true;
	/* The longest good beginning, by halving. */
	while (step > 0) {
		size_t n = step;

		while (n > 0 && at + n < t.n &&
		       ((unsigned char)t.p[at + n] & 0xc0) == 0x80)
			n--;
		if (n > 0 && at + n <= t.n &&
		    str_is_utf8(str_sub(t, at, at + n)))
			at += n;
		else
			step /= 2;
	}
	diag_report(r->diags, YAML_ENCODING,
	    ((struct loc){r->source, (uint32_t)at, at < t.n}), "not UTF-8");
	return false;
}

/* What libyaml and Go's reader take for different things. */
static bool
check_oddities(struct yaml_reader *r)
{
	static const struct {
		struct str bytes;
		const char *what;
	} odd[] = {
	    {STR_INIT("\r\r\n"), "two carriage returns end one line"},
	    {STR_INIT("\n\xef\xbb\xbf"), "byte order mark inside the text"},
	    {STR_INIT("\r\xef\xbb\xbf"), "byte order mark inside the text"},
	    {STR_INIT("\xc2\x85\xef\xbb\xbf"),
		"byte order mark inside the text"},
	    {STR_INIT("\xe2\x80\xa8\xef\xbb\xbf"),
		"byte order mark inside the text"},
	    {STR_INIT("\xe2\x80\xa9\xef\xbb\xbf"),
		"byte order mark inside the text"},
	};
	struct str t = r->source->text;
	bool ok = true;
	size_t i, at;

	/* Nearly every text has none of the bytes that they begin with. */
	if (str_chr(t, '\r', 0) == SIZE_MAX &&
	    str_chr(t, '\xef', 0) == SIZE_MAX)
		return true;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		at = str_find(t, odd[i].bytes, 0);
		while (at != SIZE_MAX && odd[i].bytes.p[0] == '\n' &&
		       after_separator(t, at))
			at = str_find(t, odd[i].bytes, at + 1);
		if (at == SIZE_MAX)
			continue;
		diag_report(r->diags, YAML_ENCODING,
		    ((struct loc){
			r->source, (uint32_t)at, (uint32_t)odd[i].bytes.n}),
		    odd[i].what);
		ok = false;
	}
	return ok;
}

bool
yaml_read(
    struct units *out, struct arena *a, struct diags *d, const struct source *s)
{
	return yaml_read_into(out, a, d, s, NULL, NULL);
}

bool
yaml_read_into(struct units *out, struct arena *a, struct diags *d,
    const struct source *s, yaml_pick *pick, void *arg)
{
	struct yaml_reader r = {.out = out,
	    .list = a,
	    .arena = a,
	    .diags = d,
	    .source = s,
	    .pick = pick,
	    .pick_arg = arg};

	if (s->text.n > SOURCE_MAX) {
		diag_report(d, YAML_LIMIT, ((struct loc){s, 0, 0}),
		    "the file is too large", "bytes",
		    (unsigned long)SOURCE_MAX);
		return false;
	}
	if (!check_encoding(&r) || !check_oddities(&r))
		return false;
	read_stream(&r);
	return !r.failed;
}
