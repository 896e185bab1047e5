/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why the YAML of a file is not what a run would write.  Objects are matched
 * by their identity, so that it works for the file of --output too.
 */
#include <string.h>

#include "compiler/emit/stale_int.h"
#include "compiler/pass/pass.h"

#include "runtime/base/banned.h"

#define DATA "\npolicy_data := "

/* the policy */

/* Rules and data of a module. */
static void
split(struct str *rules, struct str *data, struct str text)
{
	size_t at = str_find(text, STR(DATA), 0), next;

	while (at != SIZE_MAX &&
	       (next = str_find(text, STR(DATA), at + 1)) != SIZE_MAX)
		at = next;
	*rules = str_sub(text, 0, at);
	*data = at == SIZE_MAX ? STR("")
			       : str_sub(text, at + sizeof(DATA) - 1, text.n);
}

static const struct yaml_node *
parse(struct arena *a, struct str text)
{
	struct units units = {0};
	struct diags quiet;

	diags_init(&quiet, a);
	if (!yaml_read(&units, a, &quiet, source_new(a, STR("policy"), text)) ||
	    units.list.n != 1)
		return NULL;
	return units.list.p[0]->root;
}

static struct str
data_reason(struct arena *a, struct str old, struct str new)
{
	const struct yaml_node *o = parse(a, old), *n = parse(a, new);
	struct stale_changes changes = {0};

	if (o == NULL || n == NULL)
		return STR("its data differs");
	stale_diff(&changes, a, o, n);
	if (changes.list.n == 0)
		return STR("its data is laid out in another way");
	return arena_printf(
	    a, "its data differs at %.*s", STR_ARG(stale_paths(a, &changes)));
}

static struct str
policy_reason(
    struct arena *a, const struct policy *old, const struct policy *new)
{
	struct str old_rules, old_data, new_rules, new_data, data;

	split(&old_rules, &old_data, old->text);
	split(&new_rules, &new_data, new->text);
	if (str_eq(old->text, new->text))
		return str_eq(old->document, new->document)
			   ? STR("it is encoded in another way")
			   : STR("what stands beside it in initdata differs");
	data = data_reason(a, old_data, new_data);
	if (str_eq(old_rules, new_rules))
		return data;
	if (str_eq(old_data, new_data))
		return STR("its rules are of other options or another release "
			   "of contrastc");
	return arena_printf(a, "its rules differ, and %.*s", STR_ARG(data));
}

/* The policy of an annotation value; remembers that the YAML lacks it. */
static bool
decode_new(
    struct policy *p, struct stale_file *f, struct str value, bool initdata)
{
	if (policy_carrier_decode(p, f->scratch, value, initdata, NULL) != 0)
		return false;
	(void)map_set(f->arena, f->outdated, arena_str(f->arena, p->digest), f);
	return true;
}

static struct str
carrier_reason(struct stale_file *f, const struct stale_change *c)
{
	bool initdata = str_eqz(c->key, CARRIER_INITDATA);
	struct policy old = {0}, new = {0};
	struct rt_err err = {0};

	if (c->kind == STALE_SUPERFLUOUS)
		return STR("it has another carrier now");
	if (!decode_new(&new, f, yaml_text(c->new), initdata))
		return STR("it has another form");
	if (c->kind == STALE_MISSING || yaml_text(c->old).n == 0)
		return STR("there is none yet");
	if (policy_carrier_decode(
		&old, f->scratch, yaml_text(c->old), initdata, &err) != 0)
		return arena_printf(
		    f->scratch, "the annotation holds none: %s", err.text);
	return policy_reason(f->scratch, &old, &new);
}

static bool
is_carrier(const struct stale_change *c)
{
	return str_ends(c->parent, STR("annotations")) &&
	       (str_eqz(c->key, CARRIER_INITDATA) ||
		   str_eqz(c->key, CARRIER_POLICY));
}

/* The whole of metadata or its annotations is new: look for it in there. */
static struct stale_change
carrier_in(const struct stale_change *c)
{
	static const char *const keys[] = {CARRIER_INITDATA, CARRIER_POLICY};
	const struct yaml_node *n = c->new;
	struct stale_change found = *c;
	size_t i;

	if (yaml_getz(n, "annotations") != NULL)
		n = yaml_getz(n, "annotations");
	for (i = 0; c->kind == STALE_MISSING && i < 2; i++) {
		found.key = str_from(keys[i]);
		found.new = yaml_get(n, found.key);
		if (found.new != NULL)
			return found;
	}
	found.new = NULL;
	return found;
}

