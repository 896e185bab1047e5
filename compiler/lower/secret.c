/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that should not be in a policy, which every verifier can read.  It
 * is a warning, so what is no secret must not be taken for one: forms are
 * those of well-known issuers, and a name alone is not enough.
 */
#include <ctype.h>
#include <string.h>

#include "compiler/lower/internal.h"
#include "compiler/lower/secret.h"
#include "runtime/base/banned.h"

/* forms */

static const struct {
	const char *prefix;
	size_t rest; /* characters behind it, at least */
	const char *what;
} tokens[] = {
    {"ghp_", 30, "a token of GitHub"},
    {"gho_", 30, "a token of GitHub"},
    {"ghu_", 30, "a token of GitHub"},
    {"ghs_", 30, "a token of GitHub"},
    {"ghr_", 30, "a token of GitHub"},
    {"github_pat_", 22, "a token of GitHub"},
    {"glpat-", 20, "a token of GitLab"},
    {"glrt-", 20, "a token of GitLab"},
    {"xoxb-", 20, "a token of Slack"},
    {"xoxp-", 20, "a token of Slack"},
    {"xapp-", 20, "a token of Slack"},
    {"sk_live_", 16, "a key of Stripe"},
    {"rk_live_", 16, "a key of Stripe"},
    {"sk-ant-", 20, "an API key"},
    {"sk-proj-", 20, "an API key"},
    {"AIza", 35, "an API key of Google"},
    {"ya29.", 20, "a token of Google"},
    {"AKIA", 16, "an access key of AWS"},
    {"ASIA", 16, "an access key of AWS"},
    {"npm_", 36, "a token of npm"},
    {"pypi-AgE", 50, "a token of PyPI"},
    {"dckr_pat_", 20, "a token of a container registry"},
    {"hvs.", 24, "a token of Vault"},
    {"hvb.", 24, "a token of Vault"},
    {"dop_v1_", 60, "a token of DigitalOcean"},
    {"SG.", 60, "a key of SendGrid"},
    {"tskey-auth-", 16, "a key of Tailscale"},
    {"AGE-SECRET-KEY-1", 50, "a private key"},
    {"AccountKey=", 40, "a key of Azure"},
    {"SharedAccessKey=", 40, "a key of Azure"},
};

static bool
is_token_byte(char c)
{
	return isalnum((unsigned char)c) ||
	       (c != '\0' && strchr("_-.+/=", c) != NULL);
}

/* Bytes of a token at the front. */
static size_t
run_of(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_token_byte(s.p[n]))
		n++;
	return n;
}

/* Digits and letters are mixed as nobody writes words. */
static bool
is_random(struct str s)
{
	bool seen[256] = {false}, lower = false, upper = false, digit = false;
	size_t i, distinct = 0;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		distinct += !seen[c];
		seen[c] = true;
		lower |= islower(c) != 0;
		upper |= isupper(c) != 0;
		digit |= isdigit(c) != 0;
	}
	return distinct >= 8 && lower + upper + digit >= 2 && digit;
}

/* Three parts in base64url; the first two are JSON objects. */
static bool
is_jwt(struct str s)
{
	size_t first = str_chr(s, '.', 0), second;

	if (!str_starts(s, STR("eyJ")) || first == SIZE_MAX)
		return false;
	second = str_chr(s, '.', first + 1);
	return second != SIZE_MAX && second - first > 10 &&
	       str_starts(str_sub(s, first + 1, s.n), STR("eyJ")) &&
	       second + 20 < s.n;
}

static const char *
token_at(struct str s)
{
	struct str run;
	size_t i;

	for (i = 0; i < sizeof(tokens) / sizeof(*tokens); i++) {
		struct str prefix = str_from(tokens[i].prefix);

		if (prefix.p[0] != s.p[0] || !str_starts(s, prefix))
			continue;
		run = str_sub(s, prefix.n, s.n);
		run = str_sub(run, 0, run_of(run));
		if (run.n >= tokens[i].rest && is_random(run))
			return tokens[i].what;
	}
	return s.p[0] == 'e' && is_jwt(str_sub(s, 0, run_of(s)))
		   ? "a signed token (JWT)"
		   : NULL;
}

/* user:password@ from here on, where the password is no reference. */
static bool
has_password(struct str s)
{
	size_t i, colon = 0;

	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '@')
			return colon > 0 && i > colon + 1;
		if (c == ':' && colon == 0)
			colon = i;
		else if (c == '\0' || isspace((unsigned char)c) ||
			 strchr("/?#$<{\"", c) != NULL)
			return false;
	}
	return false;
}

static bool
has_private_key(struct str s)
{
	static const struct str mark = STR_INIT("-----BEGIN ");
	size_t at, end;

	for (at = str_find(s, mark, 0); at != SIZE_MAX;
	     at = str_find(s, mark, at + mark.n)) {
		end = str_find(s, STR("-----"), at + mark.n);
		if (end != SIZE_MAX &&
		    str_ends(str_sub(s, at, end), STR("PRIVATE KEY")))
			return true;
	}
	return false;
}

