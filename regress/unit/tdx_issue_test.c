/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Issuing TDX evidence: a directory in the place of the kernel's, a process
 * in the place of the host's quoting service; and the way through the
 * manifest to a verdict.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "regress/unit/intel_make.h"
#include "regress/unit/unit.h"

#include "runtime/attest/attest_manifest.h"
#include "runtime/attest/tdx_guest.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

struct world {
	struct made *m;
	char dir[64];
	struct attest_host host;
	struct str quote; /* what the imitated kernel or service gives */
	int generation;
	pid_t service;
};

static const unsigned char data[ATTEST_REPORT_DATA_LEN + 1] =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static const char *
at(struct world *w, const char *path)
{
	return arena_printf(w->m->a, "%s%s", w->dir, path).p;
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
			(void)mkdir(
			    arena_cstr(w->m->a, (struct str){p, i}), 0700);
	}
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->m = made_new();
	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/tdx_issue.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->host.root = w->dir;
	w->host.arg = w;
	memcpy(w->m->body + tdx_fields[TDX_REPORT_DATA].offset, data, 64);
	w->quote = made_quote(w->m);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	char command[128];
	int status;

	(void)snprintf(command, sizeof(command), "rm -r %s", w->dir);
	assert_int_equal(system(command), 0);
	if (w->service > 0)
		assert_int_equal(waitpid(w->service, &status, 0), w->service);
	made_free(w->m);
	free(w);
	return 0;
}

/* configfs */

static void
on_step(void *arg, const char *what, const char *entry)
{
	static const char *const names[] = {
	    "generation", "provider", "inblob", "outblob", "auxblob"};
	struct world *w = arg;
	struct arena *a = w->m->a;
	size_t i;

	for (i = 0; i < 5; i++) {
		const char *path = arena_printf(a, "%s/%s", entry, names[i]).p;

		if (strcmp(what, "mkdir") == 0)
			put(path, i == 1 ? STR("tdx_guest\n") : STR(""));
		else if (strcmp(what, "inblob") != 0)
			(void)unlink(path);
	}
	if (strcmp(what, "rmdir") == 0)
		return;
	w->generation += strcmp(what, "inblob") == 0;
	put(arena_printf(a, "%s/generation", entry).p,
	    arena_printf(a, "%d\n", w->generation));
	put(arena_printf(a, "%s/outblob", entry).p, w->quote);
}

static void
issue__tsm(void **state)
{
	struct world *w = *state;
	struct attest_result r = {.arena = w->m->a};
	struct str doc, quote;
	const char *oid;

	make_dirs(w, "/sys/kernel/config/tsm/report");
	w->host.step = on_step;
	assert_ptr_equal(attest_present(&w->host), &attest_tdx);
	assert_int_equal(attest_issue(&oid, &doc, &r, &w->host, data, NULL), 0);
	assert_string_equal(oid, ATTEST_OID_TDX);
	assert_int_equal(tdx_doc_decode(&quote, &r, doc), 0);
	assert_str(quote, w->quote);
}

/* A quote for somebody else, and something else than a quote. */
static void
issue__tsm_other(void **state)
{
	struct world *w = *state;
	struct attest_result r = {.arena = w->m->a};
	unsigned char other[ATTEST_REPORT_DATA_LEN] = {1};
	const char *oid;
	struct str doc;

	make_dirs(w, "/sys/kernel/config/tsm/report");
	w->host.step = on_step;
	assert_int_equal(
	    attest_issue(&oid, &doc, &r, &w->host, other, NULL), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_DEVICE);
	w->quote = STR("no quote");
	r.code = ATTEST_OK;
	assert_int_equal(
	    attest_issue(&oid, &doc, &r, &w->host, data, NULL), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_DEVICE);
}

/* /dev/tdx_guest and the quoting service */

static int
on_ioctl(int fd, unsigned long request, void *arg)
{
	unsigned char *q = arg;

	(void)fd;
	assert_int_equal(request, 0xc4405401);
	assert_memory_equal(q, data, 64);
	memset(q + 64, 0, TDX_REPORT_LEN);
	q[64] = 0x81;
	memcpy(q + 64 + 128, q, 64);
	return 0;
}

