/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object against the table of fields: one walk over its tree beside the
 * table's.  The depth is that of the table, which has no recursive types.
 */
#include <stdlib.h>
#include <string.h>

#include "compiler/front/k8s_field_int.h"
#include "runtime/base/banned.h"

/* More errors, or warnings, in one object help nobody and cost time. */
#define FINDINGS_MAX 100
/* Longer names are cut in messages. */
#define NAME_SHOWN 64
/* How far below a structure a misplaced field is looked for. */
#define PLACE_DEPTH 5

/* Where the walk is; the path is written only for a finding. */
struct frame {
	const struct frame *up;
	struct str key; /* p NULL: an element of a list */
	size_t index;
	/* The object it leads to, and what may be in it. */
	const struct k8s_member *members;
	const struct yaml_node *node;
};

struct check {
	struct arena *a;
	struct diags *d;
	const struct k8s_object *o;
	bool selected, lenient;
	bool in_pod; /* inside the pod template */
	bool secret; /* values are not to be shown */
	size_t nerrors, nwarnings;
};

static void check_value(struct check *c, const struct frame *f,
    const struct k8s_member *m, struct yaml_node *n, uint16_t why);

/* A name or value as messages show it: cut, but not inside a character. */
static void
put_path(struct buf *b, const struct frame *f)
{
	if (f == NULL)
		return;
	put_path(b, f->up);
	if (f->key.p == NULL) {
		buf_printf(b, "[%zu]", f->index);
		return;
	}
	if (b->n > 0)
		buf_putc(b, '.');
	buf_put(b, str_clip(f->key, NAME_SHOWN));
}

static const char *
path_of(struct check *c, const struct frame *f)
{
	struct buf b = {0};
	const char *z;

	put_path(&b, f);
	z = arena_cstr(c->a, buf_str(&b));
	buf_free(&b);
	return z;
}

/* Errors only where a policy depends on it. */
static bool
is_strict(const struct check *c)
{
	return c->selected && c->in_pod;
}

/* Is there room for one more?  Warnings never keep an error out. */
static bool
is_full(struct check *c, bool strict)
{
	return (strict ? c->nerrors++ : c->nwarnings++) >= FINDINGS_MAX;
}

/* The name of the container that the frame is in, or NULL. */
static const struct yaml_node *
container_of(const struct frame *f)
{
	for (; f != NULL && f->up != NULL; f = f->up) {
		if (f->node != NULL && f->key.p == NULL &&
		    (str_eqz(f->up->key, "containers") ||
			str_eqz(f->up->key, "initContainers")))
			return f->node;
	}
	return NULL;
}

static void
found(struct check *c, struct diag *g, const struct frame *f, bool strict)
{
	if (g->nnotes > 0)
		return; /* an equal finding of an earlier check */
	g->hidden = c->secret;
	if (!strict)
		diag_soften(c->d, g);
	k8s_say_whose(c->d, g, c->o, container_of(f));
}

/* --- names that are not in the table --- */

/* A field of that name in the structures around, or below them. */
static void
help_place(
    struct check *c, struct diag *g, const struct frame *f, struct str name)
{
	const struct frame *up;
	struct buf b = {0};
	unsigned depth;

	for (depth = 0; depth <= PLACE_DEPTH; depth++) {
		for (up = f; up != NULL; up = up->up) {
			if (up->members == NULL)
				continue;
			put_path(&b, up);
			if (k8s_put_place(&b, up->members, name, depth)) {
				diag_help(c->d, g,
				    "a field of that name is '%.*s': check the indentation",
				    STR_ARG(buf_str(&b)));
				buf_free(&b);
				return;
			}
			b.n = 0;
		}
	}
	buf_free(&b);
}

static void
unknown_field(struct check *c, const struct frame *f, struct yaml_node *key)
{
	struct frame at = {f, yaml_text(key), 0, NULL, NULL};
	bool strict = is_strict(c) && !c->lenient;
	const char *best;
	struct diag *g;

	if (is_full(c, strict))
		return;
	g = diag_report(c->d, UNKNOWN_FIELD, key->loc, path_of(c, &at));
	found(c, g, f, strict);
	best = k8s_nearest(f->members, at.key);
	if (best != NULL)
		diag_help(c->d, g, "did you mean '%s'?", best);
	else if (at.key.n > 3)
		help_place(c, g, f, at.key);
}

/* --- values of the wrong type --- */

