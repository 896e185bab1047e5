/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TDX collateral from a service on loopback that stands for Intel's, from the
 * cache behind it and from an offline store.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "regress/unit/intel_make.h"
#include "regress/unit/unit.h"

#include "runtime/attest/attest_gather.h"
#include "runtime/attest/attest_store.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

#define PATHS 8

struct world {
	struct made *m;
	struct tdx_policy p;
	struct attest_env env;
	struct attest_result r;
	struct str quote;
	char dir[64], url[64];
	int listener;
	pthread_t thread;
	pthread_mutex_t lock;
	/* What the service has, by path and query. */
	struct {
		const char *path, *chain_name;
		struct str chain, body;
	} served[PATHS];
	size_t n;
	int requests;
	bool down;
};

/* As Intel's service writes a chain in a header. */
static struct str
encoded(struct arena *a, struct str pem)
{
	struct buf b = {0};
	struct str out;
	size_t i;

	for (i = 0; i < pem.n; i++) {
		if (pem.p[i] == ' ')
			buf_putc(&b, '+');
		else if (pem.p[i] == '\n' || pem.p[i] == '/')
			buf_printf(&b, "%%%02X", (unsigned)pem.p[i]);
		else
			buf_putc(&b, pem.p[i]);
	}
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
reply(struct world *w, int fd, const char *path)
{
	struct buf b = {0};
	size_t i;

	for (i = 0; i < w->n && strcmp(w->served[i].path, path) != 0; i++)
		;
	if (w->down || i == w->n) {
		buf_printf(&b, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n",
		    w->down ? "503 Busy" : "404 Not Found");
	} else {
		buf_printf(&b, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n",
		    w->served[i].body.n);
		if (w->served[i].chain_name != NULL)
			buf_printf(&b, "%s: %.*s\r\n", w->served[i].chain_name,
			    STR_ARG(w->served[i].chain));
		buf_puts(&b, "Connection: close\r\n\r\n");
		buf_put(&b, w->served[i].body);
	}
	(void)send(fd, b.p, b.n, MSG_NOSIGNAL);
	buf_free(&b);
}

static void *
serve(void *arg)
{
	struct world *w = arg;
	char request[4096], path[256];
	ssize_t n;
	int fd;

	while ((fd = accept(w->listener, NULL, NULL)) >= 0) {
		n = recv(fd, request, sizeof(request) - 1, 0);
		request[n > 0 ? n : 0] = '\0';
		(void)pthread_mutex_lock(&w->lock);
		w->requests++;
		if (sscanf(request, "GET %255s", path) == 1)
			reply(w, fd, path);
		(void)pthread_mutex_unlock(&w->lock);
		(void)close(fd);
	}
	return NULL;
}

static int64_t
clock_of(void *arg)
{
	(void)arg;
	return MADE_NOW;
}

static void
listen_on(struct world *w)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(in);

	w->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(w->listener, (const struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(w->listener, 8), 0);
	assert_int_equal(
	    getsockname(w->listener, (struct sockaddr *)&in, &n), 0);
	(void)snprintf(
	    w->url, sizeof(w->url), "http://127.0.0.1:%d", ntohs(in.sin_port));
	assert_int_equal(pthread_create(&w->thread, NULL, serve, w), 0);
}

static void
put(struct world *w, const char *path, struct str body, const char *name,
    struct str chain)
{
	size_t i;

	for (i = 0; i < w->n && strcmp(w->served[i].path, path) != 0; i++)
		;
	assert_true(i < PATHS);
	w->served[i].path = path;
	w->served[i].body = body;
	w->served[i].chain_name = name;
	w->served[i].chain = chain.n == 0 ? chain : encoded(w->m->a, chain);
	w->n = i == w->n ? i + 1 : w->n;
}

static struct str
unhex(struct world *w, struct str hex)
{
	struct str raw = {"", 0};

	assert_int_equal(rt_unhex(&raw, w->m->a, hex, NULL), 0);
	return raw;
}

static void
put_texts(struct world *w, const char *tcb, const char *qe)
{
	struct tdx_collateral c = made_collateral(w->m);

	put(w, tcb, made_response(w->m, "tcbInfo", &c.tcb_info),
	    "tcb-info-issuer-chain", c.tcb_info.chain);
	put(w, qe, made_response(w->m, "enclaveIdentity", &c.qe_identity),
	    "SGX-Enclave-Identity-Issuer-Chain", c.qe_identity.chain);
}

#define TCB_PATH "/tdx/certification/v4/tcb?fmspc=00806f050000"
#define QE_PATH "/tdx/certification/v4/qe/identity"

static void
put_all(struct world *w)
{
	struct tdx_collateral c = made_collateral(w->m);

	put(w, "/IntelSGXRootCA.der", unhex(w, c.root_crl), NULL, STR(""));
	put(w, "/sgx/certification/v4/pckcrl?ca=platform&encoding=der",
	    unhex(w, c.pck_crl), NULL, STR(""));
	put_texts(w, TCB_PATH, QE_PATH);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	(void)unsetenv("http_proxy");
	(void)unsetenv("HTTP_PROXY");
	w->m = made_new();
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/tdx_fetch.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	put_all(w);
	listen_on(w);
	w->env.now = clock_of;
	w->p.root = made_root(w->m);
	w->p.base_url = w->url;
	w->p.root_crl_url =
	    arena_printf(w->m->a, "%s/IntelSGXRootCA.der", w->url).p;
	w->quote = made_quote(w->m);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	char command[128];

	(void)shutdown(w->listener, SHUT_RDWR);
	(void)pthread_join(w->thread, NULL);
	(void)close(w->listener);
	(void)snprintf(command, sizeof(command), "rm -r %s", w->dir);
	assert_int_equal(system(command), 0);
	made_free(w->m);
	free(w);
	return 0;
}

static enum attest_code
verify(struct world *w, struct attest_store *s)
{
	int rc;

	w->env.fetch = attest_store_fetch(s);
	w->r = (struct attest_result){.arena = w->m->a};
	rc = tdx_verify(&w->r, w->quote, NULL, &w->p, NULL, &w->env);
	assert_int_equal(rc == 0, w->r.code == ATTEST_OK);
	return w->r.code;
}

#define assert_code(w, s, want)                                                \
	assert_string_equal(                                                   \
	    attest_code_name(verify(w, s)), attest_code_name(want))

static struct attest_store *
store(int64_t refresh)
{
	const struct attest_store_config c = {
	    .refresh_after = refresh, .pause_ms = 50, .budget_ms = 200};

	return attest_store_new(&c);
}

static void
fetch__once(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(0);

	assert_code(w, s, ATTEST_OK);
	assert_string_equal(w->r.status, "UpToDate");
	assert_int_equal(w->requests, 4);
	assert_code(w, s, ATTEST_OK);
	assert_int_equal(w->requests, 4);
	attest_store_free(s);
}

/* The service is asked each time; while it is away the cache will do. */
static void
fetch__service_away(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(-1), *empty = store(-1);

	assert_code(w, s, ATTEST_OK);
	assert_code(w, s, ATTEST_OK);
	assert_int_equal(w->requests, 8);
	w->down = true;
	assert_code(w, s, ATTEST_OK);
	assert_code(w, empty, ATTEST_TDX_COLLATERAL_MISSING);
	attest_store_free(s);
	attest_store_free(empty);
}

/* A forged quote costs no traffic. */
static void
fetch__not_for_forgeries(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(0);
	struct str good = w->quote;

	w->quote = arena_str(w->m->a, good);
	((char *)(uintptr_t)w->quote.p)[200] ^= 1;
	assert_code(w, s, ATTEST_TDX_QUOTE_SIGNATURE);
	assert_int_equal(w->requests, 0);
	attest_store_free(s);
}

/* With a store of its own: an older good answer would do otherwise. */
static void
assert_fresh(struct world *w, enum attest_code want)
{
	struct attest_store *s = store(0);

	assert_code(w, s, want);
	attest_store_free(s);
}

/* What does not verify is told apart from what is not there. */
static void
fetch__bad_answers(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(-1);

	assert_code(w, s, ATTEST_OK);
	put(w, TCB_PATH, STR("<html>"), NULL, STR(""));
	assert_fresh(w, ATTEST_TDX_TCBINFO_FORMAT);
	assert_code(w, s, ATTEST_OK);
	put_all(w);
	put(w, QE_PATH, w->served[3].body, NULL, STR(""));
	assert_fresh(w, ATTEST_TDX_QEID_CHAIN);
	w->m->next = "2025-06-02T00:00:00Z";
	put_all(w);
	assert_fresh(w, ATTEST_TDX_TCBINFO_TIME);
	put(w, "/IntelSGXRootCA.der", STR("not a list"), NULL, STR(""));
	assert_fresh(w, ATTEST_TDX_CRL_INVALID);
	attest_store_free(s);
}

/* The service has newer data for who asks by number. */
static void
fetch__evaluation_number(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(0);

	w->p.min_eval_number = 18;
	assert_code(w, s, ATTEST_TDX_EVAL_NUMBER);
	attest_store_free(s);
	s = store(0);
	w->m->eval = 18;
	put_texts(w, TCB_PATH "&tcbEvaluationDataNumber=18",
	    QE_PATH "?tcbEvaluationDataNumber=18");
	assert_code(w, s, ATTEST_OK);
	attest_store_free(s);
}

/* Offline */

static void
put_file(struct world *w, const char *name, struct str s)
{
	FILE *f =
	    fopen(arena_printf(w->m->a, "%s/intel/%s", w->dir, name).p, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

static struct attest_store *
offline(struct world *w)
{
	const struct attest_store_config c = {
	    .offline_dir = w->dir, .offline = true};

	(void)mkdir(arena_printf(w->m->a, "%s/intel", w->dir).p, 0700);
	return attest_store_new(&c);
}

static void
offline__single_items(void **state)
{
	struct world *w = *state;
	struct attest_store *s = offline(w);
	struct tdx_collateral c = made_collateral(w->m);

	assert_code(w, s, ATTEST_TDX_COLLATERAL_MISSING);
	put_file(w, "root-ca-crl.der", unhex(w, c.root_crl));
	put_file(w, "tdx-tcb-00806f050000.json",
	    made_response(w->m, "tcbInfo", &c.tcb_info));
	put_file(w, "tdx-tcb-00806f050000.chain.pem", c.tcb_info.chain);
	put_file(w, "td-qe-identity.json",
	    made_response(w->m, "enclaveIdentity", &c.qe_identity));
	put_file(w, "td-qe-identity.chain.pem", c.qe_identity.chain);
	assert_code(w, s, ATTEST_TDX_CRL_MISSING);
	put_file(w, "pck-crl-platform.der", unhex(w, c.pck_crl));
	assert_code(w, s, ATTEST_OK);
	assert_int_equal(w->requests, 0);
	attest_store_free(s);
}

static void
put_member(struct buf *b, const char *name, struct str s)
{
	buf_printf(b, "%s\"%s\":", b->n == 0 ? "{" : ",", name);
	jv_print_string(b, s);
}

/* What is gathered for a quote is an offline store for it. */
static void
gather__makes_a_store(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(0), *there = offline(w);
	const struct attest_trust trust = {.intel = w->p};
	struct attest_files files;
	const struct attest_file *f;
	struct buf doc = {0};
	struct tdx_quote q;
	int64_t from, to;

	w->env.fetch = attest_store_fetch(s);
	w->r = (struct attest_result){.arena = w->m->a};
	assert_int_equal(
	    attest_gather(&files, &w->r, w->quote, &trust, &w->env), 0);
	assert_int_equal(files.v.n, 6);
	VEC_FOREACH(f, &files.v) {
		put_file(w, f->path + strlen("intel/"), f->bytes);
		assert_int_equal(
		    attest_file_validity(&from, &to, w->m->a, f, NULL), 0);
		assert_true(from < MADE_NOW && MADE_NOW < to);
	}
	assert_code(w, there, ATTEST_OK);
	assert_int_equal(w->requests, 4);
	/* the same from the document of a certificate */
	assert_int_equal(tdx_quote_parse(&q, &w->r, w->quote), 0);
	tdx_doc_encode(&doc, &q);
	w->env.fetch = attest_store_fetch(s);
	w->r = (struct attest_result){.arena = w->m->a};
	assert_int_equal(
	    attest_gather(&files, &w->r, buf_str(&doc), &trust, &w->env), 0);
	assert_int_equal(files.v.n, 6);
	buf_free(&doc);
	attest_store_free(s);
	attest_store_free(there);
}

/* What is missing or forged leaves nothing. */
static void
gather__all_or_nothing(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(0);
	const struct attest_trust trust = {.intel = w->p};
	struct attest_files files;
	static const struct {
		struct str in;
		enum attest_code code;
	} bad[] = {{STR_INIT(""), ATTEST_DOC_EMPTY},
	    {STR_INIT("{}"), ATTEST_DOC_PROTO},
	    {STR_INIT("\4\0\2\0\201\0\0\0"), ATTEST_TDX_SIZE}};
	size_t i;

	put(w, QE_PATH, STR("<html>"), NULL, STR(""));
	w->env.fetch = attest_store_fetch(s);
	w->r = (struct attest_result){.arena = w->m->a};
	assert_int_equal(
	    attest_gather(&files, &w->r, w->quote, &trust, &w->env),
	    RT_EVERIFY);
	assert_int_equal(w->r.code, ATTEST_TDX_QEID_FORMAT);
	assert_int_equal(files.v.n, 0);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		w->r = (struct attest_result){.arena = w->m->a};
		assert_int_equal(
		    attest_gather(&files, &w->r, bad[i].in, &trust, &w->env),
		    RT_EVERIFY);
		assert_string_equal(
		    attest_code_name(w->r.code), attest_code_name(bad[i].code));
	}
	attest_store_free(s);
}

static void
validity__by_path(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *path;
		struct str bytes;
		int rc;
	} cases[] = {
	    {"amd/Milan/crl.der", STR_INIT("x"), RT_EFORMAT},
	    {"amd/Milan/vcek/00/vcek.der", STR_INIT(""), RT_EFORMAT},
	    {"intel/root-ca-crl.der", STR_INIT(""), RT_EFORMAT},
	    {"intel/tdx-tcb-00.json", STR_INIT("{}"), RT_EFORMAT},
	    {"intel/tdx-tcb-00.chain.pem", STR_INIT("-----"), RT_EFORMAT},
	    {"intel/td-qe-identity.json", STR_INIT("[]"), RT_EFORMAT},
	    {"intel/collateral-00.json", STR_INIT("{}"), RT_EFORMAT},
	    {"amd/crl.der", STR_INIT("x"), RT_ENOTFOUND},
	    {"intel/x/root-ca-crl.der", STR_INIT("x"), RT_ENOTFOUND},
	};
	int64_t from, to;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct attest_file f = {cases[i].path, cases[i].bytes};

		assert_int_equal(
		    attest_file_validity(&from, &to, w->m->a, &f, NULL),
		    cases[i].rc);
	}
}

