/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: the file that configures a Coordinator; what is refused has a
 * text, what is taken is complete. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "coordinator/config.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
complete(const struct co_config *c)
{
	size_t i;

	for (i = 0; i < CO_CONFIG_N; i++) {
		if (c->text[i] == NULL || c->port[i] < CO_PORT_OFF ||
		    c->port[i] > 65535)
			abort();
	}
	if (c->port[CO_METRICS_PORT] == 1313)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct rt_err err = {0};
	struct co_config c;
	char path[32];
	int fd = memfd_create("config", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, data, size) == (ssize_t)size) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (co_config_read(&c, a, path, &err) == 0)
			complete(&c);
		else if (err.text[0] == '\0')
			abort();
	}
	(void)close(fd);
	arena_free(a);
	return 0;
}
