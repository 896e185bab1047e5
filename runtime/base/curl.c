/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stddef.h>

#include "runtime/base/curl.h"
#include "runtime/base/library.h"
#include "runtime/base/banned.h"

#define LIBRARY "libcurl.so.4"

static struct rt_curl table;
static struct rt_err failure;
static bool loaded;

static const struct rt_symbol names[] = {
#define CURL_FN(name) {"curl_" #name, offsetof(struct rt_curl, name)},
#include "runtime/base/curl.def"
#undef CURL_FN
};

static void
load(void)
{
	if (rt_library_load(&table, LIBRARY, names,
		sizeof(names) / sizeof(*names), &failure) != 0)
		(void)rt_err_wrap(&failure, "no HTTP");
	else if (table.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		(void)rt_err_set(&failure, RT_EIO, "libcurl does not start");
	else
		loaded = true;
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
