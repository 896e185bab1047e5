/* SPDX-License-Identifier: Apache-2.0 */
/* Reading times by Go's layouts. */
#include <stdio.h>

#include "runtime/rego/gotime_int.h"
#include "runtime/base/banned.h"

struct reader {
	struct gotime *t;
	struct str left;
	int half;     /* 0: none; 1: before noon; 2: after */
	int year_day; /* 0: none */
	bool has_date;
};

static bool
get_number(struct reader *r, size_t least, size_t most, int *out)
{
	size_t n = 0;
	int v = 0;

	while (n < most && n < r->left.n && gotime_is_digit(r->left.p[n]))
		v = v * 10 + (r->left.p[n++] - '0');
	if (n < least)
		return false;
	r->left = str_sub(r->left, n, r->left.n);
	*out = v;
	return true;
}

static bool
same_letters(struct str s, struct str name)
{
	size_t i;

	if (s.n < name.n)
		return false;
	for (i = 0; i < name.n; i++)
		if ((s.p[i] | 0x20) != (name.p[i] | 0x20))
			return false;
	return true;
}

static bool
get_name(struct reader *r, const char *const *list, size_t n, bool is_short,
    int *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct str name = str_from(list[i]);

		if (is_short)
			name.n = 3;
		if (!same_letters(r->left, name))
			continue;
		r->left = str_sub(r->left, name.n, r->left.n);
		*out = (int)i;
		return true;
	}
	return false;
}

static bool
get_char(struct reader *r, char c)
{
	if (r->left.n == 0 || r->left.p[0] != c)
		return false;
	r->left = str_sub(r->left, 1, r->left.n);
	return true;
}

static bool
get_offset(struct reader *r, struct str text)
{
	bool colon = str_chr(text, ':', 0) < SIZE_MAX, minus;
	int h = 0, m = 0, s = 0;

	if (text.p[0] == 'Z' && get_char(r, 'Z')) {
		r->t->offset = 0;
		(void)snprintf(r->t->zone, sizeof(r->t->zone), "UTC");
		return true;
	}
	minus = get_char(r, '-');
	if ((!minus && !get_char(r, '+')) || !get_number(r, 2, 2, &h))
		return false;
	if (text.n > 3 &&
	    ((colon && !get_char(r, ':')) || !get_number(r, 2, 2, &m)))
		return false;
	if (text.n > 6 &&
	    ((colon && !get_char(r, ':')) || !get_number(r, 2, 2, &s)))
		return false;
	if (h > 24 || m >= 60 || s >= 60)
		return false;
	r->t->offset = (h * 60 + m) * 60 + s;
	if (minus)
		r->t->offset = -r->t->offset;
	return true;
}

/* Three to five capital letters; only UTC says where. */
static bool
get_zone(struct reader *r)
{
	size_t n = 0;

	while (n < r->left.n && n < 5 && r->left.p[n] >= 'A' &&
	       r->left.p[n] <= 'Z')
		n++;
	if (n < 3)
		return false;
	(void)snprintf(
	    r->t->zone, sizeof(r->t->zone), "%.*s", (int)n, r->left.p);
	r->left = str_sub(r->left, n, r->left.n);
	return true;
}

/* Point or comma, then digits, of which nine count. */
static bool
get_fraction(struct reader *r, size_t digits)
{
	int scale = 100000000, v = 0;
	size_t n = 1;

	if (r->left.n < 2 || (r->left.p[0] != '.' && r->left.p[0] != ',') ||
	    !gotime_is_digit(r->left.p[1]))
		return false;
	for (; n < r->left.n && gotime_is_digit(r->left.p[n]); n++) {
		v += (r->left.p[n] - '0') * scale;
		scale /= 10;
	}
	if (digits > 0 && n != digits + 1)
		return false;
	r->t->ns = v;
	r->left = str_sub(r->left, n, r->left.n);
	return true;
}

static bool
get_year(struct reader *r, bool is_short)
{
	int v;

	if (!get_number(r, is_short ? 2 : 4, is_short ? 2 : 4, &v))
		return false;
	r->t->year = !is_short ? v : v >= 69 ? v + 1900 : v + 2000;
	return true;
}

static bool
get_half(struct reader *r, bool small)
{
	struct str two = str_sub(r->left, 0, 2);

	if (str_eqz(two, small ? "am" : "AM"))
		r->half = 1;
	else if (str_eqz(two, small ? "pm" : "PM"))
		r->half = 2;
	else
		return false;
	r->left = str_sub(r->left, 2, r->left.n);
	return true;
}

static bool
get_literal(struct reader *r, struct str text)
{
	if (!str_starts(r->left, text))
		return false;
	r->left = str_sub(r->left, text.n, r->left.n);
	return true;
}

