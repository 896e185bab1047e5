/* SPDX-License-Identifier: Apache-2.0 */
/* What is in contrastc.yaml (contrastc-config(5)), with places. */
#include <string.h>

#include "compiler/cmd/cmd.h"
#include "compiler/front/yaml.h"
#include "runtime/base/banned.h"

struct config {
	struct run *r;
	struct str dir; /* of the file, with '/', or empty */
	bool ok;
};

static void
wrong_type(struct config *c, struct str name, const struct yaml_node *n,
    const char *want)
{
	c->ok = false;
	diag_report(&c->r->diags, CONFIG_TYPE, n->loc, STR_ARG(name), want);
}

/* Where the path in a value begins; SIZE_MAX: it has none. */
static size_t
path_at(int id, struct str text)
{
	static const struct {
		const char *arg;
		char mark;
	} kinds[] = {{"FILE", '\0'}, {"DIR", '\0'}, {"PATH", '\0'},
	    {"KIND:PATH", ':'}, {"KIND[=FILE]", '='}};
	size_t i, at;

	if (opt_is_secret(str_from(opt_table[id].name)))
		return 1;
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].arg, opt_table[id].arg) != 0)
			continue;
		if (kinds[i].mark == '\0')
			return 0;
		at = str_chr(text, kinds[i].mark, 0);
		return at == SIZE_MAX ? at : at + 1;
	}
	return SIZE_MAX;
}

/* A path in the file is relative to the file. */
static const char *
value_of(struct config *c, int id, struct str text)
{
	size_t at = path_at(id, text);
	struct str path = str_sub(text, at, text.n);

	if (path.n == 0 || path.p[0] == '/' || str_eqz(path, "-"))
		return arena_cstr(c->r->arena, text);
	return arena_printf(c->r->arena, "%.*s%.*s%.*s",
	    STR_ARG(str_sub(text, 0, at)), STR_ARG(c->dir), STR_ARG(path))
	    .p;
}

static bool
is_scalar(const struct yaml_node *n)
{
	return !yaml_is(n, YAML_SEQ) && !yaml_is(n, YAML_MAP) &&
	       !yaml_is(n, YAML_NULL) &&
	       str_chr(yaml_text(n), '\0', 0) == SIZE_MAX;
}

static void
set_list(struct config *c, int id, struct str name, const struct yaml_node *n,
    struct opt_value *v)
{
	struct yaml_node **it, *item;

	VEC_FOREACH(it, &n->items) {
		item = yaml_deref(*it);
		if (is_scalar(item))
			VEC_PUSH(c->r->arena, &v->values,
			    value_of(c, id, yaml_text(item)));
		else
			wrong_type(c, name, *it, "a list of scalars");
	}
}

/* Checks a value; takes it if `mask` has the command. */
static void
set_value(struct config *c, int id, unsigned mask, struct str name,
    const struct yaml_node *n)
{
	struct opt_value v = {.from = FROM_FILE, .on = true, .loc = n->loc};
	enum opt_kind kind = opt_table[id].kind;

	if (yaml_is(n, YAML_BOOL) && (kind == OPT_BOOL || kind == OPT_MAYBE))
		(void)yaml_to_bool(n, &v.on);
	else if (kind == OPT_BOOL)
		wrong_type(c, name, n, "true or false");
	else if (is_scalar(n))
		VEC_PUSH(c->r->arena, &v.values, value_of(c, id, yaml_text(n)));
	else if (kind == OPT_LIST && yaml_is(n, YAML_SEQ))
		set_list(c, id, name, n, &v);
	else
		wrong_type(c, name, n,
		    kind == OPT_LIST ? "a scalar or a list of scalars"
				     : "a scalar");
	if ((mask & 1u << (c->r->cmd - cmd_table)) != 0 &&
	    opt_is_open(c->r, id, FROM_FILE))
		c->r->opt[id] = v;
}

/* keys */

static bool
is_key(int id, unsigned mask)
{
	return opt_is_layered(id) && id != OPT_CONFIG && id != OPT_WORKSPACE &&
	       (opt_table[id].commands & mask) != 0;
}

struct guess {
	struct str name;
	const char *best;
	unsigned least;
};

static void
consider(struct guess *g, const char *name)
{
	unsigned d = str_distance(g->name, str_from(name));

	if (d < g->least) {
		g->least = d;
		g->best = name;
	}
}

