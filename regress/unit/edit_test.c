/* SPDX-License-Identifier: Apache-2.0 */
/* Editing: one case for each kind of place; the whole new text is compared. */
#include <string.h>

#include "compiler/emit/emit.h"
#include "compiler/front/edit.h"
#include "regress/unit/unit.h"

#include "runtime/base/banned.h"

struct change {
	struct arena *a;
	struct edits *e;
	struct yaml_node *root;
};

static struct yaml_node *
text(struct change *c, const char *z)
{
	return yaml_new_str(c->a, str_from(z));
}

static struct yaml_node *
item(struct change *c)
{
	struct yaml_node *n = yaml_new_map(c->a);

	(void)yaml_put(c->a, n, STR("name"), text(c, "new"));
	(void)yaml_put(c->a, n, STR("dir"), yaml_new_map(c->a));
	return n;
}

/* What the cases do to the root, to "s" or to "m". */
static void
append_s(struct change *c)
{
	struct yaml_node *s = edit_seq(c->e, c->root, STR("s"));

	edit_insert(c->e, s, s->items.n, item(c));
}

static void
prepend_s(struct change *c)
{
	edit_insert(c->e, edit_seq(c->e, c->root, STR("s")), 0, item(c));
}

static void
remove_s0(struct change *c)
{
	edit_remove(c->e, edit_seq(c->e, c->root, STR("s")), 0);
}

static void
remove_s1(struct change *c)
{
	edit_remove(c->e, edit_seq(c->e, c->root, STR("s")), 1);
}

/* The last two of a sequence, and of "m" the keys k and l. */
static void
remove_s_tail(struct change *c)
{
	struct yaml_node *s = edit_seq(c->e, c->root, STR("s"));

	edit_remove(c->e, s, s->items.n - 1);
	edit_remove(c->e, s, s->items.n - 1);
}

static void
replace_s_tail(struct change *c)
{
	remove_s_tail(c);
	append_s(c);
}

static void
remove_s_head(struct change *c)
{
	remove_s0(c);
	remove_s0(c);
}

static void
delete_m_kl(struct change *c)
{
	struct yaml_node *m = edit_map(c->e, c->root, STR("m"));

	edit_delete(c->e, m, STR("k"));
	edit_delete(c->e, m, STR("l"));
}

static void
put_m_k(struct change *c)
{
	edit_put(
	    c->e, edit_map(c->e, c->root, STR("m")), STR("k"), text(c, "v"));
}

static void
put_m_annotations(struct change *c)
{
	struct yaml_node *m = edit_map(c->e, c->root, STR("m"));

	m = edit_map(c->e, m, STR("annotations"));
	edit_put(c->e, m, STR("io/x"), text(c, ""));
}

static void
put_k(struct change *c)
{
	edit_put(c->e, c->root, STR("k"), text(c, "v"));
}

static void
put_k_y(struct change *c)
{
	edit_put(c->e, c->root, STR("k"), text(c, "y"));
}

static void
put_k_map(struct change *c)
{
	edit_put(c->e, c->root, STR("k"), item(c));
}

static void
delete_k(struct change *c)
{
	edit_delete(c->e, c->root, STR("k"));
}

static void
mount_in_second(struct change *c)
{
	struct yaml_node *s = edit_seq(c->e, c->root, STR("s"));

	s = edit_seq(c->e, edit_item(c->e, s, 1), STR("v"));
	edit_insert(c->e, s, s->items.n, item(c));
}

static void
mount_in_first(struct change *c)
{
	struct yaml_node *s = edit_seq(c->e, c->root, STR("s"));

	s = edit_seq(c->e, edit_item(c->e, s, 0), STR("v"));
	edit_insert(c->e, s, s->items.n, item(c));
}

static void
put_nothing(struct change *c)
{
	struct yaml_node *s = edit_seq(c->e, c->root, STR("s"));
	struct yaml_node *old = edit_item(c->e, s, 0);
	struct yaml_node *copy = yaml_new_map(c->a);

	(void)yaml_put(c->a, copy, STR("name"), text(c, "a"));
	edit_put(c->e, old, STR("name"), text(c, "a"));
	edit_remove(c->e, s, 0);
	edit_insert(c->e, s, 0, copy);
	edit_put(c->e, c->root, STR("num"), yaml_new_int(c->a, 1000));
}

