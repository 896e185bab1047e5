/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/policy/feature.h"

#include "compiler/policy/index_int.h"

#include "runtime/base/banned.h"

/*
 * Every predicate takes what it does not find as absent: data of a user's
 * own making links the general variants.
 */

bool
feature_always(const struct jv *policy_data)
{
	(void)policy_data;
	return true;
}

static const struct jv *
check(const struct jv *pd, struct str name)
{
	return jv_get(jv_getz(jv_getz(pd, "contrastc"), "checks"), name);
}

static bool
filled(const struct jv *v)
{
	if (jv_is(v, JV_ARRAY))
		return v->items.n > 0;
	return jv_is(v, JV_OBJECT) && v->members.n > 0;
}

static bool
profile(const struct jv *pd, const char *name)
{
	return str_eqz(
	    jv_get_str(jv_getz(pd, "contrastc"), STR("profile")), name);
}

/* Is there a container for which `test` holds? */
static bool
any_container(const struct jv *pd, bool (*test)(const struct jv *container))
{
	const struct jv *list;
	size_t i;

	list = jv_getz(pd, "containers");
	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++)
		if (test(list->items.p[i]))
			return true;
	return false;
}

/* Is there an object in the array for which `test` holds? */
static bool
any_item(const struct jv *list, bool (*test)(const struct jv *item))
{
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++)
		if (test(list->items.p[i]))
			return true;
	return false;
}

static bool
holds(struct str s, struct str part)
{
	return str_find(s, part, 0) != SIZE_MAX;
}

bool
feature_aks(const struct jv *pd)
{
	return profile(pd, "aks-v1.2");
}

/* Runtimes of Contrast 1.2, whose requests say less. */
bool
feature_v12(const struct jv *pd)
{
	return profile(pd, "metal-v1.2") || feature_aks(pd);
}

static const struct jv *
setting(const struct jv *pd, struct str name)
{
	return jv_get(jv_getz(pd, "request_defaults"), name);
}