static const char *
kind_word(const struct yaml_node *n)
{
	switch (n->kind) {
	case YAML_NULL:
		return "nothing";
	case YAML_BOOL:
		return "a boolean";
	case YAML_INT:
	case YAML_FLOAT:
		return "a number";
	case YAML_STRING:
		return "a string";
	case YAML_SEQ:
		return "a list";
	case YAML_MAP:
	case YAML_ALIAS:
		break;
	}
	return "a mapping";
}

/* `help` may be NULL. */
static void
wrong_found(struct check *c, const struct frame *f, const struct yaml_node *n,
    const char *want, const char *got, const char *help)
{
	struct diag *g;

	if (is_full(c, is_strict(c)))
		return;
	g = diag_report(c->d, WRONG_TYPE, n->loc, path_of(c, f), want, got);
	found(c, g, f, is_strict(c));
	if (help != NULL)
		diag_help(c->d, g, "%s", help);
}

static void
wrong_type(struct check *c, const struct frame *f, const struct yaml_node *n,
    const char *want, const char *help)
{
	wrong_found(c, f, n, want, kind_word(yaml_deref(n)), help);
}

static bool
is_quoted(const struct yaml_node *value)
{
	return value->kind == YAML_STRING && value->style != YAML_PLAIN;
}

static void
unquoted(struct check *c, const struct frame *f, const struct yaml_node *n)
{
	const struct yaml_node *value = yaml_deref(n);
	struct str text = yaml_text(value);
	struct diag *g;

	if (is_full(c, is_strict(c)))
		return;
	g = diag_report(
	    c->d, UNQUOTED_SCALAR, n->loc, path_of(c, f), kind_word(value));
	found(c, g, f, is_strict(c));
	if (!c->secret && text.n > 0 && text.n <= NAME_SHOWN)
		diag_help(c->d, g, "quote it: \"%.*s\"", STR_ARG(text));
}

/* The next of the words between blanks; false after the last. */
static bool
next_word(struct str *word, const char **at)
{
	const char *p = *at + strspn(*at, " ");

	*word = (struct str){p, strcspn(p, " ")};
	*at = p + word->n;
	return word->n > 0;
}

static bool
is_known_value(const char *values, struct str s)
{
	struct str word;

	while (next_word(&word, &values)) {
		if (word.p[word.n - 1] == '*'
			? str_starts(s, str_sub(word, 0, word.n - 1))
			: str_eq(s, word))
			return true;
	}
	return false;
}

static void
check_string(struct check *c, const struct frame *f, const struct yaml_node *n,
    const struct k8s_type *t)
{
	struct str s = yaml_deref(n)->text, word, best = {NULL, 0};
	bool strict = is_strict(c) && t->closed;
	const char *at = t->values;
	unsigned distance = 99;
	struct diag *g;

	if (at == NULL || s.n == 0 || is_known_value(at, s) ||
	    is_full(c, strict))
		return;
	g = diag_report(c->d, UNKNOWN_VALUE, n->loc,
	    STR_ARG(str_clip(s, NAME_SHOWN)), path_of(c, f));
	found(c, g, f, strict);
	diag_help(c->d, g, "known: %s", t->values);
	while (next_word(&word, &at)) {
		if (k8s_is_near(word, s, &distance))
			best = word;
	}
	if (best.n > 0)
		diag_help(c->d, g, "did you mean '%.*s'?", STR_ARG(best));
}

/* 1e3: Kubernetes reads it as 1000; a policy does not. */
static bool
is_whole(const struct check *c, const struct yaml_node *value, bool is_32)
{
	double max = is_32 ? 2147483647.0 : 9007199254740992.0, v;
	const char *text = arena_cstr(c->a, value->text);
	char *end;

	if (value->kind != YAML_FLOAT || is_strict(c))
		return false;
	v = strtod(text, &end);
	return *end == '\0' && v >= -max && v <= max && (double)(int64_t)v == v;
}

/* Members that are ports; 0 of a hostPort means none. */
static void
check_port(struct check *c, const struct frame *f, const struct yaml_node *n,
    int64_t i)
{
	struct diag *g;

	if ((!str_eqz(f->key, "containerPort") && !str_eqz(f->key, "port") &&
		!str_eqz(f->key, "hostPort")) ||
	    (i >= 1 && i <= 65535) || (i == 0 && str_eqz(f->key, "hostPort")) ||
	    is_full(c, is_strict(c)))
		return;
	g = diag_report(c->d, PORT_RANGE, n->loc, path_of(c, f));
	found(c, g, f, is_strict(c));
}

