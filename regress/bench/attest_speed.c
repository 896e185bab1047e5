/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attest_speed SECONDS DIR: what attestation costs beside the bare operations
 * on keys in it, in one thread: an SNP report and a TDX quote that are
 * verified, and attested handshakes.  DIR is what `simulated-tee init` makes,
 * manifest.json of it (co_drive) lies in the working directory.
 */
#include <sys/socket.h>

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "regress/bench/rate.h"
#include "regress/unit/intel_make.h"
#include "runtime/attest/attest_host.h"
#include "runtime/attest/attest_manifest.h"
#include "runtime/attest/party.h"
#include "runtime/base/file.h"
#include "runtime/manifest/manifest.h"
#include "runtime/base/banned.h"

static struct arena *a;
static double seconds;

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "attest_speed: %s\n", what);
	exit(1);
}

/* The bare operations, in the order of `cost`. */
enum bare {
	SIGN_256,
	VERIFY_256,
	SIGN_384,
	VERIFY_384,
	VERIFY_RSA, /* 4096 bits, PSS as AMD's certificates */
	KEY_256,
	KEY_25519,
	DERIVE_25519,
	BARE_N
};
static double cost[BARE_N];

struct bare_key {
	EVP_PKEY *key;
	const EVP_MD *md;
	unsigned char text[600], sig[512];
	size_t n;
};

static EVP_MD_CTX *
start(const struct bare_key *k, bool sign)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = NULL;

	need((sign ? EVP_DigestSignInit(c, &p, k->md, NULL, k->key)
		   : EVP_DigestVerifyInit(c, &p, k->md, NULL, k->key)) == 1,
	    "key");
	if (EVP_PKEY_is_a(k->key, "RSA"))
		need(EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) > 0,
		    "padding");
	return c;
}

static void
bare_sign(void *arg)
{
	struct bare_key *k = arg;
	EVP_MD_CTX *c = start(k, true);

	k->n = sizeof(k->sig);
	need(EVP_DigestSign(c, k->sig, &k->n, k->text, sizeof(k->text)) == 1,
	    "sign");
	EVP_MD_CTX_free(c);
}

static void
bare_verify(void *arg)
{
	struct bare_key *k = arg;
	EVP_MD_CTX *c = start(k, false);

	need(EVP_DigestVerify(c, k->sig, k->n, k->text, sizeof(k->text)) == 1,
	    "verify");
	EVP_MD_CTX_free(c);
}

static void
bare_make(void *arg)
{
	EVP_PKEY_free(EVP_PKEY_Q_keygen(NULL, NULL, arg));
}

static void
bare_make_256(void *arg)
{
	(void)arg;
	EVP_PKEY_free(EVP_EC_gen("P-256"));
}

static void
bare_derive(void *arg)
{
	EVP_PKEY *const *pair = arg;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(pair[0], NULL);
	unsigned char out[32];
	size_t n = sizeof(out);

	need(EVP_PKEY_derive_init(c) == 1 &&
		 EVP_PKEY_derive_set_peer(c, pair[1]) == 1 &&
		 EVP_PKEY_derive(c, out, &n) == 1,
	    "derive");
	EVP_PKEY_CTX_free(c);
}

static void
measure_pair(EVP_PKEY *key, const EVP_MD *md, int sign, enum bare verify)
{
	struct bare_key k = {.key = key, .md = md};

	bare_sign(&k);
	if (sign >= 0)
		cost[sign] = rate_of(bare_sign, &k, seconds / 4);
	cost[verify] = rate_of(bare_verify, &k, seconds / 4);
	EVP_PKEY_free(key);
}

static void
measure_bare(void)
{
	static char x25519[] = "X25519";
	EVP_PKEY *pair[2] = {EVP_PKEY_Q_keygen(NULL, NULL, x25519),
	    EVP_PKEY_Q_keygen(NULL, NULL, x25519)};

	measure_pair(EVP_EC_gen("P-256"), EVP_sha256(), SIGN_256, VERIFY_256);
	measure_pair(EVP_EC_gen("P-384"), EVP_sha384(), SIGN_384, VERIFY_384);
	measure_pair(EVP_RSA_gen(4096), EVP_sha384(), -1, VERIFY_RSA);
	cost[KEY_256] = rate_of(bare_make_256, NULL, seconds / 4);
	cost[KEY_25519] = rate_of(bare_make, x25519, seconds / 4);
	cost[DERIVE_25519] = rate_of(bare_derive, pair, seconds / 4);
	EVP_PKEY_free(pair[0]);
	EVP_PKEY_free(pair[1]);
}

/* What `times` of each operation take, in seconds. */
static double
sum(const unsigned times[BARE_N])
{
	double t = 0;
	int i;

	for (i = 0; i < BARE_N; i++)
		t += times[i] * cost[i];
	return t;
}

/* SNP */

struct snp_run {
	struct attest_validators v;
	struct attest_host host;
	struct attest_env env;
	struct attest_expect expect;
	const char *oid;
	struct str doc;
};

static void
prepare(struct snp_run *s, const char *dir)
{
	struct attest_operator op = {.allow_simulated = true};
	struct manifest *m = ARENA_NEW(a, struct manifest);
	struct attest_result r = {.arena = a};
	struct str text;

	*s = (struct snp_run){
	    .host = {.simulated_gate = ATTEST_SIMULATED_GATE,
		.simulated_config =
		    arena_printf(a, "%s/simulated-tee.json", dir).p}};
	need(file_read(&op.simulated_root, a,
		 arena_printf(a, "%s/roots.pem", dir).p, 1 << 16, NULL) == 0,
	    "roots.pem");
	need(file_read(&text, a, "manifest.json", 1 << 20, NULL) == 0 &&
		 manifest_read(m, a, text, false, NULL) == 0 &&
		 attest_validators_make(&s->v, a, m, &op, NULL) == 0,
	    "manifest.json");
	need(attest_issue(&s->oid, &s->doc, &r, &s->host, s->expect.report_data,
		 &s->env) == 0,
	    r.text.p);
}

