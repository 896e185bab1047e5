/* SPDX-License-Identifier: Apache-2.0 */
/* TDX: what a verification says of a platform that was made for the test. */
#include "regress/unit/intel_make.h"
#include "regress/unit/unit.h"
#include "runtime/attest/attest_x509.h"
#include "runtime/base/jv.h"

#include "runtime/base/banned.h"

struct run {
	struct made *m;
	struct tdx_policy p;
	struct attest_env env;
	struct attest_result r;
	struct tdx_collateral c;
	const struct attest_expect *e;
};

static int64_t
clock_of(void *arg)
{
	(void)arg;
	return MADE_NOW;
}

static void
begin(struct run *t)
{
	*t = (struct run){.m = made_new(), .env = {.now = clock_of}};
	t->p.root = made_root(t->m);
}

static void
end(struct run *t)
{
	made_free(t->m);
}

/* Verifies with collateral made now. */
static enum attest_code
verify(struct run *t)
{
	int rc;

	t->c = made_collateral(t->m);
	t->r = (struct attest_result){.arena = t->m->a};
	rc = tdx_verify(&t->r, made_quote(t->m), &t->c, &t->p, t->e, &t->env);
	assert_int_equal(rc == 0, t->r.code == ATTEST_OK);
	return t->r.code;
}

#define assert_code(t, want)                                                   \
	assert_string_equal(attest_code_name(verify(t)), attest_code_name(want))

static void
verify__accepts(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	assert_code(&t, ATTEST_OK);
	assert_string_equal(t.r.status, "UpToDate");
	assert_int_equal(t.r.claims.n, 46);
	assert_int_equal(t.r.mismatches.n, 0);
	assert_memory_equal(
	    t.r.digest, t.m->body + tdx_fields[TDX_MR_CONFIG_ID].offset, 32);
	end(&t);
}

/* Fields */

static const struct {
	enum tdx_field field;
	enum attest_code code;
} wanted[] = {
    {TDX_TD_ATTRIBUTES, ATTEST_TDX_TD_ATTRIBUTES},
    {TDX_XFAM, ATTEST_TDX_XFAM},
    {TDX_MR_SEAM, ATTEST_TDX_MR_SEAM},
    {TDX_MR_TD, ATTEST_TDX_MR_TD},
    {TDX_RTMR0, ATTEST_TDX_RTMR0},
    {TDX_RTMR1, ATTEST_TDX_RTMR1},
    {TDX_RTMR2, ATTEST_TDX_RTMR2},
    {TDX_RTMR3, ATTEST_TDX_RTMR3},
    {TDX_MR_CONFIG_ID, ATTEST_TDX_MR_CONFIG_ID},
    {TDX_MR_OWNER, ATTEST_TDX_MR_OWNER},
    {TDX_MR_OWNER_CONFIG, ATTEST_TDX_MR_OWNER_CONFIG},
    {TDX_REPORT_DATA, ATTEST_TDX_REPORT_DATA},
};
#define NWANTED (sizeof(wanted) / sizeof(wanted[0]))

static void
want_other(struct run *t, enum tdx_field f)
{
	struct str s = arena_str(t->m->a,
	    made_str(t->m->body + tdx_fields[f].offset, tdx_fields[f].size));

	((char *)(uintptr_t)s.p)[s.n - 1] ^= 1;
	t->p.want[f] = s;
}

static void
compare__each_field(void **state)
{
	struct run t;
	size_t i;

	(void)state;
	for (i = 0; i < NWANTED; i++) {
		begin(&t);
		want_other(&t, wanted[i].field);
		assert_code(&t, wanted[i].code);
		assert_int_equal(t.r.mismatches.n, 1);
		assert_string_equal(t.r.mismatches.p[0].field,
		    tdx_fields[wanted[i].field].name);
		assert_int_equal(t.r.claims.n, 0);
		end(&t);
	}
}

static void
compare__reports_all(void **state)
{
	struct run t;
	size_t i;

	(void)state;
	begin(&t);
	for (i = 0; i < NWANTED; i++)
		want_other(&t, wanted[i].field);
	t.p.min_qe_svn = t.p.min_pce_svn = 1;
	t.p.memory_integrity = t.p.smt_disabled = t.p.static_platform = true;
	t.p.piids = &t.p.want[TDX_XFAM];
	t.p.npiids = 1;
	assert_code(&t, ATTEST_TDX_TD_ATTRIBUTES);
	assert_int_equal(t.r.mismatches.n, NWANTED + 6);
	for (i = 0; i < NWANTED; i++)
		assert_int_equal(t.r.mismatches.p[i].code, wanted[i].code);
	end(&t);
}

