/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_LIBRARY_H
#define CONTRASTC_BASE_LIBRARY_H

#include "runtime/base/err.h"

/* A function of a shared library, and where in a table its address goes. */
struct rt_symbol {
	const char *name;
	size_t at; /* offsetof() */
};
/*
 * Loads what most runs need not, under its name for the loader
 * ("libcurl.so.4"), and fills the table.  Its own names and those of the
 * libraries that it brings stay apart from the program's (RTLD_LOCAL); it
 * stays for the rest of the run.  RT_EIO.
 */
int rt_library_load(void *table, const char *library,
    const struct rt_symbol *symbols, size_t n,
    struct rt_err *err) RT_MUST_CHECK;

#endif
