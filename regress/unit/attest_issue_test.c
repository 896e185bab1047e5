/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Issuers against a directory in the place of the kernel's, and the simulated
 * platform from its founding to a verdict by a manifest.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "regress/unit/unit.h"
#include "runtime/attest/attest_host.h"
#include "runtime/attest/attest_manifest.h"
#include "runtime/attest/simulated.h"
#include "runtime/base/encode.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

struct world {
	struct arena *a;
	char dir[64];
	struct attest_host host;
	/* The imitated kernel. */
	int generation, disturb; /* disturb: writes of others to come */
	const char *provider;
	size_t aux;
	/* The imitated device. */
	int calls, busy;
	uint32_t certs_len;
};

static const char *
at(struct world *w, const char *path)
{
	return arena_printf(w->a, "%s%s", w->dir, path).p;
}

static void
put(const char *path, struct str s)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

static void
make_dirs(struct world *w, const char *path)
{
	const char *p = at(w, path);
	size_t i;

	for (i = strlen(w->dir) + 1; p[i - 1] != '\0'; i++) {
		if (p[i] == '/' || p[i] == '\0')
			(void)mkdir(arena_cstr(w->a, (struct str){p, i}), 0700);
	}
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->a = arena_new();
	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/attest_issue.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->host.root = w->dir;
	w->host.arg = w;
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -r %s", w->dir);
	assert_int_equal(system(command), 0);
	arena_free(w->a);
	free(w);
	return 0;
}

/* configfs: attributes appear with the entry, a write raises the generation. */

static void
attribute(struct world *w, const char *entry, const char *name, struct str s)
{
	put(arena_printf(w->a, "%s/%s", entry, name).p, s);
}

static void
put_generation(struct world *w, const char *entry)
{
	attribute(
	    w, entry, "generation", arena_printf(w->a, "%d\n", w->generation));
}

static void
on_step(void *arg, const char *what, const char *entry)
{
	static const char *const names[] = {
	    "generation", "provider", "inblob", "outblob", "auxblob"};
	struct world *w = arg;
	size_t i;

	if (strcmp(what, "mkdir") == 0) {
		for (i = 0; i < 5; i++)
			attribute(w, entry, names[i], STR(""));
		attribute(w, entry, "provider",
		    arena_printf(w->a, "%s\n", w->provider));
	} else if (strcmp(what, "inblob") == 0) {
		struct str in = {0}, out;

		assert_int_equal(
		    file_read(&in, w->a,
			arena_printf(w->a, "%s/inblob", entry).p, 100, NULL),
		    0);
		assert_int_equal(in.n, 64);
		w->generation += w->disturb-- > 0 ? 2 : 1;
		out = arena_printf(w->a, "report over %.*s", STR_ARG(in));
		attribute(w, entry, "outblob", out);
	} else {
		for (i = 0; i < 5; i++)
			(void)unlink(
			    arena_printf(w->a, "%s/%s", entry, names[i]).p);
		return;
	}
	put_generation(w, entry);
}

static const unsigned char data[ATTEST_REPORT_DATA_LEN + 1] =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void
tsm__reports(void **state)
{
	struct world *w = *state;
	struct attest_result r = {.arena = w->a};
	struct tsm_report out;

	assert_int_equal(tsm_report(&out, &r, &w->host, data), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_NO_TEE);
	assert_int_equal(tsm_provider(w->a, &w->host).n, 0);
	make_dirs(w, "/sys/kernel/config/tsm/report");
	w->host.step = on_step;
	w->provider = "sev_guest";
	r.code = ATTEST_OK;
	assert_int_equal(tsm_report(&out, &r, &w->host, data), 0);
	assert_str(out.provider, STR("sev_guest"));
	assert_true(str_starts(out.outblob, STR("report over 0123456789")));
	assert_str(tsm_provider(w->a, &w->host), STR("sev_guest"));
	assert_ptr_equal(attest_present(&w->host), &attest_snp);
	/* no entry is left behind */
	assert_int_equal(rmdir(at(w, "/sys/kernel/config/tsm/report")), 0);
}

static void
tsm__starts_again(void **state)
{
	struct world *w = *state;
	struct attest_result r = {.arena = w->a};
	struct tsm_report out;

	make_dirs(w, "/sys/kernel/config/tsm/report");
	w->host.step = on_step;
	w->provider = "sev_guest";
	w->disturb = 2;
	assert_int_equal(tsm_report(&out, &r, &w->host, data), 0);
	w->disturb = 99;
	assert_int_equal(tsm_report(&out, &r, &w->host, data), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_GENERATION);
	assert_int_equal(rmdir(at(w, "/sys/kernel/config/tsm/report")), 0);
}

