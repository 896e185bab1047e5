/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries that are loaded when the first of their functions is called: most
 * runs of the compiler call none, and binding OpenSSL's own symbols would be a
 * tenth of a small run.  late_stub.S has the functions by their names; which
 * there are is found out when the program is linked (late.def).
 */
#include <sys/mman.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/banned.h"

static const struct {
	const char *name, *library;
} functions[] = {
#define LATE(name, library) {#name, library},
#include "late.def"
#undef LATE
};
#define N (sizeof(functions) / sizeof(functions[0]))
#define PAGE ((size_t)4096)

/* Pages of its own, which can be written to in late_bind() only. */
_Atomic(void *)
    late_table[(N * sizeof(void *) + PAGE - 1) / PAGE * PAGE / sizeof(void *)]
    __attribute__((aligned(PAGE), visibility("hidden")));

void late_bind(size_t number) __attribute__((visibility("hidden")));

/* The caller cannot go on without them. */
static void
fail(const char *library, const char *why)
{
	(void)fprintf(stderr, "error: %s cannot be loaded: %s\n", library, why);
	_exit(3);
}

static void
protect(int how)
{
	if (mprotect(late_table, sizeof(late_table), how) != 0)
		fail("a library", "mprotect");
}

/* All functions of a library at once. */
static void
bind_all(const char *library)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL), *f;
	size_t i;

	if (handle == NULL)
		fail(library, dlerror());
	protect(PROT_READ | PROT_WRITE);
	for (i = 0; i < N; i++) {
		if (strcmp(functions[i].library, library) != 0)
			continue;
		f = dlsym(handle, functions[i].name);
		if (f == NULL)
			fail(library, dlerror());
		atomic_store(&late_table[i], f);
	}
	protect(PROT_READ);
}

void
late_bind(size_t number)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	(void)pthread_mutex_lock(&lock);
	if (atomic_load(&late_table[number]) == NULL)
		bind_all(functions[number].library);
	(void)pthread_mutex_unlock(&lock);
}
