/* SPDX-License-Identifier: Apache-2.0 */
/* Probes and metrics (coordinator 4.1, 4.2), and the HTTP API. */
#include "coordinator/attest_api.h"
#include "coordinator/daemon.h"
#include "coordinator/metrics.h"
#include "runtime/base/banned.h"

/* Both listeners are open when the loop runs; what is left is recovery. */
static void
started(struct wire_http_reply *reply, void *arg,
    const struct wire_http_request *request)
{
	struct co_daemon *d = arg;

	(void)request;
	reply->status = atomic_load(&d->started) ? 200 : 503;
}

static void
ready(struct wire_http_reply *reply, void *arg,
    const struct wire_http_request *request)
{
	struct co_daemon *d = arg;
	struct co_state *s;

	(void)request;
	reply->status =
	    co_guard_state(&s, d->guard, NULL) == CO_SERVING ? 200 : 503;
	co_state_unref(s);
}

static void
metrics(struct wire_http_reply *reply, void *arg,
    const struct wire_http_request *request)
{
	struct co_daemon *d = arg;

	(void)request;
	reply->type = "text/plain; version=0.0.4; charset=utf-8";
	co_metrics_print(&reply->body, d->metrics,
	    co_guard_generation(d->guard), d->operator.allow_simulated);
}

/* The last one only if it is wanted there. */
static const struct wire_route probe_routes[] = {
    {"/probe/startup", WIRE_ANY, started},
    {"/probe/liveness", WIRE_ANY, started},
    {"/probe/readiness", WIRE_ANY, ready},
    {"/metrics", WIRE_GET | WIRE_HEAD, metrics},
};
#define PROBES (sizeof(probe_routes) / sizeof(*probe_routes))

static const struct wire_route metrics_routes[] = {
    {"/metrics", WIRE_GET | WIRE_HEAD, metrics}};

static const struct wire_route api_routes[] = {
    {"/attest", WIRE_ANY, co_attest},
    {"/capabilities", WIRE_ANY, co_capabilities},
};
#define APIS (sizeof(api_routes) / sizeof(*api_routes))

static int
serve(struct wire_http **out, struct co_daemon *d, enum co_config_id port,
    const struct wire_route *routes, size_t n, struct rt_err *err)
{
	struct wire_http_config c = {
	    .routes = routes, .n = n, .arg = d, .share = CO_SHARE_HTTP};
	int fd, rc = co_listen(&fd, d, port, err);

	if (rc != 0 || fd < 0)
		return rc;
	rc = wire_http_new(out, d->loop, d->pool, &c, err);
	return rc != 0 ? rc : wire_http_listen(*out, fd, err);
}

int
co_serve_http(struct co_daemon *d, struct rt_err *err)
{
	size_t n = d->config.on[CO_METRICS] ? PROBES : PROBES - 1;
	int rc = serve(&d->probes, d, CO_PROBE_PORT, probe_routes, n, err);

	if (rc == 0)
		rc = serve(&d->metrics_http, d, CO_METRICS_PORT, metrics_routes,
		    1, err);
	if (rc == 0)
		rc = serve(&d->http, d, CO_HTTP_PORT, api_routes, APIS, err);
	return rc;
}
