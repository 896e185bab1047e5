/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that the host copies into the guest: what is mounted from the shared
 * directory.  The kubelet writes a ConfigMap or Secret into a directory of
 * its time, links ..data to it and each file to ..data (AtomicWriter).
 */
#include <sys/stat.h>

#include "compiler/analyse/simulate_int.h"
#include "runtime/base/banned.h"

#define TIME_DIR "..2026_01_31_10_20_30.1234567890"
#define DIR_MODE 2147484136 /* os.ModeDir | 0750, as the shim sends it */

struct copy {
	struct sim *sim;
	struct sim_request like;
	struct str top;
};

enum agent_copy
sim_copy_form(struct str target)
{
	static const struct {
		const char *target;
		enum agent_copy form;
	} forms[] = {{"kata-4", AGENT_COPY_REDUCED},
	    {"contrast-metal", AGENT_COPY_REDUCED},
	    {"metal-v1.2", AGENT_COPY_DATA}, {"aks-v1.2", AGENT_COPY_LINK}};
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (str_eqz(target, forms[i].target))
			return forms[i].form;
	}
	return AGENT_COPY_REDUCED;
}

/* The form that the agents of the target know (policy-model 3.2). */
static enum agent_copy
form_of(const struct sim *s)
{
	return sim_copy_form(
	    jv_str(jv_path(s->data, "contrastc", "profile", NULL)));
}

static void
send_file(struct copy *c, struct str path, unsigned mode, struct str target)
{
	struct sim *s = c->sim;
	struct jv *o = jv_object(s->arena), *made;

	sim_set_text(s, o, "path", path);
	sim_set_int(s, o, "file_size", S_ISREG(mode) ? 64 : 0);
	sim_set_int(s, o, "file_mode", mode);
	sim_set_int(s, o, "dir_mode", DIR_MODE);
	if (S_ISLNK(mode))
		sim_set_text(s, o, "symlink_target", target);
	if (agent_copy_file(&made, s->arena, form_of(s), o, NULL) == 0)
		sim_send(s, &c->like, "CopyFileRequest", made);
}

static struct str
below(struct copy *c, const char *dir, struct str file)
{
	return arena_printf(
	    c->sim->arena, "%.*s/%s%.*s", STR_ARG(c->top), dir, STR_ARG(file));
}

/* A key may be mapped to a path with directories: only its first is a link. */
static struct str
first_part(struct str file)
{
	return str_sub(file, 0, str_chr(file, '/', 0));
}

static bool
linked_before(const struct sim_mount *m, const struct str *file)
{
	const struct str *it;

	for (it = m->files.p; it < file; it++) {
		if (str_eq(first_part(*it), first_part(*file)))
			return true;
	}
	return false;
}

/* Directories of a key's path, from the top. */
static void
send_dirs(struct copy *c, struct str file)
{
	size_t at = 0;

	while ((at = str_chr(file, '/', at)) != SIZE_MAX)
		send_file(c, below(c, TIME_DIR "/", str_sub(file, 0, at++)),
		    S_IFDIR | 0755, STR(""));
}

static void
send_links(struct copy *c, const struct sim_mount *m)
{
	const struct str *it;

	send_file(
	    c, below(c, "..data", STR("")), S_IFLNK | 0777, STR(TIME_DIR));
	VEC_FOREACH(it, &m->files) {
		if (!linked_before(m, it))
			send_file(c, below(c, "", first_part(*it)),
			    S_IFLNK | 0777,
			    arena_printf(c->sim->arena, "..data/%.*s",
				STR_ARG(first_part(*it))));
	}
}

static void
send_volume(struct copy *c, const struct sim_mount *m)
{
	const struct str *it;

	send_file(c, c->top, S_IFDIR | 0777, STR(""));
	send_file(c, below(c, TIME_DIR, STR("")), S_IFDIR | 0755, STR(""));
	VEC_FOREACH(it, &m->files) {
		send_dirs(c, *it);
		send_file(
		    c, below(c, TIME_DIR "/", *it), S_IFREG | 0644, STR(""));
	}
	send_links(c, m);
}

/* What the kubelet makes for every pod is a file, all else a directory. */
static bool
is_file(struct str destination)
{
	static const char *const files[] = {"/etc/hosts", "/etc/hostname",
	    "/etc/resolv.conf", "/dev/termination-log"};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (str_eqz(destination, files[i]))
			return true;
	}
	return false;
}

/* The account of every pod (where no volume of it is mounted by hand). */
static const struct sim_mount *
account(struct sim *s, struct str destination)
{
	static const char *const names[] = {"ca.crt", "namespace", "token"};
	struct sim_mount *m;
	size_t i;

	if (!str_ends(destination, STR("kubernetes.io/serviceaccount")))
		return NULL;
	m = ARENA_NEW(s->arena, struct sim_mount);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		VEC_PUSH(s->arena, &m->files, str_from(names[i]));
	return m;
}

static void
mount_files(struct sim *s, size_t k, const struct jv *mount)
{
	struct str destination = jv_get_str(mount, STR("destination"));
	const struct sim_container *hint = sim_hint(
	    s, sim_annotation(s, k, "io.kubernetes.cri.container-name"));
	const struct sim_mount *files = sim_hint_mount(hint, destination);
	struct copy c = {.sim = s};

	c.like = (struct sim_request){
	    .phase = SIM_CREATE, .container = k, .what = destination};
	c.top = sim_source(s, k, jv_get_str(mount, STR("source")));
	if (files == NULL)
		files = account(s, destination);
	if (files != NULL)
		send_volume(&c, files);
	else
		send_file(&c, c.top,
		    is_file(destination) ? S_IFREG | 0644 : S_IFDIR | 0755,
		    STR(""));
}

void
sim_files(struct sim *s, size_t k)
{
	const struct jv *mounts =
	    jv_path(sim_data_container(s, k), "OCI", "Mounts", NULL);
	struct jv **it;

	if (!jv_is(mounts, JV_ARRAY))
		return;
	VEC_FOREACH(it, &mounts->items) {
		if (str_starts(
			jv_get_str(*it, STR("source")), STR("$(sfprefix)")) &&
		    sim_has_mount(s, k, *it))
			mount_files(s, k, *it);
	}
}
