/* SPDX-License-Identifier: Apache-2.0 */
/* Times (rego 9.6). */
#include <stdio.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/rego/gotime.h"
#include "runtime/rego/value_int.h"
#include "runtime/base/banned.h"

static rv
out_of_range(struct rego_call *c)
{
	return rego_fail(c, REGO_EBUILTIN, "time outside of valid range");
}

static bool
moment(struct rego_call *c, unsigned i, rv v, int64_t *ns)
{
	if (rv_type(v) != RV_TNUMBER) {
		(void)rego_bad_operand(
		    c, i, "must be number but got %s", rv_type_name(v));
		return false;
	}
	if (!rv_is_integer(v)) {
		(void)rego_bad_operand(c, i,
		    "must be integer number but got floating-point number");
		return false;
	}
	if (!rv_to_int64(v, ns)) {
		(void)rego_fail(c, REGO_EBUILTIN, "timestamp too big");
		return false;
	}
	return true;
}

/* A moment with its zone and, for time.format, a layout. */
struct when {
	struct gotime t;
	int64_t ns;
	struct str zone, layout;
	bool has_layout;
};

static bool
when_strings(struct rego_call *c, unsigned i, struct when *w)
{
	rv v = c->args[i];
	size_t k;

	for (k = 1; k < rv_count(v); k++)
		if (rv_type(rv_items(v)[k]) != RV_TSTRING) {
			(void)rego_bad_operand(c, i,
			    "must be string but got %s",
			    rv_type_name(rv_items(v)[k]));
			return false;
		}
	w->zone = rv_str(rv_items(v)[1]);
	w->has_layout = rv_count(v) == 3;
	if (w->has_layout)
		w->layout = gotime_layout(rv_str(rv_items(v)[2]));
	return true;
}

/* ns, [ns, zone] or [ns, zone, layout]. */
static bool
want_when(struct rego_call *c, unsigned i, struct when *w, size_t most)
{
	struct rt_err err = {0};
	rv v = c->args[i];

	*w = (struct when){.layout = gotime_layout(STR("RFC3339Nano"))};
	if (!rego_want(c, i, REGO_IS(RV_TNUMBER) | REGO_IS(RV_TARRAY),
		"{number, array}"))
		return false;
	if (rv_type(v) == RV_TNUMBER) {
		if (!moment(c, i, v, &w->ns))
			return false;
	} else if (rv_count(v) < 2 || rv_count(v) > most) {
		(void)rego_bad_operand(c, i, "must be array of [ns, zone]");
		return false;
	} else if (!moment(c, i, rv_items(v)[0], &w->ns) ||
		   !when_strings(c, i, w))
		return false;
	if (gotime_zone(&w->t, w->zone, w->ns, &err) != 0) {
		(void)rego_fail(c, REGO_EBUILTIN, "%s", err.text);
		return false;
	}
	gotime_split(&w->t, w->ns);
	return true;
}

rv
rego_fn_time_now_ns(struct rego_call *c)
{
	return rego_int(c, c->env->now_ns);
}

static rv
parsed(struct rego_call *c, struct str layout, struct str value)
{
	struct rt_err err = {0};
	struct gotime t;
	int64_t ns;

	if (gotime_parse(&t, layout, value, &err) != 0)
		return rego_fail(c, REGO_EBUILTIN, "%.200s", err.text);
	return gotime_join(&t, &ns) ? rego_int(c, ns) : out_of_range(c);
}

rv
rego_fn_time_parse_ns(struct rego_call *c)
{
	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	return parsed(c, gotime_layout(rego_str(c, 0)), rego_str(c, 1));
}

rv
rego_fn_time_parse_rfc3339_ns(struct rego_call *c)
{
	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	return parsed(c, gotime_layout(STR("RFC3339")), rego_str(c, 0));
}

/* Digits of the fraction by threes. */
static struct str
rust_layout(const struct gotime *t)
{
	if (t->ns == 0)
		return STR("2006-01-02T15:04:05Z07:00");
	if (t->ns % 1000000 == 0)
		return STR("2006-01-02T15:04:05.000Z07:00");
	return t->ns % 1000 == 0 ? STR("2006-01-02T15:04:05.000000Z07:00")
				 : STR("2006-01-02T15:04:05.000000000Z07:00");
}

rv
rego_fn_time_format(struct rego_call *c)
{
	struct buf *b = rego_text(c);
	struct when w;

	if (!want_when(c, 0, &w, 3))
		return RV_UNDEFINED;
	if (!w.has_layout && !rego_is_go(c))
		w.layout = rust_layout(&w.t);
	gotime_format(b, &w.t, w.layout);
	return rego_text_done(c, b);
}

static rv
numbers(struct rego_call *c, const int64_t *n, size_t count)
{
	rv v[6];
	size_t i;

	for (i = 0; i < count; i++)
		v[i] = rego_int(c, n[i]);
	return rv_array_of(c->heap, v, count);
}

rv
rego_fn_time_date(struct rego_call *c)
{
	struct when w;

	if (!want_when(c, 0, &w, 2))
		return RV_UNDEFINED;
	return numbers(c, (const int64_t[]){w.t.year, w.t.month, w.t.day}, 3);
}

rv
rego_fn_time_clock(struct rego_call *c)
{
	struct when w;

	if (!want_when(c, 0, &w, 2))
		return RV_UNDEFINED;
	return numbers(
	    c, (const int64_t[]){w.t.hour, w.t.minute, w.t.second}, 3);
}

