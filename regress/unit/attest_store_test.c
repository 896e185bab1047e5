/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collateral from a service on loopback that stands for the vendors', through
 * the setting for a proxy, and from directories.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "regress/unit/unit.h"
#include "runtime/attest/attest_gather.h"
#include "runtime/attest/attest_store.h"
#include "runtime/attest/snp.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

struct world {
	struct arena *a;
	char dir[64];
	int listener;
	char url[64];
	pthread_t thread;
	pthread_mutex_t lock;
	int requests, failures; /* 503 before it answers */
	char path[256];         /* of the last request */
	struct str body;        /* of /any */
};

static void
reply(int fd, const char *head, struct str body)
{
	char text[512];
	int n = snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
	    head, body.n);

	assert_int_equal(send(fd, text, (size_t)n, MSG_NOSIGNAL), n);
	(void)send(fd, body.p, body.n, MSG_NOSIGNAL);
}

static void
answer(struct world *w, int fd)
{
	static const char big[ATTEST_ITEM_MAX + 1];

	if (strcmp(w->path, "/none") == 0)
		reply(fd, "404 Not Found", STR(""));
	else if (strcmp(w->path, "/away") == 0)
		reply(fd, "302 Found\r\nLocation: http://127.0.0.2:9/any",
		    STR(""));
	else if (strcmp(w->path, "/moved") == 0)
		reply(fd, "302 Found\r\nLocation: /any", STR(""));
	else if (strcmp(w->path, "/big") == 0)
		reply(fd, "200 OK", (struct str){big, sizeof(big)});
	else if (w->failures-- > 0)
		reply(fd, "503 Busy", STR(""));
	else
		reply(fd, "200 OK\r\nX-Chain: a%20b%0Ac%", w->body);
}

