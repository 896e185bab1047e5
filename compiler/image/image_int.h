/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_IMAGE_IMAGE_INT_H
#define CONTRASTC_IMAGE_IMAGE_INT_H

#include "compiler/image/image.h"
#include "runtime/base/map.h"
#include "runtime/base/vec.h"

/* Is it ALGORITHM:HEX with the length of a known algorithm?  RT_EFORMAT. */
int img_digest_check(struct str digest, struct rt_err *err) RT_MUST_CHECK;
/* The only form in which a digest becomes a file name. */
bool img_is_sha256(struct str digest);
bool img_ref_same_name(const struct img_ref *a, const struct img_ref *b);
/* Equal after completion. */
bool img_ref_eq(const struct img_ref *a, const struct img_ref *b);

/*
 * A place where facts are found.  A registry would be one more kind: a row
 * in img_kinds[] and a find function.
 */
struct img_source;
struct img_kind {
	const char *what; /* "OCI layout": how messages call it */
	const char *flag; /* the option that names one, or NULL */
	/* Adds a source for each that the options name. */
	void (*open)(struct img_store *s, const struct img_kind *kind);
	/*
	 * Fills *out.  RT_ENOTFOUND: the next source is asked; *err then
	 * holds the reason if there is more to say than "not there", else
	 * an empty text.
	 */
	int (*find)(struct img_facts *out, struct img_source *src,
	    const struct img_ref *ref, unsigned need, struct rt_err *err);
	void (*close)(struct img_source *src); /* or NULL */
};
extern const struct img_kind img_kinds[];
extern const size_t img_nkinds;

struct img_source {
	const struct img_kind *kind;
	struct img_store *store;
	struct str name; /* path, or empty */
	void *state;
	bool local; /* may be used although --locked */
};

struct img_lock;

struct img_store {
	struct arena *arena;
	struct diags *diags;
	const struct img_options *options;
	struct str platform;
	VEC(struct img_source *) sources;
	struct map asked; /* text of a reference: struct img_answer */
	VEC(struct img_answer *) answers;
	struct img_file *lock; /* NULL: none is used */
};

/* What a reference was answered with. */
struct img_answer {
	struct img_ref ref;
	struct img_facts *facts; /* NULL: err holds */
	const struct img_source *source;
	unsigned need;
	struct rt_err err;
};

struct img_source *img_source_add(struct img_store *s,
    const struct img_kind *kind, struct str name, void *state);

/* image_config.c: the members that lowering reads, checked. */
int img_config_read(struct jv **out, struct arena *a, struct jv *config,
    struct rt_err *err) RT_MUST_CHECK;

/* image_file.c: files of --images and the lock file. */
struct img_entry {
	struct img_ref ref;
	struct img_facts facts;
	struct jv *json;
};
struct img_file {
	struct str path;
	bool is_lock;
	struct jv *json;
	VEC(struct img_entry *) entries;
	struct map by_text, by_name, by_digest;
};
int img_file_read(struct img_file **out, struct arena *a, const char *path,
    struct rt_err *err) RT_MUST_CHECK;
const struct img_entry *img_file_find(
    const struct img_file *f, struct arena *a, const struct img_ref *ref);
void img_images_open(struct img_store *s, const struct img_kind *kind);
void img_lock_open(struct img_store *s, const struct img_kind *kind);
int img_file_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err);

/* image_pause.c */
void img_pause_open(struct img_store *s, const struct img_kind *kind);
int img_pause_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err);

#endif