static void
verify_snp(void *arg)
{
	const struct snp_run *s = arg;
	struct attest_result r = {.arena = arena_new()};

	need(attest_verify(&r, s->oid, s->doc, s->v.v.p, s->v.v.n, &s->expect,
		 &s->env) == 0,
	    "SNP");
	arena_free(r.arena);
}

static int
bench_snp(struct snp_run *s)
{
	static const unsigned bare[BARE_N] = {[VERIFY_384] = 1};
	double t = rate_of(verify_snp, s, seconds);

	printf("{\"name\":\"SNP report\",\"us\":%.0f,\"signatures_us\":%.0f,"
	       "\"ratio\":%.2f,\"limit\":1.5}\n",
	    t * 1e6, sum(bare) * 1e6, t / sum(bare));
	return t / sum(bare) <= 1.5 ? 0 : 1;
}

/* TDX */

struct tdx_run {
	struct tdx_policy p;
	struct attest_env env;
	struct tdx_collateral c;
	struct str quote;
};

static int64_t
clock_of(void *arg)
{
	(void)arg;
	return MADE_NOW;
}

static void
verify_tdx(void *arg)
{
	struct tdx_run *t = arg;
	struct attest_result r = {.arena = arena_new()};

	need(tdx_verify(&r, t->quote, &t->c, &t->p, NULL, &t->env) == 0, "TDX");
	arena_free(r.arena);
}

/* Quote, report of the QE, both revocation lists, both texts. */
static int
bench_tdx(void)
{
	static const unsigned bare[BARE_N] = {[VERIFY_256] = 6};
	struct made *m = made_new();
	struct tdx_run run = {.env = {.now = clock_of}};
	double t;

	run.p.root = made_root(m);
	run.c = made_collateral(m);
	run.quote = made_quote(m);
	t = rate_of(verify_tdx, &run, seconds);
	printf("{\"name\":\"TDX quote\",\"us\":%.0f,\"signatures_us\":%.0f,"
	       "\"ratio\":%.2f,\"limit\":1.5}\n",
	    t * 1e6, sum(bare) * 1e6, t / sum(bare));
	made_free(m);
	return t / sum(bare) <= 1.5 ? 0 : 1;
}

/* Handshakes, as with the Coordinator's Mesh API */

struct tls_run {
	struct snp_run *snp;
	struct atls_ctx *ctx;
};

static void
shake_hands(void *arg)
{
	struct tls_run *t = arg;
	struct attest_party judge = {.env = &t->snp->env,
	    .validators = t->snp->v.v.p,
	    .nvalidators = t->snp->v.v.n,
	    .result = {.arena = arena_new()}};
	struct attest_party pod = {.env = &t->snp->env, .host = &t->snp->host};
	struct atls_party us[2] = {{0}, {.need_peer_cert = true}};
	static const enum atls_role role[2] = {ATLS_CLIENT, ATLS_SERVER};
	int64_t deadline = rt_now_ms() + 20000;
	struct atls_conn *c[2];
	struct rt_err err;
	int fd[2], i, rc[2] = {1, 1};

	attest_party(&us[0], &pod);
	attest_party(&us[1], &judge);
	need(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0, "socketpair");
	for (i = 0; i < 2; i++)
		need(atls_new(&c[i], t->ctx, role[i], &us[i], fd[i], deadline,
			 &err) == 0,
		    "connection");
	while (rc[0] != 0 || rc[1] != 0) {
		for (i = 0; i < 2; i++) {
			if (rc[i] != 0)
				rc[i] = atls_handshake(c[i], &err);
			need(rc[i] == 0 || rc[i] == ATLS_WANT_READ ||
				 rc[i] == ATLS_WANT_WRITE,
			    err.text);
		}
	}
	for (i = 0; i < 2; i++) {
		atls_free(c[i]);
		(void)close(fd[i]);
	}
	arena_free(judge.result.arena);
}

/*
 * Each side makes and signs a certificate, and signs and checks one proof.
 * The simulated platform signs the report and finds the two keys of its ID
 * block, each as much work as a verification.
 */
static int
bench_tls(struct snp_run *s)
{
	static const unsigned bare[BARE_N] = {[KEY_256] = 2,
	    [SIGN_256] = 4,
	    [VERIFY_256] = 2,
	    [KEY_25519] = 2,
	    [DERIVE_25519] = 2,
	    [SIGN_384] = 1,
	    [VERIFY_384] = 1 + 2};
	struct tls_run run = {.snp = s};
	double t;

	need(atls_ctx_new(&run.ctx, NULL) == 0, "context");
	t = rate_of(shake_hands, &run, seconds);
	printf("{\"name\":\"attested handshake\",\"per_second\":%.0f,"
	       "\"operations_per_second\":%.0f,\"ratio\":%.2f,\"limit\":0.7}\n",
	    1 / t, 1 / sum(bare), sum(bare) / t);
	atls_ctx_free(run.ctx);
	return sum(bare) / t >= 0.7 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct snp_run s;
	int over;

	if (argc != 3) {
		fprintf(stderr, "usage: attest_speed SECONDS DIR\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	seconds = strtod(argv[1], NULL);
	a = arena_new();
	measure_bare();
	prepare(&s, argv[2]);
	over = bench_snp(&s);
	over |= bench_tdx();
	over |= bench_tls(&s);
	attest_validators_fini(&s.v);
	arena_free(a);
	return over;
}