rv
rego_fn_time_weekday(struct rego_call *c)
{
	struct when w;

	if (!want_when(c, 0, &w, 2))
		return RV_UNDEFINED;
	return rego_string(c, str_from(gotime_days[gotime_weekday(&w.t)]));
}

/* regorus: undefined, and no error. */
static rv
no_date(struct rego_call *c)
{
	return rego_is_go(c) ? out_of_range(c) : RV_UNDEFINED;
}

rv
rego_fn_time_add_date(struct rego_call *c)
{
	int64_t add[3], ns;
	struct when w;
	unsigned i;

	if (!want_when(c, 0, &w, 2))
		return RV_UNDEFINED;
	for (i = 0; i < 3; i++)
		if (!rego_want_integer(c, i + 1, &add[i]))
			return RV_UNDEFINED;
	for (i = 0; i < 3; i++)
		if (add[i] < -10000000 || add[i] > 10000000)
			return no_date(c);
	w.t.year += add[0];
	w.t.month += (int)add[1];
	w.t.day += (int)add[2];
	return gotime_join(&w.t, &ns) ? rego_int(c, ns) : no_date(c);
}

/* From a to b, a being the earlier one: no field is negative. */
static void
difference(int64_t d[6], const struct gotime *a, const struct gotime *b)
{
	static const int size[] = {0, 12, 0, 24, 60, 60};
	int i;

	d[0] = b->year - a->year;
	d[1] = b->month - a->month;
	d[2] = b->day - a->day;
	d[3] = b->hour - a->hour;
	d[4] = b->minute - a->minute;
	d[5] = b->second - a->second;
	for (i = 5; i > 0; i--)
		if (d[i] < 0) {
			d[i] += i == 2 ? gotime_month_days(a->year, a->month)
				       : size[i];
			d[i - 1]--;
		}
}

rv
rego_fn_time_diff(struct rego_call *c)
{
	struct when a, b;
	struct rt_err err = {0};
	int64_t d[6];

	if (!want_when(c, 0, &a, 2) || !want_when(c, 1, &b, 2))
		return RV_UNDEFINED;
	if (gotime_zone(&b.t, a.zone, b.ns, &err) != 0)
		return rego_fail(c, REGO_EBUILTIN, "%s", err.text);
	gotime_split(&b.t, b.ns);
	if (a.ns <= b.ns)
		difference(d, &a.t, &b.t);
	else
		difference(d, &b.t, &a.t);
	return numbers(c, d, 6);
}

static const struct {
	struct str name;
	int64_t ns;
} units[] = {
    {STR_INIT("ns"), 1},
    {STR_INIT("us"), 1000},
    {STR_INIT("\xc2\xb5s"), 1000},
    {STR_INIT("\xce\xbcs"), 1000},
    {STR_INIT("ms"), 1000000},
    {STR_INIT("s"), 1000000000},
    {STR_INIT("m"), INT64_C(60000000000)},
    {STR_INIT("h"), INT64_C(3600000000000)},
    {STR_INIT("d"), INT64_C(86400000000000)},
    {STR_INIT("w"), INT64_C(604800000000000)},
    {STR_INIT("y"), INT64_C(31536000000000000)},
};

/* Digits, at most 18 of them counted; the rest only scales. */
static size_t
digits(struct str s, size_t i, __int128 *v, __int128 *scale)
{
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
		if (*scale > (__int128)100000000000000000)
			continue;
		*v = *v * 10 + (s.p[i] - '0');
		*scale *= 10;
	}
	return i;
}

/* One number with its unit; 0 bytes: it is none. */
static size_t
duration_part(struct str s, __int128 *sum)
{
	__int128 whole = 0, part = 0, unused = 1, scale = 1;
	size_t i = digits(s, 0, &whole, &unused), n = i, k, best = SIZE_MAX;

	if (n > 18)
		return 0;
	if (i < s.n && s.p[i] == '.') {
		size_t end = digits(s, i + 1, &part, &scale);

		n += end - i - 1;
		i = end;
	}
	if (n == 0)
		return 0;
	s = str_sub(s, i, s.n);
	for (k = 0; k < sizeof(units) / sizeof(units[0]); k++)
		if (str_starts(s, units[k].name) &&
		    (best == SIZE_MAX || units[k].name.n > units[best].name.n))
			best = k;
	if (best == SIZE_MAX)
		return 0;
	*sum += whole * units[best].ns + part * units[best].ns / scale;
	return i + units[best].name.n;
}

rv
rego_fn_time_parse_duration_ns(struct rego_call *c)
{
	struct str whole, s;
	__int128 sum = 0;
	bool minus = false;
	size_t n;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	s = whole = rego_str(c, 0);
	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+')) {
		minus = s.p[0] == '-';
		s = str_sub(s, 1, s.n);
	}
	if (str_eqz(s, "0"))
		return rego_int(c, 0);
	do {
		n = duration_part(s, &sum);
		s = str_sub(s, n, s.n);
	} while (n > 0 && s.n > 0 && sum <= (__int128)INT64_MAX + 1);
	sum = minus ? -sum : sum;
	if (n == 0 || sum > INT64_MAX || sum < INT64_MIN)
		return rego_fail(c, REGO_EBUILTIN, "invalid duration \"%.*s\"",
		    STR_ARG(str_clip(whole, 100)));
	return rego_int(c, (int64_t)sum);
}