static const struct {
	const char *name;
	void (*change)(struct change *);
	const char *before, *after;
} cases[] = {
    {"key absent", append_s, "a: 1\n", "a: 1\ns:\n- name: new\n  dir: {}\n"},
    {"no final newline", append_s, "a: 1", "a: 1\ns:\n- name: new\n  dir: {}"},
    {"null", append_s, "s:\na: 1\n", "s:\n- name: new\n  dir: {}\na: 1\n"},
    {"null with a comment", append_s, "s: # none\na: 1\n",
	"s: # none\n- name: new\n  dir: {}\na: 1\n"},
    {"tilde", append_s, "s: ~ # x\na: 1\n",
	"s: # x\n- name: new\n  dir: {}\na: 1\n"},
    {"[]", append_s, "s: []\na: 1\n", "s:\n- name: new\n  dir: {}\na: 1\n"},
    {"{}", put_m_k, "m: {} # x\na: 1\n", "m: # x\n  k: v\na: 1\n"},
    {"not indented", append_s, "s:\n- name: a\nb: 1\n",
	"s:\n- name: a\n- name: new\n  dir: {}\nb: 1\n"},
    {"indented", append_s, "s:\n    - name: a\n",
	"s:\n    - name: a\n    - name: new\n      dir: {}\n"},
    {"habit of the document", append_s, "x:\n  - 1\n",
	"x:\n  - 1\ns:\n  - name: new\n    dir: {}\n"},
    {"step of the document", put_m_k, "x:\n    a: 1\n",
	"x:\n    a: 1\nm:\n    k: v\n"},
    {"last key, no final newline", append_s, "s:\n- name: a\n  b: c",
	"s:\n- name: a\n  b: c\n- name: new\n  dir: {}"},
    {"comment of the item", append_s, "s:\n- name: a\n  # b: c\nt: 1\n",
	"s:\n- name: a\n  # b: c\n- name: new\n  dir: {}\nt: 1\n"},
    {"comment of what follows", append_s, "s:\n- name: a\n# about t\nt: 1\n",
	"s:\n- name: a\n- name: new\n  dir: {}\n# about t\nt: 1\n"},
    {"comment behind a blank line", append_s, "s:\n- name: a\n\n# end\n",
	"s:\n- name: a\n- name: new\n  dir: {}\n"
	"\n# end\n"},
    {"comment at the line", append_s, "s:\n- name: a # x\nt: 1\n",
	"s:\n- name: a # x\n- name: new\n  dir: {}\nt: 1\n"},
    {"first, below comments of the key", prepend_s,
	"s: # x\n# about a\n- name: a\n",
	"s: # x\n- name: new\n  dir: {}\n# about a\n- name: a\n"},
    {"first, behind a dash", mount_in_first, "s:\n- v: []\n",
	"s:\n- v:\n  - name: new\n    dir: {}\n"},
    {"CRLF next to LF", append_s, "a: 1\ns:\r\n- name: a\r\nb: 1\n",
	"a: 1\ns:\r\n- name: a\r\n- name: new\r\n  dir: {}\r\nb: 1\n"},
    {"CRLF at the end", put_k, "a: 1\r\nb: 2", "a: 1\r\nb: 2\r\nk: v"},
    {"byte order mark", put_k,
	"\xef\xbb\xbf"
	"a: 1\n",
	"\xef\xbb\xbf"
	"a: 1\nk: v\n"},
    {"flow, one line", append_s, "s: [{name: a}] # x\n",
	"s: [{name: a}, {name: new, dir: {}}] # x\n"},
    {"flow mapping", put_m_k, "m: {a: b}\n", "m: {a: b, k: v}\n"},
    {"flow, first", prepend_s, "s: [a]\n", "s: [{name: new, dir: {}}, a]\n"},
    {"flow, trailing comma", append_s, "s: [a,]\n",
	"s: [a, {name: new, dir: {}},]\n"},
    {"flow, removed", remove_s0, "s: [a, b]\n", "s: [b]\n"},
    {"flow, last removed", remove_s1, "s: [a, b]\n", "s: [a]\n"},
    {"flow, only one removed", remove_s0, "s: [a]\n", "s: []\n"},
    {"flow, last two removed", remove_s_tail, "s: [a, b, c]\n", "s: [a]\n"},
    {"flow, last two removed, trailing comma", remove_s_tail,
	"s: [a, b, c, ]\n", "s: [a, ]\n"},
    {"flow, last two removed, own lines", remove_s_tail,
	"s: [\n  a, # x\n  b, # y\n  c # z\n  ]\n", "s: [\n  a # z\n  ]\n"},
    {"flow, last two replaced", replace_s_tail, "s: [a, b, c]\n",
	"s: [a, {name: new, dir: {}}]\n"},
    {"flow, first two removed", remove_s_head, "s: [a, b, c]\n", "s: [c]\n"},
    {"flow, last two keys removed", delete_m_kl, "m: {a: 1, k: 2, l: 3}\n",
	"m: {a: 1}\n"},
    {"flow, last two keys without values removed", delete_m_kl,
	"m: {a: 1, k, l}\n", "m: {a: 1}\n"},
    {"flow, last two keys with null removed", delete_m_kl,
	"m: {a: 1, k: , l: }\n", "m: {a: 1}\n"},
    {"flow, last key with null removed", delete_k, "{a: 1, k: }\n", "{a: 1}\n"},
    {"flow, key with null removed", delete_k, "{a: 1, k: , b: 2}\n",
	"{a: 1, b: 2}\n"},
    {"flow, added behind null", put_m_k, "m: {a: }\n", "m: {a: , k: v}\n"},
    {"flow, added behind null without a blank", put_m_k, "m: {a:\n}\n",
	"m: {a: , k: v\n}\n"},
    {"flow, removed behind null", delete_m_kl, "m: {a: , k: 1}\n",
	"m: {a: }\n"},
    {"flow, removed between nulls", delete_m_kl, "m: {a: , k: 1, b: }\n",
	"m: {a: , b: }\n"},
    {"flow, keys removed around another", delete_m_kl,
	"m: {k: 2, a: 1, l: 3}\n", "m: {a: 1}\n"},
    {"JSON, last two keys removed", delete_m_kl,
	"{\n  \"m\": {\n    \"a\": 1,\n    \"k\": [1],\n    \"l\": {}\n  }\n}\n",
	"{\n  \"m\": {\n    \"a\": 1\n  }\n}\n"},
    {"JSON", put_m_annotations, "{\n\t\"m\": {\n\t\t\"a\": 1\n\t}\n}\n",
	"{\n\t\"m\": {\n\t\t\"a\": 1,\n\t\t\"annotations\": {\n"
	"\t\t\t\"io/x\": \"\"\n\t\t}\n\t}\n}\n"},
    {"JSON, one line", append_s, "{\"s\":[{\"a\":\"b\"}]}",
	"{\"s\":[{\"a\":\"b\"},{\"name\":\"new\",\"dir\":{}}]}"},
    {"JSON, null", append_s, "{\n  \"s\": null\n}\n",
	"{\n  \"s\": [\n    {\n      \"name\": \"new\",\n"
	"      \"dir\": {}\n    }\n  ]\n}\n"},
    {"JSON in a block", put_m_k, "m: {\"a\": \"b\"}\n",
	"m: {\"a\": \"b\", \"k\": \"v\"}\n"},
    {"no metadata", put_m_annotations, "a:\n    b: c\n",
	"a:\n    b: c\nm:\n    annotations:\n        io/x: \"\"\n"},
    {"annotations null", put_m_annotations, "m:\n  annotations:\n  b: c\n",
	"m:\n  annotations:\n    io/x: \"\"\n  b: c\n"},
    {"scalar", put_k, "k: old # x\n", "k: v # x\n"},
    {"scalar that needs quotes", put_k_y, "k: old\n", "k: \"y\"\n"},
    {"same value", put_k_y, "k: 'y'\n", "k: 'y'\n"},
    {"literal", put_k, "k: |\n  a\n\n  b\n\nc: 1\n", "k: v\n\nc: 1\n"},
    {"several lines", put_k, "k: a\n  b\nc: 1\n", "k: v\nc: 1\n"},
    {"value on a line of its own", put_k, "k: # x\n  \"old\"\nc: 1\n",
	"k: # x\n  \"v\"\nc: 1\n"},
    {"single quotes", put_k, "k:  'old' # x\nc: 1\n", "k:  'v' # x\nc: 1\n"},
    {"quotes in flow", put_k, "{k: 'old', c: \"1\"}\n", "{k: 'v', c: \"1\"}\n"},
    {"anchor stays", put_k, "k: &a old # x\nc: *a\n", "k: &a v # x\nc: old\n"},
    {"tagged string", put_k, "k: !!str old\n", "k: v\n"},
    {"tag goes", put_k, "k: !!int 5\n", "k: v\n"},
    {"quoted key", put_k, "\"k\" : old\n", "\"k\" : v\n"},
    {"complex key", put_k, "? k\n: old\n", "? k\n: v\n"},
    {"key without a colon", put_k, "? e\n", "? e\nk: v\n"},
    {"scalar to mapping", put_k_map, "k: old # x\na: 1\n",
	"k: # x\n  name: new\n  dir: {}\na: 1\n"},
    {"mapping to scalar", put_k, "k: # x\n  a: 1\n  b: 2 # y\nc: 1\n",
	"k: v # x # y\nc: 1\n"},
    {"behind a literal", put_m_k, "m:\n  a: |\n    x\n\nb: 1\n",
	"m:\n  a: |\n    x\n  k: v\n\nb: 1\n"},
    {"behind a literal that keeps lines", put_m_k,
	"m:\n  a: |+\n    x\n\nb: 1\n", "m:\n  a: |+\n    x\n\n  k: v\nb: 1\n"},
    {"literal at the end", put_k, "a: |\n  x", "a: |\n  x\nk: v"},
    {"key removed", delete_k, "a: 1\nk: 2 # x\n# b\nb: 3\n",
	"a: 1\n# b\nb: 3\n"},
    {"first key removed", delete_k, "k:\n  x: y\nb: 3\n", "b: 3\n"},
    {"last key removed", delete_k, "a: 1\nk:\n- x\n", "a: 1\n"},
    {"last key removed, no newline", delete_k, "a: 1\nk: 2", "a: 1"},
    {"item removed", remove_s1, "s:\n- a\n# b\n- b: 1\n  c: 2\n- d\n",
	"s:\n- a\n# b\n- d\n"},
    {"first item removed", remove_s0, "s:\n- a\n- b\n", "s:\n- b\n"},
    {"only item removed", remove_s0, "s: # x\n- a\nb: 1\n",
	"s: [] # x\nb: 1\n"},
    {"alias copied, anchor stays", mount_in_second,
	"s:\n- v: &v\n  - name: x\n- v: *v # y\n",
	"s:\n- v: &v\n  - name: x\n- v: # y\n  - name: x\n  - name: new\n"
	"    dir: {}\n"},
    {"anchor changed, alias copied", mount_in_first,
	"s:\n- v: &v\n  - name: x\n- v: *v\n",
	"s:\n- v: &v\n  - name: x\n  - name: new\n    dir: {}\n- v:\n"
	"  - name: x\n"},
    {"item is an alias", mount_in_second, "s:\n- &c\n  v: []\n- *c\n",
	"s:\n- &c\n  v: []\n- v:\n  - name: new\n    dir: {}\n"},
    {"merge key gives the sequence", mount_in_first,
	"b: &b\n  v: [x]\ns:\n- <<: *b\n",
	"b: &b\n  v: [x]\ns:\n- <<: *b\n  v:\n  - x\n  - name: new\n"
	"    dir: {}\n"},
    {"merge key is changed at its source", put_m_k,
	"m: &m\n  a: 1\ns:\n  <<: *m\n",
	"m: &m\n  a: 1\n  k: v\ns:\n  <<:\n    a: 1\n"},
    {"key of a merge removed", delete_k, "x: &x {k: 1, l: 2}\n<<: *x\n",
	"x: &x {k: 1, l: 2}\nl: 2\n"},
    {"nothing new", put_nothing, "s:\n- &a {name: a}\n- *a\nnum: 1_000\n",
	"s:\n- &a {name: a}\n- *a\nnum: 1_000\n"},
    {"second document", append_s, "a: 1 # x\n",
	"a: 1 # x\ns:\n"
	"- name: new\n  dir: {}\n"},
    {"tabs in quotes", put_k, "a: \"x\n\ty\"\n", "a: \"x\n\ty\"\nk: v\n"},
    {"comment further out", put_m_k, "m:\n  a: 1\n# out\n  b: 2\nc: 1\n",
	"m:\n  a: 1\n# out\n  b: 2\n  k: v\nc: 1\n"},
};