static bool
streams_closed(const struct jv *pd)
{
	static const struct str names[] = {
	    STR_INIT("CloseStdinRequest"),
	    STR_INIT("GetDiagnosticDataRequest"),
	    STR_INIT("UpdateEphemeralMountsRequest"),
	    STR_INIT("WriteStreamRequest"),
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (jv_is(setting(pd, names[i]), JV_TRUE))
			return false;
	return true;
}

bool
feature_streams_read(const struct jv *pd)
{
	return jv_is(setting(pd, STR("ReadStreamRequest")), JV_TRUE) &&
	       streams_closed(pd);
}

bool
feature_streams(const struct jv *pd)
{
	return !streams_closed(pd);
}

bool
feature_source_dir(const struct jv *pd)
{
	return jv_is(
	    jv_path(pd, "common", "mount_source_cpath", NULL), JV_STRING);
}

bool
feature_copy_file_path(const struct jv *pd)
{
	return feature_v12(pd);
}

bool
feature_copy_file_any(const struct jv *pd)
{
	return profile(pd, "contrast-metal");
}

bool
feature_copy_file_data(const struct jv *pd)
{
	return feature_copy_file_path(pd) || feature_copy_file_any(pd);
}

bool
feature_guest_hooks(const struct jv *pd)
{
	return filled(check(pd, STR("guest_hooks")));
}

bool
feature_network(const struct jv *pd)
{
	return setting(pd, STR("UpdateInterfaceRequest")) != NULL ||
	       setting(pd, STR("UpdateRoutesRequest")) != NULL ||
	       setting(pd, STR("AddARPNeighborsRequest")) != NULL;
}

bool
feature_network_states(const struct jv *pd)
{
	return jv_getz(setting(pd, STR("AddARPNeighborsRequest")),
		   "allowed_states") != NULL;
}

static bool
has_exec_commands(const struct jv *container)
{
	return filled(jv_getz(container, "exec_commands"));
}

bool
feature_exec_settings(const struct jv *pd)
{
	const struct jv *exec;

	exec = setting(pd, STR("ExecProcessRequest"));
	return filled(jv_getz(exec, "allowed_commands")) ||
	       filled(jv_getz(exec, "regex"));
}

bool
feature_exec_joined(const struct jv *pd)
{
	return filled(
	    jv_getz(setting(pd, STR("ExecProcessRequest")), "commands"));
}

bool
feature_exec(const struct jv *pd)
{
	return any_container(pd, has_exec_commands) ||
	       feature_exec_settings(pd) || feature_exec_joined(pd);
}

bool
feature_exec_any(const struct jv *pd)
{
	return feature_v12(pd) && feature_exec(pd);
}

bool
feature_exec_commands(const struct jv *pd)
{
	return any_container(pd, has_exec_commands);
}

bool
feature_exec_any_commands(const struct jv *pd)
{
	return feature_v12(pd) && feature_exec_commands(pd);
}

bool
feature_propagation(const struct jv *pd)
{
	return jv_is(check(pd, STR("rootfs_propagation")), JV_TRUE);
}

bool
feature_version(const struct jv *pd)
{
	return jv_is(check(pd, STR("oci_version")), JV_TRUE);
}

static bool
is_sandbox(const struct jv *container)
{
	return str_eqz(
	    jv_get_str(jv_path(container, "OCI", "Annotations", NULL),
		STR("io.kubernetes.cri.container-type")),
	    "sandbox");
}

#define MESSAGE "^io\\.kubernetes\\.container\\.terminationMessage"

static bool
has_other_patterns(const struct jv *container)
{
	const struct jv *map;

	map = jv_getz(container, "runtime_anno_patterns");
	if (is_sandbox(container))
		return filled(map);
	return !jv_is(map, JV_OBJECT) || map->members.n != 2 ||
	       !str_eqz(jv_get_str(map, STR(MESSAGE "Path$")), "^/.*$") ||
	       !str_eqz(jv_get_str(map, STR(MESSAGE "Policy$")),
		   "^(File|FallbackToLogsOnError)$");
}

bool
feature_message_patterns(const struct jv *pd)
{
	return !any_container(pd, has_other_patterns);
}

static bool
has_patterns(const struct jv *container)
{
	return filled(jv_getz(container, "runtime_anno_patterns"));
}

bool
feature_patterns(const struct jv *pd)
{
	return any_container(pd, has_patterns);
}

bool
feature_dynamic(const struct jv *pd)
{
	return filled(jv_path(pd, "common", "dynamic_annotations", NULL));
}

/* Files that the host shares lie in few directories. */
static bool
has_shared_dirs(const struct jv *pd)
{
	return index_has_dirs(jv_getz(pd, "common"));
}

bool
feature_shared_text(const struct jv *pd)
{
	const struct jv *list = setting(pd, STR("CopyFileRequest"));

	return has_shared_dirs(pd) && jv_is(list, JV_ARRAY) &&
	       list->items.n == 1 &&
	       str_eqz(jv_str(list->items.p[0]), "$(sfprefix)");
}

/* Does it hold for the source of some mount? */
static bool
any_source(const struct jv *pd, bool (*test)(struct str s, const struct jv *pd))
{
	const struct jv *list = jv_getz(pd, "containers"), *mounts;
	size_t i, k;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++) {
		mounts = jv_path(list->items.p[i], "OCI", "Mounts", NULL);
		for (k = 0; jv_is(mounts, JV_ARRAY) && k < mounts->items.n; k++)
			if (test(jv_get_str(mounts->items.p[k], STR("source")),
				pd))
				return true;
	}
	return false;
}

static bool
is_file(struct str source, const struct jv *pd)
{
	struct str name;

	return index_file(&name, source, jv_getz(pd, "common"));
}

static bool
is_other_pattern(struct str source, const struct jv *pd)
{
	struct str text;

	return index_is_pattern(source) && !index_text(&text, source) &&
	       !is_file(source, pd);
}