/* objects */

static void
report_policy(struct stale_file *f, const struct k8s_object *o,
    const struct stale_change *c)
{
	struct str why = carrier_reason(f, c);
	struct diag *g = diag_report(f->diags, STALE_POLICY, c->loc,
	    STR_ARG(o->kind_name), STR_ARG(o->name), STR_ARG(why));

	g->hidden = c->kind != STALE_MISSING; /* kilobytes of base64 */
	f->reports++;
}

static void
report_change(struct stale_file *f, const struct k8s_object *o,
    const struct stale_change *c)
{
	bool secret = str_eqz(o->kind_name, "Secret");
	struct stale_change in = carrier_in(c);
	struct diag *g;
	struct str say;

	if (is_carrier(c)) {
		report_policy(f, o, c);
		return;
	}
	say = stale_say(f->scratch, c, secret);
	g = diag_report(f->diags, STALE_FIELD, c->loc, STR_ARG(o->kind_name),
	    STR_ARG(o->name), STR_ARG(say));
	g->hidden = secret;
	f->reports++;
	if (in.new != NULL)
		report_policy(f, o, &in);
}

static void
report_object(struct stale_file *f, const struct k8s_object *o, struct loc at,
    const char *what)
{
	struct diag *g = diag_report(f->diags, STALE_OBJECT, at,
	    STR_ARG(o->kind_name), STR_ARG(o->name), what);

	f->reports++;
	g->hidden = str_eqz(o->kind_name, "Secret");
}

/* An object that the old file lacks: so it does its policy. */
static void
missing_object(struct stale_file *f, const struct k8s_object *o)
{
	struct stale_change c = {.kind = STALE_MISSING, .new = o->pod_meta};
	struct stale_change in = carrier_in(&c);
	struct policy p;

	report_object(f, o, (struct loc){f->old, 0, 0}, "is missing");
	if (in.new != NULL)
		(void)decode_new(&p, f, yaml_text(in.new),
		    str_eqz(in.key, CARRIER_INITDATA));
}

/* Kind, namespace and name; a number where there are several of one. */
static struct str
identity(struct arena *a, struct map *seen, const struct k8s_object *o)
{
	struct str name = o->name.n > 0 ? o->name : o->generate_name;
	struct str id;
	size_t n = 0;

	do {
		id = arena_printf(a, "%.*s/%.*s/%.*s/%.*s#%zu", STR_ARG(o->api),
		    STR_ARG(o->kind_name), STR_ARG(o->ns), STR_ARG(name), n++);
	} while (map_set(a, seen, id, seen) != NULL);
	return id;
}

static bool
read_objects(struct k8s_objects *out, struct arena *a, const struct source *s)
{
	struct units units = {0};
	struct diags quiet;

	diags_init(&quiet, a);
	return yaml_read(&units, a, &quiet, s) &&
	       k8s_objects_read(out, a, &quiet, &units);
}

static void
compare(struct stale_file *f, const struct k8s_objects *old,
    const struct k8s_objects *new)
{
	struct map seen_old = {0}, seen_new = {0}, by_id = {0};
	struct k8s_object *const *o, *was;
	struct stale_changes changes = {0};
	struct stale_change *c;
	struct arena *a = f->scratch;

	VEC_FOREACH(o, &old->list)
		(void)map_set(a, &by_id, identity(a, &seen_old, *o), *o);
	VEC_FOREACH(o, &new->list) {
		was = map_get(&by_id, identity(a, &seen_new, *o));
		if (was == NULL) {
			missing_object(f, *o);
			continue;
		}
		changes.list.n = 0;
		stale_diff(&changes, a, was->node, (*o)->node);
		VEC_FOREACH(c, &changes.list)
			report_change(f, *o, c);
	}
	seen_old = (struct map){0};
	VEC_FOREACH(o, &old->list) {
		if (map_get(&seen_new, identity(a, &seen_old, *o)) == NULL)
			report_object(f, *o, k8s_loc(*o), "would be removed");
	}
}

void
stale_yaml(struct stale_file *f)
{
	struct k8s_objects old = {0}, new = {0};
	const char *what = "has the same content in another form";
	struct loc at = {f->old, 0, 0};

	f->reports = 0;
	if (read_objects(&old, f->scratch, f->old) &&
	    read_objects(&new, f->scratch,
		source_new(f->scratch, f->old->name, f->out->bytes)))
		compare(f, &old, &new);
	else
		what = "is not what a run writes";
	if (f->reports == 0)
		diag_report(f->diags, STALE_FILE, at, f->out->path, what);
}
