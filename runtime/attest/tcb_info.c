/* SPDX-License-Identifier: Apache-2.0 */
/* TCB info (12.2) and QE identity (12.3): the texts that Intel signs. */
#include <stdlib.h>

#include "runtime/attest/tcb_read.h"
#include "runtime/base/banned.h"

/* What a platform's level may say (13). */
#define PLATFORM_STATUS ((1u << (TCB_REVOKED + 1)) - 1)
#define INFO_VERSION 3
#define IDENTITY_VERSION 2

static bool
read_version(struct tcb_read *t, const struct jv *v, uint32_t want)
{
	uint32_t version;

	return tcb_read_uint(t, &version, v, "version", UINT32_MAX) &&
	       (version == want || tcb_read_fail(t, "version"));
}

static bool
read_components(
    struct tcb_read *t, uint8_t *out, const struct jv *tcb, const char *name)
{
	const struct jv *list = tcb_read_array(t, tcb, name);
	uint32_t svn = 0;
	size_t i;

	if (list == NULL)
		return false;
	if (list->items.n != TDX_COMPONENTS)
		return tcb_read_fail(t, name);
	for (i = 0; i < TDX_COMPONENTS; i++) {
		if (!tcb_read_uint(t, &svn, list->items.p[i], "svn", UINT8_MAX))
			return false;
		out[i] = (uint8_t)svn;
	}
	return true;
}

static bool
read_level(struct tcb_read *t, struct tcb_level *out, const struct jv *v)
{
	const struct jv *tcb = jv_getz(v, "tcb");

	return read_components(t, out->sgx, tcb, "sgxtcbcomponents") &&
	       read_components(t, out->tdx, tcb, "tdxtcbcomponents") &&
	       tcb_read_u16(t, &out->pce_svn, tcb, "pcesvn") &&
	       tcb_read_status(
		   t, &out->status, &out->advisories, v, PLATFORM_STATUS);
}

static int
newest_first(const void *a, const void *b)
{
	const struct tcb_level *x = a, *y = b;
	int c = memcmp(y->sgx, x->sgx, sizeof(x->sgx));

	if (c == 0 && x->pce_svn != y->pce_svn)
		c = x->pce_svn > y->pce_svn ? -1 : 1;
	if (c == 0)
		c = memcmp(y->tdx, x->tdx, sizeof(x->tdx));
	if (c == 0)
		c = x->order < y->order ? -1 : 1;
	return c;
}

static bool
read_platform_levels(
    struct tcb_read *t, struct tcb_info *out, const struct jv *v)
{
	const struct jv *list = tcb_read_array(t, v, "tcbLevels");
	size_t i;

	if (list == NULL)
		return false;
	if (list->items.n == 0)
		return tcb_read_fail(t, "tcbLevels");
	for (i = 0; i < list->items.n; i++) {
		struct tcb_level level = {.order = (uint32_t)i};

		if (!read_level(t, &level, list->items.p[i]))
			return false;
		VEC_PUSH(t->arena, &out->levels, level);
	}
	qsort(
	    out->levels.p, out->levels.n, sizeof(*out->levels.p), newest_first);
	return true;
}

static bool
read_module(struct tcb_read *t, struct tdx_module *out, const struct jv *v)
{
	return tcb_read_hex(t, &out->mr_signer, v, "mrsigner", 48) &&
	       tcb_read_hex(t, &out->attributes, v, "attributes", 8) &&
	       tcb_read_hex(t, &out->attributes_mask, v, "attributesMask", 8);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "TDX_01", any letter case; -1: another name. */
static int
module_version(struct str id)
{
	static const char prefix[] = "tdx_";
	int high, low;
	size_t i;

	if (id.n != 6)
		return -1;
	for (i = 0; i < 3; i++) {
		if ((id.p[i] | 0x20) != prefix[i])
			return -1;
	}
	high = hex_digit(id.p[4]);
	low = hex_digit(id.p[5]);
	return id.p[3] != '_' || high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool
read_modules(struct tcb_read *t, struct tcb_info *out, const struct jv *v)
{
	const struct jv *one = jv_getz(v, "tdxModule");
	const struct jv *list = jv_getz(v, "tdxModuleIdentities");
	size_t i;

	out->has_module = one != NULL;
	if (one != NULL && !read_module(t, &out->module, one))
		return false;
	if (list != NULL && !jv_is(list, JV_ARRAY))
		return tcb_read_fail(t, "tdxModuleIdentities");
	for (i = 0; list != NULL && i < list->items.n; i++) {
		const struct jv *m = list->items.p[i];
		struct tdx_module module = {0};

		if (!jv_is(jv_getz(m, "id"), JV_STRING))
			return tcb_read_fail(t, "id of a TDX module");
		module.version = module_version(jv_get_str(m, STR("id")));
		if (!read_module(t, &module, m) ||
		    !tcb_read_levels(t, &module.levels, m))
			return false;
		VEC_PUSH(t->arena, &out->modules, module);
	}
	return true;
}

int
tcb_info_parse(struct tcb_info *out, struct attest_result *r, struct str text)
{
	struct tcb_read t = {r, ATTEST_TDX_TCBINFO_FORMAT, r->arena};
	struct tcb_info info = {0};
	struct jv *v = NULL;
	uint32_t type;

	if (!tcb_read_text(&t, &v, text) || !tcb_read_is(&t, v, "id", "TDX") ||
	    !read_version(&t, v, INFO_VERSION) ||
	    !tcb_read_time(&t, &info.issued, v, "issueDate") ||
	    !tcb_read_time(&t, &info.next_update, v, "nextUpdate") ||
	    !tcb_read_hex(&t, &info.fmspc, v, "fmspc", 6) ||
	    !tcb_read_hex(&t, &info.pce_id, v, "pceId", 2) ||
	    !tcb_read_uint(&t, &type, v, "tcbType", 0) ||
	    !tcb_read_uint(&t, &info.eval_number, v, "tcbEvaluationDataNumber",
		UINT32_MAX) ||
	    !read_modules(&t, &info, v) || !read_platform_levels(&t, &info, v))
		return RT_EVERIFY;
	*out = info;
	return 0;
}

int
qe_identity_parse(
    struct qe_identity *out, struct attest_result *r, struct str text)
{
	struct tcb_read t = {r, ATTEST_TDX_QEID_FORMAT, r->arena};
	struct qe_identity id = {0};
	struct jv *v = NULL;

	if (!tcb_read_text(&t, &v, text) ||
	    !tcb_read_is(&t, v, "id", "TD_QE") ||
	    !read_version(&t, v, IDENTITY_VERSION) ||
	    !tcb_read_time(&t, &id.issued, v, "issueDate") ||
	    !tcb_read_time(&t, &id.next_update, v, "nextUpdate") ||
	    !tcb_read_uint(&t, &id.eval_number, v, "tcbEvaluationDataNumber",
		UINT32_MAX) ||
	    !tcb_read_hex(&t, &id.misc_select, v, "miscselect", 4) ||
	    !tcb_read_hex(&t, &id.misc_mask, v, "miscselectMask", 4) ||
	    !tcb_read_hex(&t, &id.attributes, v, "attributes", 16) ||
	    !tcb_read_hex(&t, &id.attributes_mask, v, "attributesMask", 16) ||
	    !tcb_read_hex(&t, &id.mr_signer, v, "mrsigner", 32) ||
	    !tcb_read_u16(&t, &id.isv_prod_id, v, "isvprodid") ||
	    !tcb_read_levels(&t, &id.levels, v))
		return RT_EVERIFY;
	*out = id;
	return 0;
}
