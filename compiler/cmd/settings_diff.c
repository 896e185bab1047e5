/* SPDX-License-Identifier: Apache-2.0 */
/* settings diff: what differs, by JSON pointer. */
#include "compiler/cmd/settings.h"
#include "runtime/base/jv_patch.h"
#include "runtime/base/banned.h"

struct leaves {
	struct arena *arena;
	struct buf path;
	void (*each)(void *arg, struct str pointer, struct jv *v);
	void *arg;
};

static void
descend(struct leaves *l, struct jv *v)
{
	struct jv_member *m;
	size_t n = l->path.n, i;

	if (v->members.n + v->items.n == 0)
		l->each(l->arg, arena_str(l->arena, buf_str(&l->path)), v);
	VEC_FOREACH(m, &v->members) {
		jv_pointer_add(&l->path, m->key);
		descend(l, m->value);
		l->path.n = n;
	}
	for (i = 0; i < v->items.n; i++) {
		buf_printf(&l->path, "/%zu", i);
		descend(l, v->items.p[i]);
		l->path.n = n;
	}
}

void
settings_leaves(struct arena *a, struct jv *doc,
    void (*each)(void *arg, struct str pointer, struct jv *v), void *arg)
{
	struct leaves l = {a, {0}, each, arg};

	descend(&l, doc);
	buf_free(&l.path);
}

struct differ {
	struct run *r;
	struct buf path, text;
	struct jv *list;
};

static void
put_side(struct differ *d, struct jv *o, struct str name, struct jv *v)
{
	if (v == NULL) {
		buf_puts(&d->text, "(absent)");
		return;
	}
	jv_print(&d->text, v, JV_COMPACT);
	jv_set(d->r->arena, o, name, v);
}

static void
differs(struct differ *d, struct jv *a, struct jv *b)
{
	struct jv *o = jv_push(d->r->arena, d->list, jv_object(d->r->arena));

	jv_set(d->r->arena, o, STR("pointer"),
	    jv_string(d->r->arena, arena_str(d->r->arena, buf_str(&d->path))));
	buf_put(&d->text, buf_str(&d->path));
	buf_puts(&d->text, ": ");
	put_side(d, o, STR("from"), a);
	buf_puts(&d->text, " -> ");
	put_side(d, o, STR("to"), b);
	buf_putc(&d->text, '\n');
}

/* Objects by their members; lists of one length by their items. */
static void
compare(struct differ *d, struct jv *a, struct jv *b)
{
	size_t n = d->path.n, i;
	struct jv_member *m;

	if (a == NULL || b == NULL || a->type != b->type ||
	    a->items.n != b->items.n ||
	    (a->type != JV_OBJECT && a->type != JV_ARRAY)) {
		if (a == NULL || b == NULL || !jv_equal(a, b))
			differs(d, a, b);
		return;
	}
	for (i = 0; i < a->items.n; i++) {
		buf_printf(&d->path, "/%zu", i);
		compare(d, a->items.p[i], b->items.p[i]);
		d->path.n = n;
	}
	VEC_FOREACH(m, &a->members) {
		jv_pointer_add(&d->path, m->key);
		compare(d, m->value, jv_get(b, m->key));
		d->path.n = n;
	}
	VEC_FOREACH(m, &b->members) {
		if (jv_get(a, m->key) != NULL)
			continue;
		jv_pointer_add(&d->path, m->key);
		compare(d, NULL, m->value);
		d->path.n = n;
	}
}

/* A side is the name of a target, or a file or directory for `t`. */
static struct jv *
side(struct run *r, const struct target *t, const char *name)
{
	const struct target *named = target_find(str_from(name));

	return named != NULL ? settings_of(r, named, NULL, false)
			     : settings_of(r, t, name, false);
}

static int
print(struct differ *d, const char *a, const char *b)
{
	struct arena *ar = d->r->arena;
	struct jv *o = jv_object(ar);
	int status;

	if (opt_on(d->r, OPT_JSON)) {
		jv_set(ar, o, STR("version"), jv_int(ar, 1));
		jv_set(ar, o, STR("from"), jv_string(ar, str_from(a)));
		jv_set(ar, o, STR("to"), jv_string(ar, str_from(b)));
		jv_set(ar, o, STR("differences"), d->list);
		d->text.n = 0;
		jv_print(&d->text, o, JV_PRETTY);
		buf_putc(&d->text, '\n');
	}
	status = cmd_print(d->r, buf_str(&d->text));
	if (status == EXIT_OK && d->list->items.n > 0)
		status = EXIT_FINDINGS;
	return status;
}

int
settings_diff(struct run *r, const struct target *t)
{
	struct differ d = {.r = r, .list = jv_array(r->arena)};
	const char *names[] = {r->args.p[1], r->args.p[2]};
	struct jv *docs[2];
	int status, i;

	/* Files are completed for the target that the other side names. */
	for (i = 0; i < 2 && t == NULL; i++)
		t = target_find(str_from(names[i]));
	if (t == NULL)
		return cmd_fail(r, EXIT_USAGE,
		    "settings: say with --target for which target the files "
		    "are");
	for (i = 0; i < 2; i++)
		docs[i] = side(r, t, names[i]);
	cmd_report(r);
	if (docs[0] == NULL || docs[1] == NULL || r->diags.errors > 0)
		return cmd_status(r);
	compare(&d, docs[0], docs[1]);
	status = print(&d, names[0], names[1]);
	buf_free(&d.path);
	buf_free(&d.text);
	return status;
}
