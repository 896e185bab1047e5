/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source that asks registries.  Several references are asked for at once,
 * one a thread; what two threads want is got by one of them, the other waits.
 * Manifest and configuration come first, layers only if they are opened.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

#define DOCUMENT_MAX ((uint64_t)4 << 20)
#define TRIES 5
#define MIRROR_TRIES 2            /* there is another place */
#define SLOW ((uint64_t)32 << 10) /* bytes a second that a layer must come */

static const char documents[] =
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json";

/* An image that is being read. */
struct image {
	struct img_blobs blobs; /* first: the callbacks get its address */
	struct reg_session *session;
	const struct img_ref *ref;
	struct reg_places places;
	size_t at;           /* the place that answered */
	struct map expected; /* digest: struct expected */
};

struct expected {
	struct img_desc desc;
	bool document;
	uint64_t max;
};

/* progress */

void
reg_tell(struct reg_session *s, bool done)
{
	const struct img_registry_options *o = s->reg->o;

	s->told = img_now();
	s->progress.done = done;
	if (o->progress == NULL)
		return;
	(void)pthread_mutex_lock(&s->reg->lock);
	o->progress(o->progress_ctx, &s->progress);
	(void)pthread_mutex_unlock(&s->reg->lock);
}

void
reg_count(struct reg_session *s, size_t n)
{
	s->progress.bytes += n;
	s->progress.sum += n;
	if (img_now() - s->told >= 100)
		reg_tell(s, false);
}

static void
begin_part(struct reg_session *s, const char *what, uint64_t total)
{
	s->progress.what = what;
	s->progress.bytes = 0;
	s->progress.total = total;
	reg_tell(s, false);
}

/* blobs */

static struct reg_blob *
blob_of(struct registry *reg, struct str digest)
{
	struct reg_blob *b = map_get(&reg->blobs, digest);

	if (b != NULL)
		return b;
	b = ARENA_NEW(reg->arena, struct reg_blob);
	b->digest = arena_str(reg->arena, digest);
	(void)map_set(reg->arena, &reg->blobs, b->digest, b);
	return b;
}

/* Had by now, or the caller's to get and to settle. */
static struct reg_blob *
claim(struct registry *reg, struct str digest)
{
	struct reg_blob *b;

	(void)pthread_mutex_lock(&reg->lock);
	b = blob_of(reg, digest);
	while (b->state == REG_BUSY)
		(void)pthread_cond_wait(&reg->changed, &reg->lock);
	if (b->state == REG_UNKNOWN)
		b->state = REG_BUSY;
	(void)pthread_mutex_unlock(&reg->lock);
	return b;
}

static void
settle(struct registry *reg, struct reg_blob *b, bool have)
{
	(void)pthread_mutex_lock(&reg->lock);
	b->state = have ? REG_HAVE : REG_UNKNOWN;
	(void)pthread_cond_broadcast(&reg->changed);
	(void)pthread_mutex_unlock(&reg->lock);
}

/* From the places in turn; the one that answered before goes first. */
static int
ask_places(struct img_response *out, struct image *im, struct reg_request *q,
    struct rt_err *err)
{
	size_t n = im->places.list.n, i, k;
	struct buf tried = {0};
	int rc = RT_ENOTFOUND;

	for (k = 0; k < n; k++) {
		i = (im->at + k) % n;
		q->repo = im->places.list.p[i];
		q->tries = i + 1 < n ? MIRROR_TRIES : TRIES;
		rc = reg_do(out, im->session, q, err);
		if (rc == 0) {
			im->at = i;
			break;
		}
		buf_printf(&tried, "%s%s", tried.n > 0 ? "; " : "", err->text);
	}
	if (rc != 0)
		rc = rt_err_set(
		    err, rc, "%.*s", (int)tried.n, tried.n > 0 ? tried.p : "");
	buf_free(&tried);
	return rc;
}

static const char *
name_of(const struct expected *e)
{
	if (e->document)
		return "manifest";
	return e->max <= DOCUMENT_MAX * 2 ? "configuration" : "layer";
}

