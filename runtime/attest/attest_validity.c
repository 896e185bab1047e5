/* SPDX-License-Identifier: Apache-2.0 */
/* From when to when files of an offline store are valid (attestation 20.3). */
#include <fnmatch.h>

#include "runtime/attest/attest_gather.h"
#include "runtime/attest/attest_x509.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/banned.h"

struct span {
	int64_t from, to;
};

/* All of several has to be valid. */
static void
narrow(struct span *s, int64_t from, int64_t to)
{
	s->from = from > s->from ? from : s->from;
	s->to = to < s->to ? to : s->to;
}

static bool
read_list(struct span *s, struct arena *a, struct str bytes)
{
	X509_CRL *crl = intel_crl_parse(a, bytes);
	int64_t from, to;
	bool ok = crl != NULL && attest_x509_updates(&from, &to, crl);

	if (ok)
		narrow(s, from, to);
	X509_CRL_free(crl);
	return ok;
}

static bool
narrow_by(struct span *s, const X509 *x)
{
	int64_t from, to;
	bool ok = x != NULL && attest_x509_validity(&from, &to, x);

	if (ok)
		narrow(s, from, to);
	return ok;
}

static bool
read_cert(struct span *s, struct arena *a, struct str bytes)
{
	X509 *x = attest_x509_parse(bytes);
	bool ok = narrow_by(s, x);

	(void)a;
	X509_free(x);
	return ok;
}

static bool
read_chain(struct span *s, struct arena *a, struct str bytes)
{
	X509 *x[INTEL_CHAIN_MAX];
	size_t i, n = attest_x509_pem(x, INTEL_CHAIN_MAX, bytes);
	bool ok = n > 0;

	(void)a;
	for (i = 0; i < n; i++)
		ok = narrow_by(s, x[i]) && ok;
	attest_x509_free(x, n);
	return ok;
}

static bool
narrow_tcb(struct span *s, struct arena *a, struct str text)
{
	struct attest_result r = {.arena = a};
	struct tcb_info t;

	if (tcb_info_parse(&t, &r, text) != 0)
		return false;
	narrow(s, t.issued, t.next_update);
	return true;
}

static bool
narrow_qe(struct span *s, struct arena *a, struct str text)
{
	struct attest_result r = {.arena = a};
	struct qe_identity id;

	if (qe_identity_parse(&id, &r, text) != 0)
		return false;
	narrow(s, id.issued, id.next_update);
	return true;
}

static bool
read_tcb(struct span *s, struct arena *a, struct str bytes)
{
	struct tdx_signed t;

	return tdx_response_split(&t, a, bytes, "tcbInfo") &&
	       narrow_tcb(s, a, t.text);
}

static bool
read_qe(struct span *s, struct arena *a, struct str bytes)
{
	struct tdx_signed t;

	return tdx_response_split(&t, a, bytes, "enclaveIdentity") &&
	       narrow_qe(s, a, t.text);
}

static bool
read_object(struct span *s, struct arena *a, struct str bytes)
{
	struct tdx_collateral c;

	return tdx_collateral_parse(&c, a, bytes, NULL) == 0 &&
	       read_list(s, a, c.root_crl) && read_list(s, a, c.pck_crl) &&
	       read_chain(s, a, c.tcb_info.chain) &&
	       narrow_tcb(s, a, c.tcb_info.text) &&
	       read_chain(s, a, c.qe_identity.chain) &&
	       narrow_qe(s, a, c.qe_identity.text);
}

static const struct {
	const char *pattern;
	bool (*read)(struct span *s, struct arena *a, struct str bytes);
} kinds[] = {
    {"amd/*/crl.der", read_list},
    {"amd/*/vcek/*/*.der", read_cert},
    {"intel/*.chain.pem", read_chain},
    {"intel/*crl*.der", read_list},
    {"intel/collateral-*.json", read_object},
    {"intel/td-qe-identity.json", read_qe},
    {"intel/tdx-tcb-*.json", read_tcb},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *
attest_file_pattern(size_t i)
{
	return i < KINDS ? kinds[i].pattern : NULL;
}

int
attest_file_validity(int64_t *from, int64_t *to, struct arena *a,
    const struct attest_file *f, struct rt_err *err)
{
	struct span s = {INT64_MIN, INT64_MAX};
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (fnmatch(kinds[i].pattern, f->path, FNM_PATHNAME) == 0)
			break;
	if (i == KINDS)
		return rt_err_set(
		    err, RT_ENOTFOUND, "%s: nothing looks for it", f->path);
	if (!kinds[i].read(&s, a, f->bytes))
		return rt_err_set(
		    err, RT_EFORMAT, "%s is not what it is named", f->path);
	*from = s.from;
	*to = s.to;
	return 0;
}
