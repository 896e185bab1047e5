/* SPDX-License-Identifier: Apache-2.0 */
/* One element of policy_data.containers. */
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

BECAUSE(kubernetes, "set by the container runtime for every container");

/* annotations */

/* Keys whose values decide: a user's would take their place. */
static const struct str reserved[] = {
    STR_INIT("io.kubernetes.cri."),
    STR_INIT("nerdctl/"),
    STR_INIT("io.katacontainers.pkg.oci."),
};

static bool
is_carrier(struct str key)
{
	return str_eqz(key, "io.katacontainers.config.agent.policy") ||
	       str_eqz(key, "io.katacontainers.config.hypervisor.cc_init_data");
}

static bool
is_reserved(struct str key)
{
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (str_starts(key, reserved[i]))
			return true;
	}
	return false;
}

static void
user_annotations(struct work *w, struct jv *out)
{
	const struct ir_pair *it;

	VEC_FOREACH(it, &w->w->annotations) {
		if (is_carrier(it->key.s))
			continue;
		if (is_reserved(it->key.s)) {
			lw_found(
			    w, diag_report(w->l->diags, RESERVED_ANNOTATION,
				   it->key.node->loc, STR_ARG(it->key.s)));
			continue;
		}
		VEC_PUSH(w->a, &out->members,
		    ((struct jv_member){
			it->key.s, lw_str(w->a, it->value.s,
				       lw_yaml(w, it->value.node))}));
	}
}

static void
if_absent(struct work *w, struct jv *out, struct str key, struct jv *value)
{
	if (jv_get(out, key) == NULL)
		VEC_PUSH(w->a, &out->members, ((struct jv_member){key, value}));
}

static struct jv *
image_name(struct work *w)
{
	struct str ref = w->image;

	if (str_chr(ref, ':', 0) == SIZE_MAX)
		ref = lw_cat(w->a, ref, STR(":latest"), STR(""));
	return lw_str(w->a, ref, lw_yaml(w, w->k->image.node));
}

#define NETNS(prefix)                                                          \
	"^/var/run/netns/" prefix "-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"      \
	"[0-9a-f]{4}-[0-9a-f]{12}$"

static struct jv *
network_namespace(struct work *w)
{
	const struct ir_bool *host = &w->w->host_network;

	if (host->v)
		return lw_str(
		    w->a, STR(NETNS("cnitest")), lw_yaml(w, host->node));
	return lw_str(w->a, STR(NETNS("cni")), &kubernetes);
}

static struct jv *
annotations(struct work *w)
{
	const struct jv *settings = jv_getz(w->base->settings, "Annotations");
	const struct k8s_object *o = w->w->object;
	struct jv *out = jv_object(w->a);
	struct jv_member *m;

	user_annotations(w, out);
	if (settings != NULL) {
		VEC_FOREACH(m, &settings->members)
			if_absent(w, out, m->key, m->value);
	}
	if (w->w->sandbox_name.n > 0)
		if_absent(w, out, STR("io.kubernetes.cri.sandbox-name"),
		    lw_str(w->a, w->w->sandbox_name,
			lw_yaml(w, yaml_path(o->node, "metadata",
				       o->name.n > 0 ? "name" : "generateName",
				       NULL))));
	if (w->k != NULL)
		if_absent(
		    w, out, STR("io.kubernetes.cri.image-name"), image_name(w));
	jv_set(w->a, out, STR("io.kubernetes.cri.sandbox-namespace"),
	    lw_str(w->a, w->ns,
		w->ns.n > 0 ? lw_yaml(w, yaml_path(o->node, "metadata",
					     "namespace", NULL))
			    : &kubernetes));
	if (w->k != NULL && w->k->name.s.n > 0)
		if_absent(w, out, STR("io.kubernetes.cri.container-name"),
		    lw_str(w->a, w->k->name.s, lw_yaml(w, w->k->name.node)));
	if (w->k == NULL)
		if_absent(w, out, STR("nerdctl/network-namespace"),
		    network_namespace(w));
	jv_sort(out);
	return out;
}

/* the Linux section and devices */

static struct jv *
device(struct work *w, const struct ir_device *d)
{
	struct jv *o = jv_object(w->a);

	lw_put(w->a, o, "Type", w->l->empty_text);
	lw_put(
	    w->a, o, "Path", lw_str(w->a, d->path.s, lw_yaml(w, d->path.node)));
	return o;
}

static void
check_device(struct work *w, const struct ir_device *d)
{
	if (w->l->vfio_path.n > 0 && str_starts(d->path.s, w->l->vfio_path))
		lw_found(w, diag_report(w->l->diags, DEVICE_PATH,
				d->path.node->loc, STR_ARG(d->path.s)));
}

