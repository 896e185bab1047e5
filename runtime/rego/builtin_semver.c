/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic Versioning 2.0.0 (rego 9.6). */
#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

struct version {
	struct str core[3], pre; /* decimal digits without zeros in front */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_number(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static bool
has_leading_zero(struct str s)
{
	return s.n > 1 && s.p[0] == '0';
}

/* Cuts what stands before `c`; all of it if there is none. */
static struct str
cut(struct str *rest, char c)
{
	size_t i = str_chr(*rest, c, 0);
	struct str part = str_sub(*rest, 0, i);

	*rest = str_sub(*rest, i < SIZE_MAX ? i + 1 : rest->n, rest->n);
	return part;
}

/* Identifiers with dots between them; `strict`: of a pre-release. */
static bool
are_identifiers(struct str s, bool strict)
{
	size_t i, dots = 0;
	struct str part;

	for (i = 0; i < s.n; i++) {
		char low = (char)(s.p[i] | 0x20);

		if (!is_digit(s.p[i]) && !(low >= 'a' && low <= 'z') &&
		    s.p[i] != '-' && s.p[i] != '.')
			return false;
		dots += s.p[i] == '.';
	}
	for (i = 0; i <= dots; i++) {
		part = cut(&s, '.');
		if (part.n == 0 ||
		    (strict && is_number(part) && has_leading_zero(part)))
			return false;
	}
	return true;
}

static bool
parse(struct version *v, struct str s)
{
	size_t plus = str_chr(s, '+', 0), minus;
	struct str build, core;
	int i;

	build = str_sub(s, plus < SIZE_MAX ? plus + 1 : s.n, s.n);
	if (plus < SIZE_MAX && !are_identifiers(build, false))
		return false;
	s = str_sub(s, 0, plus);
	minus = str_chr(s, '-', 0);
	v->pre = str_sub(s, minus < SIZE_MAX ? minus + 1 : s.n, s.n);
	if (minus < SIZE_MAX && !are_identifiers(v->pre, true))
		return false;
	core = str_sub(s, 0, minus);
	for (i = 0; i < 3; i++) {
		if (i < 2 && str_chr(core, '.', 0) == SIZE_MAX)
			return false;
		v->core[i] = i < 2 ? cut(&core, '.') : core;
		if (!is_number(v->core[i]) || has_leading_zero(v->core[i]))
			return false;
	}
	return true;
}

static int
sign(int n)
{
	return n < 0 ? -1 : n > 0;
}

static int
compare_numbers(struct str a, struct str b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return sign(str_cmp(a, b));
}

static int
compare_identifiers(struct str a, struct str b)
{
	bool x = is_number(a), y = is_number(b);

	if (x != y)
		return x ? -1 : 1;
	return x ? compare_numbers(a, b) : sign(str_cmp(a, b));
}

/* Without a pre-release is later than with one. */
static int
compare_pre(struct str a, struct str b)
{
	int c;

	if (a.n == 0 || b.n == 0)
		return a.n == b.n ? 0 : (a.n == 0 ? 1 : -1);
	while (a.n > 0 && b.n > 0) {
		c = compare_identifiers(cut(&a, '.'), cut(&b, '.'));
		if (c != 0)
			return c;
	}
	return a.n == b.n ? 0 : (a.n > 0 ? 1 : -1);
}

static int
compare(const struct version *a, const struct version *b)
{
	int i, c;

	for (i = 0; i < 3; i++) {
		c = compare_numbers(a->core[i], b->core[i]);
		if (c != 0)
			return c;
	}
	return compare_pre(a->pre, b->pre);
}

rv
rego_fn_semver_is_valid(struct rego_call *c)
{
	struct version v;

	return rv_bool(
	    rv_type(c->args[0]) == RV_TSTRING && parse(&v, rego_str(c, 0)));
}

rv
rego_fn_semver_compare(struct rego_call *c)
{
	struct version v[2];
	unsigned i;

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	for (i = 0; i < 2; i++)
		if (!parse(&v[i], rego_str(c, i)))
			return rego_fail(c, REGO_EBUILTIN,
			    "operand %u: string \"%.*s\" is not a valid "
			    "SemVer",
			    i + 1, STR_ARG(str_clip(rego_str(c, i), 100)));
	return rego_int(c, compare(&v[0], &v[1]));
}
