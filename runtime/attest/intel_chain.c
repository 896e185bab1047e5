/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intel's certificates (11.1): PCK chains and the chains of those who sign
 * collateral.  The tree is small and fixed, so a chain is checked against
 * what it must be, not searched for.
 */
#include <ctype.h>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/banned.h"

#define CN_MAX 64

static const char *const names[][2] = {
    [INTEL_ROOT] = {"Intel SGX Root CA", NULL},
    [INTEL_CA] = {"Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA"},
    [INTEL_LEAF] = {"Intel SGX PCK Certificate", NULL},
    [INTEL_SIGNER] = {"Intel SGX TCB Signing", NULL},
};

/* What all subjects have beside the common name. */
static const struct {
	int nid;
	struct str value;
} company[] = {
    {NID_countryName, STR_INIT("US")},
    {NID_stateOrProvinceName, STR_INIT("CA")},
    {NID_localityName, STR_INIT("Santa Clara")},
    {NID_organizationName, STR_INIT("Intel Corporation")},
};
#define NCOMPANY (sizeof(company) / sizeof(company[0]))

/* The bytes of the only attribute of this kind; empty: none, or several. */
static struct str
attribute(const X509_NAME *name, int nid)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	const ASN1_STRING *s;

	if (at < 0 || X509_NAME_get_index_by_NID(name, nid, at) >= 0)
		return (struct str){NULL, 0};
	s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	return (struct str){(const char *)ASN1_STRING_get0_data(s),
	    (size_t)ASN1_STRING_length(s)};
}

static bool
has_name(const X509 *x, enum intel_cert kind)
{
	const X509_NAME *n = X509_get_subject_name(x);
	struct str cn = attribute(n, NID_commonName);
	size_t i;

	if (X509_NAME_entry_count(n) != (int)NCOMPANY + 1 || cn.n == 0)
		return false;
	for (i = 0; i < NCOMPANY; i++) {
		if (!str_eq(attribute(n, company[i].nid), company[i].value))
			return false;
	}
	return str_eqz(cn, names[kind][0]) ||
	       (names[kind][1] != NULL && str_eqz(cn, names[kind][1]));
}

const char *
intel_ca_name(const X509 *ca)
{
	struct str cn = attribute(X509_get_subject_name(ca), NID_commonName);

	return str_eqz(cn, names[INTEL_CA][1]) ? "processor" : "platform";
}

/* X.509 v3, ECDSA with SHA-256, no critical extension that is not known. */
static bool
has_profile(X509 *x, enum intel_cert kind)
{
	return X509_get_version(x) == 2 &&
	       X509_get_signature_nid(x) == NID_ecdsa_with_SHA256 &&
	       (X509_get_extension_flags(x) &
		   (EXFLAG_INVALID | EXFLAG_CRITICAL)) == 0 &&
	       has_name(x, kind);
}

/* Only blocks, line breaks and one NUL at the end (11.1). */
static bool
is_plain(struct str pem)
{
	static const struct str tail = STR_INIT(" CERTIFICATE-----");
	size_t i;

	for (i = 0; i < pem.n; i++) {
		unsigned char c = (unsigned char)pem.p[i];

		if (c == ' ' && str_starts(str_sub(pem, i, pem.n), tail))
			continue;
		if (isalnum(c) == 0 && strchr("+/=-\r\n", c) == NULL)
			return false;
		if (c == '\0')
			return false;
	}
	return true;
}

static int
read_pem(struct intel_chain *out, struct attest_result *r, struct str pem,
    const struct intel_check *c)
{
	if (pem.n > ATTEST_CHAIN_MAX)
		return attest_reject(
		    r, c->codes->parse, "chain of %zu bytes", pem.n);
	if (pem.n > 0 && pem.p[pem.n - 1] == '\0')
		pem.n--;
	if (is_plain(pem))
		out->n = attest_x509_pem(out->x, INTEL_CHAIN_MAX, pem);
	if (out->n != c->n)
		return attest_reject(r, c->codes->parse,
		    "not %zu PEM certificates and nothing else", c->n);
	return 0;
}

static int
check_profiles(const struct intel_chain *ch, struct attest_result *r,
    const struct intel_check *c)
{
	size_t i;

	for (i = 0; i < ch->n; i++) {
		if (!has_profile(ch->x[i], c->kinds[i]))
			return attest_reject(r, c->codes->profile,
			    "certificate %zu is not %s", i + 1,
			    names[c->kinds[i]][0]);
	}
	return 0;
}

/* Intel has issued its root anew: the key counts. */
static int
check_root(const struct intel_chain *ch, struct attest_result *r,
    const struct intel_check *c)
{
	X509 *root = attest_x509_parse(c->root);
	X509 *last = ch->x[ch->n - 1];
	bool same =
	    root != NULL && X509_get0_pubkey(last) != NULL &&
	    EVP_PKEY_eq(X509_get0_pubkey(root), X509_get0_pubkey(last)) == 1;

	X509_free(root);
	if (!same)
		return attest_reject(
		    r, c->codes->root, "the root has another key");
	return 0;
}

static bool
is_ca(X509 *x)
{
	return X509_check_ca(x) == 1 &&
	       (X509_get_key_usage(x) & KU_KEY_CERT_SIGN) != 0;
}

static int
check_signatures(const struct intel_chain *ch, struct attest_result *r,
    const struct intel_check *c)
{
	size_t i;

	for (i = 0; i < ch->n; i++) {
		X509 *issuer = ch->x[i + 1 < ch->n ? i + 1 : i];

		if (X509_NAME_cmp(X509_get_issuer_name(ch->x[i]),
			X509_get_subject_name(issuer)) != 0 ||
		    !attest_x509_signed_by(ch->x[i], issuer))
			return attest_reject(r, c->codes->chain,
			    "certificate %zu is not signed by its issuer",
			    i + 1);
	}
	for (i = 1; i < ch->n; i++) {
		if (!is_ca(ch->x[i]))
			return attest_reject(r, c->codes->chain,
			    "certificate %zu is no CA", i + 1);
	}
	return 0;
}

static int
check_times(const struct intel_chain *ch, struct attest_result *r,
    const struct intel_check *c)
{
	int64_t from, to;
	size_t i;

	for (i = 0; i < ch->n; i++) {
		if (!attest_x509_validity(&from, &to, ch->x[i]) ||
		    !attest_in_time(c->env, c->now, from, to))
			return attest_reject(r, c->codes->time,
			    "certificate %zu is not valid now", i + 1);
	}
	return 0;
}

int
intel_chain_read(struct intel_chain *out, struct attest_result *r,
    struct str pem, const struct intel_check *c)
{
	struct intel_chain ch = {0};

	if (read_pem(&ch, r, pem, c) == 0 && check_profiles(&ch, r, c) == 0 &&
	    check_root(&ch, r, c) == 0 && check_signatures(&ch, r, c) == 0 &&
	    check_times(&ch, r, c) == 0) {
		*out = ch;
		return 0;
	}
	intel_chain_free(&ch);
	return RT_EVERIFY;
}

void
intel_chain_free(struct intel_chain *c)
{
	attest_x509_free(c->x, c->n);
	c->n = 0;
}
