/* SPDX-License-Identifier: Apache-2.0 */
/* contrast-coordinator: attests pods against the manifest and is their authority. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "coordinator/daemon.h"
#include "coordinator/metrics.h"
#include "coordinator/peer_loop.h"
#include "coordinator/transit.h"
#include "runtime/base/curl.h"
#include "runtime/base/file.h"
#include "runtime/base/log.h"
#include "runtime/mesh/deny.h"
#include "runtime/wire/config.h"
#include "runtime/wire/sandbox.h"
#include "runtime/base/banned.h"

#define STOP_MS 20000
#define ROOT_MAX ((size_t)64 << 10)

int
co_listen(int *fd, const struct co_daemon *d, enum co_config_id port,
    struct rt_err *err)
{
	const char *host = d->config.text[CO_LISTEN];
	uint16_t bound;
	char text[16];
	int rc;

	*fd = -1;
	if (d->config.port[port] == CO_PORT_OFF)
		return 0;
	rc = wire_listen(fd, host[0] == '\0' ? NULL : host,
	    (uint16_t)d->config.port[port], &bound, err);
	if (rc != 0)
		return rc;
	(void)snprintf(text, sizeof(text), "%u", bound);
	log_event(LOG_INFO, "listening", "for", co_config_key(port), "port",
	    text, NULL);
	return 0;
}

static const char *
text_or_null(const struct co_daemon *d, enum co_config_id id)
{
	const char *s = d->config.text[id];

	return s[0] == '\0' ? NULL : s;
}

static int
setup_log(const struct co_daemon *d, struct rt_err *err)
{
	const char *const *text = d->config.text;
	int rc = wire_config_log(text[CO_LOG_LEVEL], text[CO_LOG_FORMAT],
	    strcmp(text[CO_SIMULATED], "1") == 0, err);

	if (rc == 0)
		log_event(LOG_INFO, "contrast-coordinator", "version",
		    CONTRASTC_VERSION, NULL);
	return rc;
}

/* Simulated hardware takes two gates and a root; each is said. */
static int
setup_operator(struct co_daemon *d, struct rt_err *err)
{
	const char *root = text_or_null(d, CO_SIMULATED_ROOT);
	int rc = 0;

	d->host.simulated_gate = text_or_null(d, CO_SIMULATED_TEE);
	d->host.simulated_config = text_or_null(d, CO_SIMULATED_CONFIG);
	d->operator.allow_simulated =
		strcmp(d->config.text[CO_SIMULATED], "1") == 0;
	if (!d->operator.allow_simulated)
		return 0;
	log_event(LOG_WARN,
	    "simulated TEE: evidence is NOT protected by hardware", NULL);
	if (root != NULL)
		rc = file_read(
		    &d->operator.simulated_root, d->arena, root, ROOT_MAX, err);
	return rc;
}

/*
 * Without hardware a gate may be closed or a file unusable, which each peer
 * would meet later.
 */
static int
try_evidence(const struct co_daemon *d, struct rt_err *err)
{
	static const unsigned char zero[ATTEST_REPORT_DATA_LEN];
	struct attest_result r = {.arena = arena_new()};
	const char *oid;
	struct str doc;
	int rc = attest_issue(&oid, &doc, &r, &d->host, zero, &d->env);

	if (rc != 0)
		rc = rt_err_set(err, RT_EVERIFY, "%s: %.*s",
		    attest_code_name(r.code), STR_ARG(r.text));
	arena_free(r.arena);
	return rc;
}

