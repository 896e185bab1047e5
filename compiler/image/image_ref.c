/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References of images, by the grammar of the distribution project and with
 * its completion: no host is docker.io, no '/' there is library/, neither tag
 * nor digest is latest.
 */
#include <string.h>

#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

#define PATH_LEN_MAX 255
#define TAG_LEN_MAX 128
#define TEXT_LEN_MAX 4096 /* beyond any host, path, tag and digest */

static const struct str hub = STR_INIT("docker.io");
static const struct str hub_old = STR_INIT("index.docker.io");

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_lower(c) || is_upper(c) || is_digit(c);
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool
all(struct str s, bool (*is)(char))
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return true;
}

static bool
has_upper(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (is_upper(s.p[i]))
			return true;
	return false;
}

/* X(name, hex digits) */
static const struct {
	struct str name;
	size_t hex;
} algorithms[] = {
    {STR_INIT("sha256"), 64},
    {STR_INIT("sha384"), 96},
    {STR_INIT("sha512"), 128},
};

int
img_digest_check(struct str digest, struct rt_err *err)
{
	size_t colon = str_chr(digest, ':', 0);
	struct str name = str_sub(digest, 0, colon), hex;
	size_t i;

	if (colon == SIZE_MAX)
		return rt_err_set(err, RT_EFORMAT, "digest '%.*s' has no ':'",
		    STR_ARG(digest));
	hex = str_sub(digest, colon + 1, digest.n);
	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (!str_eq(name, algorithms[i].name))
			continue;
		if (hex.n != algorithms[i].hex)
			return rt_err_set(err, RT_EFORMAT,
			    "digest has %zu hex digits, %.*s needs %zu", hex.n,
			    STR_ARG(name), algorithms[i].hex);
		if (!all(hex, is_hex))
			return rt_err_set(err, RT_EFORMAT,
			    "digest '%.*s' has a character that is no "
			    "lower-case hex digit",
			    STR_ARG(digest));
		return 0;
	}
	return rt_err_set(err, RT_EFORMAT,
	    "digest algorithm '%.*s' is unknown (known are sha256, sha384 and "
	    "sha512)",
	    STR_ARG(name));
}

bool
img_is_sha256(struct str digest)
{
	return digest.n == 71 && str_starts(digest, STR("sha256:")) &&
	       all(str_sub(digest, 7, digest.n), is_hex);
}

