/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linking: the modules that a workload needs become one program: of those of
 * stdlib-rego/ the specialised form is ready (image.h), rules of a user and
 * the full style are linked here.  Workloads that need the same modules share
 * its text; what is left for each is to print its data and to hash.
 */
#include <string.h>

#include "compiler/policy/carrier.h"
#include "compiler/policy/image.h"
#include "compiler/policy/index.h"
#include "compiler/policy/specialise.h"
#include "runtime/base/banned.h"

/* The agent refuses longer lines (policy-model 10.5). */
#define LINE_MAX ((size_t)65536)
/* Room for most texts. */
#define TEXT_USUAL ((size_t)32768)

struct linked {
	uint64_t bits[STDLIB_MAX / 64];
	struct carrier *carrier; /* begins with the rules */
	const struct live *live; /* NULL: all data */
	const struct jv *data;   /* that is left, of this policy alone */
	struct folds folds;
};

struct policy_linker {
	struct arena *arena;
	struct diags *diags;
	struct policy_options options;
	struct rego_module *modules[STDLIB_MAX]; /* as far as needed */
	struct rego_module *user;
	struct rego_module *marks; /* helpers of denial.c */
	struct symbols *symbols;
	struct carrier_stem *stem;
	struct index_memory *memory;
	VEC(struct linked *) cache;
	bool failed;
};

/* Older rules are written in Rego v0, newer ones read the same in both. */
static struct rego_module *
parse_user(struct policy_linker *l)
{
	const struct source *s = l->options.rules;
	struct rego_options v1 = {.given = "policy_data"},
			    v0 = {.v0 = true, .given = "policy_data"};
	struct rego_module *m;
	struct diags *first = ARENA_NEW(l->arena, struct diags);
	struct loc where;
	const char *why;

	diags_init(first, l->arena);
	m = rego_parse(l->arena, first, s, &v1);
	if (m == NULL)
		m = rego_parse(l->arena, l->diags, s, &v0);
	if (m == NULL)
		return NULL;
	if (!rego_portable(m, &where, &why))
		diag_report(l->diags, REGO_PORTABLE, where, why);
	if (!str_eq(rego_head_name(m->package), STR("agent_policy"))) {
		diag_report(l->diags, POLICY_PACKAGE, m->package->loc);
		return NULL;
	}
	return rego_check(l->arena, l->diags, &m, 1, m->v1 ? &v1 : &v0) ? m
									: NULL;
}

struct policy_linker *
policy_linker_new(
    struct arena *a, struct diags *d, const struct policy_options *o)
{
	struct policy_linker *l = ARENA_NEW(a, struct policy_linker);

	l->arena = a;
	l->diags = d;
	l->options = *o;
	l->symbols = symbols_new(a);
	l->stem = carrier_stem_new();
	l->memory = index_memory_new(a);
	if (o->rules != NULL) {
		l->user = parse_user(l);
		l->failed = l->user == NULL;
	}
	return l;
}

static const struct rego_module *
module_at(struct policy_linker *l, size_t i)
{
	static const struct rego_options o = {0};
	struct stdlib_module m;

	if (l->modules[i] != NULL)
		return l->modules[i];
	m = stdlib_at(i);
	l->modules[i] = rego_parse(l->arena, l->diags,
	    source_new(l->arena, str_from(m.file), m.text), &o);
	return l->modules[i];
}

/* Of each concern the first variant that the data wants. */
static void
choose(struct linked *k, const struct jv *data)
{
	struct stdlib_module m;
	const char *done = "";
	size_t i, n = stdlib_count();

	for (i = 0; i < n; i++) {
		m = stdlib_at(i);
		if (str_eqz(str_from(m.concern), done) || !m.wanted(data))
			continue;
		done = m.concern;
		k->bits[i / 64] |= (uint64_t)1 << i % 64;
	}
}

static bool
is_chosen(const struct linked *k, size_t i)
{
	return (k->bits[i / 64] >> i % 64 & 1) != 0;
}

static void
add_module(struct program *p, const struct rego_module *m)
{
	const struct rego_import *i;
	struct rego_rule *const *r;
	struct str root;

	VEC_FOREACH(i, &m->imports) {
		root = rego_head_name(i->path);
		if (i->path->kind == REGO_REF || i->alias.n > 0)
			if (str_eq(root, STR("data")) ||
			    str_eq(root, STR("input")))
				VEC_PUSH(p->arena, &p->imports, *i);
	}
	VEC_FOREACH(r, &m->rules) {
		(void)program_add(p, *r);
	}
}

static bool
gather(struct policy_linker *l, struct program *p, const struct linked *k)
{
	const struct rego_module *m;
	size_t i, n = stdlib_count();

	if (l->user != NULL) {
		add_module(p, l->user);
		return true;
	}
	for (i = 0; i < n; i++) {
		if (!is_chosen(k, i))
			continue;
		if ((m = module_at(l, i)) == NULL)
			return false;
		add_module(p, m);
	}
	return true;
}

static void
mark(struct policy_linker *l, struct program *p, bool join)
{
	if (l->options.denials && l->marks == NULL)
		l->marks = denial_helpers(l->arena, l->diags);
	if (l->marks != NULL)
		denial_add(p, l->marks, join);
}