static struct jv *
linux_devices(struct work *w)
{
	const struct jv *settings =
	    jv_path(w->base->settings, "Linux", "Devices", NULL);
	const struct ir_device *it;
	struct jv *out, **s;

	if ((w->k == NULL || w->k->devices.n == 0) &&
	    (settings == NULL || settings->items.n == 0))
		return w->l->empty_list;
	out = jv_array(w->a);
	if (w->k != NULL) {
		VEC_FOREACH(it, &w->k->devices) {
			check_device(w, it);
			jv_push(w->a, out, device(w, it));
		}
	}
	if (settings != NULL) {
		VEC_FOREACH(s, &settings->items)
			jv_push(w->a, out, *s);
	}
	return out;
}

/* The last of a name counts, and the pod's before those of the settings. */
static struct jv *
sysctls(struct work *w)
{
	struct jv *settings =
	    jv_path(w->base->settings, "Linux", "Sysctl", NULL);
	struct jv *out = jv_object(w->a);
	struct map *pod = &w->sysctls;
	struct ir_pair *it;
	struct jv_member *m;

	if (pod->n == 0) {
		VEC_FOREACH(it, &w->w->sysctls)
			map_set(w->a, pod, it->key.s, it);
	}
	if (settings != NULL) {
		VEC_FOREACH(m, &settings->members) {
			if (map_get(pod, m->key) == NULL)
				VEC_PUSH(w->a, &out->members, *m);
		}
	}
	VEC_FOREACH(it, &w->w->sysctls) {
		if (map_get(pod, it->key.s) == it)
			VEC_PUSH(w->a, &out->members,
			    ((struct jv_member){
				it->key.s, lw_str(w->a, it->value.s,
					       lw_yaml(w, it->value.node))}));
	}
	jv_sort(out);
	return out;
}

static struct jv *
linux_section(struct work *w)
{
	struct jv *o = jv_object(w->a), *s = sysctls(w);
	bool no_uts = w->k == NULL && w->w->host_network.v;
	bool open = w->k != NULL && w->privileged;

	lw_put(w->a, o, "Namespaces", w->l->namespaces[no_uts]);
	lw_put(w->a, o, "MaskedPaths", w->base->masked[open]);
	lw_put(w->a, o, "ReadonlyPaths", w->base->readonly[open]);
	lw_put(w->a, o, "Devices", linux_devices(w));
	if (s->members.n > 0)
		lw_put(w->a, o, "Sysctl", s);
	return o;
}

/* devices of the container, GPUs included */

static struct jv *
container_device(struct work *w, struct str type, struct jv *container_path)
{
	struct jv *o = jv_object(w->a);

	BECAUSE(gpu, "a GPU is handed on by VFIO");
	lw_put(w->a, o, "id", w->l->empty_text);
	lw_put(w->a, o, "type_",
	    type.n > 0 ? lw_str(w->a, type, &gpu) : w->l->empty_text);
	lw_put(w->a, o, "vm_path", w->l->empty_text);
	lw_put(w->a, o, "container_path", container_path);
	lw_put(w->a, o, "options", w->l->empty_list);
	return o;
}

static bool
is_gpu(const struct work *w, struct str key)
{
	const struct jv *keys = jv_path(w->l->settings, "devices", "vfio",
	    "nvidia", "pgpu_resource_keys", NULL);
	struct jv **it;

	if (keys == NULL)
		return false;
	VEC_FOREACH(it, &keys->items) {
		if (str_eq(jv_str(*it), key))
			return true;
	}
	return false;
}

#define GPUS_MAX 64

static size_t
count_gpus(struct work *w, const struct origin **o)
{
	const struct ir_limit *it;
	size_t n = 0;

	*o = NULL;
	if (w->k == NULL)
		return 0;
	VEC_FOREACH(it, &w->k->limits) {
		uint64_t one;

		if (!is_gpu(w, it->key))
			continue;
		*o = lw_yaml(w, it->value);
		if (str_u64(yaml_text(it->value), GPUS_MAX, &one))
			n += (size_t)one;
		else
			lw_found(w,
			    diag_report(w->l->diags, GPU_COUNT,
				lw_loc(it->value), STR_ARG(it->key), GPUS_MAX));
	}
	return n;
}

static struct jv *
devices(struct work *w, size_t gpus, const struct origin *o)
{
	const struct ir_device *it;
	struct jv *out;

	if (w->k == NULL || (w->k->devices.n == 0 && gpus == 0))
		return w->l->empty_list;
	out = jv_array(w->a);
	VEC_FOREACH(it, &w->k->devices)
		jv_push(w->a, out,
		    container_device(w, STR(""),
			lw_str(w->a, it->path.s, lw_yaml(w, it->path.node))));
	while (gpus-- > 0)
		jv_push(w->a, out,
		    container_device(
			w, w->l->gpu_type, lw_str(w->a, w->l->vfio_path, o)));
	return out;
}

