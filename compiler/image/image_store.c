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
    {"images file", "--images=FILE", img_images_open, img_file_answer, NULL},
    {"OCI layout", "--image-source=oci-layout:DIR", img_layout_open,
	img_layout_answer, img_layout_close},
    {"built-in", NULL, img_pause_open, img_pause_answer, NULL},
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
not_found(struct buf *tried, struct rt_err *err)
{
	struct buf flags = {0};
	size_t i;

	if (tried->n == 0)
		buf_puts(tried, "no source was given");
	for (i = 0; i < img_nkinds; i++)
		if (img_kinds[i].flag != NULL)
			buf_printf(&flags, "%s%s", flags.n > 0 ? ", " : "",
			    img_kinds[i].flag);
	(void)rt_err_set(err, RT_ENOTFOUND,
	    "found nowhere: %.*s; its facts can come from %.*s", (int)tried->n,
	    tried->p, STR_ARG(buf_str(&flags)));
	buf_free(&flags);
	return RT_ENOTFOUND;
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
		rc = (*src)->kind->find(out, *src, &ans->ref, need, &ans->err);
		if (rc != RT_ENOTFOUND) {
			ans->source = *src;
			break;
		}
		say_tried(&tried, *src, ans->err.text);
	}
	if (rc == RT_ENOTFOUND)
		rc = not_found(&tried, &ans->err);
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

	ans->need |= need;
	if (ask(ans, s, ans->need, &f) != 0) {
		ans->facts = NULL;
		return;
	}
	f.ref = ans->ref.text;
	/* What was handed out before stays where it is. */
	if (ans->facts == NULL)
		ans->facts = ARENA_NEW(s->arena, struct img_facts);
	*ans->facts = f;
}

const struct img_facts *
img_facts_get(
    struct img_store *s, struct str ref, unsigned need, struct rt_err *err)
{
	struct img_answer *ans = map_get(&s->asked, ref);
	int rc;

	if (ans == NULL) {
		ans = ARENA_NEW(s->arena, struct img_answer);
		rc = img_ref_parse(
		    &ans->ref, s->arena, arena_str(s->arena, ref), &ans->err);
		(void)map_set(
		    s->arena, &s->asked, arena_str(s->arena, ref), ans);
		VEC_PUSH(s->arena, &s->answers, ans);
		if (rc == 0)
			answer(ans, s, need);
	} else if (ans->facts != NULL && (need & ~ans->need) != 0) {
		answer(ans, s, need);
	}
	if (ans->facts == NULL && err != NULL)
		*err = ans->err;
	return ans->facts;
}

struct str
img_store_lock(struct img_store *s)
{
	(void)s;
	return STR("");
}
