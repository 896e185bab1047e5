/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers below the command line: the environment, then contrastc.yaml
 * (contrastc-config(5)).  A layer only sets what no higher one has set.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/cmd/cmd.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

#define CONFIG_NAME "contrastc.yaml"
#define CONFIG_MAX ((size_t)1 << 20)
#define CONFIG_ABOVE_MAX 128 /* directories that are searched */
#define PREFIX "CONTRASTC_"

/* What gives up protection is said on the command line, each time. */
static bool
is_gate(int id)
{
	return id == OPT_SIMULATED || id == OPT_SIMULATED_ROOT ||
	       id == OPT_SIMULATED_CRL || id == OPT_REVOCATION ||
	       id == OPT_COLLATERAL_AGE;
}

bool
opt_is_layered(int id)
{
	return opt_table[id].help != NULL && id != OPT_HELP && !is_gate(id);
}

bool
opt_is_secret(struct str name)
{
	return str_ends(name, STR("password")) ||
	       str_ends(name, STR("token")) || str_ends(name, STR("secret"));
}

/* Inputs on the command line are all there are. */
bool
opt_is_open(const struct run *r, int id, enum opt_layer from)
{
	unsigned mask = 1u << (r->cmd - cmd_table);

	return (opt_table[id].commands & mask) != 0 &&
	       r->opt[id].from <= from &&
	       (id != OPT_FILENAME || r->args.n == 0);
}

/* environment */

static bool
is_variable_of(struct str name, const char *option)
{
	size_t i;

	for (i = 0; i < name.n && option[i] != '\0'; i++) {
		int c =
		    option[i] == '-' ? '_' : toupper((unsigned char)option[i]);

		if (name.p[i] != c)
			return false;
	}
	return i == name.n && option[i] == '\0';
}

/* Items are separated by commas or line ends. */
static void
split(struct run *r, struct opt_value *v, struct str text)
{
	size_t i, from = 0;

	for (i = 0; i <= text.n; i++) {
		struct str item;

		if (i < text.n && text.p[i] != ',' && text.p[i] != '\n')
			continue;
		item = str_trim(str_sub(text, from, i));
		if (item.n > 0)
			VEC_PUSH(
			    r->arena, &v->values, arena_cstr(r->arena, item));
		from = i + 1;
	}
}

static int
set_variable(struct run *r, int id, struct str name, const char *text)
{
	struct opt_value *v = &r->opt[id];
	enum opt_kind kind = opt_table[id].kind;

	if (text[0] == '\0' || !opt_is_open(r, id, FROM_FILE))
		return EXIT_OK;
	v->from = FROM_VARIABLE;
	v->variable = arena_cstr(r->arena, name);
	v->values.n = 0;
	v->on = true;
	if (kind == OPT_LIST)
		split(r, v, str_from(text));
	else if ((kind == OPT_VALUE || !opt_parse_bool(text, &v->on)) &&
		 kind != OPT_BOOL)
		VEC_PUSH(r->arena, &v->values, text);
	else if (kind == OPT_BOOL && !opt_parse_bool(text, &v->on))
		return cmd_fail(r, EXIT_USAGE,
		    "%s: not a boolean word: %s "
		    "(true or false)",
		    v->variable, text);
	return EXIT_OK;
}

static struct str
variable_name(const char *entry)
{
	struct str s = str_from(entry);

	return str_sub(s, 0, str_chr(s, '=', 0));
}

static int
environment(struct run *r)
{
	/* Contrast's own names (cli 1.5), the newest first. */
	static const struct {
		const char *name;
		int id;
	} others[] = {{"CONTRAST_ALLOW_INSECURE", OPT_INSECURE},
	    {"CONTRAST_ALLOW_INSECURE_RUNTIMES", OPT_INSECURE}};
	int status = EXIT_OK, id;
	const char *text;
	char **e;
	size_t i;

	for (e = environ; *e != NULL && status == EXIT_OK; e++) {
		struct str name = variable_name(*e);

		if (!str_starts(name, STR(PREFIX)) || name.n == strlen(*e))
			continue;
		for (id = 0; id < OPT_COUNT && status == EXIT_OK; id++) {
			if (opt_is_layered(id) &&
			    is_variable_of(
				str_sub(name, strlen(PREFIX), name.n),
				opt_table[id].name))
				status =
				    set_variable(r, id, name, *e + name.n + 1);
		}
	}
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		text = getenv(others[i].name);
		if (status == EXIT_OK && text != NULL)
			status = set_variable(
			    r, others[i].id, str_from(others[i].name), text);
	}
	return status;
}

