/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sources of facts in the order in which they are asked, and what each
 * reference was answered with.
 */
#include <stdio.h>
#include <string.h>

#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

const struct img_kind img_kinds[] = {
    {"images file", img_images_open, img_file_answer, NULL, NULL, false, NULL},
    {"lock file", img_lock_open, img_file_answer, NULL, NULL, false, NULL},
    {"OCI layout", img_layout_open, img_layout_answer, img_layout_peek,
	img_layout_close, true, NULL},
    {"docker archive", img_archive_open, img_archive_answer, NULL,
	img_archive_close, false, NULL},
    {"built-in", img_pause_open, img_pause_answer, NULL, NULL, false, NULL},
    {"registry", img_registry_open, img_registry_answer, img_registry_peek,
	img_registry_close, false, img_registry_find_all},
};
const size_t img_nkinds = sizeof(img_kinds) / sizeof(img_kinds[0]);

struct img_source *
img_source_add(struct img_store *s, const struct img_kind *kind,
    struct str name, void *state)
{
	struct img_source *src = ARENA_NEW(s->arena, struct img_source);

	src->kind = kind;
	src->store = s;
	src->name = name;
	src->state = state;
	VEC_PUSH(s->arena, &s->sources, src);
	return src;
}

struct img_store *
img_store_open(struct arena *a, struct diags *d, const struct img_options *o)
{
	struct img_store *s = ARENA_NEW(a, struct img_store);
	size_t i;

	s->arena = a;
	s->diags = d;
	s->options = o;
	s->scans = img_scans_new();
	s->platform = o->platform.n > 0 ? o->platform : STR("linux/amd64");
	for (i = 0; i < img_nkinds; i++)
		img_kinds[i].open(s, &img_kinds[i]);
	return s;
}

void
img_store_close(struct img_store *s)
{
	struct img_source **src;

	if (s == NULL)
		return;
	VEC_FOREACH(src, &s->sources)
		if ((*src)->kind->close != NULL)
			(*src)->kind->close(*src);
	img_scans_free(s->scans);
	s->scans = NULL;
}

/* "images file a.json (its entry …), OCI layout b": what was asked. */
void
img_source_bad(struct img_store *s, const struct rt_err *err)
{
	if (err->code == RT_EIO || err->code == RT_ENOTFOUND)
		diag_report(s->diags, IMAGE_UNREADABLE, loc_none, err->text);
	else
		diag_report(s->diags, IMAGE_SOURCE, loc_none, err->text);
}

static void
say_tried(struct buf *b, const struct img_source *src, const char *why)
{
	if (src->name.n == 0) {
		/* Several places: it says which. */
		if (why[0] != '\0')
			buf_printf(b, "%s%s %s", b->n > 0 ? ", " : "",
			    src->kind->what, why);
		return;
	}
	buf_printf(b, "%s%s %.*s", b->n > 0 ? ", " : "", src->kind->what,
	    STR_ARG(src->name));
	if (why[0] != '\0')
		buf_printf(b, " (%s)", why);
}

static int
not_found(struct buf *tried, const struct img_options *o, struct rt_err *err)
{
	if (tried->n > 0)
		return rt_err_set(err, RT_ENOTFOUND,
		    o->locked ? "not found in %.*s" : "found nowhere: %.*s",
		    (int)tried->n, tried->p);
	if (o->locked)
		return rt_err_set(err, RT_ENOTFOUND,
		    "there is no lock file%s%s",
		    o->lock_path == NULL ? "" : " ",
		    o->lock_path == NULL ? "" : o->lock_path);
	return rt_err_set(
	    err, RT_ENOTFOUND, "found nowhere: no source was given");
}

