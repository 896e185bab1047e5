/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGO_VALUE_INT_H
#define CONTRASTC_REGO_VALUE_INT_H

#include "runtime/rego/value.h"

extern const rv rv_empty_string;

/* A collection of what lies at `v`, which is sorted in place. */
rv rv_array_of(struct rv_heap *h, const rv *v, size_t n);
rv rv_set_of(struct rv_heap *h, rv *v, size_t n);
/* `n` pairs of key and value. */
rv rv_object_of(struct rv_heap *h, rv *v, size_t n, rv *clash);

/* A string in quotes: as in JSON, or as Go writes it in source text. */
void rv_quote_json(struct buf *out, const struct rv_heap *h, struct str s);
void rv_quote_go(struct buf *out, struct str s);

#endif
