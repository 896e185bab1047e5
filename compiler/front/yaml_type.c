/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types of scalars, as the clients of Kubernetes see them: YAML 1.1 booleans,
 * Go's integers (base prefixes, leading 0 for octal, underscores anywhere),
 * decimal floats; times stay strings.  "08" is no octal number and falls
 * through to a float; a float out of range stays a string.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/yaml_int.h"
#include "runtime/base/encode.h"

#include "runtime/base/banned.h"

#define NUMBER_TEXT_MAX 512

static const struct {
	const char *tag;
	enum yaml_tag value;
} tags[] = {
    {"tag:yaml.org,2002:str", YAML_TAG_STR},
    {"tag:yaml.org,2002:bool", YAML_TAG_BOOL},
    {"tag:yaml.org,2002:int", YAML_TAG_INT},
    {"tag:yaml.org,2002:float", YAML_TAG_FLOAT},
    {"tag:yaml.org,2002:null", YAML_TAG_NULL},
    {"tag:yaml.org,2002:timestamp", YAML_TAG_TIMESTAMP},
    {"tag:yaml.org,2002:binary", YAML_TAG_BINARY},
};

enum yaml_tag
yaml_tag_of(const char *tag)
{
	size_t i;

	if (tag == NULL || tag[0] == '\0')
		return YAML_TAG_NONE;
	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (strcmp(tag, tags[i].tag) == 0)
			return tags[i].value;
	}
	return YAML_TAG_OTHER;
}

static const struct {
	struct str word;
	enum yaml_kind kind;
} words[] = {
    {STR_INIT("y"), YAML_BOOL},
    {STR_INIT("Y"), YAML_BOOL},
    {STR_INIT("yes"), YAML_BOOL},
    {STR_INIT("Yes"), YAML_BOOL},
    {STR_INIT("YES"), YAML_BOOL},
    {STR_INIT("true"), YAML_BOOL},
    {STR_INIT("True"), YAML_BOOL},
    {STR_INIT("TRUE"), YAML_BOOL},
    {STR_INIT("on"), YAML_BOOL},
    {STR_INIT("On"), YAML_BOOL},
    {STR_INIT("ON"), YAML_BOOL},
    {STR_INIT("n"), YAML_BOOL},
    {STR_INIT("N"), YAML_BOOL},
    {STR_INIT("no"), YAML_BOOL},
    {STR_INIT("No"), YAML_BOOL},
    {STR_INIT("NO"), YAML_BOOL},
    {STR_INIT("false"), YAML_BOOL},
    {STR_INIT("False"), YAML_BOOL},
    {STR_INIT("FALSE"), YAML_BOOL},
    {STR_INIT("off"), YAML_BOOL},
    {STR_INIT("Off"), YAML_BOOL},
    {STR_INIT("OFF"), YAML_BOOL},
    {STR_INIT("~"), YAML_NULL},
    {STR_INIT("null"), YAML_NULL},
    {STR_INIT("Null"), YAML_NULL},
    {STR_INIT("NULL"), YAML_NULL},
    {STR_INIT(".nan"), YAML_FLOAT},
    {STR_INIT(".NaN"), YAML_FLOAT},
    {STR_INIT(".NAN"), YAML_FLOAT},
    {STR_INIT(".inf"), YAML_FLOAT},
    {STR_INIT(".Inf"), YAML_FLOAT},
    {STR_INIT(".INF"), YAML_FLOAT},
    {STR_INIT("+.inf"), YAML_FLOAT},
    {STR_INIT("+.Inf"), YAML_FLOAT},
    {STR_INIT("+.INF"), YAML_FLOAT},
    {STR_INIT("-.inf"), YAML_FLOAT},
    {STR_INIT("-.Inf"), YAML_FLOAT},
    {STR_INIT("-.INF"), YAML_FLOAT},
};

