/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "runtime/base/curl.h"
#include "runtime/base/banned.h"

#define LIBRARY "libcurl.so.4"

static struct rt_curl table;
static struct rt_err failure;
static bool loaded;

static int
resolve(void *lib)
{
	static const struct {
		const char *name;
		size_t at;
	} names[] = {
#define CURL_FN(name) {"curl_" #name, offsetof(struct rt_curl, name)},
#include "runtime/base/curl.def"
#undef CURL_FN
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *f = dlsym(lib, names[i].name);

		if (f == NULL)
			return rt_err_set(&failure, RT_EIO,
			    "%s has no %s: a newer libcurl is needed", LIBRARY,
			    names[i].name);
		memcpy((char *)&table + names[i].at, &f, sizeof(f));
	}
	return 0;
}

/* It stays for the rest of the run. */
static void
load(void)
{
	void *lib = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (lib == NULL)
		(void)rt_err_set(&failure, RT_EIO,
		    "libcurl, which speaks HTTP, cannot be loaded: %s",
		    dlerror());
	else if (resolve(lib) == 0 &&
		 table.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		loaded = true;
	else if (failure.code == 0)
		(void)rt_err_set(&failure, RT_EIO, "libcurl does not start");
}

const struct rt_curl *
rt_curl_load(struct rt_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, load);
	if (loaded)
		return &table;
	if (err != NULL)
		*err = failure;
	return NULL;
}