static void
compare__header_minima(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.m->header_svn[0] = 3; /* PCE */
	t.m->header_svn[2] = 2; /* QE */
	t.p.min_pce_svn = 3;
	t.p.min_qe_svn = 2;
	assert_code(&t, ATTEST_OK);
	t.p.min_qe_svn = 3;
	assert_code(&t, ATTEST_TDX_QE_SVN_MIN);
	t.p.min_qe_svn = 2;
	t.p.min_pce_svn = 4;
	assert_code(&t, ATTEST_TDX_PCE_SVN_MIN);
	end(&t);
}

/* A policy without a value still looks at the bits. */
static void
compare__bits(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	made_set(t.m, TDX_XFAM, 0, 0xe6);
	assert_code(&t, ATTEST_TDX_XFAM);
	made_set(t.m, TDX_XFAM, 0, 0xe7);
	made_set(t.m, TDX_XFAM, 7, 1);
	assert_code(&t, ATTEST_TDX_XFAM);
	made_set(t.m, TDX_XFAM, 7, 0);
	made_set(t.m, TDX_TD_ATTRIBUTES, 1, 1);
	assert_code(&t, ATTEST_TDX_TD_ATTRIBUTES);
	made_set(t.m, TDX_TD_ATTRIBUTES, 1, 0);
	made_set(t.m, TDX_TD_ATTRIBUTES, 0, 1);
	assert_code(&t, ATTEST_TDX_DEBUG);
	t.p.allow_debug = true;
	assert_code(&t, ATTEST_OK);
	end(&t);
}

/* What the connection expects. */
static void
compare__expect(void **state)
{
	unsigned char digests[2][ATTEST_DIGEST_LEN] = {{0}};
	struct attest_expect e = {.digests = digests, .ndigests = 2};
	struct run t;

	(void)state;
	begin(&t);
	t.e = &e;
	memcpy(e.report_data, t.m->body + 520, 64);
	memcpy(digests[1], t.m->body + 184, 32);
	assert_code(&t, ATTEST_OK);
	e.report_data[63] ^= 1;
	assert_code(&t, ATTEST_TDX_REPORT_DATA);
	e.report_data[63] ^= 1;
	digests[1][0] ^= 1;
	assert_code(&t, ATTEST_TDX_MR_CONFIG_ID);
	assert_int_equal(t.r.mismatches.n, 2);
	e.ndigests = 0;
	assert_code(&t, ATTEST_OK);
	made_set(t.m, TDX_MR_CONFIG_ID, 47, 1);
	assert_code(&t, ATTEST_TDX_MR_CONFIG_ID);
	end(&t);
}

/* Chain */

static void
chain__root(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.p.root = (struct str){NULL, 0}; /* Intel's */
	assert_code(&t, ATTEST_TDX_ROOT);
	/* The same key in another certificate will do. */
	t.m->from += 5;
	t.p.root = made_root(t.m);
	t.m->from -= 5;
	assert_code(&t, ATTEST_OK);
	end(&t);
}

static void
chain__extension(void **state)
{
	static const unsigned drops[] = {1, 2, 3, 4, 5, 201, 216, 217};
	struct run t;
	size_t i;

	(void)state;
	begin(&t);
	for (i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
		t.m->ext = made_ext(t.m->a, 5, drops[i]);
		assert_code(&t, ATTEST_TDX_PCK_EXT);
	}
	t.m->no_ext = true;
	assert_code(&t, ATTEST_TDX_PCK_EXT);
	end(&t);
}

static void
chain__names(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.m->ca_name = "Intel SGX PCK Processor CA";
	assert_code(&t, ATTEST_OK);
	t.m->ca_name = "Intel SGX PCK Other CA";
	assert_code(&t, ATTEST_TDX_PCK_PROFILE);
	end(&t);
}