static bool
is_word(struct str s, enum yaml_kind *out)
{
	size_t i;

	if (s.n == 0 || s.n > 5)
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].word.p[0] == s.p[0] && str_eq(words[i].word, s)) {
			*out = words[i].kind;
			return true;
		}
	}
	return false;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The text without underscores, as a C string; false if it is too long. */
static bool
strip(char out[NUMBER_TEXT_MAX], struct str s)
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '_')
			continue;
		if (n + 1 >= NUMBER_TEXT_MAX || s.p[i] == '\0')
			return false;
		out[n++] = s.p[i];
	}
	out[n] = '\0';
	return true;
}

static int
digit_value(char c)
{
	if (digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

static int
base_of(const char **p)
{
	const char *z = *p;
	int base = 10;

	if (z[0] != '0' || z[1] == '\0')
		return 10;
	switch (z[1] | 0x20) {
	case 'x':
		base = 16;
		break;
	case 'o':
		base = 8;
		break;
	case 'b':
		base = 2;
		break;
	default:
		*p = z + 1;
		return 8;
	}
	*p = z + 2;
	return base;
}

/* An integer as Go's ParseInt (base 0) reads it; without sign up to 2^64-1. */
static bool
parse_int(const char *z, bool *negative, uint64_t *out)
{
	bool sign = *z == '-' || *z == '+';
	uint64_t v = 0;
	int base, d;

	*negative = *z == '-';
	z += sign;
	base = base_of(&z);
	if (*z == '\0')
		return false;
	for (; *z != '\0'; z++) {
		d = digit_value(*z);
		if (d >= base || __builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, d, &v))
			return false;
	}
	*out = v;
	if (*negative)
		return v <= (uint64_t)INT64_MAX + 1;
	return !sign || v <= INT64_MAX;
}

/* [-+]? ( . digits | digits [. digits*] ) [e [-+] digits] */
static bool
is_float(const char *z)
{
	size_t whole, part = 0;

	if (*z == '-' || *z == '+')
		z++;
	whole = strspn(z, "0123456789");
	z += whole;
	if (*z == '.') {
		part = strspn(z + 1, "0123456789");
		z += 1 + part;
	}
	if (whole == 0 && part == 0)
		return false;
	if (*z == 'e' || *z == 'E') {
		z++;
		if (*z == '-' || *z == '+')
			z++;
		if (!digit(*z))
			return false;
		z += strspn(z, "0123456789");
	}
	return *z == '\0';
}

static bool
parse_float(const char *z, double *out)
{
	if (!is_float(z))
		return false;
	*out = strtod(z, NULL);
	return !isinf(*out);
}

/* Are underscores only between digits? */
static bool
between_digits(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '_' &&
		    (i + 1 == s.n || !digit(s.p[i - 1]) || !digit(s.p[i + 1])))
			return false;
	}
	return true;
}

static enum yaml_kind
number_kind(struct str s)
{
	char plain[NUMBER_TEXT_MAX];
	uint64_t u;
	double f;
	bool neg;

	if (!strip(plain, s) || (s.p[0] == '.' && !between_digits(s)))
		return YAML_STRING;
	if (s.p[0] == '.')
		return parse_float(plain, &f) ? YAML_FLOAT : YAML_STRING;
	if (parse_int(plain, &neg, &u))
		return YAML_INT;
	return parse_float(plain, &f) ? YAML_FLOAT : YAML_STRING;
}

static enum yaml_kind
guess(struct str s)
{
	enum yaml_kind kind;

	if (s.n == 0)
		return YAML_NULL;
	switch (s.p[0]) {
	case '+':
	case '-':
	case '.':
		if (is_word(s, &kind))
			return kind;
		return number_kind(s);
	case '~':
		return is_word(s, &kind) ? kind : YAML_STRING;
	default:
		if (digit(s.p[0]))
			return number_kind(s);
		if (strchr("yYnNtTfFoO", s.p[0]) != NULL && is_word(s, &kind))
			return kind;
		return YAML_STRING;
	}
}

