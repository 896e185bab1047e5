/* SPDX-License-Identifier: Apache-2.0 */
/* From a reference value of the manifest to a policy (15.2). */
#include <stddef.h>

#include "runtime/attest/tdx.h"
#include "runtime/base/encode.h"
#include "runtime/manifest/manifest.h"
#include "runtime/base/banned.h"

static int
bytes(struct str *out, struct arena *a, struct str hex, size_t len,
    const char *what, struct rt_err *err)
{
	if (rt_unhex(out, a, hex, NULL) != 0 || out->n != len)
		return rt_err_set(
		    err, RT_EINVAL, "%s is not %zu bytes in hex", what, len);
	return 0;
}

/* What an entry must have, and the field that it is for. */
static const struct {
	const char *name;
	size_t at;
	enum tdx_field field;
	const char *otherwise; /* for an entry that has none; or NULL */
} rows[] = {
    {"MrTd", offsetof(struct manifest_tdx, mr_td), TDX_MR_TD, NULL},
    {"MrSeam", offsetof(struct manifest_tdx, mr_seam), TDX_MR_SEAM, NULL},
    {"Rtmrs[0]", offsetof(struct manifest_tdx, rtmr[0]), TDX_RTMR0, NULL},
    {"Rtmrs[1]", offsetof(struct manifest_tdx, rtmr[1]), TDX_RTMR1, NULL},
    {"Rtmrs[2]", offsetof(struct manifest_tdx, rtmr[2]), TDX_RTMR2, NULL},
    {"Rtmrs[3]", offsetof(struct manifest_tdx, rtmr[3]), TDX_RTMR3, NULL},
    {"Xfam", offsetof(struct manifest_tdx, xfam), TDX_XFAM, NULL},
    {"TdAttributes", offsetof(struct manifest_tdx, td_attributes),
	TDX_TD_ATTRIBUTES, MANIFEST_TD_ATTRIBUTES},
};

static int
set_fields(struct tdx_policy *p, struct arena *a, const struct manifest_tdx *m,
    struct rt_err *err)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const void *at = (const char *)m + rows[i].at;
		struct str hex = *(const struct str *)at;
		enum tdx_field f = rows[i].field;

		if (hex.n == 0 && rows[i].otherwise != NULL)
			hex = str_from(rows[i].otherwise);
		if (bytes(&p->want[f], a, hex, tdx_fields[f].size, rows[i].name,
			err) != 0)
			return RT_EINVAL;
	}
	if (m->tee_tcb_svn.n == 0)
		return 0;
	return bytes(&p->min_tee_tcb_svn, a, m->tee_tcb_svn,
	    tdx_fields[TDX_TEE_TCB_SVN].size, "MinimumTeeTcbSvn", err);
}

static int
set_piids(struct tdx_policy *p, struct arena *a, const struct manifest_tdx *m,
    struct rt_err *err)
{
	struct str *list = ARENA_ARRAY(a, struct str, m->piids.v.n + 1);
	size_t i;

	for (i = 0; i < m->piids.v.n; i++) {
		if (bytes(&list[i], a, m->piids.v.p[i], 16,
			"an entry of AllowedPIIDs", err) != 0)
			return RT_EINVAL;
	}
	p->piids = list;
	p->npiids = m->piids.v.n;
	return 0;
}

int
tdx_policy_make(struct tdx_policy *out, struct arena *a,
    const struct manifest_tdx *m, struct rt_err *err)
{
	struct tdx_policy p = {.memory_integrity = m->memory_integrity,
	    .smt_disabled = m->smt_disabled,
	    .static_platform = m->static_platform};

	if (m->tcb_eval > UINT32_MAX)
		return rt_err_set(
		    err, RT_EINVAL, "MinTCBEvaluationDataNumber is too large");
	p.min_eval_number = (uint32_t)m->tcb_eval;
	p.min_qe_svn = (uint16_t)(m->qe_svn > 0 ? m->qe_svn : 0);
	p.min_pce_svn = (uint16_t)(m->pce_svn > 0 ? m->pce_svn : 0);
	if (set_fields(&p, a, m, err) != 0 || set_piids(&p, a, m, err) != 0)
		return RT_EINVAL;
	*out = p;
	return 0;
}
