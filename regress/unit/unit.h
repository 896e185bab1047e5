/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_UNIT_H
#define CONTRASTC_REGRESS_UNIT_H

/* What cmocka's header needs before it, in the order that it needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/base/str.h"

/* Slices: the failure shows both as text. */
#define assert_str(got, want)                                                  \
	do {                                                                   \
		struct str unit_g = (got), unit_w = (want);                    \
		if (!str_eq(unit_g, unit_w))                                   \
			fail_msg("got \"%.*s\", want \"%.*s\"",                \
			    STR_ARG(unit_g), STR_ARG(unit_w));                 \
	} while (0)
#define assert_strz(got, want) assert_str((got), str_from(want))

#endif