static int
fetch(struct image *im, const struct expected *e, struct rt_err *err)
{
	struct registry *reg = im->session->reg;
	struct img_incoming in = {.digest = e->desc.digest,
	    .size = e->desc.have_size ? e->desc.size : e->max,
	    .exact = e->desc.have_size};
	struct reg_request q = {.name = name_of(e),
	    .accept = e->document ? documents : NULL,
	    .in = &in,
	    .time = reg->o->timeout};
	struct img_response r;
	int rc;

	if (in.size > e->max)
		return rt_err_set(err, RT_ELIMIT,
		    "has %llu bytes, %llu are allowed",
		    (unsigned long long)in.size, (unsigned long long)e->max);
	if (!e->document)
		q.time += in.size / SLOW * 1000;
	q.what = arena_printf(im->session->arena, "%s/%.*s",
	    e->document ? "manifests" : "blobs", STR_ARG(e->desc.digest));
	begin_part(im->session, q.name, e->desc.size);
	rc = img_incoming_start(&in, &reg->cache, err);
	if (rc == 0)
		rc = ask_places(&r, im, &q, err);
	img_incoming_free(&in);
	return rc;
}

/* From the cache, or from where the image is. */
static int
get_blob(struct image *im, const struct expected *e, struct rt_err *err)
{
	struct registry *reg = im->session->reg;
	struct img_span in;

	if (img_cache_get(&in, &reg->cache, e->desc.digest, true, NULL) == 0) {
		img_span_close(&in);
		return 0;
	}
	if (reg->options->offline)
		return rt_err_set(err, RT_ENOTFOUND,
		    "%.*s is not asked (--offline), and the cache does not "
		    "have all of it",
		    STR_ARG(im->ref->host));
	return fetch(im, e, err);
}

static int
open_blob(struct img_span *out, struct img_blobs *b, struct str place,
    struct rt_err *err)
{
	struct image *im = (struct image *)b;
	struct registry *reg = im->session->reg;
	const struct expected *e = map_get(&im->expected, place);
	struct reg_blob *blob;
	int rc = 0;

	if (e == NULL)
		return rt_err_set(err, RT_EINVAL, "a blob that nobody named");
	blob = claim(reg, place);
	if (blob->state != REG_HAVE) {
		rc = get_blob(im, e, err);
		settle(reg, blob, rc == 0);
	}
	return rc != 0 ? rc
		       : img_cache_get(out, &reg->cache, place, false, err);
}

static void
expect(
    struct img_blobs *b, const struct img_desc *d, bool document, uint64_t max)
{
	struct image *im = (struct image *)b;
	struct arena *a = im->session->arena;
	struct expected *e = ARENA_NEW(a, struct expected);

	e->desc = *d;
	e->document = document;
	e->max = max;
	(void)map_set(a, &im->expected, d->digest, e);
}

/* tags */

static bool
is_document_type(struct str type)
{
	return type.n > 0 &&
	       str_find(str_from(documents), type, 0) != SIZE_MAX &&
	       str_ends(type, STR("json"));
}

static int
check_answer(
    const struct img_response *r, struct str digest, struct rt_err *err)
{
	if (img_is_sha256(r->digest) && !str_eq(r->digest, digest))
		return rt_err_set(err, RT_ENET,
		    "the manifest is %.*s, the registry says %.*s",
		    STR_ARG(digest), STR_ARG(r->digest));
	if (str_starts(r->content_type, STR("text/html")))
		return rt_err_set(err, RT_ENET,
		    "the answer is a web page, not a manifest: is it a "
		    "registry?");
	return 0;
}