/* Applies a change to the last document; NULL if it is refused. */
static const struct source *
apply(struct arena *a, struct str in, void (*change)(struct change *))
{
	struct change c = {.a = a};
	const struct source *s = source_new(a, STR("t.yaml"), in), *out;
	struct units u = {0};
	struct diags d;

	diags_init(&d, a);
	if (!yaml_read(&u, a, &d, s))
		return NULL;
	c.e = edits_new(a, &d, s, &u);
	c.root = u.list.p[u.list.n - 1]->root;
	change(&c);
	return edit_apply(c.e, &out, NULL) ? out : NULL;
}

static void
check(const char *name, struct str in, struct str want,
    void (*change)(struct change *))
{
	struct arena *a = arena_new();
	const struct source *out = apply(a, in, change);

	if (out == NULL)
		fail_msg("%s: refused", name);
	else if (!str_eq(out->text, want))
		fail_msg("%s: got\n%.*s", name, STR_ARG(out->text));
	arena_free(a);
}

static void
edit_apply__places(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(cases[i].name, str_from(cases[i].before),
		    str_from(cases[i].after), cases[i].change);
}

/* The same behind another document, which must not move. */
static void
edit_apply__second_document(void **state)
{
	static const char first[] = "x: [1, 2] # \xc3\xa9\ny: |+\n  z\n\n---\n";
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* JSON texts and byte order marks begin a file. */
		if (strchr("{\xef", cases[i].before[0]) != NULL)
			continue;
		check(cases[i].name,
		    arena_printf(a, "%s%s", first, cases[i].before),
		    arena_printf(a, "%s%s", first, cases[i].after),
		    cases[i].change);
	}
	arena_free(a);
}

