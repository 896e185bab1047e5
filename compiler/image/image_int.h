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
/* "host/path:tag@digest": equal for equal references. */
struct str img_ref_full(struct arena *a, const struct img_ref *r);

/*
 * A place where facts are found.  A registry would be one more kind: a row
 * in img_kinds[] and a find function.
 */
struct img_source;
struct img_question {
	const struct img_ref *ref;
	unsigned need;
	/* the answer, as of find() */
	struct img_facts facts;
	int rc;
	struct rt_err err;
};
struct img_kind {
	const char *what; /* "OCI layout": how messages call it */
	/* Adds a source for each that the options name. */
	void (*open)(struct img_store *s, const struct img_kind *kind);
	/*
	 * Fills *out.  RT_ENOTFOUND: the next source is asked; *err then
	 * holds the reason if there is more to say than "not there", else
	 * an empty text.
	 */
	int (*find)(struct img_facts *out, struct img_source *src,
	    const struct img_ref *ref, unsigned need, struct rt_err *err);
	/*
	 * The digest that a reference without one stands for there, found
	 * without reading the image; NULL where there is no such thing.
	 */
	bool (*peek)(struct str *digest, struct img_source *src,
	    const struct img_ref *ref);
	void (*close)(struct img_source *src); /* or NULL */
	bool at_hand;                          /* peek() opens no connection */
	/* Several at once: asking takes time, and threads; or NULL. */
	void (*find_all)(
	    struct img_source *src, struct img_question *questions, size_t n);
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

struct img_store {
	struct arena *arena;
	struct diags *diags;
	const struct img_options *options;
	struct str platform;
	VEC(struct img_source *) sources;
	struct img_scans *scans;
	struct map asked; /* text of a reference: struct img_answer */
	VEC(struct img_answer *) answers;
	struct map digests;          /* the same, of img_digest_get() */
	struct img_source *lock;     /* NULL: none is used */
	VEC(struct img_ref) renewed; /* entries of it that are not used */
};

/* What a reference was answered with. */
struct img_answer {
	struct img_ref ref;
	struct img_facts *facts; /* or NULL */
	const struct img_source *source;
	struct str entry; /* key in the file that has them */
	unsigned need;    /* what the facts have */
	bool failed;      /* err says why `wanted` could not be had */
	unsigned wanted;
	struct rt_err err;
};

/* For img_ask(): nothing but a digest is wanted. */
#define IMG_DIGEST (1u << 31)
/* Asks the sources in their order; the answer has facts, or `failed`. */
void img_ask(struct img_answer *ans, struct img_store *s, unsigned need);

/* Reports a source that cannot be used. */
void img_source_bad(struct img_store *s, const struct rt_err *err);
struct img_source *img_source_add(struct img_store *s,
    const struct img_kind *kind, struct str name, void *state);

/* image_config.c: the members that lowering reads, checked. */
int img_config_read(struct jv **out, struct arena *a, struct jv *config,
    struct rt_err *err) RT_MUST_CHECK;

/* Does a set of IMG_… ask for passwd and group of such an image? */
bool img_needs_users(unsigned need, const struct jv *config);

/* image_file.c: files of --images and the lock file. */
#define IMG_LOCK_VERSION 1
struct img_entry {
	struct img_ref ref;
	struct img_facts facts;
	struct jv *json;
};
struct img_file {
	struct str path;
	bool is_lock;        /* its entries have to agree */
	bool other_platform; /* it says that it is for another one */
	struct jv *json;
	VEC(struct img_entry *) entries;
	struct map by_text, by_name, by_digest;
};
int img_file_parse(struct img_file **out, struct arena *a, struct str path,
    struct str text, struct str platform, bool is_lock,
    struct rt_err *err) RT_MUST_CHECK;
int img_file_read(struct img_file **out, struct arena *a, const char *path,
    struct str platform, bool is_lock, struct rt_err *err) RT_MUST_CHECK;
const struct img_entry *img_file_find(
    const struct img_file *f, struct arena *a, const struct img_ref *ref);
void img_images_open(struct img_store *s, const struct img_kind *kind);
/*
 * The only digest that is written behind this tag in an entry, or empty: what
 * an earlier run pinned it to.
 */
struct str img_file_pinned(
    const struct img_source *src, const struct img_ref *ref);
int img_file_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err);

/* image_lock.c */
void img_lock_open(struct img_store *s, const struct img_kind *kind);
/* Is this one to be looked up elsewhere, whatever the lock file says? */
bool img_lock_renews(const struct img_store *s, const struct img_ref *ref);

/* image_tag.c */
int img_digest_find(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, struct rt_err *err) RT_MUST_CHECK;
/* Does a source have another image under the tag by now?  f->moved. */
void img_tag_check(
    struct img_store *s, const struct img_ref *ref, struct img_facts *f);

/* image_pause.c */
void img_pause_open(struct img_store *s, const struct img_kind *kind);
int img_pause_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err);

/* image_blob.c: a range of a file; what is in it is not trusted yet. */
struct img_span {
	int fd;
	bool own; /* to be closed by img_span_close() */
	uint64_t off, size;
};
void img_span_close(struct img_span *s);
int img_span_read(const struct img_span *s, uint64_t at, void *buf, size_t n,
    struct rt_err *err) RT_MUST_CHECK;

/* What images share: layers that were read.  NULL: each is alone. */
struct img_scans;
struct img_scans *img_scans_new(void);
void img_scans_free(struct img_scans *s); /* accepts NULL */

