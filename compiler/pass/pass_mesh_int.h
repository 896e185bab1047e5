/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_PASS_PASS_MESH_INT_H
#define CONTRASTC_PASS_PASS_MESH_INT_H

#include "compiler/pass/pass_int.h"
#include "grammar/annot.h"

extern const char *const pass_mesh_keys[ANNOT_KINDS];
/* The mesh annotations of a workload, NULL if absent; false: none at all. */
bool pass_mesh_nodes(struct pass_ctx *ctx, const struct k8s_object *o,
    struct yaml_node *out[ANNOT_KINDS]);
/* Their values, and against the pod (mesh 2.5); true without errors. */
bool pass_mesh_check(struct pass_ctx *ctx, const struct k8s_object *o,
    struct yaml_node *const nodes[ANNOT_KINDS]);

#endif
