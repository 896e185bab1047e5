/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/obj_mac.h>
#include <stdio.h>
#include <time.h>

#include "initializer/child.h"
#include "initializer/identity.h"
#include "runtime/attest/attest_store.h"
#include "runtime/attest/simulated.h"
#include "runtime/base/curl.h"
#include "runtime/base/log.h"
#include "runtime/pki/key.h"
#include "runtime/wire/pb.h"
#include "runtime/wire/sandbox.h"
#include "runtime/base/banned.h"

struct child {
	struct arena *arena;
	const struct init_config *config;
	struct attest_host host;
	struct attest_store *collateral;
	struct attest_env env;
	struct init_asker asker;
};

/* The library that fetches collateral must be there before the sandbox. */
static int
setup_evidence(struct child *d, struct rt_err *err)
{
	const struct init_config *c = d->config;
	struct attest_store_config store = {
	    .cache_dir = init_config_text(c, INIT_COLLATERAL),
	    .offline_dir = init_config_text(c, INIT_OFFLINE),
	    .offline = init_config_text(c, INIT_OFFLINE) != NULL,
	    .proxy = init_config_text(c, INIT_PROXY)};

	d->host.simulated_gate = init_config_text(c, INIT_SIMULATED_TEE);
	d->host.simulated_config = init_config_text(c, INIT_SIMULATED_CONFIG);
	if (attest_present(&d->host) == NULL)
		return rt_err_set(err, RT_EVERIFY,
		    "no hardware that can attest (SEV-SNP or TDX guest)");
	if (simulated_present(&d->host))
		log_event(LOG_WARN,
		    "simulated TEE: evidence is NOT protected by hardware",
		    NULL);
	else if (!store.offline && rt_curl_load(err) == NULL)
		log_event(LOG_WARN, "no collateral can be fetched", "error",
		    err->text, NULL);
	d->collateral = attest_store_new(&store);
	d->env = (struct attest_env){.skew = ATTEST_SKEW,
	    .not_before = CONTRASTC_BUILD_TIME,
	    .fetch = attest_store_fetch(d->collateral)};
	return 0;
}

static int
setup_keys(struct child *d, struct rt_err *err)
{
	int rc = pki_secret_init(NULL, err);

	d->asker = (struct init_asker){
	    .config = d->config, .host = &d->host, .env = &d->env};
	if (rc == 0)
		rc = atls_ctx_new(&d->asker.atls, err);
	if (rc == 0)
		rc = pki_key_new(&d->asker.key, NID_X9_62_prime256v1, err);
	return rc;
}

/* Key, chain and digest of the simulated platform lie beside its file. */
static const char *
directory(struct arena *a, const char *path)
{
	struct str s = str_from(path);
	size_t slash = str_rchr(s, '/');

	return slash == SIZE_MAX ? path
				 : arena_cstr(a, str_sub(s, 0, slash + 1));
}

static int
sandbox(struct arena *a, const struct init_config *c, struct rt_err *err)
{
	const char *mode = c->text[INIT_SANDBOX];
	struct sandbox_path paths[12] = {
	    {c->text[INIT_DIR], true, false, false},
	    {"/sys/kernel/config/tsm", true, false, true},
	    {"/dev/sev-guest", true, true, true},
	    {"/dev/tdx_guest", true, true, true}, {"/etc", false, false, true},
	    {"/usr/lib", false, false, true}, {"/lib", false, false, true},
	    {"/run", false, false, true}, {"/proc", false, false, true}};
	const struct {
		const char *path;
		bool write;
	} named[] = {{c->text[INIT_COLLATERAL], true},
	    {c->text[INIT_OFFLINE], false},
	    {directory(a, c->text[INIT_SIMULATED_CONFIG]), false}};
	size_t i, n = 9;

	for (i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (named[i].path[0] != '\0')
			paths[n++] = (struct sandbox_path){
			    named[i].path, named[i].write, false, true};
	return sandbox_enter_mode(mode, SANDBOX_INITIALIZER, paths, n, err);
}

/* Until there is an answer; only a signal ends it. */
static Meshapi__NewMeshCertResponse *
ask(const struct child *d)
{
	const struct timespec pause = {.tv_sec = (time_t)d->config->retry};
	Meshapi__NewMeshCertResponse *m;
	const char *next;
	struct rt_err err;
	char tries[16];
	unsigned n = 1;

	while (init_ask(&m, &next, &d->asker, &err) != 0) {
		(void)snprintf(tries, sizeof(tries), "%u", n++);
		if (next == NULL)
			next = "none known; it is tried again";
		log_event(LOG_WARN, "no certificate yet", "try", tries, "error",
		    err.text, "next", next, NULL);
		(void)nanosleep(&pause, NULL);
	}
	return m;
}

static int
start(struct child *d, struct rt_err *err)
{
	int rc = setup_evidence(d, err);

	if (rc == 0)
		rc = setup_keys(d, err);
	return rc != 0 ? rc : sandbox(d->arena, d->config, err);
}

int
init_child(const struct init_config *c)
{
	struct child d = {.arena = arena_new(), .config = c};
	Meshapi__NewMeshCertResponse *m = NULL;
	struct rt_err err;
	int rc = start(&d, &err);

	if (rc == 0) {
		log_event(LOG_INFO, "asking the Coordinator", "host",
		    c->text[INIT_HOST], NULL);
		m = ask(&d);
		rc = init_answer_write(m, d.asker.key, c, &err);
		wire_pb_free(&m->base);
	}
	if (rc != 0)
		log_event(LOG_ERROR, "no certificate", "error", err.text, NULL);
	EVP_PKEY_free(d.asker.key);
	atls_ctx_free(d.asker.atls);
	attest_store_free(d.collateral);
	arena_free(d.arena);
	return rc == 0 ? 0 : 1;
}
