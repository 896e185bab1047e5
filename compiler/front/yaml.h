/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_FRONT_YAML_H
#define CONTRASTC_FRONT_YAML_H

#include "runtime/base/diag.h"
#include "runtime/base/jv.h"
#include "runtime/base/map.h"
#include "runtime/base/source.h"
#include "runtime/base/vec.h"

/*
 * What a YAML document means (libyaml), typed as Kubernetes clients type it
 * (sigs.k8s.io/yaml: YAML 1.1 booleans, octals, merge keys), with the source
 * bytes of every node.
 */
enum yaml_kind {
	YAML_NULL,
	YAML_BOOL,
	YAML_INT,
	YAML_FLOAT,
	YAML_STRING,
	YAML_SEQ,
	YAML_MAP,
	YAML_ALIAS
};

enum yaml_style {
	YAML_PLAIN,
	YAML_SINGLE,
	YAML_DOUBLE,
	YAML_LITERAL,
	YAML_FOLDED,
	YAML_BLOCK,
	YAML_FLOW
};

struct yaml_pair;

struct yaml_node {
	enum yaml_kind kind : 8;
	enum yaml_style style : 8;
	uint8_t height;    /* levels in it after expansion */
	bool tagged : 1;   /* has an explicit tag */
	bool json : 1;     /* of a JSON document: numbers keep their spelling */
	uint32_t prop;     /* where its anchor and tag begin, else loc.off */
	uint32_t total;    /* nodes in it after expansion, itself included */
	unsigned naliases; /* aliases that point here */
	/*
	 * The bytes of the node, without anchor and tag.  The end of a block
	 * collection is libyaml's (the next token) until edit.c refines it.
	 * loc.source NULL: the compiler made this node.
	 */
	struct loc loc;
	struct str text;   /* scalar: content; not a string: as written */
	struct str anchor; /* name behind '&', or empty */
	/* Of YAML_SEQ and YAML_MAP, as written with "<<"; counts are limited. */
	VEC_SIZED(struct yaml_node *, uint32_t) items;
	VEC_SIZED(struct yaml_pair, uint32_t) pairs;
	struct yaml_node *target; /* YAML_ALIAS */
	struct yaml_node *up;     /* what contains it in the text */
	/* For edit.c: what this node was before it was changed, or NULL. */
	const struct yaml_node *was;
	const char *what; /* of edit_what(), for nodes that were made */
};

/*
 * Keys are strings: what is written as a number or a boolean is respelled as
 * Kubernetes does it ("yes" becomes "true"); a key that is an alias too.
 */
struct yaml_pair {
	struct yaml_node *key;
	struct yaml_node *value;
	bool merge; /* a plain "<<" */
};

/* Limits, with an error that names the place (yaml-limit). */
#define YAML_DEPTH_MAX 100
#define YAML_DOCUMENT_MAX ((size_t)32 << 20) /* bytes, if it is no JSON */
#define YAML_NODES_MAX 1000000 /* of a document, aliases expanded */
#define YAML_SOURCE_NODES_MAX 8000000
#define YAML_DOCUMENTS_MAX 100000

/* Follows an alias; NULL stays NULL. */
struct yaml_node *yaml_deref(const struct yaml_node *n);
/*
 * The value of a key, aliases followed and merge keys applied; NULL if there
 * is none or `map` is no mapping.  A value that is null counts as there.
 */
struct yaml_node *yaml_get(const struct yaml_node *map, struct str key);
#define yaml_getz(map, lit) yaml_get((map), STR(lit))
/* The key node itself, for a diagnostic. */
struct yaml_node *yaml_key(const struct yaml_node *map, struct str key);
/* Follows keys: yaml_path(root, "spec", "template", NULL). */
struct yaml_node *yaml_path(const struct yaml_node *n, ...)
    __attribute__((sentinel));
/* Is it there and of this kind (aliases followed)? */
bool yaml_is(const struct yaml_node *n, enum yaml_kind kind);
/* The text of a scalar of any kind but null; empty for anything else. */
struct str yaml_text(const struct yaml_node *n);
/* The text of a member that is a string; empty otherwise. */
struct str yaml_get_str(const struct yaml_node *map, struct str key);
bool yaml_to_bool(const struct yaml_node *n, bool *out);
bool yaml_to_int(const struct yaml_node *n, int64_t *out);
/*
 * The pairs of a mapping with merge keys applied and aliases followed, own
 * pairs first; empty for anything else.  Iterate with VEC_FOREACH.
 */
struct yaml_pairs {
	struct yaml_pair *p;
	size_t n;
};
struct yaml_pairs yaml_pairs(struct arena *a, const struct yaml_node *map);
/* Deep equality of meaning: kinds and texts, mappings without order. */
bool yaml_equal(const struct yaml_node *a, const struct yaml_node *b);
/* As Kubernetes would read it into JSON. */
struct jv *yaml_to_jv(struct arena *a, const struct yaml_node *n);
/* The bytes of that, printed compact. */
size_t yaml_json_size(struct arena *a, const struct yaml_node *n);

/* Nodes that the compiler makes; texts are borrowed. */
struct yaml_node *yaml_new_str(struct arena *a, struct str s);
struct yaml_node *yaml_new_int(struct arena *a, int64_t n);
struct yaml_node *yaml_new_bool(struct arena *a, bool b);
struct yaml_node *yaml_new_seq(struct arena *a);
struct yaml_node *yaml_new_map(struct arena *a);
struct yaml_node *yaml_push(
    struct arena *a, struct yaml_node *seq, struct yaml_node *item);
struct yaml_node *yaml_put(struct arena *a, struct yaml_node *map,
    struct str key, struct yaml_node *value);

/* One non-empty YAML document. */
struct unit {
	const struct source *source;
	unsigned index; /* from 1, empty documents not counted */
	struct loc loc; /* all bytes of the document */
	struct yaml_node *root;
	struct arena *arena;      /* it lives there, and its tree */
	struct str rendered_from; /* "# Source:" of helm, origin of kustomize */
};

struct units {
	VEC(struct unit *) list;
};

/*
 * Replaces what the compiler made in a document by equal nodes of a pool,
 * which all documents share, so that its own memory can go.  Nothing may
 * change behind that.
 */
struct yaml_pool {
	struct arena *arena;
	struct map seen; /* a node as bytes, to the node */
	struct buf text;
};
void yaml_share(struct yaml_pool *pool, struct unit *u);
void yaml_pool_fini(struct yaml_pool *pool);

/*
 * Reads all documents of a source and appends them.  Every fault is a
 * diagnostic with its place; false if there was an error.  JSON files are
 * read the same way.
 */
bool yaml_read(struct units *out, struct arena *a, struct diags *d,
    const struct source *s);
/*
 * The same with an arena for each document: `pick` is given its text.  Only
 * the list is in `a`.
 */
typedef struct arena *yaml_pick(void *arg, struct str text);
bool yaml_read_into(struct units *out, struct arena *a, struct diags *d,
    const struct source *s, yaml_pick *pick, void *arg);

#endif