const char *
secret_by_form(struct str text)
{
	const char *what;
	size_t i;

	if (has_private_key(text))
		return "a private key";
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == ':' && i > 0 &&
		    isalnum((unsigned char)text.p[i - 1]) &&
		    str_starts(str_sub(text, i, i + 3), STR("://")) &&
		    has_password(str_sub(text, i + 3, text.n)))
			return "an address with a password";
		if (!isalpha((unsigned char)text.p[i]) ||
		    (i > 0 && isalnum((unsigned char)text.p[i - 1])))
			continue;
		if ((what = token_at(str_sub(text, i, text.n))) != NULL)
			return what;
	}
	return NULL;
}

/* names */

static const struct {
	const char *end;
	const char *what;
	bool random; /* only if the value is */
} names[] = {
    {"PASSWORD", "a password", false},
    {"PASSWD", "a password", false},
    {"PASSPHRASE", "a password", false},
    {"_PWD", "a password", false},
    {"_PASS", "a password", false},
    {"TOKEN", "a token", true},
    {"SECRET", "a secret", true},
    {"APIKEY", "a key", true},
    {"_KEY", "a key", true},
    {"CREDENTIAL", "a secret", true},
    {"CREDENTIALS", "a secret", true},
};

/* Does the name end so, in any letter case and with '-' or '.' for '_'? */
static bool
ends_like(struct str name, const char *end)
{
	size_t n = strlen(end), i;

	if (name.n < n)
		return false;
	for (i = 0; i < n; i++) {
		int c = toupper((unsigned char)name.p[name.n - n + i]);

		if (c == '-' || c == '.')
			c = '_';
		if (c != end[i])
			return false;
	}
	return true;
}

/* Switches, paths, addresses, references: no secrets in themselves. */
static bool
is_plain(struct str value)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on",
	    "off", "none", "null", "optional", "required", "disabled",
	    "enabled"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (str_eqz(value, words[i]))
			return true;
	}
	return value.n < 3 || value.p[0] == '/' || value.p[0] == '.' ||
	       value.p[0] == '<' ||
	       str_find(value, STR("://"), 0) != SIZE_MAX ||
	       str_find(value, STR("$("), 0) != SIZE_MAX ||
	       str_find(value, STR("${"), 0) != SIZE_MAX ||
	       str_chr(value, '\0', 0) != SIZE_MAX;
}

/* "ALLOW_EMPTY_PASSWORD", "PUBLIC_KEY": about a secret, not one. */
static bool
is_about(struct str name)
{
	static const char *const parts[] = {"ALLOW_", "PUBLIC", "ENABLE",
	    "REQUIRE", "USE_", "RANDOM_", "EMPTY_"};
	struct str s = name;
	size_t i, k;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		size_t n = strlen(parts[i]);

		for (k = n; k <= name.n; k++) {
			s = str_sub(name, 0, k);
			if (ends_like(s, parts[i]))
				return true;
		}
	}
	return false;
}

const char *
secret_by_name(struct str name, struct str value)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!ends_like(name, names[i].end))
			continue;
		if (is_plain(value) || is_about(name) ||
		    (names[i].random && (value.n < 16 || !is_random(value))))
			return NULL;
		return names[i].what;
	}
	return NULL;
}

/* what lowering finds */

static struct diag *
report(struct work *w, struct loc loc, struct str what, struct str why)
{
	struct diag *g = diag_report(
	    w->l->diags, SECRET_IN_POLICY, loc, STR_ARG(what), STR_ARG(why));

	g->hidden = true;
	return lw_found(w, g);
}

static void
looks(struct work *w, struct loc loc, struct str what, const char *like)
{
	(void)report(
	    w, loc, what, arena_printf(w->a, "it looks like %s", like));
}

void
lw_secret_env(struct work *w, const struct env_var *v,
    const struct ir_ref *from, const struct k8s_object *object)
{
	struct str what =
	    arena_printf(w->a, "variable '%.*s'", STR_ARG(v->name));
	const char *like;
	struct diag *g;

	if (v->value.n == 0)
		return;
	if (from != NULL) {
		g = report(w, lw_loc(from->node), what,
		    arena_printf(
			w->a, "it is in Secret '%.*s'", STR_ARG(object->name)));
		/* What is there are names. */
		g->hidden = false;
		return;
	}
	like = secret_by_form(v->value);
	if (like == NULL)
		like = secret_by_name(v->name, v->value);
	if (like != NULL)
		looks(w, v->loc, what, like);
}

/* "--name=value"; or "--name" and the value in the next argument. */
static const char *
of_flag(struct str arg, struct str next, struct str *name)
{
	size_t equals = str_chr(arg, '=', 0);
	struct str value = next;

	if (!str_starts(arg, STR("-")))
		return NULL;
	if (equals != SIZE_MAX)
		value = str_sub(arg, equals + 1, arg.n);
	else if (str_starts(next, STR("-")))
		return NULL;
	*name = str_sub(arg, 0, equals);
	return secret_by_name(*name, value);
}

void
lw_secret_args(struct work *w, const struct ir_strs *args)
{
	struct str what, name;
	const char *like;
	size_t i;

	for (i = 0; i < args->list.n; i++) {
		const struct ir_str *it = &args->list.p[i];
		struct str next = i + 1 < args->list.n ? it[1].s : STR("");

		what = arena_printf(w->a, "argument %zu", i + 1);
		like = secret_by_form(it->s);
		if (like == NULL &&
		    (like = of_flag(it->s, next, &name)) != NULL)
			what = arena_printf(
			    w->a, "argument '%.*s'", STR_ARG(name));
		if (like != NULL)
			looks(w, lw_loc(it->node), what, like);
	}
}
