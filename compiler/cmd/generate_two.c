/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Round two of generate, which compiles exactly what the completed text says:
 * one document after the other is read, lowered, linked, filled in and proven.
 * What is left of it is its final text and a few records.
 */
#include <string.h>

#include "compiler/cmd/generate.h"
#include "runtime/base/banned.h"

/* The document whose turn it is. */
struct turn {
	struct generate *g;
	struct arena *arena; /* of the turn */
	struct gen_file *file;
	struct gen_doc *doc;
	struct unit *unit; /* as read from the completed text */
	struct k8s_objects objects;
	VEC(struct filled) filled;
	struct buf *out; /* final text */
	size_t done;     /* of the user's file: so far it is in `out` */
};

/*
 * Target, settings and linker of one platform; made once per target.  After
 * an error, which is reported once, a part is missing.  NULL: the platform is
 * none of the profile's.
 */
static struct gen_target *
target_of(struct generate *g, const struct work *w)
{
	const char *name = generate_target_name(g, w->sel.platform);
	struct gen_target **it, *t;

	if (name == NULL)
		return NULL;
	VEC_FOREACH(it, &g->targets) {
		if (strcmp((*it)->target->name, name) == 0 &&
		    strcmp((*it)->carrier, w->sel.carrier) == 0)
			return *it;
	}
	t = ARENA_NEW(g->arena, struct gen_target);
	t->target = target_find(str_from(name));
	t->carrier = w->sel.carrier;
	VEC_PUSH(g->arena, &g->targets, t);
	t->settings =
	    settings_load(g->arena, g->diags, t->target, &g->settings_source);
	if (t->settings == NULL)
		return t;
	t->policy = g->policy;
	t->policy.target = t->target->name;
	t->policy.initdata = strcmp(w->sel.carrier, CARRIER_INITDATA) == 0;
	t->options = g->lower;
	t->options.target = t->target;
	t->options.settings = t->settings;
	t->lower =
	    lower_new(g->arena, g->diags, &g->data, g->images, &t->options);
	t->linker = policy_linker_new(g->arena, g->diags, &t->policy);
	return t;
}

/* The images of all selected workloads, several at once. */
static void
prefetch(struct generate *g)
{
	struct arena *scratch = arena_new();
	struct img_wants wants = {0};
	const struct gen_target *t;
	const struct work *w;

	VEC_FOREACH(w, &g->works) {
		t = w->sel.in ? target_of(g, w) : NULL;
		if (t != NULL && t->lower != NULL)
			lower_images(&wants, t->lower, scratch, w->object);
	}
	img_store_prefetch(g->images, wants.list.p, wants.list.n);
	arena_free(scratch);
}

unsigned
generate_wishes(struct generate *g, const struct work *w)
{
	static const struct {
		const char *key;
		unsigned flag;
	} table[] = {{"require-sidecars", LOWER_NO_SIDECAR_OMITTED},
	    {"require-env", LOWER_ENV_COMPLETE},
	    {"unique-containers", LOWER_UNIQUE_CONTAINERS}};
	unsigned flags = w->sel.coordinator ? LOWER_COORDINATOR : 0;
	const struct yaml_node *n;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		n = pass_annotation(&g->ctx, w->object, table[i].key);
		if (str_eqz(yaml_text(n), "true"))
			flags |= table[i].flag;
		else if (n != NULL && !str_eqz(yaml_text(n), "false"))
			diag_report(
			    g->diags, ANNOTATION_BOOL, n->loc, table[i].key);
	}
	return flags;
}

/* Its line of the manifest, which outlives it. */
static void
enter(struct generate *g, const struct work *w, struct str digest)
{
	struct arena *a = g->arena;
	struct workload_policy p = {0};

	if (!extract_describe(
		&p, a, &g->entries, w->object, digest, g->secret_id_format))
		g->unnamed = true;
	if (p.hash.n == 0)
		return;
	p.object = NULL;
	p.hash = arena_str(a, p.hash);
	p.name = arena_str(a, p.name);
	p.ns = arena_str(a, p.ns);
	p.api = str_from(w->object->kind->api);
	p.kind = w->kind_name;
	p.role = arena_str(a, p.role);
	p.secret_id = arena_str(a, p.secret_id);
	p.other_id = arena_str(a, p.other_id);
	VEC_PUSH(a, &g->policies.list, p);
}

