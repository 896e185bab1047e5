/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Intel's collateral travels: as responses of its service (12.1), as one
 * object (12.5), attached to a quote (4.4).  What is signed stays as it is.
 */
#include <stddef.h>

#include "runtime/attest/tdx.h"
#include "runtime/base/jv.h"
#include "runtime/base/banned.h"

/* Names of the object's members, ours and those of other issuers. */
static const struct {
	const char *name, *other;
	size_t at;
} members[] = {
    {"root_ca_crl", "RootCaCrl", offsetof(struct tdx_collateral, root_crl)},
    {"pck_crl", "PckCrl", offsetof(struct tdx_collateral, pck_crl)},
    {"tcb_info", "TcbInfo", offsetof(struct tdx_collateral, tcb_info.text)},
    {"tcb_info_signature", "TcbInfoSignature",
	offsetof(struct tdx_collateral, tcb_info.signature)},
    {"tcb_info_issuer_chain", "TcbInfoIssuerChain",
	offsetof(struct tdx_collateral, tcb_info.chain)},
    {"qe_identity", "QeIdentity",
	offsetof(struct tdx_collateral, qe_identity.text)},
    {"qe_identity_signature", "QeIdentitySignature",
	offsetof(struct tdx_collateral, qe_identity.signature)},
    {"qe_identity_issuer_chain", "QeIdentityIssuerChain",
	offsetof(struct tdx_collateral, qe_identity.chain)},
};
#define NMEMBERS (sizeof(members) / sizeof(members[0]))

/* Some issuers have the whole response where the signed text should be. */
static void
unwrap(struct tdx_signed *s, struct arena *a, const char *name)
{
	struct tdx_signed inner;

	if (s->signature.n == 0 && s->text.n > 0 &&
	    tdx_response_split(&inner, a, s->text, name)) {
		s->text = inner.text;
		s->signature = inner.signature;
	}
}

int
tdx_collateral_parse(struct tdx_collateral *out, struct arena *a,
    struct str json, struct rt_err *err)
{
	struct jv *v = NULL;
	size_t i;
	int rc;

	if (json.n > ATTEST_ITEM_MAX)
		return rt_err_set(
		    err, RT_ELIMIT, "collateral of %zu bytes", json.n);
	rc = jv_parse(&v, a, json, err);
	if (rc != 0)
		return rc;
	if (jv_is(jv_getz(v, "Collateral"), JV_OBJECT))
		v = jv_getz(v, "Collateral");
	if (!jv_is(v, JV_OBJECT))
		return rt_err_set(err, RT_EFORMAT, "collateral is no object");
	memset(out, 0, sizeof(*out));
	for (i = 0; i < NMEMBERS; i++) {
		struct str s = jv_get_str(v, str_from(members[i].name));

		if (s.n == 0)
			s = jv_get_str(v, str_from(members[i].other));
		*(struct str *)(void *)((char *)out + members[i].at) = s;
	}
	unwrap(&out->tcb_info, a, "tcbInfo");
	unwrap(&out->qe_identity, a, "enclaveIdentity");
	return 0;
}

struct place_of {
	const struct jv *v;
	struct loc at;
};

static void
note_place(void *arg, struct jv *v, struct loc at)
{
	struct place_of *p = arg;

	if (v == p->v)
		p->at = at;
}

bool
tdx_response_split(
    struct tdx_signed *out, struct arena *a, struct str body, const char *name)
{
	struct place_of p = {0};
	struct jv *v = NULL;

	if (body.n > ATTEST_ITEM_MAX || jv_parse(&v, a, body, NULL) != 0)
		return false;
	p.v = jv_get(v, str_from(name));
	if (!jv_is(p.v, JV_OBJECT) ||
	    !jv_is(jv_getz(v, "signature"), JV_STRING))
		return false;
	jv_places(v, source_new(a, STR("response"), body), note_place, &p);
	if (p.at.source == NULL)
		return false;
	*out = (struct tdx_signed){.text = loc_text(p.at),
	    .signature = jv_get_str(v, STR("signature"))};
	return true;
}
