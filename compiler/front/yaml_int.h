/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_FRONT_YAML_INT_H
#define CONTRASTC_FRONT_YAML_INT_H

#include "compiler/front/yaml.h"

/* How a scalar was written, for yaml_type(). */
enum yaml_tag {
	YAML_TAG_NONE,
	YAML_TAG_STR,
	YAML_TAG_BOOL,
	YAML_TAG_INT,
	YAML_TAG_FLOAT,
	YAML_TAG_NULL,
	YAML_TAG_TIMESTAMP,
	YAML_TAG_BINARY,
	YAML_TAG_OTHER
};

enum yaml_tag yaml_tag_of(const char *tag);
/*
 * The kind of a scalar that is written plain or has a tag.  False: the text
 * does not fit the tag.
 */
bool yaml_type(enum yaml_kind *out, enum yaml_tag tag, struct str text);
/* Longest result of the two calls below. */
#define YAML_NUMBER_MAX 64
/* A number as JSON spells it; false for infinity and NaN. */
bool yaml_number(char out[YAML_NUMBER_MAX], const struct yaml_node *n);
/*
 * The string that a scalar key becomes; false if Kubernetes refuses it (null,
 * an integer beyond 63 bits).
 */
bool yaml_key_text(
    struct arena *a, const struct yaml_node *key, struct str *out);

/* State of reading one source. */
struct yaml_reader {
	struct units *out;
	struct arena *list;  /* of `out` */
	struct arena *arena; /* of the document being read */
	struct diags *diags;
	const struct source *source;
	unsigned count; /* units of this source so far */
	uint64_t nodes; /* nodes of this source so far */
	bool failed;
	yaml_pick *pick; /* or NULL */
	void *pick_arg;
};

/*
 * Adds a child to a collection that is being built: counts, limits.  False
 * and a diagnostic beyond a limit.
 */
bool yaml_count(
    struct yaml_reader *r, struct yaml_node *parent, struct yaml_node *child);
/* Refuses keys that are there twice; false and a diagnostic each. */
bool yaml_check_keys(struct yaml_reader *r, const struct yaml_node *map);
/* Adds a document. */
void yaml_add_unit(
    struct yaml_reader *r, size_t from, size_t to, struct yaml_node *root);

/*
 * Reads one document; `base` is the offset of `text` in the source.  NULL in
 * *out: it is empty.  False: an error was reported.
 */
bool yaml_parse(struct yaml_reader *r, struct yaml_node **out, struct str text,
    size_t base);
/*
 * Reads one JSON text at *at.  0: done, *at is behind it.  1: it is no JSON.
 * -1: a limit or a repeated key, reported.
 */
int yaml_read_json(struct yaml_reader *r, struct yaml_node **out, size_t *at);

#endif
