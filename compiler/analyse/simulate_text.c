/* SPDX-License-Identifier: Apache-2.0 */
/* From the patterns and tokens of policy data to texts of a pod. */
#include <string.h>

#include "compiler/analyse/example.h"
#include "compiler/analyse/simulate_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

/* Words of patterns (policy-model 7.4), which a sample reads better for. */
static const struct {
	const char *part, *example;
} words[] = {
    {"[bcdfghjklmnpqrstvwxz2456789]+", "x7k2q"},
    {"(watchable/)?", ""},
    {"[a-z0-9]{16}", "8f3c0a91d27be465"},
};

/* What a runtime puts in the place of a token. */
static const struct {
	const char *token, *text;
} tokens[] = {
    {"$(node-name)", "node-7"},
    {"$(pod-ip)", "10.1.2.3"},
    {"$(host-ip)", "10.9.8.7"},
    {"$(resource-field)", "1"},
    {"$(todo-annotation)", "x"},
};

struct str
sim_id(struct sim *s, const char *what, size_t k, size_t digits)
{
	struct str of = arena_printf(s->arena, "%s %zu %.*s/%.*s", what, k,
	    STR_ARG(s->namespace), STR_ARG(s->name));

	return str_sub(rt_sha256_hex(s->arena, of), 0, digits);
}

/* The pause container has the name of its sandbox. */
struct str
sim_container_id(struct sim *s, size_t k)
{
	return k == 0 ? s->sandbox_id : sim_id(s, "container", k, 64);
}

struct str
sim_replace(struct arena *a, struct str s, struct str what, struct str with)
{
	struct buf b = {0};
	size_t i = 0, at;

	if (str_find(s, what, 0) == SIZE_MAX)
		return s;
	while ((at = str_find(s, what, i)) != SIZE_MAX) {
		buf_put(&b, str_sub(s, i, at));
		buf_put(&b, with);
		i = at + what.n;
	}
	buf_put(&b, str_sub(s, i, s.n));
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

/* $(cpath) and the like: members of `common` that are texts. */
static struct str
common_tokens(struct sim *s, struct str v)
{
	const struct jv *common = jv_getz(s->data, "common");
	const struct jv_member *m;

	if (!jv_is(common, JV_OBJECT))
		return v;
	VEC_FOREACH(m, &common->members) {
		if (m->value->type == JV_STRING)
			v = sim_replace(s->arena, v,
			    arena_printf(s->arena, "$(%.*s)", STR_ARG(m->key)),
			    m->value->text);
	}
	return v;
}

/* Tokens of the pod; `escaped`: they become part of an expression. */
static struct str
pod_tokens(struct sim *s, size_t k, struct str v, bool escaped)
{
	const struct {
		struct str token, text;
	} own[] = {
	    {STR("$(bundle-id)"), sim_container_id(s, k)},
	    {STR("$(sandbox-id)"), s->sandbox_id},
	    {STR("$(sandbox-name)"), s->name},
	    {STR("$(sandbox-namespace)"), s->namespace},
	    {STR("$(pod-uid)"), s->uid},
	};
	size_t i;

	if (str_find(v, STR("$("), 0) == SIZE_MAX)
		return v;
	for (i = 0; i < sizeof(own) / sizeof(*own); i++)
		v = sim_replace(s->arena, v, own[i].token,
		    escaped ? ir_regex_escape(s->arena, own[i].text)
			    : own[i].text);
	return v;
}

/* A label of 63 characters at most; on the host's network the node's. */
static struct str
host_name(const struct sim *s)
{
	if (s->hints != NULL && s->hints->host_network)
		return STR("node-7");
	return str_sub(s->name, 0, 63);
}

struct str
sim_text(struct sim *s, size_t k, struct str value)
{
	size_t i;

	value = pod_tokens(s, k, value, false);
	value = sim_replace(s->arena, value, STR("$(host-name)"), host_name(s));
	for (i = 0; i < sizeof(tokens) / sizeof(*tokens); i++)
		value = sim_replace(s->arena, value, str_from(tokens[i].token),
		    str_from(tokens[i].text));
	return sim_replace(s->arena, value, STR("$$"), STR("$"));
}

static struct str
sample(struct sim *s, struct str pattern)
{
	struct str out, v = pattern;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		v = sim_replace(s->arena, v, str_from(words[i].part),
		    str_from(words[i].example));
	if (!example_of(&out, s->arena, v) && s->unknown.n == 0)
		s->unknown = pattern;
	return out;
}

struct str
sim_pattern(struct sim *s, size_t k, struct str pattern)
{
	struct str v = common_tokens(s, common_tokens(s, pattern));
	bool is_pattern = v.p != pattern.p || str_starts(v, STR("^")) ||
			  str_starts(v, STR("(?:"));

	v = pod_tokens(s, k, v, is_pattern);
	return is_pattern ? sample(s, v) : v;
}

struct str
sim_source(struct sim *s, size_t k, struct str pattern)
{
	const struct jv *common = jv_getz(s->data, "common");
	struct str dir = jv_get_str(common, STR("mount_source_cpath"));

	if (dir.n > 0) {
		pattern = sim_replace(s->arena, pattern, STR("$(sfprefix)"),
		    jv_get_str(common, STR("sfprefix")));
		pattern = sim_replace(s->arena, pattern, STR("$(cpath)"), dir);
	}
	return sim_pattern(s, k, pattern);
}

void
sim_set(struct sim *s, struct jv *o, const char *key, struct jv *v)
{
	jv_set(s->arena, o, str_from(key), v);
}

void
sim_set_text(struct sim *s, struct jv *o, const char *key, struct str v)
{
	sim_set(s, o, key, jv_string(s->arena, v));
}

void
sim_set_int(struct sim *s, struct jv *o, const char *key, int64_t n)
{
	sim_set(s, o, key, jv_int(s->arena, n));
}

struct jv *
sim_json(struct sim *s, const char *text)
{
	struct jv *v;

	if (jv_parse(&v, s->arena, str_from(text), NULL) != 0)
		return jv_new(s->arena, JV_NULL);
	return v;
}

const struct jv *
sim_data_container(const struct sim *s, size_t k)
{
	return jv_getz(s->data, "containers")->items.p[k];
}

struct str
sim_annotation(const struct sim *s, size_t k, const char *key)
{
	return jv_get_str(
	    jv_path(sim_data_container(s, k), "OCI", "Annotations", NULL),
	    str_from(key));
}

bool
sim_told_by_option(const struct sim *s)
{
	return str_eqz(jv_str(jv_path(s->data, "contrastc", "profile", NULL)),
	    "metal-v1.2");
}

bool
sim_is_old(const struct sim *s)
{
	return sim_told_by_option(s) ||
	       str_eqz(jv_str(jv_path(s->data, "contrastc", "profile", NULL)),
		   "aks-v1.2");
}

bool
sim_is_direct(struct str pattern)
{
	return str_find(pattern, STR("$(b64-direct-vol-path)"), 0) != SIZE_MAX;
}
