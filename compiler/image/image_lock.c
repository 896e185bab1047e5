/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock file: facts with pins that the user commits.  Its entries are
 * asked before anything that could have changed; what a run learned is added.
 */
#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

/* The entries that --update names. */
static void
read_renewed(struct img_store *s)
{
	const struct str *text;
	struct img_ref ref;
	struct rt_err err;

	VEC_FOREACH(text, &s->options->update) {
		if (img_ref_parse(&ref, s->arena, *text, &err) == 0)
			VEC_PUSH(s->arena, &s->renewed, ref);
		else
			img_source_bad(s, &err);
	}
}

bool
img_lock_renews(const struct img_store *s, const struct img_ref *ref)
{
	const struct img_ref *it;

	if (s->options->update_all)
		return true;
	VEC_FOREACH(it, &s->renewed)
		if (img_ref_eq(it, ref))
			return true;
	return false;
}

static struct img_file *
no_file(struct img_store *s)
{
	struct img_file *f = ARENA_NEW(s->arena, struct img_file);

	f->path = str_from(s->options->lock_path);
	f->json = jv_object(s->arena);
	return f;
}

void
img_lock_open(struct img_store *s, const struct img_kind *kind)
{
	const char *path = s->options->lock_path;
	struct img_file *f;
	struct rt_err err;
	int rc;

	if (path == NULL)
		return;
	read_renewed(s);
	rc = img_file_read(&f, s->arena, path, s->platform, true, &err);
	if (rc == RT_ENOTFOUND) {
		/* Each image will say so. */
		if (s->options->locked)
			return;
		f = no_file(s);
	} else if (rc != 0) {
		img_source_bad(s, &err);
		return;
	}
	if (f->other_platform) {
		diag_report(s->diags, IMAGE_LOCK_PLATFORM, loc_none, path,
		    STR_ARG(jv_get_str(f->json, STR("platform"))),
		    STR_ARG(s->platform));
		return;
	}
	s->lock = img_source_add(s, kind, f->path, f);
	s->lock->local = true;
}

int
img_lock_hold(const char *lock_path)
{
	struct str path = str_from(lock_path), base = str_basename(path);
	struct arena *a = arena_new();
	const char *dir = ".";
	int fd;

	if (base.n < path.n)
		dir = arena_cstr(a, str_sub(path, 0, path.n - base.n));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	arena_free(a);
	/* A file system without locks: the last writer wins. */
	while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
		;
	return fd;
}

void
img_lock_release(int held)
{
	if (held >= 0)
		(void)close(held);
}

static void
set_text(struct arena *a, struct jv *o, struct str key, struct str value)
{
	if (value.n > 0)
		jv_set(a, o, key, jv_string(a, value));
}

static struct jv *
layers_json(struct arena *a, const struct img_facts *f)
{
	struct jv *list = jv_array(a), *o;
	size_t i;

	for (i = 0; i < f->nlayers; i++) {
		const struct img_layer *l = &f->layers[i];

		o = jv_push(a, list, jv_object(a));
		set_text(a, o, STR("diff_id"), l->diff_id);
		set_text(a, o, STR("digest"), l->digest);
		if (l->size > 0)
			jv_set(a, o, STR("size"), jv_int(a, (int64_t)l->size));
		set_text(a, o, STR("verity_hash"), l->verity_hash);
	}
	return list;
}

/* Without members that say nothing. */
static struct jv *
config_json(struct arena *a, const struct jv *config)
{
	struct jv *o = jv_object(a);
	const struct jv_member *m;

	VEC_FOREACH(m, &config->members)
		if (m->value->type != JV_NULL)
			jv_set(a, o, m->key, m->value);
	return o;
}

static struct jv *
entry_json(struct arena *a, const struct img_facts *f)
{
	struct jv *o = jv_object(a);

	jv_set(a, o, STR("config"), config_json(a, f->config));
	set_text(a, o, STR("config_digest"), f->config_digest);
	if (f->have_users) {
		jv_set(a, o, STR("group"), jv_string(a, f->group));
		jv_set(a, o, STR("passwd"), jv_string(a, f->passwd));
	}
	set_text(a, o, STR("index"), f->index_digest);
	jv_set(a, o, STR("layers"), layers_json(a, f));
	set_text(a, o, STR("manifest"), f->manifest_digest);
	return o;
}

static void
sort_all(struct jv *v)
{
	size_t i;

	jv_sort(v);
	for (i = 0; i < v->members.n; i++)
		sort_all(v->members.p[i].value);
	for (i = 0; i < v->items.n; i++)
		sort_all(v->items.p[i]);
}

static void
add_member(struct arena *a, struct jv *o, struct str key, struct jv *value)
{
	struct jv_member m = {key, value};

	VEC_PUSH(a, &o->members, m);
}

