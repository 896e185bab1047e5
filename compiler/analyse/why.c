/* SPDX-License-Identifier: Apache-2.0 */
/* Causes by markers alone. */
#include "compiler/analyse/why_int.h"
#include "runtime/base/banned.h"

/* The check that a part belongs to: the next one with a name. */
static const struct why_marker *
check_of(const struct why_denial *d, size_t i)
{
	for (; i < d->markers.n; i++) {
		if (d->markers.p[i].check.n > 0)
			return &d->markers.p[i];
	}
	return &d->markers.p[d->markers.n - 1];
}

/*
 * A marker of a part says more than that of its check, which follows; that of
 * the request as a whole says nothing that is new behind another.
 */
static bool
is_told_before(const struct why_denial *d, size_t i)
{
	const struct why_marker *m = &d->markers.p[i];

	if (m->check.n == 0 || i == 0)
		return false;
	return d->markers.p[i - 1].check.n == 0 || m->pointer.n == 0;
}

static void
add_cause(struct why *out, struct arena *a, const struct sim *s,
    const struct why_denial *d, size_t i)
{
	const struct why_marker *m = &d->markers.p[i];
	const struct why_marker *check = check_of(d, i);
	struct why_cause c = {.check = check->check,
	    .pointer = m->pointer,
	    .found = m->found,
	    .cut = m->cut};
	size_t k =
	    m->container != SIM_NO_CONTAINER ? m->container : check->container;

	c.container = why_name(s, k);
	why_expected(&c, s, k, d->kind);
	c.help = why_help(c.check, c.pointer);
	c.webhook = why_webhook(c.pointer, c.found);
	VEC_PUSH(a, &out->causes, c);
}

void
why_denial(struct why *out, struct arena *a, const struct sim *s,
    const struct why_denial *d)
{
	size_t i;

	*out =
	    (struct why){.kind = d->kind, .number = d->number, .refused = true};
	for (i = 0; i < d->markers.n; i++) {
		if (!is_told_before(d, i))
			add_cause(out, a, s, d, i);
	}
	if (out->causes.n == 0)
		VEC_PUSH(a, &out->causes,
		    ((struct why_cause){.check = STR("closed"),
			.help = why_help(STR("closed"), STR(""))}));
	out->container = out->causes.p[0].container;
}
