/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and moments. */
#include <stdio.h>

#include "runtime/rego/gotime.h"
#include "runtime/base/banned.h"

#define SECOND INT64_C(1000000000)
#define DAY 86400

const char *const gotime_days[7] = {"Sunday", "Monday", "Tuesday", "Wednesday",
    "Thursday", "Friday", "Saturday"};
const char *const gotime_months[12] = {"January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November",
    "December"};

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
gotime_month_days(int64_t year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of March of the year. */
static int64_t
days_to_march(int64_t year)
{
	return 365 * year + floor_div(year, 4) - floor_div(year, 100) +
	       floor_div(year, 400) - 719468;
}

/* Years begin in March: the day that leap years have is their last. */
static int64_t
days_to(int64_t year, int month, int64_t day)
{
	int m = (month + 9) % 12;

	return days_to_march(month <= 2 ? year - 1 : year) + (153 * m + 2) / 5 +
	       day - 1;
}

static void
split_days(struct gotime *t, int64_t days)
{
	int64_t year = floor_div((days + 719468) * 400, 146097);
	int64_t in_year;
	int m;

	while (days_to_march(year) > days)
		year--;
	while (days_to_march(year + 1) <= days)
		year++;
	in_year = days - days_to_march(year);
	m = (int)(5 * in_year + 2) / 153;
	t->day = (int)in_year - (153 * m + 2) / 5 + 1;
	t->month = m < 10 ? m + 3 : m - 9;
	t->year = year + (m >= 10);
}

void
gotime_split(struct gotime *t, int64_t ns)
{
	int64_t seconds = floor_div(ns, SECOND), days;
	int left;

	t->ns = (int)(ns - seconds * SECOND);
	seconds += t->offset;
	days = floor_div(seconds, DAY);
	left = (int)(seconds - days * DAY);
	split_days(t, days);
	t->hour = left / 3600;
	t->minute = left / 60 % 60;
	t->second = left % 60;
}

bool
gotime_join(const struct gotime *t, int64_t *ns)
{
	int64_t months = t->month - 1;
	int64_t year = t->year + floor_div(months, 12);
	__int128 seconds, all;

	if (year < -1000000 || year > 1000000)
		return false;
	months -= floor_div(months, 12) * 12;
	seconds = (__int128)days_to(year, (int)months + 1, t->day) * DAY +
		  (int64_t)t->hour * 3600 + (int64_t)t->minute * 60 +
		  t->second - t->offset;
	all = seconds * SECOND + t->ns;
	if (all < INT64_MIN || all > INT64_MAX)
		return false;
	*ns = (int64_t)all;
	return true;
}

int
gotime_weekday(const struct gotime *t)
{
	int64_t days = days_to(t->year, t->month, t->day) + 4;

	return (int)(days - floor_div(days, 7) * 7);
}
