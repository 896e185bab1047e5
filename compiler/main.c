/* SPDX-License-Identifier: Apache-2.0 */
/* contrastc: finds the command and runs it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "compiler/cmd/cmd.h"
#include "compiler/report/report.h"
#include "runtime/base/banned.h"

static int
unknown_command(const struct run *r, const char *name)
{
	bool first = true;
	int i;

	fprintf(stderr, "Error: unknown command \"%s\" for \"%s\"\n", name,
	    r->program);
	for (i = 0; i < CMD_COUNT; i++) {
		struct str known = str_from(cmd_table[i].name);

		if (cmd_is_verb(&cmd_table[i]))
			continue;
		if (str_distance(known, str_from(name)) > 2 &&
		    !str_starts(known, str_from(name)))
			continue;
		fprintf(stderr, "%s\t%s\n",
		    first ? "\nDid you mean this?\n" : "", cmd_table[i].name);
		first = false;
	}
	fprintf(stderr, "Run '%s --help' for usage.\n", r->program);
	return EXIT_USAGE;
}

/* No option changes what these print, and a configuration with a fault must
 * not keep anybody from reading what the fault means. */
static bool
only_explains(const struct cmd *c)
{
	return c->run == cmd_explain || c->run == cmd_help ||
	       c->run == cmd_completion;
}

/* -W NAME, no-NAME, error=NAME, error. */
static bool
set_level(struct diags *d, const char *text)
{
	struct str s = str_from(text);
	enum diag_level level = DIAG_AS_WARNING;
	int id;

	if (str_eqz(s, "error")) {
		d->warnings_are_errors = true;
		return true;
	}
	if (str_starts(s, STR("error="))) {
		s = str_sub(s, 6, s.n);
		level = DIAG_AS_ERROR;
	}
	id = diag_by_name(s);
	if (id < 0 && str_starts(s, STR("no-"))) {
		id = diag_by_name(str_sub(s, 3, s.n));
		level = DIAG_OFF;
	}
	/* An error can be turned off for none and weakened for few. */
	if (id < 0)
		return false;
	if (diag_table[id].severity == DIAG_ERROR && level != DIAG_AS_ERROR)
		return false;
	d->level[id] = (uint8_t)level;
	return true;
}

/* Accepted as Contrast does; there is nothing to log yet. */
static bool
is_log_level(const char *s)
{
	static const char *const names[] = {"debug", "info", "warn", "error"};
	size_t i, n = strlen(s);

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcasecmp(s, names[i]) == 0)
			return true;
	}
	i = s[0] == '-' || s[0] == '+';
	return n == 0 || (n > i && strspn(s + i, "0123456789") == n - i);
}

static bool
is_color(const char *s)
{
	return strcmp(s, "auto") == 0 || strcmp(s, "always") == 0 ||
	       strcmp(s, "never") == 0;
}

/* --format json is another way to say --json. */
static int
set_format(struct run *r)
{
	const char *format = opt_str(r, OPT_FORMAT);

	if (strcmp(format, "json") == 0)
		r->opt[OPT_JSON].on = true;
	else if (strcmp(format, "text") != 0)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --format: unknown value: %s%s", format,
		    opt_where(r, OPT_FORMAT));
	return EXIT_OK;
}