/* /dev/sev-guest */

static int
on_ioctl(int fd, unsigned long request, void *arg)
{
	static struct world *w; /* set by a call without request */
	uint64_t *g = arg;
	unsigned char *req, *resp;
	uint32_t size = SNP_REPORT_LEN;

	(void)fd;
	if (request == 0) {
		w = arg;
		return 0;
	}
	w->calls++;
	req = (unsigned char *)(uintptr_t)g[1];
	resp = (unsigned char *)(uintptr_t)g[2];
	assert_memory_equal(req, data, 64);
	if (w->busy-- > 0) {
		g[3] = (uint64_t)2 << 32;
		errno = EAGAIN;
		return -1;
	}
	if (request == 0xc0205302 && *(uint32_t *)(void *)(req + 104) == 0) {
		memcpy(req + 104, &w->certs_len, 4);
		g[3] = (uint64_t)1 << 32;
		errno = ENOSPC;
		return -1;
	}
	if (request == 0xc0205302)
		memset((void *)(uintptr_t) * (uint64_t *)(void *)(req + 96), 7,
		    w->certs_len);
	memcpy(resp + 4, &size, 4);
	resp[32] = 5;
	return 0;
}

static void
sev_guest__reports(void **state)
{
	static const struct {
		uint32_t certs_len;
		int calls;
		size_t aux;
	} cases[] = {{0, 2, 0}, {4096, 2, 4096}, {0x20000, 2, 0}, {100, 2, 0}};
	struct world *w = *state;
	struct attest_result r = {.arena = w->a};
	struct tsm_report out;
	size_t i;

	assert_int_equal(
	    sev_guest_report(&out, &r, &w->host, data), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_DEVICE);
	make_dirs(w, "/dev");
	put(at(w, "/dev/sev-guest"), STR(""));
	(void)on_ioctl(0, 0, w);
	w->host.ioctl = on_ioctl;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = (struct attest_result){.arena = w->a};
		w->calls = 0;
		w->certs_len = cases[i].certs_len;
		assert_int_equal(sev_guest_report(&out, &r, &w->host, data), 0);
		assert_int_equal(w->calls, cases[i].calls);
		assert_int_equal(out.auxblob.n, cases[i].aux);
		assert_int_equal(out.outblob.n, SNP_REPORT_LEN);
		assert_int_equal(out.outblob.p[0], 5);
	}
	assert_ptr_equal(attest_present(&w->host), &attest_snp);
}

/* The simulated platform */

#define TCB 0x541700000000000a
#define NOW 1900000000

static int64_t
clock_of(void *arg)
{
	(void)arg;
	return NOW;
}

static void
install(struct world *w, const struct simulated *s)
{
	struct str chain = arena_printf(w->a, "%.*s%.*s%.*s", STR_ARG(s->vcek),
	    STR_ARG(s->ask), STR_ARG(s->ark));
	struct buf b = {0};

	put(at(w, "/vcek.key"), s->vcek_key);
	put(at(w, "/chain.pem"), chain);
	put(at(w, "/hostdata"), arena_printf(w->a, "%064d\n", 7));
	buf_printf(&b,
	    "{\"product\": \"Genoa\", \"vcekKey\": \"%s/vcek.key\", "
	    "\"chain\": \"%s/chain.pem\", \"reportVersion\": 3, "
	    "\"policy\": \"0x30000\", \"platformInfo\": \"0x25\", "
	    "\"tcb\": {\"bootloader\": 10, \"tee\": 0, \"snp\": 23, "
	    "\"microcode\": 84, \"fmc\": 0}, \"chipId\": \"%.*s\", "
	    "\"measurement\": \"%096d\", \"hostDataFile\": \"%s/hostdata\", "
	    "\"idBlock\": true}",
	    w->dir, w->dir, STR_ARG(rt_hex(w->a, s->chip_id, SNP_CHIP_ID_LEN)),
	    5, w->dir);
	make_dirs(w, "/etc/contrastc");
	put(at(w, ATTEST_SIMULATED_CONFIG), buf_str(&b));
	assert_int_equal(chmod(at(w, ATTEST_SIMULATED_CONFIG), 0600), 0);
	buf_free(&b);
}

static void
reference_values(struct manifest *m, struct world *w, const struct simulated *s)
{
	struct manifest_snp v = {.product = STR("Genoa"),
	    .measurement = arena_printf(w->a, "%096d", 5),
	    .tcb = {{10, 0, 23, 84, -1}},
	    .has_guest_policy = true,
	    .guest_policy = {.smt = true},
	    .root_sha256 = str_from(s->root_sha256)};

	manifest_init(m, MANIFEST_2);
	VEC_PUSH(w->a, &m->refs.simulated, v);
}

