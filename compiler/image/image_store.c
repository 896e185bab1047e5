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
    {"images file", img_images_open, img_file_answer, NULL, NULL},
    {"lock file", img_lock_open, img_file_answer, NULL, NULL},
    {"OCI layout", img_layout_open, img_layout_answer, img_layout_peek,
	img_layout_close},
    {"docker archive", img_archive_open, img_archive_answer, NULL,
	img_archive_close},
    {"built-in", img_pause_open, img_pause_answer, NULL, NULL},
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
}

/* "images file a.json (its entry …), OCI layout b": what was asked. */
static void
say_tried(struct buf *b, const struct img_source *src, const char *why)
{
	if (src->name.n == 0)
		return;
	buf_printf(b, "%s%s %.*s", b->n > 0 ? ", " : "", src->kind->what,
	    STR_ARG(src->name));
	if (why[0] != '\0')
		buf_printf(b, " (%s)", why);
}

static int
not_found(struct buf *tried, bool locked, struct rt_err *err)
{
	if (tried->n == 0)
		buf_puts(tried, "no source was given");
	if (locked)
		return rt_err_set(err, RT_ENOTFOUND,
		    "not locked: %.*s; --locked allows no other source",
		    (int)tried->n, tried->p);
	return rt_err_set(
	    err, RT_ENOTFOUND, "found nowhere: %.*s", (int)tried->n, tried->p);
}

/* Facts that lack something leave the question to the next source. */
static int
check_need(const struct img_facts *f, unsigned need, struct rt_err *err)
{
	size_t i;

	if ((need & IMG_USERS) != 0 && !f->have_users)
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

/* Does a source that is at hand have another image under the tag by now? */
static int
check_moved(struct img_store *s, const struct img_answer *ans,
    const struct img_facts *f, struct rt_err *err)
{
	const struct img_source *lock = s->lock;
	struct img_source **src;
	struct str now;

	if (ans->source != lock || ans->ref.digest.n > 0 ||
	    f->manifest_digest.n == 0)
		return 0;
	VEC_FOREACH(src, &s->sources) {
		if ((*src)->kind->peek == NULL ||
		    !(*src)->kind->peek(&now, *src, &ans->ref))
			continue;
		if (str_eq(now, f->manifest_digest) ||
		    str_eq(now, f->index_digest))
			return 0;
		if (s->options->locked)
			return rt_err_set(err, RT_EVERIFY,
			    "stale: it has %.*s, %s %.*s has %.*s",
			    STR_ARG(f->manifest_digest), (*src)->kind->what,
			    STR_ARG((*src)->name), STR_ARG(now));
		diag_report(s->diags, IMAGE_MOVED, loc_none,
		    STR_ARG(ans->ref.text), STR_ARG(f->manifest_digest),
		    STR_ARG(now), STR_ARG((*src)->name));
		return 0;
	}
	return 0;
}

static int
ask(struct img_answer *ans, struct img_store *s, unsigned need,
    struct img_facts *out)
{
	struct buf tried = {0};
	struct img_source **src;
	int rc = RT_ENOTFOUND;

	VEC_FOREACH(src, &s->sources) {
		if (s->options->locked && !(*src)->local)
			continue;
		ans->err.text[0] = '\0';
		ans->source = *src;
		rc = (*src)->kind->find(out, *src, &ans->ref, need, &ans->err);
		if (rc == 0)
			rc = check_need(out, need, &ans->err);
		if (rc == 0)
			rc = check_moved(s, ans, out, &ans->err);
		if (rc != RT_ENOTFOUND)
			break;
		say_tried(&tried, *src, ans->err.text);
	}
	if (rc == RT_ENOTFOUND)
		rc = not_found(&tried, s->options->locked, &ans->err);
	else if (rc != 0)
		rc = rt_err_wrap(&ans->err, "%s %.*s", (*src)->kind->what,
		    STR_ARG((*src)->name));
	buf_free(&tried);
	return rc;
}

static void
answer(struct img_answer *ans, struct img_store *s, unsigned need)
{
	struct img_facts f = {0};

	need |= ans->need;
	if (ask(ans, s, need, &f) != 0) {
		ans->failed = true;
		ans->wanted = need;
		return;
	}
	f.ref = ans->ref.text;
	/* What was handed out before stays where it is. */
	if (ans->facts == NULL)
		ans->facts = ARENA_NEW(s->arena, struct img_facts);
	*ans->facts = f;
	ans->need = need;
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

const struct img_facts *
img_facts_get(
    struct img_store *s, struct str ref, unsigned need, struct rt_err *err)
{
	struct img_answer *ans = map_get(&s->asked, ref);

	if (ans == NULL)
		ans = new_answer(s, ref);
	if (ans->facts != NULL && (need & ~ans->need) == 0)
		return ans->facts;
	if (!ans->failed || (ans->ref.text.n > 0 && (ans->wanted & ~need) != 0))
		answer(ans, s, need);
	if (ans->facts != NULL && (need & ~ans->need) == 0)
		return ans->facts;
	if (err != NULL)
		*err = ans->err;
	return NULL;
}
