/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/agent/agent.h"

#include <string.h>

#include "runtime/base/banned.h"

/* What a field is when it is absent. */
enum agent_type {
	AGENT_STRING,   /* "" */
	AGENT_NUMBER,   /* 0 */
	AGENT_BOOL,     /* false */
	AGENT_LIST,     /* [] */
	AGENT_MAP,      /* {} */
	AGENT_OPTIONAL, /* null */
	AGENT_ANY,      /* null; what is in it is not looked at */
	AGENT_OLDER,    /* absent: not every agent has it */
	AGENT_MESSAGE,  /* null */
	AGENT_MESSAGES  /* [] */
};

struct agent_field {
	const char *name;
	const struct agent_field *sub; /* ends with a NULL name */
	enum agent_type type;
};

#define FIELD(field, kind) {#field, NULL, AGENT_##kind},
#define SUB(field, kind, message) {#field, message##_fields, AGENT_##kind},
#define MESSAGE(message, ...)                                                  \
	static const struct agent_field message##_fields[] = {                 \
	    __VA_ARGS__{NULL, NULL, AGENT_ANY}};
#define REQUEST(message, ...) MESSAGE(message, __VA_ARGS__)
#include "runtime/agent/agent_message.def"
#include "runtime/agent/agent_request.def"
#undef REQUEST
#undef MESSAGE
#undef SUB
#undef FIELD

struct agent_request {
	struct str kind;
	const struct agent_field *fields;
};

/* By byte order of the names. */
static const struct agent_request requests[] = {
#define REQUEST(message, ...) {STR_INIT(#message), message##_fields},
#include "runtime/agent/agent_request.def"
#undef REQUEST
};

static const struct agent_request *
find(struct str kind)
{
	size_t low = 0, high = sizeof(requests) / sizeof(*requests), mid;
	int order;

	while (low < high) {
		mid = low + (high - low) / 2;
		order = str_cmp(kind, requests[mid].kind);
		if (order == 0)
			return &requests[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

bool
agent_request_known(struct str kind)
{
	return find(kind) != NULL;
}

struct str
agent_request_kind(size_t n)
{
	return n < sizeof(requests) / sizeof(*requests) ? requests[n].kind
							: STR("");
}

static struct jv *
absent(struct arena *a, enum agent_type type)
{
	switch (type) {
	case AGENT_STRING:
		return jv_string(a, STR(""));
	case AGENT_NUMBER:
		return jv_int(a, 0);
	case AGENT_BOOL:
		return jv_bool(a, false);
	case AGENT_LIST:
	case AGENT_MESSAGES:
		return jv_array(a);
	case AGENT_MAP:
		return jv_object(a);
	case AGENT_OLDER:
		return NULL;
	case AGENT_OPTIONAL:
	case AGENT_ANY:
	case AGENT_MESSAGE:
		break;
	}
	return jv_new(a, JV_NULL);
}

static struct jv *message(
    struct arena *a, const struct agent_field *fields, const struct jv *value);

static struct jv *
messages(
    struct arena *a, const struct agent_field *fields, const struct jv *list)
{
	struct jv *out;
	size_t i;

	out = jv_array(a);
	for (i = 0; i < list->items.n; i++)
		jv_push(a, out, message(a, fields, list->items.p[i]));
	return out;
}

static struct jv *
field(struct arena *a, const struct agent_field *f, const struct jv *value)
{
	if (value == NULL || (value->type == JV_NULL && f->type != AGENT_OLDER))
		return absent(a, f->type);
	if (f->type == AGENT_MESSAGE)
		return message(a, f->sub, value);
	if (f->type == AGENT_MESSAGES && value->type == JV_ARRAY)
		return messages(a, f->sub, value);
	return jv_copy(a, value);
}

/* The messages of the tables are not recursive, so neither is this. */
static struct jv *
message(
    struct arena *a, const struct agent_field *fields, const struct jv *value)
{
	const struct agent_field *f;
	struct jv *out, *member;
	struct str name;

	if (value->type != JV_OBJECT)
		return jv_copy(a, value);
	out = jv_object(a);
	for (f = fields; f->name != NULL; f++) {
		name = str_from(f->name);
		member = field(a, f, jv_get(value, name));
		if (member != NULL)
			jv_set(a, out, name, member);
	}
	return out;
}

struct jv *
agent_request_normalise(
    struct arena *a, struct str kind, const struct jv *request)
{
	const struct agent_request *r;

	r = find(kind);
	return r == NULL ? NULL : message(a, r->fields, request);
}
