/* SPDX-License-Identifier: Apache-2.0 */
/* The expression for the name of a workload's pods (policy-model 7.4). */
#include <string.h>

#include "compiler/ir/internal.h"
#include "runtime/base/buf.h"
#include "runtime/base/banned.h"

/* What Kubernetes appends to generated names, and how many of them. */
#define SUFFIX "[bcdfghjklmnpqrstvwxz2456789]+"
#define SUFFIX_LEN 5
/* It cuts what comes before the suffix to this length. */
#define GENERATED_MAX 58

/* Names of pods per kind; `longest` counts what is put before the suffix. */
static const struct {
	const char *kind;
	const char *tail; /* behind the object's name */
	size_t longest;   /* 0: never cut */
} kinds[] = {
    {"Deployment", "-" SUFFIX "-" SUFFIX, 1 + 10 + 1},
    {"ReplicaSet", "-" SUFFIX, 1},
    {"ReplicationController", "-" SUFFIX, 1},
    {"DaemonSet", "-" SUFFIX, 1},
    {"StatefulSet", "-[0-9]+", 0},
    {"Job", "(-[0-9]+)?-" SUFFIX, 1 + 10 + 1},
    {"CronJob", "-[0-9]+(-[0-9]+)?-" SUFFIX, 1 + 10 + 1 + 10 + 1},
};

#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
escape(struct buf *out, struct str s, const char *special)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '\0' && strchr(special, s.p[i]) != NULL)
			buf_putc(out, '\\');
		buf_putc(out, s.p[i]);
	}
}

struct str
ir_regex_escape(struct arena *a, struct str s)
{
	struct buf b = {0};
	struct str r;

	escape(&b, s, "\\.+*?()|[]{}^$#&-~");
	r = arena_str(a, buf_str(&b));
	buf_free(&b);
	return r;
}

/* The second alternative, for names that Kubernetes has to cut. */
static void
put_cut(struct buf *b, const struct k8s_object *o)
{
	struct buf head = {0};

	buf_put(&head, o->name.n > 0 ? o->name : o->generate_name);
	if (o->name.n > 0)
		buf_putc(&head, '-');
	buf_putc(b, '|');
	escape(b, str_sub(buf_str(&head), 0, GENERATED_MAX),
	    "\\.+*?()|[]{}^$#&-~");
	buf_puts(b, "[0-9bcdfghjklmnpqrstvwxz-]*" SUFFIX ")");
	buf_free(&head);
}

struct str
ir_sandbox_name(struct arena *a, const struct k8s_object *o)
{
	struct buf b = {0};
	bool cut = false;
	struct str r;
	size_t k;

	if (o->name.n == 0 && o->generate_name.n == 0)
		return STR("");
	for (k = 0; k < NKINDS; k++) {
		if (str_eqz(o->kind_name, kinds[k].kind))
			break;
	}
	if (k < NKINDS && kinds[k].longest > 0) {
		size_t n =
		    o->name.n > 0 ? o->name.n : o->generate_name.n + SUFFIX_LEN;

		cut = n + kinds[k].longest > GENERATED_MAX;
	}
	buf_puts(&b, cut ? "^(?:" : "^");
	/* A dash means nothing outside of brackets: it stays as it is. */
	if (o->name.n > 0)
		escape(&b, o->name, "\\.+*?()|[]{}^$#&~");
	else
		escape(&b, o->generate_name, "\\.+*?()|[]{}^$#&-~");
	if (o->name.n == 0)
		buf_puts(&b, SUFFIX);
	if (k < NKINDS)
		buf_puts(&b, kinds[k].tail);
	if (cut)
		put_cut(&b, o);
	buf_putc(&b, '$');
	r = arena_str(a, buf_str(&b));
	buf_free(&b);
	return r;
}