static struct str
answer_of(struct world *w, unsigned error)
{
	struct buf b = {0};
	struct str out;
	uint32_t size = (uint32_t)(error != 0 ? 16 : 24 + 3 + w->quote.n);
	uint32_t head[] = {0x00010001, 1, size, error, 3, (uint32_t)w->quote.n};
	int i;

	for (i = 24; i >= 0; i -= 8)
		buf_putc(&b, (char)(size >> i));
	buf_put(&b, made_str(head, error != 0 ? 16 : 24));
	if (error == 0) {
		buf_puts(&b, "qid");
		buf_put(&b, w->quote);
	}
	out = arena_str(w->m->a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* One connection: reads a request, gives the answer. */
static void
serve(int fd, struct str answer)
{
	char request[4 + 24 + TDX_REPORT_LEN];
	int c = accept(fd, NULL, NULL);

	if (recv(c, request, sizeof(request), MSG_WAITALL) !=
		(ssize_t)sizeof(request) ||
	    memcmp(request + 4, "\1\0\0\0\0\0\0\0", 8) != 0 ||
	    memcmp(request + 28 + 128, data, 64) != 0)
		_exit(1);
	while (answer.n > 0) {
		ssize_t n =
		    write(c, answer.p, answer.n > 1000 ? 1000 : answer.n);

		if (n <= 0)
			_exit(1);
		answer = str_sub(answer, (size_t)n, answer.n);
	}
	_exit(0);
}

static void
start_service(struct world *w, struct str answer)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	make_dirs(w, "/dev");
	make_dirs(w, "/run/tdx-qgs");
	put(at(w, TDX_GUEST_DEVICE), STR(""));
	w->host.ioctl = on_ioctl;
	(void)unlink(at(w, QGS_SOCKET));
	(void)snprintf(
	    addr.sun_path, sizeof(addr.sun_path), "%s", at(w, QGS_SOCKET));
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 1), 0);
	w->service = fork();
	if (w->service == 0)
		serve(fd, answer);
	(void)close(fd);
}

static void
stop_service(struct world *w, int want)
{
	int status;

	assert_int_equal(waitpid(w->service, &status, 0), w->service);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), want);
	w->service = 0;
}

static void
issue__service(void **state)
{
	struct world *w = *state;
	struct attest_result r = {.arena = w->m->a};
	struct str doc, quote;
	const char *oid;

	start_service(w, answer_of(w, 0));
	assert_ptr_equal(attest_present(&w->host), &attest_tdx);
	assert_int_equal(attest_issue(&oid, &doc, &r, &w->host, data, NULL), 0);
	stop_service(w, 0);
	assert_int_equal(tdx_doc_decode(&quote, &r, doc), 0);
	assert_str(quote, w->quote);
}

static void
issue__service_fails(void **state)
{
	struct world *w = *state;
	struct attest_result r = {.arena = w->m->a};
	struct str quote, answer = answer_of(w, 0);

	start_service(w, answer_of(w, 0x12001));
	assert_int_equal(
	    tdx_guest_quote(&quote, &r, &w->host, data), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_DEVICE);
	assert_int_not_equal(str_find(r.text, STR("0x12001"), 0), SIZE_MAX);
	stop_service(w, 0);
	r.code = ATTEST_OK;
	start_service(w, str_sub(answer, 0, answer.n - 1)); /* hangs up */
	assert_int_equal(
	    tdx_guest_quote(&quote, &r, &w->host, data), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_DEVICE);
	stop_service(w, 0);
	r.code = ATTEST_OK;
	start_service(w, STR("\xff\xff\xff\xff")); /* 4 GiB */
	assert_int_equal(
	    tdx_guest_quote(&quote, &r, &w->host, data), RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_ISSUE_DEVICE);
	stop_service(w, 0);
}

static void
qgs__responses(void **state)
{
	struct world *w = *state;
	struct str good = answer_of(w, 0), quote;
	size_t i;

	good = str_sub(good, 4, good.n);
	for (i = 0; i < 24; i++) {
		struct attest_result r = {.arena = w->m->a};
		struct str s = arena_str(w->m->a, good);

		((char *)(uintptr_t)s.p)[i] ^= 0x10;
		if (qgs_response(&quote, &r, s) == 0)
			fail_msg("byte %zu may be anything", i);
		r.code = ATTEST_OK;
		assert_int_not_equal(
		    0, qgs_response(&quote, &r, str_sub(good, 0, i)));
	}
	assert_int_equal(qgs_port(STR("")), QGS_PORT);
	assert_int_equal(qgs_port(STR("#port = 1\nport=4051")), 4051);
	assert_int_equal(qgs_port(STR("port = 0\nport = x\n")), QGS_PORT);
}

/* The manifest */

static int64_t
clock_of(void *arg)
{
	(void)arg;
	return MADE_NOW;
}

