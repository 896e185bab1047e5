/* SPDX-License-Identifier: Apache-2.0 */
/* Links rules that were prepared when the compiler was built: image.h. */
#include "compiler/policy/image.h"
#include "grammar/rego_ast.h"
#include "runtime/base/banned.h"

struct linking {
	struct arena *arena;
	const struct image *image;
	const uint64_t *modules;
	bool *here;        /* rules that there are */
	uint32_t *count;   /* of each group */
	uint32_t *first;   /* rule + 1 of each group */
	uint32_t *next;    /* rule + 1, the next of the same group */
	bool *idle;        /* groups that are true */
	bool *reached;     /* groups */
	bool *folded;      /* paths */
	struct str *texts; /* of paths: the reference or the value */
	const struct jv **values;
	size_t *copies;     /* of the values, in the data */
	VEC(uint32_t) todo; /* groups */
};

static struct str
text_at(const struct image *i, struct image_range r)
{
	return (struct str){i->texts + r.at, r.n};
}

static void
choose_rules(struct linking *l)
{
	const struct image_rule *r;
	uint32_t i;

	for (i = 0; i < l->image->nrules; i++) {
		r = &l->image->rules[i];
		l->here[i] = r->module == IMAGE_ALWAYS ||
			     (l->modules[r->module / 64] >> r->module % 64 & 1);
		if (!l->here[i])
			continue;
		l->count[r->group]++;
		l->next[i] = l->first[r->group];
		l->first[r->group] = i + 1;
	}
	for (i = 0; i < l->image->nrules; i++) {
		r = &l->image->rules[i];
		if (l->here[i] && (r->flags & IMAGE_TRUE) &&
		    l->count[r->group] == 1)
			l->idle[r->group] = true;
	}
}

/* Scalars of the data */

static void
add_fold(struct linking *l, struct folds *folds, const struct jv *data,
    uint32_t path)
{
	const struct image *image = l->image;
	struct image_range steps = image->paths[path].steps;
	struct fold f = {0};
	struct str key;
	uint32_t i, n;

	for (i = 0; i < steps.n; i++) {
		n = image->numbers[steps.at + i];
		key = n == IMAGE_ANY ? (struct str){NULL, 0}
				     : text_at(image, image->keys[n]);
		VEC_PUSH(l->arena, &f.steps, key);
	}
	f.value = fold_common(data, &f, &l->copies[path]);
	if (f.value != NULL)
		f.value = jv_copy(l->arena, f.value);
	l->values[path] = f.value;
	VEC_PUSH(l->arena, &folds->list, f);
}

/* A value that is long and used often is written in the data only. */
static bool
is_worth(size_t uses, size_t ref, size_t value, size_t key, size_t copies)
{
	return uses * value <= uses * ref + copies * (value + key + 4);
}

static void
decide(struct linking *l, uint32_t path, size_t uses)
{
	const struct image_path *p = &l->image->paths[path];
	uint32_t last = l->image->numbers[p->steps.at + p->steps.n - 1];
	size_t key = last == IMAGE_ANY ? 0 : l->image->keys[last].n;
	struct buf out = {0};

	l->texts[path] = text_at(l->image, p->text);
	if (l->values[path] == NULL)
		return;
	fold_print(&out, l->arena, l->values[path]);
	if (is_worth(uses, p->text.n, out.n, key, l->copies[path])) {
		l->folded[path] = true;
		l->texts[path] = arena_str(l->arena, buf_str(&out));
	}
	buf_free(&out);
}

static void
fold(struct linking *l, struct folds *folds, const struct jv *data)
{
	const struct image *image = l->image;
	size_t *uses = ARENA_ARRAY(l->arena, size_t, image->npaths);
	const struct image_rule *r;
	uint32_t i, k, path;

	folds->common = true;
	for (i = 0; i < image->nrules; i++) {
		r = &image->rules[i];
		for (k = 0; l->here[i] && k < r->paths.n; k++) {
			path = image->numbers[r->paths.at + k];
			if (uses[path]++ == 0)
				add_fold(l, folds, data, path);
		}
	}
	for (i = 0; i < image->npaths; i++) {
		if (uses[i] > 0)
			decide(l, i, uses[i]);
	}
}

/* Rules whose body fails at once; one stays, so that the name is known. */
static void
drop_dead(struct linking *l)
{
	const struct image_rule *r;
	const struct jv *v;
	uint32_t i;

	for (i = 0; i < l->image->nrules; i++) {
		r = &l->image->rules[i];
		if (!l->here[i] || r->test == 0 || !l->folded[r->test - 1])
			continue;
		v = l->values[r->test - 1];
		if (v->type == JV_TRUE || l->count[r->group] == 1)
			continue;
		l->here[i] = false;
		l->count[r->group]--;
	}
}

/* What is reached */

static void
reach(struct linking *l, uint32_t group)
{
	if (l->reached[group])
		return;
	l->reached[group] = true;
	VEC_PUSH(l->arena, &l->todo, group);
}

