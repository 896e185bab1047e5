/* SPDX-License-Identifier: Apache-2.0 */
/* config show: the options in effect, as a configuration file or as JSON. */
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "compiler/front/yaml.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

static const char *const layers[] = {
    [FROM_DEFAULT] = "default",
    [FROM_FILE] = "file",
    [FROM_VARIABLE] = "environment",
    [FROM_FLAG] = "flag",
};

/* Is there something to show? */
static bool
is_shown(const struct run *r, int id)
{
	const struct opt_value *v = &r->opt[id];
	unsigned mask = 1u << (r->cmd - cmd_table);

	return opt_is_layered(id) && (opt_table[id].commands & mask) != 0 &&
	       (v->from != FROM_DEFAULT || v->values.n > 0);
}

/* A secret shows only the file that it is in. */
static struct str
shown(int id, const char *value)
{
	if (opt_is_secret(str_from(opt_table[id].name)) && value[0] != '@')
		return STR("(secret)");
	return str_from(value);
}

static struct jv *
value_of(struct run *r, int id)
{
	const struct opt_value *v = &r->opt[id];
	struct jv *list = jv_array(r->arena);
	const char **s;

	if (opt_table[id].kind == OPT_BOOL ||
	    (opt_table[id].kind == OPT_MAYBE && v->values.n == 0))
		return jv_bool(r->arena, v->on);
	VEC_FOREACH(s, &v->values)
		jv_push(r->arena, list, jv_string(r->arena, shown(id, *s)));
	if (opt_table[id].kind == OPT_LIST)
		return list;
	return list->items.n == 0 ? jv_string(r->arena, STR(""))
				  : list->items.p[list->items.n - 1];
}

static struct jv *
option_json(struct run *r, int id)
{
	const struct opt_value *v = &r->opt[id];
	struct jv *o = jv_object(r->arena);
	struct place at;

	jv_set(r->arena, o, STR("value"), value_of(r, id));
	jv_set(r->arena, o, STR("origin"),
	    jv_string(r->arena, str_from(layers[v->from])));
	if (v->from == FROM_VARIABLE)
		jv_set(r->arena, o, STR("variable"),
		    jv_string(r->arena, str_from(v->variable)));
	if (v->from != FROM_FILE)
		return o;
	at = source_place(r->arena, v->loc.source, v->loc.off);
	jv_set(
	    r->arena, o, STR("file"), jv_string(r->arena, v->loc.source->name));
	jv_set(r->arena, o, STR("line"), jv_int(r->arena, at.line));
	jv_set(r->arena, o, STR("column"), jv_int(r->arena, at.col));
	return o;
}

/* The lines of one command; JSON scalars and lists are YAML too. */
static void
put_text(struct run *r, struct buf *b, bool origin)
{
	const char *where;
	int id;

	buf_printf(b, "  %s:\n", r->cmd->name);
	for (id = 0; id < OPT_COUNT; id++) {
		if (!is_shown(r, id))
			continue;
		buf_printf(b, "    %s: ", opt_table[id].name);
		jv_print(b, value_of(r, id), JV_COMPACT);
		where = opt_where(r, (enum opt_id)id);
		if (origin && where[0] != '\0')
			buf_printf(b, " # %.*s",
			    STR_ARG(str_sub(
				str_from(where), 2, strlen(where) - 1)));
		else if (origin)
			buf_printf(b, " # %s", layers[r->opt[id].from]);
		buf_putc(b, '\n');
	}
}

static struct jv *
command_json(struct run *r)
{
	struct jv *o = jv_object(r->arena);
	int id;

	for (id = 0; id < OPT_COUNT; id++) {
		if (is_shown(r, id))
			jv_set(r->arena, o, str_from(opt_table[id].name),
			    option_json(r, id));
	}
	return o;
}

/* The run that the command would be, with the global options of this one. */
static int
as_command(struct run *of, const struct run *r, const struct cmd *c)
{
	int id;

	*of = *r;
	of->cmd = c;
	of->args.n = 0;
	opt_defaults(of);
	for (id = 0; id < OPT_COUNT; id++) {
		if (opt_table[id].commands == ~0u &&
		    r->opt[id].from == FROM_FLAG)
			of->opt[id] = r->opt[id];
	}
	return opt_layers(of);
}

static int
show(struct run *r, const struct cmd *only)
{
	struct jv *all = jv_object(r->arena), *o = jv_object(r->arena);
	struct buf b = {0};
	struct run of;
	int i, status = EXIT_OK;

	buf_puts(&b, "commands:\n");
	for (i = 0; i < CMD_COUNT && status == EXIT_OK; i++) {
		if (only != NULL && only != &cmd_table[i])
			continue;
		status = as_command(&of, r, &cmd_table[i]);
		put_text(&of, &b, opt_on(r, OPT_ORIGIN));
		jv_set(r->arena, all, str_from(cmd_table[i].name),
		    command_json(&of));
	}
	if (opt_on(r, OPT_JSON)) {
		jv_set(r->arena, o, STR("version"), jv_int(r->arena, 1));
		if (r->config_path != NULL)
			jv_set(r->arena, o, STR("file"),
			    jv_string(r->arena, str_from(r->config_path)));
		jv_set(r->arena, o, STR("commands"), all);
		b.n = 0;
		jv_print(&b, o, JV_PRETTY);
		buf_putc(&b, '\n');
	}
	if (status == EXIT_OK)
		status = cmd_print(r, buf_str(&b));
	buf_free(&b);
	return status;
}

int
cmd_config(struct run *r)
{
	const struct cmd *only = NULL;

	if (r->args.n == 0 || r->args.n > 3 ||
	    strcmp(r->args.p[0], "show") != 0)
		return cmd_fail(
		    r, EXIT_USAGE, "config: expected show [command]");
	if (r->args.n > 1)
		only =
		    cmd_find(r->args.p[1], r->args.n > 2 ? r->args.p[2] : NULL);
	if (r->args.n > 1 && only == NULL)
		return cmd_fail(
		    r, EXIT_USAGE, "config: unknown command: %s", r->args.p[1]);
	cmd_report(r);
	return show(r, only);
}