/* Two things in one new list: a place in each says which one it is in. */
static void
check_whats(const char *in, bool flow)
{
	struct arena *a = arena_new();
	const struct source *s = source_new(a, STR("t"), str_from(in)), *out;
	struct change c = {.a = a};
	struct units u = {0};
	const char *what;
	struct yaml_node *n;
	struct diags d;
	struct loc l;

	diags_init(&d, a);
	assert_true(yaml_read(&u, a, &d, s));
	c.e = edits_new(a, &d, s, &u);
	c.root = u.list.p[0]->root;
	edit_what(c.e, "one");
	n = edit_seq(c.e, c.root, STR("s"));
	edit_insert(c.e, n, 0, item(&c));
	edit_what(c.e, "two");
	edit_insert(c.e, n, 1, item(&c));
	edit_what(c.e, "three");
	put_k(&c);
	assert_true(edit_apply(c.e, &out, NULL));
	l = (struct loc){out, 0, 1};
	l.off = (uint32_t)str_find(out->text, STR("new"), 0);
	(void)loc_user(l, &what);
	assert_string_equal(what, "one");
	l.off = (uint32_t)str_find(out->text, STR("new"), l.off + 1);
	assert_int_equal(loc_user(l, &what).off, flow ? 18 : 4);
	assert_string_equal(what, "two");
	l.off = (uint32_t)str_find(out->text, STR("v"), l.off);
	(void)loc_user(l, &what);
	assert_string_equal(what, "three");
	arena_free(a);
}

