/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_IR_INTERNAL_H
#define CONTRASTC_IR_INTERNAL_H

#include "compiler/ir/ir.h"

/* Reading mappings by tables; shared by the files of this room. */
struct ir_ctx {
	struct arena *arena;
	struct diags *diags;
	const struct k8s_object *object;
	const struct yaml_node *container; /* the one that is read */
	bool failed;
};

/* Reads a value that is there and not null into its place. */
typedef void ir_reader(struct ir_ctx *c, struct yaml_node *n, void *out);

struct ir_field {
	const char *path; /* key, or keys joined by '.' */
	size_t offset;
	ir_reader *read;
};

void ir_read(struct ir_ctx *c, const struct yaml_node *map,
    const struct ir_field *fields, size_t n, void *out);
#define IR_READ(c, map, fields, out)                                           \
	ir_read(                                                               \
	    (c), (map), (fields), sizeof(fields) / sizeof((fields)[0]), (out))

ir_reader ir_read_str, ir_read_bool, ir_read_int, ir_read_id, ir_read_strs,
    ir_read_ids, ir_read_node, ir_read_ref, ir_read_security;

/* The items of a sequence; false and a diagnostic if it is none. */
bool ir_is_seq(struct ir_ctx *c, const struct yaml_node *n);
bool ir_is_map(struct ir_ctx *c, const struct yaml_node *n);

/* Marks an error and says whose container it is. */
struct diag *ir_failed(struct ir_ctx *c, struct diag *g);
void ir_bad_type(
    struct ir_ctx *c, const struct yaml_node *n, const char *wanted);

void ir_read_container(
    struct ir_ctx *c, struct yaml_node *n, struct ir_container *out);
void ir_read_volume(
    struct ir_ctx *c, struct yaml_node *n, struct ir_volume *out);
struct str ir_sandbox_name(struct arena *a, const struct k8s_object *o);

#endif
