/* SPDX-License-Identifier: Apache-2.0 */
/* Go's layouts: what stands for what, to print and to read. */
#include <stdio.h>

#include "runtime/rego/gotime.h"
#include "runtime/base/banned.h"

enum element {
	LITERAL,
	LONG_MONTH,
	SHORT_MONTH,
	MONTH,
	MONTH2,
	LONG_DAY,
	SHORT_DAY,
	DAY,
	DAY_BLANK,
	DAY2,
	YEAR_DAY,
	YEAR_DAY_BLANK,
	HOUR24,
	HOUR12,
	HOUR12_2,
	MINUTE,
	MINUTE2,
	SECOND,
	SECOND2,
	YEAR,
	YEAR2,
	HALF,
	HALF_SMALL,
	ZONE,
	OFFSET, /* -07 and so on */
	FRACTION,
	FRACTION_SHORT
};

static const struct {
	struct str text;
	enum element what;
} elements[] = {
    {STR_INIT("January"), LONG_MONTH},
    {STR_INIT("Jan"), SHORT_MONTH},
    {STR_INIT("Monday"), LONG_DAY},
    {STR_INIT("Mon"), SHORT_DAY},
    {STR_INIT("MST"), ZONE},
    {STR_INIT("002"), YEAR_DAY},
    {STR_INIT("01"), MONTH2},
    {STR_INIT("02"), DAY2},
    {STR_INIT("03"), HOUR12_2},
    {STR_INIT("04"), MINUTE2},
    {STR_INIT("05"), SECOND2},
    {STR_INIT("06"), YEAR2},
    {STR_INIT("15"), HOUR24},
    {STR_INIT("1"), MONTH},
    {STR_INIT("2006"), YEAR},
    {STR_INIT("2"), DAY},
    {STR_INIT("__2"), YEAR_DAY_BLANK},
    {STR_INIT("_2006"), LITERAL},
    {STR_INIT("_2"), DAY_BLANK},
    {STR_INIT("3"), HOUR12},
    {STR_INIT("4"), MINUTE},
    {STR_INIT("5"), SECOND},
    {STR_INIT("PM"), HALF},
    {STR_INIT("pm"), HALF_SMALL},
    {STR_INIT("-07:00:00"), OFFSET},
    {STR_INIT("-070000"), OFFSET},
    {STR_INIT("-07:00"), OFFSET},
    {STR_INIT("-0700"), OFFSET},
    {STR_INIT("-07"), OFFSET},
    {STR_INIT("Z07:00:00"), OFFSET},
    {STR_INIT("Z070000"), OFFSET},
    {STR_INIT("Z07:00"), OFFSET},
    {STR_INIT("Z0700"), OFFSET},
    {STR_INIT("Z07"), OFFSET},
};