/* Seconds may have a fraction that the layout does not show. */
static bool
get_seconds(struct reader *r, size_t least, struct str layout)
{
	struct chunk next;

	if (!get_number(r, least, 2, &r->t->second))
		return false;
	if (gotime_next(&next, &layout) &&
	    (next.what == FRACTION || next.what == FRACTION_SHORT))
		return true;
	(void)get_fraction(r, 0);
	return true;
}

static bool
get_named(struct reader *r, enum element what)
{
	bool is_short = what == SHORT_MONTH || what == SHORT_DAY;
	int v;

	if (what == LONG_DAY || what == SHORT_DAY)
		return get_name(r, gotime_days, 7, is_short, &v);
	if (!get_name(r, gotime_months, 12, is_short, &v))
		return false;
	r->t->month = v + 1;
	return true;
}

static bool
get_date(struct reader *r, struct chunk c)
{
	switch ((int)c.what) {
	case LONG_MONTH:
	case SHORT_MONTH:
	case LONG_DAY:
	case SHORT_DAY:
		return get_named(r, c.what);
	case MONTH:
	case MONTH2:
		return get_number(r, c.text.n, 2, &r->t->month);
	case DAY_BLANK:
		(void)get_char(r, ' ');
		return get_number(r, 1, 2, &r->t->day);
	case DAY:
	case DAY2:
		return get_number(r, c.text.n, 2, &r->t->day);
	case YEAR_DAY_BLANK:
		while (get_char(r, ' '))
			;
		return get_number(r, 1, 3, &r->year_day);
	case YEAR_DAY:
		return get_number(r, 3, 3, &r->year_day);
	default:
		return get_year(r, c.what == YEAR2);
	}
}

static bool
get_below(struct reader *r, size_t least, int *out, int limit)
{
	return get_number(r, least, 2, out) && *out < limit;
}

static bool
get_clock(struct reader *r, struct chunk c, struct str layout)
{
	switch ((int)c.what) {
	case HOUR24:
		return get_below(r, 1, &r->t->hour, 24);
	case HOUR12:
	case HOUR12_2:
		return get_below(r, c.text.n, &r->t->hour, 13);
	case MINUTE:
	case MINUTE2:
		return get_below(r, c.text.n, &r->t->minute, 60);
	case SECOND:
	case SECOND2:
		return get_seconds(r, c.text.n, layout) && r->t->second < 60;
	case HALF:
	case HALF_SMALL:
		return get_half(r, c.what == HALF_SMALL);
	case ZONE:
		return get_zone(r);
	case OFFSET:
		return get_offset(r, c.text);
	case FRACTION:
		return get_fraction(r, c.text.n - 1);
	default:
		(void)get_fraction(r, 0); /* it may be missing */
		return true;
	}
}

static bool
get_chunk(struct reader *r, struct chunk c, struct str layout)
{
	if (c.what == LITERAL)
		return get_literal(r, c.text);
	return c.what < HOUR24 ? get_date(r, c) : get_clock(r, c, layout);
}

static bool
finish(struct reader *r)
{
	struct gotime *t = r->t;
	int days;

	if (r->half == 2 && t->hour < 12)
		t->hour += 12;
	else if (r->half == 1 && t->hour == 12)
		t->hour = 0;
	for (days = r->year_day; days > 0 && t->month <= 12;) {
		t->day = days;
		days -= gotime_month_days(t->year, t->month);
		if (days > 0 && ++t->month > 12)
			return false;
	}
	return t->month >= 1 && t->month <= 12 && t->day >= 1 &&
	       t->day <= gotime_month_days(t->year, t->month);
}

int
gotime_parse(
    struct gotime *t, struct str layout, struct str value, struct rt_err *err)
{
	struct reader r = {.t = t, .left = value};
	struct str whole = layout;
	struct chunk c;

	*t = (struct gotime){.month = 1, .day = 1, .zone = "UTC"};
	while (gotime_next(&c, &layout))
		if (!get_chunk(&r, c, layout))
			return rt_err_set(err, RT_EFORMAT,
			    "parsing time \"%.*s\" as \"%.*s\": cannot parse "
			    "\"%.*s\" as \"%.*s\"",
			    STR_ARG(str_clip(value, 50)),
			    STR_ARG(str_clip(whole, 50)),
			    STR_ARG(str_clip(r.left, 50)),
			    STR_ARG(str_clip(c.text, 20)));
	if (r.left.n > 0)
		return rt_err_set(err, RT_EFORMAT,
		    "parsing time \"%.*s\": extra text: \"%.*s\"",
		    STR_ARG(str_clip(value, 50)),
		    STR_ARG(str_clip(r.left, 50)));
	if (!finish(&r))
		return rt_err_set(err, RT_EFORMAT,
		    "parsing time \"%.*s\": out of range",
		    STR_ARG(str_clip(value, 50)));
	return 0;
}
