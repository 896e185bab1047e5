/* SPDX-License-Identifier: Apache-2.0 */
/* What all workloads of a run share: made once from the settings. */
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

BECAUSE(runtime, "the container runtime's mounts are the same everywhere");
BECAUSE(masked, "what the runtime hides from containers");
BECAUSE(unset, "not set: the default");
BECAUSE(volume, "options of a volume's mount");
BECAUSE(ordered, "an option of the command line or an annotation");

/* lists of texts */

static struct jv *
texts(struct lower *l, const char *joined, const struct origin *o)
{
	struct jv *v = jv_array(l->arena);
	struct str s = str_from(joined);
	size_t at = 0, end;

	v->origin = o;
	while (at < s.n) {
		end = str_chr(s, ' ', at);
		jv_push(l->arena, v, lw_str(l->arena, str_sub(s, at, end), o));
		at = end == SIZE_MAX ? s.n : end + 1;
	}
	return v;
}

static struct jv *
text(struct lower *l, const char *s, const struct origin *o)
{
	return lw_str(l->arena, str_from(s), o);
}

/* A list of the settings, or nothing. */
static const struct jv *
list(const struct jv *v)
{
	static const struct jv none = {.type = JV_ARRAY};

	return jv_is(v, JV_ARRAY) ? v : &none;
}

static void
constants(struct lower *l)
{
	static const char *const propagations[] = {
	    "rprivate", "rshared", "rslave"};
	size_t i;

	l->yes = jv_bool(l->arena, true);
	l->no = jv_bool(l->arena, false);
	l->null = jv_new(l->arena, JV_NULL);
	l->empty_list = jv_array(l->arena);
	l->empty_map = jv_object(l->arena);
	l->yes->origin = l->no->origin = l->null->origin = &unset;
	l->empty_list->origin = l->empty_map->origin = &unset;
	l->empty_text = text(l, "", &unset);
	l->type_bind = text(l, "bind", &volume);
	for (i = 0; i < 3; i++) {
		l->options_of[i][0] = texts(l,
		    arena_printf(l->arena, "rbind %s rw", propagations[i]).p,
		    &volume);
		l->options_of[i][1] = texts(l,
		    arena_printf(l->arena, "rbind %s ro", propagations[i]).p,
		    &volume);
	}
	l->default_token = texts(l, "$(default_caps)", &unset);
	l->privileged_token = texts(l, "$(privileged_caps)", &unset);
}

static void
put_namespace(struct lower *l, struct jv *out, const char *type)
{
	struct jv *o = jv_push(l->arena, out, jv_object(l->arena));

	lw_put(l->arena, o, "Type", text(l, type, &runtime));
	lw_put(l->arena, o, "Path", l->empty_text);
}

static void
namespaces(struct lower *l)
{
	int i;

	for (i = 0; i < 2; i++) {
		l->namespaces[i] = jv_array(l->arena);
		put_namespace(l, l->namespaces[i], "ipc");
		if (i == 0)
			put_namespace(l, l->namespaces[i], "uts");
		put_namespace(l, l->namespaces[i], "mount");
	}
}

/* mounts of the runtime */

static const struct {
	const char *dest, *type, *source, *options;
	bool access; /* and `ro` or `rw` */
	bool pause;  /* the pause container has it */
} system_mounts[] = {
    {"/proc", "proc", "proc", "nosuid noexec nodev", false, true},
    {"/dev", "tmpfs", "tmpfs", "nosuid strictatime mode=755 size=65536k", false,
	true},
    {"/dev/pts", "devpts", "devpts",
	"nosuid noexec newinstance ptmxmode=0666 mode=0620 gid=5", false, true},
    {"/dev/shm", "tmpfs", "shm", "nosuid noexec nodev mode=1777 size=65536k",
	false, true},
    {"/dev/mqueue", "mqueue", "mqueue", "nosuid noexec nodev", false, true},
    {"/sys", "sysfs", "sysfs", "nosuid noexec nodev", true, true},
    {"/sys/fs/cgroup", "cgroup", "cgroup", "nosuid noexec nodev relatime", true,
	false},
};

#define NSYSTEM (sizeof(system_mounts) / sizeof(system_mounts[0]))

