/* SPDX-License-Identifier: Apache-2.0 */
/* What all commands share: the table, help, progress, failures. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/cmd/cmd.h"
#include "compiler/front/input.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

const struct cmd cmd_table[CMD_COUNT] = {
#define CMD(id, name, args, summary)                                           \
	[CMD_##id] = {name, args, summary, cmd_##id},
#include "compiler/cmd/cmd.def"
#undef CMD
};

bool
cmd_is_verb(const struct cmd *c)
{
	return strchr(c->name, ' ') != NULL;
}

const struct cmd *
cmd_find(const char *name, const char *verb)
{
	size_t n = strlen(name), i;

	for (i = 0; i < CMD_COUNT; i++) {
		const char *known = cmd_table[i].name;

		if (strncmp(known, name, n) == 0 &&
		    (verb == NULL ? known[n] == '\0'
				  : known[n] == ' ' &&
					strcmp(known + n + 1, verb) == 0))
			return &cmd_table[i];
	}
	return NULL;
}

int
cmd_write(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		s = str_sub(s, (size_t)n, s.n);
	}
	return 0;
}

/* A line for people or, with --log-format json, for programs. */
static void
put_line(
    const struct run *r, const char *level, const char *before, struct str text)
{
	struct buf b = {0};

	if (r->log_json) {
		buf_printf(&b, "{\"level\":\"%s\",\"msg\":", level);
		jv_print_string(&b, str_trim(text));
		buf_puts(&b, "}\n");
	} else {
		buf_printf(&b, "%s%.*s\n", before, STR_ARG(text));
	}
	(void)cmd_write(STDERR_FILENO, buf_str(&b));
	buf_free(&b);
}

int
cmd_fail(struct run *r, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(r, "error", "Error: ", arena_vprintf(r->arena, fmt, ap));
	va_end(ap);
	return status;
}

void
cmd_say(const struct run *r, const char *fmt, ...)
{
	va_list ap;

	if (opt_on(r, OPT_QUIET))
		return;
	va_start(ap, fmt);
	put_line(r, "info", "", arena_vprintf(r->arena, fmt, ap));
	va_end(ap);
}

int
cmd_print(struct run *r, struct str s)
{
	if (cmd_write(STDOUT_FILENO, s) == 0)
		return EXIT_OK;
	return cmd_fail(
	    r, EXIT_ENVIRONMENT, "write standard output: %s", strerror(errno));
}

static int
status_of(const struct diag *g)
{
	static const enum diag_id environment[] = {DIAG_INPUT_READ,
	    DIAG_FILE_UNREADABLE, DIAG_OWNER_KEY_WRITE, DIAG_IMAGE_UNREADABLE,
	    DIAG_IMAGE_NETWORK, DIAG_IMAGE_AUTH, DIAG_IMAGE_TLS};
	size_t i;

	if (g->id == DIAG_INTERNAL || g->id == DIAG_EMIT_PROOF)
		return EXIT_INTERNAL;
	for (i = 0; i < sizeof(environment) / sizeof(environment[0]); i++)
		if (g->id == environment[i])
			return EXIT_ENVIRONMENT;
	return EXIT_FINDINGS;
}

/* What is wrong with the input weighs more than what could not be read. */
int
cmd_status(const struct run *r)
{
	struct diag **it;
	int status, worst = EXIT_OK;

	VEC_FOREACH(it, &r->diags.list) {
		if ((*it)->severity != DIAG_ERROR || (*it)->suppressed)
			continue;
		status = status_of(*it);
		if (status == EXIT_INTERNAL)
			return status;
		if (worst == EXIT_OK || status == EXIT_FINDINGS)
			worst = status;
	}
	return worst == EXIT_OK ? EXIT_FINDINGS : worst;
}

