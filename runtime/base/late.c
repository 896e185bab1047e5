/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's libraries, loaded when the first of their functions is called:
 * most runs of the compiler call none, and binding the libraries' own symbols
 * would be a tenth of a small run.  late_stub.S has the functions by their
 * names; which there are is found out when the program is linked (late.def).
 */
#include <sys/mman.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/opensslv.h>

#include "runtime/base/banned.h"

/* It needs libcrypto, which dlsym() then looks at as well. */
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define LIBRARY "libssl.so." TEXT(OPENSSL_SHLIB_VERSION)

static const char *const names[] = {
#define LATE(name) #name,
#include "late.def"
#undef LATE
};
#define NAMES (sizeof(names) / sizeof(names[0]))
#define PAGE 4096

/* Pages of its own, which nobody can write to once they are filled. */
void *late_table[(NAMES * sizeof(void *) + PAGE - 1) / PAGE * PAGE /
		 sizeof(void *)]
    __attribute__((aligned(PAGE), visibility("hidden")));
atomic_bool late_ready __attribute__((visibility("hidden")));

void late_bind(void) __attribute__((visibility("hidden")));

/* Without them there is no going on. */
static void
fail(const char *what)
{
	(void)fprintf(stderr, "error: OpenSSL cannot be loaded: %s\n", what);
	_exit(3);
}

static void
bind_all(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	size_t i;

	if (library == NULL)
		fail(dlerror());
	for (i = 0; i < NAMES; i++) {
		late_table[i] = dlsym(library, names[i]);
		if (late_table[i] == NULL)
			fail(dlerror());
	}
	if (mprotect(late_table, sizeof(late_table), PROT_READ) != 0)
		fail("mprotect");
	atomic_store(&late_ready, true);
}

void
late_bind(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, bind_all);
}
