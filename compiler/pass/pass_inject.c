/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building and placing what is injected.  Nothing is touched that means the
 * same already, so the user's formatting of it stays and a second run changes
 * nothing.
 */
#include <string.h>

#include "compiler/pass/pass_int.h"
#include "runtime/base/banned.h"

static struct yaml_node *
part_value(struct arena *a, const struct part *part, const struct str *values)
{
	const char *v = part->value;
	struct str s = v[0] == '$' ? values[v[1] - '0'] : str_from(v);
	uint64_t n;

	switch (part->kind) {
	case PART_INT:
		if (!str_u64(s, INT64_MAX, &n))
			n = 0;
		return yaml_new_int(a, (int64_t)n);
	case PART_BOOL:
		return yaml_new_bool(a, str_eqz(s, "true"));
	case PART_EMPTY_MAP:
		return yaml_new_map(a);
	case PART_STR:
		break;
	}
	return yaml_new_str(a, s);
}

/* The collection under a key, made if absent. */
static struct yaml_node *
part_child(struct arena *a, struct yaml_node *map, struct str key, bool seq)
{
	struct yaml_node *n = yaml_get(map, key);

	if (n == NULL) {
		n = seq ? yaml_new_seq(a) : yaml_new_map(a);
		(void)yaml_put(a, map, key, n);
	}
	return n;
}

static void
part_put(struct arena *a, struct yaml_node *map, const struct part *part,
    const struct str *values)
{
	struct yaml_node *value = part_value(a, part, values), *seq;
	struct str rest = str_from(part->path), key;
	size_t end;

	for (;;) {
		end = str_chr(rest, '.', 0);
		key = str_sub(rest, 0, end);
		if (str_ends(key, STR("[+]")) || str_ends(key, STR("[]"))) {
			seq = part_child(a, map,
			    str_sub(key, 0, str_chr(key, '[', 0)), true);
			if (end == SIZE_MAX) {
				(void)yaml_push(a, seq, value);
				return;
			}
			if (str_ends(key, STR("[+]")))
				(void)yaml_push(a, seq, yaml_new_map(a));
			map = seq->items.p[seq->items.n - 1];
		} else if (end == SIZE_MAX) {
			(void)yaml_put(a, map, key, value);
			return;
		} else
			map = part_child(a, map, key, false);
		rest = str_sub(rest, end + 1, rest.n);
	}
}

struct yaml_node *
part_build(struct arena *a, const struct part *parts, size_t n, unsigned flags,
    const struct str *values)
{
	struct yaml_node *map = yaml_new_map(a);
	size_t i;

	for (i = 0; i < n; i++) {
		if ((parts[i].need & ~flags) == 0 && (parts[i].not &flags) == 0)
			part_put(a, map, &parts[i], values);
	}
	return map;
}

size_t
inject_count(const struct yaml_node *seq)
{
	const struct yaml_node *n = yaml_deref(seq);

	return yaml_is(n, YAML_SEQ) ? n->items.n : 0;
}

struct yaml_node *
inject_item(const struct yaml_node *seq, size_t i)
{
	return yaml_deref(yaml_deref(seq)->items.p[i]);
}

size_t
inject_find(const struct yaml_node *seq, struct str name, size_t from)
{
	size_t i, n = inject_count(seq);

	for (i = from; i < n; i++) {
		if (str_eq(
			yaml_get_str(inject_item(seq, i), STR("name")), name))
			return i;
	}
	return SIZE_MAX;
}

/* The index at which the container has to end up, itself not counted. */
static size_t
place_of(const struct yaml_node *seq, enum inject_place place, struct str name)
{
	size_t n = inject_count(seq), i, at;

	switch (place) {
	case INJECT_FIRST:
		return 0;
	case INJECT_SECOND:
		return inject_find(seq, STR(NAME_HOLDER), 0) == 0 ? 1 : 0;
	case INJECT_BEFORE:
	case INJECT_LAST:
		break;
	}
	at = n;
	for (i = 0; i < n; i++)
		at -= str_eq(
		    yaml_get_str(inject_item(seq, i), STR("name")), name);
	/* The sidecar is where it belongs, or it will be put there. */
	if (place == INJECT_BEFORE && n > 0 &&
	    inject_find(seq, STR(NAME_MESH), 0) == n - 1)
		at--;
	return at;
}

static bool
has_key(const struct yaml_node *map, struct str key)
{
	return yaml_get(map, key) != NULL;
}

/* Makes `old` mean what `built` means, key by key. */
static void
merge(
    struct pass_ctx *ctx, struct yaml_node *old, const struct yaml_node *built)
{
	struct yaml_pairs now = yaml_pairs(ctx->arena, old);
	struct yaml_pair *p;
	size_t i;

	for (i = 0; i < now.n; i++) {
		if (!has_key(built, now.p[i].key->text))
			edit_delete(ctx->edits, old, now.p[i].key->text);
	}
	VEC_FOREACH(p, &built->pairs) {
		if (!yaml_equal(yaml_get(old, p->key->text), p->value))
			edit_put(ctx->edits, old, p->key->text, p->value);
	}
}