static void
check_int(struct check *c, const struct frame *f, const struct yaml_node *n,
    bool is_32)
{
	const struct yaml_node *value = yaml_deref(n);
	struct diag *g;
	int64_t i;

	if (value->kind == YAML_INT) {
		if (yaml_to_int(value, &i) &&
		    (!is_32 || (i >= INT32_MIN && i <= INT32_MAX))) {
			check_port(c, f, n, i);
			return;
		}
		if (is_full(c, is_strict(c)))
			return;
		g = diag_report(c->d, NUMBER_TOO_LARGE, n->loc, path_of(c, f),
		    is_32 ? 32 : 64);
		found(c, g, f, is_strict(c));
		return;
	}
	if (is_whole(c, value, is_32))
		return;
	wrong_type(c, f, n, "an integer",
	    is_quoted(value) ? "write the number without quotes" : NULL);
}

static void
check_bool(struct check *c, const struct frame *f, const struct yaml_node *n)
{
	const struct yaml_node *value = yaml_deref(n);

	if (value->kind != YAML_BOOL)
		wrong_type(c, f, n, "true or false",
		    is_quoted(value) ? "write it without quotes" : NULL);
}

/* A string that has to have a form. */
static void
check_form(struct check *c, const struct frame *f, const struct yaml_node *n,
    bool (*is_right)(struct str), const char *want)
{
	const struct yaml_node *value = yaml_deref(n);
	const char *got = kind_word(value);

	if (value->kind == YAML_STRING) {
		if (is_right(value->text))
			return;
		got = "something else";
		if (!c->secret)
			got = arena_printf(c->a, "'%.*s'",
			    STR_ARG(str_clip(value->text, NAME_SHOWN)))
				  .p;
	}
	wrong_found(c, f, n, want, got, NULL);
}

static void
check_scalar(struct check *c, const struct frame *f, struct yaml_node *n,
    const struct k8s_type *t)
{
	enum yaml_kind kind = yaml_deref(n)->kind;
	bool is_number = kind == YAML_INT || kind == YAML_FLOAT;

	switch ((enum k8s_base)t->base) {
	case K8S_STRING:
		if (kind == YAML_STRING)
			check_string(c, f, n, t);
		else if (is_number || kind == YAML_BOOL)
			unquoted(c, f, n);
		else
			wrong_type(c, f, n, "a string", NULL);
		break;
	case K8S_BOOL:
		check_bool(c, f, n);
		break;
	case K8S_INT32:
	case K8S_INT64:
		check_int(c, f, n, t->base == K8S_INT32);
		break;
	case K8S_INT_OR_STRING:
		if (is_number)
			check_int(c, f, n, true);
		else if (kind != YAML_STRING)
			wrong_type(c, f, n, "an integer or a string", NULL);
		break;
	case K8S_QUANTITY:
		if (!is_number)
			check_form(c, f, n, k8s_is_quantity,
			    "a quantity such as 500m or 1Gi");
		break;
	case K8S_TIME:
		check_form(c, f, n, k8s_is_time,
		    "a time such as \"2026-01-31T12:00:00Z\"");
		break;
	case K8S_BYTES:
		check_form(c, f, n, k8s_is_base64, "base64 text");
		break;
	case K8S_ANY:
	case K8S_OBJECT:
		break;
	}
}

/* --- fields that no policy can express --- */

/* Does the value ask for what the field is there for? */
static bool
is_set(const struct k8s_member *m, const struct yaml_node *n)
{
	bool b;

	switch (n->kind) {
	case YAML_SEQ:
		return n->items.n > 0;
	case YAML_MAP:
		return n->pairs.n > 0 || m->flag == K8S_F_EMPTY;
	case YAML_STRING:
		return n->text.n > 0 && !str_eqz(n->text, m->only);
	case YAML_BOOL:
		return m->only[0] == '\0' || !yaml_to_bool(n, &b) ||
		       b != (m->only[0] == 't');
	case YAML_NULL:
		return false;
	case YAML_INT:
	case YAML_FLOAT:
	case YAML_ALIAS:
		break;
	}
	return true;
}

static void
unsupported(struct check *c, const struct frame *f, const struct yaml_node *key,
    const struct k8s_why *why)
{
	struct diag *g;

	if (is_full(c, true))
		return;
	g = diag_report(
	    c->d, UNSUPPORTED_FIELD, key->loc, path_of(c, f), why->text);
	found(c, g, f, true);
	diag_help(c->d, g, "%s", why->help);
}

/* --- the walk --- */