static bool
fill_in(struct turn *t, struct work *w, const struct policy *p)
{
	struct filled fill = {
	    pass_carrier_node(w->object, &w->sel), p->carrier};

	if (fill.node == NULL) {
		diag_report(t->g->diags, INTERNAL, w->object->node->loc,
		    "the completed text has no carrier annotation");
		return false;
	}
	VEC_PUSH(t->arena, &t->filled, fill);
	w->text_size = p->text.n;
	w->carrier_size = p->carrier.n;
	generate_size(t->g, w);
	enter(t->g, w, p->digest);
	return true;
}

/* Does the guest compare the digests of what it pulls with the policy? */
static bool
checks_digests(const struct gen_target *t)
{
	const struct jv *pull =
	    jv_path(t->settings, "contrastc", "checks", "image_pull", NULL);

	return !str_eqz(jv_str(pull), "ignore");
}

/* To whoever asked for it, or into its annotation. */
static bool
hand_over(struct turn *t, struct work *w, const struct gen_target *target,
    const struct jv *data, const struct policy *p)
{
	struct compiled c = {t->arena, w, target, data, p};

	if (t->g->each != NULL)
		return t->g->each(t->g->each_ctx, &c);
	return fill_in(t, w, p);
}

/* One workload: lowered, linked, its annotation filled in. */
static bool
compile(struct turn *t, struct work *w)
{
	struct generate *g = t->g;
	struct gen_target *target = target_of(g, w);
	struct policy policy;
	struct jv *data;
	bool ok;

	if (target == NULL)
		diag_report(g->diags, PLATFORM_PROFILE, w->object->node->loc,
		    w->sel.platform->name);
	if (target == NULL || target->lower == NULL || target->linker == NULL)
		return false;
	ok = k8s_check_fields(t->arena, g->diags, w->object, true, g->lenient);
	data = lower_workload(
	    target->lower, t->arena, w->object, generate_wishes(g, w));
	if (g->facts_only)
		return ok && data != NULL;
	/* Upstream's verifier wants digests whatever the target does. */
	g->ctx.any_tag = g->pass.coco && !checks_digests(target);
	pass_verify(&g->ctx, w->object, &w->sel);
	return ok && data != NULL &&
	       policy_link(&policy, t->arena, target->linker, data) &&
	       hand_over(t, w, target, data, &policy);
}

static bool
compile_objects(struct turn *t)
{
	struct generate *g = t->g;
	size_t next = t->doc->first_work;
	struct k8s_object **o;
	bool ok = true;

	VEC_FOREACH(o, &t->objects.list) {
		struct work *w = NULL;

		if (generate_is_workload(*o))
			w = &g->works.p[next++];
		if (w == NULL || !w->sel.in) {
			(void)k8s_check_fields(
			    t->arena, g->diags, *o, false, true);
			continue;
		}
		w->object = *o;
		ok &= compile(t, w);
	}
	return ok;
}

/* The document as the completed text has it. */
static bool
read_completed(struct turn *t)
{
	struct gen_doc *doc = t->doc;
	struct units one = {.list = {&t->unit, 1, 1}};

	t->unit = doc->unit;
	t->objects = doc->objects;
	if (doc->completed == NULL)
		return true;
	t->unit = edit_prove(t->arena, t->g->diags, doc->unit, doc->completed);
	memset(&t->objects, 0, sizeof(t->objects));
	return t->unit != NULL &&
	       k8s_objects_read(&t->objects, t->arena, t->g->diags, &one);
}

static struct str
users(const struct turn *t, size_t to)
{
	return str_sub(t->file->in.source->text, t->done, to);
}