static void
unknown(struct config *c, const struct yaml_pair *p, const char *what,
    const struct guess *g)
{
	struct diag *d = diag_report(
	    &c->r->diags, CONFIG_UNKNOWN, p->key->loc, what, STR_ARG(g->name));

	c->ok = false;
	if (g->best != NULL)
		diag_help(&c->r->diags, d, "did you mean '%s'?", g->best);
}

/* Every item of a secret option names a file. */
static bool
holds_secret(const struct yaml_node *n)
{
	struct yaml_node **it;

	VEC_FOREACH(it, &n->items) {
		if (holds_secret(yaml_deref(*it)))
			return true;
	}
	return !yaml_is(n, YAML_SEQ) && !str_starts(yaml_text(n), STR("@"));
}

static void
option(struct config *c, const struct yaml_pair *p, unsigned mask)
{
	struct guess g = {yaml_text(p->key), NULL, 3};
	bool found = false;
	int id;

	if (opt_is_secret(g.name) && holds_secret(p->value)) {
		diag_report(
		    &c->r->diags, CONFIG_SECRET, p->key->loc, STR_ARG(g.name))
		    ->hidden = true;
		c->ok = false;
		return;
	}
	for (id = 0; id < OPT_COUNT; id++) {
		if (!is_key(id, mask))
			continue;
		consider(&g, opt_table[id].name);
		if (!str_eqz(g.name, opt_table[id].name))
			continue;
		found = true;
		set_value(c, id, mask, g.name, p->value);
	}
	if (!found)
		unknown(c, p, "option", &g);
}

static void
section(struct config *c, struct str name, const struct yaml_node *map,
    unsigned mask)
{
	struct yaml_pairs pairs = yaml_pairs(c->r->arena, map);
	const struct yaml_pair *p;

	if (!yaml_is(map, YAML_MAP) && !yaml_is(map, YAML_NULL))
		wrong_type(c, name, map, "a mapping");
	VEC_FOREACH(p, &pairs)
		option(c, p, mask);
}

static void
commands(struct config *c, const struct yaml_node *map)
{
	struct yaml_pairs pairs = yaml_pairs(c->r->arena, map);
	const struct yaml_pair *p;
	int i;

	if (!yaml_is(map, YAML_MAP) && !yaml_is(map, YAML_NULL))
		wrong_type(c, STR("commands"), map, "a mapping");
	VEC_FOREACH(p, &pairs) {
		struct guess g = {yaml_text(p->key), NULL, 3};

		for (i = 0; i < CMD_COUNT; i++) {
			consider(&g, cmd_table[i].name);
			if (str_eqz(g.name, cmd_table[i].name))
				break;
		}
		if (i < CMD_COUNT)
			section(c, g.name, p->value, 1u << i);
		else
			unknown(c, p, "command", &g);
	}
}

static void
top(struct config *c, const struct yaml_node *root)
{
	static const char *const keys[] = {"options", "commands"};
	struct yaml_pairs pairs = yaml_pairs(c->r->arena, root);
	const struct yaml_node *n;
	const struct yaml_pair *p;

	if (!yaml_is(root, YAML_MAP))
		wrong_type(c, STR("contrastc.yaml"), root, "a mapping");
	VEC_FOREACH(p, &pairs) {
		struct guess g = {yaml_text(p->key), NULL, 4};

		consider(&g, keys[0]);
		consider(&g, keys[1]);
		if (!str_eqz(g.name, keys[0]) && !str_eqz(g.name, keys[1]))
			unknown(c, p, "key", &g);
	}
	/* What is for one command counts more than what is for all. */
	if ((n = yaml_getz(root, "options")) != NULL)
		section(c, STR("options"), n, ~0u);
	if ((n = yaml_getz(root, "commands")) != NULL)
		commands(c, n);
}

bool
opt_config(struct run *r, const struct source *s, struct str dir)
{
	struct config c = {r, dir, true};
	struct units units = {0};

	if (!yaml_read(&units, r->arena, &r->diags, s))
		return false;
	if (units.list.n > 1)
		wrong_type(&c, STR("contrastc.yaml"), units.list.p[1]->root,
		    "one document");
	if (units.list.n > 0)
		top(&c, units.list.p[0]->root);
	return c.ok;
}
