/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges the certificate of a peer: what it is made of, then each attestation
 * document in it until one is accepted.  Everything but an acceptance refuses.
 */
#include <stdio.h>
#include <string.h>

#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

/* What validators said, one after another. */
struct verdict {
	char text[400];
	size_t n, refusals;
};

static int
refuse(struct rt_err *err, const char *why)
{
	return rt_err_set(
	    err, RT_EVERIFY, "the peer's certificate is refused: %s", why);
}

/*
 * The certificate against itself as the only anchor.  That the peer holds the
 * key is proved by the handshake.
 */
static int
check(X509 *x, struct rt_err *err)
{
	EVP_PKEY *k = X509_get0_pubkey(x);

	if (atls_key_digest(k) == NULL)
		return refuse(err, "its key is of no accepted kind");
	if (X509_get_ext_count(x) > ATLS_EXT_MAX)
		return refuse(err, "it has too many extensions");
	if (X509_cmp_current_time(X509_get0_notBefore(x)) >= 0)
		return refuse(err, "it is not valid yet");
	if (X509_cmp_current_time(X509_get0_notAfter(x)) <= 0)
		return refuse(err, "it is no longer valid");
	if (X509_verify(x, k) != 1)
		return refuse(err, "it is not signed with its own key");
	return 0;
}

static void
note(struct verdict *v, const char *text)
{
	size_t room = sizeof(v->text) - v->n;
	int n = snprintf(
	    v->text + v->n, room, "%s%s", v->refusals == 0 ? "" : "; ", text);

	v->refusals++;
	if (n > 0)
		v->n += (size_t)n < room ? (size_t)n : room - 1;
}

/* Is this extension evidence that the party accepts? */
static bool
accepts(struct verdict *v, struct atls_conn *c, X509_EXTENSION *e,
    const unsigned char data[ATLS_REPORT_DATA_LEN])
{
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(e);
	struct str doc = {(const char *)ASN1_STRING_get0_data(value),
	    (size_t)ASN1_STRING_length(value)};
	char oid[ATLS_OID_MAX];
	struct rt_err err = {0};
	int n = OBJ_obj2txt(oid, sizeof(oid), X509_EXTENSION_get_object(e), 1);
	int r;

	if (n <= 0 || (size_t)n >= sizeof(oid))
		return false; /* longer than any that is known */
	if (doc.n > ATLS_DOC_MAX) {
		note(v, "an extension is larger than any attestation document");
		return false;
	}
	r = c->us.validate(
	    c->us.validate_arg, oid, doc, data, c->deadline, &err);
	if (r == 0)
		memcpy(c->oid, oid, sizeof(c->oid));
	else if (r != RT_ENOTFOUND)
		note(v, err.code == 0 ? "refused" : err.text);
	return r == 0;
}

static int
refuse_all(
    const struct atls_conn *c, const struct verdict *v, struct rt_err *err)
{
	char hex[2 * ATLS_NONCE_LEN + 1];

	atls_nonce_hex(hex, c->ours);
	return rt_err_set(err, RT_EVERIFY,
	    "the peer's evidence is refused (nonce %s): %s", hex,
	    v->refusals == 0 ? "no valid attestation extensions" : v->text);
}

int
atls_judge_evidence(struct atls_conn *c, X509 *x, struct rt_err *err)
{
	unsigned char data[ATLS_REPORT_DATA_LEN];
	struct verdict v = {0};
	int r, i;

	c->spki.n = 0;
	r = atls_cert_spki(&c->spki, x, err);
	if (r == 0)
		r = atls_report_data(data, buf_str(&c->spki), c->ours, err);
	if (r != 0 || c->us.validate == NULL)
		return r;
	for (i = 0; i < X509_get_ext_count(x); i++)
		if (accepts(&v, c, X509_get_ext(x, i), data))
			return 0;
	return refuse_all(c, &v, err);
}

int
atls_judge(struct atls_conn *c, X509 *x, struct rt_err *err)
{
	int r = check(x, err);

	return r != 0 ? r : atls_judge_evidence(c, x, err);
}
