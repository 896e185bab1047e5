/* SPDX-License-Identifier: Apache-2.0 */
/* Names that must not be shared, and memory against images. */
#include "compiler/pass/cross_int.h"
#include "runtime/base/banned.h"

static void
check_twice(
    struct cross *c, const struct cross_pod *p, const struct cross_pod *first)
{
	struct diag *g =
	    diag_report(c->diags, WORKLOAD_TWICE, p->loc, STR_ARG(p->what));

	diag_note(c->diags, g, first->loc, "the first one is here");
	if (p->rendered.n > 0)
		diag_note(c->diags, g, loc_none, "rendered from %.*s",
		    STR_ARG(p->rendered));
}

/* Who gives the same ID on purpose wants the same secret. */
static void
check_id(
    struct cross *c, const struct cross_pod *p, const struct cross_pod *first)
{
	struct diag *g;

	if (p->id.s.n > 0 && first->id.s.n > 0)
		return;
	g = diag_report(c->diags, SECRET_ID_SHARED,
	    p->id.s.n > 0 ? p->id.loc : p->loc, STR_ARG(p->what),
	    STR_ARG(first->what), SHOWN(p->secret_id));
	diag_note(c->diags, g, first->id.s.n > 0 ? first->id.loc : first->loc,
	    "%.*s has it first", STR_ARG(first->what));
}

static void
check_name(
    struct cross *c, const struct cross_pod *p, const struct cross_pod *first)
{
	struct diag *g;

	if (str_eq(p->kind, first->kind))
		return;
	g = diag_report(c->diags, NAME_SHARED, p->loc, STR_ARG(p->what),
	    STR_ARG(first->what));
	diag_note(
	    c->diags, g, first->loc, "%.*s is here", STR_ARG(first->what));
}

/* What workloads find the Coordinator by. */
static void
check_coordinator(struct cross *c, const struct cross_pod *p)
{
	bool latest = c->options->profile == PROFILE_LATEST;
	struct str name =
	    latest ? STR("coordinator-ready") : STR("coordinator");
	struct diag *g;

	if (!p->coordinator || map_get(&c->service_ns, p->ns) == NULL ||
	    map_get(&c->service_names, cross_key(c, p->ns, name)) != NULL)
		return;
	g = diag_report(c->diags, COORDINATOR_NO_SERVICE, p->loc, SHOWN(name),
	    SHOWN(p->ns));
	cross_whose(c, g, p);
}

/* The one that had the key before, which stays; NULL: none. */
static const struct cross_pod *
before(struct cross *c, struct map *m, struct str key, struct cross_pod *p)
{
	const struct cross_pod *first = map_get(m, key);

	if (first == NULL)
		(void)map_set(c->arena, m, key, p);
	return first;
}

void
cross_check_names(struct cross *c)
{
	struct map objects = {0}, ids = {0}, names = {0};
	const struct cross_pod *first;
	struct cross_pod **it;
	struct str name;

	VEC_FOREACH(it, &c->pods) {
		struct cross_pod *p = *it;

		if (!p->in || p->name.n == 0)
			continue;
		check_coordinator(c, p);
		name = cross_key(c, p->ns, p->name);
		first = before(c, &objects, cross_key(c, p->kind, name), p);
		if (first != NULL) {
			check_twice(c, p, first);
			continue;
		}
		if ((first = before(c, &ids, p->secret_id, p)) != NULL)
			check_id(c, p, first);
		if ((first = before(c, &names, name, p)) != NULL)
			check_name(c, p, first);
	}
}

/* memory */

#define MIB ((uint64_t)1 << 20)

/*
 * What the VM has beyond the limits of its containers: default_memory of
 * Kata's confidential runtimes, else that of Contrast's (cli 9.2).
 */
static uint64_t
base_memory(const struct cross *c, const struct cross_pod *p)
{
	if (!p->contrast)
		return 2048 * MIB;
	return (c->options->profile == PROFILE_LATEST ? 512 : 982) * MIB;
}

/* Compressed bytes of all layers; 0: not known. */
static uint64_t
image_bytes(struct img_store *images, struct str ref)
{
	const struct img_facts *f;
	struct rt_err err;
	uint64_t sum = 0;
	size_t i;

	f = img_facts_get(images, ref, 0, &err);
	for (i = 0; f != NULL && i < f->nlayers; i++) {
		if (f->layers[i].size > UINT64_MAX / 4 - sum)
			return 0;
		sum += f->layers[i].size;
	}
	return sum;
}

static void
check_memory(
    struct cross *c, const struct cross_pod *p, struct img_store *images)
{
	uint64_t sum = 0, most = 0, bytes;
	const struct cross_text *it, *largest = NULL;
	struct diag *g;

	VEC_FOREACH(it, &p->images) {
		bytes = image_bytes(images, it->s);
		if (bytes > most || largest == NULL) {
			most = bytes;
			largest = it;
		}
		sum =
		    bytes > UINT64_MAX / 4 - sum ? UINT64_MAX / 4 : sum + bytes;
	}
	/* A layer is kept as it came, and unpacked is larger still. */
	if (largest == NULL || 2 * sum <= p->memory + base_memory(c, p))
		return;
	g = diag_report(c->diags, IMAGE_MEMORY, p->memory_at.loc,
	    (unsigned long long)(2 * sum / MIB),
	    (unsigned long long)(sum / MIB),
	    (unsigned long long)((p->memory + base_memory(c, p)) / MIB));
	diag_note(c->diags, g, largest->loc, "this image has %llu MiB",
	    (unsigned long long)(most / MIB));
	cross_whose(c, g, p);
}

void
cross_images(struct cross *c, struct img_store *images)
{
	struct cross_pod **p;

	VEC_FOREACH(p, &c->pods) {
		if ((*p)->in && (*p)->guest_pull && !(*p)->store &&
		    (*p)->memory > 0)
			check_memory(c, *p, images);
	}
}
