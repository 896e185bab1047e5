/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_GOTIME_H
#define CONTRASTC_REGO_GOTIME_H

#include "runtime/base/buf.h"
#include "runtime/base/err.h"

/*
 * Times as OPA's built-ins have them: nanoseconds since 1970 in 64 bits,
 * proleptic Gregorian dates, and Go's layouts, which show a certain moment
 * (Monday, January 2nd 2006, 15:04:05, seven hours west of Greenwich).
 */
struct gotime {
	int64_t year;
	int month, day; /* from 1 */
	int hour, minute, second, ns;
	int offset;    /* seconds east of Greenwich */
	char zone[12]; /* its abbreviation */
};

/* Of the moment, in the zone: offset and abbreviation must be there. */
void gotime_split(struct gotime *t, int64_t ns);
/*
 * The moment; any field may be out of its range and counts on into the next
 * one.  False: outside of 64 bits.
 */
bool gotime_join(const struct gotime *t, int64_t *ns) RT_MUST_CHECK;
/* 0: Sunday. */
int gotime_weekday(const struct gotime *t);
int gotime_month_days(int64_t year, int month);
extern const char *const gotime_days[7], *const gotime_months[12];

/* The layout of that name ("RFC3339"), or the text itself. */
struct str gotime_layout(struct str name);
void gotime_format(struct buf *out, const struct gotime *t, struct str layout);
/* RT_EFORMAT. */
int gotime_parse(struct gotime *t, struct str layout, struct str value,
    struct rt_err *err) RT_MUST_CHECK;

/*
 * Offset and abbreviation that hold in the zone at the moment: "", "UTC" and
 * "Local" are UTC (an evaluation does not depend on where it runs), others
 * are read from the system's data (RFC 8536).  RT_ENOTFOUND, RT_EFORMAT.
 */
int gotime_zone(struct gotime *t, struct str name, int64_t ns,
    struct rt_err *err) RT_MUST_CHECK;

#endif
