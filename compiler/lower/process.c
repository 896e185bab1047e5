/* SPDX-License-Identifier: Apache-2.0 */
/* OCI.Process (policy-model 7.6). */
#include <string.h>

#include "compiler/lower/internal.h"
#include "runtime/base/banned.h"

BECAUSE(runtime_env, "the runtime sets this variable in every container");
BECAUSE(tty_env, "the runtime sets this variable for a terminal");
BECAUSE(default_path, "the image has no Env: the runtime's default");
BECAUSE(nothing, "default of the runtime");

/* arguments */

static bool
given(const struct ir_strs *v)
{
	return v->list.n > 0;
}

/* Image texts: not expanded, and no policy token may be in them. */
static void
image_args(struct work *w, struct jv *out, const char *member)
{
	const struct jv *list = jv_get(w->config, str_from(member));
	size_t i;

	if (!jv_is(list, JV_ARRAY))
		return;
	for (i = 0; i < list->items.n; i++) {
		struct str s = jv_str(list->items.p[i]);

		lw_no_token(w, s, member, w->image_loc);
		jv_push(w->a, out,
		    lw_str(w->a, lw_outside(w, s, true),
			lw_image(w, "%s[%zu]", member, i)));
	}
}

static void
yaml_args(struct work *w, struct jv *out, const struct ir_strs *v,
    const struct map *vars)
{
	const struct ir_str *it;

	lw_secret_args(w, v);
	VEC_FOREACH(it, &v->list) {
		struct loc loc = lw_loc(it->node);
		struct str s = lw_expand(w, it->s, vars, loc);

		lw_no_token(w, s, "an argument", loc);
		jv_push(w->a, out,
		    lw_str(w->a, lw_outside(w, s, true), lw_yaml(w, it->node)));
	}
}

static bool
has_text(const struct jv *list, struct str s)
{
	struct jv **it;

	VEC_FOREACH(it, &list->items) {
		if (str_eq((*it)->text, s))
			return true;
	}
	return false;
}

/* Items of the settings that are not there yet. */
static void
add_settings(struct work *w, struct jv *out, const char *member)
{
	const struct jv *list =
	    jv_path(w->base->settings, "Process", member, NULL);
	struct jv **it;

	if (!jv_is(list, JV_ARRAY))
		return;
	VEC_FOREACH(it, &list->items) {
		if (!has_text(out, jv_str(*it)))
			jv_push(w->a, out, *it);
	}
}

static struct jv *
args(struct work *w, const struct map *vars)
{
	struct jv *out = jv_array(w->a);
	bool command = w->k != NULL && given(&w->k->command);
	bool args_given = w->k != NULL && given(&w->k->args);

	if (command)
		yaml_args(w, out, &w->k->command, vars);
	else
		image_args(w, out, "Entrypoint");
	if (args_given)
		yaml_args(w, out, &w->k->args, vars);
	else if (!command)
		image_args(w, out, "Cmd");
	add_settings(w, out, "Args");
	return out;
}

/* environment */

static void
image_env(struct work *w, struct env *e)
{
	const struct jv *list = jv_getz(w->config, "Env");
	struct env_var *v;
	size_t i;

	if (!jv_is(list, JV_ARRAY)) {
		v = ARENA_NEW(w->a, struct env_var);
		v->name = STR("PATH");
		v->value = STR("/usr/local/sbin:/usr/local/bin:/usr/sbin:"
			       "/usr/bin:/sbin:/bin");
		v->origin = &default_path;
		lw_env_add(w, e, v);
		return;
	}
	for (i = 0; i < list->items.n; i++) {
		struct str s = jv_str(list->items.p[i]);
		size_t eq = str_chr(s, '=', 0);

		lw_no_token(w, s, "Env", w->image_loc);
		v = ARENA_NEW(w->a, struct env_var);
		v->name = str_sub(s, 0, eq);
		v->bare = eq == SIZE_MAX;
		v->value = v->bare ? STR("") : str_sub(s, eq + 1, SIZE_MAX);
		v->image = true;
		v->origin = lw_image(w, "Env[%zu]", i);
		v->loc = w->image_loc;
		lw_env_add(w, e, v);
	}
}