static void
make_system_mounts(struct lower *l, struct base *b, bool pause)
{
	size_t i, rw;

	for (i = 0; i < NSYSTEM; i++) {
		if (pause && !system_mounts[i].pause)
			continue;
		for (rw = 0; rw < 2; rw++) {
			struct jv *options =
			    texts(l, system_mounts[i].options, &runtime);

			if (system_mounts[i].access)
				jv_push(l->arena, options,
				    text(l, rw ? "rw" : "ro", &runtime));
			b->system[rw][b->nsystem] = lw_mount(l->arena,
			    text(l, system_mounts[i].dest, &runtime),
			    text(l, system_mounts[i].source, &runtime),
			    text(l, system_mounts[i].type, &runtime), options);
		}
		b->nsystem++;
	}
}

/* mounts of the settings */

static bool
is_listed(const struct lower *l, struct str dest)
{
	const struct jv *v = list(jv_getz(l->settings, "mount_destinations"));
	struct jv **it;

	VEC_FOREACH(it, &v->items) {
		if (str_eq(jv_str(*it), dest))
			return true;
	}
	return false;
}

static struct jv *
with_access(struct lower *l, const struct jv *options, bool read_only)
{
	struct jv *v = jv_array(l->arena);
	struct jv **it;

	VEC_FOREACH(it, &options->items)
		jv_push(l->arena, v, *it);
	jv_push(l->arena, v, text(l, read_only ? "ro" : "rw", &runtime));
	return v;
}

static void
settings_mount(struct lower *l, struct base *b, const struct jv *m, bool pause)
{
	struct jv *dest = jv_getz(m, "destination");
	struct jv *source = jv_getz(m, "source");
	struct base_mount out = {.dest = jv_str(dest)};
	bool access = !pause && (str_eqz(out.dest, "/etc/hostname") ||
				    str_eqz(out.dest, "/etc/resolv.conf"));
	size_t ro;

	out.type = jv_getz(m, "type_");
	out.options = jv_getz(m, "options");
	if (out.options == NULL)
		out.options = l->empty_list;
	out.always = is_listed(l, out.dest);
	out.termination = str_eqz(out.dest, "/dev/termination-log");
	out.source = jv_str(source).n > 0 ? source : NULL;
	if (out.source == NULL && !str_eqz(jv_str(out.type), "bind"))
		out.source = l->empty_text;
	source = out.source != NULL ? out.source
				    : lw_str(l->arena,
					  lw_cat(l->arena, STR("$(sfprefix)"),
					      lw_last(out.dest), STR("$")),
					  dest->origin);
	for (ro = 0; ro < 2; ro++)
		out.mount[ro] = lw_mount(l->arena, dest, source, out.type,
		    access ? with_access(l, out.options, ro) : out.options);
	VEC_PUSH(l->arena, &b->mounts, out);
}

#define MASKED                                                                 \
	"/proc/acpi /proc/kcore /proc/keys /proc/latency_stats "               \
	"/proc/timer_list /proc/timer_stats /proc/sched_debug /proc/scsi "     \
	"/sys/firmware"
#define READONLY                                                               \
	"/proc/asound /proc/bus /proc/fs /proc/irq /proc/sys "                 \
	"/proc/sysrq-trigger"

static void
paths(struct lower *l, const struct jv *settings, const char *member,
    const char *builtin, struct jv *out[2])
{
	struct jv *v = jv_path(settings, "Linux", member, NULL);

	if (list(v)->items.n > 0) {
		out[0] = out[1] = v;
		return;
	}
	out[0] = texts(l, builtin, &masked);
	out[1] = l->empty_list;
}

static void
make_base(struct lower *l, struct base *b, const char *member)
{
	const struct jv *s = jv_get(l->settings, str_from(member)), *mounts;
	bool pause = b == &l->pause;
	struct jv **it;

	b->settings = s;
	b->version = jv_path(l->settings, "kata_config", "oci_version", NULL);
	b->root_path = jv_path(s, "Root", "Path", NULL);
	make_system_mounts(l, b, pause);
	mounts = list(jv_getz(s, "Mounts"));
	VEC_FOREACH(it, &mounts->items)
		settings_mount(l, b, *it, pause);
	paths(l, s, "MaskedPaths", MASKED, b->masked);
	paths(l, s, "ReadonlyPaths", READONLY, b->readonly);
}

/* the members behind `containers` */

/* An object with members in this order, those of `more` if they are there. */
static struct jv *
pick(struct lower *l, const struct jv *from, const char *const *keys)
{
	struct jv *o = jv_object(l->arena), *v;

	for (; *keys != NULL; keys++) {
		v = jv_get(from, str_from(*keys));
		if (v != NULL)
			lw_put(l->arena, o, *keys, v);
	}
	return o;
}

