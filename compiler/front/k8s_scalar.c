/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that stand for something: quantities, times, base64. */
#include <string.h>

#include "compiler/front/k8s_field_int.h"
#include "runtime/base/banned.h"

static size_t
skip_digits(struct str s, size_t i)
{
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i;
}

/* Powers of ten, powers of two, decimal exponent. */
static bool
is_suffix(struct str s)
{
	static const char *const known[] = {"", "n", "u", "m", "k", "M", "G",
	    "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (str_eqz(s, known[i]))
			return true;
	}
	if (s.p[0] != 'e' && s.p[0] != 'E')
		return false;
	i = s.n > 1 && (s.p[1] == '+' || s.p[1] == '-') ? 2 : 1;
	return i < s.n && skip_digits(s, i) == s.n;
}

bool
k8s_is_quantity(struct str s)
{
	size_t i, whole, part;

	s = str_trim(s);
	i = s.n > 0 && (s.p[0] == '+' || s.p[0] == '-') ? 1 : 0;
	whole = skip_digits(s, i);
	part = whole;
	if (part < s.n && s.p[part] == '.')
		part = skip_digits(s, part + 1);
	/* At least one digit, before or behind the point. */
	if (part == i || (whole == i && part == i + 1))
		return false;
	return is_suffix(str_sub(s, part, s.n));
}

/* Digits where the pattern has '0', else the same byte. */
static bool
has_form(struct str s, const char *form)
{
	size_t i;

	if (s.n < strlen(form))
		return false;
	for (i = 0; form[i] != '\0'; i++) {
		if (form[i] != '0' ? s.p[i] != form[i]
				   : s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return true;
}

bool
k8s_is_time(struct str s)
{
	static const char form[] = "0000-00-00T00:00:00";
	size_t end;

	if (!has_form(s, form))
		return false;
	s = str_sub(s, sizeof(form) - 1, s.n);
	if (s.n > 0 && s.p[0] == '.') {
		end = skip_digits(s, 1);
		if (end == 1)
			return false;
		s = str_sub(s, end, s.n);
	}
	if (str_eqz(s, "Z"))
		return true;
	return s.n == 6 && (has_form(s, "+00:00") || has_form(s, "-00:00"));
}

static bool
is_base64_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool
k8s_is_base64(struct str s)
{
	size_t i, n = 0, pad = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' || s.p[i] == '\r')
			continue;
		if (s.p[i] == '=')
			pad++;
		else if (pad > 0 || !is_base64_char(s.p[i]))
			return false;
		n++;
	}
	return n % 4 == 0 && pad <= 2;
}