static struct str
print_lock(struct img_store *s, const struct jv *old, struct jv *images)
{
	struct arena *a = s->arena;
	struct jv *top = jv_object(a);
	const struct jv_member *m;
	struct buf b = {0};
	struct str text;

	/* Members that a newer version of this program added stay. */
	VEC_FOREACH(m, &old->members)
		jv_set(a, top, m->key, m->value);
	jv_set(a, top, STR("images"), images);
	jv_set(a, top, STR("platform"), jv_string(a, s->platform));
	jv_set(a, top, STR("version"), jv_int(a, IMG_LOCK_VERSION));
	top = jv_copy(a, top);
	sort_all(top);
	jv_print(&b, top, JV_PRETTY);
	buf_putc(&b, '\n');
	text = arena_str(a, buf_str(&b));
	buf_free(&b);
	return text;
}

/*
 * The file as it is now: another run may have written since this one began.
 * If it cannot be read any more, what it was then is all that is known of it.
 */
static const struct img_file *
file_now(struct img_store *s)
{
	struct img_file *f;
	struct rt_err err;

	if (img_file_read(&f, s->arena, s->options->lock_path, s->platform,
		true, &err) != 0 ||
	    f->other_platform)
		return s->lock->state;
	return f;
}

/* What is being put together, from both sides. */
struct making {
	struct img_store *store;
	struct map learned; /* completed reference: facts from elsewhere */
	struct map used;    /* key of the file: an answer */
	struct jv *images;
	struct img_lock *out;
};

static void
note(struct making *m, struct str ref, enum img_lock_state state,
    struct str old, struct str now)
{
	struct img_lock_entry e = {ref, state, old, now};

	VEC_PUSH(m->store->arena, &m->out->entries, e);
}

/* Without a manifest digest there is nothing to pin. */
static bool
is_learned(const struct img_store *s, const struct img_answer *ans)
{
	return ans->facts != NULL && ans->source != s->lock &&
	       ans->facts->manifest_digest.n > 0;
}

static void
see_answers(struct making *m)
{
	struct arena *a = m->store->arena;
	struct img_answer **ans;

	VEC_FOREACH(ans, &m->store->answers) {
		struct img_facts *f = (*ans)->facts;

		if (f == NULL)
			continue;
		if ((*ans)->source == m->store->lock)
			(void)map_set(a, &m->used, (*ans)->entry, *ans);
		else if (is_learned(m->store, *ans))
			(void)map_set(
			    a, &m->learned, img_ref_full(a, &(*ans)->ref), f);
	}
}

static void
keep_entry(struct making *m, const struct img_entry *e, bool prune)
{
	struct str digest = img_pull_digest(&e->facts), ref = e->facts.ref;
	bool used = map_get(&m->used, ref) != NULL;

	if (!used && prune) {
		note(m, ref, IMG_LOCK_REMOVED, digest, STR(""));
		return;
	}
	note(m, ref, used ? IMG_LOCK_KEPT : IMG_LOCK_UNUSED, digest, digest);
	add_member(m->store->arena, m->images, ref, e->json);
}

static void
add_entry(
    struct making *m, const struct img_facts *f, const struct img_file *old)
{
	struct arena *a = m->store->arena;
	const struct img_entry *e = map_get(&old->by_text, f->ref);
	struct jv *json = entry_json(a, f);
	enum img_lock_state state = IMG_LOCK_ADDED;
	struct str before = STR("");

	if (e != NULL) {
		before = img_pull_digest(&e->facts);
		state =
		    jv_equal(json, e->json) ? IMG_LOCK_KEPT : IMG_LOCK_CHANGED;
	}
	note(m, f->ref, state, before, img_pull_digest(f));
	add_member(a, m->images, f->ref, json);
}

static int
by_ref(const void *x, const void *y)
{
	const struct img_lock_entry *a = x, *b = y;

	return str_cmp(a->ref, b->ref);
}

void
img_lock_make(struct img_lock *out, struct img_store *s, bool prune)
{
	struct making m = {
	    .store = s, .images = jv_object(s->arena), .out = out};
	const struct img_file *old = file_now(s);
	struct img_entry *const *e;
	struct img_answer **ans;

	see_answers(&m);
	VEC_FOREACH(ans, &s->answers)
		if (is_learned(s, *ans))
			add_entry(&m, (*ans)->facts, old);
	/* Another spelling of what was learned would contradict it. */
	VEC_FOREACH(e, &old->entries)
		if (map_get(&m.learned, img_ref_full(s->arena, &(*e)->ref)) ==
		    NULL)
			keep_entry(&m, *e, prune);
	out->text = print_lock(s, old->json, m.images);
	if (out->entries.n > 0)
		qsort(out->entries.p, out->entries.n, sizeof(*out->entries.p),
		    by_ref);
}

struct str
img_store_lock(struct img_store *s)
{
	struct img_lock lock = {0};
	struct img_answer **ans;
	bool news = false;

	if (s->lock == NULL || s->options->locked)
		return STR("");
	VEC_FOREACH(ans, &s->answers)
		news |= is_learned(s, *ans);
	if (news)
		img_lock_make(&lock, s, false);
	return lock.text;
}

bool
img_lock_uses(struct img_store *s, struct str text)
{
	struct img_answer **ans;
	struct img_ref ref;

	if (img_ref_parse(&ref, s->arena, text, NULL) != 0)
		return false;
	VEC_FOREACH(ans, &s->answers)
		if (img_ref_eq(&(*ans)->ref, &ref))
			return true;
	return false;
}
