/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first stages of generate: files become documents and objects, and the
 * passes complete them.
 */
#include <malloc.h>
#include <string.h>

#include "compiler/cmd/generate.h"
#include "runtime/base/banned.h"

/* Trees of so many bytes make a batch. */
#define BATCH ((size_t)1 << 20)

/*
 * Only a guess, before the text is parsed: a wrong one costs memory.  JSON
 * texts follow each other without a mark.
 */
static bool
may_hold_data(struct str text)
{
	static const struct str kinds[] = {
	    STR_INIT("kind: ConfigMap"), STR_INIT("kind: Secret")};
	size_t at = 0;

	for (; at < text.n; at++) {
		while (at < text.n && (text.p[at] == ' ' || text.p[at] == '-'))
			at++;
		if (at < text.n && text.p[at] == 'k' &&
		    (str_starts(str_sub(text, at, text.n), kinds[0]) ||
			str_starts(str_sub(text, at, text.n), kinds[1])))
			return true;
		at = str_chr(text, '\n', at);
		if (at == SIZE_MAX)
			break;
	}
	return text.p[0] == '{';
}

/* Where the tree of a document goes. */
static struct arena *
pick(void *arg, struct str text)
{
	struct generate *g = arg;
	struct gen_batch *b =
	    g->batches.n == 0 ? NULL : g->batches.p[g->batches.n - 1];

	if (may_hold_data(text))
		return g->arena;
	if (b == NULL || arena_used(b->arena) > BATCH) {
		b = ARENA_NEW(g->arena, struct gen_batch);
		b->arena = arena_new();
		VEC_PUSH(g->arena, &g->batches, b);
	}
	return b->arena;
}

/* Documents took batches in their order, from `*at` on. */
static struct gen_batch *
batch_of(struct generate *g, const struct unit *u, size_t *at)
{
	if (u->arena == g->arena)
		return NULL;
	while (g->batches.p[*at]->arena != u->arena)
		(*at)++;
	return g->batches.p[*at];
}

static bool
read_file(struct generate *g, struct gen_file *f)
{
	size_t at = g->batches.n > 0 ? g->batches.n - 1 : 0;
	struct units units = {0};
	struct unit **u;
	bool ok =
	    yaml_read_into(&units, g->arena, g->diags, f->in.source, pick, g);

	VEC_FOREACH(u, &units.list) {
		struct gen_doc doc = {
		    .unit = *u, .batch = batch_of(g, *u, &at)};

		if (doc.batch != NULL)
			doc.batch->left++;
		VEC_PUSH(g->arena, &f->docs, doc);
	}
	return ok;
}

static bool
read_files(struct generate *g)
{
	struct inputs in = {0};
	bool ok = true;
	size_t i;

	if (!cmd_inputs(g->run, &in))
		return false;
	for (i = 0; i < in.list.n; i++) {
		struct gen_file file = {.in = in.list.p[i]};

		ok &= read_file(g, &file);
		VEC_PUSH(g->arena, &g->files, file);
	}
	return ok;
}

/* What is looked up by others stays, and where secrets are is remembered. */
static void
see_object(struct generate *g, struct gen_doc *doc, struct k8s_object *o)
{
	VEC_PUSH(g->arena, &g->all.list, o);
	if (str_eq(o->kind_name, STR("Secret")))
		VEC_PUSH(g->arena, &g->secrets, doc->unit->loc);
	if (o->kind == NULL || o->kind->role != K8S_DATA)
		return;
	VEC_PUSH(g->arena, &g->data.list, o);
	if (doc->batch != NULL)
		doc->batch->kept = true;
}

static bool
read_objects(struct generate *g, struct gen_file *f)
{
	struct k8s_object **o;
	struct gen_doc *doc;
	bool ok = true;

	VEC_FOREACH(doc, &f->docs) {
		struct units one = {.list = {&doc->unit, 1, 1}};

		ok &= k8s_objects_read(
		    &doc->objects, doc->unit->arena, g->diags, &one);
		VEC_FOREACH(o, &doc->objects.list)
			see_object(g, doc, *o);
	}
	return ok;
}

/*
 * Of the C library: what is this large, as most of a batch, goes back to the
 * system when it is freed, and what is smaller stays for the next document.
 * Its own limits move with what was freed before.
 */
#define LARGE (256 << 10)

bool
generate_read(struct generate *g)
{
	struct gen_file *f;
	bool ok = true;

	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
	(void)mallopt(M_TRIM_THRESHOLD, 16 * LARGE);
	if (!read_files(g))
		return false;
	VEC_FOREACH(f, &g->files)
		ok &= read_objects(g, f);
	return ok;
}

bool
generate_is_workload(const struct k8s_object *o)
{
	return o->kind != NULL && o->kind->role == K8S_WORKLOAD;
}

/* The object goes with its tree; the summary is printed at the end. */
static struct work
new_work(struct generate *g, struct k8s_object *o, const struct selection *sel)
{
	struct arena *a = g->arena;
	struct work w = {.sel = *sel, .object = o};

	w.kind_name = str_from(o->kind->name);
	w.name = arena_str(a, o->name.n > 0 ? o->name : o->generate_name);
	w.sel.why = arena_str(a, sel->why);
	w.sel.initializer = arena_str(a, sel->initializer);
	w.sel.mesh = arena_str(a, sel->mesh);
	return w;
}

/* Ten thousand injected containers would be most of all trees. */
static void
share(struct generate *g, struct gen_doc *doc)
{
	struct k8s_object **o;

	yaml_share(&g->pool, doc->unit);
	VEC_FOREACH(o, &doc->objects.list)
		k8s_object_find(*o);
	arena_reset(g->made);
}

/* The passes over the objects of one document. */
static bool
complete(struct generate *g, struct gen_file *f, struct gen_doc *doc)
{
	struct k8s_object **o;
	struct selection sel;
	bool ok = true;

	edits_begin(g->edits, doc->unit);
	doc->first_work = g->works.n;
	VEC_FOREACH(o, &doc->objects.list) {
		k8s_check_kind(g->diags, *o);
		if (!generate_is_workload(*o))
			continue;
		ok &= pass_run(&g->ctx, *o, g->edits, &sel);
		f->active |= sel.in;
		g->selected += sel.in;
		VEC_PUSH(g->arena, &g->works, new_work(g, *o, &sel));
		doc->nworks++;
	}
	ok = ok && edit_text(g->edits, g->arena, &doc->completed);
	share(g, doc);
	return ok;
}

bool
generate_round_one(struct generate *g)
{
	struct gen_file *f;
	struct gen_doc *doc;
	bool ok;

	g->ctx.arena = g->arena;
	g->ctx.diags = g->diags;
	g->ctx.options = &g->pass;
	g->ctx.objects = &g->all;
	g->edits = edits_open(g->arena, g->diags);
	ok = pass_begin(&g->ctx);
	g->made = g->ctx.arena = arena_new();
	g->pool.arena = g->arena;
	VEC_FOREACH(f, &g->files) {
		VEC_FOREACH(doc, &f->docs)
			ok &= complete(g, f, doc);
	}
	return ok;
}
