/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_GOTIME_INT_H
#define CONTRASTC_REGO_GOTIME_INT_H

#include "runtime/rego/gotime.h"

/* What a layout is made of. */
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
	YEAR,
	YEAR2,
	/* of the day, from here on */
	HOUR24,
	HOUR12,
	HOUR12_2,
	MINUTE,
	MINUTE2,
	SECOND,
	SECOND2,
	HALF,
	HALF_SMALL,
	ZONE,
	OFFSET,
	FRACTION,
	FRACTION_SHORT
};

struct chunk {
	enum element what;
	struct str text;
};

/* The next element of the layout, or the text up to it; false at the end. */
bool gotime_next(struct chunk *c, struct str *layout);

static inline bool
gotime_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

#endif