static int
check_globals(struct run *r)
{
	const char *log = opt_str(r, OPT_LOG_FORMAT);
	const char **w;
	uint64_t status;

	if (strcmp(log, "text") != 0 && strcmp(log, "json") != 0)
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --log-format: unknown value: %s%s", log,
		    opt_where(r, OPT_LOG_FORMAT));
	r->log_json = strcmp(log, "json") == 0;
	if (!str_u64(str_from(opt_str(r, OPT_WARNINGS_AS)), 125, &status))
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --warnings-as: not a status from 0 to 125: "
		    "%s%s",
		    opt_str(r, OPT_WARNINGS_AS), opt_where(r, OPT_WARNINGS_AS));
	r->warnings_as = (int)status;
	VEC_FOREACH(w, &r->opt[OPT_REPORT].values) {
		if (!cmd_report_known(*w))
			return cmd_fail(r, EXIT_USAGE,
			    "parse flags: unknown report format: %s%s (one of: "
			    "%s)",
			    *w, opt_where(r, OPT_REPORT), report_names);
	}
	if (!is_color(opt_str(r, OPT_COLOR)))
		return cmd_fail(r, EXIT_USAGE,
		    "parse flags: --color: unknown value: %s%s",
		    opt_str(r, OPT_COLOR), opt_where(r, OPT_COLOR));
	if (!is_log_level(opt_str(r, OPT_LOG_LEVEL)))
		return cmd_fail(r, EXIT_USAGE, "invalid log level: \"%s\"%s",
		    opt_str(r, OPT_LOG_LEVEL), opt_where(r, OPT_LOG_LEVEL));
	VEC_FOREACH(w, &r->opt[OPT_WARN].values) {
		if (!set_level(&r->diags, *w))
			return cmd_fail(r, EXIT_USAGE,
			    "parse flags: -W %s: no diagnostic of that name "
			    "can be changed so%s",
			    *w, opt_where(r, OPT_WARN));
	}
	opt_check_variables(r);
	return set_format(r);
}

/*
 * The index of the command: the first word that is no option; options that
 * every command has may stand before it.  argc: there is none.
 */
static int
command_at(int argc, char **argv)
{
	int i, k;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		const char *word = argv[i];

		for (k = 0; k < OPT_COUNT; k++) {
			const struct opt_info *o = &opt_table[k];

			if (o->commands != ~0u ||
			    (o->kind != OPT_VALUE && o->kind != OPT_LIST))
				continue;
			if (word[1] == '-'
				? strcmp(word + 2, o->name) == 0
				: word[1] == o->letter && word[2] == '\0')
				i++;
		}
	}
	return i < argc ? i : argc;
}

static int
root(struct run *r, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0 ||
		    strcmp(argv[i], "--version") == 0)
			return cmd_version(r);
		if (strcmp(argv[i], "-h") != 0 &&
		    strcmp(argv[i], "--help") != 0)
			return cmd_fail(r, EXIT_USAGE,
			    "unknown flag: %s\nRun '%s --help' for usage.",
			    argv[i], r->program);
	}
	cmd_usage(r, NULL, 1);
	return EXIT_OK;
}

static int
run_command(struct run *r, int argc, char **argv)
{
	int status, words = 1, at = command_at(argc, argv);

	if (at == argc)
		return root(r, argc, argv);
	if (at + 1 < argc &&
	    (r->cmd = cmd_find(argv[at], argv[at + 1])) != NULL)
		words = 2;
	else
		r->cmd = cmd_find(argv[at], NULL);
	if (r->cmd == NULL)
		return unknown_command(r, argv[at]);
	/* What stood before the command is parsed with the rest. */
	memmove(argv + 1 + words, argv + 1, (size_t)(at - 1) * sizeof(*argv));
	status = opt_parse(r, argc - 1 - words, argv + 1 + words);
	if (status != EXIT_OK)
		return status;
	if (opt_on(r, OPT_HELP)) {
		cmd_usage(r, r->cmd, 1);
		return EXIT_OK;
	}
	if (!only_explains(r->cmd) && (status = opt_layers(r)) != EXIT_OK) {
		if (r->diags.errors > 0)
			cmd_report(r);
		return status;
	}
	if ((status = check_globals(r)) != EXIT_OK)
		return status;
	status = r->cmd->run(r);
	if (status == EXIT_OK && r->unreported)
		status = EXIT_ENVIRONMENT;
	if (status == EXIT_OK && r->diags.warnings > 0)
		status = r->warnings_as;
	return status;
}

int
main(int argc, char **argv)
{
	struct run r = {.arena = arena_new()};
	struct str program =
	    str_basename(str_from(argc > 0 ? argv[0] : "contrastc"));
	int status;

	(void)signal(SIGPIPE, SIG_IGN);
	r.program = program.p;
	diags_init(&r.diags, r.arena);
	status = run_command(&r, argc, argv);
	arena_free(r.arena);
	return status;
}
