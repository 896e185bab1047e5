/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_FRONT_K8S_FIELD_INT_H
#define CONTRASTC_FRONT_K8S_FIELD_INT_H

#include "compiler/front/k8s.h"

/* The compiled form of k8s_field.def, for k8s_field.c and k8s_check.c. */
enum k8s_base {
	K8S_ANY,
	K8S_STRING,
	K8S_BOOL,
	K8S_INT32,
	K8S_INT64,
	K8S_INT_OR_STRING,
	K8S_QUANTITY,
	K8S_TIME,
	K8S_BYTES,
	K8S_OBJECT
};

enum k8s_shape {
	K8S_ONE,
	K8S_SEQ,
	K8S_MAP,
	K8S_INLINE, /* members of another structure, named in lists */
	K8S_SAME,   /* the same, not named */
	K8S_END
};

enum k8s_flag {
	K8S_F_NONE,
	K8S_F_EMPTY, /* set even when empty */
	K8S_F_OLD    /* accepted, not in the API */
};

/* One cache line, and no pointer that the loader would have to relocate. */
struct k8s_member {
	char name[48];
	char only[9]; /* unsupported but for this value; "": none */
	uint8_t len;  /* of the name */
	uint8_t shape;
	uint8_t flag;
	uint16_t type;
	uint16_t why; /* 0: as what it is in */
};

struct k8s_type {
	const char *name; /* "object Container", "string Protocol" */
	uint8_t base;
	bool closed;                      /* another value is an error */
	const char *values;               /* blank between them; NULL: any */
	const struct k8s_member *members; /* up to K8S_END; objects only */
};

struct k8s_why {
	enum k8s_field_class class;
	const char *text;
	const char *help;
};

/* Indexed by k8s_member.type and .why. */
extern const struct k8s_type k8s_types[];
extern const struct k8s_why k8s_whys[];

/* What a document of that kind has in it; NULL: not in the table. */
const struct k8s_member *k8s_kind_members(struct str api, struct str kind);
/* What a pod template has in it: metadata and spec. */
const struct k8s_member *k8s_template_members(void);
/* The member of that name, inlined ones included; NULL: none. */
const struct k8s_member *k8s_member_find(
    const struct k8s_member *members, struct str name);

/*
 * Is `s` a slip of the pen for the known word?  True only if it is closer
 * than *best, which is then set.
 */
bool k8s_is_near(struct str known, struct str s, unsigned *best);
/* The member whose name is closest, or NULL. */
const char *k8s_nearest(const struct k8s_member *members, struct str name);
/*
 * Appends the way down to a field of that name, `depth` structures below;
 * false (and nothing appended) if there is none.
 */
bool k8s_put_place(struct buf *b, const struct k8s_member *members,
    struct str name, unsigned depth);

/*
 * Does the text say what the type asks for?  A quantity such as 500m or
 * 1.5Gi, a time of RFC 3339, base64 with line breaks.
 */
bool k8s_is_quantity(struct str s);
bool k8s_is_time(struct str s);
bool k8s_is_base64(struct str s);

#endif
