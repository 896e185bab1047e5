/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_DIAG_H
#define CONTRASTC_BASE_DIAG_H

#include "runtime/base/arena.h"
#include "runtime/base/map.h"
#include "runtime/base/source.h"
#include "runtime/base/vec.h"

/*
 * Findings about the user's input.  They are queued here and rendered by
 * compiler/report at the end; nothing in the compiler prints one itself.
 * Every error and warning is an entry of diag.def: its name is stable, its
 * text has one source.
 */
enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

enum diag_id {
#define DIAG(id, name, severity, text, help, explain) DIAG_##id,
#include "runtime/base/diag.def"
#undef DIAG
	DIAG_COUNT
};

/* The texts as literals, so that the compiler checks the arguments. */
#define DIAG(id, name, severity, text, help, explain)                          \
	static const char diag_text_##id[] __attribute__((unused)) = text;
#include "runtime/base/diag.def"
#undef DIAG

struct diag_info {
	const char *name;
	enum diag_severity severity;
	const char *text;    /* printf format */
	const char *help;    /* or NULL */
	const char *explain; /* paragraphs for `explain NAME` */
};
extern const struct diag_info diag_table[DIAG_COUNT];
/* The id of a kebab-case name, or -1. */
int diag_by_name(struct str name);

/* A second place, with its own sentence. */
struct diag_note {
	struct loc loc;
	struct str text;
};

#define DIAG_NOTES_MAX 8

struct diag {
	enum diag_id id;
	enum diag_severity severity;
	struct loc loc;
	struct str text;
	struct str help; /* empty: none */
	struct diag_note notes[DIAG_NOTES_MAX];
	size_t nnotes;
	bool suppressed;
	bool hidden; /* show no excerpt: the place holds a secret */
};

/* What -W makes of a name. */
enum diag_level { DIAG_DEFAULT, DIAG_OFF, DIAG_AS_WARNING, DIAG_AS_ERROR };

struct diags {
	struct arena *arena;
	VEC(struct diag *) list;
	size_t errors, warnings, suppressed;
	bool warnings_are_errors;
	uint8_t level[DIAG_COUNT]; /* enum diag_level */
	struct map seen;           /* findings by id, place and text */
};

void diags_init(struct diags *d, struct arena *a);
/*
 * A queue for what belongs behind findings that are not known yet, weighed
 * as in `like`; diags_join() puts its findings behind those of `d`.
 */
void diags_branch(struct diags *out, const struct diags *like);
void diags_join(struct diags *d, const struct diags *from);

/*
 * Queues a finding.  `loc` is in any source; renderers show the user's file.
 * A finding equal to an earlier one (id, place, text) is dropped.  The result
 * is never NULL and may get notes and another help line.
 *
 *	diag_report(d, IMAGE_UNRESOLVED, node->loc, "web:1.2");
 */
#define diag_report(d, id, loc, ...)                                           \
	diag_add((d), DIAG_##id, (loc), diag_text_##id, ##__VA_ARGS__)
struct diag *diag_add(struct diags *d, enum diag_id id, struct loc loc,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Adds a labelled place; beyond DIAG_NOTES_MAX nothing happens. */
void diag_note(struct diags *d, struct diag *g, struct loc loc, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
/*
 * Makes an error of the table a warning, because of where it was found; -W
 * still decides.  For a finding that was just reported.
 */
void diag_soften(struct diags *d, struct diag *g);
/* Replaces the help line of the table. */
void diag_help(struct diags *d, struct diag *g, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Makes a warning an error, unless -W says what it is. */
void diag_harden(struct diags *d, struct diag *g);

/*
 * In the order of a reader: by file and place, findings without one last;
 * what is equal stays in the order it was found in.
 */
void diags_sort(struct diags *d);

extern const struct loc loc_none;

#endif
