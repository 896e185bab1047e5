/* SPDX-License-Identifier: Apache-2.0 */
/* TDX as a row of the table of platforms: verifying and issuing documents. */
#include "runtime/attest/tdx_guest.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/banned.h"

static int
verify(struct attest_result *r, struct str doc,
    const struct attest_validator *v, const struct attest_expect *e,
    const struct attest_env *env)
{
	struct str quote;

	if (tdx_doc_decode(&quote, r, doc) != 0)
		return RT_EVERIFY;
	return tdx_verify(r, quote, NULL, v->policy, e, env);
}

static bool
has_provider(struct arena *a, const struct attest_host *host)
{
	return str_eq(tsm_provider(a, host), STR(TSM_PROVIDER_TDX));
}

static bool
present(const struct attest_host *host)
{
	struct arena *a = arena_new();
	bool yes =
	    has_provider(a, host) || attest_host_has(host, TDX_GUEST_DEVICE);

	arena_free(a);
	return yes;
}

static int
get_quote(struct str *quote, struct attest_result *r,
    const struct attest_host *host, const unsigned char *report_data)
{
	struct tsm_report got;

	if (!has_provider(r->arena, host))
		return tdx_guest_quote(quote, r, host, report_data);
	if (tsm_report(&got, r, host, report_data) != 0)
		return RT_EVERIFY;
	*quote = got.outblob;
	return 0;
}

/* What a quote is made for: a host that mixes up requests is noticed here. */
static int
check_own(struct tdx_quote *q, struct attest_result *r, struct str quote,
    const unsigned char *report_data)
{
	struct attest_result own = {.arena = r->arena};

	if (tdx_quote_parse(q, &own, quote) != 0)
		return attest_reject(r, ATTEST_ISSUE_DEVICE,
		    "what was issued is no quote: %s: %.*s",
		    attest_code_name(own.code), STR_ARG(own.text));
	if (!str_eq(tdx_quote_field(q, TDX_REPORT_DATA),
		(struct str){
		    (const char *)report_data, ATTEST_REPORT_DATA_LEN}))
		return attest_reject(r, ATTEST_ISSUE_DEVICE,
		    "the quote is over other report data");
	return 0;
}

/* The PCK chain is in the quote: nothing is fetched. */
static int
issue(struct str *doc, struct attest_result *r, const struct attest_host *host,
    const unsigned char report_data[ATTEST_REPORT_DATA_LEN],
    const struct attest_env *env)
{
	struct tdx_quote q;
	struct str quote;
	struct buf b = {0};

	(void)env;
	if (get_quote(&quote, r, host, report_data) != 0 ||
	    check_own(&q, r, quote, report_data) != 0)
		return RT_EVERIFY;
	tdx_doc_encode(&b, &q);
	*doc = arena_str(r->arena, buf_str(&b));
	buf_free(&b);
	return 0;
}

const struct attest_platform attest_tdx = {
    "tdx", ATTEST_OID_TDX, verify, present, issue};