/* Letters, digits and inner dashes. */
static bool
is_host_label(struct str s)
{
	size_t i;

	if (s.n == 0 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

static bool
is_host_name(struct str s)
{
	size_t from = 0, dot;

	for (;;) {
		dot = str_chr(s, '.', from);
		if (!is_host_label(str_sub(s, from, dot)))
			return false;
		if (dot == SIZE_MAX)
			return true;
		from = dot + 1;
	}
}

static bool
is_v6_char(char c)
{
	return is_hex(c) || (c >= 'A' && c <= 'F') || c == ':';
}

static int
check_host(struct str host, struct rt_err *err)
{
	struct str name, port;
	size_t end;
	bool have_port = false, ok;

	if (host.n > 0 && host.p[0] == '[') {
		end = str_chr(host, ']', 0);
		name = str_sub(host, 1, end);
		ok = end != SIZE_MAX && name.n > 0 && all(name, is_v6_char) &&
		     (end + 1 == host.n || host.p[end + 1] == ':');
		have_port = ok && end + 1 < host.n;
		port = str_sub(host, have_port ? end + 2 : host.n, host.n);
	} else {
		end = str_chr(host, ':', 0);
		have_port = end != SIZE_MAX;
		name = str_sub(host, 0, end);
		port = str_sub(host, have_port ? end + 1 : host.n, host.n);
		ok = is_host_name(name);
	}
	if (!ok)
		return rt_err_set(err, RT_EFORMAT,
		    "'%.*s' is no host name or address", STR_ARG(host));
	if (have_port && (port.n == 0 || !all(port, is_digit)))
		return rt_err_set(
		    err, RT_EFORMAT, "'%.*s' is no port number", STR_ARG(port));
	return 0;
}

/* Runs of [a-z0-9] with one of '.', '_', '__' or any number of '-' between. */
static bool
is_path_component(struct str s)
{
	size_t i = 0, from;

	for (;;) {
		from = i;
		while (i < s.n && (is_lower(s.p[i]) || is_digit(s.p[i])))
			i++;
		if (i == from)
			return false;
		if (i == s.n)
			return true;
		if (s.p[i] == '-') {
			while (i < s.n && s.p[i] == '-')
				i++;
		} else if (s.p[i] == '.' || s.p[i] == '_') {
			i += s.p[i] == '_' && i + 1 < s.n && s.p[i + 1] == '_'
				 ? 2
				 : 1;
		} else {
			return false;
		}
	}
}

static int
check_path(struct str path, struct rt_err *err)
{
	size_t from = 0, slash;
	struct str part;

	if (path.n == 0)
		return rt_err_set(err, RT_EFORMAT, "it has no repository name");
	if (has_upper(path))
		return rt_err_set(err, RT_EFORMAT,
		    "the repository name '%.*s' must be lower case",
		    STR_ARG(path));
	do {
		slash = str_chr(path, '/', from);
		part = str_sub(path, from, slash);
		if (!is_path_component(part))
			return rt_err_set(err, RT_EFORMAT,
			    "'%.*s' is no part of a repository name: lower-case "
			    "letters and digits with single '.', '_', '__' or "
			    "dashes between them",
			    STR_ARG(part));
		from = slash + 1;
	} while (slash != SIZE_MAX);
	return 0;
}

static int
check_tag(struct str tag, struct rt_err *err)
{
	size_t i;

	if (tag.n == 0)
		return rt_err_set(err, RT_EFORMAT, "the tag is empty");
	if (tag.n > TAG_LEN_MAX)
		return rt_err_set(err, RT_EFORMAT,
		    "the tag has %zu characters, %d are allowed", tag.n,
		    TAG_LEN_MAX);
	for (i = 0; i < tag.n; i++)
		if (!is_alnum(tag.p[i]) && tag.p[i] != '_' &&
		    (i == 0 || (tag.p[i] != '.' && tag.p[i] != '-')))
			return rt_err_set(err, RT_EFORMAT,
			    "the tag '%.*s' has a character that is not "
			    "allowed there",
			    STR_ARG(tag));
	return 0;
}

/* Does the first part of a name say where to go? */
static bool
names_host(struct str first)
{
	return str_eqz(first, "localhost") ||
	       str_chr(first, '.', 0) != SIZE_MAX ||
	       str_chr(first, ':', 0) != SIZE_MAX || has_upper(first);
}

/* Sets host; what is left of `name` is the path as written. */
static struct str
split_host(struct img_ref *r, struct str name)
{
	size_t slash = str_chr(name, '/', 0);
	struct str first = str_sub(name, 0, slash);

	r->host = hub;
	if (slash == SIZE_MAX || !names_host(first))
		return name;
	if (!str_eq(first, hub_old))
		r->host = first;
	return str_sub(name, slash + 1, name.n);
}

static void
complete(struct img_ref *r, struct arena *a)
{
	if (str_eq(r->host, hub) && str_chr(r->path, '/', 0) == SIZE_MAX)
		r->path = arena_printf(a, "library/%.*s", STR_ARG(r->path));
	if (r->tag.n == 0 && r->digest.n == 0)
		r->tag = STR("latest");
}

static int
parse(struct img_ref *r, struct arena *a, struct rt_err *err)
{
	struct str rest = r->text;
	bool have_tag, have_digest;
	size_t at;
	int rc;

	/* The tag's ':' comes after the last '/' that is no part of a host. */
	rest = split_host(r, rest);
	at = str_chr(rest, '@', 0);
	have_digest = at != SIZE_MAX;
	r->digest = str_sub(rest, have_digest ? at + 1 : rest.n, rest.n);
	rest = str_sub(rest, 0, at);
	at = str_chr(rest, ':', 0);
	have_tag = at != SIZE_MAX;
	r->tag = str_sub(rest, have_tag ? at + 1 : rest.n, rest.n);
	r->path = str_sub(rest, 0, at);
	rc = check_host(r->host, err);
	if (rc == 0)
		rc = check_path(r->path, err);
	if (rc == 0 && have_tag)
		rc = check_tag(r->tag, err);
	if (rc == 0 && have_digest)
		rc = img_digest_check(r->digest, err);
	if (rc == 0 && r->path.n == r->text.n && r->path.n == 64 &&
	    all(r->path, is_hex))
		rc = rt_err_set(err, RT_EFORMAT,
		    "64 hex digits are an image identifier, no name");
	if (rc != 0)
		return rc;
	complete(r, a);
	if (r->path.n > PATH_LEN_MAX)
		return rt_err_set(err, RT_EFORMAT,
		    "the repository name has %zu characters, %d are allowed",
		    r->path.n, PATH_LEN_MAX);
	return 0;
}

int
img_ref_parse(
    struct img_ref *out, struct arena *a, struct str text, struct rt_err *err)
{
	struct img_ref r = {.text = text};
	int rc;

	if (text.n == 0)
		return rt_err_set(err, RT_EFORMAT, "image reference is empty");
	if (text.n > TEXT_LEN_MAX)
		return rt_err_set(err, RT_EFORMAT,
		    "image reference has %zu characters, %d are allowed",
		    text.n, TEXT_LEN_MAX);
	rc = parse(&r, a, err);
	if (rc == 0)
		*out = r;
	else
		(void)rt_err_wrap(err, "image reference '%.*s'",
		    STR_ARG(str_sub(text, 0, 200)));
	return rc;
}

bool
img_ref_same_name(const struct img_ref *a, const struct img_ref *b)
{
	return str_eq(a->path, b->path) && str_eq(a->host, b->host);
}

bool
img_ref_eq(const struct img_ref *a, const struct img_ref *b)
{
	return img_ref_same_name(a, b) && str_eq(a->tag, b->tag) &&
	       str_eq(a->digest, b->digest);
}

struct str
img_ref_full(struct arena *a, const struct img_ref *r)
{
	return arena_printf(a, "%.*s/%.*s:%.*s@%.*s", STR_ARG(r->host),
	    STR_ARG(r->path), STR_ARG(r->tag), STR_ARG(r->digest));
}
