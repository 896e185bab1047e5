/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts and storages of the pod's volumes (policy-model 7.10). */
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

/* A volumeMount, its volume, and what both say. */
struct use {
	const struct ir_mount *mount;
	const struct ir_volume *volume;
	size_t order; /* of the volume, then of the mount */
	size_t index;
};

struct jv *
lw_storage(struct arena *a, struct jv *driver, struct jv *driver_options,
    struct jv *source, struct jv *fstype, struct jv *options,
    struct jv *mount_point, struct jv *fs_group, struct jv *shared)
{
	struct jv *o = jv_object(a);

	lw_put(a, o, "driver", driver);
	lw_put(a, o, "driver_options", driver_options);
	lw_put(a, o, "source", source);
	lw_put(a, o, "fstype", fstype);
	lw_put(a, o, "options", options);
	lw_put(a, o, "mount_point", mount_point);
	lw_put(a, o, "fs_group", fs_group);
	lw_put(a, o, "shared", shared);
	return o;
}

static const struct jv *
volume_settings(const struct work *w, const char *name)
{
	return jv_path(w->l->settings, "volumes", name, NULL);
}

static enum propagation
propagation_of(const struct work *w, const struct use *u)
{
	struct str s = u->mount->propagation.s;
	bool host = u->volume != NULL && u->volume->kind == IR_HOST_PATH;

	if (!host && !w->l->sw.propagation)
		return RPRIVATE;
	if (str_eqz(s, "Bidirectional"))
		return RSHARED;
	if (str_eqz(s, "HostToContainer") && w->l->sw.propagation)
		return RSLAVE;
	return RPRIVATE;
}

/* Of volumes to which it applies in some targets only. */
static enum propagation
all_propagation(const struct work *w, const struct use *u)
{
	return w->l->sw.propagation_all ? propagation_of(w, u) : RPRIVATE;
}

static struct jv *
options(const struct work *w, enum propagation p, bool read_only)
{
	return w->l->options_of[p][read_only];
}

/* A pattern that ends in the last component of the mount's path. */
static struct jv *
named(struct work *w, const struct use *u, struct str head, struct str last)
{
	return lw_str(w->a, lw_cat(w->a, head, last, STR("$")),
	    lw_yaml(w, u->mount->path.node));
}

static struct jv *
dest(struct work *w, const struct use *u)
{
	return lw_str(w->a, u->mount->path.s, lw_yaml(w, u->mount->path.node));
}

static struct jv *
shared_source(struct work *w, const struct use *u)
{
	return named(w, u, STR("$(sfprefix)"),
	    ir_regex_escape(w->a, lw_last(u->mount->path.s)));
}

static void
shared_bind(
    struct work *w, struct mounts *m, const struct use *u, struct jv *opts)
{
	lw_mount_place(w, m,
	    lw_mount(
		w->a, dest(w, u), shared_source(w, u), w->l->type_bind, opts));
}

/* emptyDir */

/* A text of the settings with the volume's name and `$` behind it. */
static struct jv *
with_volume(struct work *w, const struct use *u, struct jv *setting)
{
	return lw_str(w->a,
	    lw_cat(w->a, jv_str(setting), u->volume->name.s, STR("$")),
	    lw_yaml(w, u->volume->name.node));
}

static struct jv *
fs_group(struct work *w, const struct ir_int *g)
{
	struct jv *o = jv_object(w->a);

	BECAUSE(policy, "the kubelet changes ownership on each mount");
	lw_put(w->a, o, "group_id", lw_int(w->a, g->v, lw_yaml(w, g->node)));
	lw_put(w->a, o, "group_change_policy", lw_int(w->a, 0, &policy));
	return o;
}

static struct jv *
with_fsgid(struct work *w, const struct jv *opts, const struct ir_int *g)
{
	struct jv *list = jv_array(w->a);
	struct jv **it;

	VEC_FOREACH(it, &opts->items)
		jv_push(w->a, list, *it);
	jv_push(w->a, list,
	    lw_str(w->a, arena_printf(w->a, "fsgid=%lld", (long long)g->v),
		lw_yaml(w, g->node)));
	return list;
}

