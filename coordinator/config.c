/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "coordinator/config.h"
#include "grammar/toml_doc.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

enum kind { TEXT, PORT, FLAG, SET, LIST };

static const struct row {
	const char *key, *variable, *fallback, *help;
	enum kind kind;
} rows[CO_CONFIG_N] = {
#define CONFIG(id, key, variable, kind, fallback, text)                        \
	{key, variable, fallback, text, kind},
#include "coordinator/config.def"
#undef CONFIG
};

static int
take_port(int *out, const struct row *w, const char *text, struct rt_err *err)
{
	uint64_t n;

	if (text[0] == '\0' || strcmp(text, "off") == 0) {
		*out = CO_PORT_OFF;
		return 0;
	}
	if (!str_u64(str_from(text), 65535, &n))
		return rt_err_set(err, RT_EINVAL,
		    "%s: '%s' is no port (0 to 65535, or off)", w->variable,
		    text);
	*out = (int)n;
	return 0;
}

static int
take_flag(bool *out, const struct row *w, const char *text, struct rt_err *err)
{
	*out = strcmp(text, "true") == 0;
	if (*out || strcmp(text, "false") == 0)
		return 0;
	return rt_err_set(err, RT_EINVAL, "%s: '%s' is neither true nor false",
	    w->variable, text);
}

static int
take(struct co_config *c, size_t i, const char *text, struct rt_err *err)
{
	const struct row *w = &rows[i];

	c->text[i] = text;
	if (w->kind == PORT)
		return take_port(&c->port[i], w, text, err);
	if (w->kind == FLAG)
		return take_flag(&c->on[i], w, text, err);
	return 0;
}

static int
take_entry(struct co_config *c, struct arena *a, const struct toml_entry *e,
    struct rt_err *err)
{
	size_t i;

	for (i = 0; i < CO_CONFIG_N; i++) {
		if (rows[i].key[0] == '\0' || !str_eqz(e->key, rows[i].key))
			continue;
		if (e->value->type > TOML_BOOL)
			return rt_err_set(err, RT_EINVAL,
			    "line %u: %s takes one value", e->value->line,
			    rows[i].key);
		c->on[i] = rows[i].kind == SET &&
			   !str_eq(e->value->text, STR("false"));
		return take(c, i, arena_cstr(a, e->value->text), err);
	}
	return rt_err_set(err, RT_EFORMAT, "line %u: unknown key '%.*s'",
	    e->value->line, STR_ARG(e->key));
}

static int
read_file(
    struct co_config *c, struct arena *a, const char *file, struct rt_err *err)
{
	const struct toml_entry *e;
	struct toml *doc;
	struct str text;
	int rc = file_read(&text, a, file, TOML_TEXT_MAX, err);

	if (rc != 0)
		return rc;
	rc = toml_parse(&doc, a, text, err);
	if (rc == 0)
		VEC_FOREACH(e, &doc->entries)
			if (rc == 0)
				rc = take_entry(c, a, e, err);
	return rc == 0 ? 0 : rt_err_wrap(err, "%s", file);
}

/* What speaks TLS is never served in clear (2.2). */
static int
check_metrics_port(const struct co_config *c, struct rt_err *err)
{
	int port = c->port[CO_METRICS_PORT];

	if (port <= 0 ||
	    (port != 1313 && port != 7777 && port != c->port[CO_USER_PORT] &&
		port != c->port[CO_MESH_PORT]))
		return 0;
	return rt_err_set(err, RT_EINVAL,
	    "CONTRAST_METRICS_PORT: port %d is the User API's or Mesh API's",
	    port);
}

int
co_config_read(struct co_config *out, struct arena *a, const char *file,
    struct rt_err *err)
{
	const char *value;
	size_t i;
	int rc = 0;

	*out = (struct co_config){0};
	for (i = 0; i < CO_CONFIG_N && rc == 0; i++)
		rc = take(out, i, rows[i].fallback, err);
	if (rc == 0 && file != NULL)
		rc = read_file(out, a, file, err);
	for (i = 0; i < CO_CONFIG_N && rc == 0; i++) {
		if ((value = getenv(rows[i].variable)) == NULL)
			continue;
		out->on[i] = rows[i].kind == SET;
		rc = take(out, i, value, err);
	}
	return rc != 0 ? rc : check_metrics_port(out, err);
}

const char *
co_config_key(enum co_config_id id)
{
	return rows[id].key;
}

void
co_config_help(struct buf *out)
{
	size_t i;

	for (i = 0; i < CO_CONFIG_N; i++) {
		buf_printf(out, "  %s", rows[i].variable);
		if (rows[i].key[0] != '\0')
			buf_printf(out, " (%s)", rows[i].key);
		if (rows[i].fallback[0] != '\0')
			buf_printf(out, " [%s]", rows[i].fallback);
		buf_printf(out, "\n      %s\n", rows[i].help);
	}
}
