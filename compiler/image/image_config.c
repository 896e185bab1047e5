/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration of an image, cut down to the members that decide what a
 * process looks like.  They come from whoever built the image: each type is
 * checked here, so that nobody after this has to.
 */
#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

static bool
is_string(const struct jv *v)
{
	return jv_is(v, JV_STRING);
}

static bool
is_bool(const struct jv *v)
{
	return jv_is(v, JV_TRUE) || jv_is(v, JV_FALSE);
}

static bool
is_object(const struct jv *v)
{
	return jv_is(v, JV_OBJECT);
}

static bool
is_strings(const struct jv *v)
{
	size_t i;

	if (!jv_is(v, JV_ARRAY))
		return false;
	for (i = 0; i < v->items.n; i++)
		if (!jv_is(v->items.p[i], JV_STRING))
			return false;
	return true;
}

/* By name, the order of the lock file. */
static const struct {
	struct str name;
	bool (*is)(const struct jv *v);
	const char *what;
} members[] = {
    {STR_INIT("Cmd"), is_strings, "a list of strings"},
    {STR_INIT("Entrypoint"), is_strings, "a list of strings"},
    {STR_INIT("Env"), is_strings, "a list of strings"},
    {STR_INIT("Tty"), is_bool, "a boolean"},
    {STR_INIT("User"), is_string, "a string"},
    {STR_INIT("Volumes"), is_object, "an object"},
    {STR_INIT("WorkingDir"), is_string, "a string"},
};

int
img_config_read(
    struct jv **out, struct arena *a, struct jv *config, struct rt_err *err)
{
	struct jv *o = jv_object(a), *v;
	size_t i;

	if (config != NULL && config->type != JV_NULL && !is_object(config))
		return rt_err_set(
		    err, RT_EFORMAT, "image configuration is no object");
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		v = jv_get(config, members[i].name);
		if (v == NULL)
			continue;
		if (v->type != JV_NULL && !members[i].is(v))
			return rt_err_set(err, RT_EFORMAT,
			    "member %.*s of the image configuration is not %s",
			    STR_ARG(members[i].name), members[i].what);
		jv_set(a, o, members[i].name, v);
	}
	*out = o;
	return 0;
}

/* A number, or two with a colon, with signs: nothing has to be looked up. */
static bool
is_named(struct str user)
{
	size_t i;

	for (i = 0; i < user.n; i++) {
		char c = user.p[i];

		if ((c < '0' || c > '9') && c != ':' && c != '+')
			return true;
	}
	return false;
}

bool
img_needs_users(unsigned need, const struct jv *config)
{
	return (need & IMG_USERS) != 0 ||
	       ((need & IMG_NAMED_USERS) != 0 &&
		   is_named(jv_get_str(config, STR("User"))));
}