static void
empty_dir_storage(struct work *w, const struct use *u, const struct jv *s,
    bool block, struct jv *storages)
{
	const struct ir_int *g = &w->w->security.fs_group;
	struct jv *point = jv_getz(s, "mount_point"),
		  *opts = jv_getz(s, "options"), *group = w->l->null,
		  *shared = jv_getz(s, "shared");

	if (str_ends(jv_str(point), STR("/")))
		point = with_volume(w, u, point);
	if (g->node != NULL && g->v != 0) {
		if (block)
			group = fs_group(w, g);
		else
			opts = with_fsgid(w, opts, g);
	}
	jv_push(w->a, storages,
	    lw_storage(w->a, jv_getz(s, "driver"), jv_getz(s, "driver_options"),
		jv_getz(s, "source"), jv_getz(s, "fstype"), opts, point, group,
		shared == NULL ? w->l->no : shared));
}

static const struct {
	const char *type;
	const char *member;
	bool block;
} empty_dirs[] = {
    {"block-encrypted", "emptyDir_encrypted", true},
    {"block-plain", "emptyDir_plain", true},
    {"local", "emptyDir", false},
};

static const struct jv *
empty_dir_settings(struct work *w, const struct use *u, bool *block)
{
	struct str type = jv_str(
	    jv_path(w->l->settings, "cluster_config", "emptydir_type", NULL));
	size_t i;

	*block = false;
	if (str_eqz(u->volume->medium.s, "Memory"))
		return volume_settings(w, "emptyDir_memory");
	for (i = 0; i < sizeof(empty_dirs) / sizeof(empty_dirs[0]); i++) {
		if (!str_eqz(type, empty_dirs[i].type))
			continue;
		*block = empty_dirs[i].block;
		return volume_settings(w, empty_dirs[i].member);
	}
	lw_found(w, diag_report(w->l->diags, EMPTY_DIR_TYPE,
			u->volume->node->loc, STR_ARG(type)));
	return NULL;
}

static bool
is_shared_fs(const struct work *w, const struct use *u)
{
	return !str_eqz(u->volume->medium.s, "Memory") &&
	       str_eqz(jv_str(jv_path(w->l->settings, "cluster_config",
			   "emptydir_type", NULL)),
		   "shared-fs");
}

static void
empty_dir_shared(
    struct work *w, struct mounts *m, const struct use *u, struct jv *opts)
{
	struct str name = ir_regex_escape(w->a, u->volume->name.s);
	struct jv *d = dest(w, u), *source;

	source = lw_str(w->a,
	    lw_cat(
		w->a, STR("^$(cpath)/sandbox-[0-9a-f]{16}-"), name, STR("$")),
	    lw_yaml(w, u->volume->name.node));
	lw_mount_append(w, m, lw_mount(w->a, d, source, w->l->type_bind, opts));
	lw_mount_append(w, m,
	    lw_mount(w->a, d, shared_source(w, u), w->l->type_bind, opts));
}

static void
empty_dir(
    struct work *w, struct mounts *m, const struct use *u, struct jv *storages)
{
	struct jv *opts =
	    options(w, propagation_of(w, u), u->mount->read_only.v);
	struct jv *source;
	const struct jv *s;
	bool block;

	if (is_shared_fs(w, u)) {
		empty_dir_shared(w, m, u, opts);
		return;
	}
	s = empty_dir_settings(w, u, &block);
	if (s == NULL)
		return;
	source = jv_getz(s, "mount_source");
	if (u->mount->sub_path_expr.s.n > 0) {
		const struct jv *c = volume_settings(w, "configMap");

		lw_mount_append(w, m,
		    lw_mount(w->a, dest(w, u),
			named(w, u, jv_get_str(c, STR("mount_source")),
			    lw_last(u->mount->path.s)),
			w->l->type_bind, opts));
		return;
	}
	if (jv_str(source).n > 0)
		source = with_volume(w, u, source);
	lw_mount_append(w, m,
	    lw_mount(w->a, dest(w, u), source, jv_getz(s, "mount_type"), opts));
	empty_dir_storage(w, u, s, block, storages);
}

/* hostPath */

static bool
below(struct str path, const char *dir)
{
	size_t n = strlen(dir);

	return str_starts(path, str_from(dir)) &&
	       (path.n == n || path.p[n] == '/');
}

static void
host_path(
    struct work *w, struct mounts *m, const struct use *u, struct jv *storages)
{
	struct jv *opts =
	    options(w, propagation_of(w, u), u->mount->read_only.v);
	const struct ir_str *path = &u->volume->path;