/* With --allow-empty a directory without a manifest is only worth a warning. */
static bool
may_be_empty(struct run *r)
{
	struct diags *d = &r->diags;
	struct diag *last = d->list.n == 0 ? NULL : d->list.p[d->list.n - 1];

	if (!opt_on(r, OPT_ALLOW_EMPTY) || last == NULL ||
	    last->id != DIAG_INPUT_NONE)
		return false;
	diag_soften(d, last);
	return d->errors == 0;
}

int
cmd_no_inputs(struct run *r)
{
	return cmd_fail(r, EXIT_USAGE,
	    "no .yml/.yaml files found\nName files, directories or - for "
	    "standard input; '%s %s --help' has all flags.",
	    r->program, r->cmd->name);
}

bool
cmd_inputs(struct run *r, struct inputs *out)
{
	VEC(char *) paths = {0};
	const char **f;
	char **p;

	VEC_FOREACH(f, &r->opt[OPT_FILENAME].values)
		VEC_PUSH(r->arena, &paths, (char *)(uintptr_t)*f);
	VEC_FOREACH(p, &r->args)
		VEC_PUSH(r->arena, &paths, *p);
	return inputs_read(out, r->arena, &r->diags, paths.p, paths.n) ||
	       may_be_empty(r);
}

static void
help_options(struct buf *b, unsigned mask)
{
	int i;

	for (i = 0; i < OPT_COUNT; i++) {
		const struct opt_info *o = &opt_table[i];
		size_t from = b->n;

		if ((o->commands & mask) == 0 || o->help == NULL)
			continue;
		if (o->letter != '\0')
			buf_printf(b, "  -%c, --%s", o->letter, o->name);
		else
			buf_printf(b, "      --%s", o->name);
		if (o->arg != NULL)
			buf_printf(
			    b, o->kind == OPT_MAYBE ? "[=%s]" : " %s", o->arg);
		buf_fill(b, ' ', b->n - from < 38 ? 38 - (b->n - from) : 1);
		buf_puts(b, o->help);
		if (o->initial != NULL)
			buf_printf(b, " (default %s)", o->initial);
		buf_putc(b, '\n');
	}
}

static void
help_root(struct buf *b, const char *program)
{
	int i;

	buf_printf(b,
	    "%s compiles Kubernetes YAML into execution policies for\n"
	    "confidential containers.\n\nUsage:\n  %s [command]\n\nCommands:\n",
	    program, program);
	for (i = 0; i < CMD_COUNT; i++) {
		if (!cmd_is_verb(&cmd_table[i]))
			buf_printf(b, "  %-15s%s\n", cmd_table[i].name,
			    cmd_table[i].summary);
	}
	buf_printf(b,
	    "\nFlags:\n  -h, --help      help\n  -v, --version   version\n\n"
	    "Use \"%s [command] --help\" for more about a command.\n",
	    program);
}

/* The verbs that have a page of their own. */
static void
help_verbs(struct buf *b, const struct cmd *c)
{
	struct str name = str_from(c->name);
	bool first = true;
	int i;

	for (i = 0; i < CMD_COUNT; i++) {
		const struct cmd *v = &cmd_table[i];

		if (!cmd_is_verb(v) || !str_starts(str_from(v->name), name) ||
		    v->name[name.n] != ' ')
			continue;
		buf_printf(b, "%s  %-15s%s\n", first ? "Commands:\n" : "",
		    v->name + name.n + 1, v->summary);
		first = false;
	}
	if (!first)
		buf_putc(b, '\n');
}

void
cmd_usage(struct run *r, const struct cmd *c, int fd)
{
	struct buf b = {0};

	if (c == NULL) {
		help_root(&b, r->program);
	} else {
		buf_printf(&b, "%s: %s\n\nUsage:\n  %s %s %s\n\n", c->name,
		    c->summary, r->program, c->name, c->args);
		help_verbs(&b, c);
		buf_puts(&b, "Flags:\n");
		help_options(&b, 1u << (c - cmd_table));
	}
	(void)cmd_write(fd, buf_str(&b));
	buf_free(&b);
}
