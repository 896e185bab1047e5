/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a configuration file, as every command would read it. */
#include "compiler/cmd/cmd.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
read_as(const struct cmd *c, struct str text)
{
	struct run r = {.arena = arena_new(), .program = "contrastc"};
	bool ok;

	r.cmd = c;
	diags_init(&r.diags, r.arena);
	opt_defaults(&r);
	ok = opt_config(
	    &r, source_new(r.arena, STR("c.yaml"), text), STR("dir/"));
	if (ok != (r.diags.errors == 0))
		__builtin_trap();
	arena_free(r.arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int i;

	if (n > 65536)
		return 0;
	for (i = 0; i < CMD_COUNT; i++)
		read_as(&cmd_table[i], (struct str){(const char *)data, n});
	return 0;
}