static void
edit_apply__says_what(void **state)
{
	(void)state;
	check_whats("a: 1\n", false);
	check_whats("{\"a\": 1, \"s\": null}", true);
}

static void
edit_apply__leads_back(void **state)
{
	struct arena *a = arena_new();
	const struct source *out;
	const char *what;
	struct loc l;

	(void)state;
	out = apply(a, STR("a: 1\nm:\n  b: 2\nc: 3\n"), put_m_k);
	assert_non_null(out);
	assert_strz(out->text, "a: 1\nm:\n  b: 2\n  k: v\nc: 3\n");
	l = loc_user((struct loc){out, 25, 1}, &what);
	assert_int_equal(l.off, 18);
	assert_null(what);
	l = loc_user((struct loc){out, 18, 1}, &what);
	assert_int_equal(l.off, 14);
	assert_int_equal(l.len, 0);
	assert_ptr_equal(l.source, out->from);
	arena_free(a);
}

static void
edit_apply__too_long(void **state)
{
	struct arena *a = arena_new();
	struct buf b = {0};
	int i;

	(void)state;
	for (i = 0; i < 32001; i++)
		buf_printf(&b, "k%d: 1\n", i);
	assert_null(apply(a, buf_str(&b), put_k));
	/* Only what changes counts. */
	buf_puts(&b, "m:\n  b: 2\n");
	assert_non_null(apply(a, buf_str(&b), put_m_k));
	/* Documents count singly. */
	buf_puts(&b, "---\na: 1\n");
	assert_non_null(apply(a, buf_str(&b), put_k));
	buf_free(&b);
	arena_free(a);
}

