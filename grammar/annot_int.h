/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_GRAMMAR_ANNOT_INT_H
#define CONTRASTC_GRAMMAR_ANNOT_INT_H

#include "grammar/annot.h"
#include "runtime/base/map.h"

/* State of one annot_parse(); scanner, grammar and checks share it. */
struct annot_parser {
	struct annot_mesh *out;
	struct arena *arena;
	unsigned flags;
	enum annot_kind kind; /* of the value that is read */
	struct str text;
	uint32_t pos;       /* of the scanner */
	bool keyword;       /* the next token is KW_DISABLED */
	uint32_t entry;     /* 1-based index of the current item */
	struct map names;   /* of egress entries */
	struct map listens; /* "127.0.0.2:80" */
	/* Two bits for each ingress port: 0 unseen, 1 TLS, 2 plain. */
	uint8_t ports[65536 / 4];
};

/* The fields of an entry, counted beyond the third. */
struct annot_fields {
	struct annot_range field[3];
	uint32_t n;
	struct annot_range extra; /* the '#' that opens field 4 */
};

void annot_add(struct annot_parser *p, enum diag_id id,
    struct annot_range where, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
#define annot_report(p, id, where, ...)                                        \
	annot_add((p), DIAG_##id, (where), diag_text_##id, ##__VA_ARGS__)

/* An entry is complete: checks it and adds it to the result. */
void annot_entry(struct annot_parser *p, const struct annot_fields *f,
    struct annot_range whole);
/* Scans and parses p->text. */
void annot_run(struct annot_parser *p);

#endif
