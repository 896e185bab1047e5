/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, as Go's pflag reads it (cli 1.1, texts of 1.3). */
#include <string.h>
#include <sys/stat.h>

#include "compiler/cmd/cmd.h"
#include "runtime/base/banned.h"

const struct opt_info opt_table[OPT_COUNT] = {
#define ALL (~0u)
#define GEN CMD_M(generate)
#define SET CMD_M(settings)
#define OPT(id, kind, name, letter, arg, initial, commands, help)              \
	[OPT_##id] = {kind, name, letter, arg, initial, commands, help},
#include "compiler/cmd/opt.def"
#undef OPT
};

static unsigned
mask_of(const struct run *r)
{
	return r->cmd == NULL ? 0 : 1u << (r->cmd - cmd_table);
}

/* The option of a name or, if name is empty, of a letter; -1: none. */
static int
find(const struct run *r, struct str name, char letter)
{
	int i;

	for (i = 0; i < OPT_COUNT; i++) {
		const struct opt_info *o = &opt_table[i];

		if ((o->commands & mask_of(r)) == 0)
			continue;
		if (name.n > 0 ? str_eqz(name, o->name)
			       : o->letter != '\0' && o->letter == letter)
			return i;
	}
	return -1;
}

static const char *
nearest(const struct run *r, struct str name)
{
	const char *best = NULL;
	unsigned least = 3, d;
	int i;

	for (i = 0; i < OPT_COUNT; i++) {
		const struct opt_info *o = &opt_table[i];

		if ((o->commands & mask_of(r)) == 0 || o->help == NULL)
			continue;
		d = str_distance(name, str_from(o->name));
		if (d < least) {
			least = d;
			best = o->name;
		}
	}
	return best;
}

static int
usage_error(struct run *r, struct str text)
{
	return cmd_fail(r, EXIT_USAGE,
	    "%.*s\nUsage:\n  %s %s %s\n\nRun '%s %s --help' for all flags.",
	    STR_ARG(text), r->program, r->cmd->name, r->cmd->args, r->program,
	    r->cmd->name);
}

static int
unknown(struct run *r, struct str name)
{
	const char *guess = nearest(r, name);
	struct str text =
	    arena_printf(r->arena, "unknown flag: --%.*s", STR_ARG(name));

	if (guess != NULL)
		text = arena_printf(r->arena, "%.*s (did you mean --%s?)",
		    STR_ARG(text), guess);
	return usage_error(r, text);
}

/* "-m, --manifest" or "--platform". */
static struct str
spelled(struct run *r, const struct opt_info *o)
{
	if (o->letter == '\0')
		return arena_printf(r->arena, "--%s", o->name);
	return arena_printf(r->arena, "-%c, --%s", o->letter, o->name);
}

bool
opt_parse_bool(const char *s, bool *out)
{
	static const char *const words[] = {"1", "t", "T", "TRUE", "true",
	    "True", "0", "f", "F", "FALSE", "false", "False"};
	size_t i;

	for (i = 0; i < 12; i++) {
		if (strcmp(s, words[i]) == 0) {
			*out = i < 6;
			return true;
		}
	}
	return false;
}

/* Sets an option; `value` NULL: given without one. */
static int
set(struct run *r, int id, const char *value)
{
	const struct opt_info *o = &opt_table[id];
	struct opt_value *v = &r->opt[id];

	if (v->from != FROM_FLAG || o->kind == OPT_VALUE)
		v->values.n = 0;
	v->from = FROM_FLAG;
	v->on = true;
	if (o->kind == OPT_BOOL && value != NULL &&
	    !opt_parse_bool(value, &v->on))
		return usage_error(
		    r, arena_printf(r->arena,
			   "invalid argument \"%s\" for \"%.*s\" flag: "
			   "strconv.ParseBool: parsing \"%s\": invalid syntax",
			   value, STR_ARG(spelled(r, o)), value));
	if (o->kind != OPT_BOOL && value != NULL)
		VEC_PUSH(r->arena, &v->values, value);
	return EXIT_OK;
}

static bool
needs_value(int id)
{
	return opt_table[id].kind == OPT_VALUE ||
	       opt_table[id].kind == OPT_LIST;
}

/* argv[*i] is "--name" or "--name=value". */
static int
parse_long(struct run *r, int argc, char **argv, int *i)
{
	const char *text = argv[*i] + 2, *equals = strchr(text, '=');
	struct str name = str_from(text);
	const char *value = NULL;
	int id;

	if (equals != NULL) {
		name = str_sub(name, 0, (size_t)(equals - text));
		value = equals + 1;
	}
	id = name.n == 0 ? -1 : find(r, name, '\0');
	if (id < 0)
		return unknown(r, name);
	if (value == NULL && needs_value(id)) {
		if (*i + 1 >= argc)
			return usage_error(
			    r, arena_printf(r->arena,
				   "flag needs an argument: --%.*s",
				   STR_ARG(name)));
		value = argv[++*i];
	}
	return set(r, id, value);
}

/* argv[*i] is "-x…": a bundle; an option with a value ends it. */
static int
parse_short(struct run *r, int argc, char **argv, int *i)
{
	const char *bundle = argv[*i] + 1, *p;
	int id, status;

	for (p = bundle; *p != '\0'; p++) {
		const char *value = NULL;

		id = find(r, STR(""), *p);
		if (id < 0)
			return usage_error(
			    r, arena_printf(r->arena,
				   "unknown shorthand flag: '%c' in -%s", *p,
				   bundle));
		if (p[1] == '=')
			value = p + 2;
		else if (needs_value(id) && p[1] != '\0')
			value = p + 1;
		else if (needs_value(id) && *i + 1 < argc)
			value = argv[++*i];
		else if (needs_value(id))
			return usage_error(
			    r, arena_printf(r->arena,
				   "flag needs an argument: '%c' in -%s", *p,
				   bundle));
		if ((status = set(r, id, value)) != EXIT_OK)
			return status;
		if (value != NULL)
			break;
	}
	return EXIT_OK;
}

void
opt_defaults(struct run *r)
{
	int i;

	memset(r->opt, 0, sizeof(r->opt));
	for (i = 0; i < OPT_COUNT; i++) {
		if (opt_table[i].initial != NULL)
			VEC_PUSH(
			    r->arena, &r->opt[i].values, opt_table[i].initial);
	}
}

int
opt_parse(struct run *r, int argc, char **argv)
{
	int i, status = EXIT_OK;

	opt_defaults(r);
	for (i = 0; i < argc && status == EXIT_OK; i++) {
		char *arg = argv[i];

		if (strcmp(arg, "--") == 0) {
			while (++i < argc)
				VEC_PUSH(r->arena, &r->args, argv[i]);
		} else if (arg[0] == '-' && arg[1] == '-') {
			status = parse_long(r, argc, argv, &i);
		} else if (arg[0] == '-' && arg[1] != '\0') {
			status = parse_short(r, argc, argv, &i);
		} else {
			VEC_PUSH(r->arena, &r->args, arg);
		}
	}
	return status;
}

bool
opt_on(const struct run *r, enum opt_id id)
{
	return r->opt[id].on;
}

bool
opt_is_set(const struct run *r, enum opt_id id)
{
	return r->opt[id].from != FROM_DEFAULT;
}

const char *
opt_str(const struct run *r, enum opt_id id)
{
	const struct opt_value *v = &r->opt[id];

	return v->values.n == 0 ? NULL : v->values.p[v->values.n - 1];
}

const char *
workspace_path(struct run *r, const char *name)
{
	const char *dir = opt_str(r, OPT_WORKSPACE);

	if (dir == NULL || dir[0] == '\0')
		return name;
	return arena_printf(r->arena, "%s/%s", dir, name).p;
}

const char *
opt_path(struct run *r, enum opt_id id)
{
	const char *path = opt_str(r, id);

	return opt_is_set(r, id) ? path : workspace_path(r, path);
}

const char *
opt_path_if(struct run *r, enum opt_id id)
{
	const char *path = opt_path(r, id);
	struct stat st;

	if (!opt_is_set(r, id) && stat(path, &st) != 0)
		return NULL;
	return path;
}