static void
edit_map__wrong_kind(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	assert_null(apply(a, STR("s: text\nm: 1\n"), put_m_annotations));
	arena_free(a);
}

static void
yaml_print_scalar__reads_back(void **state)
{
	static const char *const words[] = {"web", "web:1.2", "a/b", "", "y",
	    "n", "yes", "NO", "on", "Off", "true", "False", "null", "~", "1",
	    "1_000", "0o17", "0644", "08", "0x1F", "1.5", ".5", "1e3", ".inf",
	    "12:30", "190:20:30", "2001-01-01", "2001-01-01T00:00:00Z", "=",
	    "<<", "-", "- a", "--flag", "-1", "? a", ": a", "a: b", "a:", "a #",
	    "a #b", "#a", "a#b", " a", "a ", "a\nb", "a\tb", "a\rb", "\"a\"",
	    "'a'", "a'b", "[a]", "{a}", "a, b", "&a", "*a", "!a", "|", ">",
	    "%a", "@a", "`a", "---", "...", "\xc3\xa9", "\xef\xbb\xbf",
	    "\xe2\x80\xa8", "\xc2\x85", "\xf0\x9f\x98\x80", "\x7f", "\x01",
	    "\\", "a\\b", "50Mi", "100m", "1.2.3", "1d", "/contrast",
	    "contrastc.example/x", "$(VAR)", "a=b", "cGFja2FnZQ=="};
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct buf b = {0};
		struct units u = {0};
		struct diags d;

		diags_init(&d, a);
		buf_puts(&b, "k: ");
		yaml_print_scalar(&b, str_from(words[i]));
		buf_puts(&b, "\nl: [");
		yaml_print_scalar(&b, str_from(words[i]));
		buf_puts(&b, "]\n");
		if (!yaml_read(&u, a, &d, source_new(a, STR("t"), buf_str(&b))))
			fail_msg("refused: %.*s", STR_ARG(buf_str(&b)));
		assert_strz(
		    yaml_get_str(u.list.p[0]->root, STR("k")), words[i]);
		assert_true(
		    yaml_is(yaml_getz(u.list.p[0]->root, "l")->items.p[0],
			YAML_STRING));
		buf_free(&b);
	}
	arena_free(a);
}

