/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: YAML to policy data, for each target.  What is lowered has an
 * origin on every leaf and holds no byte that only lowering itself uses.
 */
#include <sys/mman.h>

#include <stdlib.h>
#include <unistd.h>

#include "compiler/lower/lower.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char images_json[] =
    "{\"images\": {\"i\": {\"config\": {\"User\": \"u:g\", \"Entrypoint\": "
    "[\"/e\"], \"Cmd\": [\"$$c\"], \"Env\": [\"A=1\", \"A=2\", \"B\"], "
    "\"Volumes\": {\"/v\": {}}, \"WorkingDir\": \"/w\"}, \"passwd\": "
    "\"u:x:1:2::/:/\\n\", \"group\": \"g:x:3:u\\n\"}, \"j\": {\"config\": "
    "{}, \"passwd\": \"\", \"group\": \"\"}}}";

static const char *const targets[] = {"kata-4", "contrast-metal", "metal-v1.2"};

static void
check(const struct jv *v)
{
	struct jv_member *m;
	struct jv **it;

	if (v->items.n + v->members.n == 0 &&
	    (v->origin == NULL || v->origin->kind == ORIGIN_NONE))
		abort();
	if (v->type == JV_STRING && str_chr(v->text, '\0', 0) != SIZE_MAX)
		abort();
	VEC_FOREACH(it, &v->items)
		check(*it);
	VEC_FOREACH(m, &v->members)
		check(m->value);
}

static void
lower_all(struct arena *a, const struct k8s_objects *objects,
    struct img_store *store, const char *target)
{
	struct settings_source from = {0};
	struct lower_options options = {.start_order = true};
	struct k8s_object **it;
	struct lower *l;
	struct diags d;

	diags_init(&d, a);
	options.target = target_find(str_from(target));
	options.settings = settings_load(a, &d, options.target, &from);
	l = lower_new(a, &d, objects, store, &options);
	VEC_FOREACH(it, &objects->list) {
		const struct jv *v;

		if ((*it)->kind == NULL || (*it)->kind->role != K8S_WORKLOAD)
			continue;
		v = lower_workload(l, a, *it, 0);
		if (v != NULL)
			check(v);
		if (v == NULL && d.errors == 0)
			abort();
	}
}

static void
run(struct arena *a, struct str text)
{
	struct img_options images = {
	    .offline = true, .platform = STR("linux/amd64")};
	struct k8s_objects objects = {0};
	struct units units = {0};
	struct img_store *store;
	struct diags d;
	size_t i;
	int fd = memfd_create("images", MFD_CLOEXEC);

	if (fd < 0 || write(fd, images_json, sizeof(images_json) - 1) < 0)
		abort();
	VEC_PUSH(
	    a, &images.images_files, arena_printf(a, "/proc/self/fd/%d", fd));
	diags_init(&d, a);
	if (yaml_read(&units, a, &d, source_new(a, STR("f"), text)) &&
	    k8s_objects_read(&objects, a, &d, &units)) {
		store = img_store_open(a, &d, &images);
		for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
			lower_all(a, &objects, store, targets[i]);
		img_store_close(store);
	}
	(void)close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;

	if (n > 65536)
		return 0;
	a = arena_new();
	run(a, (struct str){(const char *)data, n});
	arena_free(a);
	return 0;
}