/* What the runtime sets unless the image does. */
static void
runtime_var(struct work *w, struct env *e, struct str name, struct str value,
    const struct origin *o)
{
	struct env_var *v;

	if (map_get(&e->by_name, name) != NULL)
		return;
	v = ARENA_NEW(w->a, struct env_var);
	v->name = name;
	v->value = value;
	v->origin = o;
	lw_env_add(w, e, v);
}

static struct jv *
env_text(struct work *w, const struct env_var *v)
{
	lw_no_token(w, v->name, "the name of a variable", v->loc);
	lw_no_token(w, v->value, "a value", v->loc);
	return lw_str(w->a,
	    lw_cat(w->a, v->name, v->bare ? STR("") : STR("="),
		lw_outside(w, v->value, false)),
	    v->origin);
}

static struct jv *
environment(struct work *w, struct map *vars, struct jv *overridden)
{
	struct jv *out = jv_array(w->a), *text;
	struct env e = {0};
	struct env_var **it;

	image_env(w, &e);
	if (w->k != NULL) {
		if (w->k->tty.v)
			runtime_var(w, &e, STR("TERM"), STR("xterm"), &tty_env);
		runtime_var(w, &e, STR("HOSTNAME"),
		    lw_token(w->a, TOKEN_HOST_NAME), &runtime_env);
		lw_env_yaml(w, &e, vars);
	}
	VEC_FOREACH(it, &e.list) {
		const struct env_var *v = *it;

		if (map_get(&e.by_name, v->name) == v) {
			jv_push(w->a, out, env_text(w, v));
		} else if (v->stays) {
			text = env_text(w, v);
			jv_push(w->a, out, text);
			jv_push(w->a, overridden, text);
		}
	}
	add_settings(w, out, "Env");
	return out;
}

/* capabilities */

struct caps {
	struct jv *list;
	bool changed;
};

static size_t
find_cap(const struct caps *c, struct str s)
{
	size_t i;

	for (i = 0; i < c->list->items.n; i++) {
		if (str_eq(c->list->items.p[i]->text, s))
			return i;
	}
	return SIZE_MAX;
}

static void
drop(struct work *w, struct caps *c, struct str name)
{
	size_t i;

	if (str_eqz(name, "ALL")) {
		c->list->items.n = 0;
		return;
	}
	i = find_cap(c, lw_cat(w->a, STR("CAP_"), name, STR("")));
	if (i != SIZE_MAX)
		VEC_REMOVE(&c->list->items, i);
}

static void
add(struct work *w, struct caps *c, const struct ir_str *name)
{
	struct str s;
	struct jv **it;

	if (str_eqz(name->s, "ALL")) {
		VEC_FOREACH(it, &w->l->privileged_caps->items) {
			if (find_cap(c, (*it)->text) == SIZE_MAX)
				jv_push(w->a, c->list, *it);
		}
		return;
	}
	s = lw_cat(w->a, STR("CAP_"), name->s, STR(""));
	if (find_cap(c, s) == SIZE_MAX)
		jv_push(w->a, c->list, lw_str(w->a, s, lw_yaml(w, name->node)));
}

static bool
same_texts(const struct jv *x, const struct jv *y)
{
	size_t i;

	if (x->items.n != y->items.n)
		return false;
	for (i = 0; i < x->items.n; i++) {
		if (!str_eq(x->items.p[i]->text, y->items.p[i]->text))
			return false;
	}
	return true;
}