/* What two documents got alike is one, in memory that stays. */
static void
yaml_share__equal_parts(void **state)
{
	struct arena *a = arena_new(), *made = arena_new();
	struct yaml_pool pool = {.arena = a};
	struct change c = {.a = made};
	struct yaml_node *new[3];
	struct units u = {0};
	struct diags d;
	size_t i;

	(void)state;
	diags_init(&d, a);
	assert_true(yaml_read(&u, a, &d,
	    source_new(
		a, STR("f.yml"), STR("s: [1]\n---\ns:\n- 1\n---\ns: []\n"))));
	c.e = edits_open(a, &d);
	for (i = 0; i < 3; i++) {
		edits_begin(c.e, u.list.p[i]);
		c.root = u.list.p[i]->root;
		append_s(&c);
		new[i] = yaml_getz(c.root, "s");
		if (i == 2) /* differs */
			(void)yaml_put(made, new[i]->items.p[0], STR("x"),
			    yaml_new_int(made, 1));
		yaml_share(&pool, u.list.p[i]);
		arena_reset(made);
		new[i] = new[i]->items.p[new[i]->items.n - 1];
	}
	edits_close(c.e);
	assert_ptr_equal(new[0], new[1]);
	assert_ptr_not_equal(new[0], new[2]);
	assert_strz(yaml_get_str(new[1], STR("name")), "new");
	assert_true(yaml_is(yaml_getz(new[2], "x"), YAML_INT));
	yaml_pool_fini(&pool);
	arena_free(made);
	arena_free(a);
}

/* One document of three: its new text, the proof of it, the annotation. */
static void
edit_text__one_document(void **state)
{
	static const char in[] = "x: 1\n---\na: 1\nm:\n  b: 2\n---\nz: 3\n";
	struct arena *a = arena_new();
	struct source *s = source_new(a, STR("f.yml"), str_from(in));
	const struct source *text, *none;
	struct change c = {.a = a};
	struct units u = {0};
	struct filled f;
	struct buf out = {0};
	const char *what;
	struct unit *again;
	struct diags d;

	(void)state;
	diags_init(&d, a);
	assert_true(yaml_read(&u, a, &d, s));
	c.e = edits_open(a, &d);
	edits_begin(c.e, u.list.p[0]);
	assert_true(edit_text(c.e, a, &none));
	assert_null(none);
	edits_begin(c.e, u.list.p[1]);
	c.root = u.list.p[1]->root;
	put_m_annotations(&c);
	assert_true(edit_text(c.e, a, &text));
	edits_close(c.e);
	assert_strz(
	    text->text, "a: 1\nm:\n  b: 2\n  annotations:\n    io/x: \"\"\n");
	assert_int_equal(loc_user((struct loc){text, 3, 1}, &what).off, 12);
	assert_null(what);
	again = edit_prove(a, &d, u.list.p[1], text);
	assert_non_null(again);
	assert_int_equal(again->index, 2);
	assert_null(edit_prove(a, &d, u.list.p[2], text));
	assert_int_equal(d.list.p[0]->id, DIAG_EDIT_RANGE);

	f.node = yaml_path(again->root, "m", "annotations", "io/x", NULL);
	f.value = STR("cGFja2FnZQ==");
	assert_true(emit_document(&out, a, &d, u.list.p[1]->loc, again, &f, 1));
	assert_strz(buf_str(&out),
	    "a: 1\nm:\n  b: 2\n  annotations:\n    io/x: cGFja2FnZQ==\n");
	/* A text that is made of another document. */
	assert_false(
	    emit_document(&out, a, &d, u.list.p[2]->loc, again, &f, 1));
	buf_free(&out);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(edit_apply__places),
	    cmocka_unit_test(edit_apply__second_document),
	    cmocka_unit_test(edit_apply__says_what),
	    cmocka_unit_test(edit_apply__leads_back),
	    cmocka_unit_test(edit_apply__too_long),
	    cmocka_unit_test(edit_map__wrong_kind),
	    cmocka_unit_test(yaml_print_scalar__reads_back),
	    cmocka_unit_test(yaml_share__equal_parts),
	    cmocka_unit_test(edit_text__one_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
