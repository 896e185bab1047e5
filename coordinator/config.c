/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/config.h"
#include "runtime/base/banned.h"

static const struct wire_config_row rows[CO_CONFIG_N] = {
#define CONFIG WIRE_CONFIG_ROW
#include "coordinator/config.def"
#undef CONFIG
};

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
	const struct wire_config c = {
	    rows, CO_CONFIG_N, out->text, out->port, out->on};
	int rc;

	*out = (struct co_config){0};
	rc = wire_config_read(&c, a, file, err);
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
	wire_config_help(out, rows, CO_CONFIG_N);
}
