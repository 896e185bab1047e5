/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "initializer/config.h"
#include "runtime/base/banned.h"

#define RETRY_MAX 3600

static const struct wire_config_row rows[INIT_CONFIG_N] = {
#define CONFIG WIRE_CONFIG_ROW
#include "initializer/config.def"
#undef CONFIG
};

/* Words and what they stand for. */
struct word {
	const char *text;
	unsigned value;
};
static const struct word nonces[] = {
    {"alpn", ATLS_ALPN}, {"sni", ATLS_SNI}, {"both", ATLS_BOTH}, {0}};
/* Without the group's right, or with it; nobody else may read a key. */
static const struct word modes[] = {
    {"0400", 0400}, {"400", 0400}, {"0440", 0440}, {"440", 0440}, {0}};

static int
take_word(unsigned *out, const struct init_config *c, enum init_config_id id,
    const struct word *w, struct rt_err *err)
{
	for (; w->text != NULL; w++) {
		if (strcmp(w->text, c->text[id]) == 0) {
			*out = w->value;
			return 0;
		}
	}
	return rt_err_set(err, RT_EINVAL, "%s: '%s' is not allowed; %s",
	    rows[id].variable, c->text[id], rows[id].help);
}

static int
take_words(struct init_config *c, struct rt_err *err)
{
	unsigned v = 0;
	int rc = take_word(&v, c, INIT_NONCE, nonces, err);

	if (rc != 0)
		return rc;
	c->nonce = (enum atls_dialect)v;
	rc = take_word(&v, c, INIT_KEY_MODE, modes, err);
	c->key_mode = (mode_t)v;
	return rc;
}

int
init_config_read(struct init_config *out, struct arena *a, const char *file,
    struct rt_err *err)
{
	const struct wire_config c = {
	    rows, INIT_CONFIG_N, out->text, out->port, out->on};
	uint64_t n;
	int rc;

	*out = (struct init_config){0};
	rc = wire_config_read(&c, a, file, err);
	if (rc == 0)
		rc = take_words(out, err);
	if (rc != 0)
		return rc;
	if (!str_u64(str_from(out->text[INIT_RETRY]), RETRY_MAX, &n) || n == 0)
		return rt_err_set(err, RT_EINVAL,
		    "CONTRAST_RETRY_SECONDS: '%s' is not 1 to %d",
		    out->text[INIT_RETRY], RETRY_MAX);
	if (out->port[INIT_MESH_PORT] <= 0)
		return rt_err_set(
		    err, RT_EINVAL, "CONTRAST_MESH_PORT: a port is needed");
	out->retry = (unsigned)n;
	return 0;
}

const char *
init_config_text(const struct init_config *c, enum init_config_id id)
{
	return c->text[id][0] == '\0' ? NULL : c->text[id];
}

void
init_config_help(struct buf *out)
{
	wire_config_help(out, rows, INIT_CONFIG_N);
}
