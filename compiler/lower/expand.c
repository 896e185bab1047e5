/* SPDX-License-Identifier: Apache-2.0 */
/* References to variables, and texts that are only known at run time. */
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

#define EXPANDED_MAX ((size_t)1 << 20)
/* All texts of a pod together. */
#define EXPANDED_TOTAL_MAX ((size_t)64 << 20)

/*
 * What the rules replace or take for a wildcard.  The first ones are values
 * of the run time, in the order of enum token.
 */
static const struct str tokens[] = {
    STR_INIT(""),
    STR_INIT("$(sandbox-name)"),
    STR_INIT("$(sandbox-namespace)"),
    STR_INIT("$(host-name)"),
    STR_INIT("$(node-name)"),
    STR_INIT("$(pod-uid)"),
    STR_INIT("$(pod-ip)"),
    STR_INIT("$(host-ip)"),
    STR_INIT("$(resource-field)"),
    STR_INIT("$(todo-annotation)"),
    STR_INIT("$(bundle-id)"),
    STR_INIT("$(sandbox-id)"),
    STR_INIT("$(sfprefix)"),
    STR_INIT("$(cpath)"),
    STR_INIT("$(spath)"),
    STR_INIT("$(root_path)"),
    STR_INIT("$(b64_device_id)"),
    STR_INIT("$(default_caps)"),
    STR_INIT("$(privileged_caps)"),
};

#define NTOKENS (sizeof(tokens) / sizeof(tokens[0]))

struct str
lw_token(struct arena *a, enum token t)
{
	char pair[2] = {'\0', (char)t};

	return arena_str(a, (struct str){pair, sizeof(pair)});
}

bool
lw_no_token(struct work *w, struct str text, const char *what, struct loc loc)
{
	size_t at = 0, i;

	while ((at = str_find(text, STR("$("), at)) != SIZE_MAX) {
		struct str rest = str_sub(text, at, SIZE_MAX);

		for (i = 1; i < NTOKENS; i++) {
			if (!str_starts(rest, tokens[i]))
				continue;
			lw_found(w, diag_report(w->l->diags, POLICY_TOKEN, loc,
					what, STR_ARG(tokens[i])));
			return false;
		}
		at += 2;
	}
	return true;
}

/* Warns where a service of the cluster could be meant. */
static void
undefined(struct work *w, struct str name, struct loc loc)
{
	if (!str_ends(name, STR("_SERVICE_HOST")) &&
	    str_find(name, STR("_SERVICE_PORT"), 0) == SIZE_MAX &&
	    str_find(name, STR("_PORT"), 0) == SIZE_MAX)
		return;
	lw_found(
	    w, diag_report(w->l->diags, SERVICE_REFERENCE, loc, STR_ARG(name)));
}

struct str
lw_expand(
    struct work *w, struct str text, const struct map *vars, struct loc loc)
{
	size_t at = 0, dollar;
	struct buf b = {0};
	bool closed = true; /* there may be another ')' */
	struct str r;

	if (str_chr(text, '$', 0) == SIZE_MAX && text.n <= EXPANDED_MAX)
		return text;
	if (w->expanded > EXPANDED_TOTAL_MAX)
		return STR(""); /* reported */
	while ((dollar = str_chr(text, '$', at)) != SIZE_MAX &&
	       b.n <= EXPANDED_MAX) {
		char next = dollar + 1 < text.n ? text.p[dollar + 1] : '\0';
		const struct env_var *v;
		struct str name;
		size_t end;

		buf_put(&b, str_sub(text, at, dollar));
		at = dollar + 1;
		if (next != '(') {
			buf_putc(&b, '$');
			at += next == '$';
			continue;
		}
		end = closed ? str_chr(text, ')', at) : SIZE_MAX;
		if (end == SIZE_MAX) {
			closed = false;
			buf_puts(&b, "$(");
			at++;
			continue;
		}
		name = str_sub(text, at + 1, end);
		v = map_get(vars, name);
		if (v != NULL) {
			buf_put(&b, v->value);
		} else {
			undefined(w, name, loc);
			buf_put(&b, str_sub(text, dollar, end + 1));
		}
		at = end + 1;
	}
	buf_put(&b, str_sub(text, at, SIZE_MAX));
	w->expanded += b.n;
	if (b.n > EXPANDED_MAX || w->expanded > EXPANDED_TOTAL_MAX) {
		lw_found(w, diag_report(w->l->diags, EXPANSION_LIMIT, loc));
		b.n = 0;
	}
	r = arena_str(w->a, buf_str(&b));
	buf_free(&b);
	return r;
}

/*
 * In arguments the rules read `$$` as `$`.  A single `$` stays; of a run
 * each pair is doubled, and each one where a token follows.
 */
static size_t
put_dollars(struct buf *b, struct str text, size_t at)
{
	size_t n = 0;

	while (at + n < text.n && text.p[at + n] == '$')
		n++;
	buf_fill(b, '$', n);
	if (at + n < text.n && text.p[at + n] == '\0')
		buf_fill(b, '$', n);
	else
		buf_fill(b, '$', n / 2 * 2);
	return at + n;
}

struct str
lw_outside(struct work *w, struct str text, bool arg)
{
	size_t at = 0;
	struct buf b = {0};
	struct str r;

	if (str_chr(text, '\0', 0) == SIZE_MAX &&
	    (!arg || str_find(text, STR("$$"), 0) == SIZE_MAX))
		return text;
	while (at < text.n) {
		char c = text.p[at];

		if (c == '\0' && at + 1 < text.n) {
			buf_put(&b, tokens[(unsigned char)text.p[at + 1]]);
			at += 2;
		} else if (c == '$' && arg) {
			at = put_dollars(&b, text, at);
		} else {
			buf_putc(&b, c);
			at++;
		}
	}
	r = arena_str(w->a, buf_str(&b));
	buf_free(&b);
	return r;
}