/* Go turns signed integers into floats where a tag asks for it, no others. */
static bool
fits_int64(struct str s)
{
	char plain[NUMBER_TEXT_MAX];
	uint64_t u;
	bool neg;

	return strip(plain, s) && parse_int(plain, &neg, &u) &&
	       (neg || u <= INT64_MAX);
}

static bool
two_digits(struct str *s, char behind)
{
	size_t n = 0;

	while (n < s->n && n < 2 && digit(s->p[n]))
		n++;
	if (n == 0 || (behind != '\0' && (n == s->n || s->p[n] != behind)))
		return false;
	*s = str_sub(*s, n + (behind != '\0'), s->n);
	return true;
}

/* Does it look like one of the four forms of time that Go's clients know? */
static bool
is_time(struct str s)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		if (i >= s.n || !digit(s.p[i]))
			return false;
	}
	if (s.n < 5 || s.p[4] != '-')
		return false;
	s = str_sub(s, 5, s.n);
	if (!two_digits(&s, '-') || !two_digits(&s, '\0'))
		return false;
	if (s.n == 0)
		return true;
	if (strchr("Tt ", s.p[0]) == NULL)
		return false;
	s = str_sub(s, 1, s.n);
	return two_digits(&s, ':') && two_digits(&s, ':') &&
	       two_digits(&s, '\0');
}

bool
yaml_type(enum yaml_kind *out, enum yaml_tag tag, struct str text)
{
	static const enum yaml_kind want[] = {
	    [YAML_TAG_BOOL] = YAML_BOOL,
	    [YAML_TAG_INT] = YAML_INT,
	    [YAML_TAG_FLOAT] = YAML_FLOAT,
	    [YAML_TAG_NULL] = YAML_NULL,
	};

	*out = YAML_STRING;
	switch (tag) {
	case YAML_TAG_STR:
	case YAML_TAG_BINARY:
	case YAML_TAG_OTHER:
		return true;
	case YAML_TAG_TIMESTAMP:
		return is_time(text);
	case YAML_TAG_NONE:
		*out = guess(text);
		return true;
	case YAML_TAG_BOOL:
	case YAML_TAG_INT:
	case YAML_TAG_FLOAT:
	case YAML_TAG_NULL:
	default:
		*out = guess(text);
		if (*out == YAML_INT && tag == YAML_TAG_FLOAT &&
		    fits_int64(text))
			*out = YAML_FLOAT;
		return *out == want[tag];
	}
}

/* Removes zeros in front of the digits of an exponent: "e-09" to "e-9". */
static void
short_exponent(char *z, size_t least)
{
	char *e = strchr(z, 'e');
	size_t n;

	if (e == NULL)
		return;
	e += 2;
	n = strlen(e);
	while (n > least && *e == '0') {
		memmove(e, e + 1, n);
		n--;
	}
}

/* The fewest decimals of an exponent form that read back as the number. */
static int
shortest(char out[YAML_NUMBER_MAX], double f)
{
	int prec;

	for (prec = 0; prec <= 17; prec++) {
		(void)snprintf(out, YAML_NUMBER_MAX, "%.*e", prec, f);
		if (strtod(out, NULL) == f)
			break;
	}
	return prec;
}

/* "-1.25e+20" as digits with zeros behind. */
static void
expand(char out[YAML_NUMBER_MAX], int exp)
{
	char digits[YAML_NUMBER_MAX];
	size_t n = 0;
	const char *z;

	for (z = out; *z != 'e'; z++) {
		if (*z != '.')
			digits[n++] = *z;
	}
	for (exp -= (int)(n - 1 - (out[0] == '-')); exp > 0; exp--)
		digits[n++] = '0';
	memcpy(out, digits, n);
	out[n] = '\0';
}