static int
get_tag(struct img_desc *out, struct image *im, struct rt_err *err)
{
	struct reg_session *s = im->session;
	struct img_incoming in = {.size = DOCUMENT_MAX};
	struct reg_request q = {.name = "manifest",
	    .accept = documents,
	    .in = &in,
	    .time = s->reg->o->timeout};
	struct img_response r;
	struct str type;
	int rc;

	q.what =
	    arena_printf(s->arena, "manifests/%.*s", STR_ARG(im->ref->tag));
	begin_part(s, q.name, 0);
	rc = img_incoming_start(&in, &s->reg->cache, err);
	if (rc == 0)
		rc = ask_places(&r, im, &q, err);
	img_incoming_free(&in);
	if (rc != 0)
		return rc;
	out->digest = arena_printf(s->arena, "sha256:%s", in.name);
	type = str_trim(
	    str_sub(r.content_type, 0, str_chr(r.content_type, ';', 0)));
	out->type = is_document_type(type) ? type : STR("");
	return check_answer(&r, out->digest, err);
}

/* images */

/* Messages of transport have the host already. */
static int
name_host(const struct image *im, int rc, struct rt_err *err)
{
	if (rc == 0 || rc == RT_ENET || rc == RT_EAUTH || rc == RT_ECRYPTO ||
	    str_starts(str_from(err->text), im->ref->host))
		return rc;
	return rt_err_wrap(err, "%.*s", STR_ARG(im->ref->host));
}

static int
read_image(
    struct img_facts *out, struct image *im, unsigned need, struct rt_err *err)
{
	struct registry *reg = im->session->reg;
	struct img_desc d = {.digest = im->ref->digest};
	int rc = 0;

	if (d.digest.n > 0 && !img_is_sha256(d.digest))
		return rt_err_set(err, RT_ENOTFOUND,
		    "%.*s is asked for digests of sha256 only",
		    STR_ARG(im->ref->host));
	if (d.digest.n == 0 && reg->options->offline)
		return rt_err_set(err, RT_ENOTFOUND,
		    "%.*s is not asked (--offline)", STR_ARG(im->ref->host));
	if (d.digest.n == 0)
		rc = get_tag(&d, im, err);
	if (rc == 0)
		rc = img_oci_read(out, im->session->arena, &im->blobs, &d,
		    reg->store->platform, need, err);
	if (rc == 0)
		out->from = arena_printf(im->session->arena, "registry %.*s",
		    STR_ARG(im->ref->host));
	return name_host(im, rc, err);
}

static void
answer(struct reg_session *s, struct img_question *q)
{
	struct image im = {.blobs = {.open = open_blob,
			       .expect = expect,
			       .scans = s->reg->store->scans},
	    .session = s,
	    .ref = q->ref};

	(void)pthread_mutex_lock(&s->reg->lock);
	reg_places(&im.places, s->reg, q->ref);
	(void)pthread_mutex_unlock(&s->reg->lock);
	s->progress = (struct img_progress){.ref = q->ref->text};
	q->rc = read_image(&q->facts, &im, q->need, &q->err);
	reg_tell(s, true);
}

/* threads */

struct run {
	struct registry *reg;
	void (*work)(struct reg_session *s, struct img_question *q);
	struct img_question *questions;
	size_t n, next; /* `next` under the registry's lock */
};

struct worker {
	pthread_t thread;
	struct run *run;
	struct reg_session *session;
};

static struct img_question *
next_question(struct run *run)
{
	struct img_question *q = NULL;

	(void)pthread_mutex_lock(&run->reg->lock);
	if (run->next < run->n)
		q = &run->questions[run->next++];
	(void)pthread_mutex_unlock(&run->reg->lock);
	return q;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct img_question *q;

	while ((q = next_question(w->run)) != NULL)
		w->run->work(w->session, q);
	return NULL;
}

/* Sessions stay, so that their connections are used again. */
static void
need_sessions(struct registry *reg, size_t n)
{
	struct reg_session *s;

	while (reg->sessions.n < n) {
		s = ARENA_NEW(reg->arena, struct reg_session);
		s->reg = reg;
		s->arena = arena_new();
		VEC_PUSH(reg->arena, &reg->sessions, s);
	}
}

/*
 * A broken connection raises SIGPIPE in the thread that writes to it, which
 * is never the caller's: also a single question gets a thread.
 */