static void
chain__time(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.m->from = MADE_NOW + 100;
	assert_code(&t, ATTEST_TDX_CERT_TIME);
	t.env.skew = 100;
	assert_code(&t, ATTEST_OK);
	t.m->from = MADE_NOW - MADE_DAY;
	t.m->to = MADE_NOW - 1;
	assert_code(&t, ATTEST_TDX_CERT_TIME);
	t.env.not_before = MADE_NOW + 1;
	assert_code(&t, ATTEST_TIME_IMPLAUSIBLE);
	end(&t);
}

static void
quote__key_off_the_curve(void **state)
{
	static const char zeros[64] = {1};
	struct run t;

	(void)state;
	begin(&t);
	t.m->attest_key = made_str(zeros, 64);
	assert_code(&t, ATTEST_TDX_ATTEST_KEY);
	end(&t);
}

/* Collateral */

static void
collateral__chains(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.m->text_signer = MADE_CA; /* a CA of Intel, but not that one */
	assert_code(&t, ATTEST_TDX_TCBINFO_CHAIN);
	t.m->text_signer = MADE_SIGNER;
	t.c = made_collateral(t.m);
	t.c.qe_identity.chain = STR("");
	t.r = (struct attest_result){.arena = t.m->a};
	assert_int_not_equal(
	    0, tdx_verify(&t.r, made_quote(t.m), &t.c, &t.p, NULL, &t.env));
	assert_int_equal(t.r.code, ATTEST_TDX_COLLATERAL_MISSING);
	t.c.qe_identity.chain = t.c.qe_identity.text;
	t.r = (struct attest_result){.arena = t.m->a};
	assert_int_not_equal(
	    0, tdx_verify(&t.r, made_quote(t.m), &t.c, &t.p, NULL, &t.env));
	assert_int_equal(t.r.code, ATTEST_TDX_QEID_CHAIN);
	end(&t);
}

static void
collateral__times(void **state)
{
	struct tdx_signed fresh;
	struct run t;

	(void)state;
	begin(&t);
	fresh = made_signed(t.m, made_tcb_info(t.m));
	t.m->next = "2025-06-15T15:06:39Z"; /* a second ago */
	assert_code(&t, ATTEST_TDX_TCBINFO_TIME);
	t.c.tcb_info = fresh;
	t.r = (struct attest_result){.arena = t.m->a};
	assert_int_not_equal(
	    0, tdx_verify(&t.r, made_quote(t.m), &t.c, &t.p, NULL, &t.env));
	assert_int_equal(t.r.code, ATTEST_TDX_QEID_TIME);
	t.env.max_age = 1;
	assert_code(&t, ATTEST_OK);
	t.env.max_age = 0;
	t.m->next = "2025-06-15T15:06:40Z";
	assert_code(&t, ATTEST_OK);
	t.m->issued = "2025-06-15T15:06:41Z";
	assert_code(&t, ATTEST_TDX_TCBINFO_TIME);
	end(&t);
}

static void
collateral__no_older_than_seen(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.env.seen = attest_seen_new();
	assert_code(&t, ATTEST_OK);
	t.m->issued = "2025-05-01T00:00:00Z";
	assert_code(&t, ATTEST_TDX_TCBINFO_TIME);
	t.m->issued = "2025-06-02T00:00:00Z";
	t.m->crl_from -= 1;
	assert_code(&t, ATTEST_TDX_CRL_STALE);
	attest_seen_free(t.env.seen);
	end(&t);
}

static void
collateral__revocation(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.m->revoked_leaf = t.m->leaf_serial;
	assert_code(&t, ATTEST_TDX_REVOKED);
	t.m->revoked_leaf = t.m->ca_serial; /* of no leaf */
	assert_code(&t, ATTEST_OK);
	t.m->revoked_ca = t.m->ca_serial;
	assert_code(&t, ATTEST_TDX_REVOKED);
	t.m->revoked_ca = t.m->signer_serial;
	assert_code(&t, ATTEST_TDX_REVOKED);
	t.m->revoked_ca = 98;
	t.m->crl_to = MADE_NOW - 1;
	assert_code(&t, ATTEST_TDX_CRL_STALE);
	end(&t);
}

static void
collateral__evaluation_number(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.p.min_eval_number = 17;
	assert_code(&t, ATTEST_OK);
	t.p.min_eval_number = 18;
	assert_code(&t, ATTEST_TDX_EVAL_NUMBER);
	end(&t);
}