static int
setup_evidence(struct co_daemon *d, struct rt_err *err)
{
	struct attest_store_config c = {
	    .cache_dir = text_or_null(d, CO_COLLATERAL),
	    .offline_dir = text_or_null(d, CO_OFFLINE),
	    .offline = text_or_null(d, CO_OFFLINE) != NULL,
	    .proxy = text_or_null(d, CO_PROXY)};
	int rc = setup_operator(d, err);

	if (rc != 0)
		return rc;
	d->collateral = attest_store_new(&c);
	d->seen = attest_seen_new();
	d->env = (struct attest_env){.skew = ATTEST_SKEW,
	    .not_before = CONTRASTC_BUILD_TIME,
	    .fetch = attest_store_fetch(d->collateral),
	    .seen = d->seen};
	/* The sandbox lets no library be loaded any more. */
	if (!c.offline && rt_curl_load(err) == NULL)
		return err->code;
	if (attest_present(&d->host) == NULL)
		return rt_err_set(err, RT_EVERIFY,
		    "no hardware that can attest (SEV-SNP or TDX guest)");
	if (attest_present(&d->host) == &attest_simulated_snp &&
	    (rc = try_evidence(d, err)) != 0)
		return rc;
	return atls_ctx_new(&d->atls, err);
}

static int
setup_state(struct co_daemon *d, struct rt_err *err)
{
	const struct co_rules rules = {
	    .simulated = strcmp(d->config.text[CO_SIMULATED], "1") == 0,
	    .transit = d->config.port[CO_TRANSIT_PORT] != CO_PORT_OFF};
	int rc = co_store_file(&d->store, d->config.text[CO_HISTORY], err);

	if (rc == 0)
		d->guard = co_guard_new(d->store, &rules);
	d->peers = (struct co_peers){co_peers_ready, d};
	d->metrics = co_metrics_new();
	return rc;
}

static int
setup_threads(struct co_daemon *d, struct rt_err *err)
{
	static const struct wire_share shares[CO_SHARES] = {
	    [CO_SHARE_USER_HANDSHAKE] = {"user handshake", 8, 2, 256},
	    [CO_SHARE_USER_CALL] = {"user call", 8, 2, 256},
	    [CO_SHARE_MESH_HANDSHAKE] = {"mesh handshake", 64, 0, 1024},
	    [CO_SHARE_MESH_CALL] = {"mesh call", 32, 2, 1024},
	    [CO_SHARE_HTTP] = {"http", 4, 1, 64},
	};
	int rc = wire_pool_new(&d->pool, 24, shares, CO_SHARES, err);

	return rc != 0 ? rc : wire_loop_new(&d->loop, err);
}

/*
 * Neither mesh nor Initializer does it for the Coordinator.  What simulates is
 * no guest, and has its firewall from elsewhere.
 */
static int
open_firewall(const struct co_daemon *d, struct rt_err *err)
{
	bool guest = attest_present(&d->host) != &attest_simulated_snp;
	unsigned n;
	int rc = mesh_deny_remove(&n, err);

	if (rc == 0 && n > 0)
		log_event(LOG_INFO, "start-up deny rule removed", NULL);
	else if (rc != 0 && !guest)
		log_event(LOG_WARN,
		    "simulated TEE: the firewall is left as "
		    "it is",
		    "error", err->text, NULL);
	return guest ? rc : 0;
}

/* The simulated platform reads what lies beside its configuration. */
static const char *
simulated_dir(const struct co_daemon *d)
{
	struct str path = str_from(d->config.text[CO_SIMULATED_CONFIG]);
	struct str dir = str_sub(path, 0, path.n - str_basename(path).n);

	return dir.n == 0 ? "." : arena_cstr(d->arena, dir);
}

static int
sandbox(const struct co_daemon *d, struct rt_err *err)
{
	const char *mode = d->config.text[CO_SANDBOX];
	const char *cache = d->config.text[CO_COLLATERAL];
	const char *offline = d->config.text[CO_OFFLINE];
	struct sandbox_path paths[] = {
	    {d->config.text[CO_HISTORY], true, false, false},
	    {"/sys/kernel/config/tsm", true, false, true},
	    {"/dev/sev-guest", true, true, true},
	    {"/dev/tdx_guest", true, true, true}, {"/etc", false, false, true},
	    {"/usr/lib", false, false, true}, {"/lib", false, false, true},
	    {"/run", false, false, true}, {"/proc", false, false, true},
	    {cache[0] == '\0' ? "/etc" : cache, cache[0] != '\0', false, true},
	    {offline[0] == '\0' ? "/etc" : offline, false, false, true},
	    {simulated_dir(d), false, false, true}};
	size_t n = sizeof(paths) / sizeof(*paths);

	if (d->config.text[CO_SIMULATED_CONFIG][0] == '\0')
		n--;
	return sandbox_enter_mode(mode, SANDBOX_COORDINATOR, paths, n, err);
}