/* One object for all (12.5). */
static void
offline__object(void **state)
{
	struct world *w = *state;
	struct attest_store *s = offline(w);
	struct tdx_collateral c = made_collateral(w->m);
	struct attest_file object = {"intel/collateral-00806f050000.json", {0}};
	int64_t from, to;
	struct buf b = {0};

	put_member(&b, "tcb_info", c.tcb_info.text);
	put_member(&b, "tcb_info_signature", c.tcb_info.signature);
	put_member(&b, "tcb_info_issuer_chain", c.tcb_info.chain);
	put_member(&b, "qe_identity", c.qe_identity.text);
	put_member(&b, "qe_identity_signature", c.qe_identity.signature);
	put_member(&b, "qe_identity_issuer_chain", c.qe_identity.chain);
	put_member(&b, "root_ca_crl", c.root_crl);
	put_member(&b, "pck_crl", c.pck_crl);
	buf_putc(&b, '}');
	put_file(w, "collateral-00806f050000.json", buf_str(&b));
	object.bytes = buf_str(&b);
	assert_int_equal(
	    attest_file_validity(&from, &to, w->m->a, &object, NULL), 0);
	assert_code(w, s, ATTEST_OK);
	buf_free(&b);
	attest_store_free(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(fetch__once),
	    TEST(fetch__service_away),
	    TEST(fetch__not_for_forgeries),
	    TEST(fetch__bad_answers),
	    TEST(fetch__evaluation_number),
	    TEST(offline__single_items),
	    TEST(offline__object),
	    TEST(gather__makes_a_store),
	    TEST(gather__all_or_nothing),
	    TEST(validity__by_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