struct img_desc;
/* Where the parts of an image lie: a directory, an archive, a registry. */
struct img_blobs {
	/*
	 * `place` is a digest, or where `img_blobs` is an archive of docker
	 * a name in it.  RT_ENOTFOUND.
	 */
	int (*open)(struct img_span *out, struct img_blobs *b, struct str place,
	    struct rt_err *err);
	/*
	 * Tells of a part that may be opened: a document (index, manifest),
	 * or another blob; of at most `max` bytes.  NULL: nobody listens.
	 */
	void (*expect)(struct img_blobs *b, const struct img_desc *d,
	    bool document, uint64_t max);
	struct img_scans *scans;
};
#define IMG_LAYER_MAX ((uint64_t)128 << 30)

struct img_desc {
	struct str type, digest;
	uint64_t size;
	bool have_size;
	const struct jv *json; /* platform and annotations, or NULL */
};
/* The whole of a part, of at most `max` bytes; RT_EVERIFY. */
int img_blob_read(struct str *out, struct arena *a, struct img_blobs *b,
    const struct img_desc *d, size_t max, struct rt_err *err) RT_MUST_CHECK;
struct str img_sha256_text(struct arena *a, const unsigned char *sum);

/* image_stream.c: plain bytes of something that may be compressed. */
struct img_stream;
int img_stream_open(struct img_stream **out, const struct img_span *in,
    uint64_t max, struct rt_err *err) RT_MUST_CHECK;
bool img_stream_is_plain(const struct img_stream *s);
/* The next bytes, valid until the next call; *n = 0 at the end. */
int img_stream_next(struct img_stream *s, const void **p, size_t *n,
    struct rt_err *err) RT_MUST_CHECK;
/* Calls a function for all plain bytes in their order, from now on. */
typedef void img_tap_fn(void *ctx, const void *p, size_t n);
void img_stream_tap(struct img_stream *s, img_tap_fn *fn, void *ctx);
/* Reads what is left; SHA-256 of the bytes as stored and of the plain ones. */
int img_stream_sums(struct img_stream *s, unsigned char *stored,
    unsigned char *plain, struct rt_err *err) RT_MUST_CHECK;
void img_stream_free(struct img_stream *s);

/* image_tar.c: the members of a tar archive in their order. */
enum img_member_type {
	IMG_FILE,
	IMG_DIR,
	IMG_SYMLINK,
	IMG_HARDLINK,
	IMG_OTHER
};
struct archive;
struct img_member {
	enum img_member_type type;
	struct str name; /* clean: no "./", no "//", no '/' at either end */
	struct str link; /* target as written; of a hard link: clean */
	bool outside;    /* there is a ".." in one: they are not to be used */
	struct str path, target;     /* both as written */
	const unsigned char *header; /* its own 512 bytes */
	bool sparse;
	uint64_t size;
	uint64_t at; /* offset of its bytes in the archive */
	struct archive *archive;
};
/* A path of an archive, cleaned; false: it has "..". */
bool img_clean_path(struct buf *out, struct str path);
typedef int img_member_fn(
    void *ctx, const struct img_member *m, struct rt_err *err);
int img_tar_walk(struct img_stream *in, img_member_fn *fn, void *ctx,
    struct rt_err *err) RT_MUST_CHECK;
/* The bytes of the member that the function was called for. */
int img_member_read(struct str *out, struct arena *a,
    const struct img_member *m, size_t max, struct rt_err *err) RT_MUST_CHECK;

/* image_users.c: what is in the layers. */
struct img_part {
	struct str place;
	struct img_layer *layer; /* diff_id; digest and size or none */
	bool encrypted;
};
/*
 * What `need` names of passwd and group, and verity_hash of the layers; there
 * is a part for each of f->nlayers.
 */
int img_layers_read(struct img_facts *f, struct arena *a, struct img_blobs *b,
    const struct img_part *parts, unsigned need,
    struct rt_err *err) RT_MUST_CHECK;

/* image_oci.c: from a descriptor to facts. */
int img_desc_read(struct img_desc *out, const struct jv *json,
    struct rt_err *err) RT_MUST_CHECK;
bool img_platform_is(struct str platform, const struct jv *json);
int img_oci_read(struct img_facts *out, struct arena *a, struct img_blobs *b,
    const struct img_desc *d, struct str platform, unsigned need,
    struct rt_err *err) RT_MUST_CHECK;
/* The configuration blob: config and diff_ids of *out. */
int img_oci_config(struct img_facts *out, struct arena *a, struct str text,
    struct str platform, struct rt_err *err) RT_MUST_CHECK;

/* image_layout.c */
struct img_layout;
int img_layout_new(struct img_layout **out, struct arena *a,
    struct img_blobs *b, struct str index, struct rt_err *err) RT_MUST_CHECK;
int img_layout_find(struct img_facts *out, struct img_layout *l,
    struct arena *a, const struct img_ref *ref, struct str platform,
    unsigned need, struct rt_err *err) RT_MUST_CHECK;
void img_layout_open(struct img_store *s, const struct img_kind *kind);
int img_layout_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err);
bool img_layout_peek(
    struct str *digest, struct img_source *src, const struct img_ref *ref);
void img_layout_close(struct img_source *src);

/* image_archive.c */
void img_archive_open(struct img_store *s, const struct img_kind *kind);
int img_archive_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err);
void img_archive_close(struct img_source *src);

/* image_registry.c */
void img_registry_open(struct img_store *s, const struct img_kind *kind);
int img_registry_answer(struct img_facts *out, struct img_source *src,
    const struct img_ref *ref, unsigned need, struct rt_err *err);
bool img_registry_peek(
    struct str *digest, struct img_source *src, const struct img_ref *ref);
void img_registry_close(struct img_source *src);
/* By as many threads as the options allow. */
void img_registry_find_all(
    struct img_source *src, struct img_question *questions, size_t n);

#endif
