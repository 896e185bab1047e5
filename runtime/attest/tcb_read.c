/* SPDX-License-Identifier: Apache-2.0 */
/* Members of TCB info and QE identity (12.2, 12.3) that both have. */
#include <stdlib.h>
#include <time.h>

#include "runtime/attest/tcb_read.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

#define MODULE_STATUS                                                          \
	(1u << TCB_UP_TO_DATE | 1u << TCB_OUT_OF_DATE | 1u << TCB_REVOKED)

static const char *const names[TCB_STATUS_N] = {
    [TCB_UP_TO_DATE] = "UpToDate",
    [TCB_SW_HARDENING_NEEDED] = "SWHardeningNeeded",
    [TCB_CONFIGURATION_NEEDED] = "ConfigurationNeeded",
    [TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] =
	"ConfigurationAndSWHardeningNeeded",
    [TCB_OUT_OF_DATE] = "OutOfDate",
    [TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] = "OutOfDateConfigurationNeeded",
    [TCB_REVOKED] = "Revoked",
    [TCB_RELAUNCH_ADVISED] = "TDRelaunchAdvised",
    [TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] =
	"TDRelaunchAdvisedConfigurationNeeded",
};

const char *
tcb_status_name(enum tcb_status s)
{
	return names[s];
}

int
tcb_status_find(struct str name)
{
	int i;

	for (i = 0; i < TCB_STATUS_N; i++) {
		if (str_eqz(name, names[i]))
			return i;
	}
	return -1;
}

bool
tcb_read_fail(struct tcb_read *t, const char *name)
{
	(void)attest_reject(t->r, t->code, "%s is missing or malformed", name);
	return false;
}

bool
tcb_read_text(struct tcb_read *t, struct jv **out, struct str text)
{
	struct rt_err err = {0};

	if (text.n > ATTEST_ITEM_MAX) {
		(void)attest_reject(t->r, t->code, "%zu bytes", text.n);
		return false;
	}
	if (jv_parse(out, t->arena, text, &err) != 0) {
		(void)attest_reject(t->r, t->code, "%s", err.text);
		return false;
	}
	return jv_is(*out, JV_OBJECT) || tcb_read_fail(t, "the object");
}

bool
tcb_read_is(
    struct tcb_read *t, const struct jv *v, const char *name, const char *want)
{
	const struct jv *m = jv_get(v, str_from(name));

	return (jv_is(m, JV_STRING) && str_eqz(jv_str(m), want)) ||
	       tcb_read_fail(t, name);
}

bool
tcb_read_hex(struct tcb_read *t, struct str *out, const struct jv *v,
    const char *name, size_t n)
{
	struct str s = jv_get_str(v, str_from(name));

	return (s.n == 2 * n && rt_unhex(out, t->arena, s, NULL) == 0) ||
	       tcb_read_fail(t, name);
}

bool
tcb_read_uint(struct tcb_read *t, uint32_t *out, const struct jv *v,
    const char *name, uint32_t max)
{
	int64_t n;

	if (!jv_to_int(jv_get(v, str_from(name)), &n) || n < 0 || n > max)
		return tcb_read_fail(t, name);
	*out = (uint32_t)n;
	return true;
}

bool
tcb_read_u16(
    struct tcb_read *t, uint16_t *out, const struct jv *v, const char *name)
{
	uint32_t n;

	if (!tcb_read_uint(t, &n, v, name, UINT16_MAX))
		return false;
	*out = (uint16_t)n;
	return true;
}

/* Digits where `form` has '0', else the byte itself. */
static bool
has_form(struct str s, const char *form)
{
	size_t i;

	if (s.n != strlen(form))
		return false;
	for (i = 0; i < s.n; i++) {
		if (form[i] == '0' ? s.p[i] < '0' || s.p[i] > '9'
				   : s.p[i] != form[i])
			return false;
	}
	return true;
}

static int
number(struct str s, size_t at, size_t n)
{
	int v = 0;

	for (; n > 0; n--, at++)
		v = v * 10 + (s.p[at] - '0');
	return v;
}

bool
tcb_read_time(
    struct tcb_read *t, int64_t *out, const struct jv *v, const char *name)
{
	struct str s = jv_get_str(v, str_from(name));
	struct tm tm = {0}, again;
	time_t at;

	if (!has_form(s, "0000-00-00T00:00:00Z"))
		return tcb_read_fail(t, name);
	tm.tm_year = number(s, 0, 4) - 1900;
	tm.tm_mon = number(s, 5, 2) - 1;
	tm.tm_mday = number(s, 8, 2);
	tm.tm_hour = number(s, 11, 2);
	tm.tm_min = number(s, 14, 2);
	tm.tm_sec = number(s, 17, 2);
	again = tm;
	at = timegm(&again);
	/* 30 February would have become another day. */
	if (again.tm_mon != tm.tm_mon || again.tm_mday != tm.tm_mday ||
	    again.tm_hour != tm.tm_hour || again.tm_min != tm.tm_min ||
	    again.tm_sec != tm.tm_sec)
		return tcb_read_fail(t, name);
	*out = (int64_t)at;
	return true;
}

const struct jv *
tcb_read_array(struct tcb_read *t, const struct jv *v, const char *name)
{
	const struct jv *m = jv_get(v, str_from(name));

	if (jv_is(m, JV_ARRAY))
		return m;
	(void)tcb_read_fail(t, name);
	return NULL;
}

static bool
read_advisories(
    struct tcb_read *t, struct tcb_advisories *out, const struct jv *level)
{
	const struct jv *list = jv_getz(level, "advisoryIDs");
	size_t i;

	if (list == NULL || jv_is(list, JV_NULL))
		return true;
	if (!jv_is(list, JV_ARRAY))
		return tcb_read_fail(t, "advisoryIDs");
	for (i = 0; i < list->items.n; i++) {
		if (!jv_is(list->items.p[i], JV_STRING))
			return tcb_read_fail(t, "advisoryIDs");
		VEC_PUSH(t->arena, &out->v, jv_str(list->items.p[i]));
	}
	return true;
}

bool
tcb_read_status(struct tcb_read *t, enum tcb_status *out,
    struct tcb_advisories *advisories, const struct jv *level, uint32_t mask)
{
	int s = tcb_status_find(jv_get_str(level, STR("tcbStatus")));

	if (s < 0 || (mask & 1u << s) == 0)
		return tcb_read_fail(t, "tcbStatus");
	*out = (enum tcb_status)s;
	return read_advisories(t, advisories, level);
}

static int
newest_first(const void *a, const void *b)
{
	const struct tcb_svn_level *x = a, *y = b;

	if (x->isvsvn != y->isvsvn)
		return x->isvsvn > y->isvsvn ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

bool
tcb_read_levels(
    struct tcb_read *t, struct tcb_svn_levels *out, const struct jv *v)
{
	const struct jv *list = tcb_read_array(t, v, "tcbLevels");
	size_t i;

	for (i = 0; list != NULL && i < list->items.n; i++) {
		const struct jv *l = list->items.p[i];
		struct tcb_svn_level level = {.order = (uint32_t)i};

		if (!tcb_read_u16(
			t, &level.isvsvn, jv_getz(l, "tcb"), "isvsvn") ||
		    !tcb_read_status(
			t, &level.status, &level.advisories, l, MODULE_STATUS))
			return false;
		VEC_PUSH(t->arena, &out->v, level);
	}
	if (out->v.n > 1)
		qsort(out->v.p, out->v.n, sizeof(*out->v.p), newest_first);
	return list != NULL;
}
