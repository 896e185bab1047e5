/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a repository is asked for: mirrors, the registry itself, with or
 * without TLS, and whose certificates count there.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define PEM_MAX ((size_t)4 << 20)
#define SYSTEM_CAS "/etc/ssl/certs/ca-certificates.crt"

/* Without a port; brackets stay. */
static struct str
host_name(struct str host)
{
	size_t colon = str_rchr(host, ':');

	if (colon == SIZE_MAX || str_chr(host, ']', colon) != SIZE_MAX)
		return host;
	return str_sub(host, 0, colon);
}

/* 127.0.0.0/8, as four numbers: "127.example" is a name. */
static bool
is_loopback_v4(struct str name)
{
	size_t i, from = 0, dots = 0;
	uint64_t n;

	for (i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '.')
			continue;
		if (!str_u64(str_sub(name, from, i), 255, &n) ||
		    (from == 0 && n != 127))
			return false;
		from = i + 1;
		dots++;
	}
	return dots == 4;
}

bool
reg_is_loopback(struct str host)
{
	struct str name = host_name(host);

	return str_eqz(name, "localhost") || str_eqz(name, "[::1]") ||
	       is_loopback_v4(name);
}

/* Is the host, or its name with any port, in the list? */
static bool
is_listed(const struct str *list, size_t n, struct str host)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_eq(list[i], host) || str_eq(list[i], host_name(host)))
			return true;
	return false;
}

struct reg_host *
reg_host_of(struct registry *reg, struct str name)
{
	struct reg_host **it, *h;

	VEC_FOREACH(it, &reg->hosts)
		if (str_eq((*it)->name, name))
			return *it;
	h = ARENA_NEW(reg->arena, struct reg_host);
	h->name = arena_str(reg->arena, name);
	h->address =
	    str_eqz(name, "docker.io") ? STR("registry-1.docker.io") : h->name;
	h->loopback = reg_is_loopback(name);
	if (is_listed(reg->o->plain_http.p, reg->o->plain_http.n, name))
		h->scheme = IMG_HTTP;
	else if (!h->loopback)
		h->scheme = IMG_HTTPS;
	VEC_PUSH(reg->arena, &reg->hosts, h);
	return h;
}

static struct reg_repo *
repo_of(struct registry *reg, struct str host, struct str path)
{
	struct reg_host *h = reg_host_of(reg, host);
	struct reg_repo **it, *r;

	VEC_FOREACH(it, &reg->repos)
		if ((*it)->host == h && str_eq((*it)->path, path))
			return *it;
	r = ARENA_NEW(reg->arena, struct reg_repo);
	r->host = h;
	r->path = arena_str(reg->arena, path);
	VEC_PUSH(reg->arena, &reg->repos, r);
	return r;
}

/* HOST=MIRROR[/PREFIX] for this host; false: it is for another one. */
static bool
mirror_of(struct str *host, struct str *path, struct arena *a, struct str line,
    const struct img_ref *ref)
{
	size_t equals = str_chr(line, '=', 0), slash;
	struct str mirror = str_sub(line, equals + 1, line.n);

	if (!str_eq(str_sub(line, 0, equals), ref->host))
		return false;
	slash = str_chr(mirror, '/', 0);
	*host = str_sub(mirror, 0, slash);
	*path = ref->path;
	if (slash != SIZE_MAX)
		*path = arena_printf(a, "%.*s/%.*s",
		    STR_ARG(str_sub(mirror, slash + 1, mirror.n)),
		    STR_ARG(ref->path));
	return true;
}

/* The lock is held. */
void
reg_places(
    struct reg_places *out, struct registry *reg, const struct img_ref *ref)
{
	const struct str *m;
	struct str host, path;

	VEC_FOREACH(m, &reg->o->mirrors)
		if (mirror_of(&host, &path, reg->arena, *m, ref))
			VEC_PUSH(
			    reg->arena, &out->list, repo_of(reg, host, path));
	VEC_PUSH(reg->arena, &out->list, repo_of(reg, ref->host, ref->path));
}

static int
check_host(struct str host, struct arena *a, struct rt_err *err)
{
	struct img_ref ref;
	struct str text = arena_printf(a, "%.*s/x", STR_ARG(host));
	struct rt_err why;

	/* Of docker.io the path is library/x. */
	if (img_ref_parse(&ref, a, text, &why) == 0 &&
	    str_eqz(str_basename(ref.path), "x") && str_eq(ref.host, host))
		return 0;
	return rt_err_set(err, RT_EINVAL,
	    "'%.*s' is no host of a registry (HOST or HOST:PORT)",
	    STR_ARG(str_clip(host, 200)));
}

static int
check_mirror(struct str line, struct arena *a, struct rt_err *err)
{
	size_t equals = str_chr(line, '=', 0);
	struct str mirror = str_sub(line, equals + 1, line.n);
	struct img_ref ref;
	struct str text = arena_printf(a, "%.*s/x", STR_ARG(mirror));
	int rc;

	if (equals == SIZE_MAX)
		return rt_err_set(err, RT_EINVAL,
		    "--registry-mirror '%.*s' is not HOST=MIRROR[/PREFIX]",
		    STR_ARG(str_clip(line, 200)));
	rc = check_host(str_sub(line, 0, equals), a, err);
	if (rc == 0)
		rc = check_host(
		    str_sub(mirror, 0, str_chr(mirror, '/', 0)), a, err);
	if (rc == 0 && img_ref_parse(&ref, a, text, err) != 0)
		rc = RT_EINVAL;
	return rc != 0 ? rt_err_wrap(err, "--registry-mirror") : 0;
}

