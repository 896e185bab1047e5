/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sprintf as Go's fmt has it (rego 10.3): integers, floats of 64 bits and
 * strings; any other value is the string of its Rego notation.
 */
#include "runtime/rego/builtin_sprintf_int.h"
#include "runtime/rego/unicode.h"
#include "runtime/base/banned.h"

#define WIDTH_MAX 1000000

static size_t
flags(struct fmt_printer *p, struct str s, size_t i)
{
	p->f = (struct fmt_flags){.width = -1, .precision = -1};
	for (; i < s.n; i++)
		switch (s.p[i]) {
		case '#':
			p->f.sharp = true;
			break;
		case '0':
			p->f.zero = true;
			break;
		case '+':
			p->f.plus = true;
			break;
		case '-':
			p->f.minus = true;
			break;
		case ' ':
			p->f.space = true;
			break;
		default:
			return i;
		}
	return i;
}

static size_t
number(struct str s, size_t i, int *out)
{
	int n = 0;

	if (i == s.n || s.p[i] < '0' || s.p[i] > '9')
		return i;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		if (n <= WIDTH_MAX)
			n = n * 10 + (s.p[i] - '0');
	*out = n;
	return i;
}

/* "[n]": the n-th argument is next. */
static size_t
index_at(struct fmt_printer *p, struct str s, size_t i, bool *found)
{
	size_t close;
	int n = 0;

	*found = false;
	if (i == s.n || s.p[i] != '[')
		return i;
	p->reordered = true;
	close = str_chr(s, ']', i);
	if (close == SIZE_MAX) {
		p->bad_index = true;
		return i + 1;
	}
	if (number(s, i + 1, &n) != close || n < 1 ||
	    (size_t)n > rv_count(p->args))
		p->bad_index = true;
	else {
		p->next = (size_t)n - 1;
		*found = true;
	}
	return close + 1;
}

/* Width or precision from an argument. */
static bool
star(struct fmt_printer *p, int *out)
{
	int64_t n;
	rv v;

	if (p->next >= rv_count(p->args))
		return false;
	v = rv_items(p->args)[p->next++];
	if (rv_type(v) != RV_TNUMBER || !rv_is_int(v))
		return false;
	n = rv_int_of(v);
	if (n < -WIDTH_MAX || n > WIDTH_MAX)
		return false;
	*out = (int)n;
	return true;
}

static size_t
width(struct fmt_printer *p, struct str s, size_t i, bool *after_index)
{
	if (i == s.n || s.p[i] != '*') {
		size_t end = number(s, i, &p->f.width);

		if (*after_index && end > i)
			p->bad_index = true;
		return end;
	}
	if (!star(p, &p->f.width))
		buf_puts(p->out, "%!(BADWIDTH)");
	if (p->f.width < -1) {
		p->f.width = -p->f.width;
		p->f.minus = true;
	}
	*after_index = false;
	return i + 1;
}

static size_t
precision(struct fmt_printer *p, struct str s, size_t i, bool *after_index)
{
	if (i == s.n || s.p[i] != '.')
		return i;
	i++;
	if (*after_index)
		p->bad_index = true;
	i = index_at(p, s, i, after_index);
	p->f.precision = 0;
	if (i == s.n || s.p[i] != '*')
		return number(s, i, &p->f.precision);
	*after_index = false;
	p->f.precision = -1;
	if (!star(p, &p->f.precision) || p->f.precision < 0) {
		if (p->f.precision >= -1)
			buf_puts(p->out, "%!(BADPREC)");
		p->f.precision = -1;
	}
	return i + 1;
}

static void
apply_verb(struct fmt_printer *p, unsigned verb)
{
	if (verb == '%') {
		buf_putc(p->out, '%');
	} else if (p->bad_index || p->next >= rv_count(p->args)) {
		buf_puts(p->out, "%!");
		utf8_put(p->out, verb);
		buf_puts(p->out, p->bad_index ? "(BADINDEX)" : "(MISSING)");
	} else {
		if (verb == 'v') {
			p->f.sharp_v = p->f.sharp;
			p->f.plus_v = p->f.plus;
			p->f.sharp = p->f.plus = false;
		}
		fmt_print(p, rv_items(p->args)[p->next++], verb);
	}
}

/* After a percent sign; SIZE_MAX: too wide. */
static size_t
directive(struct fmt_printer *p, struct str s, size_t i)
{
	bool after_index;
	unsigned verb;

	p->bad_index = false;
	i = flags(p, s, i);
	i = index_at(p, s, i, &after_index);
	i = width(p, s, i, &after_index);
	i = precision(p, s, i, &after_index);
	if (!after_index)
		i = index_at(p, s, i, &after_index);
	if (p->f.width > WIDTH_MAX || p->f.precision > WIDTH_MAX)
		return SIZE_MAX;
	if (i >= s.n) {
		buf_puts(p->out, "%!(NOVERB)");
		return s.n;
	}
	i += utf8_decode(&verb, s, i);
	apply_verb(p, verb);
	return i;
}

static void
extra(struct fmt_printer *p)
{
	bool first = true;

	if (p->reordered || p->next >= rv_count(p->args))
		return;
	buf_puts(p->out, "%!(EXTRA ");
	for (; p->next < rv_count(p->args); p->next++) {
		struct fmt_arg a = fmt_arg_of(p, rv_items(p->args)[p->next]);

		if (!first)
			buf_puts(p->out, ", ");
		first = false;
		buf_printf(p->out, "%s=", fmt_type_name(&a));
		p->f = (struct fmt_flags){.width = -1, .precision = -1};
		(void)fmt_print_as(p, &a, 'v');
	}
	buf_putc(p->out, ')');
}

static rv
print_go(struct rego_call *c)
{
	struct fmt_printer p = {
	    .c = c, .out = rego_text(c), .args = c->args[1]};
	struct str s = rego_str(c, 0);
	size_t i = 0, at;

	while (i < s.n && rego_text_fits(c, p.out)) {
		at = str_chr(s, '%', i);
		if (at == SIZE_MAX)
			at = s.n;
		buf_put(p.out, str_sub(s, i, at));
		if (at == s.n)
			break;
		i = directive(&p, s, at + 1);
	}
	if (i == SIZE_MAX) {
		buf_free(&p.digits);
		return rego_fail(c, REGO_EBUILTIN, "width too big");
	}
	extra(&p);
	buf_free(&p.digits);
	return rego_text_done(c, p.out);
}

rv
rego_fn_format(struct rego_call *c)
{
	if (!rego_want_string(c, 0) || !rego_want_array(c, 1))
		return RV_UNDEFINED;
	return rego_is_go(c) ? print_go(c) : rego_print_rust(c);
}
