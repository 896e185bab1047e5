/* SPDX-License-Identifier: Apache-2.0 */
/* VCEK and VLEK: profile and extensions (attestation 6.2, 6.3, 19.3). */
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "runtime/attest/attest_x509.h"
#include "runtime/attest/snp_int.h"
#include "runtime/pki/der.h"
#include "runtime/base/banned.h"

/* Distinguished names: these attributes in this order, then the CN. */
struct attribute {
	int nid;
	struct str value;
};
static const struct attribute amd_name[] = {
    {NID_organizationalUnitName, STR_INIT("Engineering")},
    {NID_countryName, STR_INIT("US")},
    {NID_localityName, STR_INIT("Santa Clara")},
    {NID_stateOrProvinceName, STR_INIT("CA")},
    {NID_organizationName, STR_INIT("Advanced Micro Devices")},
};
static const struct attribute simulated_name[] = {
    {NID_organizationName, STR_INIT(SNP_SIMULATED_O)},
};

/* Extensions: where the value goes, and in which certificates it is. */
enum slot {
	STRUCT_VERSION,
	PRODUCT_NAME,
	BL_SPL,
	TEE_SPL,
	SNP_SPL,
	SPL4,
	SPL5,
	SPL6,
	SPL7,
	UCODE_SPL,
	FMC_SPL,
	HWID,
	CSP_ID,
	AKI,
	MARKER,
	SLOTS
};
enum need { MAY, MUST, MUST_NOT };
#define ARC "1.3.6.1.4.1.3704.1."
static const struct {
	const char *oid;
	int8_t byte[2];  /* of the TCB word: Milan and Genoa, Turin; or -1 */
	uint8_t number;  /* an INTEGER of 0 to 255 */
	uint8_t need[2]; /* Milan and Genoa, Turin */
} slots[SLOTS] = {
    [STRUCT_VERSION] = {ARC "1", {-1, -1}, 1, {MUST, MUST}},
    [PRODUCT_NAME] = {ARC "2", {-1, -1}, 0, {MUST, MUST}},
    [BL_SPL] = {ARC "3.1", {0, 1}, 1, {MUST, MUST}},
    [TEE_SPL] = {ARC "3.2", {1, 2}, 1, {MUST, MUST}},
    [SNP_SPL] = {ARC "3.3", {6, 3}, 1, {MUST, MUST}},
    [SPL4] = {ARC "3.4", {2, -1}, 1, {MAY, MUST_NOT}},
    [SPL5] = {ARC "3.5", {3, 4}, 1, {MAY, MAY}},
    [SPL6] = {ARC "3.6", {4, 5}, 1, {MAY, MAY}},
    [SPL7] = {ARC "3.7", {5, 6}, 1, {MAY, MAY}},
    [UCODE_SPL] = {ARC "3.8", {7, 7}, 1, {MUST, MUST}},
    [FMC_SPL] = {ARC "3.9", {-1, 0}, 1, {MUST_NOT, MUST}},
    [HWID] = {ARC "4", {-1, -1}, 0, {MAY, MAY}},
    [CSP_ID] = {ARC "5", {-1, -1}, 0, {MAY, MAY}},
    [AKI] = {"2.5.29.35", {-1, -1}, 0, {MAY, MAY}},
    [MARKER] = {ATTEST_OID_SIMULATED_SNP, {-1, -1}, 0, {MAY, MAY}},
};

/* Profile */

static bool
has_attribute(const X509_NAME *name, int at, int nid, struct str value)
{
	const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, at);
	const ASN1_STRING *data = X509_NAME_ENTRY_get_data(e);
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, data);
	bool ok;

	ok = n >= 0 && OBJ_obj2nid(X509_NAME_ENTRY_get_object(e)) == nid &&
	     (value.p == NULL ||
		 str_eq((struct str){(const char *)utf8, (size_t)n}, value));
	OPENSSL_free(utf8);
	return ok;
}

bool
snp_name_is(const X509_NAME *name, struct str cn, bool simulated)
{
	const struct attribute *want = simulated ? simulated_name : amd_name;
	int n = simulated ? 1 : 5, i;

	if (X509_NAME_entry_count(name) != n + 1)
		return false;
	for (i = 0; i < n; i++) {
		if (!has_attribute(name, i, want[i].nid, want[i].value))
			return false;
	}
	return has_attribute(name, n, NID_commonName, cn);
}