/* All items of a name, from the end. */
static void
remove_all(struct pass_ctx *ctx, struct yaml_node *seq, struct str name)
{
	size_t i;

	for (i = inject_count(seq); i-- > 0;) {
		if (str_eq(
			yaml_get_str(inject_item(seq, i), STR("name")), name))
			edit_remove(ctx->edits, seq, i);
	}
}

void
inject_container(struct pass_ctx *ctx, struct k8s_object *o,
    struct yaml_node *built, enum inject_place place, const char *what)
{
	struct yaml_node *seq = yaml_getz(o->pod_spec, "initContainers");
	struct str name = yaml_get_str(built, STR("name"));
	size_t at = inject_find(seq, name, 0), want;

	want = place_of(seq, place, name);
	if (at == want && inject_find(seq, name, at + 1) == SIZE_MAX &&
	    yaml_equal(inject_item(seq, at), built))
		return;
	edit_what(ctx->edits, what);
	pass_own(ctx, o);
	seq = edit_seq(ctx->edits, o->pod_spec, STR("initContainers"));
	if (seq == NULL) {
		ctx->failed = true;
		return;
	}
	if (at == want && inject_find(seq, name, at + 1) == SIZE_MAX) {
		merge(ctx, edit_item(ctx->edits, seq, at), built);
		return;
	}
	remove_all(ctx, seq, name);
	edit_insert(ctx->edits, seq, place_of(seq, place, name), built);
}

bool
inject_empty_dir(struct pass_ctx *ctx, struct k8s_object *o, struct str name)
{
	static const struct part parts[] = {
	    {"name", "$0", PART_STR, 0, 0},
	    {"emptyDir", "", PART_EMPTY_MAP, 0, 1},
	    {"emptyDir.medium", "Memory", PART_STR, 1, 0},
	};
	struct yaml_node *seq = yaml_getz(o->pod_spec, "volumes"), *volume;
	size_t at = inject_find(seq, name, 0);
	struct diag *g;

	if (at != SIZE_MAX) {
		volume = inject_item(seq, at);
		if (yaml_getz(volume, "emptyDir") != NULL)
			return true;
		g = diag_report(ctx->diags, VOLUME_NOT_EMPTY_DIR,
		    pass_loc(volume, o), SHOWN(name));
		pass_context(ctx, g, o, NULL);
		return false;
	}
	edit_what(ctx->edits, "the injected volume");
	pass_own(ctx, o);
	seq = edit_seq(ctx->edits, o->pod_spec, STR("volumes"));
	if (seq == NULL)
		return false;
	edit_insert(ctx->edits, seq, inject_count(seq),
	    PART_BUILD(ctx->arena, parts,
		ctx->options->profile == PROFILE_LATEST, &name));
	return true;
}

/* Is the mount there, once, last and as it has to be? */
static bool
mount_fits(const struct yaml_node *mounts, const struct yaml_node *built)
{
	size_t at = inject_find(mounts, STR(VOLUME_SECRETS), 0);

	return at != SIZE_MAX && at == inject_count(mounts) - 1 &&
	       yaml_equal(inject_item(mounts, at), built);
}

static struct yaml_node *
secrets_mount(struct arena *a)
{
	static const struct part parts[] = {
	    {"name", VOLUME_SECRETS, PART_STR, 0, 0},
	    {"mountPath", "/contrast", PART_STR, 0, 0},
	};

	return PART_BUILD(a, parts, 0, NULL);
}

static void
inject_mount(struct pass_ctx *ctx, struct yaml_node *container)
{
	struct yaml_node *mounts;

	mounts = edit_seq(ctx->edits, container, STR("volumeMounts"));
	if (mounts == NULL) {
		ctx->failed = true;
		return;
	}
	remove_all(ctx, mounts, STR(VOLUME_SECRETS));
	edit_insert(ctx->edits, mounts, inject_count(mounts),
	    secrets_mount(ctx->arena));
}

/* All but the Initializer, which is built anew, and the store's holder. */
static bool
needs_mount(const struct yaml_node *c, const struct yaml_node *built)
{
	struct str name = yaml_get_str(c, STR("name"));

	return yaml_is(c, YAML_MAP) && !str_eqz(name, NAME_INITIALIZER) &&
	       !str_eqz(name, NAME_HOLDER) &&
	       !mount_fits(yaml_getz(c, "volumeMounts"), built);
}

void
inject_mounts(struct pass_ctx *ctx, struct k8s_object *o, const char *list)
{
	struct yaml_node *seq = yaml_get(o->pod_spec, str_from(list));
	struct yaml_node *built = secrets_mount(ctx->arena);
	size_t i, n = inject_count(seq);
	bool own = false;

	for (i = 0; i < n && !ctx->failed; i++) {
		if (!needs_mount(inject_item(seq, i), built))
			continue;
		if (!own) {
			edit_what(ctx->edits, "the injected volume mount");
			pass_own(ctx, o);
			seq = edit_seq(ctx->edits, o->pod_spec, str_from(list));
			own = true;
		}
		inject_mount(ctx, edit_item(ctx->edits, seq, i));
	}
}