/* Before anything makes a key. */
static int
setup_secrets(struct rt_err *err)
{
	bool locked;
	int rc = pki_secret_init(&locked, err);

	if (rc == 0 && !locked)
		log_event(LOG_WARN, "secrets are not locked in memory", NULL);
	return rc;
}

static int
start(struct co_daemon *d, struct rt_err *err)
{
	int rc = setup_log(d, err);

	if (rc == 0)
		rc = setup_secrets(err);
	if (rc == 0)
		rc = setup_state(d, err);
	if (rc == 0)
		rc = setup_evidence(d, err);
	if (rc == 0)
		rc = open_firewall(d, err);
	if (rc == 0)
		rc = sandbox(d, err);
	if (rc == 0)
		rc = setup_threads(d, err);
	if (rc == 0)
		rc = co_serve_grpc(d, err);
	if (rc == 0)
		rc = co_serve_http(d, err);
	if (rc == 0)
		rc = co_transit_start(&d->engine, d, err);
	if (rc == 0)
		rc = co_peer_loop_start(&d->peer_loop, d, err);
	return rc;
}

void
co_serve_stop(struct co_daemon *d, int64_t ms)
{
	int64_t until = rt_now_ms() + ms, left;

	if (d->user != NULL)
		wire_server_stop(d->user, ms);
	left = until - rt_now_ms();
	if (d->mesh != NULL)
		wire_server_stop(d->mesh, left > 0 ? left : 0);
	wire_server_free(d->user);
	wire_server_free(d->mesh);
	left = until - rt_now_ms();
	wire_http_free(d->http, left > 0 ? left : 0);
	wire_http_free(d->transit, 0);
	wire_http_free(d->metrics_http, 0);
	wire_http_free(d->probes, 0);
}

static void
stop(struct co_daemon *d)
{
	co_peer_loop_cancel(d->peer_loop);
	co_serve_stop(d, STOP_MS);
	co_transit_free(d->engine);
	co_peer_loop_stop(d->peer_loop);
	wire_pool_free(d->pool);
	wire_loop_free(d->loop);
	co_guard_free(d->guard);
	co_store_close(d->store);
	atls_ctx_free(d->atls);
	attest_store_free(d->collateral);
	attest_seen_free(d->seen);
	co_metrics_free(d->metrics);
	arena_free(d->arena);
}

/* SIGTERM and SIGINT wait for the main thread; the others never see them. */
static void
block_signals(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, set, NULL);
}

static int
usage(void)
{
	struct buf b = {0};

	buf_puts(&b,
	    "Usage: contrast-coordinator [--config FILE] [--version] [--help]\n\n"
	    "Attests pods against the manifest, is their certificate authority "
	    "and keeps\ntheir secrets.  Variables (keys of the file) "
	    "[defaults]:\n");
	co_config_help(&b);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_free(&b);
	return 0;
}

static int
run(const char *file)
{
	struct co_daemon d = {.arena = arena_new()};
	struct rt_err err;
	sigset_t set;
	int signal, rc;

	block_signals(&set);
	rc = sandbox_harden(SANDBOX_COORDINATOR, &err);
	if (rc == 0)
		rc = co_config_read(&d.config, d.arena, file, &err);
	if (rc == 0)
		rc = start(&d, &err);
	if (rc == 0) {
		log_event(LOG_INFO, "ready", NULL);
		(void)sigwait(&set, &signal);
		log_event(LOG_INFO, "stopping", NULL);
	} else {
		log_event(LOG_ERROR, "cannot start", "error", err.text, NULL);
	}
	stop(&d);
	return rc == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	return wire_config_main(argc, argv, "contrast-coordinator", usage, run);
}
