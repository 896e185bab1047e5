/* SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "coordinator/metrics.h"
#include "runtime/base/arena.h"
#include "runtime/wire/status.h"
#include "runtime/base/banned.h"

static const struct method {
	const char *service, *name;
} methods[] = {
    {"edgelesssys.contrast.userapi.UserAPI", "SetManifest"},
    {"edgelesssys.contrast.userapi.UserAPI", "GetManifests"},
    {"edgelesssys.contrast.userapi.UserAPI", "Recover"},
    {"userapi.UserAPI", "SetManifest"},
    {"userapi.UserAPI", "GetManifests"},
    {"userapi.UserAPI", "Recover"},
    {"meshapi.MeshAPI", "NewMeshCert"},
    {"meshapi.MeshAPI", "Recover"},
};
#define METHODS (sizeof(methods) / sizeof(*methods))

static const double bounds[] = {
    0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5};
#define BOUNDS (sizeof(bounds) / sizeof(*bounds))

struct counts {
	atomic_ulong started, code[WIRE_CODES], bucket[BOUNDS + 1];
	atomic_ulong microseconds; /* sum of the histogram */
};

struct co_metrics {
	struct counts of[METHODS];
	atomic_ulong attestation_failures, scrapes;
};

struct co_metrics *
co_metrics_new(void)
{
	return rt_calloc(1, sizeof(struct co_metrics));
}

void
co_metrics_free(struct co_metrics *m)
{
	free(m);
}

/* "/service/Method", or NULL. */
static struct counts *
find(struct co_metrics *m, const char *path)
{
	size_t i, n;

	for (i = 0; i < METHODS; i++) {
		n = strlen(methods[i].service);
		if (strncmp(path + 1, methods[i].service, n) == 0 &&
		    path[n + 1] == '/' &&
		    strcmp(path + n + 2, methods[i].name) == 0)
			return &m->of[i];
	}
	return NULL;
}

static void
started(void *arg, const char *path)
{
	struct counts *c = find(arg, path);

	if (c != NULL)
		atomic_fetch_add(&c->started, 1);
}

static void
handled(void *arg, const char *path, int code, double seconds)
{
	struct counts *c = find(arg, path);
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < BOUNDS && seconds > bounds[i]; i++)
		continue;
	atomic_fetch_add(&c->bucket[i], 1);
	atomic_fetch_add(&c->microseconds, (unsigned long)(seconds * 1e6));
	if (code < 0 || code >= WIRE_CODES)
		code = WIRE_UNKNOWN;
	atomic_fetch_add(&c->code[code], 1);
}

struct wire_observe
co_metrics_observe(struct co_metrics *m)
{
	return (struct wire_observe){
	    .started = started, .handled = handled, .arg = m};
}

void
co_metrics_attestation_failed(struct co_metrics *m)
{
	atomic_fetch_add(&m->attestation_failures, 1);
}

static void
head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
labels(struct buf *b, const char *name, const struct method *m)
{
	buf_printf(b,
	    "%s{grpc_method=\"%s\",grpc_service=\"%s\","
	    "grpc_type=\"unary\"",
	    name, m->name, m->service);
}

static unsigned long
answered(const struct counts *c)
{
	unsigned long n = 0;
	size_t i;

	for (i = 0; i <= BOUNDS; i++)
		n += atomic_load(&c->bucket[i]);
	return n;
}

static unsigned long
count_started(const struct counts *c)
{
	return atomic_load(&c->started);
}

static unsigned long
count_sent(const struct counts *c)
{
	return atomic_load(&c->code[WIRE_OK]);
}

static void
counters(struct buf *b, const struct co_metrics *m, const char *name,
    const char *help, unsigned long (*count)(const struct counts *))
{
	size_t i;

	head(b, name, "counter", help);
	for (i = 0; i < METHODS; i++) {
		labels(b, name, &methods[i]);
		buf_printf(b, "} %lu\n", count(&m->of[i]));
	}
}

static void
by_code(struct buf *b, const struct co_metrics *m)
{
	static const char name[] = "contrast_grpc_server_handled_total";
	size_t i;
	int code;

	head(b, name, "counter", "Calls that were answered, by code.");
	for (i = 0; i < METHODS; i++) {
		for (code = 0; code < WIRE_CODES; code++) {
			labels(b, name, &methods[i]);
			buf_printf(b, ",grpc_code=\"%s\"} %lu\n",
			    wire_code_word(code),
			    atomic_load(&m->of[i].code[code]));
		}
	}
}

static void
histogram(struct buf *b, const struct method *m, const struct counts *c)
{
	unsigned long sum = 0;
	size_t i;

	for (i = 0; i < BOUNDS; i++) {
		sum += atomic_load(&c->bucket[i]);
		labels(b, "contrast_grpc_server_handling_seconds_bucket", m);
		buf_printf(b, ",le=\"%g\"} %lu\n", bounds[i], sum);
	}
	labels(b, "contrast_grpc_server_handling_seconds_bucket", m);
	buf_printf(b, ",le=\"+Inf\"} %lu\n", answered(c));
	labels(b, "contrast_grpc_server_handling_seconds_sum", m);
	buf_printf(b, "} %g\n", (double)atomic_load(&c->microseconds) / 1e6);
	labels(b, "contrast_grpc_server_handling_seconds_count", m);
	buf_printf(b, "} %lu\n", answered(c));
}

static void
one(struct buf *b, const char *name, const char *type, const char *help,
    unsigned long value)
{
	head(b, name, type, help);
	buf_printf(b, "%s %lu\n", name, value);
}

static void
scrapes(struct buf *b, struct co_metrics *m)
{
	static const char name[] = "promhttp_metric_handler_requests_total";

	head(b, name, "counter", "Scrapes by HTTP status code.");
	buf_printf(b,
	    "%s{code=\"200\"} %lu\n%s{code=\"500\"} 0\n%s{code=\"503\"} 0\n",
	    name, atomic_fetch_add(&m->scrapes, 1), name, name);
	one(b, "promhttp_metric_handler_requests_in_flight", "gauge",
	    "Scrapes that are being served.", 1);
}

void
co_metrics_print(
    struct buf *out, struct co_metrics *m, size_t generation, bool simulated)
{
	size_t i;

	counters(out, m, "contrast_grpc_server_started_total",
	    "Calls that were started.", count_started);
	by_code(out, m);
	counters(out, m, "contrast_grpc_server_msg_received_total",
	    "Messages received.", count_started);
	counters(out, m, "contrast_grpc_server_msg_sent_total",
	    "Messages sent.", count_sent);
	head(out, "contrast_grpc_server_handling_seconds", "histogram",
	    "Time from a call's start to its answer.");
	for (i = 0; i < METHODS; i++)
		histogram(out, &methods[i], &m->of[i]);
	one(out, "contrast_meshapi_attestation_failures_total", "counter",
	    "Number of attestation failures from workloads to the Coordinator.",
	    atomic_load(&m->attestation_failures));
	one(out, "contrast_coordinator_manifest_generation", "gauge",
	    "Current manifest generation.", generation);
	if (simulated)
		one(out, "contrastc_simulated_tee", "gauge",
		    "Evidence is not protected by hardware.", 1);
	scrapes(out, m);
}