bool
feature_mounts_file(const struct jv *pd)
{
	return any_source(pd, is_file);
}

bool
feature_mounts_pattern(const struct jv *pd)
{
	return any_source(pd, is_other_pattern);
}

bool
feature_names_text(const struct jv *pd)
{
	return index_has_pod(pd);
}

bool
feature_container_names(const struct jv *pd)
{
	return index_has_names(pd);
}

bool
feature_same_annotations(const struct jv *pd)
{
	return index_has_annotations(pd);
}

bool
feature_root_text(const struct jv *pd)
{
	return index_has_root(pd);
}

static bool
has_root_cpath(const struct jv *container)
{
	return holds(jv_str(jv_path(container, "OCI", "Root", "Path", NULL)),
	    STR("$(cpath)"));
}

bool
feature_root_cpath(const struct jv *pd)
{
	return any_container(pd, has_root_cpath);
}

static bool
is_option_rw(const struct jv *option)
{
	return str_eqz(jv_str(option), "rw");
}

static bool
is_sysfs_rw(const struct jv *mount)
{
	return str_eqz(jv_get_str(mount, STR("type_")), "sysfs") &&
	       any_item(jv_getz(mount, "options"), is_option_rw);
}

static bool
has_sysfs_rw(const struct jv *container)
{
	return any_item(jv_path(container, "OCI", "Mounts", NULL), is_sysfs_rw);
}

bool
feature_mounts_sysfs(const struct jv *pd)
{
	return any_container(pd, has_sysfs_rw);
}

bool
feature_mounts_cgroup(const struct jv *pd)
{
	return filled(
	    jv_path(pd, "cluster_config", "cgroup_mount_extras_allowed", NULL));
}

static bool
is_block_mount(const struct jv *mount)
{
	const struct jv *source;

	source = jv_getz(mount, "source");
	return jv_is(source, JV_STRING) && source->text.n == 0;
}

static bool
has_block_mount(const struct jv *container)
{
	return any_item(
	    jv_path(container, "OCI", "Mounts", NULL), is_block_mount);
}

bool
feature_mounts_block(const struct jv *pd)
{
	return any_container(pd, has_block_mount);
}

/* A storage that is no image and no layer of one. */
static bool
is_volume_storage(const struct jv *storage)
{
	return !str_eqz(
		   jv_get_str(storage, STR("driver")), "image_guest_pull") &&
	       !policy_is_layer(storage);
}

static bool
has_volume_storage(const struct jv *container)
{
	return any_item(jv_getz(container, "storages"), is_volume_storage);
}

bool
feature_storages_none(const struct jv *pd)
{
	return !any_container(pd, has_volume_storage);
}

/* A claim that the guest mounts. */
static bool
is_direct_storage(const struct jv *storage)
{
	return holds(jv_get_str(storage, STR("mount_point")),
	    STR("$(b64-direct-vol-path)"));
}

static bool
has_direct_storage(const struct jv *container)
{
	return any_item(jv_getz(container, "storages"), is_direct_storage);
}

bool
feature_direct(const struct jv *pd)
{
	return any_container(pd, has_direct_storage);
}

/* One that is no block device by its settings. */
static bool
is_dir_storage(const struct jv *storage)
{
	struct str fstype = jv_get_str(storage, STR("fstype"));

	if (is_direct_storage(storage))
		return false;
	return str_eqz(fstype, "bind") || str_eqz(fstype, "local") ||
	       str_eqz(fstype, "tmpfs") ||
	       jv_get_str(storage, STR("driver")).n > 0;
}

static bool
has_dir_storage(const struct jv *container)
{
	const struct jv *list = jv_getz(container, "storages");
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++)
		if (is_volume_storage(list->items.p[i]) &&
		    is_dir_storage(list->items.p[i]))
			return true;
	return false;
}

bool
feature_storages_dir(const struct jv *pd)
{
	return any_container(pd, has_dir_storage);
}