static void
check_members(
    struct check *c, const struct frame *f, struct yaml_node *n, uint16_t outer)
{
	struct yaml_pairs pairs = yaml_pairs(c->a, n);
	const struct k8s_member *m;
	struct yaml_node *value;
	struct yaml_pair *p;
	uint16_t why;

	VEC_FOREACH(p, &pairs) {
		struct frame at = {f, yaml_text(p->key), 0, NULL, NULL};

		m = k8s_member_find(f->members, at.key);
		if (m == NULL) {
			unknown_field(c, f, p->key);
			continue;
		}
		value = yaml_deref(p->value);
		if (value == NULL || value->kind == YAML_NULL)
			continue;
		why = outer != 0 ? outer : m->why;
		/* What is below an unsupported field is not said again. */
		if (is_strict(c) && k8s_whys[why].class == K8S_UNSUPPORTED &&
		    k8s_whys[outer].class != K8S_UNSUPPORTED &&
		    is_set(m, value)) {
			unsupported(c, &at, p->key, &k8s_whys[why]);
			if (m->only[0] != '\0')
				continue;
		}
		check_value(c, &at, m, p->value, why);
	}
}

/* An object or a scalar, not a list or map of it. */
static void
check_one(struct check *c, struct frame *f, const struct k8s_type *t,
    struct yaml_node *n, uint16_t why)
{
	struct yaml_node *value = yaml_deref(n);
	bool outside = !c->in_pod;

	if (t->base != K8S_OBJECT) {
		if (value->kind != YAML_NULL)
			check_scalar(c, f, n, t);
		return;
	}
	/* Kubernetes takes null in a list for an empty element. */
	if (value->kind == YAML_NULL && !is_strict(c))
		return;
	if (value->kind != YAML_MAP) {
		wrong_type(c, f, n, "a mapping", NULL);
		return;
	}
	c->in_pod = c->in_pod || value == c->o->pod;
	f->members = t->members;
	f->node = value;
	check_members(c, f, value, why);
	if (outside)
		c->in_pod = false;
}

static void
check_list(struct check *c, const struct frame *f, const struct k8s_type *t,
    struct yaml_node *n, uint16_t why)
{
	struct yaml_node *list = yaml_deref(n);
	struct frame at = {f, {NULL, 0}, 0, NULL, NULL};

	if (list->kind != YAML_SEQ) {
		wrong_type(c, f, n, "a list", NULL);
		return;
	}
	for (; at.index < list->items.n; at.index++) {
		check_one(c, &at, t, list->items.p[at.index], why);
	}
}

static void
check_map(struct check *c, const struct frame *f, const struct k8s_type *t,
    struct yaml_node *n, uint16_t why)
{
	struct yaml_node *map = yaml_deref(n);
	struct yaml_pairs pairs;
	struct yaml_pair *p;

	if (map->kind != YAML_MAP) {
		wrong_type(c, f, n, "a mapping", NULL);
		return;
	}
	pairs = yaml_pairs(c->a, map);
	for (p = pairs.p; p < pairs.p + pairs.n; p++) {
		struct frame at = {f, yaml_text(p->key), 0, NULL, NULL};

		check_one(c, &at, t, p->value, why);
	}
}

static void
check_value(struct check *c, const struct frame *f, const struct k8s_member *m,
    struct yaml_node *n, uint16_t why)
{
	const struct k8s_type *t = &k8s_types[m->type];
	struct frame at = *f;

	if (t->base == K8S_ANY)
		return;
	if (m->shape == K8S_SEQ)
		check_list(c, f, t, n, why);
	else if (m->shape == K8S_MAP)
		check_map(c, f, t, n, why);
	else
		check_one(c, &at, t, n, why);
}

bool
k8s_check_fields(struct arena *a, struct diags *d, const struct k8s_object *o,
    bool selected, bool lenient)
{
	struct check c = {.a = a, .d = d, .o = o, .selected = selected};
	struct frame root = {NULL, STR_INIT(""), 0, NULL, NULL};
	struct yaml_node *n = yaml_deref(o->node);
	size_t errors = d->errors;

	c.lenient = lenient;
	c.secret = str_eqz(o->kind_name, "Secret");
	root.members = k8s_kind_members(o->api, o->kind_name);
	if (root.members == NULL && o->pod != NULL) {
		/* A kind of which only the template is known. */
		root.members = k8s_template_members();
		root.key = str_from(o->kind->pod);
		n = yaml_deref(o->pod);
	}
	if (root.members == NULL || !yaml_is(n, YAML_MAP))
		return true;
	c.in_pod = n == yaml_deref(o->pod);
	check_members(&c, &root, n, 0);
	return d->errors == errors;
}
