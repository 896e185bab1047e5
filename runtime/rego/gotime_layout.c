/* SPDX-License-Identifier: Apache-2.0 */
/* Go's layouts: what stands for what, and printing. */
#include <stdio.h>

#include "runtime/rego/gotime_int.h"
#include "runtime/base/banned.h"

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
	if (end < layout.n && gotime_is_digit(layout.p[end]))
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

bool
gotime_next(struct chunk *c, struct str *layout)
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

	while (gotime_next(&c, &layout))
		put_chunk(out, t, c);
}
