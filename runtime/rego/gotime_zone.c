/* SPDX-License-Identifier: Apache-2.0 */
/* Time zones: TZif files (RFC 8536). */
#include <stdio.h>

#include "runtime/base/file.h"
#include "runtime/rego/gotime.h"
#include "runtime/base/banned.h"

#define DIRECTORY "/usr/share/zoneinfo/"
#define FILE_MAX_BYTES ((size_t)256 << 10)
#define HEADER 44

struct tzif {
	struct str s;
	uint32_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
	size_t width; /* of a transition time: 4 or 8 */
	size_t at;    /* of the data block */
};

static uint64_t
big_endian(struct str s, size_t at, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | (unsigned char)s.p[at++];
	return v;
}

static size_t
block_size(const struct tzif *z)
{
	return (size_t)z->timecnt * (z->width + 1) + (size_t)z->typecnt * 6 +
	       z->charcnt + (size_t)z->leapcnt * (z->width + 4) + z->isstdcnt +
	       z->isutcnt;
}

static bool
read_header(struct tzif *z, size_t at, size_t width)
{
	uint32_t *counts[] = {&z->isutcnt, &z->isstdcnt, &z->leapcnt,
	    &z->timecnt, &z->typecnt, &z->charcnt};
	size_t i;

	if (z->s.n < at + HEADER || memcmp(z->s.p + at, "TZif", 4) != 0)
		return false;
	for (i = 0; i < 6; i++) {
		*counts[i] = (uint32_t)big_endian(z->s, at + 20 + 4 * i, 4);
		if (*counts[i] > FILE_MAX_BYTES)
			return false;
	}
	z->width = width;
	z->at = at + HEADER;
	return z->typecnt > 0 && block_size(z) <= z->s.n - z->at;
}

/* The second block, with 64 bits, if there is one. */
static bool
read_tzif(struct tzif *z)
{
	if (!read_header(z, 0, 4))
		return false;
	if (z->s.p[4] < '2')
		return true;
	return read_header(z, z->at + block_size(z), 8);
}

static int64_t
transition(const struct tzif *z, size_t i)
{
	uint64_t v = big_endian(z->s, z->at + i * z->width, z->width);

	return z->width == 8 ? (int64_t)v : (int32_t)(uint32_t)v;
}

/* The first type that is no summer time. */
static size_t
first_type(const struct tzif *z, size_t types)
{
	size_t i;

	for (i = 0; i < z->typecnt; i++)
		if (z->s.p[types + 6 * i + 4] == 0)
			return i;
	return 0;
}

/* Rules for later times, after the last block, name summer time. */
static bool
has_rules(const struct tzif *z)
{
	size_t end = z->at + block_size(z);

	return z->width == 8 && str_chr(z->s, ',', end) < SIZE_MAX;
}

static int
look_up(
    struct gotime *t, const struct tzif *z, int64_t seconds, struct rt_err *err)
{
	size_t types = z->at + z->timecnt * (z->width + 1);
	size_t chars = types + (size_t)z->typecnt * 6;
	size_t low = 0, high = z->timecnt, type, name, n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (transition(z, mid) <= seconds)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == z->timecnt && has_rules(z))
		return rt_err_set(err, RT_EFORMAT,
		    "the time is later than the time zone's table");
	type = low == 0 ? first_type(z, types)
			: (unsigned char)
			      z->s.p[z->at + z->timecnt * z->width + low - 1];
	if (type >= z->typecnt)
		return rt_err_set(err, RT_EFORMAT, "damaged time zone data");
	name = (unsigned char)z->s.p[types + 6 * type + 5];
	t->offset = (int32_t)(uint32_t)big_endian(z->s, types + 6 * type, 4);
	if (name >= z->charcnt || t->offset < -93600 || t->offset > 93600)
		return rt_err_set(err, RT_EFORMAT, "damaged time zone data");
	n = str_chr(str_sub(z->s, chars, chars + z->charcnt), '\0', name);
	if (n == SIZE_MAX)
		n = z->charcnt;
	(void)snprintf(t->zone, sizeof(t->zone), "%.*s", (int)(n - name),
	    z->s.p + chars + name);
	return 0;
}

/* "Area/City": nothing that leaves the directory. */
static bool
is_zone_name(struct str s)
{
	size_t i;

	if (s.n == 0 || s.n > 100 || s.p[0] == '/' || s.p[0] == '-')
		return false;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i], low = (char)(c | 0x20);

		if (!(low >= 'a' && low <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_' && c != '+' && c != '-' && c != '/')
			return false;
	}
	return true;
}

static int
from_file(struct gotime *t, struct str name, int64_t ns, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct tzif z = {0};
	char path[160];
	int rc;

	(void)snprintf(path, sizeof(path), DIRECTORY "%.*s", STR_ARG(name));
	rc = file_read(&z.s, a, path, FILE_MAX_BYTES, NULL);
	if (rc != 0)
		rc = rt_err_set(
		    err, RT_ENOTFOUND, "unknown time zone %.*s", STR_ARG(name));
	else if (!read_tzif(&z))
		rc = rt_err_set(err, RT_EFORMAT, "damaged time zone data");
	else
		rc = look_up(
		    t, &z, ns / 1000000000 - (ns % 1000000000 < 0), err);
	arena_free(a);
	return rc;
}

int
gotime_zone(struct gotime *t, struct str name, int64_t ns, struct rt_err *err)
{
	t->offset = 0;
	(void)snprintf(t->zone, sizeof(t->zone), "UTC");
	if (name.n == 0 || str_eqz(name, "UTC") || str_eqz(name, "Local"))
		return 0;
	if (!is_zone_name(name))
		return rt_err_set(err, RT_ENOTFOUND, "unknown time zone %.*s",
		    STR_ARG(str_clip(name, 100)));
	return from_file(t, name, ns, err);
}
