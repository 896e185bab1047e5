/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grammar/toml_doc.h"
#include "runtime/base/file.h"
#include "runtime/base/log.h"
#include "runtime/wire/config.h"
#include "runtime/base/banned.h"

static int
take_port(int *out, const struct wire_config_row *w, const char *text,
    struct rt_err *err)
{
	uint64_t n;

	if (text[0] == '\0' || strcmp(text, "off") == 0) {
		*out = WIRE_PORT_OFF;
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
take_flag(bool *out, const struct wire_config_row *w, const char *text,
    struct rt_err *err)
{
	*out = strcmp(text, "true") == 0;
	if (*out || strcmp(text, "false") == 0)
		return 0;
	return rt_err_set(err, RT_EINVAL, "%s: '%s' is neither true nor false",
	    w->variable, text);
}

static int
take(
    const struct wire_config *c, size_t i, const char *text, struct rt_err *err)
{
	const struct wire_config_row *w = &c->rows[i];

	c->text[i] = text;
	if (w->kind == WIRE_PORT)
		return take_port(&c->port[i], w, text, err);
	if (w->kind == WIRE_FLAG)
		return take_flag(&c->on[i], w, text, err);
	return 0;
}

static int
take_entry(const struct wire_config *c, struct arena *a,
    const struct toml_entry *e, struct rt_err *err)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->rows[i].key[0] == '\0' ||
		    !str_eqz(e->key, c->rows[i].key))
			continue;
		if (e->value->type > TOML_BOOL)
			return rt_err_set(err, RT_EINVAL,
			    "line %u: %s takes one value", e->value->line,
			    c->rows[i].key);
		c->on[i] = c->rows[i].kind == WIRE_SET &&
			   !str_eq(e->value->text, STR("false"));
		return take(c, i, arena_cstr(a, e->value->text), err);
	}
	return rt_err_set(err, RT_EFORMAT, "line %u: unknown key '%.*s'",
	    e->value->line, STR_ARG(e->key));
}

static int
read_file(const struct wire_config *c, struct arena *a, const char *file,
    struct rt_err *err)
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

int
wire_config_read(const struct wire_config *c, struct arena *a, const char *file,
    struct rt_err *err)
{
	const char *value;
	size_t i;
	int rc = 0;

	for (i = 0; i < c->n && rc == 0; i++)
		rc = take(c, i, c->rows[i].fallback, err);
	if (rc == 0 && file != NULL)
		rc = read_file(c, a, file, err);
	for (i = 0; i < c->n && rc == 0; i++) {
		if ((value = getenv(c->rows[i].variable)) == NULL)
			continue;
		c->on[i] = c->rows[i].kind == WIRE_SET;
		rc = take(c, i, value, err);
	}
	return rc;
}

void
wire_config_help(struct buf *out, const struct wire_config_row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		buf_printf(out, "  %s", rows[i].variable);
		if (rows[i].key[0] != '\0')
			buf_printf(out, " (%s)", rows[i].key);
		if (rows[i].fallback[0] != '\0')
			buf_printf(out, " [%s]", rows[i].fallback);
		buf_printf(out, "\n      %s\n", rows[i].help);
	}
}

int
wire_config_log(
    const char *level, const char *format, bool warn, struct rt_err *err)
{
	enum log_level least;

	if (!log_level_find(&least, level))
		return rt_err_set(err, RT_EINVAL,
		    "CONTRAST_LOG_LEVEL: debug, info, warn or error");
	if (strcmp(format, "json") != 0 && strcmp(format, "text") != 0)
		return rt_err_set(
		    err, RT_EINVAL, "CONTRAST_LOG_FORMAT: json or text");
	if (warn && least > LOG_WARN)
		least = LOG_WARN;
	log_setup(least, format[0] == 'j');
	return 0;
}

int
wire_config_main(int argc, char **argv, const char *name, int (*usage)(void),
    int (*run)(const char *file))
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"version", no_argument, NULL, 'v'},
	    {"help", no_argument, NULL, 'h'}, {0}};
	const char *file = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "c:vh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			file = optarg;
			break;
		case 'v':
			(void)printf("%s %s\n", name, CONTRASTC_VERSION);
			return 0;
		case 'h':
			return usage();
		default:
			return 2;
		}
	}
	if (optind < argc) {
		(void)fprintf(
		    stderr, "%s: unexpected '%s'\n", name, argv[optind]);
		return 2;
	}
	return run(file);
}