int
img_registry_check(const struct img_registry_options *o, struct rt_err *err)
{
	struct arena *a = arena_new();
	const struct str *s;
	int rc = 0;

	VEC_FOREACH(s, &o->plain_http)
		if (rc == 0 && (rc = check_host(*s, a, err)) != 0)
			rc = rt_err_wrap(err, "--plain-http");
	VEC_FOREACH(s, &o->hosts)
		if (rc == 0 && (rc = check_host(*s, a, err)) != 0)
			rc = rt_err_wrap(err, "--registry-host");
	VEC_FOREACH(s, &o->mirrors)
		if (rc == 0)
			rc = check_mirror(*s, a, err);
	arena_free(a);
	return rc;
}

/* certificates */

struct certs {
	struct arena *arena;
	struct buf pem; /* of CAs */
	const char *cert, *key;
};

static int
add_ca(struct certs *c, const char *path, struct rt_err *err)
{
	struct str text;

	if (file_read(&text, c->arena, path, PEM_MAX, err) != 0)
		return RT_EIO;
	if (str_find(text, STR("-----BEGIN"), 0) == SIZE_MAX)
		return rt_err_set(
		    err, RT_EIO, "%s: no certificate in PEM form", path);
	buf_put(&c->pem, text);
	buf_putc(&c->pem, '\n');
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One file of a directory of certificates, as Docker and Podman name them. */
static int
add_file(struct certs *c, const char *dir, const char *name, struct rt_err *err)
{
	struct str n = str_from(name), stem = str_sub(n, 0, n.n - 5);
	const char *path = arena_printf(c->arena, "%s/%s", dir, name).p;

	if (str_ends(n, STR(".crt")))
		return add_ca(c, path, err);
	if (str_ends(n, STR(".cert")) && c->cert == NULL) {
		c->cert = path;
		c->key =
		    arena_printf(c->arena, "%s/%.*s.key", dir, STR_ARG(stem)).p;
	}
	return 0;
}

/* In the order of names. */
static int
add_dir(struct certs *c, const char *dir, struct rt_err *err)
{
	VEC(const char *) names = {0};
	const char **it;
	struct dirent *e;
	DIR *d = opendir(dir);
	int rc = 0;

	if (d == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		VEC_PUSH(c->arena, &names,
		    arena_cstr(c->arena, str_from(e->d_name)));
	(void)closedir(d);
	if (names.n > 0)
		qsort(names.p, names.n, sizeof(*names.p), compare);
	VEC_FOREACH(it, &names)
		if (rc == 0)
			rc = add_file(c, dir, *it, err);
	return rc;
}

/* What is there counts together; a client certificate is the first one. */
static int
add_dirs(struct certs *c, struct str host, struct rt_err *err)
{
	static const struct {
		const char *env, *path;
	} dirs[] = {
	    {"XDG_CONFIG_HOME", "containers/certs.d"},
	    {"HOME", ".config/containers/certs.d"},
	    {"XDG_CONFIG_HOME", "docker/certs.d"},
	    {"HOME", ".config/docker/certs.d"},
	    {"HOME", ".docker/certs.d"},
	    {NULL, "/etc/containers/certs.d"},
	    {NULL, "/etc/docker/certs.d"},
	};
	const char *xdg = getenv("XDG_CONFIG_HOME"), *base;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		base = dirs[i].env != NULL ? getenv(dirs[i].env) : "";
		if (base == NULL || (dirs[i].env != NULL && base[0] != '/'))
			continue;
		if (i > 0 && xdg != NULL && xdg[0] == '/' &&
		    str_starts(str_from(dirs[i].path), STR(".config/")))
			continue; /* it stands for this one */
		rc = add_dir(c,
		    arena_printf(c->arena, "%s%s%s/%.*s", base,
			dirs[i].env != NULL ? "/" : "", dirs[i].path,
			STR_ARG(host))
			.p,
		    err);
	}
	return rc;
}

/* Ours come on top of the system's, as everywhere. */
static void
add_system(struct certs *c)
{
	const char *file = getenv("SSL_CERT_FILE");

	if (c->pem.n > 0)
		(void)add_ca(c, file != NULL ? file : SYSTEM_CAS, NULL);
}

int
reg_tls(struct reg_host *h, struct registry *reg, struct rt_err *err)
{
	const struct img_registry_options *o = reg->o;
	struct certs c = {.arena = reg->arena};
	int rc = 0;

	if (h->tls_read)
		return 0;
	c.cert = o->client_cert;
	c.key = o->client_key;
	if (o->cacert != NULL)
		rc = add_ca(&c, o->cacert, err);
	if (rc == 0)
		rc = add_dirs(&c, h->name, err);
	if (rc == 0) {
		add_system(&c);
		h->tls = (struct img_tls){
		    arena_str(reg->arena, buf_str(&c.pem)), c.cert, c.key};
		h->tls_read = true;
	}
	buf_free(&c.pem);
	return rc;
}
