/* SPDX-License-Identifier: Apache-2.0 */
/* Options that are times. */
#include "compiler/cmd/cmd.h"
#include "runtime/base/banned.h"

#define TIME_MAX ((uint64_t)24 * 3600 * 1000)

/* Go's durations, as far as they are whole: 3m, 1m30s, 500ms. */
static bool
duration(struct str s, uint64_t *ms)
{
	static const struct {
		struct str unit;
		uint64_t ms;
	} units[] = {{STR_INIT("ms"), 1}, {STR_INIT("h"), 3600000},
	    {STR_INIT("m"), 60000}, {STR_INIT("s"), 1000}};
	uint64_t n, sum = 0;
	size_t i, at;

	while (s.n > 0) {
		for (at = 0; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++)
			continue;
		if (!str_u64(str_sub(s, 0, at), TIME_MAX, &n))
			return false;
		s = str_sub(s, at, s.n);
		for (i = 0; i < 4 && !str_starts(s, units[i].unit); i++)
			continue;
		if (i == 4)
			return false;
		s = str_sub(s, units[i].unit.n, s.n);
		sum += n * units[i].ms;
	}
	*ms = sum;
	return sum > 0 && sum <= TIME_MAX;
}

int
opt_duration(struct run *r, enum opt_id id, uint64_t *ms)
{
	const char *time = opt_str(r, id);

	if (time == NULL || duration(str_from(time), ms))
		return EXIT_OK;
	return cmd_fail(r, EXIT_USAGE,
	    "parse flags: --%s: %s is no time such as 3m or 90s%s",
	    opt_table[id].name, time, opt_where(r, id));
}
