/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tag stands for: the digest that a client would pull, whether it is
 * still the one of the lock file, and what a user is told about a reference.
 */
#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

/* A reference may be as long as a file. */
#define SHOWN(s) STR_ARG(str_clip((s), 300))

struct str
img_pull_digest(const struct img_facts *f)
{
	return f->index_digest.n > 0 ? f->index_digest : f->manifest_digest;
}

/* A registry is a connection: only who asks for that pays for it. */
static bool
may_peek(const struct img_store *s, const struct img_source *src)
{
	return src->kind->peek != NULL &&
	       (src->kind->at_hand || s->options->ask_tags);
}

void
img_tag_check(
    struct img_store *s, const struct img_ref *ref, struct img_facts *f)
{
	struct img_source **src;
	struct str now;

	if (ref->digest.n > 0 || img_pull_digest(f).n == 0)
		return;
	VEC_FOREACH(src, &s->sources) {
		if (!may_peek(s, *src) || !(*src)->kind->peek(&now, *src, ref))
			continue;
		if (str_eq(now, f->manifest_digest) ||
		    str_eq(now, f->index_digest))
			return;
		f->moved.now = arena_str(s->arena, now);
		/* There is one source for all registries. */
		f->moved.in =
		    arena_printf(s->arena, "%s %.*s", (*src)->kind->what,
			STR_ARG((*src)->name.n > 0 ? (*src)->name : ref->host));
		return;
	}
}

int
img_digest_find(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, struct rt_err *err)
{
	struct arena *a = src->store->arena;
	struct str digest = STR("");
	int rc;

	if (src->kind->peek != NULL && ref->digest.n == 0 &&
	    src->kind->peek(&digest, src, ref)) {
		*out = (struct img_facts){.index_digest = arena_str(a, digest)};
		return 0;
	}
	rc = src->kind->find(out, src, ref, 0, err);
	if (rc == RT_ENOTFOUND && src == src->store->lock && ref->digest.n == 0)
		digest = img_file_pinned(src, ref);
	if (digest.n > 0) {
		*out = (struct img_facts){.index_digest = digest};
		return 0;
	}
	if (rc == 0 && img_pull_digest(out).n == 0)
		rc = rt_err_set(err, RT_ENOTFOUND, "it knows no digest");
	return rc;
}

const struct img_facts *
img_digest_get(struct img_store *s, struct str ref, struct rt_err *err)
{
	struct img_answer *ans = map_get(&s->digests, ref);

	if (ans == NULL) {
		ans = ARENA_NEW(s->arena, struct img_answer);
		ref = arena_str(s->arena, ref);
		(void)map_set(s->arena, &s->digests, ref, ans);
		if (img_ref_parse(&ans->ref, s->arena, ref, &ans->err) == 0)
			img_ask(ans, s, IMG_DIGEST);
	}
	if (ans->facts == NULL && err != NULL)
		*err = ans->err;
	return ans->facts;
}

const struct img_facts *
img_facts_known(const struct img_store *s, struct str ref)
{
	const struct img_answer *ans = map_get(&s->asked, ref);

	return ans != NULL ? ans->facts : NULL;
}

/* Facts that were found, but that no lock file can hold. */
static bool
cannot_be_locked(struct img_store *s, struct str ref, const struct img_facts *f)
{
	const struct img_answer *ans = map_get(&s->asked, ref);

	return s->options->ask_tags && f->manifest_digest.n == 0 &&
	       ans != NULL && ans->facts == f && !ans->source->local;
}

static struct diag *
report_moved(struct img_store *s, struct loc loc, struct str ref,
    const struct img_facts *f)
{
	struct str old = img_pull_digest(f);
	struct diag *g = diag_report(s->diags, IMAGE_MOVED, loc, SHOWN(ref),
	    STR_ARG(old), STR_ARG(f->moved.now), STR_ARG(f->moved.in));

	diag_help(s->diags, g,
	    "take the new image: contrastc lock --update=%.*s with the same "
	    "options and paths",
	    SHOWN(ref));
	if (s->options->locked || s->options->moved_fails)
		diag_harden(s->diags, g);
	return g;
}

/* Who is to blame decides about help and exit status. */
static struct diag *
report_failure(
    struct diags *d, struct loc loc, struct str ref, const struct rt_err *err)
{
	if (err->code == RT_ENET)
		return diag_report(
		    d, IMAGE_NETWORK, loc, STR_ARG(ref), err->text);
	if (err->code == RT_EAUTH)
		return diag_report(d, IMAGE_AUTH, loc, STR_ARG(ref), err->text);
	if (err->code == RT_ECRYPTO)
		return diag_report(d, IMAGE_TLS, loc, STR_ARG(ref), err->text);
	return diag_report(d, IMAGE_FACTS, loc, STR_ARG(ref), err->text);
}

struct diag *
img_report(struct img_store *s, struct loc loc, struct str ref,
    const struct img_facts *f, const struct rt_err *err)
{
	if (f == NULL && s->options->locked && err->code == RT_ENOTFOUND)
		return diag_report(
		    s->diags, IMAGE_NOT_LOCKED, loc, SHOWN(ref), err->text);
	if (f == NULL)
		return report_failure(s->diags, loc, str_clip(ref, 300), err);
	if (f->moved.now.n > 0)
		return report_moved(s, loc, ref, f);
	if (cannot_be_locked(s, ref, f))
		return diag_report(s->diags, IMAGE_NO_DIGEST, loc, SHOWN(ref),
		    STR_ARG(f->from));
	return NULL;
}
