/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials for a repository, from the places where Docker and Podman keep
 * them: containers-auth.json(5), Docker's config.json.  The first place that
 * has some counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

#define FILE_MAX ((size_t)1 << 20)
#define SECRET_MAX ((size_t)64 << 10)

void
img_creds_wipe(struct img_creds *c)
{
	img_secret_wipe(&c->user);
	img_secret_wipe(&c->password);
	img_secret_wipe(&c->identity);
	img_secret_wipe(&c->token);
}

/* The file in memory that is wiped, and no copy anywhere else. */
static int
read_secret(struct str *out, struct arena *secret, const char *path, size_t max,
    struct rt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *p = arena_alloc(secret, max + 1);
	size_t n = 0;
	ssize_t got = 1;

	if (fd < 0)
		return rt_err_sys(
		    err, errno == ENOENT ? RT_ENOTFOUND : RT_EIO, "%s", path);
	while (n <= max && got > 0) {
		got = read(fd, p + n, max + 1 - n);
		if (got > 0)
			n += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	(void)close(fd);
	if (got < 0 || n > max)
		return rt_err_set(err, RT_EIO, "%s: cannot be read", path);
	*out = (struct str){p, n};
	return 0;
}

/* one file */

/* "https://index.docker.io/v1/" and the like are names of hosts. */
static struct str
entry_name(struct str key)
{
	bool old = false;
	size_t at = str_find(key, STR("://"), 0);

	if (at != SIZE_MAX) {
		key = str_sub(key, at + 3, key.n);
		old = true;
	}
	if (str_ends(key, STR("/")))
		key = str_sub(key, 0, key.n - 1);
	if (old || str_eqz(key, "index.docker.io/v1"))
		key = str_sub(key, 0, str_chr(key, '/', 0));
	if (str_eqz(key, "index.docker.io") ||
	    str_eqz(key, "registry-1.docker.io"))
		return STR("docker.io");
	return key;
}

/* Is `key` the name, or that of something above it? */
static bool
covers(struct str key, struct str name)
{
	return key.n > 0 && str_starts(name, key) &&
	       (name.n == key.n || name.p[key.n] == '/');
}

static bool
says_something(const struct jv *entry)
{
	static const char *const members[] = {
	    "auth", "username", "identitytoken", "registrytoken"};
	size_t i;

	for (i = 0; i < 4; i++)
		if (jv_get_str(entry, str_from(members[i])).n > 0)
			return true;
	return false;
}

static const struct jv_member *
longest(const struct jv *auths, struct str name)
{
	const struct jv_member *m, *best = NULL;
	size_t length = 0;

	if (!jv_is(auths, JV_OBJECT))
		return NULL;
	VEC_FOREACH(m, &auths->members) {
		struct str key = entry_name(m->key);

		if (key.n <= length || !covers(key, name) ||
		    !says_something(m->value))
			continue;
		best = m;
		length = key.n;
	}
	return best;
}

/* "user:password" in base64; Docker ends it with NULs. */
static int
read_pair(
    struct img_creds *out, struct arena *a, struct str text, struct rt_err *err)
{
	struct str pair;
	size_t colon;
	int rc = rt_unbase64(&pair, a, text, NULL);

	while (rc == 0 && pair.n > 0 && pair.p[pair.n - 1] == '\0')
		pair.n--;
	colon = rc == 0 ? str_chr(pair, ':', 0) : SIZE_MAX;
	if (colon == SIZE_MAX || colon == 0)
		return rt_err_set(
		    err, RT_EFORMAT, "'auth' is not USER:PASSWORD in base64");
	img_secret_set(&out->user, str_sub(pair, 0, colon));
	img_secret_set(&out->password, str_sub(pair, colon + 1, pair.n));
	return 0;
}

static void
set_if(struct img_secret *s, const struct jv *entry, struct str member)
{
	struct str value = jv_get_str(entry, member);

	if (value.n > 0 && value.n <= SECRET_MAX)
		img_secret_set(s, value);
}

static int
read_entry(struct img_creds *out, struct arena *a, const struct jv *entry,
    struct rt_err *err)
{
	struct str auth = jv_get_str(entry, STR("auth"));

	set_if(&out->user, entry, STR("username"));
	set_if(&out->password, entry, STR("password"));
	set_if(&out->identity, entry, STR("identitytoken"));
	set_if(&out->token, entry, STR("registrytoken"));
	out->found = true;
	return auth.n == 0 ? 0 : read_pair(out, a, auth, err);
}

int
img_auth_file_read(struct img_creds *out, struct str *helper, struct str *entry,
    struct arena *a, struct str text, struct str host, struct str path,
    struct rt_err *err)
{
	struct str name =
	    arena_printf(a, "%.*s/%.*s", STR_ARG(host), STR_ARG(path));
	const struct jv_member *m;
	struct jv *json;

	*helper = *entry = STR("");
	/* The parser's message could show a part of the file. */
	if (jv_parse(&json, a, text, NULL) != 0 || !jv_is(json, JV_OBJECT))
		return rt_err_set(err, RT_EFORMAT, "it is no JSON object");
	*helper = jv_get_str(jv_getz(json, "credHelpers"), host);
	if (helper->n == 0 && str_eqz(host, "docker.io"))
		*helper = jv_get_str(jv_getz(json, "credHelpers"),
		    STR("https://index.docker.io/v1/"));
	if (helper->n > 0)
		return 0;
	m = longest(jv_getz(json, "auths"), name);
	if (m == NULL) {
		*helper = jv_get_str(json, STR("credsStore"));
		return 0;
	}
	*entry = m->key;
	return read_entry(out, a, m->value, err);
}

/* all places */

struct search {
	struct img_creds *out;
	struct arena *arena; /* for what messages need */
	struct arena *secret;
	struct str host, path;
	struct buf none; /* the places that have nothing */
};

static void
note(struct search *s, const char *place, const char *why)
{
	buf_printf(
	    &s->none, "%s%s (%s)", s->none.n > 0 ? ", " : "", place, why);
}

static void
found(struct search *s, const char *place, const char *what, struct str name)
{
	s->out->found = true;
	s->out->origin =
	    arena_printf(s->arena, "the credentials are of %s (%s '%.*s')",
		place, what, STR_ARG(str_clip(name, 100)));
}

static void
ask_helper(struct search *s, const char *place, struct str helper)
{
	struct str server = str_eqz(s->host, "docker.io")
				? STR("https://index.docker.io/v1/")
				: s->host;
	struct rt_err err;
	const char *why;

	if (img_helper_ask(s->out, s->arena, helper, server, &err) == 0) {
		found(s, place, "helper", helper);
		return;
	}
	why = arena_printf(s->arena, "helper '%.*s': %s",
	    STR_ARG(str_clip(helper, 60)), err.text)
		  .p;
	note(s, place, why);
}

static void
look(struct search *s, const char *place, bool must)
{
	struct str text, helper, entry;
	struct rt_err err;
	int rc = read_secret(&text, s->secret, place, FILE_MAX, &err);

	if (rc == RT_ENOTFOUND && !must)
		return;
	if (rc != 0) {
		note(s, place,
		    rc == RT_ENOTFOUND ? "is not there" : "cannot be read");
		return;
	}
	rc = img_auth_file_read(
	    s->out, &helper, &entry, s->secret, text, s->host, s->path, &err);
	if (rc != 0) {
		img_creds_wipe(s->out);
		s->out->found = false;
		note(s, place, arena_cstr(s->arena, str_from(err.text)));
	} else if (s->out->found) {
		found(s, place, "entry", entry);
	} else if (helper.n > 0) {
		ask_helper(s, place, helper);
	} else {
		note(s, place, "no entry");
	}
}

/* A value of an option: as it is, or @FILE without its last newline. */
static int
option_value(struct img_secret *out, struct arena *secret, const char *value,
    struct rt_err *err)
{
	struct str text = str_from(value);
	int rc = 0;

	if (value[0] == '@')
		rc = read_secret(&text, secret, value + 1, SECRET_MAX, err);
	if (rc == 0 && value[0] == '@')
		while (text.n > 0 && (text.p[text.n - 1] == '\n' ||
					 text.p[text.n - 1] == '\r'))
			text.n--;
	if (rc == 0)
		img_secret_set(out, text);
	return rc;
}

static bool
from_options(struct search *s, const struct img_registry_options *o)
{
	struct {
		struct img_secret *to;
		const char *value, *name;
	} list[] = {{&s->out->user, o->username, "--registry-username"},
	    {&s->out->password, o->password, "--registry-password"},
	    {&s->out->token, o->token, "--registry-token"}};
	const struct str *h;
	struct rt_err err;
	size_t i;

	VEC_FOREACH(h, &o->hosts) {
		if (!str_eq(*h, s->host))
			continue;
		for (i = 0; i < 3; i++) {
			if (list[i].value == NULL)
				continue;
			if (option_value(list[i].to, s->secret, list[i].value,
				&err) != 0) {
				/* Half of what was given is not sent. */
				img_creds_wipe(s->out);
				s->out->found = false;
				note(s, list[i].name,
				    "names a file that cannot be read");
				return true;
			}
			found(s, list[i].name, "for", s->host);
		}
	}
	return s->out->found;
}

static const char *
below(struct search *s, const char *env, const char *path)
{
	const char *base = getenv(env);

	if (base == NULL || base[0] == '\0')
		return NULL;
	return arena_printf(s->arena, "%s/%s", base, path).p;
}

/* Where Docker and Podman look, in Podman's order. */
static void
from_files(struct search *s)
{
	const char *run = below(s, "XDG_RUNTIME_DIR", "containers/auth.json");
	const char *config =
	    below(s, "XDG_CONFIG_HOME", "containers/auth.json");
	const char *docker = below(s, "DOCKER_CONFIG", "config.json");
	const char *places[3];
	size_t i;

	if (run == NULL)
		run = arena_printf(s->arena, "/run/containers/%u/auth.json",
		    (unsigned)getuid())
			  .p;
	if (config == NULL)
		config = below(s, "HOME", ".config/containers/auth.json");
	if (docker == NULL)
		docker = below(s, "HOME", ".docker/config.json");
	places[0] = run;
	places[1] = config;
	places[2] = docker;
	for (i = 0; i < 3 && !s->out->found; i++)
		if (places[i] != NULL)
			look(s, places[i], false);
	if (s->none.n == 0 && !s->out->found)
		for (i = 0; i < 3; i++)
			if (places[i] != NULL)
				note(s, places[i], "is not there");
}

void
img_creds_find(struct img_creds *out, struct arena *a,
    const struct img_registry_options *o, struct str host, struct str path)
{
	struct search s = {.out = out,
	    .arena = a,
	    .secret = arena_new(),
	    .host = host,
	    .path = path};
	const char *only =
	    o->authfile != NULL ? o->authfile : getenv("REGISTRY_AUTH_FILE");

	if (!from_options(&s, o)) {
		if (only != NULL)
			look(&s, only, true);
		else
			from_files(&s);
	}
	if (!out->found)
		out->origin = arena_printf(a, "no credentials for it in %.*s",
		    (int)s.none.n, s.none.p);
	buf_free(&s.none);
	arena_wipe(s.secret);
}