/* A peer's attachment counts as much as any other source. */
static void
collateral__attached(void **state)
{
	struct run t;
	struct tdx_collateral c;
	struct buf b = {0};

	(void)state;
	begin(&t);
	c = made_collateral(t.m);
	buf_printf(&b,
	    "{\"Collateral\":{\"RootCaCrl\":\"%.*s\",\"PckCrl\":\"%.*s\"",
	    STR_ARG(c.root_crl), STR_ARG(c.pck_crl));
	buf_puts(&b, ",\"tcb_info\":");
	jv_print_string(&b, c.tcb_info.text);
	buf_puts(&b, ",\"tcb_info_issuer_chain\":");
	jv_print_string(&b, c.tcb_info.chain);
	buf_printf(&b, ",\"tcb_info_signature\":\"%.*s\",\"QeIdentity\":",
	    STR_ARG(c.tcb_info.signature));
	jv_print_string(
	    &b, made_response(t.m, "enclaveIdentity", &c.qe_identity));
	buf_puts(&b, ",\"QeIdentityIssuerChain\":");
	jv_print_string(&b, c.qe_identity.chain);
	buf_puts(&b, "}}");
	t.m->extra = buf_str(&b);
	t.r = (struct attest_result){.arena = t.m->a};
	assert_int_equal(
	    0, tdx_verify(&t.r, made_quote(t.m), NULL, &t.p, NULL, &t.env));
	assert_string_equal(t.r.status, "UpToDate");
	t.m->extra = str_sub(buf_str(&b), 0, b.n - 1);
	t.r = (struct attest_result){.arena = t.m->a};
	assert_int_not_equal(
	    0, tdx_verify(&t.r, made_quote(t.m), NULL, &t.p, NULL, &t.env));
	assert_int_equal(t.r.code, ATTEST_TDX_COLLATERAL_MISSING);
	buf_free(&b);
	end(&t);
}

/* TCB */

/* Two levels in the wrong order: the newer one still comes first. */
static void
tcb__order(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.m->levels =
	    arena_printf(t.m->a, "%s,%s", made_level(t.m->a, 1, 1, "OutOfDate"),
		made_level(t.m->a, 5, 2, "UpToDate"))
		.p;
	t.m->modules =
	    MADE_SVN_LEVEL(3, "Revoked") "," MADE_SVN_LEVEL(5, "UpToDate");
	assert_code(&t, ATTEST_OK);
	t.m->ext = made_ext(t.m->a, 4, 0);
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	assert_string_equal(t.r.status, "OutOfDate");
	t.p.accept = 1u << TCB_OUT_OF_DATE;
	assert_code(&t, ATTEST_OK);
	made_set(t.m, TDX_TEE_TCB_SVN, 0, 4);
	t.p.accept |= 1u << TCB_REVOKED; /* never */
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	assert_string_equal(t.r.status, "Revoked");
	end(&t);
}

/* Upstream looks at the module in place of the platform. */
static void
tcb__upstream(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.m->levels = made_level(t.m->a, 3, 2, "OutOfDate");
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	t.p.upstream_tcb = true;
	assert_code(&t, ATTEST_OK);
	end(&t);
}

static void
relaunch_begin(struct run *t, const char *platform)
{
	begin(t);
	t->m->version = 5;
	t->m->body_type = 3;
	t->m->levels = made_level(t->m->a, 3, 3, platform);
	t->m->modules =
	    MADE_SVN_LEVEL(7, "UpToDate") "," MADE_SVN_LEVEL(5, "OutOfDate");
	made_set(t->m, TDX_TEE_TCB_SVN_2, 0, 7);
	made_set(t->m, TDX_TEE_TCB_SVN_2, 1, 1);
	made_set(t->m, TDX_TEE_TCB_SVN_2, 2, 4);
}

/* The module was updated after the TD was started. */
static void
tcb__relaunch(void **state)
{
	struct run t;

	(void)state;
	relaunch_begin(&t, "UpToDate");
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	assert_string_equal(t.r.status, "TDRelaunchAdvised");
	made_set(t.m, TDX_TEE_TCB_SVN_2, 0, 6); /* but not far enough */
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	assert_string_equal(t.r.status, "OutOfDate");
	made_set(t.m, TDX_TEE_TCB_SVN_2, 1, 9); /* an unknown module */
	assert_code(&t, ATTEST_TDX_MODULE_IDENTITY);
	made_set(t.m, TDX_TEE_TCB_SVN_2, 1, 0); /* judged by the level */
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	assert_string_equal(t.r.status, "TDRelaunchAdvised");
	made_set(t.m, TDX_TEE_TCB_SVN_2, 2, 2); /* an older loader */
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	assert_string_equal(t.r.status, "OutOfDate");
	end(&t);
}