static struct str
hex_of(struct world *w, enum tdx_field f)
{
	return made_hex(w->m,
	    made_str(w->m->body + tdx_fields[f].offset, tdx_fields[f].size));
}

static struct manifest_tdx
entry_of(struct world *w)
{
	struct manifest_tdx e = {.qe_svn = -1, .pce_svn = -1};
	int i;

	e.mr_td = hex_of(w, TDX_MR_TD);
	e.mr_seam = hex_of(w, TDX_MR_SEAM);
	e.xfam = hex_of(w, TDX_XFAM);
	for (i = 0; i < MANIFEST_RTMRS; i++)
		e.rtmr[i] = hex_of(w, (enum tdx_field)(TDX_RTMR0 + i));
	return e;
}

/* Trusts the root that was made, and brings collateral along. */
static void
prepare(struct world *w, struct attest_validators *v)
{
	size_t i;

	for (i = 0; i < v->v.n; i++) {
		struct tdx_policy *p =
		    (struct tdx_policy *)(uintptr_t)v->v.p[i].policy;

		p->root = made_root(w->m);
		p->no_collateral = true;
	}
}

static void
manifest__verdict(void **state)
{
	struct world *w = *state;
	struct arena *a = w->m->a;
	struct attest_env env = {.now = clock_of};
	struct attest_operator op = {.tdx_accept = 1u << TCB_OUT_OF_DATE};
	struct attest_validators v;
	struct attest_expect e = {.ndigests = 0};
	struct attest_result r = {.arena = a};
	struct manifest m = {0};
	struct tdx_quote q;
	struct buf doc = {0};

	VEC_PUSH(a, &m.refs.tdx, entry_of(w));
	VEC_PUSH(a, &m.refs.tdx, entry_of(w));
	m.refs.tdx.p[0].mr_td = hex_of(w, TDX_MR_SEAM);
	assert_int_equal(attest_validators_make(&v, a, &m, &op, NULL), 0);
	assert_int_equal(v.v.n, 2);
	assert_int_equal(((const struct tdx_policy *)v.v.p[0].policy)->accept,
	    1u << TCB_OUT_OF_DATE);
	prepare(w, &v);
	assert_int_equal(tdx_quote_parse(&q, &r, w->quote), 0);
	tdx_doc_encode(&doc, &q);
	memcpy(e.report_data, data, 64);
	assert_int_equal(attest_verify(&r, ATTEST_OID_TDX, buf_str(&doc), v.v.p,
			     2, &e, &env),
	    0);
	assert_string_equal(r.validator, "tdx-1");
	r = (struct attest_result){.arena = a};
	assert_int_equal(attest_verify(&r, ATTEST_OID_TDX, buf_str(&doc), v.v.p,
			     1, &e, &env),
	    RT_EVERIFY);
	assert_int_equal(r.code, ATTEST_TDX_MR_TD);
	assert_int_equal(r.mismatches.n, 1);
	buf_free(&doc);
	attest_validators_fini(&v);
}

static void
manifest__policy(void **state)
{
	struct world *w = *state;
	struct manifest_tdx e = entry_of(w);
	struct tdx_policy p;
	struct rt_err err = {0};

	e.qe_svn = 3;
	e.tee_tcb_svn = hex_of(w, TDX_TEE_TCB_SVN);
	e.tcb_eval = 18;
	e.memory_integrity = true;
	manifest_list_add(
	    &e.piids, w->m->a, STR("000102030405060708090a0b0c0d0e0f"));
	assert_int_equal(tdx_policy_make(&p, w->m->a, &e, &err), 0);
	assert_str(p.want[TDX_TD_ATTRIBUTES], STR("\0\0\0\x10\0\0\0\0"));
	assert_int_equal(p.min_qe_svn, 3);
	assert_int_equal(p.min_pce_svn, 0);
	assert_int_equal(p.min_eval_number, 18);
	assert_int_equal(p.npiids, 1);
	assert_int_equal(p.piids[0].n, 16);
	assert_true(p.memory_integrity);
	assert_int_equal(p.min_tee_tcb_svn.n, 16);
	assert_false(p.allow_debug || p.no_collateral || p.no_crl);
	e.rtmr[2].n -= 2;
	assert_int_equal(tdx_policy_make(&p, w->m->a, &e, &err), RT_EINVAL);
	assert_string_equal(err.text, "Rtmrs[2] is not 48 bytes in hex");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(issue__tsm),
	    TEST(issue__tsm_other),
	    TEST(issue__service),
	    TEST(issue__service_fails),
	    TEST(qgs__responses),
	    TEST(manifest__verdict),
	    TEST(manifest__policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