/* Passes that were chosen, with the data of one policy. */
static void
print_special(struct policy_linker *l, struct program *p, struct linked *k,
    const struct jv *data, struct buf *out)
{
	struct spec s = {.program = p, .arena = l->arena, .data = data};

	if (l->user == NULL)
		s.data = policy_index_next(l->arena, l->memory, data);
	name_locals(p);
	mark(l, p, l->user == NULL);
	specialise(&s, l->options.passes);
	k->data = s.data;
	layout_rules(out, p, REGO_COMPACT);
}

/* Rules of the user, or all of ours with all data. */
static void
print_rules(struct policy_linker *l, struct program *p, struct linked *k,
    const struct jv *data, struct buf *out)
{
	bool full = l->options.style == POLICY_FULL;
	struct group **g;

	name_locals(p);
	if (!full) {
		fold_data(p, data, &k->folds);
		shake_simplify(p);
	}
	mark(l, p, false);
	name_locals(p);
	shake_reach(p);
	if (full) {
		VEC_FOREACH(g, &p->groups) {
			(*g)->reached = true;
		}
	} else {
		k->live = shake_live(p);
	}
	layout_rules(out, p, full ? REGO_FMT : REGO_COMPACT);
}

static bool
link_rules(struct policy_linker *l, struct linked *k, const struct jv *data,
    struct buf *out)
{
	struct program *p = ARENA_NEW(l->arena, struct program);

	p->arena = l->arena;
	p->symbols = l->symbols;
	if (!gather(l, p, k))
		return false;
	if (l->options.passes != 0 && l->options.style != POLICY_FULL)
		print_special(l, p, k, data, out);
	else
		print_rules(l, p, k, data, out);
	return true;
}

/* `indexed`: as rules of stdlib-rego/ read the data. */
static struct linked *
build(struct policy_linker *l, const struct linked *key, const struct jv *data,
    const struct jv *indexed)
{
	struct linked *k = ARENA_NEW(l->arena, struct linked);
	bool ready = l->user == NULL && l->options.style != POLICY_FULL &&
		     l->options.passes == 0;
	struct image_ends ends = {0};
	struct carrier_rules rules;
	struct buf out = {0};

	*k = *key;
	(void)buf_reserve(&out, TEXT_USUAL);
	if (l->options.debug_access)
		buf_puts(&out, "# INSECURE: debug access, the host may run "
			       "commands and read output\n");
	if (ready)
		k->live = image_link(l->arena, &out,
		    l->options.denials ? &image_marked : &image_plain, k->bits,
		    indexed, &k->folds, &ends);
	else if (!link_rules(l, k, data, &out))
		k = NULL;
	if (k != NULL) {
		rules = (struct carrier_rules){
		    buf_str(&out), ends.defaults, ends.shared};
		k->carrier = carrier_new(&l->options, l->stem, &rules);
		VEC_PUSH(l->arena, &l->cache, k);
	}
	buf_free(&out);
	return k;
}

static struct linked *
linked_for(
    struct policy_linker *l, const struct jv *data, const struct jv *indexed)
{
	struct linked key = {0}, **it;

	if (l->user == NULL)
		choose(&key, data);
	VEC_FOREACH(it, &l->cache) {
		if ((*it)->data == NULL &&
		    memcmp((*it)->bits, key.bits, sizeof(key.bits)) == 0 &&
		    fold_same(&(*it)->folds, indexed))
			return *it;
	}
	return build(l, &key, data, indexed);
}

static void
put_data(struct buf *out, const struct policy_linker *l, const struct linked *k,
    const struct jv *data)
{
	if (l->options.style == POLICY_FULL) {
		buf_puts(out, "\npolicy_data := ");
		jv_print(out, data, JV_PRETTY);
	} else {
		layout_data(out, k->data != NULL ? k->data : data, k->live);
	}
}

/* The longest line must be one that the agents read. */
static void
check_lines(struct policy_linker *l, struct str s)
{
	/* the agents of that time have no such limit */
	bool old = strcmp(l->options.target, "metal-v1.2") == 0;
	size_t at = 0, end;
	struct diag *g;

	while (s.n > LINE_MAX && at < s.n) {
		end = str_chr(s, '\n', at);
		if (end == SIZE_MAX)
			end = s.n;
		if (end - at > LINE_MAX) {
			g = diag_report(l->diags, POLICY_LINE, loc_none,
			    end - at, LINE_MAX);
			if (!old)
				diag_harden(l->diags, g);
		}
		at = end + 1;
	}
}

bool
policy_link(struct policy *out, struct arena *a, struct policy_linker *l,
    const struct jv *policy_data)
{
	const struct jv *data = policy_data;
	struct arena *scratch;
	struct linked *k;

	if (l->failed)
		return false;
	scratch = arena_new();
	if (l->user == NULL)
		data = policy_index_next(scratch, l->memory, data);
	if ((k = linked_for(l, policy_data, data)) == NULL) {
		arena_free(scratch);
		return false;
	}
	put_data(carrier_begin(k->carrier), l, k, data);
	carrier_end(out, a, k->carrier);
	check_lines(l, out->text);
	arena_free(scratch);
	return true;
}

void
policy_linker_free(struct policy_linker *l)
{
	struct linked **it;

	if (l == NULL)
		return;
	VEC_FOREACH(it, &l->cache)
		carrier_free((*it)->carrier);
	l->cache.n = 0;
	carrier_stem_free(l->stem);
	l->stem = NULL;
}