/* Facts that lack something leave the question to the next source. */
static int
check_need(const struct img_facts *f, unsigned need, struct rt_err *err)
{
	size_t i;

	if (img_needs_users(need, f->config) && !f->have_users)
		return rt_err_set(err, RT_ENOTFOUND,
		    "its entry has no passwd and group, which are needed");
	if ((need & IMG_VERITY) != 0 && f->nlayers == 0)
		return rt_err_set(err, RT_ENOTFOUND,
		    "it has no layers, whose hashes are needed");
	for (i = 0; (need & IMG_VERITY) != 0 && i < f->nlayers; i++)
		if (f->layers[i].verity_hash.n == 0)
			return rt_err_set(err, RT_ENOTFOUND,
			    "it has no verity_hash of the layers, which are "
			    "needed");
	return 0;
}

/* Is this source left out? */
static bool
skipped(const struct img_store *s, const struct img_source *src,
    const struct img_ref *ref)
{
	return (s->options->locked && !src->local) ||
	       (src == s->lock && img_lock_renews(s, ref));
}

/* A reference on its way through the sources. */
struct asking {
	struct img_answer *ans;
	struct img_store *store;
	struct img_ref ref; /* gets the locked digest */
	unsigned need;
	struct img_facts facts;
	struct buf tried;
	size_t next; /* source to ask */
};

/* Is what a source found enough?  RT_ENOTFOUND: the next one is asked. */
static int
weigh(struct asking *q, int rc)
{
	struct img_answer *ans = q->ans;

	if (rc == 0 && q->need != IMG_DIGEST) {
		rc = check_need(&q->facts, q->need, &ans->err);
		/* What the lock file lacks is of the image that it names. */
		if (rc != 0 && ans->source == q->store->lock &&
		    q->ref.digest.n == 0)
			q->ref.digest = img_pull_digest(&q->facts);
	}
	if (rc == RT_ENOTFOUND)
		say_tried(&q->tried, ans->source, ans->err.text);
	return rc;
}

static int
find(struct asking *q, struct img_source *src)
{
	struct rt_err *err = &q->ans->err;

	if (q->need == IMG_DIGEST)
		return img_digest_find(&q->facts, src, &q->ref, err);
	return src->kind->find(&q->facts, src, &q->ref, q->need, err);
}

/* Up to the first that is better asked for several at once, if `local`. */
static int
ask(struct asking *q, bool local)
{
	struct img_store *s = q->store;
	struct img_answer *ans = q->ans;
	struct img_source *src;
	int rc;

	for (; q->next < s->sources.n; q->next++) {
		src = s->sources.p[q->next];
		if (skipped(s, src, &ans->ref))
			continue;
		if (local && src->kind->find_all != NULL)
			break;
		ans->err.text[0] = '\0';
		ans->source = src;
		rc = weigh(q, find(q, src));
		if (rc != RT_ENOTFOUND)
			return rc;
	}
	return RT_ENOTFOUND;
}

static void
fail(struct asking *q, int rc)
{
	struct img_answer *ans = q->ans;
	const struct img_source *src = ans->source;

	if (rc == RT_ENOTFOUND)
		(void)not_found(&q->tried, q->store->options, &ans->err);
	else if (src->name.n > 0)
		(void)rt_err_wrap(
		    &ans->err, "%s %.*s", src->kind->what, STR_ARG(src->name));
	else
		(void)rt_err_wrap(&ans->err, "%s", src->kind->what);
	ans->failed = true;
	ans->wanted = q->need;
}

static void
conclude(struct asking *q, int rc)
{
	struct img_answer *ans = q->ans;

	if (rc != 0) {
		fail(q, rc);
	} else {
		if (ans->source == q->store->lock ||
		    !img_ref_eq(&q->ref, &ans->ref))
			img_tag_check(q->store, &ans->ref, &q->facts);
		ans->entry = q->facts.ref;
		q->facts.ref = ans->ref.text;
		/* What was handed out before stays where it is. */
		if (ans->facts == NULL)
			ans->facts =
			    ARENA_NEW(q->store->arena, struct img_facts);
		*ans->facts = q->facts;
		ans->need = q->need;
	}
	buf_free(&q->tried);
}