static bool
is_sha384(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;

	if (alg == NULL)
		return false;
	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	return OBJ_obj2nid(oid) == NID_sha384;
}

static bool
is_mgf1_sha384(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;
	const void *value;
	X509_ALGOR *hash;
	int type;
	bool ok;

	if (alg == NULL)
		return false;
	X509_ALGOR_get0(&oid, &type, &value, alg);
	if (OBJ_obj2nid(oid) != NID_mgf1 || type != V_ASN1_SEQUENCE)
		return false;
	hash = ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR));
	ok = is_sha384(hash);
	X509_ALGOR_free(hash);
	return ok;
}

bool
snp_alg_is_pss(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;
	const void *value;
	RSA_PSS_PARAMS *p;
	int type;
	bool ok;

	X509_ALGOR_get0(&oid, &type, &value, alg);
	if (OBJ_obj2nid(oid) != NID_rsassaPss || type != V_ASN1_SEQUENCE)
		return false;
	p = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
	ok =
	    p != NULL && is_sha384(p->hashAlgorithm) &&
	    is_mgf1_sha384(p->maskGenAlgorithm) && p->saltLength != NULL &&
	    ASN1_INTEGER_get(p->saltLength) == 48 &&
	    (p->trailerField == NULL || ASN1_INTEGER_get(p->trailerField) == 1);
	RSA_PSS_PARAMS_free(p);
	return ok;
}

static bool
is_signed_with_pss(const X509 *x)
{
	const ASN1_BIT_STRING *sig;
	const X509_ALGOR *alg;

	X509_get0_signature(&sig, &alg, x);
	return snp_alg_is_pss(alg) &&
	       X509_ALGOR_cmp(alg, X509_get0_tbs_sigalg(x)) == 0;
}

static const char *
bad_critical(const X509 *x, bool simulated)
{
	char oid[80];
	bool marked = false, critical;
	int i;

	for (i = 0; i < X509_get_ext_count(x); i++) {
		X509_EXTENSION *e = X509_get_ext(x, i);

		critical = X509_EXTENSION_get_critical(e) != 0;
		if (simulated && attest_x509_ext_oid(oid, sizeof(oid), e) &&
		    strcmp(oid, ATTEST_OID_SIMULATED_SNP) == 0) {
			marked = critical && str_eq(attest_x509_ext_value(e),
						 snp_simulated_marker);
			critical = false;
		}
		if (critical)
			return "a critical extension";
	}
	return simulated && !marked ? "no marker of the simulated platform"
				    : NULL;
}

/* What is wrong with the profile, or NULL. */
static const char *
bad_profile(X509 *x, enum snp_key key, bool simulated)
{
	struct str cn = key == SNP_VLEK ? STR("SEV-VLEK") : STR("SEV-VCEK");

	if (X509_get_version(x) != X509_VERSION_3)
		return "not of version 3";
	if (!is_signed_with_pss(x))
		return "not signed with RSASSA-PSS and SHA-384";
	if (!attest_x509_has_curve(x, NID_secp384r1))
		return "its key is not on P-384";
	if (!snp_name_is(X509_get_subject_name(x), cn, simulated))
		return "subject";
	if (!snp_name_is(
		X509_get_issuer_name(x), (struct str){NULL, 0}, simulated))
		return "issuer";
	return bad_critical(x, simulated);
}

/* Extensions */

static int
find_slot(X509_EXTENSION *e, bool simulated)
{
	char oid[80];
	int i;

	if (!attest_x509_ext_oid(oid, sizeof(oid), e))
		return SLOTS;
	for (i = 0; i < SLOTS && strcmp(slots[i].oid, oid) != 0; i++)
		;
	return i == MARKER && !simulated ? SLOTS : i;
}

static bool
collect(struct str values[SLOTS], const X509 *x, bool simulated)
{
	int i, slot;

	for (i = 0; i < X509_get_ext_count(x); i++) {
		X509_EXTENSION *e = X509_get_ext(x, i);

		slot = find_slot(e, simulated);
		if (slot == SLOTS || values[slot].p != NULL)
			return false;
		values[slot] = attest_x509_ext_value(e);
		if (values[slot].p == NULL)
			values[slot].p = "";
	}
	return true;
}

