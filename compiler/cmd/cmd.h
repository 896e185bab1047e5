/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_CMD_CMD_H
#define CONTRASTC_CMD_CMD_H

#include "runtime/base/arena.h"
#include "runtime/base/diag.h"
#include "runtime/base/err.h"
#include "runtime/base/source.h"
#include "runtime/base/vec.h"
#include "runtime/manifest/platform.h"

/* Exit status: one table for every command (DESIGN 6). */
enum {
	EXIT_OK = 0,
	EXIT_FINDINGS = 1,
	EXIT_USAGE = 2,
	EXIT_ENVIRONMENT = 3,
	EXIT_MISMATCH = 4,
	EXIT_INTERNAL = 70
};

/* Options: opt.def. */
enum opt_kind {
	OPT_BOOL,  /* --x, --x=false */
	OPT_VALUE, /* --x V, the last one counts */
	OPT_LIST,  /* --x V, repeatable */
	OPT_MAYBE  /* --x or --x=V, repeatable */
};

enum opt_id {
#define OPT(id, kind, name, letter, arg, initial, commands, help) OPT_##id,
#include "compiler/cmd/opt.def"
#undef OPT
	OPT_COUNT
};

/* Commands: cmd.def.  A set of them is a mask of CMD_M(id). */
enum cmd_id {
#define CMD(id, name, args, summary) CMD_##id,
#include "compiler/cmd/cmd.def"
#undef CMD
	CMD_COUNT
};
#define CMD_M(id) (1u << CMD_##id)

struct opt_info {
	enum opt_kind kind;
	const char *name;
	char letter;         /* or '\0' */
	const char *arg;     /* name of the value in help */
	const char *initial; /* default, or NULL */
	unsigned commands;   /* mask */
	const char *help;    /* NULL: hidden */
};
extern const struct opt_info opt_table[OPT_COUNT];

/* The layers of options (contrastc-config(5)): a higher one wins whole. */
enum opt_layer { FROM_DEFAULT, FROM_FILE, FROM_VARIABLE, FROM_FLAG };

struct opt_value {
	enum opt_layer from;
	bool on;                  /* OPT_BOOL, OPT_MAYBE */
	VEC(const char *) values; /* the rest; the default if not set */
	const char *variable;     /* FROM_VARIABLE: its name */
	struct loc loc;           /* FROM_FILE: the value there */
};

struct cmd;

/* What a command gets. */
struct run {
	struct arena *arena;
	struct diags diags;
	const char *program; /* base name of argv[0] */
	const struct cmd *cmd;
	struct opt_value opt[OPT_COUNT];
	VEC(char *) args;
	const char *config_path; /* of the configuration file, or NULL */
	bool log_json;           /* --log-format json */
	bool unreported;         /* a report could not be written */
	int warnings_as;         /* exit status if there are only warnings */
};

struct cmd {
	const char *name;
	const char *args; /* synopsis of the arguments */
	const char *summary;
	int (*run)(struct run *);
};
extern const struct cmd cmd_table[CMD_COUNT];
/* By name, whose second word may be NULL; NULL if there is none. */
const struct cmd *cmd_find(const char *name, const char *verb);
/* Is it a verb of another command? */
bool cmd_is_verb(const struct cmd *c);

/*
 * Parses as pflag does (cli 1.1): options and paths mixed, `--` ends them.
 * Returns EXIT_OK, or prints and returns another status.
 */
int opt_parse(struct run *r, int argc, char **argv);
/* The defaults; opt_parse() begins with them. */
void opt_defaults(struct run *r);
/*
 * Fills in what the command line did not set: from the environment, then
 * from the configuration file, if there is one.  EXIT_OK, or another status
 * after a message; findings in the file are in r->diags.
 */
int opt_layers(struct run *r);
/* The file part alone; paths in it are relative to `dir` ("" or "…/"). */
bool opt_config(struct run *r, const struct source *s, struct str dir);
/* Warns of CONTRASTC_… variables that nothing reads. */
void opt_check_variables(struct run *r);
/* Where a value was set, for a message: " (FILE:LINE:COLUMN)" or empty. */
const char *opt_where(struct run *r, enum opt_id id);
/* May layers below the command line set it at all? */
bool opt_is_layered(int id);
/* May this layer set it in this run? */
bool opt_is_open(const struct run *r, int id, enum opt_layer from);
/* Does the option hold a password or token? */
bool opt_is_secret(struct str name);

/* The words of Go's ParseBool. */
bool opt_parse_bool(const char *s, bool *out);
bool opt_on(const struct run *r, enum opt_id id);
/* The value, or NULL where there is neither one nor a default. */
const char *opt_str(const struct run *r, enum opt_id id);
bool opt_is_set(const struct run *r, enum opt_id id);
/*
 * A time in milliseconds, at most a day; *ms stays as it is where there is no
 * value.  EXIT_OK or a failure that was printed.
 */
int opt_duration(struct run *r, enum opt_id id, uint64_t *ms);
/* The path of a file option; a default lies below --workspace-dir. */
const char *opt_path(struct run *r, enum opt_id id);
/* The same; NULL if it is the default and nothing is there. */
const char *opt_path_if(struct run *r, enum opt_id id);
/* The same for a file without an option. */
const char *workspace_path(struct run *r, const char *name);

/*
 * --reference-values (*out NULL: not given), --profile, and the target that
 * they make together, NULL: none.  EXIT_OK or a failure that was printed.
 */
int cmd_platform(struct run *r, const struct platform **out);
int cmd_profile(struct run *r, enum profile implied, enum profile *out);
const char *cmd_target_of(const struct platform *p, enum profile profile);

/* Ends a command: prints `Error: ` and the chain, returns `status`. */
int cmd_fail(struct run *r, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A line of progress on stderr, unless --quiet. */
void cmd_say(const struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes to stdout; EXIT_OK or a failure that was reported. */
int cmd_print(struct run *r, struct str s);
/* A command that needs files got no name of one. */
int cmd_no_inputs(struct run *r);

/* The exit status of a run that found errors. */
int cmd_status(const struct run *r);
/* The files of -f and of the arguments, in this order (front/input.h). */
struct inputs;
bool cmd_inputs(struct run *r, struct inputs *out);
/*
 * The policies in the annotations of these files; false after diagnostics
 * (emit/extract.h).
 */
struct workload_policies;
bool cmd_read_policies(struct run *r, struct workload_policies *out);
/* Writes the diagnostics in the formats that were asked for. */
void cmd_report(struct run *r);
/* Is it a value of --report? */
bool cmd_report_known(const char *value);
/* All bytes to a descriptor; -1 and errno. */
int cmd_write(int fd, struct str s);
void cmd_usage(struct run *r, const struct cmd *c, int fd);

#define CMD(id, name, args, summary) int cmd_##id(struct run *r);
#include "compiler/cmd/cmd.def"
#undef CMD

#endif