/* What the guest mounts by its own words: all of it is compared. */
static bool
is_text_storage(const struct jv *s)
{
	struct str fstype = jv_get_str(s, STR("fstype")), place;

	return (str_eqz(fstype, "bind") || str_eqz(fstype, "local") ||
		   str_eqz(fstype, "tmpfs")) &&
	       jv_get_str(s, STR("driver")).n > 0 &&
	       !str_eqz(jv_get_str(s, STR("driver")), "blk") &&
	       !str_eqz(jv_get_str(s, STR("driver")), "overlayfs") &&
	       jv_is(s, JV_OBJECT) && s->members.n == 8 &&
	       jv_getz(s, "shared") != NULL &&
	       !index_is_pattern(jv_get_str(s, STR("source"))) &&
	       index_text(&place, jv_get_str(s, STR("mount_point")));
}

static bool
has_other_storage(const struct jv *container)
{
	const struct jv *list = jv_getz(container, "storages");
	size_t i;

	for (i = 0; jv_is(list, JV_ARRAY) && i < list->items.n; i++)
		if (is_volume_storage(list->items.p[i]) &&
		    !is_text_storage(list->items.p[i]))
			return true;
	return false;
}

bool
feature_storages_text(const struct jv *pd)
{
	return !any_container(pd, has_other_storage);
}

/* A block device, or what no other rule knows. */
static bool
is_block_storage(const struct jv *storage)
{
	return is_volume_storage(storage) && !is_direct_storage(storage) &&
	       (!is_dir_storage(storage) ||
		   holds(jv_get_str(storage, STR("mount_point")),
		       STR("$(b64_device_id)")));
}

static bool
has_block_storage(const struct jv *container)
{
	return any_item(jv_getz(container, "storages"), is_block_storage);
}

bool
feature_storages_block(const struct jv *pd)
{
	return any_container(pd, has_block_storage);
}

bool
feature_block(const struct jv *pd)
{
	return feature_mounts_block(pd) || feature_storages_block(pd);
}

static bool
has_layer(const struct jv *container)
{
	return any_item(jv_getz(container, "storages"), policy_is_layer);
}

bool
feature_layers(const struct jv *pd)
{
	return any_container(pd, has_layer);
}

bool
feature_layers_only(const struct jv *pd)
{
	return feature_layers(pd) && feature_storages_none(pd);
}

bool
feature_layers_dir(const struct jv *pd)
{
	return feature_layers(pd) &&
	       (feature_storages_dir(pd) || feature_storages_block(pd));
}

static bool
image_pull(const struct jv *pd, const char *name)
{
	return str_eqz(jv_str(check(pd, STR("image_pull"))), name);
}

bool
feature_image_first(const struct jv *pd)
{
	return profile(pd, "metal-v1.2") && !image_pull(pd, "ignore");
}

bool
feature_first_only(const struct jv *pd)
{
	return feature_image_first(pd) && feature_storages_none(pd);
}

bool
feature_image_required(const struct jv *pd)
{
	return image_pull(pd, "required");
}

bool
feature_image_digest(const struct jv *pd)
{
	return image_pull(pd, "if_present");
}

bool
feature_env_complete(const struct jv *pd)
{
	return jv_is(check(pd, STR("env_complete")), JV_TRUE);
}

static bool
has_overridden(const struct jv *container)
{
	return filled(jv_getz(container, "env_overridden"));
}

bool
feature_overridden(const struct jv *pd)
{
	return any_container(pd, has_overridden);
}

static bool
has_devices(const struct jv *container)
{
	return filled(jv_getz(container, "devices"));
}

bool
feature_devices_none(const struct jv *pd)
{
	return !any_container(pd, has_devices);
}

bool
feature_order(const struct jv *pd)
{
	return filled(check(pd, STR("start_before")));
}

bool
feature_unique(const struct jv *pd)
{
	return jv_is(check(pd, STR("unique_containers")), JV_TRUE);
}