static struct img_answer *
new_answer(struct img_store *s, struct str ref)
{
	struct img_answer *ans = ARENA_NEW(s->arena, struct img_answer);

	ref = arena_str(s->arena, ref);
	if (img_ref_parse(&ans->ref, s->arena, ref, &ans->err) != 0)
		ans->failed = true;
	(void)map_set(s->arena, &s->asked, ref, ans);
	VEC_PUSH(s->arena, &s->answers, ans);
	return ans;
}

static struct img_answer *
answer_of(struct img_store *s, struct str ref)
{
	struct img_answer *ans = map_get(&s->asked, ref);

	return ans != NULL ? ans : new_answer(s, ref);
}

static bool
is_open(const struct img_answer *ans, unsigned need)
{
	if (ans->facts != NULL && (need & ~ans->need) == 0)
		return false;
	return !ans->failed ||
	       (ans->ref.text.n > 0 && (ans->wanted & ~need) != 0);
}

void
img_ask(struct img_answer *ans, struct img_store *s, unsigned need)
{
	struct asking q = {
	    .ans = ans, .store = s, .ref = ans->ref, .need = need};

	conclude(&q, ask(&q, false));
}

const struct img_facts *
img_facts_get(
    struct img_store *s, struct str ref, unsigned need, struct rt_err *err)
{
	struct img_answer *ans = answer_of(s, ref);

	if (is_open(ans, need))
		img_ask(ans, s, need | ans->need);
	if (ans->facts != NULL && (need & ~ans->need) == 0)
		return ans->facts;
	if (err != NULL)
		*err = ans->err;
	return NULL;
}

struct askings {
	struct arena *arena; /* for the time of it */
	VEC(struct asking *) list;
	struct map by_ref;
};

/* Each reference once, with all that anyone needs of it. */
static void
gather(struct askings *out, struct img_store *s, const struct img_want *w)
{
	struct img_answer *ans = answer_of(s, w->ref);
	struct asking *q = map_get(&out->by_ref, w->ref);

	if (q != NULL) {
		q->need |= w->need;
		return;
	}
	if (!is_open(ans, w->need))
		return;
	q = ARENA_NEW(out->arena, struct asking);
	q->ans = ans;
	q->store = s;
	q->ref = ans->ref;
	q->need = w->need | ans->need;
	(void)map_set(out->arena, &out->by_ref, ans->ref.text, q);
	VEC_PUSH(out->arena, &out->list, q);
}

/* The same source for all of them: there is one registry source. */
static void
ask_together(struct askings *all, struct asking **q, size_t n)
{
	struct img_question *questions =
	    ARENA_ARRAY(all->arena, struct img_question, n);
	struct img_source *src;
	size_t i;
	int rc;

	if (n == 0)
		return;
	src = q[0]->store->sources.p[q[0]->next];
	for (i = 0; i < n; i++) {
		questions[i].ref = &q[i]->ref;
		questions[i].need = q[i]->need;
	}
	src->kind->find_all(src, questions, n);
	for (i = 0; i < n; i++) {
		q[i]->ans->source = src;
		q[i]->ans->err = questions[i].err;
		q[i]->facts = questions[i].facts;
		rc = weigh(q[i], questions[i].rc);
		q[i]->next++;
		if (rc == RT_ENOTFOUND)
			rc = ask(q[i], false);
		conclude(q[i], rc);
	}
}

void
img_store_prefetch(struct img_store *s, const struct img_want *wants, size_t n)
{
	struct askings all = {.arena = arena_new()};
	VEC(struct asking *) far = {0};
	struct asking **q;
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		gather(&all, s, &wants[i]);
	VEC_FOREACH(q, &all.list) {
		rc = ask(*q, true);
		if (rc == RT_ENOTFOUND && (*q)->next < s->sources.n)
			VEC_PUSH(all.arena, &far, *q);
		else
			conclude(*q, rc);
	}
	ask_together(&all, far.p, far.n);
	arena_free(all.arena);
}