/* What the manifest and the operator make of it: the text, or "". */
static void
refused(struct world *w, const struct manifest *m,
    const struct attest_operator *op, const char *code)
{
	struct attest_validators v;
	struct rt_err err = {0};

	assert_int_equal(
	    attest_validators_make(&v, w->a, m, op, &err), RT_EAUTH);
	if (strstr(err.text, code) != err.text)
		fail_msg("%s", err.text);
	attest_validators_fini(&v);
}

static void
judge(struct world *w, const struct manifest *m, struct attest_operator *op,
    const char *oid, struct str doc)
{
	struct attest_env env = {.now = clock_of};
	struct attest_expect e = {0};
	struct attest_validators v;
	struct attest_result r = {.arena = w->a};

	memcpy(e.report_data, data, ATTEST_REPORT_DATA_LEN);
	assert_int_equal(attest_validators_make(&v, w->a, m, op, NULL), 0);
	assert_int_equal(
	    attest_verify(&r, oid, doc, NULL, 0, &e, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SIM_NOT_ALLOWED);
	r = (struct attest_result){.arena = w->a};
	if (attest_verify(&r, oid, doc, v.v.p, v.v.n, &e, &env) != 0)
		fail_msg("%.*s", STR_ARG(r.text));
	assert_true(r.simulated);
	assert_string_equal(r.validator, "simulated-0-GENOA");
	assert_int_equal(r.digest[31], 7);
	assert_true(str_starts(
	    str_from(r.claims.p[0].oid), STR(ATTEST_OID_SIMULATED_SNP ".")));
	/* the same as genuine evidence is refused */
	r = (struct attest_result){.arena = w->a};
	assert_int_equal(
	    attest_verify(&r, ATTEST_OID_SNP, doc, v.v.p, v.v.n, &e, &env),
	    RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_DOC_OID);
	r = (struct attest_result){.arena = w->a};
	e.report_data[0] ^= 1;
	assert_int_equal(
	    attest_verify(&r, oid, doc, v.v.p, v.v.n, &e, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SNP_REPORT_DATA);
	assert_string_equal(r.mismatches.p[0].validator, "simulated-0-GENOA");
	attest_validators_fini(&v);
}

static void
gates(struct world *w)
{
	struct attest_env env = {.now = clock_of};
	struct attest_result r = {.arena = w->a};
	const char *oid;
	struct str doc;

	/* a configuration, but nothing that enables it */
	assert_int_equal(
	    attest_issue(&oid, &doc, &r, &w->host, data, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SIM_NOT_ENABLED);
	make_dirs(w, "/proc");
	put(at(w, "/proc/cmdline"),
	    STR("quiet xcontrast.allow_insecure_attestation=1\n"));
	r.code = ATTEST_OK;
	assert_int_equal(
	    attest_issue(&oid, &doc, &r, &w->host, data, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SIM_NOT_ENABLED);
	put(at(w, "/proc/cmdline"),
	    STR("quiet contrast.allow_insecure_attestation=1\n"));
	/* writable by others */
	assert_int_equal(chmod(at(w, ATTEST_SIMULATED_CONFIG), 0622), 0);
	r.code = ATTEST_OK;
	assert_int_equal(
	    attest_issue(&oid, &doc, &r, &w->host, data, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SIM_NOT_ENABLED);
	assert_int_equal(chmod(at(w, ATTEST_SIMULATED_CONFIG), 0600), 0);
	/* beside hardware */
	make_dirs(w, "/dev");
	put(at(w, "/dev/sev-guest"), STR(""));
	r.code = ATTEST_OK;
	assert_int_equal(
	    attest_issue(&oid, &doc, &r, &w->host, data, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SIM_TEE_PRESENT);
	assert_int_equal(unlink(at(w, "/dev/sev-guest")), 0);
}

static void
simulated__end_to_end(void **state)
{
	struct world *w = *state;
	struct attest_env env = {.now = clock_of};
	struct attest_result r = {.arena = w->a};
	struct attest_operator op = {0};
	struct simulated s, other;
	struct manifest m;
	const char *oid = NULL;
	struct str doc = {0};

	assert_null(attest_present(&w->host));
	assert_int_equal(
	    simulated_make(&s, w->a, SNP_GENOA, TCB, NOW, NULL), 0);
	install(w, &s);
	gates(w);
	assert_int_equal(attest_issue(&oid, &doc, &r, &w->host, data, &env), 0);
	assert_string_equal(oid, ATTEST_OID_SIMULATED_SNP);
	reference_values(&m, w, &s);
	refused(w, &m, &op, "sim.not_allowed");
	op.allow_simulated = true;
	refused(w, &m, &op, "sim.root_mismatch");
	other = s;
	other.root_sha256[0] = s.root_sha256[0] == '0' ? '1' : '0';
	op.simulated_root =
	    arena_printf(w->a, "%.*s%.*s", STR_ARG(s.ask), STR_ARG(s.ark));
	judge(w, &m, &op, oid, doc);
	m.refs.simulated.p[0].root_sha256 = str_from(other.root_sha256);
	refused(w, &m, &op, "sim.root_mismatch");
	VEC_PUSH(w->a, &m.refs.snp, m.refs.simulated.p[0]);
	refused(w, &m, &op, "sim.mixed");
	simulated_fini(&s);
}

/* A service with the digest of the pod, for as many requests as answers. */

struct service {
	int listener;
	const char *const *answers; /* bodies; NULL at the end */
	pthread_t thread;
	char url[64];
};

static void *
serve(void *arg)
{
	const struct service *s = arg;
	const char *const *body;
	char text[512];
	int fd, n;

	for (body = s->answers; *body != NULL; body++) {
		fd = accept(s->listener, NULL, NULL);
		(void)recv(fd, text, sizeof(text), 0);
		n = snprintf(text, sizeof(text),
		    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
		    "Connection: close\r\n\r\n%s",
		    strlen(*body), *body);
		(void)send(fd, text, (size_t)n, MSG_NOSIGNAL);
		(void)close(fd);
	}
	(void)close(s->listener);
	return NULL;
}

static void
start(struct service *s, const char *const *answers)
{
	struct sockaddr_in in = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(in);

	s->answers = answers;
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(s->listener, (const struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(s->listener, 8), 0);
	assert_int_equal(
	    getsockname(s->listener, (struct sockaddr *)&in, &n), 0);
	(void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/hostdata",
	    ntohs(in.sin_port));
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

/* Where there is no file with the digest, a service has it. */
static void
simulated__host_data(void **state)
{
	static const char *const answers[] = {
	    "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n",
	    "0123456789abcdef0123456789abcdef", "0123", NULL};
	static const enum attest_code want[] = {ATTEST_OK, ATTEST_OK,
	    ATTEST_SIM_NO_HOST_DATA, ATTEST_SIM_NO_HOST_DATA};
	struct world *w = *state;
	struct attest_env env = {.now = clock_of};
	struct service service;
	struct simulated s;
	struct snp_evidence ev;
	const char *oid = NULL;
	struct str doc = {0};
	size_t i;

	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	assert_int_equal(
	    simulated_make(&s, w->a, SNP_GENOA, TCB, NOW, NULL), 0);
	install(w, &s);
	gates(w);
	assert_int_equal(unlink(at(w, "/hostdata")), 0);
	start(&service, answers);
	w->host.simulated_service = service.url;
	for (i = 0; i < 4; i++) { /* the fourth finds nobody */
		struct attest_result r = {.arena = w->a};

		if (i == 3)
			(void)pthread_join(service.thread, NULL);
		(void)!attest_issue(&oid, &doc, &r, &w->host, data, &env);
		assert_string_equal(
		    attest_code_name(r.code), attest_code_name(want[i]));
		if (want[i] != ATTEST_OK)
			continue;
		assert_int_equal(snp_doc_read(&ev, &r, doc), 0);
		assert_non_null(memmem(ev.report.p, ev.report.n,
		    "0123456789abcdef0123456789abcdef", ATTEST_DIGEST_LEN));
	}
	(void)unsetenv("http_proxy");
	simulated_fini(&s);
}

/* A file that is there and has no digest, a key that is none. */
static void
simulated__broken(void **state)
{
	struct world *w = *state;
	struct attest_env env = {.now = clock_of};
	struct attest_result r = {.arena = w->a};
	struct simulated s;
	const char *oid = NULL;
	struct str doc = {0};

	assert_int_equal(
	    simulated_make(&s, w->a, SNP_GENOA, TCB, NOW, NULL), 0);
	install(w, &s);
	gates(w);
	put(at(w, "/vcek.key"), STR("no key"));
	assert_int_equal(
	    attest_issue(&oid, &doc, &r, &w->host, data, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_IO);
	put(at(w, "/hostdata"), STR("0123"));
	r = (struct attest_result){.arena = w->a};
	assert_int_equal(
	    attest_issue(&oid, &doc, &r, &w->host, data, &env), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_SIM_NO_HOST_DATA);
	simulated_fini(&s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(tsm__reports),
	    TEST(tsm__starts_again),
	    TEST(sev_guest__reports),
	    TEST(simulated__end_to_end),
	    TEST(simulated__host_data),
	    TEST(simulated__broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
