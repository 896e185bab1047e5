/* SPDX-License-Identifier: Apache-2.0 */
/* Intel's collateral by URL and by file (12.1, 20.3). */
#include "runtime/attest/tdx_int.h"
#include "runtime/base/banned.h"

#define BASE_URL "https://api.trustedservices.intel.com"
#define ROOT_CRL_URL                                                           \
	"https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"

static const char *
base_url(const struct tdx_policy *p)
{
	return p->base_url == NULL ? BASE_URL : p->base_url;
}

/* The file that has all of it (12.5). */
static const char *
object_path(struct arena *a, const char *fmspc)
{
	return arena_printf(a, "intel/collateral-%s.json", fmspc).p;
}

struct attest_item
intel_item_crl(struct arena *a, const struct tdx_policy *p, const char *fmspc,
    const X509 *ca)
{
	struct attest_item i = {.expires = true};

	i.fallback = object_path(a, fmspc);
	if (ca == NULL) {
		i.url =
		    p->root_crl_url == NULL ? ROOT_CRL_URL : p->root_crl_url;
		i.path = "intel/root-ca-crl.der";
		return i;
	}
	i.url =
	    arena_printf(a, "%s/sgx/certification/v4/pckcrl?ca=%s&encoding=der",
		base_url(p), intel_ca_name(ca))
		.p;
	i.path = arena_printf(a, "intel/pck-crl-%s.der", intel_ca_name(ca)).p;
	return i;
}

/* `mark` comes before the number, if there is one. */
static struct attest_item
signed_item(struct arena *a, struct str url, char mark, uint32_t number)
{
	struct attest_item i = {.expires = true};

	i.url = number == 0
		    ? url.p
		    : arena_printf(a, "%.*s%ctcbEvaluationDataNumber=%u",
			  STR_ARG(url), mark, number)
			  .p;
	return i;
}

struct attest_item
intel_item_tcb(struct arena *a, const struct tdx_policy *p, const char *fmspc,
    uint32_t number)
{
	struct str url = arena_printf(
	    a, "%s/tdx/certification/v4/tcb?fmspc=%s", base_url(p), fmspc);
	struct attest_item i = signed_item(a, url, '&', number);

	i.chain = "TCB-Info-Issuer-Chain";
	i.path = arena_printf(a, "intel/tdx-tcb-%s.json", fmspc).p;
	i.fallback = object_path(a, fmspc);
	return i;
}

struct attest_item
intel_item_qe(struct arena *a, const struct tdx_policy *p, const char *fmspc,
    uint32_t number)
{
	struct str url =
	    arena_printf(a, "%s/tdx/certification/v4/qe/identity", base_url(p));
	struct attest_item i = signed_item(a, url, '?', number);

	i.chain = "SGX-Enclave-Identity-Issuer-Chain";
	i.path = "intel/td-qe-identity.json";
	i.fallback = object_path(a, fmspc);
	return i;
}