/* The final text up to the end of the document, if anything is new in it. */
static bool
put_document(struct turn *t)
{
	struct loc user = t->doc->unit->loc;
	size_t end = (size_t)user.off + user.len;
	bool same = t->filled.n == 0 &&
		    (t->doc->completed == NULL ||
			str_eq(t->doc->completed->text, loc_text(user)));

	if (same)
		return true;
	buf_put(t->out, users(t, user.off));
	t->done = end;
	t->file->changed = true;
	return emit_document(t->out, t->arena, t->g->diags, user, t->unit,
	    t->filled.p, t->filled.n);
}

/* Nothing of the document is needed any more. */
static void
end_turn(struct turn *t)
{
	struct gen_batch *b = t->doc->batch;
	struct work *w = t->g->works.p + t->doc->first_work;
	size_t i;

	for (i = 0; i < t->doc->nworks; i++)
		w[i].object = w[i].sel.object = NULL;
	memset(&t->objects, 0, sizeof(t->objects));
	memset(&t->filled, 0, sizeof(t->filled));
	arena_reset(t->arena);
	t->doc->unit = NULL;
	if (b == NULL || --b->left > 0 || b->kept)
		return;
	arena_free(b->arena);
	b->arena = NULL;
}

static bool
document(struct turn *t)
{
	bool ok = read_completed(t) && compile_objects(t) &&
		  t->g->diags->errors == 0 &&
		  (t->g->facts_only || t->g->each != NULL || put_document(t));

	end_turn(t);
	return ok;
}

/* --output: the documents of all active files, one after the other. */
static bool
is_joined(const struct turn *t)
{
	const struct run *r = t->g->run;

	return opt_str(r, OPT_OUTPUT) != NULL &&
	       (t->file->active || opt_on(r, OPT_OUTPUT_ALL));
}

#define BOM STR("\xef\xbb\xbf")

static void
join_begin(struct turn *t)
{
	struct buf *b = &t->g->joined;
	struct str s = t->file->in.source->text;

	t->out = b;
	if (b->n > 0 && b->p[b->n - 1] != '\n')
		buf_putc(b, '\n');
	if (str_starts(s, BOM))
		s = str_sub(s, BOM.n, s.n);
	if (b->n > 0 && !str_starts(s, STR("---")))
		buf_puts(b, "---\n");
}

/* In the middle of a text there is no place for a byte order mark. */
static void
join_end(struct buf *b, size_t from)
{
	struct str s = str_sub(buf_str(b), from, b->n);

	if (!str_starts(s, BOM))
		return;
	b->n -= BOM.n;
	memmove(b->p + from, b->p + from + BOM.n, b->n - from);
}

static bool
file(struct turn *t)
{
	struct gen_file *f = t->file;
	bool ok = true, join = is_joined(t);
	size_t from;

	t->done = 0;
	t->out = &f->final;
	if (join)
		join_begin(t);
	from = t->out->n;
	VEC_FOREACH(t->doc, &f->docs)
		ok &= document(t);
	if (!ok)
		return false;
	if (join || f->changed)
		buf_put(t->out, users(t, f->in.source->text.n));
	if (join)
		join_end(t->out, from);
	f->text = f->changed ? buf_str(&f->final) : f->in.source->text;
	return true;
}

bool
generate_round_two(struct generate *g)
{
	struct turn t = {.g = g, .arena = arena_new()};
	bool ok = true;

	prefetch(g);
	if (!g->facts_only)
		generate_cross(g);
	g->all.list.n = 0;
	g->ctx.arena = t.arena;
	g->ctx.objects = &g->data;
	diags_branch(&g->sizes, g->diags);
	diags_branch(&g->entries, g->diags);
	VEC_FOREACH(t.file, &g->files)
		ok &= file(&t);
	arena_free(t.arena);
	if (!ok || g->diags->errors > 0)
		return false;
	diags_join(g->diags, &g->sizes);
	return g->diags->errors == 0;
}