static void *
serve(void *arg)
{
	struct world *w = arg;
	char request[4096] = {0};
	ssize_t n;
	int fd;

	while ((fd = accept(w->listener, NULL, NULL)) >= 0) {
		n = recv(fd, request, sizeof(request) - 1, 0);
		if (n > 0) {
			request[n] = '\0';
			(void)pthread_mutex_lock(&w->lock);
			w->requests++;
			(void)sscanf(request, "GET %255s", w->path);
			answer(w, fd);
			(void)pthread_mutex_unlock(&w->lock);
		}
		(void)close(fd);
	}
	return NULL;
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(in);

	assert_non_null(w);
	(void)unsetenv("http_proxy");
	(void)unsetenv("HTTP_PROXY");
	w->a = arena_new();
	w->body = STR("body");
	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/attest_store.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	(void)pthread_mutex_init(&w->lock, NULL);
	w->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(w->listener, (const struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(w->listener, 8), 0);
	assert_int_equal(
	    getsockname(w->listener, (struct sockaddr *)&in, &n), 0);
	(void)snprintf(
	    w->url, sizeof(w->url), "http://127.0.0.1:%d", ntohs(in.sin_port));
	assert_int_equal(pthread_create(&w->thread, NULL, serve, w), 0);
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
	arena_free(w->a);
	free(w);
	return 0;
}

static struct attest_store *
store(struct world *w, bool cache)
{
	struct attest_store_config c = {
	    .proxy = w->url, .pause_ms = 200, .budget_ms = 2000};

	if (cache)
		c.cache_dir = arena_printf(w->a, "%s/cache/kds", w->dir).p;
	return attest_store_new(&c);
}

static struct attest_item
item(struct world *w, const char *path)
{
	struct attest_item i = {.chain = "X-Chain", .expires = true};

	i.url = arena_printf(w->a, "https://vendor.example%s", path).p;
	i.path = "amd/Milan/crl.der";
	return i;
}

static int
get(struct attest_body *out, struct world *w, struct attest_store *s,
    const struct attest_item *i, enum attest_source from)
{
	const struct attest_fetch *f = attest_store_fetch(s);

	*out = (struct attest_body){0};
	return f->get(f->arg, out, w->a, i, from, NULL);
}

static void
fetch__answers(void **state)
{
	static const struct {
		const char *path;
		int rc, requests;
	} cases[] = {
	    {"/any?x=1&y=2", 0, 1},
	    {"/moved", 0, 2},
	    {"/none", RT_ENOTFOUND, 1},
	    {"/away", RT_ENOTFOUND, 1},
	    {"/big", RT_ELIMIT, 1},
	};
	struct world *w = *state;
	struct attest_store *s = store(w, false);
	struct attest_body b;
	size_t k;

	for (k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct attest_item i = item(w, cases[k].path);

		w->requests = 0;
		assert_int_equal(
		    get(&b, w, s, &i, ATTEST_FETCHED), cases[k].rc);
		assert_int_equal(w->requests, cases[k].requests);
		if (k == 0)
			assert_string_equal(w->path, cases[k].path);
		if (cases[k].rc != 0) {
			/* what failed is not asked for again at once */
			assert_int_equal(
			    get(&b, w, s, &i, ATTEST_FETCHED), cases[k].rc);
			assert_int_equal(w->requests, cases[k].requests);
			continue;
		}
		assert_str(b.bytes, STR("body"));
		assert_str(b.chain, STR("a b\nc%"));
	}
	attest_store_free(s);
}

static void
fetch__tries_again(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(w, false);
	struct attest_item i = item(w, "/any");
	struct attest_body b;

	w->failures = 2;
	assert_int_equal(get(&b, w, s, &i, ATTEST_FETCHED), 0);
	assert_int_equal(w->requests, 3);
	w->failures = 1000;
	assert_int_equal(get(&b, w, s, &i, ATTEST_FETCHED), RT_EIO);
	attest_store_free(s);
}

static void
cache__keeps_what_passed(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(w, true);
	struct attest_item i = item(w, "/any");
	struct attest_body b, none;

	assert_int_equal(get(&b, w, s, &i, ATTEST_CACHED), RT_ENOTFOUND);
	assert_int_equal(get(&b, w, s, &i, ATTEST_FETCHED), 0);
	assert_int_equal(get(&none, w, s, &i, ATTEST_CACHED_OLD), RT_ENOTFOUND);
	attest_store_fetch(s)->keep(attest_store_fetch(s)->arg, &i, &b);
	assert_int_equal(get(&b, w, s, &i, ATTEST_CACHED), 0);
	assert_str(b.bytes, STR("body"));
	attest_store_free(s);
	/* another process */
	s = store(w, true);
	assert_int_equal(get(&b, w, s, &i, ATTEST_CACHED), 0);
	assert_str(b.bytes, STR("body"));
	assert_str(b.chain, STR("a b\nc%"));
	assert_int_equal(w->requests, 1);
	attest_store_free(s);
}

static void
cache__damaged_file_is_a_miss(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(w, true);
	struct attest_item i = item(w, "/any");
	struct attest_body b = {.bytes = STR("body")};
	char command[256];

	attest_store_fetch(s)->keep(attest_store_fetch(s)->arg, &i, &b);
	attest_store_free(s);
	(void)snprintf(command, sizeof(command),
	    "test -z \"$(find %s/cache -type f -perm /077)\" && "
	    "for f in %s/cache/kds/*; do printf x >>$f; done",
	    w->dir, w->dir);
	assert_int_equal(system(command), 0);
	s = store(w, true);
	assert_int_equal(get(&b, w, s, &i, ATTEST_CACHED_OLD), RT_ENOTFOUND);
	attest_store_free(s);
}

static void
offline__reads_a_directory(void **state)
{
	struct world *w = *state;
	struct attest_store_config c = {
	    .offline_dir = w->dir, .offline = true, .proxy = w->url};
	struct attest_store *s = attest_store_new(&c);
	struct attest_item i = item(w, "/any");
	struct attest_body b;
	char command[256];

	assert_int_equal(get(&b, w, s, &i, ATTEST_FETCHED), RT_ENOTFOUND);
	(void)snprintf(command, sizeof(command),
	    "mkdir -p %s/amd/Milan && printf list >%s/amd/Milan/crl.der",
	    w->dir, w->dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(get(&b, w, s, &i, ATTEST_FETCHED), 0);
	assert_str(b.bytes, STR("list"));
	assert_int_equal(w->requests, 0);
	attest_store_free(s);
}

struct caller {
	struct world *w;
	struct attest_store *s;
	int rc;
};

static void *
call(void *arg)
{
	struct caller *c = arg;
	struct arena *a = arena_new();
	struct attest_item i = {.url = "https://vendor.example/any"};
	struct attest_body b = {0};
	const struct attest_fetch *f = attest_store_fetch(c->s);

	c->rc = f->get(f->arg, &b, a, &i, ATTEST_FETCHED, NULL);
	if (c->rc == 0 && !str_eq(b.bytes, STR("body")))
		c->rc = RT_EFORMAT;
	arena_free(a);
	return NULL;
}

static void
fetch__joins_requests(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(w, false);
	struct caller c[8];
	pthread_t t[8];
	size_t k;

	w->failures = 1; /* long enough for all to come */
	for (k = 0; k < 8; k++) {
		c[k] = (struct caller){w, s, -1};
		assert_int_equal(pthread_create(&t[k], NULL, call, &c[k]), 0);
	}
	for (k = 0; k < 8; k++) {
		(void)pthread_join(t[k], NULL);
		assert_int_equal(c[k].rc, 0);
	}
	assert_int_equal(w->requests, 2);
	attest_store_free(s);
}

/* AMD's service gives the VCEK of a chip, and what it gives is verified. */

static int64_t
clock_of(void *arg)
{
	(void)arg;
	return 1748736000; /* 2025-06-01 */
}

static struct str
vector(struct world *w, const char *name)
{
	const char *shared = getenv("SHARED");
	struct str s = {0};
	const char *path = arena_printf(w->a, "%s/vectors/attestation/snp/%s",
	    shared == NULL ? "../shared" : shared, name)
			       .p;

	if (file_read(&s, w->a, path, (size_t)1 << 20, NULL) != 0) {
		print_message("%s is not there\n", path);
		skip();
	}
	return s;
}

static void
verify__fetches_the_vcek(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(w, true);
	struct attest_env env = {
	    .now = clock_of, .fetch = attest_store_fetch(s)};
	struct snp_policy policy = {.roots = snp_roots_amd(),
	    .product = SNP_MILAN,
	    .permit_provisional = true};
	struct snp_evidence ev = {
	    .report = vector(w, "milan-v3-azure/report.bin")};
	struct attest_result r = {.arena = w->a};
	struct attest_expect e = {0};

	memcpy(e.report_data, ev.report.p + 0x50, sizeof(e.report_data));
	w->body = STR("nonsense");
	assert_int_equal(snp_verify(&r, &ev, &policy, &e, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SNP_CERT_PARSE);
	w->body = vector(w, "milan-v3-azure/vcek.der");
	r = (struct attest_result){.arena = w->a};
	if (snp_verify(&r, &ev, &policy, &e, &env) != 0)
		fail_msg("%.*s", STR_ARG(r.text));
	assert_true(str_starts(
	    str_from(w->path), STR("/vcek/v1/Milan/66a5a7b4403a3006")));
	assert_non_null(
	    strstr(w->path, "?blSPL=4&teeSPL=0&snpSPL=24&ucodeSPL=219"));
	w->requests = 0;
	r = (struct attest_result){.arena = w->a};
	assert_int_equal(snp_verify(&r, &ev, &policy, &e, &env), 0);
	assert_int_equal(w->requests, 0);
	attest_store_free(s);
}

/* A revocation list is fetched anew, whatever the evidence brings along. */
static void
gather__for_a_report(void **state)
{
	struct world *w = *state;
	struct attest_store *s = store(w, false);
	const struct attest_env env = {
	    .now = clock_of, .fetch = attest_store_fetch(s)};
	struct snp_evidence ev = {
	    .report = vector(w, "../synthetic/snp/genoa-crl-ok/report.bin"),
	    .vcek = vector(w, "../synthetic/snp/genoa-crl-ok/vcek.der"),
	    .crl = vector(w, "../synthetic/crl/genoa_expired.der")};
	struct snp_roots roots = {0};
	const struct attest_trust trust = {.amd = &roots};
	struct attest_result r = {.arena = w->a};
	struct attest_files files;
	struct buf doc = {0};

	assert_int_equal(
	    snp_roots_add(&roots,
		vector(w, "../synthetic/roots/amd/genoa_vcek.pem"), NULL),
	    0);
	assert_int_equal(snp_doc_write(&doc, &ev, SNP_PRODUCT_NONE, NULL), 0);
	w->body = vector(w, "../synthetic/crl/genoa_ok.der");
	if (attest_gather(&files, &r, buf_str(&doc), &trust, &env) != 0)
		fail_msg("%s: %.*s", attest_code_name(r.code), STR_ARG(r.text));
	assert_int_equal(files.v.n, 2);
	assert_string_equal(files.v.p[0].path, "amd/Genoa/crl.der");
	assert_str(files.v.p[0].bytes, w->body);
	assert_true(
	    str_starts(str_from(files.v.p[1].path), STR("amd/Genoa/vcek/")));
	assert_str(files.v.p[1].bytes, ev.vcek);
	w->body = vector(w, "../synthetic/crl/genoa_ask_revoked.der");
	r = (struct attest_result){.arena = w->a};
	assert_int_equal(
	    attest_gather(&files, &r, buf_str(&doc), &trust, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SNP_REVOKED);
	assert_int_equal(files.v.n, 0);
	buf_free(&doc);
	snp_roots_fini(&roots);
	attest_store_free(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(fetch__answers),
	    TEST(fetch__tries_again),
	    TEST(fetch__joins_requests),
	    TEST(cache__keeps_what_passed),
	    TEST(cache__damaged_file_is_a_miss),
	    TEST(offline__reads_a_directory),
	    TEST(verify__fetches_the_vcek),
	    TEST(gather__for_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
