/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts, made from the tables of commands and options. */
#include <ctype.h>
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "compiler/lower/target.h"
#include "runtime/base/buf.h"
#include "runtime/rego/profile.h"
#include "runtime/base/banned.h"

/* What completes a word: a fixed list, or one that is made. */
static void
put_platforms(struct buf *b)
{
	const char *p;
	size_t i;

	/* any letter case is taken; this is what people type */
	for (i = 0; i < nplatforms; i++) {
		buf_putc(b, ' ');
		for (p = platforms[i].name; *p != '\0'; p++)
			buf_putc(b, (char)tolower((unsigned char)*p));
	}
}

static void
put_targets(struct buf *b)
{
	size_t i;

	for (i = 0; target_at(i) != NULL; i++)
		buf_printf(b, " %s", target_at(i)->name);
}

static void
put_commands(struct buf *b)
{
	int i;

	for (i = 0; i < CMD_COUNT; i++) {
		if (!cmd_is_verb(&cmd_table[i]))
			buf_printf(b, " %s", cmd_table[i].name);
	}
}

static void
put_diagnostics(struct buf *b)
{
	int i;

	for (i = 0; i < DIAG_COUNT; i++)
		buf_printf(b, " %s", diag_table[i].name);
}

/* For -W: errors can only be what they are. */
static void
put_levels(struct buf *b)
{
	const struct diag_info *i;

	buf_puts(b, " error");
	for (i = diag_table; i < diag_table + DIAG_COUNT; i++) {
		if (i->severity != DIAG_ERROR)
			buf_printf(b, " %s no-%s", i->name, i->name);
	}
}

static void
put_profiles(struct buf *b)
{
	size_t i;

	for (i = 0; i < REGO_PROFILES_MAX; i++)
		buf_printf(b, " %s", rego_profiles[i].name);
}

/* Is the option one of verbs only? */
static bool
of_verbs(const struct opt_info *o)
{
	int c;

	for (c = 0; c < CMD_COUNT; c++) {
		if ((o->commands & 1u << c) != 0 && !cmd_is_verb(&cmd_table[c]))
			return false;
	}
	return true;
}

/* Values of options; those with `files` complete to such files. */
static const struct {
	int option;
	void (*put)(struct buf *);
	const char *words;
	const char *files;
} values[] = {
    {OPT_EVAL_FORMAT, NULL, " json values bindings pretty raw discard", NULL},
    {OPT_REGO_FORMAT, NULL, " pretty json", NULL},
    {OPT_REGO_PROFILE, put_profiles, NULL, NULL},
    {OPT_REGO_INPUT, NULL, NULL, "*.json"},
    {OPT_PLATFORM, put_platforms, NULL, NULL},
    {OPT_TARGET, put_targets, NULL, NULL},
    {OPT_WARN, put_levels, NULL, NULL},
    {OPT_REPORT, NULL, " text json sarif junit github gitlab azuredevops tap",
	NULL},
    {OPT_COLOR, NULL, " auto always never", NULL},
    {OPT_LOG_LEVEL, NULL, " debug info warn error", NULL},
    {OPT_LOG_FORMAT, NULL, " text json", NULL},
    {OPT_FORMAT, NULL, " text json", NULL},
    {OPT_PROGRESS, NULL, " auto plain none", NULL},
    {OPT_PROFILE, NULL, " v1.2 latest", NULL},
    {OPT_COMPAT, NULL, " 1.2 latest", NULL},
    {OPT_STARTUP_DENY, NULL, " auto on off", NULL},
    {OPT_START_ORDER, NULL, " auto on off", NULL},
    {OPT_ANNOTATION_LOCATION, NULL, " both template object", NULL},
    {OPT_POLICY_STYLE, NULL, " specialised full", NULL},
    {OPT_PASSES, NULL, " none shake full", NULL},
    {OPT_DENIALS, NULL, " markers none", NULL},
    {OPT_ACCESS, NULL, " production debug", NULL},
    {OPT_ENGINE, NULL, " kata kata-0.2.8 kata-0.1.5 opa", NULL},
    {OPT_REQUESTS, NULL, NULL, "*.jsonl"},
    {OPT_INPUT, NULL, NULL, "*.json"},
    {OPT_MANIFEST_FORMAT, NULL, " 1.2 1.7 1.10 2", NULL},
    {OPT_TO, NULL, " 1.2 1.7 1.10 2", NULL},
    {OPT_SECRET_ID_FORMAT, NULL, " qualified name", NULL},
    {OPT_RULES, NULL, NULL, "*.rego"},
    {OPT_SETTINGS, NULL, NULL, "*.json"},
    {OPT_SETTINGS_PATCH, NULL, NULL, "*.json"},
    {OPT_MANIFEST, NULL, NULL, "*.json"},
};

#define NVALUES (sizeof(values) / sizeof(*values))

static void
put_values(struct buf *b, size_t i)
{
	if (values[i].put != NULL)
		values[i].put(b);
	else if (values[i].words != NULL)
		buf_puts(b, values[i].words);
}

/*
 * The words of a command's first argument: its verbs, which stand in the
 * synopsis ("init|show|diff [flags]"), commands or names of diagnostics.
 */
