/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>

#include "compiler/emit/git_api.h"

#include "runtime/base/banned.h"

/* The structures that we pass are those of the version built against. */
#define LIBRARY "libgit2.so." LIBGIT2_SOVERSION

static bool
resolve(struct git_api *git, void *library)
{
#define X(name)                                                                \
	*(void **)&git->name = dlsym(library, "git_" #name);                   \
	if (git->name == NULL)                                                 \
		return false;
	GIT_CALLS(X)
#undef X
	return true;
}

const struct git_api *
git_api(struct rt_err *err)
{
	static struct git_api git;
	static bool ready;
	void *library;

	if (ready)
		return &git;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (library == NULL || !resolve(&git, library)) {
		(void)rt_err_set(
		    err, RT_ENOTFOUND, "%s: %s", LIBRARY, dlerror());
		return NULL;
	}
	if (git.libgit2_init() < 0) {
		(void)git_api_fail(&git, err, RT_ESTATE, LIBRARY);
		return NULL;
	}
	(void)git.libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	ready = true;
	return &git;
}

int
git_api_fail(const struct git_api *git, struct rt_err *err, int code,
    const char *fmt, ...)
{
	const git_error *last = git->error_last();
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return rt_err_set(err, code, "%s: %s", text,
	    last != NULL && last->message != NULL ? last->message
						  : "unknown failure");
}