static const struct {
	const char *name;
	struct str layout;
} names[] = {
    {"ANSIC", STR_INIT("Mon Jan _2 15:04:05 2006")},
    {"UnixDate", STR_INIT("Mon Jan _2 15:04:05 MST 2006")},
    {"RubyDate", STR_INIT("Mon Jan 02 15:04:05 -0700 2006")},
    {"RFC822", STR_INIT("02 Jan 06 15:04 MST")},
    {"RFC822Z", STR_INIT("02 Jan 06 15:04 -0700")},
    {"RFC850", STR_INIT("Monday, 02-Jan-06 15:04:05 MST")},
    {"RFC1123", STR_INIT("Mon, 02 Jan 2006 15:04:05 MST")},
    {"RFC1123Z", STR_INIT("Mon, 02 Jan 2006 15:04:05 -0700")},
    {"RFC3339", STR_INIT("2006-01-02T15:04:05Z07:00")},
    {"RFC3339Nano", STR_INIT("2006-01-02T15:04:05.999999999Z07:00")},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct str
gotime_layout(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (str_eqz(name, names[i].name))
			return names[i].layout;
	return name;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct chunk {
	enum element what;
	struct str text;
};

/* ".000" or ",999": no digit follows. */
static bool
fraction(struct chunk *c, struct str layout, size_t i)
{
	char digit = i + 1 < layout.n ? layout.p[i + 1] : 0;
	size_t end = i + 1;

	if ((layout.p[i] != '.' && layout.p[i] != ',') ||
	    (digit != '0' && digit != '9'))
		return false;
	while (end < layout.n && layout.p[end] == digit)
		end++;
	if (end < layout.n && is_digit(layout.p[end]))
		return false;
	c->what = digit == '0' ? FRACTION : FRACTION_SHORT;
	c->text = str_sub(layout, i, end);
	return true;
}

static bool
element_at(struct chunk *c, struct str layout, size_t i)
{
	struct str rest = str_sub(layout, i, layout.n);
	size_t k;

	for (k = 0; k < COUNT(elements); k++) {
		struct str text = elements[k].text;
		enum element what = elements[k].what;
		char after = rest.n > text.n ? rest.p[text.n] : 0;

		if (!str_starts(rest, text) ||
		    ((what == SHORT_MONTH || what == SHORT_DAY) &&
			after >= 'a' && after <= 'z'))
			continue;
		if (what == LITERAL)
			return false;
		*c = (struct chunk){what, text};
		return true;
	}
	return fraction(c, layout, i);
}

/* The next element, or the text up to it. */
static bool
next_chunk(struct chunk *c, struct str *layout)
{
	struct chunk at;
	size_t i = 0;

	if (layout->n == 0)
		return false;
	while (i < layout->n && !element_at(&at, *layout, i))
		i++;
	*c = i > 0 ? (struct chunk){LITERAL, str_sub(*layout, 0, i)} : at;
	*layout = str_sub(*layout, c->text.n, layout->n);
	return true;
}

static int
year_day(const struct gotime *t)
{
	int m, days = t->day;

	for (m = 1; m < t->month; m++)
		days += gotime_month_days(t->year, m);
	return days;
}

static void
put_offset(struct buf *out, const struct gotime *t, struct str text)
{
	bool colon = str_chr(text, ':', 0) < SIZE_MAX;
	int at = t->offset < 0 ? -t->offset : t->offset;

	if (text.p[0] == 'Z' && t->offset == 0) {
		buf_putc(out, 'Z');
		return;
	}
	buf_printf(out, "%c%02d", t->offset < 0 ? '-' : '+', at / 3600);
	if (text.n > 3)
		buf_printf(out, "%s%02d", colon ? ":" : "", at / 60 % 60);
	if (text.n > 6)
		buf_printf(out, "%s%02d", colon ? ":" : "", at % 60);
}

static void
put_fraction(struct buf *out, const struct gotime *t, struct chunk c)
{
	char digits[12];
	size_t n = c.text.n - 1;

	(void)snprintf(digits, sizeof(digits), "%09u", (unsigned)t->ns);
	if (n > 9)
		n = 9;
	while (c.what == FRACTION_SHORT && n > 0 && digits[n - 1] == '0')
		n--;
	if (n == 0)
		return;
	buf_putc(out, c.text.p[0]);
	buf_put(out, (struct str){digits, n});
}

static int
hour12(const struct gotime *t)
{
	return t->hour % 12 == 0 ? 12 : t->hour % 12;
}

/* What is a number; its form is by element. */
static bool
put_number(struct buf *out, const struct gotime *t, enum element what)
{
	const struct {
		enum element what;
		int64_t value;
		const char *form;
	} numbers[] = {{MONTH, t->month, "%lld"}, {MONTH2, t->month, "%02lld"},
	    {DAY, t->day, "%lld"}, {DAY_BLANK, t->day, "%2lld"},
	    {DAY2, t->day, "%02lld"}, {YEAR_DAY, year_day(t), "%03lld"},
	    {YEAR_DAY_BLANK, year_day(t), "%3lld"}, {HOUR24, t->hour, "%02lld"},
	    {HOUR12, hour12(t), "%lld"}, {HOUR12_2, hour12(t), "%02lld"},
	    {MINUTE, t->minute, "%lld"}, {MINUTE2, t->minute, "%02lld"},
	    {SECOND, t->second, "%lld"}, {SECOND2, t->second, "%02lld"},
	    {YEAR, t->year, "%04lld"}, {YEAR2, t->year % 100, "%02lld"}};
	char text[32];
	size_t i;

	for (i = 0; i < COUNT(numbers); i++)
		if (numbers[i].what == what) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			(void)snprintf(text, sizeof(text), numbers[i].form,
			    (long long)numbers[i].value);
#pragma GCC diagnostic pop
			buf_puts(out, text);
			return true;
		}
	return false;
}

static void
put_name(struct buf *out, const struct gotime *t, enum element what)
{
	const char *month = gotime_months[t->month - 1];
	const char *day = gotime_days[gotime_weekday(t)];
	bool is_month = what == LONG_MONTH || what == SHORT_MONTH;
	struct str name = str_from(is_month ? month : day);

	if (what == SHORT_MONTH || what == SHORT_DAY)
		name.n = 3;
	buf_put(out, name);
}

static void
put_chunk(struct buf *out, const struct gotime *t, struct chunk c)
{
	if (c.what == LITERAL)
		buf_put(out, c.text);
	else if (c.what == FRACTION || c.what == FRACTION_SHORT)
		put_fraction(out, t, c);
	else if (c.what == OFFSET)
		put_offset(out, t, c.text);
	else if (c.what == ZONE)
		buf_puts(out, t->zone);
	else if (c.what == HALF || c.what == HALF_SMALL)
		buf_puts(out, c.what == HALF ? (t->hour < 12 ? "AM" : "PM")
					     : (t->hour < 12 ? "am" : "pm"));
	else if (!put_number(out, t, c.what))
		put_name(out, t, c.what);
}

void
gotime_format(struct buf *out, const struct gotime *t, struct str layout)
{
	struct chunk c;

	while (next_chunk(&c, &layout))
		put_chunk(out, t, c);
}

/* Reading. */
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

	while (n < most && n < r->left.n && is_digit(r->left.p[n]))
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
	    !is_digit(r->left.p[1]))
		return false;
	for (; n < r->left.n && is_digit(r->left.p[n]); n++) {
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
	if (next_chunk(&next, &layout) &&
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
get_chunk(struct reader *r, struct chunk c, struct str layout)
{
	switch (c.what) {
	case LITERAL:
		return get_literal(r, c.text);
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
	case HOUR24:
		return get_number(r, 1, 2, &r->t->hour) && r->t->hour < 24;
	case HOUR12:
	case HOUR12_2:
		return get_number(r, c.text.n, 2, &r->t->hour) &&
		       r->t->hour <= 12;
	case MINUTE:
	case MINUTE2:
		return get_number(r, c.text.n, 2, &r->t->minute) &&
		       r->t->minute < 60;
	case SECOND:
	case SECOND2:
		return get_seconds(r, c.text.n, layout) && r->t->second < 60;
	case YEAR:
	case YEAR2:
		return get_year(r, c.what == YEAR2);
	case HALF:
	case HALF_SMALL:
		return get_half(r, c.what == HALF_SMALL);
	case ZONE:
		return get_zone(r);
	case OFFSET:
		return get_offset(r, c.text);
	case FRACTION:
		return get_fraction(r, c.text.n - 1);
	case FRACTION_SHORT:
		(void)get_fraction(r, 0);
		return true;
	}
	return false;
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
	while (next_chunk(&c, &layout))
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