/* The shortest text that reads back as the same number, in Go's JSON form. */
static void
print_float(char out[YAML_NUMBER_MAX], double f)
{
	double abs = fabs(f);
	int prec = shortest(out, f);
	int exp = (int)strtol(strchr(out, 'e') + 1, NULL, 10);

	if (abs != 0 && (abs < 1e-6 || abs >= 1e21))
		short_exponent(out, 1);
	else if (exp > prec)
		expand(out, exp);
	else
		(void)snprintf(out, YAML_NUMBER_MAX, "%.*f", prec - exp, f);
}

static double
float_of(struct str text)
{
	char plain[NUMBER_TEXT_MAX];
	enum yaml_kind kind;
	uint64_t u;
	bool neg;

	if (is_word(text, &kind)) {
		if (text.p[text.n - 1] == 'n' || text.p[text.n - 1] == 'N')
			return NAN;
		return text.p[0] == '-' ? -INFINITY : INFINITY;
	}
	if (!strip(plain, text))
		return 0;
	if (plain[0] != '.' && parse_int(plain, &neg, &u))
		return neg ? -(double)u : (double)u;
	return strtod(plain, NULL);
}

static bool
copy_text(char out[YAML_NUMBER_MAX], struct str s)
{
	if (s.n >= YAML_NUMBER_MAX)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

bool
yaml_number(char out[YAML_NUMBER_MAX], const struct yaml_node *n)
{
	char plain[NUMBER_TEXT_MAX];
	uint64_t u = 0;
	bool neg = false;
	double f;

	if (n->json && copy_text(out, n->text))
		return true;
	if (n->kind == YAML_INT) {
		if (strip(plain, n->text))
			(void)parse_int(plain, &neg, &u);
		(void)snprintf(out, YAML_NUMBER_MAX, "%s%llu",
		    neg && u != 0 ? "-" : "", (unsigned long long)u);
		return true;
	}
	f = float_of(n->text);
	if (isnan(f) || isinf(f))
		return false;
	print_float(out, f);
	return true;
}

/* Go's 'g' form of a 32-bit float, shortest. */
static void
print_float32(char out[YAML_NUMBER_MAX], double f)
{
	float g = (float)f;
	int prec, exp;

	if (isnan(f) || isinf(g)) {
		(void)copy_text(out, isnan(f) ? STR(".nan")
				     : f < 0  ? STR("-.inf")
					      : STR(".inf"));
		return;
	}
	for (prec = 0; prec < 9; prec++) {
		(void)snprintf(out, YAML_NUMBER_MAX, "%.*e", prec, (double)g);
		if (strtof(out, NULL) == g)
			break;
	}
	exp = (int)strtol(strchr(out, 'e') + 1, NULL, 10);
	if (exp < -4 || exp >= 6)
		return;
	prec = prec > exp ? prec - exp : 0;
	(void)snprintf(out, YAML_NUMBER_MAX, "%.*f", prec, (double)g);
}

bool
yaml_key_text(struct arena *a, const struct yaml_node *key, struct str *out)
{
	char text[YAML_NUMBER_MAX];

	switch (key->kind) {
	case YAML_STRING:
		*out = key->text;
		return true;
	case YAML_BOOL:
		*out = strchr("yYtT", key->text.p[0]) != NULL ||
			       str_eqz(key->text, "on") ||
			       str_eqz(key->text, "On") ||
			       str_eqz(key->text, "ON")
			   ? STR("true")
			   : STR("false");
		return true;
	case YAML_INT:
		(void)yaml_number(text, key);
		/* Beyond 63 bits Go has another type and no string for it. */
		errno = 0;
		(void)strtoll(text, NULL, 10);
		if (errno != 0)
			return false;
		*out = arena_str(a, str_from(text));
		return true;
	case YAML_FLOAT:
		print_float32(text, float_of(key->text));
		*out = arena_str(a, str_from(text));
		return true;
	case YAML_NULL:
	case YAML_SEQ:
	case YAML_MAP:
	case YAML_ALIAS:
	default:
		return false;
	}
}