static const char *const common_keys[] = {"cpath", "root_path", "sfprefix",
    "spath", "ipv4_a", "ip_p", "svc_name_downward_env", "dns_label",
    "default_caps", "privileged_caps", "mount_source_cpath",
    "dynamic_annotations", "s_source1", "s_source2",
    "virtio_blk_storage_classes", "smb_storage_classes", NULL};
static const char *const cluster_keys[] = {"pause_container_image",
    "guest_pull", "emptydir_type", "cgroup_mount_extras_allowed", NULL};
static const char *const request_keys[] = {"CreateContainerRequest",
    "CopyFileRequest", "ExecProcessRequest", "UpdateRoutesRequest",
    "UpdateInterfaceRequest", "AddARPNeighborsRequest", "CloseStdinRequest",
    "ReadStreamRequest", "UpdateEphemeralMountsRequest", "WriteStreamRequest",
    "GetDiagnosticDataRequest", NULL};

static struct jv *
add_text(struct lower *l, const struct jv *from, const char *more)
{
	struct jv *v = jv_array(l->arena);
	struct jv **it;

	VEC_FOREACH(it, &list(from)->items)
		jv_push(l->arena, v, *it);
	jv_push(l->arena, v, text(l, more, &ordered));
	return v;
}

static struct jv *
ordered_true(struct lower *l)
{
	struct jv *v = jv_bool(l->arena, true);

	v->origin = &ordered;
	return v;
}

static struct jv *
requests(struct lower *l, bool coordinator)
{
	const struct jv *from = jv_getz(l->settings, "request_defaults");
	struct jv *o = pick(l, from, request_keys), *v;

	if (coordinator || l->options->debug) {
		v = jv_object(l->arena);
		lw_put(l->arena, v, "allow_env_regex",
		    add_text(l,
			jv_path(from, "CreateContainerRequest",
			    "allow_env_regex", NULL),
			"^CONTRAST_[A-Z0-9_]*=.*$"));
		jv_set(l->arena, o, STR("CreateContainerRequest"), v);
	}
	if (coordinator || l->options->debug)
		jv_set(l->arena, o, STR("ReadStreamRequest"), ordered_true(l));
	if (l->options->debug) {
		v = jv_object(l->arena);
		lw_put(l->arena, v, "allowed_commands",
		    jv_path(
			from, "ExecProcessRequest", "allowed_commands", NULL));
		lw_put(l->arena, v, "regex",
		    add_text(l,
			jv_path(from, "ExecProcessRequest", "regex", NULL),
			"^.*$"));
		jv_set(l->arena, o, STR("ExecProcessRequest"), v);
		jv_set(l->arena, o, STR("WriteStreamRequest"), ordered_true(l));
		jv_set(l->arena, o, STR("CloseStdinRequest"), ordered_true(l));
	}
	return o;
}

/* A storage of the settings with all members, in the policy's order. */
static struct jv *
sandbox_storage(struct lower *l, const struct jv *s)
{
	static const char *const keys[] = {"driver", "driver_options", "source",
	    "fstype", "options", "mount_point", "fs_group", "shared", NULL};
	struct jv *o = pick(l, s, keys);

	if (jv_getz(o, "fs_group") == NULL)
		lw_put(l->arena, o, "fs_group", l->null);
	if (jv_getz(o, "shared") == NULL)
		lw_put(l->arena, o, "shared", l->no);
	return o;
}

static struct jv *
sandbox(struct lower *l)
{
	const struct jv *from = jv_getz(l->settings, "sandbox");
	struct jv *o = jv_object(l->arena), *storages = jv_array(l->arena);
	struct jv *hooks = jv_getz(from, "allowed_guest_hooks"), **it;

	storages->origin = &unset;
	VEC_FOREACH(it, &list(jv_getz(from, "storages"))->items)
		jv_push(l->arena, storages, sandbox_storage(l, *it));
	lw_put(l->arena, o, "storages", storages);
	if (hooks != NULL)
		lw_put(l->arena, o, "allowed_guest_hooks", hooks);
	return o;
}

