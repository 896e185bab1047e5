/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From policy data to requests: the way back of what the rules compare.  Only
 * tests use it; a pattern without an example here makes them fail.
 */
#include <string.h>

#include "regress/decide.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define SANDBOX_ID                                                             \
	"5a5b5c5d5e5f00000000000000000000000000000000000000000000000000aa"
#define POD_UID "31df313a-931f-4979-a405-cc3f3ccb6a56"

/* Parts of patterns, longer ones first, and an example of each. */
static const struct {
	const char *part, *example;
} examples[] = {
    {"(?:/passthrough)?", ""},
    {"(watchable/)?", "watchable/"},
    {"[bcdfghjklmnpqrstvwxz2456789]+", "bcd5"},
    {"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", POD_UID},
    {"[a-z0-9]{16}", "0123456789abcdef"},
    {"[a-z0-9]{64}", SANDBOX_ID},
    {"[0-9]+", "0"},
    {"$(host-name)", "host-7"},
    {"$(node-name)", "node-7"},
    {"$(pod-ip)", "10.1.2.3"},
    {"$(host-ip)", "10.9.8.7"},
    {"$(pod-uid)", POD_UID},
    {"$(resource-field)", "1"},
    {"$(todo-annotation)", "x"},
    {"$(sandbox-id)", SANDBOX_ID},
    {"$$", "$"},
    {"\\.", "."},
    {"\\-", "-"},
};