/* One INTEGER of 0 to 255, minimal, and nothing after it. */
static bool
read_spl(unsigned *out, struct str der)
{
	struct str c;

	if (!der_take(&der, DER_INTEGER, &c) || der.n != 0 || c.n == 0 ||
	    c.n > 2)
		return false;
	if (c.n == 2 && (c.p[0] != 0 || (unsigned char)c.p[1] < 0x80))
		return false;
	if (c.n == 1 && (unsigned char)c.p[0] >= 0x80)
		return false;
	*out = (unsigned char)c.p[c.n - 1];
	return true;
}

#define DER_IA5 0x16

static bool
read_ia5(struct str *out, struct str der)
{
	size_t i;

	if (!der_take(&der, DER_IA5, out) || der.n != 0 || out->n == 0 ||
	    out->n > 255)
		return false;
	for (i = 0; i < out->n; i++) {
		if ((unsigned char)out->p[i] >= 0x80)
			return false;
	}
	return true;
}

static bool
read_hwid(struct str *out, struct str value, size_t len)
{
	*out = value;
	if (value.n == len)
		return true;
	return der_take(&value, DER_OCTETS, out) && value.n == 0 &&
	       out->n == len;
}

/* Numbers, and what must or must not be there. */
static bool
read_numbers(struct snp_leaf *l, const struct str values[SLOTS])
{
	int turin = l->product == SNP_TURIN, i;
	unsigned n;

	for (i = 0; i < SLOTS; i++) {
		int need = slots[i].need[turin], byte = slots[i].byte[turin];

		if (values[i].p == NULL ? need == MUST : need == MUST_NOT)
			return false;
		if (slots[i].number == 0 || values[i].p == NULL)
			continue;
		if (!read_spl(&n, values[i]))
			return false;
		if (byte >= 0)
			l->tcb |= (uint64_t)n << (8 * byte);
		if (i == STRUCT_VERSION)
			l->struct_version = n;
	}
	return true;
}

static bool
read_identity(struct snp_leaf *l, const struct str values[SLOTS])
{
	bool vcek = l->key == SNP_VCEK;

	if ((values[HWID].p != NULL) != vcek ||
	    (values[CSP_ID].p != NULL) == vcek)
		return false;
	return vcek
		   ? read_hwid(&l->hwid, values[HWID], snp_hwid_len(l->product))
		   : read_ia5(&l->csp_id, values[CSP_ID]);
}

static int
read_extensions(struct snp_leaf *l, struct attest_result *r, bool simulated)
{
	struct str values[SLOTS] = {{0}};
	size_t dash;

	if (!collect(values, l->x, simulated) ||
	    values[PRODUCT_NAME].p == NULL ||
	    !read_ia5(&l->product_name, values[PRODUCT_NAME]))
		return attest_reject(r, ATTEST_SNP_CERT_EXT,
		    "the %s has an extension too many, or no product name",
		    snp_key_name(l->key));
	dash = str_chr(l->product_name, '-', 0);
	l->product = snp_product_find(str_sub(l->product_name, 0, dash));
	if (!read_numbers(l, values) ||
	    (l->product != SNP_PRODUCT_NONE && !read_identity(l, values)))
		return attest_reject(r, ATTEST_SNP_CERT_EXT,
		    "an extension of the %s is missing or malformed",
		    snp_key_name(l->key));
	if (l->product == SNP_PRODUCT_NONE)
		return attest_reject(r, ATTEST_SNP_PRODUCT,
		    "the %s is for product %.*s", snp_key_name(l->key),
		    STR_ARG(l->product_name));
	return 0;
}

int
snp_leaf_parse(struct snp_leaf *out, struct attest_result *r, struct str der,
    enum snp_key key, bool simulated)
{
	const char *bad;

	*out = (struct snp_leaf){.key = key};
	out->x = attest_x509_parse(der);
	if (out->x == NULL)
		return attest_reject(r, ATTEST_SNP_CERT_PARSE,
		    "the %s is not one DER certificate", snp_key_name(key));
	bad = bad_profile(out->x, key, simulated);
	if (bad != NULL)
		return attest_reject(r, ATTEST_SNP_CERT_PROFILE,
		    "profile of the %s: %s", snp_key_name(key), bad);
	return read_extensions(out, r, simulated);
}

void
snp_leaf_fini(struct snp_leaf *l)
{
	X509_free(l->x);
	l->x = NULL;
}
