/* SPDX-License-Identifier: Apache-2.0 */
/* The group aks/tarfs: layers, and their sums with index and hash tree. */
#include <stdio.h>

#include "regress/conform_kata.h"
#include "regress/layer.h"
#include "runtime/base/banned.h"

static bool
is_text(const struct jv *want, const char *member, struct str got)
{
	return str_eq(jv_get_str(want, str_from(member)), got);
}

static bool
is_size(const struct jv *want, const char *member, uint64_t got)
{
	int64_t n;

	return jv_to_int(jv_get(want, str_from(member)), &n) &&
	       (uint64_t)n == got;
}

static void
one_layer(struct conform *c, const char *path, const struct jv *want)
{
	struct layer_sums l = {0};
	struct rt_err err;

	if (layer_sums(&l, c->arena, path, true, &err) != 0)
		conform_fail(c, path, "%s", err.text);
	else if (!is_size(want, "tar_size", l.size) ||
		 !is_text(want, "tar_sha256", l.sum))
		conform_fail(c, path, "another tar");
	else if (!is_size(want, "indexed_size", l.indexed_size))
		conform_fail(c, path, "indexed: %llu bytes",
		    (unsigned long long)l.indexed_size);
	else if (!is_text(want, "indexed_sha256", l.indexed_sum))
		conform_fail(c, path, "indexed: another SHA-256");
	else if (!is_text(want, "root_hash", l.root))
		conform_fail(c, path, "root hash %.*s", STR_ARG(l.root));
	else
		conform_pass(c);
}

void
kata_tarfs(const struct kata_run *r, const char *dir)
{
	const char *path = conform_path(r->c->arena, dir, "expected.json");
	struct arena *a = r->c->arena;
	struct jv *json;
	struct jv_member *m;
	struct str text;

	if (!conform_read(&text, a, path) ||
	    jv_parse(&json, a, text, NULL) != 0 || json->type != JV_OBJECT) {
		conform_fail(r->c, path, "is no JSON object");
		return;
	}
	VEC_FOREACH(m, &json->members)
		one_layer(r->c,
		    arena_printf(a, "%s/%.*s.tar.gz", dir, STR_ARG(m->key)).p,
		    m->value);
}
