/* SPDX-License-Identifier: Apache-2.0 */
/* Members of older settings, and those that are not given. */
#include <string.h>

#include "compiler/lower/settings_int.h"

#include "runtime/base/banned.h"

/* old members */

/* What an older file may have beside the members of the defaults. */
static const struct {
	const char *object, *old;
	const char *now; /* "object.member" that it means; NULL: nothing */
} old_members[] = {
    {"common", "svc_name", "svc_name_downward_env"},
    {"common", "image_layer_verification", NULL},
    {"common", "mount_source_cpath", NULL},
    {"common", "dynamic_annotations", NULL},
    {"common", "s_source1", NULL},
    {"common", "s_source2", NULL},
    {"common", "virtio_blk_storage_classes", NULL},
    {"common", "smb_storage_classes", NULL},
    {"common", "root_path", NULL},
    {"common", "spath", NULL},
    {"cluster_config", "encrypted_emptydir", "emptydir_type"},
    {"cluster_config", "pause_container_id_policy", NULL},
    {"cluster_config", "cgroup_mount_extras_allowed", NULL},
    {"kata_config", "confidential_guest", NULL},
    {"volumes", "confidential_emptyDir", NULL},
    {"volumes", "confidential_configMap", NULL},
    {"sandbox", "allowed_guest_hooks", NULL},
    {"request_defaults", "UpdateRoutesRequest", NULL},
    {"request_defaults", "UpdateInterfaceRequest", NULL},
    {"request_defaults", "AddARPNeighborsRequest", NULL},
    {"request_defaults", "GetDiagnosticDataRequest", NULL},
};

#define NOLD (sizeof(old_members) / sizeof(old_members[0]))

bool
settings_is_old(const char *object, struct str member)
{
	size_t i;

	for (i = 0; i < NOLD; i++) {
		if (strcmp(old_members[i].object, object) == 0 &&
		    str_eqz(member, old_members[i].old))
			return true;
	}
	return false;
}

/* Is there an old member of `user` that means this one? */
static bool
superseded(const struct jv *user, const char *object, struct str member)
{
	size_t i;

	for (i = 0; i < NOLD; i++) {
		if (old_members[i].now != NULL &&
		    strcmp(old_members[i].object, object) == 0 &&
		    str_eqz(member, old_members[i].now) &&
		    jv_get(user, str_from(old_members[i].old)) != NULL)
			return true;
	}
	return false;
}

static void
map_emptydir(struct load *l, struct jv *cluster)
{
	struct jv *old = jv_getz(cluster, "encrypted_emptydir"), *v;

	if (old == NULL || jv_getz(cluster, "emptydir_type") != NULL)
		return;
	v = jv_string(l->arena,
	    old->type == JV_TRUE ? STR("block-encrypted") : STR("shared-fs"));
	v->origin = old->origin;
	jv_set(l->arena, cluster, STR("emptydir_type"), v);
}

static void
map_service_name(struct load *l, struct jv *common)
{
	struct jv *old = jv_getz(common, "svc_name");

	if (old != NULL && jv_getz(common, "svc_name_downward_env") == NULL)
		jv_set(l->arena, common, STR("svc_name_downward_env"), old);
}

/* For a confidential guest the entries of that name count. */
static void
map_confidential(struct load *l, struct jv *doc)
{
	struct jv *volumes = jv_getz(doc, "volumes"), *v;

	if (!jv_is(jv_path(doc, "kata_config", "confidential_guest", NULL),
		JV_TRUE) ||
	    volumes == NULL)
		return;
	if ((v = jv_getz(volumes, "confidential_emptyDir")) != NULL)
		jv_set(l->arena, volumes, STR("emptyDir"), v);
	if ((v = jv_getz(volumes, "confidential_configMap")) != NULL)
		jv_set(l->arena, volumes, STR("configMap"), v);
}

void
settings_map_old(struct load *l, struct jv *doc)
{
	struct jv *common = jv_getz(doc, "common"),
		  *cluster = jv_getz(doc, "cluster_config");

	if (jv_is(common, JV_OBJECT))
		map_service_name(l, common);
	if (jv_is(cluster, JV_OBJECT))
		map_emptydir(l, cluster);
	map_confidential(l, doc);
}

/* filling in defaults */

/*
 * The settings of containers are whole: what they leave out is empty, but
 * for the two members that have no empty form.
 */
static void
fill_container(struct load *l, struct jv *user, const struct jv *from)
{
	struct jv *root = jv_getz(user, "Root");

	if (jv_getz(user, "Mounts") == NULL)
		jv_set(l->arena, user, STR("Mounts"), jv_getz(from, "Mounts"));
	if (root == NULL)
		jv_set(l->arena, user, STR("Root"), jv_getz(from, "Root"));
	else if (jv_is(root, JV_OBJECT) && jv_getz(root, "Path") == NULL)
		jv_set(l->arena, root, STR("Path"),
		    jv_path(from, "Root", "Path", NULL));
}

/* Members that a user gives whole. */
bool
settings_is_whole(struct str key)
{
	return str_eqz(key, "dynamic_annotations");
}

static void
fill(struct load *l, struct jv *user, const struct jv *from, const char *object)
{
	struct jv_member *m;

	VEC_FOREACH(m, &from->members) {
		struct jv *have = jv_get(user, m->key);
		bool container = str_eqz(m->key, "pause_container") ||
				 str_eqz(m->key, "other_container");

		if (have == NULL) {
			if (!superseded(user, object, m->key))
				jv_set(l->arena, user, m->key, m->value);
		} else if (!jv_is(have, JV_OBJECT) ||
			   !jv_is(m->value, JV_OBJECT) ||
			   settings_is_whole(m->key)) {
			continue;
		} else if (container && object[0] == '\0') {
			fill_container(l, have, m->value);
		} else {
			fill(l, have, m->value, arena_cstr(l->arena, m->key));
		}
	}
}

void
settings_fill(struct load *l, struct jv *user)
{
	fill(l, user, l->defaults, "");
}