static void
tcb__relaunch_configuration(void **state)
{
	struct run t;

	(void)state;
	relaunch_begin(&t, "ConfigurationNeeded");
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	assert_string_equal(t.r.status, "TDRelaunchAdvisedConfigurationNeeded");
	t.m->qe_levels = MADE_SVN_LEVEL(4, "OutOfDate");
	assert_code(&t, ATTEST_TDX_TCB_STATUS);
	assert_string_equal(t.r.status, "OutOfDateConfigurationNeeded");
	end(&t);
}

/* A level that only SGX reaches. */
static void
tcb__not_found(void **state)
{
	struct run t;

	(void)state;
	begin(&t);
	t.m->levels = made_level(t.m->a, 3, 5, "UpToDate");
	assert_code(&t, ATTEST_TDX_TCB_NOT_FOUND);
	assert_int_equal(t.r.mismatches.n, 1);
	t.m->levels = made_level(t.m->a, 3, 4, "UpToDate");
	t.m->modules = MADE_SVN_LEVEL(6, "UpToDate");
	assert_code(&t, ATTEST_TDX_TCB_NOT_FOUND);
	end(&t);
}

/* Texts */

static void
text__format(void **state)
{
	static const char *const bad[][2] = {
	    {"2025-06-01T00:00:00Z", "2025-06-31T00:00:00Z"},
	    {"2025-06-01T00:00:00Z", "2025-06-01T00:00:00+0"},
	    {"2025-06-01T00:00:00Z", "2025-06-01 00:00:00Z"},
	    {"00806F050000", "00806F05000"},
	    {"00806F050000", "00806F05000g"},
	    {"\"tcbType\":0", "\"tcbType\":1"},
	    {"\"tcbType\":0", "\"tcbType\":0,\"tcbType\":0"},
	    {"{\"svn\":3}", "{\"svn\":256}"},
	    {"{\"svn\":3}", "{\"svn\":-1}"},
	    {"{\"svn\":3},", ""},
	    {"\"pcesvn\":11", "\"pcesvn\":65536"},
	    {"UpToDate", "Uptodate"},
	    {"[\"INTEL-SA-1\"]", "[1]"},
	};
	struct made *m = made_new();
	struct str text = made_tcb_info(m);
	struct tcb_info t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct attest_result r = {.arena = m->a};
		struct str old = str_from(bad[i][0]);
		size_t at = str_find(text, old, 0);
		struct str s;

		assert_int_not_equal(at, SIZE_MAX);
		s = arena_printf(m->a, "%.*s%s%.*s",
		    STR_ARG(str_sub(text, 0, at)), bad[i][1],
		    STR_ARG(str_sub(text, at + old.n, text.n)));
		if (tcb_info_parse(&t, &r, s) == 0)
			fail_msg("%s is accepted", bad[i][1]);
		assert_int_equal(r.code, ATTEST_TDX_TCBINFO_FORMAT);
	}
	made_free(m);
}

static void
response__split(void **state)
{
	struct arena *a = arena_new();
	struct tdx_signed s;

	(void)state;
	assert_true(tdx_response_split(&s, a,
	    STR(" { \"signature\":\"ab\", \"x\":{\"tcbInfo\":{}},\n"
		"\"tcbInfo\" : { \"a\" : \"}\\\"\" } }"),
	    "tcbInfo"));
	assert_strz(s.text, "{ \"a\" : \"}\\\"\" }");
	assert_strz(s.signature, "ab");
	assert_false(tdx_response_split(
	    &s, a, STR("{\"tcbInfo\":[],\"signature\":\"\"}"), "tcbInfo"));
	assert_false(tdx_response_split(&s, a,
	    STR("{\"tcbInfo\":{},\"tcbInfo\":{},\"signature\":\"\"}"),
	    "tcbInfo"));
	arena_free(a);
}

/* Documents */