static struct jv *
cap_list(struct work *w)
{
	struct lower *l = w->l;
	const struct ir_str *it;
	struct caps c = {0};
	struct jv **cap;

	if (w->k == NULL ||
	    (w->k->security.add.list.n == 0 && w->k->security.drop.list.n == 0))
		return w->privileged && w->k != NULL ? l->privileged_token
						     : l->default_token;
	c.list = jv_array(w->a);
	VEC_FOREACH(
	    cap, &(w->privileged ? l->privileged_caps : l->default_caps)->items)
		jv_push(w->a, c.list, *cap);
	VEC_FOREACH(it, &w->k->security.drop.list)
		drop(w, &c, it->s);
	VEC_FOREACH(it, &w->k->security.add.list)
		add(w, &c, it);
	if (same_texts(c.list, l->default_caps))
		return l->default_token;
	if (same_texts(c.list, l->privileged_caps))
		return l->privileged_token;
	if (c.list->items.n == 0)
		c.list->origin = lw_yaml(w, w->k->security.drop.node);
	return c.list;
}

static struct jv *
capabilities(struct work *w)
{
	struct jv *o = jv_object(w->a), *list = cap_list(w);

	lw_put(w->a, o, "Ambient", w->l->empty_list);
	lw_put(w->a, o, "Bounding", list);
	lw_put(w->a, o, "Effective", list);
	lw_put(w->a, o, "Inheritable", w->l->empty_list);
	lw_put(w->a, o, "Permitted", list);
	return o;
}

/* the rest */

static struct jv *
user(struct work *w)
{
	struct jv *o = jv_object(w->a), *gids = jv_array(w->a);
	struct user u = {0};
	const struct gid *it;

	lw_user(w, &u);
	VEC_FOREACH(it, &u.gids)
		jv_push(w->a, gids, lw_int(w->a, it->gid, it->origin));
	if (u.gids.n == 0)
		gids = w->l->empty_list;
	lw_put(w->a, o, "UID", lw_int(w->a, u.uid, u.uid_origin));
	lw_put(w->a, o, "GID", lw_int(w->a, u.gid, u.gid_origin));
	lw_put(w->a, o, "AdditionalGids", gids);
	lw_put(w->a, o, "Username", w->l->empty_text);
	return o;
}

static struct jv *
terminal(struct work *w)
{
	const struct jv *image = jv_getz(w->config, "Tty");

	if (w->k != NULL && w->k->tty.node != NULL)
		return lw_bool(w, w->k->tty.v, lw_yaml(w, w->k->tty.node));
	if (jv_is(image, JV_TRUE))
		return lw_bool(w, true, lw_image(w, "Tty"));
	return w->l->no;
}

static struct jv *
cwd(struct work *w)
{
	struct str image = jv_get_str(w->config, STR("WorkingDir"));

	if (w->k != NULL && w->k->working_dir.s.n > 0)
		return lw_str(w->a, w->k->working_dir.s,
		    lw_yaml(w, w->k->working_dir.node));
	if (image.n > 0)
		return lw_str(w->a, image, lw_image(w, "WorkingDir"));
	return lw_str(w->a, STR("/"), &nothing);
}

static struct jv *
no_new_privileges(struct work *w)
{
	const struct ir_bool *b = &w->w->security.escalation;

	BECAUSE(pause, "the pause container cannot gain privileges");
	if (w->k == NULL)
		return lw_bool(w, true, &pause);
	if (w->k->security.escalation.node != NULL)
		b = &w->k->security.escalation;
	if (b->node == NULL)
		return w->l->no;
	return lw_bool(w, !b->v, lw_yaml(w, b->node));
}

struct jv *
lw_process(struct work *w, struct jv *overridden)
{
	struct jv *o = jv_object(w->a), *env, *argv;
	struct map vars = {0};

	env = environment(w, &vars, overridden);
	argv = args(w, &vars);
	lw_put(w->a, o, "Terminal", terminal(w));
	lw_put(w->a, o, "User", user(w));
	if (argv->items.n > 0)
		lw_put(w->a, o, "Args", argv);
	if (env->items.n > 0)
		lw_put(w->a, o, "Env", env);
	lw_put(w->a, o, "Cwd", cwd(w));
	lw_put(w->a, o, "Capabilities", capabilities(w));
	lw_put(w->a, o, "NoNewPrivileges", no_new_privileges(w));
	return o;
}
