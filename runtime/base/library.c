/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <string.h>

#include "runtime/base/library.h"
#include "runtime/base/banned.h"

int
rt_library_load(void *table, const char *library,
    const struct rt_symbol *symbols, size_t n, struct rt_err *err)
{
	void *lib = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	size_t i;

	if (lib == NULL)
		return rt_err_set(
		    err, RT_EIO, "%s cannot be loaded: %s", library, dlerror());
	for (i = 0; i < n; i++) {
		void *f = dlsym(lib, symbols[i].name);

		if (f == NULL)
			return rt_err_set(err, RT_EIO,
			    "%s has no %s: a newer one is needed", library,
			    symbols[i].name);
		memcpy((char *)table + symbols[i].at, &f, sizeof(f));
	}
	return 0;
}