static struct jv *
devices(struct lower *l)
{
	struct jv *path =
	    jv_path(l->settings, "devices", "vfio", "device_path", NULL);
	struct jv *o = jv_object(l->arena), *vfio = jv_object(l->arena);

	if (path == NULL)
		return NULL;
	lw_put(l->arena, vfio, "device_path", path);
	lw_put(l->arena, vfio, "nvidia", l->empty_map);
	lw_put(l->arena, o, "vfio", vfio);
	return o;
}

static void
make_tail(struct lower *l, bool coordinator)
{
	struct jv o = {.type = JV_OBJECT};
	struct jv *d = devices(l);

	lw_put(l->arena, &o, "common",
	    pick(l, jv_getz(l->settings, "common"), common_keys));
	lw_put(l->arena, &o, "sandbox", sandbox(l));
	lw_put(l->arena, &o, "request_defaults", requests(l, coordinator));
	if (d != NULL)
		lw_put(l->arena, &o, "devices", d);
	lw_put(l->arena, &o, "cluster_config",
	    pick(l, jv_getz(l->settings, "cluster_config"), cluster_keys));
	l->tail[coordinator].p = o.members.p;
	l->tail[coordinator].n = o.members.n;
	l->tail[coordinator].cap = o.members.cap;
}

static void
annotation_patterns(struct lower *l)
{
	BECAUSE(kubelet, "the kubelet describes the container's end so");
	struct jv *o = jv_object(l->arena);

	lw_put(l->arena, o,
	    "^io\\.kubernetes\\.container\\.terminationMessagePath$",
	    text(l, "^/.*$", &kubelet));
	lw_put(l->arena, o,
	    "^io\\.kubernetes\\.container\\.terminationMessagePolicy$",
	    text(l, "^(File|FallbackToLogsOnError)$", &kubelet));
	l->annotation_patterns = o;
}

/* switches */

static bool
is_true(const struct lower *l, const char *object, const char *member)
{
	return jv_is(jv_path(l->settings, object, member, NULL), JV_TRUE);
}

static struct str
lowering(const struct lower *l, const char *member)
{
	return jv_str(
	    jv_path(l->settings, "contrastc", "lowering", member, NULL));
}

static bool
lowering_true(const struct lower *l, const char *member)
{
	return jv_is(
	    jv_path(l->settings, "contrastc", "lowering", member, NULL),
	    JV_TRUE);
}

static void
read_switches(struct lower *l)
{
	struct switches *s = &l->sw;

	s->image_pull_storage = lowering_true(l, "image_pull_storage");
	s->volumes_covered = str_eqz(lowering(l, "image_volumes"), "covered");
	s->groups = lowering_true(l, "groups");
	s->guest_pull_error = str_eqz(lowering(l, "guest_pull_users"), "error");
	s->propagation_all = str_eqz(lowering(l, "propagation"), "all");
	s->propagation = s->propagation_all || lowering_true(l, "propagation");
	s->image_group = lowering_true(l, "image_group");
	s->pod_sysctls = lowering_true(l, "pod_sysctls");
	s->image_layers = lowering_true(l, "image_layers");
	s->named_root = lowering_true(l, "named_user_is_root");
	s->direct_claims = lowering_true(l, "direct_claims");
	s->guest_pull = is_true(l, "cluster_config", "guest_pull");
	s->config_storages =
	    is_true(l, "kata_config", "enable_configmap_secret_storages");
}

static void
read_vfio(struct lower *l)
{
	const struct jv *v = jv_path(l->settings, "devices", "vfio", NULL);
	const struct jv *nvidia = jv_getz(v, "nvidia");

	l->vfio_path = jv_get_str(v, STR("device_path"));
	l->gpu_key = jv_get_str(v, STR("anno_key_regex"));
	l->gpu_value = jv_get_str(nvidia, STR("gpu_anno_value_regex"));
	l->gpu_type = jv_get_str(nvidia, STR("gpu_gk_device_type"));
}

bool
lw_prepare(struct lower *l)
{
	const struct jv *common = jv_getz(l->settings, "common");

	constants(l);
	l->default_caps = jv_getz(common, "default_caps");
	l->privileged_caps = jv_getz(common, "privileged_caps");
	if (!jv_is(l->default_caps, JV_ARRAY) ||
	    !jv_is(l->privileged_caps, JV_ARRAY))
		return false;
	read_switches(l);
	read_vfio(l);
	namespaces(l);
	annotation_patterns(l);
	make_base(l, &l->pause, "pause_container");
	make_base(l, &l->other, "other_container");
	make_tail(l, false);
	make_tail(l, true);
	return true;
}