static struct str
replace(struct arena *a, struct str s, struct str what, struct str with)
{
	struct buf b = {0};
	size_t i = 0;

	while (i < s.n) {
		if (str_starts(str_sub(s, i, s.n), what)) {
			buf_put(&b, with);
			i += what.n;
		} else {
			buf_putc(&b, s.p[i++]);
		}
	}
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static bool
told_by_option(const struct decide_pod *p)
{
	return str_eqz(jv_str(jv_path(p->data, "contrastc", "profile", NULL)),
	    "metal-v1.2");
}

/* The pause container has the name of its sandbox. */
static struct str
bundle_id(struct decide_pod *p, size_t k)
{
	if (k == 0)
		return STR(SANDBOX_ID);
	return arena_printf(p->arena, "%064zx", k + 0xc0ffee);
}

/* $(cpath) and the like: members of `common` that are texts. */
static struct str
common_tokens(struct decide_pod *p, struct str s)
{
	const struct jv_member *m;

	VEC_FOREACH(m, &jv_getz(p->data, "common")->members) {
		if (m->value->type == JV_STRING)
			s = replace(p->arena, s,
			    arena_printf(p->arena, "$(%.*s)", STR_ARG(m->key)),
			    m->value->text);
	}
	return s;
}

static struct str
tokens(struct decide_pod *p, size_t k, struct str s)
{
	struct arena *a = p->arena;
	size_t i;

	s = common_tokens(p, common_tokens(p, s));
	s = replace(a, s, STR("$(bundle-id)"), bundle_id(p, k));
	s = replace(a, s, STR("$(sandbox-name)"), p->name);
	s = replace(a, s, STR("$(sandbox-namespace)"), p->namespace);
	for (i = 0; i < sizeof(examples) / sizeof(*examples); i++)
		s = replace(a, s, str_from(examples[i].part),
		    str_from(examples[i].example));
	return s;
}

struct str
decide_example(struct decide_pod *p, size_t k, struct str pattern)
{
	struct str s = tokens(p, k, pattern);
	size_t i;

	if (s.n > 1 && s.p[0] == '^')
		s = str_sub(s, 1, s.n - (s.p[s.n - 1] == '$'));
	for (i = 0; i < s.n; i++) {
		if (strchr("^[]{}()*+|\\", s.p[i]) != NULL)
			p->unknown = pattern;
	}
	return s;
}

static struct jv *
text(struct decide_pod *p, size_t k, struct str s)
{
	return jv_string(p->arena, tokens(p, k, s));
}

static struct jv *
list(struct decide_pod *p, size_t k, const struct jv *from)
{
	struct jv *out = jv_array(p->arena);
	struct jv **it;

	if (from == NULL)
		return out;
	VEC_FOREACH(it, &from->items)
		jv_push(p->arena, out, text(p, k, jv_str(*it)));
	return out;
}

static void
set(struct decide_pod *p, struct jv *o, const char *key, struct jv *v)
{
	jv_set(p->arena, o, str_from(key), v);
}

static void
set_text(struct decide_pod *p, struct jv *o, const char *key, const char *s)
{
	set(p, o, key, jv_string(p->arena, str_from(s)));
}

static void
copy(struct decide_pod *p, struct jv *o, const struct jv *from, const char *key)
{
	const struct jv *v = jv_get(from, str_from(key));

	if (v != NULL)
		set(p, o, key, jv_copy(p->arena, v));
}

/* A list of names, or one of the two that stand for a list. */
static struct jv *
capabilities(struct decide_pod *p, const struct jv *names)
{
	static const char *const named[] = {"default_caps", "privileged_caps"};
	struct str only = {0};
	size_t i;

	if (names != NULL && names->items.n == 1)
		only = jv_str(names->items.p[0]);
	for (i = 0; i < sizeof(named) / sizeof(*named); i++) {
		if (str_eq(only, arena_printf(p->arena, "$(%s)", named[i])))
			names = jv_path(p->data, "common", named[i], NULL);
	}
	return names == NULL ? jv_array(p->arena) : jv_copy(p->arena, names);
}

static struct jv *
process(struct decide_pod *p, size_t k, const struct jv *from)
{
	static const char *const copied[] = {
	    "Terminal", "User", "Cwd", "NoNewPrivileges"};
	static const char *const service[] = {
	    "KUBERNETES_PORT_443_TCP_PROTO=tcp",
	    "KUBERNETES_PORT_443_TCP_ADDR=10.0.0.1",
	    "KUBERNETES_SERVICE_PORT=443"};
	struct jv *out = jv_object(p->arena), *caps = jv_object(p->arena), *env;
	const struct jv_member *m;
	size_t i;

	for (i = 0; i < sizeof(copied) / sizeof(*copied); i++)
		copy(p, out, from, copied[i]);
	set(p, out, "Args", list(p, k, jv_getz(from, "Args")));
	env = list(p, k, jv_getz(from, "Env"));
	/* The pause container is no pod's: it gets no services. */
	for (i = 0; k > 0 && i < sizeof(service) / sizeof(*service); i++)
		jv_push(
		    p->arena, env, jv_string(p->arena, str_from(service[i])));
	set(p, out, "Env", env);
	VEC_FOREACH(m, &jv_getz(from, "Capabilities")->members)
		jv_set(p->arena, caps, m->key, capabilities(p, m->value));
	set(p, out, "Capabilities", caps);
	return out;
}

static bool
is_block(const struct jv *storage)
{
	return jv_get_str(storage, STR("driver")).n == 0;
}

/* The device that the runtime attached for the nth volume of that kind. */
static struct str
block_source(struct decide_pod *p, size_t k, size_t n)
{
	return arena_printf(p->arena, "%02zx/%02zx", k, n);
}

static struct str
block_mount(struct decide_pod *p, struct str source)
{
	struct buf b = {0};
	struct str s;

	buf_put(&b, jv_str(jv_path(p->data, "common", "spath", NULL)));
	buf_putc(&b, '/');
	rt_base64(&b, source);
	s = arena_str(p->arena, buf_str(&b));
	buf_free(&b);
	return replace(p->arena, replace(p->arena, s, STR("+"), STR("-")),
	    STR("_"), STR("_"));
}

static struct jv *
annotations(struct decide_pod *p, size_t k, const struct jv *from)
{
	struct jv *out = jv_object(p->arena);
	const struct jv_member *m;

	VEC_FOREACH(m, &from->members)
		jv_set(p->arena, out, m->key,
		    jv_string(
			p->arena, decide_example(p, k, jv_str(m->value))));
	set_text(p, out, "io.kubernetes.cri.sandbox-uid", POD_UID);
	/* Names without a pattern are any; the namespace too. */
	set(p, out, "io.kubernetes.cri.sandbox-name",
	    jv_string(p->arena, p->name));
	set(p, out, "io.kubernetes.cri.sandbox-namespace",
	    jv_string(p->arena, p->namespace));
	return out;
}

/*
 * The pull of the image.  The pause image is part of the guest; older agents
 * are told in an option what to pull (policy-model 12.3).
 */
static void
pull(struct decide_pod *p, size_t k, struct jv *out)
{
	const struct jv *c = jv_getz(p->data, "containers")->items.p[k];
	struct jv *options = jv_array(p->arena), *o = jv_object(p->arena);
	struct buf b = {0};

	if (k == 0)
		set_text(p, out, "source", "pause");
	if (!told_by_option(p))
		return;
	set(p, o, "metadata",
	    annotations(p, k, jv_path(c, "OCI", "Annotations", NULL)));
	buf_puts(&b, "image_guest_pull=");
	jv_print(&b, o, JV_COMPACT);
	jv_push(p->arena, options,
	    jv_string(p->arena, arena_str(p->arena, buf_str(&b))));
	set(p, out, "driver_options", options);
	buf_free(&b);
}

static struct jv *
storage(struct decide_pod *p, size_t k, const struct jv *from, size_t *block)
{
	struct jv *out = jv_copy(p->arena, from);
	struct str source;

	if (!is_block(from)) {
		set(p, out, "mount_point",
		    jv_string(
			p->arena, decide_example(p, k,
				      jv_get_str(from, STR("mount_point")))));
		set(p, out, "source",
		    jv_string(p->arena,
			decide_example(p, k, jv_get_str(from, STR("source")))));
		if (str_eqz(
			jv_get_str(from, STR("driver")), "image_guest_pull"))
			pull(p, k, out);
		return out;
	}
	source = block_source(p, k, (*block)++);
	set_text(p, out, "driver", "blk");
	set(p, out, "source", jv_string(p->arena, source));
	set(p, out, "mount_point", jv_string(p->arena, block_mount(p, source)));
	return out;
}

/* Where it is no storage of the policy it comes first. */
static struct jv *
first_pull(struct decide_pod *p, size_t k)
{
	const struct jv *c = jv_getz(p->data, "containers")->items.p[k];
	struct jv *out = jv_object(p->arena);

	set_text(p, out, "driver", "image_guest_pull");
	set_text(p, out, "fstype", "overlay");
	set(p, out, "source",
	    jv_string(p->arena, jv_get_str(jv_getz(c, "image"), STR("ref"))));
	set(p, out, "mount_point",
	    jv_string(p->arena,
		decide_example(
		    p, k, jv_str(jv_path(c, "OCI", "Root", "Path", NULL)))));
	pull(p, k, out);
	return out;
}

static struct jv *
storages(struct decide_pod *p, size_t k, const struct jv *from)
{
	struct jv *out = jv_array(p->arena);
	size_t block = 0;
	struct jv **it;

	if (told_by_option(p))
		jv_push(p->arena, out, first_pull(p, k));
	VEC_FOREACH(it, &from->items)
		jv_push(p->arena, out, storage(p, k, *it, &block));
	return out;
}

/* The source of a mount that the runtime shares, by its own name for cpath. */
static struct str
mount_source(struct decide_pod *p, size_t k, struct str pattern)
{
	struct str dir =
	    jv_str(jv_path(p->data, "common", "mount_source_cpath", NULL));
	struct str prefix =
	    jv_str(jv_path(p->data, "common", "sfprefix", NULL));

	if (dir.n > 0) {
		pattern =
		    replace(p->arena, pattern, STR("$(sfprefix)"), prefix);
		pattern = replace(p->arena, pattern, STR("$(cpath)"), dir);
	}
	return decide_example(p, k, pattern);
}

static struct jv *
mounts(struct decide_pod *p, size_t k, const struct jv *from)
{
	struct jv *out = jv_array(p->arena), *m;
	struct str source;
	size_t block = 0;
	struct jv **it;

	VEC_FOREACH(it, &from->items) {
		source = jv_get_str(*it, STR("source"));
		m = jv_push(p->arena, out, jv_copy(p->arena, *it));
		if (source.n == 0)
			source = block_mount(p, block_source(p, k, block++));
		else
			source = mount_source(p, k, source);
		set(p, m, "source", jv_string(p->arena, source));
	}
	return out;
}

static struct jv *
linux_part(struct decide_pod *p, const struct jv *from)
{
	struct jv *out = jv_copy(p->arena, from), *net, *names;

	set(p, out, "Resources", jv_object(p->arena));
	/* Older agents are not told of the host's network (12.3). */
	if (told_by_option(p))
		return out;
	names = jv_getz(out, "Namespaces");
	net = jv_push(p->arena, names, jv_object(p->arena));
	set_text(p, net, "Type", "network");
	set_text(p, net, "Path", "");
	return out;
}

static struct jv *
oci(struct decide_pod *p, size_t k, const struct jv *from)
{
	struct jv *out = jv_object(p->arena), *root = jv_object(p->arena);
	const struct jv *old = jv_getz(from, "Root");

	copy(p, out, from, "Version");
	set(p, out, "Process", process(p, k, jv_getz(from, "Process")));
	copy(p, root, old, "Readonly");
	set(p, root, "Path",
	    jv_string(
		p->arena, decide_example(p, k, jv_get_str(old, STR("Path")))));
	set(p, out, "Root", root);
	set(p, out, "Mounts", mounts(p, k, jv_getz(from, "Mounts")));
	set(p, out, "Annotations",
	    annotations(p, k, jv_getz(from, "Annotations")));
	set(p, out, "Linux", linux_part(p, jv_getz(from, "Linux")));
	return out;
}

struct jv *
decide_container_id(struct decide_pod *p, size_t k)
{
	struct jv *out = jv_object(p->arena);

	set(p, out, "container_id", jv_string(p->arena, bundle_id(p, k)));
	return out;
}

struct jv *
decide_create_container(struct decide_pod *p, size_t k)
{
	struct jv *out = decide_container_id(p, k);
	const struct jv *c = jv_getz(p->data, "containers")->items.p[k];

	set(p, out, "exec_id", jv_string(p->arena, bundle_id(p, k)));
	set(p, out, "OCI", oci(p, k, jv_getz(c, "OCI")));
	set(p, out, "storages", storages(p, k, jv_getz(c, "storages")));
	copy(p, out, c, "devices");
	copy(p, out, c, "sandbox_pidns");
	return out;
}

struct jv *
decide_create_sandbox(struct decide_pod *p)
{
	struct jv *out = jv_object(p->arena);

	set_text(p, out, "hostname", "host-7");
	set_text(p, out, "sandbox_id", SANDBOX_ID);
	copy(p, out, jv_getz(p->data, "sandbox"), "storages");
	return out;
}

struct jv *
decide_exec(struct decide_pod *p, size_t k, const struct jv *command)
{
	const struct jv *c = jv_getz(p->data, "containers")->items.p[k];
	struct jv *out = decide_container_id(p, k), *proc;

	proc = process(p, k, jv_path(c, "OCI", "Process", NULL));
	jv_remove(proc, STR("Capabilities"));
	set(p, proc, "Args", jv_copy(p->arena, command));
	set_text(p, out, "exec_id", "probe-1");
	set(p, out, "process", proc);
	return out;
}

struct jv *
decide_copy_file(struct decide_pod *p, size_t k, const struct jv *mount)
{
	struct str source = jv_get_str(mount, STR("source"));
	struct jv *out = jv_object(p->arena);

	if (!str_starts(source, STR("$(sfprefix)")))
		return NULL;
	set(p, out, "path", jv_string(p->arena, mount_source(p, k, source)));
	set_text(p, out, "file_type", "Regular");
	set(p, out, "file_size", jv_int(p->arena, 64));
	set(p, out, "file_mode", jv_int(p->arena, 0100644));
	set(p, out, "dir_mode", jv_int(p->arena, 0755));
	return out;
}