static void
doc__rejects(void **state)
{
	struct run t;
	struct tdx_quote q;
	struct str quote, back;
	struct buf doc = {0};
	struct attest_result r;

	(void)state;
	begin(&t);
	r = (struct attest_result){.arena = t.m->a};
	quote = made_quote(t.m);
	assert_int_equal(0, tdx_quote_parse(&q, &r, quote));
	tdx_doc_encode(&doc, &q);
	assert_int_equal(0, tdx_doc_decode(&back, &r, buf_str(&doc)));
	assert_str(back, quote);
	assert_int_not_equal(0, tdx_doc_decode(&back, &r, STR("")));
	assert_int_equal(r.code, ATTEST_DOC_EMPTY);
	r.code = ATTEST_OK;
	assert_int_not_equal(
	    0, tdx_doc_decode(&back, &r, str_sub(buf_str(&doc), 0, doc.n - 1)));
	assert_int_equal(r.code, ATTEST_DOC_PROTO);
	r.code = ATTEST_OK;
	q.sig_len++;
	doc.n = 0;
	tdx_doc_encode(&doc, &q);
	assert_int_equal(0, tdx_doc_decode(&back, &r, buf_str(&doc)));
	assert_int_not_equal(0, tdx_quote_parse(&q, &r, back));
	assert_int_equal(r.code, ATTEST_TDX_SIG_LEN);
	buf_free(&doc);
	end(&t);
}

/* What is remembered of certificates */

static X509 *
cert_of(const struct made *m, enum made_key k)
{
	X509 *x;

	assert_int_equal(attest_x509_pem(&x, 1, made_pem(m, &k, 1)), 1);
	return x;
}

static void
known__is_the_same_and_no_more(void **state)
{
	static const enum made_key root = MADE_ROOT;
	struct made *m = made_new(), *other = made_new();
	struct str pem = made_pem(m, &root, 1);
	X509 *x[2], *ca = cert_of(m, MADE_CA), *leaf = cert_of(m, MADE_LEAF);
	X509 *stranger = cert_of(other, MADE_CA);
	int i;

	(void)state;
	assert_int_equal(attest_x509_pem(&x[0], 1, pem), 1);
	assert_int_equal(attest_x509_pem(&x[1], 1, pem), 1);
	assert_ptr_equal(x[0], x[1]);
	for (i = 0; i < 3; i++) {
		assert_true(attest_x509_signed_by(leaf, ca));
		assert_false(attest_x509_signed_by(leaf, stranger));
		assert_true(attest_x509_signed_by(ca, x[0]));
		assert_false(attest_x509_signed_by(ca, ca));
	}
	/* more than are kept */
	for (i = 0; i < 200; i++) {
		X509_free(x[1]);
		x[1] = cert_of(m, MADE_CA);
		assert_true(attest_x509_signed_by(leaf, x[1]));
	}
	assert_true(attest_x509_signed_by(leaf, ca));
	attest_x509_free(x, 2);
	X509_free(ca);
	X509_free(leaf);
	X509_free(stranger);
	made_free(m);
	made_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verify__accepts),
	    cmocka_unit_test(compare__each_field),
	    cmocka_unit_test(compare__reports_all),
	    cmocka_unit_test(compare__header_minima),
	    cmocka_unit_test(compare__bits),
	    cmocka_unit_test(compare__expect),
	    cmocka_unit_test(chain__root),
	    cmocka_unit_test(chain__extension),
	    cmocka_unit_test(chain__names),
	    cmocka_unit_test(chain__time),
	    cmocka_unit_test(quote__key_off_the_curve),
	    cmocka_unit_test(collateral__chains),
	    cmocka_unit_test(collateral__times),
	    cmocka_unit_test(collateral__no_older_than_seen),
	    cmocka_unit_test(collateral__revocation),
	    cmocka_unit_test(collateral__evaluation_number),
	    cmocka_unit_test(collateral__attached),
	    cmocka_unit_test(tcb__order),
	    cmocka_unit_test(tcb__upstream),
	    cmocka_unit_test(tcb__relaunch),
	    cmocka_unit_test(tcb__relaunch_configuration),
	    cmocka_unit_test(tcb__not_found),
	    cmocka_unit_test(text__format),
	    cmocka_unit_test(response__split),
	    cmocka_unit_test(doc__rejects),
	    cmocka_unit_test(known__is_the_same_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