static void
reach_from(struct linking *l, const struct image_rule *r)
{
	const uint32_t *n = l->image->numbers;
	uint32_t i, path, group;

	for (i = 0; i < r->refs.n; i++)
		reach(l, n[r->refs.at + i]);
	for (i = 0; i < r->drops.n; i++) {
		if (!l->idle[n[r->drops.at + i]])
			reach(l, n[r->drops.at + i]);
	}
	for (i = 0; i < r->paths.n; i++) {
		path = n[r->paths.at + i];
		group = l->image->paths[path].group;
		if (!l->folded[path] && group != 0)
			reach(l, group - 1);
	}
}

static void
reach_all(struct linking *l)
{
	const struct image_rule *rules = l->image->rules;
	uint32_t i, group;

	for (i = 0; i < l->image->nrules; i++) {
		if (l->here[i] && (rules[i].flags & IMAGE_ENTRY))
			reach(l, rules[i].group);
	}
	while (l->todo.n > 0) {
		group = l->todo.p[--l->todo.n];
		for (i = l->first[group]; i != 0; i = l->next[i - 1]) {
			if (l->here[i - 1])
				reach_from(l, &rules[i - 1]);
		}
	}
	for (i = 0; i < l->image->nrules; i++)
		l->here[i] = l->here[i] && l->reached[rules[i].group];
}

/* Text */

static void
print_rule(struct buf *out, const struct linking *l, struct str s)
{
	size_t i, from = 0;
	uint32_t id;

	for (i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] > IMAGE_DROP)
			continue;
		buf_put(out, str_sub(s, from, i));
		id = IMAGE_ID(s.p[i + 1], s.p[i + 2]);
		from = i + 3;
		if (s.p[i] == IMAGE_PATH)
			buf_put(out, l->texts[id]);
		else if (l->idle[id])
			from++; /* its line ends here */
		else
			buf_put(out, text_at(l->image, l->image->groups[id]));
		i = from - 1;
	}
	buf_put(out, str_sub(s, from, s.n));
}

static void
print_rules(struct buf *out, const struct linking *l, struct image_ends *ends)
{
	const struct image_rule *rules = l->image->rules;
	struct used u = {0};
	uint32_t i;

	for (i = 0; i < l->image->nrules; i++) {
		if (!l->here[i])
			continue;
		u.kw_in |= (rules[i].flags & IMAGE_IN) != 0;
		u.kw_every |= (rules[i].flags & IMAGE_EVERY) != 0;
		u.kw_if |= (rules[i].flags & IMAGE_IF) != 0;
		u.kw_contains |= (rules[i].flags & IMAGE_CONTAINS) != 0;
	}
	layout_header(out, &u, REGO_COMPACT);
	for (i = 0; i < l->image->nrules; i++) {
		if (i == l->image->ndefaults)
			ends->defaults = out->n;
		if (i == l->image->nshared)
			ends->shared = out->n;
		if (l->here[i])
			print_rule(out, l, text_at(l->image, rules[i].text));
	}
}

static struct live *
solve(struct linking *l)
{
	const struct image *image = l->image;
	struct live_rule *rules =
	    ARENA_ARRAY(l->arena, struct live_rule, image->nrules);
	struct str *keys = ARENA_ARRAY(l->arena, struct str, image->nkeys);
	struct live_program p = {.rules = rules,
	    .ngroups = image->ngroups,
	    .keys = keys,
	    .folded = l->folded};
	const struct image_rule *r;
	uint32_t i;

	for (i = 0; i < image->nkeys; i++)
		keys[i] = text_at(image, image->keys[i]);
	for (i = 0; i < image->nrules; i++) {
		r = &image->rules[i];
		if (l->here[i])
			rules[p.nrules++] =
			    (struct live_rule){.ops = image->ops + r->ops.at,
				.params = image->numbers + r->params.at,
				.nops = r->ops.n,
				.nparams = r->params.n,
				.nregs = r->nregs,
				.group = r->group};
	}
	return live_solve(l->arena, &p, NULL);
}

struct live *
image_link(struct arena *a, struct buf *out, const struct image *image,
    const uint64_t *modules, const struct jv *data, struct folds *folds,
    struct image_ends *ends)
{
	struct linking l = {.arena = a, .image = image, .modules = modules};

	l.here = ARENA_ARRAY(a, bool, image->nrules);
	l.count = ARENA_ARRAY(a, uint32_t, image->ngroups);
	l.first = ARENA_ARRAY(a, uint32_t, image->ngroups);
	l.next = ARENA_ARRAY(a, uint32_t, image->nrules);
	l.idle = ARENA_ARRAY(a, bool, image->ngroups);
	l.reached = ARENA_ARRAY(a, bool, image->ngroups);
	l.folded = ARENA_ARRAY(a, bool, image->npaths);
	l.texts = ARENA_ARRAY(a, struct str, image->npaths);
	l.values = ARENA_ARRAY(a, const struct jv *, image->npaths);
	l.copies = ARENA_ARRAY(a, size_t, image->npaths);
	choose_rules(&l);
	fold(&l, folds, data);
	drop_dead(&l);
	reach_all(&l);
	print_rules(out, &l, ends);
	return solve(&l);
}