static struct jv *
runtime_annotations(struct work *w, size_t gpus, const struct origin *o)
{
	struct jv *out;
	struct jv_member *m;

	if (w->k == NULL)
		return w->l->empty_map;
	if (gpus == 0)
		return w->l->annotation_patterns;
	out = jv_object(w->a);
	VEC_PUSH(w->a, &out->members,
	    ((struct jv_member){
		w->l->gpu_key, lw_str(w->a, w->l->gpu_value, o)}));
	VEC_FOREACH(m, &w->l->annotation_patterns->members)
		VEC_PUSH(w->a, &out->members, *m);
	jv_sort(out);
	return out;
}

/* the rest */

static struct jv *
exec_commands(struct work *w)
{
	struct jv *out;
	size_t i;

	if (w->k == NULL)
		return w->l->empty_list;
	out = jv_array(w->a);
	for (i = 0; i < IR_PROBES; i++) {
		const struct ir_strs *v = &w->k->exec[i];
		const struct ir_str *it;
		struct jv *command;

		if (v->node == NULL)
			continue;
		lw_secret_args(w, v);
		command = jv_push(w->a, out, jv_array(w->a));
		VEC_FOREACH(it, &v->list)
			jv_push(w->a, command,
			    lw_str(w->a, it->s, lw_yaml(w, it->node)));
		if (v->list.n == 0)
			command->origin = lw_yaml(w, v->node);
	}
	return out->items.n > 0 ? out : w->l->empty_list;
}

static const struct origin *
reference_origin(struct work *w)
{
	BECAUSE(pause, "image of the pause container");

	return w->k == NULL ? &pause : lw_yaml(w, w->k->image.node);
}

static struct jv *
image(struct work *w)
{
	const struct origin *o = reference_origin(w);
	struct jv *out = jv_object(w->a);
	size_t at = str_chr(w->image, '@', 0);
	struct str digest = STR("");

	if (at != SIZE_MAX)
		digest = str_sub(w->image, at + 1, SIZE_MAX);
	lw_put(w->a, out, "ref", lw_str(w->a, w->image, o));
	lw_put(w->a, out, "digest", lw_str(w->a, digest, o));
	return out;
}

static struct jv *
image_pull(struct work *w)
{
	BECAUSE(pull, "the guest pulls the image");
	struct arena *a = w->a;

	return lw_storage(a, lw_str(a, STR("image_guest_pull"), &pull),
	    w->l->empty_list, lw_str(a, w->image, reference_origin(w)),
	    lw_str(a, STR("overlay"), &pull), w->l->empty_list,
	    lw_str(a, STR("^$(root_path)$"), &pull), w->l->null, w->l->no);
}

static struct jv *
root(struct work *w)
{
	const struct ir_bool *b;
	struct jv *o = jv_object(w->a);

	BECAUSE(pause, "the pause container writes nothing");
	lw_put(w->a, o, "Path", w->base->root_path);
	if (w->k == NULL) {
		lw_put(w->a, o, "Readonly", lw_bool(w, true, &pause));
		return o;
	}
	b = &w->k->security.read_only_root;
	lw_put(w->a, o, "Readonly",
	    b->node == NULL ? w->l->no : lw_bool(w, b->v, lw_yaml(w, b->node)));
	return o;
}

static struct jv *
oci(struct work *w, struct jv *storages, struct jv *overridden)
{
	struct jv *o = jv_object(w->a), *mounts;

	lw_put(w->a, o, "Version", w->base->version);
	lw_put(w->a, o, "Process", lw_process(w, overridden));
	lw_put(w->a, o, "Root", root(w));
	mounts = lw_mounts(w, storages);
	if (mounts->items.n > 0)
		lw_put(w->a, o, "Mounts", mounts);
	lw_put(w->a, o, "Annotations", annotations(w));
	lw_put(w->a, o, "Linux", linux_section(w));
	return o;
}

struct jv *
lw_container(struct work *w)
{
	struct jv *o = jv_object(w->a), *storages = jv_array(w->a);
	struct jv *overridden = jv_array(w->a);
	const struct origin *gpu_origin;
	size_t gpus = count_gpus(w, &gpu_origin);

	if (w->l->sw.image_pull_storage)
		jv_push(w->a, storages, image_pull(w));
	lw_put(w->a, o, "OCI", oci(w, storages, overridden));
	if (w->l->sw.image_layers)
		lw_layers(w, storages);
	lw_put(w->a, o, "image", image(w));
	if (overridden->items.n > 0)
		lw_put(w->a, o, "env_overridden", overridden);
	lw_put(w->a, o, "storages",
	    storages->items.n > 0 ? storages : w->l->empty_list);
	lw_put(w->a, o, "devices", devices(w, gpus, gpu_origin));
	lw_put(w->a, o, "sandbox_pidns",
	    w->k != NULL && w->w->share_pids.node != NULL
		? lw_bool(
		      w, w->w->share_pids.v, lw_yaml(w, w->w->share_pids.node))
		: w->l->no);
	lw_put(w->a, o, "exec_commands", exec_commands(w));
	lw_put(w->a, o, "runtime_anno_patterns",
	    runtime_annotations(w, gpus, gpu_origin));
	return o;
}
