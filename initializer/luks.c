/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "initializer/luks.h"
#include "runtime/base/encode.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

int
init_luks_head(const unsigned char head[INIT_LUKS_HEAD], struct rt_err *err)
{
	static const unsigned char magic[] = {'L', 'U', 'K', 'S', 0xba, 0xbe};

	if (memcmp(head, magic, sizeof(magic)) != 0)
		return rt_err_set(err, RT_ENOTFOUND, "no LUKS header");
	if (head[6] != 0 || head[7] != 2)
		return rt_err_set(err, RT_EVERIFY,
		    "the volume's header is LUKS version %d, not 2",
		    head[6] << 8 | head[7]);
	return 0;
}

/* What a volume is: ours, or of a release without integrity. */
enum profile { SEALED, OLD, PROFILES };
#define ANY "" /* whatever is not empty */
#define SAME(value)                                                            \
	{                                                                      \
		value, value                                                   \
	}

/* Every leaf of a header; a value that is NULL: it must not be there. */
static const struct leaf {
	const char *path;
	enum jv_type type;
	const char *value[PROFILES];
} leaves[] = {
    {"keyslots.0.type", JV_STRING, SAME("luks2")},
    {"keyslots.0.key_size", JV_NUMBER, {"96", "64"}},
    {"keyslots.0.area.type", JV_STRING, SAME("raw")},
    {"keyslots.0.area.offset", JV_STRING, SAME(ANY)},
    {"keyslots.0.area.size", JV_STRING, SAME(ANY)},
    {"keyslots.0.area.encryption", JV_STRING, SAME("aes-xts-plain64")},
    {"keyslots.0.area.key_size", JV_NUMBER, SAME("64")},
    {"keyslots.0.af.type", JV_STRING, SAME("luks1")},
    {"keyslots.0.af.stripes", JV_NUMBER, SAME("4000")},
    {"keyslots.0.af.hash", JV_STRING, SAME("sha256")},
    {"keyslots.0.kdf.type", JV_STRING, SAME("argon2id")},
    {"keyslots.0.kdf.time", JV_NUMBER, SAME(ANY)},
    {"keyslots.0.kdf.memory", JV_NUMBER, SAME(ANY)},
    {"keyslots.0.kdf.cpus", JV_NUMBER, SAME(ANY)},
    {"keyslots.0.kdf.salt", JV_STRING, SAME(ANY)},
    {"segments.0.type", JV_STRING, SAME("crypt")},
    {"segments.0.offset", JV_STRING, SAME(ANY)},
    {"segments.0.size", JV_STRING, SAME("dynamic")},
    {"segments.0.iv_tweak", JV_STRING, SAME("0")},
    {"segments.0.encryption", JV_STRING, SAME("aes-xts-plain64")},
    {"segments.0.sector_size", JV_NUMBER, SAME(ANY)},
    {"segments.0.integrity.type", JV_STRING, {"hmac(sha256)", NULL}},
    {"segments.0.integrity.journal_encryption", JV_STRING, {"none", NULL}},
    {"segments.0.integrity.journal_integrity", JV_STRING, {"none", NULL}},
    {"digests.0.type", JV_STRING, SAME("pbkdf2")},
    {"digests.0.hash", JV_STRING, SAME("sha256")},
    {"digests.0.iterations", JV_NUMBER, SAME(ANY)},
    {"digests.0.keyslots[0]", JV_STRING, SAME("0")},
    {"digests.0.segments[0]", JV_STRING, SAME("0")},
    {"digests.0.salt", JV_STRING, SAME(ANY)},
    {"digests.0.digest", JV_STRING, SAME(ANY)},
    {"tokens", JV_OBJECT, SAME(ANY)},
    {"config.json_size", JV_STRING, SAME(ANY)},
    {"config.keyslots_size", JV_STRING, SAME(ANY)},
};
#define LEAVES (sizeof(leaves) / sizeof(*leaves))

struct walk {
	struct arena *arena;
	enum profile profile;
	bool seen[LEAVES];
	struct rt_err *err;
};

static bool
matches(const struct jv *v, const struct leaf *l, const char *value)
{
	if (v->type != l->type || v->type == JV_OBJECT)
		return v->type == l->type;
	return value[0] == '\0' ? v->text.n > 0 : str_eqz(v->text, value);
}

static int
check_leaf(struct walk *w, const struct jv *v, const char *path)
{
	const struct leaf *l = leaves;
	const char *value;

	while (l < leaves + LEAVES && strcmp(l->path, path) != 0)
		l++;
	value = l < leaves + LEAVES ? l->value[w->profile] : NULL;
	if (value == NULL || w->seen[l - leaves])
		return rt_err_set(w->err, RT_EVERIFY,
		    "the volume's header has '%s', which is not ours", path);
	w->seen[l - leaves] = true;
	if (matches(v, l, value))
		return 0;
	return rt_err_set(w->err, RT_EVERIFY,
	    "the volume's header has '%s' = '%.*s'%s%s", path,
	    STR_ARG(str_clip(v->text, 64)), value[0] == '\0' ? "" : ", not ",
	    value);
}

/* Members and items; what has none is a leaf. */
static int
walk(struct walk *w, const struct jv *v, const char *path)
{
	const struct jv_member *m;
	size_t i;
	int rc = 0;

	if (v->members.n == 0 && v->items.n == 0)
		return check_leaf(w, v, path);
	VEC_FOREACH(m, &v->members)
		if (rc == 0)
			rc = walk(w, m->value,
			    arena_printf(w->arena, "%s%s%.*s", path,
				path[0] == '\0' ? "" : ".",
				STR_ARG(str_clip(m->key, 64)))
				.p);
	for (i = 0; i < v->items.n && rc == 0; i++)
		rc = walk(w, v->items.p[i],
		    arena_printf(w->arena, "%s[%zu]", path, i).p);
	return rc;
}

static int
check(struct arena *a, const struct jv *v, enum profile p, struct rt_err *err)
{
	struct walk w = {.arena = a, .profile = p, .err = err};
	size_t i;
	int rc = walk(&w, v, "");

	for (i = 0; i < LEAVES && rc == 0; i++)
		if (!w.seen[i] && leaves[i].value[p] != NULL)
			rc = rt_err_set(err, RT_EVERIFY,
			    "the volume's header lacks '%s'", leaves[i].path);
	return rc;
}

static int
judge(struct arena *a, struct str json, bool old, struct rt_err *err)
{
	struct jv *v;
	int rc = jv_parse(&v, a, json, err);

	if (rc == 0)
		rc = check(a, v, SEALED, err);
	if (rc != RT_EVERIFY || check(a, v, OLD, NULL) != 0)
		return rc;
	return old ? 0
		   : rt_err_set(err, RT_EVERIFY,
			 "the volume is of an older release and has no "
			 "integrity; CONTRASTC_ALLOW_UNAUTHENTICATED_LUKS=1 "
			 "opens it");
}

int
init_luks_check(struct str json, bool old, struct rt_err *err)
{
	struct arena *a;
	int rc;

	if (json.n > INIT_LUKS_JSON_MAX)
		return rt_err_set(
		    err, RT_ELIMIT, "the volume's header is too large");
	a = arena_new();
	rc = judge(a, json, old, err);
	arena_free(a);
	return rc;
}

const char *
init_luks_name(struct arena *a, const char *device, const char *mount_point)
{
	struct str hex =
	    rt_sha256_hex(a, arena_printf(a, "%s%s", device, mount_point));

	return arena_cstr(a, str_sub(hex, 0, 16));
}
