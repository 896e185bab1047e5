/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to a Coordinator and the calls on it (coordinator 16). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "compiler/cmd/client.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define HANDSHAKE_MS 30000
#define CALL_MS 60000
#define PAUSE_MS 500 /* between the dots of waiting; two before an attempt */

/* Waiting */

static bool
is_shown(const struct client *c)
{
	return !opt_on(c->run, OPT_QUIET) && !c->run->log_json;
}

static void
show(const struct client *c, const char *text)
{
	if (is_shown(c))
		(void)cmd_write(STDERR_FILENO, str_from(text));
}

static void
pause_shown(const struct client *c)
{
	struct timespec t = {.tv_nsec = PAUSE_MS * 1000000L};
	int i;

	for (i = 0; i < 2; i++) {
		(void)nanosleep(&t, NULL);
		show(c, ".");
	}
}

/* Connecting */

static void
shake(struct atls_conn **out, struct client *c, int fd, int64_t deadline,
    int *rc, struct rt_err *err)
{
	struct atls_party us = {
	    .key = c->key, .dialect = c->dialect, .host = c->host};

	c->party = (struct attest_party){.env = &c->env,
	    .validators = c->validators.v.p,
	    .nvalidators = c->validators.v.n,
	    .digests = c->digests,
	    .ndigests = c->ndigests,
	    .result = {.arena = c->run->arena}};
	attest_party(&us, &c->party);
	*rc = atls_connect(out, c->atls, &us, fd, deadline, err);
}

/* *again: it may be there in a second. */
static int
dial(struct client *c, bool *again, struct rt_err *err)
{
	int64_t deadline = rt_now_ms() + HANDSHAKE_MS;
	struct atls_conn *conn;
	int fd, rc = wire_dial(&fd, c->host, c->port, deadline, err);

	*again = rc == RT_ENET;
	if (rc != 0)
		return rc;
	shake(&conn, c, fd, deadline, &rc, err);
	if (rc != 0) {
		*again = rc == RT_ENET && err->sys == ETIMEDOUT;
		(void)close(fd);
		return rc;
	}
	return wire_client_new(&c->wire, atls_io(conn), c->authority, 0, err);
}

static int
dial_patiently(struct client *c, struct rt_err *err)
{
	int64_t until = rt_now_ms() + (int64_t)c->wait_ms;
	bool again, waits = false;
	int rc;

	while (
	    (rc = dial(c, &again, err)) != 0 && again && rt_now_ms() < until) {
		if (!waits)
			show(c, "  Waiting for coordinator ");
		waits = true;
		pause_shown(c);
	}
	if (waits)
		show(c, rc != 0                 ? "\r❌\n"
			: isatty(STDERR_FILENO) ? "\x1b[2K\r"
						: "\n");
	return rc;
}

/* What to do about evidence that was refused; the last one is for the rest. */
#define OTHER_POLICY                                                           \
	"The Coordinator that runs has another policy than the one expected. " \
	"Apply the resources that were generated with this manifest, or take " \
	"the manifest (or --coordinator-policy-hash) that belongs to it."
#define OTHER_RUNTIME                                                           \
	"The Coordinator was launched with another runtime than the reference " \
	"values describe. Install that runtime, or put the values of the "      \
	"installed one into the manifest."
static const struct {
	enum attest_code code;
	const char *text;
} advices[] = {{ATTEST_SNP_HOST_DATA, OTHER_POLICY},
    {ATTEST_TDX_MR_CONFIG_ID, OTHER_POLICY},
    {ATTEST_SNP_MEASUREMENT, OTHER_RUNTIME}, {ATTEST_TDX_MR_TD, OTHER_RUNTIME},
    {ATTEST_SIM_NOT_ALLOWED,
	"The Coordinator runs on simulated hardware, which protects nothing "
	"and which the manifest does not name."},
    {ATTEST_OK,
	"Nothing was sent. The evidence of the Coordinator does not satisfy "
	"the reference values of the manifest."}};

static const char *
advice(const struct client *c)
{
	size_t i, last = sizeof(advices) / sizeof(*advices) - 1;

	for (i = 0; i < last && advices[i].code != c->party.result.code; i++)
		continue;
	return advices[i].text;
}

