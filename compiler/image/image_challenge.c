/* SPDX-License-Identifier: Apache-2.0 */
/* Small grammars of HTTP: WWW-Authenticate, Retry-After, percent encoding. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "compiler/image/image_registry.h"
#include "runtime/base/banned.h"

#define VALUE_MAX ((size_t)2048)

struct scan {
	struct str s;
	size_t at;
};

static bool
is_token(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
at_end(const struct scan *s)
{
	return s->at >= s->s.n;
}

static void
skip(struct scan *s, const char *set)
{
	while (!at_end(s) && s->s.p[s->at] != '\0' &&
	       strchr(set, s->s.p[s->at]) != NULL)
		s->at++;
}

static struct str
token(struct scan *s)
{
	size_t from = s->at;

	while (!at_end(s) && is_token(s->s.p[s->at]))
		s->at++;
	return str_sub(s->s, from, s->at);
}

/* A quoted string without its quotes and escapes; cut if it does not end. */
static struct str
quoted(struct scan *s, struct arena *a)
{
	struct buf b = {0};
	struct str out;

	for (s->at++; !at_end(s) && s->s.p[s->at] != '"'; s->at++) {
		if (s->s.p[s->at] == '\\' && s->at + 1 < s->s.n)
			s->at++;
		buf_putc(&b, s->s.p[s->at]);
	}
	s->at++;
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
set_param(struct img_challenge *c, struct str name, struct str value)
{
	const struct {
		const char *name;
		struct str *to;
	} params[] = {{"realm", &c->realm}, {"service", &c->service},
	    {"scope", &c->scope}};
	size_t i;

	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		if (name.n == strlen(params[i].name) &&
		    strncasecmp(name.p, params[i].name, name.n) == 0 &&
		    value.n <= VALUE_MAX)
			*params[i].to = value;
}

/* Is the token that ends here the name of a parameter? */
static bool
is_param(struct scan *s)
{
	struct scan ahead = *s;

	skip(&ahead, " \t");
	if (at_end(&ahead) || ahead.s.p[ahead.at] != '=')
		return false;
	ahead.at++;
	skip(&ahead, " \t");
	if (at_end(&ahead) ||
	    (ahead.s.p[ahead.at] != '"' && !is_token(ahead.s.p[ahead.at])))
		return false;
	*s = ahead;
	return true;
}

static void
start(struct img_challenge *now, struct str name)
{
	*now = (struct img_challenge){.scheme = IMG_AUTH_NONE};
	if (name.n == 5 && strncasecmp(name.p, "basic", 5) == 0)
		now->scheme = IMG_AUTH_BASIC;
	if (name.n == 6 && strncasecmp(name.p, "bearer", 6) == 0)
		now->scheme = IMG_AUTH_BEARER;
}

static void
keep(struct img_challenge *best, const struct img_challenge *now)
{
	if (now->scheme == IMG_AUTH_BEARER && now->realm.n == 0)
		return; /* it cannot be followed */
	if (now->scheme > best->scheme)
		*best = *now;
}

void
img_challenge_read(struct img_challenge *c, struct arena *a, struct str value)
{
	struct img_challenge now = {.scheme = IMG_AUTH_NONE};
	struct scan s = {.s = value};
	struct str name;

	while (skip(&s, " \t,"), !at_end(&s)) {
		name = token(&s);
		if (name.n == 0) {
			s.at++; /* of something that is not understood */
		} else if (!is_param(&s)) {
			keep(c, &now);
			start(&now, name);
		} else if (s.s.p[s.at] == '"') {
			set_param(&now, name, quoted(&s, a));
		} else {
			set_param(&now, name, token(&s));
		}
	}
	keep(c, &now);
}

uint64_t
img_retry_after(struct str value, int64_t now)
{
	struct tm tm = {0};
	char text[64];
	const char *end;
	uint64_t seconds;
	int64_t then;

	if (str_u64(value, UINT64_MAX / 2000, &seconds))
		return seconds * 1000;
	if (value.n == 0 || value.n >= sizeof(text))
		return UINT64_MAX;
	memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	if (end == NULL || *end != '\0')
		return UINT64_MAX;
	then = timegm(&tm);
	return then <= now ? 0 : (uint64_t)(then - now) * 1000;
}

void
img_percent(struct buf *out, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') ||
		    (c != '\0' && strchr("-._~", c) != NULL)) {
			buf_putc(out, (char)c);
		} else {
			buf_putc(out, '%');
			buf_putc(out, digits[c >> 4]);
			buf_putc(out, digits[c & 15]);
		}
	}
}
