/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: settings and their patches.  The first line is a patch, the
 * rest a settings file; both are written to memory files.
 */
#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/lower/lower.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A path that reads these bytes; the descriptor is the caller's. */
static struct str
file_of(struct arena *a, struct str bytes, int *fd)
{
	*fd = memfd_create("settings", MFD_CLOEXEC);
	if (*fd < 0 || write(*fd, bytes.p, bytes.n) != (ssize_t)bytes.n)
		abort();
	return arena_printf(a, "/proc/self/fd/%d", *fd);
}

static void
load(struct arena *a, struct str patch, struct str settings)
{
	static const char *const targets[] = {"kata-4", "metal-v1.2"};
	struct settings_source from = {0};
	struct lower_options options = {0};
	struct k8s_objects none = {0};
	struct diags d;
	int fds[2];
	size_t i;

	VEC_PUSH(a, &from.patches, file_of(a, patch, &fds[0]));
	from.path = arena_cstr(a, file_of(a, settings, &fds[1]));
	for (i = 0; i < 2; i++) {
		diags_init(&d, a);
		options.target = target_find(str_from(targets[i]));
		options.settings = settings_load(a, &d, options.target, &from);
		if (options.settings == NULL) {
			if (d.errors == 0)
				abort();
			continue;
		}
		if (lower_new(a, &d, &none, NULL, &options) == NULL)
			abort();
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str all = {(const char *)data, n};
	size_t end = str_chr(all, '\n', 0);
	struct arena *a;

	if (n > 65536)
		return 0;
	a = arena_new();
	load(a, str_sub(all, 0, end),
	    end == SIZE_MAX ? STR("{}") : str_sub(all, end + 1, n));
	arena_free(a);
	return 0;
}
