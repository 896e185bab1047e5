/* SPDX-License-Identifier: Apache-2.0 */
/* Programs and limits of `rego eval` and `rego test`. */
#include <string.h>
#include <time.h>

#include "compiler/cmd/rego.h"
#include "runtime/base/banned.h"

#define DIGITS_MAX INT64_MAX

int
rego_set_program(
    struct rego_program **out, const struct rego_set *s, bool strict)
{
	struct buf data = {0};
	struct rego_compile c = {.profile = s->profile,
	    .modules = s->modules.p,
	    .nmodules = s->modules.n,
	    .strict = strict,
	    .prints = true};
	struct rt_err err;
	int rc;

	jv_print(&data, s->data, JV_COMPACT);
	c.data = buf_str(&data);
	rc = rego_program_new(out, &c, &err);
	buf_free(&data);
	if (rc == 0)
		return EXIT_OK;
	return cmd_fail(s->run, EXIT_FINDINGS, "compile: %s", err.text);
}

static int
number(struct run *r, enum opt_id id, uint64_t *out)
{
	const char *text = opt_str(r, id);

	*out = 0;
	if (text == NULL ||
	    (str_u64(str_from(text), DIGITS_MAX, out) && *out > 0))
		return EXIT_OK;
	return cmd_fail(r, EXIT_USAGE,
	    "parse flags: --%s: no positive number: %s%s", opt_table[id].name,
	    text, opt_where(r, id));
}

/* The clock of the machine, unless --now says another time. */
static int64_t
time_of(uint64_t given)
{
	struct timespec t;

	if (given > 0)
		return (int64_t)given;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int
rego_run_limits(struct run *r, struct rego_limits *limits, int64_t *now)
{
	uint64_t given, memory, ms;
	int status = number(r, OPT_REGO_NOW, &given);

	if (status == EXIT_OK)
		status =
		    number(r, OPT_REGO_INSTRUCTIONS, &limits->instructions);
	if (status == EXIT_OK)
		status = number(r, OPT_REGO_MEMORY, &memory);
	if (status == EXIT_OK)
		status = opt_duration(r, OPT_REGO_TIMEOUT, &ms);
	if (status != EXIT_OK)
		return status;
	limits->memory = (size_t)memory;
	limits->nanoseconds = ms * 1000000;
	*now = time_of(given);
	return EXIT_OK;
}

/* A value of the engine for JSON of the command. */

struct indent {
	struct buf *out;
	unsigned level;
};

static void
line(struct indent *i)
{
	buf_putc(i->out, '\n');
	buf_fill(i->out, ' ', 2 * (size_t)i->level);
}

/* The bytes of a string that starts at `at`, its quotes included. */
static size_t
string_end(struct str s, size_t at)
{
	for (at++; at < s.n && s.p[at] != '"'; at++)
		at += s.p[at] == '\\';
	return at < s.n ? at + 1 : s.n;
}

static void
opening(struct indent *i, struct str s, size_t at)
{
	buf_putc(i->out, s.p[at]);
	i->level++;
	if (at + 1 < s.n && s.p[at + 1] != ']' && s.p[at + 1] != '}')
		line(i);
}

static void
closing(struct indent *i, struct str s, size_t at)
{
	i->level--;
	if (at > 0 && s.p[at - 1] != '[' && s.p[at - 1] != '{')
		line(i);
	buf_putc(i->out, s.p[at]);
}

void
rego_indent_json(struct buf *out, struct str s, unsigned level)
{
	struct indent i = {out, level};
	size_t at = 0, end;

	while (at < s.n) {
		end = at + 1;
		if (s.p[at] == '"') {
			end = string_end(s, at);
			buf_put(out, str_sub(s, at, end));
		} else if (s.p[at] == '[' || s.p[at] == '{') {
			opening(&i, s, at);
		} else if (s.p[at] == ']' || s.p[at] == '}') {
			closing(&i, s, at);
		} else {
			buf_putc(out, s.p[at]);
			if (s.p[at] == ',')
				line(&i);
			else if (s.p[at] == ':')
				buf_putc(out, ' ');
		}
		at = end;
	}
}
