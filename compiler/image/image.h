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
};

/* What is needed beside the configuration. */
enum { IMG_USERS = 1 << 0, IMG_VERITY = 1 << 1 };

struct img_options {
	VEC(struct str) images_files; /* --images FILE */
	VEC(struct str) layouts;      /* --image-source=oci-layout:DIR */
	VEC(struct str) archives;     /* --image-source=docker-archive:FILE */
	const char *lock_path;        /* contrast.lock, or NULL */
	bool locked;                  /* a missing entry is an error */
	bool offline;
	struct str platform; /* "linux/amd64" */
};

/* All sources together; asks each thing once. */
struct img_store;
struct img_store *img_store_open(
    struct arena *a, struct diags *d, const struct img_options *o);
void img_store_close(struct img_store *s);
/*
 * The facts of a reference, or NULL with *err set: RT_ENOTFOUND names the
 * sources that were tried, RT_EFORMAT, RT_ELIMIT, RT_EVERIFY (digest).  The
 * caller reports it at the place of the reference.  `need` is a set of IMG_….
 */
const struct img_facts *img_facts_get(
    struct img_store *s, struct str ref, unsigned need, struct rt_err *err);
/* The lock file with what this run used, canonical; empty: unchanged. */
struct str img_store_lock(struct img_store *s);

#endif