void
opt_check_variables(struct run *r)
{
	char **e;
	int id;

	for (e = environ; *e != NULL; e++) {
		struct str name = variable_name(*e);

		if (!str_starts(name, STR(PREFIX)) ||
		    str_eq(name, STR("CONTRASTC_DATA_DIR")))
			continue;
		for (id = 0; id < OPT_COUNT; id++) {
			if (opt_is_layered(id) &&
			    is_variable_of(
				str_sub(name, strlen(PREFIX), name.n),
				opt_table[id].name))
				break;
		}
		if (id == OPT_COUNT)
			diag_report(&r->diags, CONFIG_VARIABLE, loc_none,
			    arena_cstr(r->arena, name));
	}
}

/* configuration file: where it is */

/*
 * The nearest file from `dir` up to the top of its repository; outside of
 * one, only `dir` itself counts.  *up: in how many directories above.
 */
static const char *
find_config(struct run *r, struct str dir, unsigned *up)
{
	const char *found = NULL, *path;
	struct stat here, st;
	unsigned i;

	for (i = 0; i < CONFIG_ABOVE_MAX; i++) {
		path =
		    arena_printf(r->arena, "%.*s" CONFIG_NAME, STR_ARG(dir)).p;
		if (found == NULL && stat(path, &st) == 0) {
			found = path;
			*up = i;
		}
		if (found != NULL && *up == 0)
			return found;
		path = arena_printf(r->arena, "%.*s.git", STR_ARG(dir)).p;
		if (stat(path, &st) == 0)
			return found;
		path = arena_printf(r->arena, "%.*s.", STR_ARG(dir)).p;
		dir = arena_printf(r->arena, "%.*s../", STR_ARG(dir));
		if (stat(path, &here) != 0 || stat(dir.p, &st) != 0 ||
		    (here.st_dev == st.st_dev && here.st_ino == st.st_ino))
			return NULL;
	}
	return NULL;
}

/*
 * A file above the workspace decides only if who owns it owns the workspace
 * too, or is the user: nobody can put one into a shared directory.
 */
static bool
is_trusted(const char *path, struct str workspace, unsigned up)
{
	struct stat file, dir;

	if (up == 0 || stat(path, &file) != 0)
		return true;
	return file.st_uid == geteuid() || file.st_uid == 0 ||
	       (stat(workspace.n == 0 ? "." : workspace.p, &dir) == 0 &&
		   dir.st_uid == file.st_uid);
}

static int
config_path(struct run *r)
{
	const char *dir = opt_str(r, OPT_WORKSPACE);
	struct str workspace = STR("");
	unsigned up = 0;

	r->config_path = opt_str(r, OPT_CONFIG);
	if (r->config_path != NULL)
		return EXIT_OK;
	if (dir != NULL && dir[0] != '\0')
		workspace = arena_printf(r->arena, "%s/", dir);
	r->config_path = find_config(r, workspace, &up);
	if (r->config_path != NULL &&
	    !is_trusted(r->config_path, workspace, up))
		return cmd_fail(r, EXIT_ENVIRONMENT,
		    "configuration file %s belongs to another user: name it "
		    "with --config, or --config /dev/null for none",
		    r->config_path);
	return EXIT_OK;
}

int
opt_layers(struct run *r)
{
	struct str path, text;
	struct rt_err err;
	int status;

	if ((status = environment(r)) != EXIT_OK ||
	    (status = config_path(r)) != EXIT_OK || r->config_path == NULL)
		return status;
	path = str_from(r->config_path);
	if (file_read(&text, r->arena, path.p, CONFIG_MAX, &err) != 0)
		return cmd_fail(
		    r, EXIT_ENVIRONMENT, "configuration file: %s", err.text);
	if (!opt_config(r, source_new(r->arena, path, text),
		str_sub(path, 0, path.n - str_basename(path).n)))
		return EXIT_USAGE;
	return EXIT_OK;
}

const char *
opt_where(struct run *r, enum opt_id id)
{
	const struct opt_value *v = &r->opt[id];
	struct place at;

	if (v->from == FROM_VARIABLE)
		return arena_printf(r->arena, " (%s)", v->variable).p;
	if (v->from != FROM_FILE)
		return "";
	at = source_place(r->arena, v->loc.source, v->loc.off);
	return arena_printf(r->arena, " (%.*s:%u:%u)",
	    STR_ARG(v->loc.source->name), at.line, at.col)
	    .p;
}