	(void)storages;
	if (!below(path->s, "/dev") && !below(path->s, "/sys")) {
		shared_bind(w, m, u, opts);
		return;
	}
	lw_no_token(w, path->s, "a path", lw_loc(path->node));
	lw_mount_place(w, m,
	    lw_mount(w->a, dest(w, u),
		lw_str(w->a, path->s, lw_yaml(w, path->node)), w->l->type_bind,
		opts));
}

/* claims */

#define DIRECT "$(spath)/$(b64-direct-vol-path)"

void
lw_index_claim(struct lower *l, const struct k8s_object *o)
{
	struct str exact, any;

	exact = arena_printf(
	    l->arena, "%.*s/%.*s", STR_ARG(o->ns), STR_ARG(o->name));
	any = lw_cat(l->arena, STR("/"), o->name, STR(""));
	if (map_get(&l->claims, exact) == NULL)
		map_set(l->arena, &l->claims, exact, o->node);
	if (map_get(&l->claims, any) == NULL)
		map_set(l->arena, &l->claims, any, o->node);
}

/* The class of a volume's claim, if the input has the claim. */
static struct str
claim_class(struct work *w, const struct use *u)
{
	const struct yaml_node *node = yaml_path(
	    u->volume->node, "persistentVolumeClaim", "claimName", NULL);
	struct str name = node == NULL ? STR("") : yaml_text(node);
	struct str any = lw_cat(w->a, STR("/"), name, STR(""));
	struct yaml_node *found = map_get(
	    &w->l->claims, lw_cat(w->a, w->w->object->ns, any, STR("")));

	if (found == NULL)
		found = map_get(&w->l->claims, any);
	node = yaml_path(found, "spec", "storageClassName", NULL);
	return node == NULL ? STR("") : yaml_text(node);
}

/* Options of the share's own; NULL: the class is of another kind. */
static struct jv *
smb_options(const struct work *w, struct str class)
{
	const struct jv *list =
	    jv_path(w->l->settings, "common", "smb_storage_classes", NULL);
	struct jv **it;

	if (!jv_is(list, JV_ARRAY))
		return NULL;
	VEC_FOREACH(it, &list->items) {
		if (str_eq(jv_get_str(*it, STR("name")), class))
			return jv_getz(*it, "mount_options");
	}
	return NULL;
}

static bool
is_disk(const struct work *w, struct str class)
{
	const struct jv *list = jv_path(
	    w->l->settings, "common", "virtio_blk_storage_classes", NULL);
	struct jv **it;

	if (!jv_is(list, JV_ARRAY))
		return false;
	VEC_FOREACH(it, &list->items) {
		if (str_eq(jv_str(*it), class))
			return true;
	}
	return false;
}

/* A claim of a class that the guest mounts itself; false: another. */
static bool
direct_claim(struct work *w, struct mounts *m, const struct use *u,
    struct str class, struct jv *storages)
{
	BECAUSE(direct, "the guest mounts claims of this storage class");
	struct jv *opts, *point, *smb = NULL;

	if (!w->l->sw.direct_claims || class.n == 0)
		return false;
	if (!is_disk(w, class) && (smb = smb_options(w, class)) == NULL)
		return false;
	opts = smb == NULL ? w->l->empty_list : smb;
	point = lw_str(w->a, STR(DIRECT), &direct);
	lw_mount_place(w, m,
	    lw_mount(w->a, dest(w, u), point, w->l->type_bind,
		options(w, propagation_of(w, u), false)));
	jv_push(w->a, storages,
	    lw_storage(w->a,
		lw_str(w->a, smb == NULL ? STR("blk") : STR("smb"), &direct),
		w->l->empty_list, w->l->empty_text, w->l->empty_text, opts,
		point, w->l->null, w->l->no));
	return true;
}

static void
claim(
    struct work *w, struct mounts *m, const struct use *u, struct jv *storages)
{
	enum propagation p = all_propagation(w, u);

	if (direct_claim(w, m, u, claim_class(w, u), storages))
		return;
	if (str_eqz(u->volume->type, "ephemeral"))
		p = propagation_of(w, u);
	shared_bind(w, m, u, options(w, p, false));
}

/* the other kinds */

static void
config(
    struct work *w, struct mounts *m, const struct use *u, struct jv *storages)
{
	const struct jv *s = volume_settings(w, "configMap");
	struct str last = lw_last(u->mount->path.s);
	struct jv *point = named(w, u, jv_get_str(s, STR("mount_point")), last);
	enum propagation p = all_propagation(w, u);

