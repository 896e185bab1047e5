/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_IMAGE_IMAGE_H
#define CONTRASTC_IMAGE_IMAGE_H

#include "runtime/base/diag.h"
#include "runtime/base/err.h"
#include "runtime/base/jv.h"

/*
 * What a container image says about its processes.  This room knows nothing
 * of Kubernetes: it is asked for a reference and gives facts.
 */

/* A parsed reference: [HOST[:PORT]/]PATH[:TAG][@DIGEST]. */
struct img_ref {
	struct str text;   /* as written */
	struct str host;   /* "docker.io" where the text names none */
	struct str path;   /* "library/nginx" where the text has no '/' */
	struct str tag;    /* "latest" without tag and digest; may be "" */
	struct str digest; /* "sha256:…" or "" */
};
int img_ref_parse(struct img_ref *out, struct arena *a, struct str text,
    struct rt_err *err) RT_MUST_CHECK;

struct img_layer {
	struct str digest;  /* of the blob as stored */
	struct str diff_id; /* of the plain tar */
	struct str verity_hash;
	uint64_t size;
};

/* The tag of a locked image stands for another image by now. */
struct img_moved {
	struct str now; /* digest there; "": it has not moved */
	struct str in;  /* "OCI layout images" */
};

struct img_facts {
	struct str ref;
	struct str index_digest, manifest_digest, config_digest; /* or "" */
	/*
	 * Members of the image configuration: User, Env, Entrypoint, Cmd,
	 * WorkingDir, Volumes, Tty; JSON null or absent where it has none.
	 */
	struct jv *config;
	/* The merged image's files; "" where it has none. */
	bool have_users; /* passwd and group were looked for */
	struct str passwd, group;
	struct img_layer *layers; /* bottom first */
	size_t nlayers;
	/* Where the facts are from, for origins: "contrast.lock", … */
	struct str from;
	struct img_moved moved;
};

/*
 * What is needed beside the configuration.  IMG_NAMED_USERS: the files of
 * IMG_USERS, if the configuration's User is not a number.
 */
enum { IMG_USERS = 1 << 0, IMG_VERITY = 1 << 1, IMG_NAMED_USERS = 1 << 2 };

/* What a registry is being asked for. */
struct img_progress {
	struct str ref;
	const char *what;      /* "manifest", "layer 2 of 3" … */
	uint64_t bytes, total; /* of that; 0: not known */
	uint64_t sum;          /* of all that came for the image */
	bool done;             /* nothing more comes for the image */
};
/* Called by one thread at a time, but not always the same. */
typedef void img_progress_fn(void *ctx, const struct img_progress *p);

/* How registries are asked, and the cache: contrastc-images(5). */
struct img_registry_options {
	VEC(struct str) plain_http; /* HOST[:PORT] */
	VEC(struct str) mirrors;    /* HOST=MIRROR[/PREFIX] */
	VEC(struct str) hosts;      /* that the next three are for */
	const char *username;
	const char *password, *token; /* or @FILE */
	const char *authfile;
	const char *cacert, *client_cert, *client_key;
	const char *cache; /* directory; NULL: the user's */
	bool no_cache;
	unsigned jobs;             /* threads */
	uint64_t timeout;          /* milliseconds */
	img_progress_fn *progress; /* or NULL */
	void *progress_ctx;
};
/* RT_EINVAL names the option that is malformed. */
int img_registry_check(
    const struct img_registry_options *o, struct rt_err *err) RT_MUST_CHECK;

struct img_options {
	VEC(struct str) images_files; /* --images FILE */
	VEC(struct str) layouts;      /* --image-source=oci-layout:DIR */
	VEC(struct str) archives;     /* --image-source=docker-archive:FILE */
	const char *lock_path;        /* contrast.lock, or NULL */
	bool locked;                  /* a missing entry is an error */
	bool offline;
	struct str platform; /* "linux/amd64"; see img_platform_check() */
	const struct img_registry_options *registry; /* NULL: none is asked */
	/* `lock`: registries are asked whether a locked tag has moved. */
	bool ask_tags;
	bool moved_fails; /* and it is an error if one has, as with `locked` */
	/* Entries of the lock file that are looked up elsewhere again. */
	bool update_all;
	VEC(struct str) update;
};
/* Is it OS/ARCH or OS/ARCH/VARIANT, of one platform?  RT_EFORMAT. */
int img_platform_check(struct str platform, struct rt_err *err) RT_MUST_CHECK;

/* All sources together; asks each thing once. */
struct img_store;
struct img_store *img_store_open(
    struct arena *a, struct diags *d, const struct img_options *o);
void img_store_close(struct img_store *s);
/*
 * The facts of a reference, or NULL with *err set: RT_ENOTFOUND names the
 * sources that were tried, RT_EFORMAT, RT_ELIMIT, RT_EVERIFY (digest); of
 * registries RT_ENET, RT_EAUTH, RT_ECRYPTO (certificate).  The caller reports
 * it at the place of the reference.  `need` is a set of IMG_….  The facts
 * live until img_store_close().
 */
const struct img_facts *img_facts_get(
    struct img_store *s, struct str ref, unsigned need, struct rt_err *err);
/*
 * Gets what will be asked for, all at once where registries are needed.
 * Errors are kept for img_facts_get().
 */
struct img_want {
	struct str ref;
	unsigned need;
};
void img_store_prefetch(
    struct img_store *s, const struct img_want *wants, size_t n);
/* The same if this run knows them already, else NULL. */
const struct img_facts *img_facts_known(
    const struct img_store *s, struct str ref);
/*
 * What a client pulls by the reference's tag: the digest of the index if there
 * is one, else of the manifest; "" where the facts have none.
 */
struct str img_pull_digest(const struct img_facts *f);
/*
 * Facts with nothing but digests, found without reading the image where that
 * can be; only img_pull_digest() looks at them.  Errors as img_facts_get().
 */
const struct img_facts *img_digest_get(
    struct img_store *s, struct str ref, struct rt_err *err);
/*
 * Reports at the place of a reference what is to be said of it: why there are
 * no facts (`f` NULL, `err` set), that its tag has moved, that it cannot be
 * locked.  NULL: nothing.
 */
struct diag *img_report(struct img_store *s, struct loc loc, struct str ref,
    const struct img_facts *f, const struct rt_err *err);

/*
 * The lock file with what this run used, canonical; empty: unchanged.  What
 * another process wrote meanwhile is kept: call it between img_lock_hold()
 * and img_lock_release(), and write within, too.
 */
struct str img_store_lock(struct img_store *s);
/* The lock file's directory, held against other runs; -1 where it cannot be. */
int img_lock_hold(const char *lock_path);
void img_lock_release(int held);

enum img_lock_state {
	IMG_LOCK_KEPT,
	IMG_LOCK_ADDED,
	IMG_LOCK_CHANGED, /* the digest, or what is known beside it */
	IMG_LOCK_UNUSED,  /* kept, but nothing asked for it */
	IMG_LOCK_REMOVED
};
struct img_lock_entry {
	struct str ref;
	enum img_lock_state state;
	struct str old, now; /* img_pull_digest(), "" without one */
};
struct img_lock {
	struct str text;
	VEC(struct img_lock_entry) entries; /* by reference */
};
/* The same with all entries; `prune`: without those that are not used. */
void img_lock_make(struct img_lock *out, struct img_store *s, bool prune);
/* Did this run ask for an image that is the same as `ref`? */
bool img_lock_uses(struct img_store *s, struct str ref);

#endif
