/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_BUILTIN_SPRINTF_INT_H
#define CONTRASTC_REGO_BUILTIN_SPRINTF_INT_H

#include "runtime/rego/builtin_int.h"

/* Values as Go's fmt prints them. */
enum fmt_kind { FMT_INT, FMT_BIG, FMT_FLOAT, FMT_TEXT };

struct fmt_arg {
	enum fmt_kind kind;
	rv v;
	double d;
	struct str text;
};

struct fmt_flags {
	bool plus, minus, sharp, space, zero;
	bool plus_v, sharp_v;
	int width, precision; /* -1: none */
};

struct fmt_printer {
	struct rego_call *c;
	struct buf *out;
	struct buf digits; /* of one number */
	rv args;
	size_t next;
	struct fmt_flags f;
	bool reordered, bad_index;
};

/* What an operand is to fmt. */
struct fmt_arg fmt_arg_of(struct fmt_printer *p, rv v);
const char *fmt_type_name(const struct fmt_arg *a);
/* False: the verb is none for that type. */
bool fmt_print_as(
    struct fmt_printer *p, const struct fmt_arg *a, unsigned verb);
/* The same with "%!verb(type=value)" then. */
void fmt_print(struct fmt_printer *p, rv v, unsigned verb);

#endif