	lw_mount_append(w, m,
	    lw_mount(w->a, dest(w, u), point, jv_getz(s, "mount_type"),
		p == RPRIVATE ? jv_getz(s, "options") : options(w, p, true)));
	if (!w->l->sw.config_storages)
		return;
	jv_push(w->a, storages,
	    lw_storage(w->a, jv_getz(s, "driver"), w->l->empty_list,
		named(w, u, jv_get_str(s, STR("mount_source")), last),
		jv_getz(s, "fstype"), jv_getz(s, "options"), point, w->l->null,
		w->l->no));
}

static void
projected(
    struct work *w, struct mounts *m, const struct use *u, struct jv *storages)
{
	(void)storages;
	shared_bind(w, m, u, options(w, all_propagation(w, u), true));
}

static void
downward(
    struct work *w, struct mounts *m, const struct use *u, struct jv *storages)
{
	struct str path = u->mount->path.s;
	/* What is behind the last slash, which may be nothing. */
	struct str last = str_basename(path);

	(void)storages;
	lw_mount_place(w, m,
	    lw_mount(w->a, dest(w, u), named(w, u, STR("$(sfprefix)"), last),
		w->l->type_bind, options(w, all_propagation(w, u), true)));
}

/* how each kind is lowered, and whether the host may change its content */
static const struct {
	void (*lower)(
	    struct work *, struct mounts *, const struct use *, struct jv *);
	bool host_controlled;
} kinds[] = {
    [IR_EMPTY_DIR] = {empty_dir, false},
    [IR_HOST_PATH] = {host_path, true},
    [IR_CLAIM] = {claim, true},
    [IR_CONFIG] = {config, true},
    [IR_PROJECTED] = {projected, true},
    [IR_DOWNWARD] = {downward, true},
};

/* claim templates of a StatefulSet come first, per mount */
static void
claim_templates(struct work *w, struct mounts *m, struct jv *storages)
{
	const struct ir_claim *claim;
	const struct ir_mount *it;

	if (w->w->claims.n == 0)
		return;
	VEC_FOREACH(it, &w->k->mounts) {
		struct use u = {.mount = it};

		claim = map_get(&w->claims, it->name.s);
		if (claim == NULL ||
		    direct_claim(w, m, &u, claim->storage_class.s, storages))
			continue;
		lw_mount_append(w, m,
		    lw_mount(w->a, dest(w, &u),
			named(w, &u,
			    STR("^/run/kata-containers/shared/containers/"
				"$(bundle-id)-[a-z0-9]{16}-"),
			    lw_last(it->path.s)),
			w->l->type_bind,
			options(w, all_propagation(w, &u), false)));
	}
}

static int
by_order(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static size_t
collect(struct work *w, struct use *out)
{
	const struct ir_mount *it;
	size_t n = 0;

	VEC_FOREACH(it, &w->k->mounts) {
		const struct ir_volume *v = map_get(&w->volumes, it->name.s);

		lw_no_token(w, it->path.s, "a path", lw_loc(it->path.node));
		if (v == NULL) {
			if (map_get(&w->claims, it->name.s) == NULL)
				lw_found(
				    w, diag_report(w->l->diags, NO_SUCH_VOLUME,
					   it->node->loc, STR_ARG(it->name.s)));
			continue;
		}
		out[n] = (struct use){it, v, (size_t)(v - w->w->volumes.p), n};
		n++;
	}
	if (n > 1)
		qsort(out, n, sizeof(*out), by_order);
	return n;
}

void
lw_volumes(struct work *w, struct mounts *m, struct jv *storages)
{
	struct use *uses;
	size_t i, n;

	if (w->k->mounts.n == 0)
		return;
	claim_templates(w, m, storages);
	uses = ARENA_ARRAY(w->a, struct use, w->k->mounts.n);
	n = collect(w, uses);
	for (i = 0; i < n; i++) {
		const struct ir_volume *v = uses[i].volume;

		if (v->kind == IR_UNSUPPORTED) {
			w->failed = true;
			if (!ir_reported(w->l->diags, v->type_key->loc))
				lw_found(w,
				    diag_report(w->l->diags, VOLUME_UNSUPPORTED,
					v->type_key->loc, STR_ARG(v->name.s),
					STR_ARG(v->type)));
			continue;
		}
		kinds[v->kind].lower(w, m, &uses[i], storages);
		if (kinds[v->kind].host_controlled)
			lw_found(w, diag_report(w->l->diags, HOST_CONTROLLED,
					v->node->loc, STR_ARG(v->name.s),
					STR_ARG(v->type)));
	}
}