static void
put_first(struct buf *b, int command)
{
	const char *s = cmd_table[command].args;

	if (command == CMD_help)
		put_commands(b);
	if (command == CMD_explain)
		put_diagnostics(b);
	if (!islower((unsigned char)*s))
		return;
	buf_putc(b, ' ');
	for (; islower((unsigned char)*s) || *s == '|'; s++)
		buf_putc(b, *s == '|' ? ' ' : *s);
}

static bool
shown(int option, int command)
{
	return opt_table[option].help != NULL &&
	       (opt_table[option].commands & 1u << command) != 0;
}

/* bash */

/* The cases of the word before: options with values. */
static void
bash_values(struct buf *b)
{
	size_t i;

	for (i = 0; i < NVALUES; i++) {
		const struct opt_info *o = &opt_table[values[i].option];

		const char *of = of_verbs(o) ? "rego\\ *\\ " : "*\\ ";

		buf_printf(b, "\t%s--%s", of, o->name);
		if (o->letter != '\0')
			buf_printf(b, "|%s-%c", of, o->letter);
		if (values[i].files != NULL) {
			buf_printf(b,
			    ") mapfile -t COMPREPLY < <(compgen -f -X '!%s' "
			    "-- \"$cur\"); return;;\n",
			    values[i].files);
			continue;
		}
		buf_puts(b, ") words='");
		put_values(b, i);
		buf_puts(b, "';;\n");
	}
}

static void
bash_command(struct buf *b, int command)
{
	int o;

	const char *s = cmd_table[command].name;

	buf_puts(b, "\t\t");
	for (; *s != '\0'; s++)
		buf_printf(b, *s == ' ' ? "\\%c" : "%c", *s);
	buf_puts(b, "\\ *) first='");
	put_first(b, command);
	buf_puts(b, "' words='");
	for (o = 0; o < OPT_COUNT; o++) {
		if (shown(o, command))
			buf_printf(b, " --%s", opt_table[o].name);
	}
	buf_puts(b, "';;\n");
}

static void
bash(struct buf *b, const char *program)
{
	int c;

	buf_printf(b,
	    "_%s() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
	    "prev=${COMP_WORDS[COMP_CWORD-1]} words= first=\n"
	    "\tcase ${COMP_WORDS[1]}\\ ${COMP_WORDS[2]}\\ $prev in\n",
	    program);
	bash_values(b);
	buf_puts(
	    b, "\t*)\n\t\tcase ${COMP_WORDS[1]}\\ ${COMP_WORDS[2]}\\  in\n");
	for (c = 0; c < CMD_COUNT; c++)
		bash_command(b, c);
	buf_puts(b, "\t\tesac\n\t\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
		    "\t\t\twords='");
	put_commands(b);
	buf_puts(b, "'\n\t\telif [[ $cur != -* ]]; then\n\t\t\twords=\n"
		    "\t\t\t[ \"$COMP_CWORD\" -ne 2 ] || words=$first\n"
		    "\t\t\t[ \"$prev\" != show ] || words='");
	put_commands(b);
	buf_printf(b,
	    "'\n\t\tfi;;\n\tesac\n"
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

/* fish */

/* A word in single quotes. */
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

/* Where the words of a command were seen. */
static void
fish_seen(struct buf *b, const char *program, int command)
{
	const char *name = cmd_table[command].name, *blank = strchr(name, ' ');
	int n = blank == NULL ? (int)strlen(name) : (int)(blank - name);

	buf_printf(b, "complete -c %s -n '__fish_seen_subcommand_from %.*s",
	    program, n, name);
	if (blank != NULL)
		buf_printf(
		    b, "; and __fish_seen_subcommand_from %s", blank + 1);
	buf_putc(b, '\'');
}

static void
fish_option(struct buf *b, const char *program, int command, int option)
{
	const struct opt_info *o = &opt_table[option];
	size_t i;

	fish_seen(b, program, command);
	buf_printf(b, " -l %s", o->name);
	if (o->letter != '\0')
		buf_printf(b, " -s %c", o->letter);
	buf_puts(b, " -d ");
	fish_quote(b, o->help);
	for (i = 0; i < NVALUES; i++) {
		if (values[i].option != option || values[i].files != NULL)
			continue;
		buf_puts(b, " -x -a '");
		put_values(b, i);
		buf_putc(b, '\'');
	}
	if (o->arg != NULL)
		buf_puts(b, " -r");
	buf_putc(b, '\n');
}

static void
fish(struct buf *b, const char *program)
{
	size_t from;
	int c, o;

	for (c = 0; c < CMD_COUNT; c++) {
		if (!cmd_is_verb(&cmd_table[c])) {
			buf_printf(b,
			    "complete -c %s -n __fish_use_subcommand -a %s "
			    "-d ",
			    program, cmd_table[c].name);
			fish_quote(b, cmd_table[c].summary);
			buf_putc(b, '\n');
		}
		from = b->n;
		fish_seen(b, program, c);
		buf_puts(b, " -a '");
		o = (int)(b->n - from);
		put_first(b, c);
		if (b->n - from == (size_t)o)
			b->n = from; /* no words */
		else
			buf_puts(b, "'\n");
		for (o = 0; o < OPT_COUNT; o++) {
			if (shown(o, c))
				fish_option(b, program, c, o);
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