static void
run_threads(struct run *run)
{
	struct registry *reg = run->reg;
	size_t n = reg->o->jobs < run->n ? reg->o->jobs : run->n, i;
	struct worker *workers;
	sigset_t all, old;

	n = n == 0 ? 1 : n;
	need_sessions(reg, n);
	workers = ARENA_ARRAY(reg->arena, struct worker, n);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &old);
	for (i = 0; i < n; i++) {
		workers[i].run = run;
		workers[i].session = reg->sessions.p[i];
		if (pthread_create(
			&workers[i].thread, NULL, work, &workers[i]) != 0)
			break;
	}
	n = i;
	if (n == 0)
		rt_no_memory();
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	for (i = 0; i < n; i++)
		(void)pthread_join(workers[i].thread, NULL);
}

/* The cache and threads are not there before something is asked. */
static void
open_cache(struct registry *reg)
{
	struct rt_err err;

	if (reg->cache.opened)
		return;
	if (img_cache_open(&reg->cache, reg->arena, reg->o->cache,
		reg->o->no_cache, &err) != 0)
		diag_report(reg->store->diags, IMAGE_CACHE, loc_none, err.text);
}

void
img_registry_find_all(
    struct img_source *src, struct img_question *questions, size_t n)
{
	struct registry *reg = src->state;
	struct run run = {
	    .reg = reg, .work = answer, .questions = questions, .n = n};

	open_cache(reg);
	run_threads(&run);
}

int
img_registry_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err)
{
	struct img_question q = {.ref = ref, .need = need};

	img_registry_find_all(src, &q, 1);
	*out = q.facts;
	if (err != NULL)
		*err = q.err;
	return q.rc;
}

/* The digest behind a tag, by a question without an answer's body. */
static void
look(struct reg_session *s, struct img_question *q)
{
	struct image im = {.session = s, .ref = q->ref};
	struct reg_request r = {.name = "manifest",
	    .accept = documents,
	    .head = true,
	    .time = s->reg->o->timeout};
	struct img_response answer_;

	(void)pthread_mutex_lock(&s->reg->lock);
	reg_places(&im.places, s->reg, q->ref);
	(void)pthread_mutex_unlock(&s->reg->lock);
	r.what = arena_printf(s->arena, "manifests/%.*s", STR_ARG(q->ref->tag));
	q->rc = ask_places(&answer_, &im, &r, &q->err);
	if (q->rc == 0 && img_is_sha256(answer_.digest))
		q->facts.manifest_digest = answer_.digest;
}

bool
img_registry_peek(
    struct str *digest, struct img_source *src, const struct img_ref *ref)
{
	struct registry *reg = src->state;
	struct img_question q = {.ref = ref};
	struct run run = {.reg = reg, .work = look, .questions = &q, .n = 1};

	if (reg->options->offline || ref->tag.n == 0)
		return false;
	run_threads(&run);
	*digest = q.facts.manifest_digest;
	return digest->n > 0;
}

void
img_registry_open(struct img_store *s, const struct img_kind *kind)
{
	struct registry *reg;

	if (s->options->registry == NULL)
		return;
	reg = ARENA_NEW(s->arena, struct registry);
	reg->store = s;
	reg->options = s->options;
	reg->o = s->options->registry;
	reg->arena = arena_new();
	(void)pthread_mutex_init(&reg->lock, NULL);
	(void)pthread_cond_init(&reg->changed, NULL);
	(void)img_source_add(s, kind, STR(""), reg);
}

void
img_registry_close(struct img_source *src)
{
	struct registry *reg = src->state;
	struct reg_session **s;
	struct reg_repo **r;

	VEC_FOREACH(r, &reg->repos) {
		img_creds_wipe(&(*r)->creds);
		img_secret_wipe(&(*r)->header);
	}
	VEC_FOREACH(s, &reg->sessions) {
		img_http_free((*s)->http);
		arena_free((*s)->arena);
	}
	img_cache_close(&reg->cache);
	(void)pthread_cond_destroy(&reg->changed);
	(void)pthread_mutex_destroy(&reg->lock);
	arena_free(reg->arena);
}
