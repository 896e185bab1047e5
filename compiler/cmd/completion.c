/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts, made from the tables of commands and options. */
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "runtime/base/buf.h"
#include "runtime/manifest/platform.h"
#include "runtime/base/banned.h"

/* Values that an option completes to, beside files. */
static void
put_values(struct buf *b, int option)
{
	size_t i;

	if (option != OPT_PLATFORM)
		return;
	for (i = 0; i < nplatforms; i++)
		buf_printf(b, "%s%s", i == 0 ? "" : " ", platforms[i].name);
}

static bool
shown(int option, int command)
{
	return opt_table[option].help != NULL &&
	       (opt_table[option].commands & 1u << command) != 0;
}

static void
put_commands(struct buf *b)
{
	int i;

	for (i = 0; i < CMD_COUNT; i++)
		buf_printf(b, "%s%s", i == 0 ? "" : " ", cmd_table[i].name);
}

static void
bash(struct buf *b, const char *program)
{
	int c, o;

	buf_printf(b,
	    "_%s() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
	    "prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
	    "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords='",
	    program);
	put_commands(b);
	buf_puts(b, "'\n\telif [ \"$prev\" = --reference-values ]; then\n"
		    "\t\twords='");
	put_values(b, OPT_PLATFORM);
	buf_puts(b, "'\n\telse\n\t\tcase ${COMP_WORDS[1]} in\n");
	for (c = 0; c < CMD_COUNT; c++) {
		buf_printf(b, "\t\t%s) words='", cmd_table[c].name);
		for (o = 0; o < OPT_COUNT; o++) {
			if (shown(o, c))
				buf_printf(b, " --%s", opt_table[o].name);
		}
		buf_puts(b, "';;\n");
	}
	buf_printf(b,
	    "\t\tesac\n\t\t[[ $cur == -* ]] || words=\n\tfi\n"
	    "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	    "}\ncomplete -o default -F _%s %s\n",
	    program, program);
}

static void
zsh(struct buf *b, const char *program)
{
	buf_puts(b, "autoload -U +X bashcompinit && bashcompinit\n");
	bash(b, program);
}

/* A word of fish in single quotes. */
static void
fish_quote(struct buf *b, const char *s)
{
	buf_putc(b, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'' || *s == '\\')
			buf_putc(b, '\\');
		buf_putc(b, *s);
	}
	buf_putc(b, '\'');
}

static void
fish(struct buf *b, const char *program)
{
	int c, o;

	for (c = 0; c < CMD_COUNT; c++) {
		buf_printf(b,
		    "complete -c %s -n __fish_use_subcommand -a %s -d ",
		    program, cmd_table[c].name);
		fish_quote(b, cmd_table[c].summary);
		buf_putc(b, '\n');
		for (o = 0; o < OPT_COUNT; o++) {
			if (!shown(o, c))
				continue;
			buf_printf(b,
			    "complete -c %s -n '__fish_seen_subcommand_from "
			    "%s' -l %s -d ",
			    program, cmd_table[c].name, opt_table[o].name);
			fish_quote(b, opt_table[o].help);
			if (o == OPT_PLATFORM) {
				buf_puts(b, " -x -a '");
				put_values(b, o);
				buf_putc(b, '\'');
			}
			buf_putc(b, '\n');
		}
	}
}

static const struct {
	const char *name;
	void (*put)(struct buf *, const char *program);
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

int
cmd_completion(struct run *r)
{
	struct buf b = {0};
	size_t i;
	int status;

	for (i = 0; r->args.n == 1 && i < 3; i++) {
		if (strcmp(r->args.p[0], shells[i].name) != 0)
			continue;
		shells[i].put(&b, r->program);
		status = cmd_print(r, buf_str(&b));
		buf_free(&b);
		return status;
	}
	return cmd_fail(
	    r, EXIT_USAGE, "completion: name one shell: bash, zsh or fish");
}
