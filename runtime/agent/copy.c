/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "runtime/agent/agent.h"
#include "runtime/base/banned.h"

/* As much as the agent itself would hold in memory. */
#define DATA_MAX ((size_t)16 << 20)

static const struct str own[] = {STR_INIT("file_type"),
    STR_INIT("symlink_target"), STR_INIT("data"), STR_INIT("symlink_src")};

static int64_t
mode_of(const struct jv *request)
{
	int64_t mode = 0;

	(void)jv_to_int(jv_getz(request, "file_mode"), &mode);
	return mode & S_IFMT;
}

/* By the bits of file_mode; a request without them tells its type itself. */
static struct str
type_of(const struct jv *request)
{
	static const struct {
		int64_t bits;
		const char *name;
	} types[] = {
	    {S_IFREG, "Regular"}, {S_IFDIR, "Directory"}, {S_IFLNK, "Symlink"}};
	struct str told = jv_get_str(request, STR("file_type"));
	int64_t mode = mode_of(request);
	size_t i;

	for (i = 0; told.n == 0 && i < sizeof(types) / sizeof(*types); i++) {
		if (mode == types[i].bits)
			return str_from(types[i].name);
	}
	return told.n > 0 ? told : STR("Unknown");
}

static int
bytes(
    struct str *out, struct arena *a, const struct jv *data, struct rt_err *err)
{
	char *p;
	int64_t n;
	size_t i;

	if (data->type != JV_ARRAY || data->items.n > DATA_MAX)
		return rt_err_set(
		    err, RT_EFORMAT, "'data' is no list of bytes");
	p = arena_alloc(a, data->items.n + 1);
	for (i = 0; i < data->items.n; i++) {
		if (!jv_to_int(data->items.p[i], &n) || n < 0 || n > 255)
			return rt_err_set(err, RT_EFORMAT,
			    "'data' has something else than bytes");
		p[i] = (char)n;
	}
	*out = (struct str){p, data->items.n};
	return 0;
}

/* Where a link leads, whoever says so. */
static int
target_of(struct str *out, struct arena *a, const struct jv *request,
    struct rt_err *err)
{
	const struct jv *data = jv_getz(request, "data");
	int code = 0;

	*out = jv_get_str(request, STR("symlink_target"));
	if (out->n == 0)
		*out = jv_get_str(request, STR("symlink_src"));
	if (out->n == 0 && data != NULL)
		code = bytes(out, a, data, err);
	if (code == 0 && !str_is_utf8(*out))
		code = rt_err_set(
		    err, RT_EFORMAT, "the target of the link is no UTF-8");
	return code;
}

static void
put_data(struct arena *a, struct jv *out, const struct jv *data, struct str s)
{
	struct jv *list;
	size_t i;

	if (data != NULL) {
		jv_set(a, out, STR("data"), jv_copy(a, data));
		return;
	}
	list = jv_set(a, out, STR("data"), jv_array(a));
	for (i = 0; i < s.n; i++)
		jv_push(a, list, jv_int(a, (unsigned char)s.p[i]));
}

int
agent_copy_file(struct jv **out, struct arena *a, enum agent_copy form,
    const struct jv *request, struct rt_err *err)
{
	struct str type = type_of(request), target = {0};
	bool is_link = str_eqz(type, "Symlink");
	struct jv *made = jv_copy(a, request);
	size_t i;
	int code;

	code = is_link ? target_of(&target, a, request, err) : 0;
	if (code != 0)
		return code;
	for (i = 0; i < sizeof(own) / sizeof(*own); i++)
		jv_remove(made, own[i]);
	if (form == AGENT_COPY_DATA) {
		put_data(a, made, jv_getz(request, "data"), target);
	} else if (form == AGENT_COPY_LINK) {
		jv_put_str(a, made, "symlink_src", target);
	} else {
		jv_put_str(a, made, "file_type", type);
		jv_set(a, made, STR("symlink_target"),
		    is_link ? jv_string(a, target) : jv_new(a, JV_NULL));
	}
	*out = made;
	return 0;
}