static int
refused(struct client *c, int rc, const struct rt_err *err)
{
	struct run *r = c->run;

	if (rc == RT_EVERIFY)
		return cmd_fail(r, EXIT_MISMATCH, "%s: %s\n%s", c->dialing,
		    err->text, advice(c));
	if (rc == RT_EAUTH)
		return cmd_fail(
		    r, EXIT_FINDINGS, "%s: %s", c->dialing, err->text);
	return cmd_fail(r, EXIT_ENVIRONMENT,
	    "%s: %s\nIs %s the User API of the Coordinator? In a cluster, "
	    "'kubectl port-forward' or a LoadBalancer makes it reachable.",
	    c->dialing, err->text, c->authority);
}

int
client_connect(struct client *c)
{
	struct rt_err err = {0};
	int rc = dial_patiently(c, &err);

	if (c->party.result.simulated)
		(void)cmd_write(STDERR_FILENO,
		    STR("WARNING: simulated TEE: evidence is NOT protected by "
			"hardware\n"));
	if (rc != 0)
		return refused(c, rc, &err);
	cmd_say(c->run, "✔️ Connected to coordinator");
	return EXIT_OK;
}

void
client_disconnect(struct client *c)
{
	wire_client_free(c->wire);
	c->wire = NULL;
}

/* Calls */

static int
status_of(int rc, const struct wire_status *st)
{
	if (st->code == WIRE_FAILED_PRECONDITION &&
	    strstr(st->text, "does not match latest state") != NULL)
		return EXIT_MISMATCH;
	return rc == RT_ENET || rc == RT_EIO || rc == RT_ENOTFOUND
		   ? EXIT_ENVIRONMENT
		   : EXIT_FINDINGS;
}

/* The service has had two names; its messages are the same. */
int
client_call(ProtobufCMessage **res, struct client *c, const char *method,
    const ProtobufCMessage *req, const ProtobufCMessageDescriptor *response,
    struct wire_status *st)
{
	static const char *const services[] = {
	    "edgelesssys.contrast.userapi.UserAPI", "userapi.UserAPI"};
	int64_t deadline = rt_now_ms() + CALL_MS;
	struct rt_err err;
	size_t i;
	int rc = 0;

	for (i = 0; i < 2; i++) {
		const char *path =
		    arena_printf(c->run->arena, "/%s/%s", services[i], method)
			.p;

		*st = (struct wire_status){0};
		rc = wire_client_call(
		    res, c->wire, path, req, response, deadline, st, &err);
		if (rc == 0)
			return EXIT_OK;
		if (st->code != WIRE_UNIMPLEMENTED)
			break;
	}
	return status_of(rc, st);
}

int
client_fail(struct client *c, int status, const char *before,
    const struct wire_status *st)
{
	static const struct {
		const char *text, *advice;
	} steps[] = {
	    {"coordinator is in recovery mode",
		"It has been restarted: 'contrastc recover' gives it back its "
		"seed."},
	    {"no manifest configured", "Set one first: 'contrastc set'."},
	    {"does not match latest state",
		"Somebody else has set a manifest. Look at it with 'contrastc "
		"verify', then set again."},
	    {"coordinator is already recovered",
		"There is nothing to do; 'contrastc verify' shows its state."},
	    {"no state to recover from",
		"It has no history: set a manifest with 'contrastc set'."},
	    {"latest transition signature is invalid",
		"The seed shares are those of another deployment."},
	    {"rejecting user recovery",
		"Or force it with --force: the mesh CA then changes."},
	    {"changes to seedshare owners",
		"Shares were made once, for the owners of the first manifest: "
		"keep SeedshareOwnerPubKeys as it was."},
	};
	const char *advice = "";
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (strstr(st->text, steps[i].text) != NULL)
			advice = steps[i].advice;
	return cmd_fail(c->run, status,
	    "%s: rpc error: code = %s desc = %s%s%s", before,
	    wire_code_word(st->code), st->text, advice[0] == '\0' ? "" : "\n",
	    advice);
}
