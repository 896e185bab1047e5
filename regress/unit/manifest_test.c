/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

#include "regress/unit/unit.h"
#include "runtime/manifest/idblock.h"
#include "runtime/manifest/manifest.h"

#include "runtime/base/banned.h"

static struct arena *a;

static int
setup(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

/* building blocks of cases */
#define H1 "1111111111111111111111111111111111111111111111111111111111111111"
#define H2 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define H2_UPPER                                                               \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define M48 H1 "22222222222222222222222222222222"
#define TCB                                                                    \
	"\"MinimumTCB\":{\"BootloaderVersion\":1,\"TEEVersion\":2,"            \
	"\"SNPVersion\":3,\"MicrocodeVersion\":4}"
#define SNP_OF(tcb, rest)                                                      \
	"{" tcb ",\"ProductName\":\"Milan\",\"TrustedMeasurement\":\"" M48     \
	"\"" rest "}"
#define SNP SNP_OF(TCB, "")
#define ONE_SNP "\"ReferenceValues\":{\"snp\":[" SNP "]}"
#define COORDINATOR                                                            \
	"\"Policies\":{\"" H1                                                  \
	"\":{\"SANs\":[\"c\",\"*\"],\"Role\":\"coordinator\"}}"
#define WITH(refs) "{" COORDINATOR ",\"ReferenceValues\":" refs "}"
#define TCB_OF(v)                                                              \
	WITH("{\"snp\":[" SNP_OF("\"MinimumTCB\":{\"BootloaderVersion\":" v    \
				 ",\"TEEVersion\":0,"                          \
				 "\"SNPVersion\":0,\"MicrocodeVersion\":0}",   \
	    "") "]}")
#define TDX_OF(rtmrs, rest)                                                     \
	WITH(                                                                   \
	    "{\"tdx\":[{\"MrTd\":\"" M48 "\",\"" rtmrs "\":[\"" M48             \
	    "\",\"" M48 "\",\"" M48 "\",\"" M48                                 \
	    "\"],\"TdAttributes\":\"0000001000000000\","                        \
	    "\"Xfam\":\"e702060000000000\",\"MrSeam\":\"" M48                   \
	    "\",\"MinimumTeeTcbSvn\":\"00000000000000000000000000000000\"" rest \
	    "}]}")
#define SVNS ",\"MinimumQeSvn\":0,\"MinimumPceSvn\":0"
#define VECTOR(v)                                                              \
	"{" COORDINATOR ",\"WorkloadOwnerPubKeys\":null,"                      \
	"\"ReferenceValues\":{\"snp\":[" SNP_OF(TCB,                           \
	    ",\"GuestPolicy\":{\"SMT\":true},\"MinimumMitigationVector\":" v) "]}}"

static enum manifest_verdict
judge(struct manifest *m, struct manifest_notes *notes, const char *text)
{
	memset(notes, 0, sizeof(*notes));
	if (manifest_read(m, a, str_from(text), false, NULL) != 0)
		return MANIFEST_PARSE_ERROR;
	return manifest_validate(notes, a, m);
}

static bool
names_path(const struct manifest_notes *notes, const char *path)
{
	const struct manifest_note *n;

	VEC_FOREACH(n, &notes->v) {
		if (str_eqz(n->path, path))
			return true;
	}
	return false;
}

struct verdict_case {
	const char *name, *text;
	enum manifest_verdict want;
	const char *path; /* that must be named, or NULL */
};

static const struct verdict_case verdicts[] = {
    {"ok", "{" COORDINATOR "," ONE_SNP "}", MANIFEST_OK, NULL},
    {"no coordinator",
	"{\"Policies\":{\"" H2 "\":{\"SANs\":null}}," ONE_SNP "}",
	MANIFEST_NO_COORDINATOR, NULL},
    {"null policies", "{\"Policies\":null," ONE_SNP "}",
	MANIFEST_NO_COORDINATOR, NULL},
    {"null entry", "{\"Policies\":{\"" H2 "\":null}," ONE_SNP "}",
	MANIFEST_NO_COORDINATOR, NULL},
    {"SHA-384 key", "{\"Policies\":{\"" M48 "\":{\"SANs\":[]}}," ONE_SNP "}",
	MANIFEST_NO_COORDINATOR, NULL},
    {"no hex", "{\"Policies\":{\"zz\":{}}," ONE_SNP "}", MANIFEST_INVALID,
	"Policies[\"zz\"]"},
    {"short hash", "{\"Policies\":{\"ab\":{}}," ONE_SNP "}", MANIFEST_INVALID,
	"Policies[\"ab\"]"},
    {"role", "{\"Policies\":{\"" H2 "\":{\"Role\":\"x\"}}," ONE_SNP "}",
	MANIFEST_INVALID, "Policies[\"" H2 "\"].Role"},
    {"empty object", "{}", MANIFEST_INVALID, "ReferenceValues"},
    {"mixed",
	"{" COORDINATOR ",\"WorkloadOwnerPubKeys\":null,\"ReferenceValues\":"
	"{\"snp\":[" SNP_OF(
	    TCB, ",\"Platform\":\"metal-qemu-insecure\"") "," SNP "]}}",
	MANIFEST_INVALID, "ReferenceValues"},
    {"simulated beside snp",
	WITH("{\"snp\":[" SNP "],\"simulated\":[" SNP_OF(
	    TCB, ",\"TrustedRootSHA256\":\"" H1 "\"") "]}"),
	MANIFEST_INVALID, "ReferenceValues"},
    {"simulated",
	WITH("{\"simulated\":[" SNP_OF(
	    TCB, ",\"TrustedRootSHA256\":\"" H1 "\"") "]}"),
	MANIFEST_OK, NULL},
    {"simulated without root", WITH("{\"simulated\":[" SNP "]}"),
	MANIFEST_EXPECTED_MISSING,
	"ReferenceValues.simulated[0].TrustedRootSHA256"},
    {"tcb missing", TCB_OF("null"), MANIFEST_EXPECTED_MISSING,
	"ReferenceValues.snp[0].MinimumTCB.BootloaderVersion"},
    {"tcb 3.0", TCB_OF("3.0"), MANIFEST_OK, NULL},
    {"tcb 3e0", TCB_OF("3e0"), MANIFEST_OK, NULL},
    {"tcb 2.5e1", TCB_OF("2.5e1"), MANIFEST_OK, NULL},
    {"tcb 2.5", TCB_OF("2.5"), MANIFEST_PARSE_ERROR, NULL},
    {"tcb 256", TCB_OF("256"), MANIFEST_PARSE_ERROR, NULL},
    {"tcb -1", TCB_OF("-1"), MANIFEST_PARSE_ERROR, NULL},
    {"tcb string", TCB_OF("\"3\""), MANIFEST_PARSE_ERROR, NULL},
    {"tcb huge", TCB_OF("99999999999999999999"), MANIFEST_PARSE_ERROR, NULL},
    {"tdx", TDX_OF("Rtrms", SVNS), MANIFEST_OK, NULL},
    {"tdx other spelling", TDX_OF("Rtmrs", SVNS), MANIFEST_OK, NULL},
    {"tdx float", TDX_OF("Rtrms", ",\"MinimumQeSvn\":5.0,\"MinimumPceSvn\":0"),
	MANIFEST_PARSE_ERROR, NULL},
    {"tdx no svn", TDX_OF("Rtrms", ""), MANIFEST_INVALID,
	"ReferenceValues.tdx[0].MinimumPceSvn"},
    {"tdx format 2", TDX_OF("Rtmrs", ""), MANIFEST_OK, NULL},
    {"tdx both spellings, different", TDX_OF("Rtrms", SVNS ",\"Rtmrs\":[]"),
	MANIFEST_PARSE_ERROR, NULL},
    {"vector", VECTOR("18446744073709551615"), MANIFEST_OK, NULL},
    {"vector too long", VECTOR("18446744073709551616"), MANIFEST_PARSE_ERROR,
	NULL},
    {"vector float", VECTOR("1.0"), MANIFEST_PARSE_ERROR, NULL},
    {"vector quoted", VECTOR("\"\\u0000#18446744073709551615\""),
	MANIFEST_PARSE_ERROR, NULL},
    {"long number as key",
	"{18446744073709551615:1," COORDINATOR "," ONE_SNP "}",
	MANIFEST_PARSE_ERROR, NULL},
    {"long number unknown",
	"{\"x\":[-123456789012345678901234567890]," COORDINATOR "," ONE_SNP "}",
	MANIFEST_OK, NULL},
    {"chip id",
	"{" COORDINATOR ",\"WorkloadOwnerPubKeys\":[],\"ReferenceValues\":"
	"{\"snp\":[" SNP_OF(TCB, ",\"AllowedChipIDs\":[\"ab\"]") "]}}",
	MANIFEST_INVALID, "ReferenceValues.snp[0].AllowedChipIDs[0]"},
    {"owner digest",
	"{" COORDINATOR "," ONE_SNP ",\"WorkloadOwnerKeyDigests\":[\"00\"]}",
	MANIFEST_INVALID, "WorkloadOwnerKeyDigests[0]"},
    {"owner key",
	"{" COORDINATOR "," ONE_SNP ",\"WorkloadOwnerPubKeys\":[\"3000\"]}",
	MANIFEST_INVALID, "WorkloadOwnerPubKeys[0]"},
    {"seed share key",
	"{" COORDINATOR "," ONE_SNP
	",\"SeedshareOwnerPubKeys\":[\"30060201010201zz\"]}",
	MANIFEST_INVALID, "SeedshareOwnerPubKeys[0]"},
    {"seed share key, smallest",
	"{" COORDINATOR "," ONE_SNP
	",\"SeedshareOwnerPubKeys\":[\"3006020101020103\"]}",
	MANIFEST_OK, NULL},
    {"seed share key, more behind",
	"{" COORDINATOR "," ONE_SNP
	",\"SeedshareOwnerPubKeys\":[\"300602010102010300\"]}",
	MANIFEST_INVALID, "SeedshareOwnerPubKeys[0]"},
    {"api", "{" COORDINATOR "," ONE_SNP ",\"MinimumAPIVersion\":\"v12\"}",
	MANIFEST_OK, NULL},
    {"api 0", "{" COORDINATOR "," ONE_SNP ",\"MinimumAPIVersion\":\"v0\"}",
	MANIFEST_INVALID, "MinimumAPIVersion"},
    {"debug",
	WITH("{\"snp\":[" SNP_OF(
	    TCB, ",\"GuestPolicy\":{\"SMT\":true,\"Debug\":true}") "]}"),
	MANIFEST_INVALID, "ReferenceValues.snp[0].GuestPolicy.Debug"},
    {"abi 30",
	WITH("{\"snp\":[" SNP_OF(
	    TCB, ",\"GuestPolicy\":{\"SMT\":true,\"ABIMinor\":30}") "]}"),
	MANIFEST_INVALID, "ReferenceValues.snp[0].GuestPolicy.ABIMinor"},
    {"apeip",
	"{" COORDINATOR ",\"WorkloadOwnerPubKeys\":[],\"ReferenceValues\":"
	"{\"snp\":[" SNP_OF(TCB, ",\"APEIP\":\"abc\"") "]}}",
	MANIFEST_INVALID, "ReferenceValues.snp[0].APEIP"},
    {"any case",
	"{\"POLICIES\":{\"" H1 "\":{\"sans\":[],\"ROLE\":\"coordinator\"}},"
	"\"referencevalues\":{\"SNP\":[" SNP "]}}",
	MANIFEST_OK, NULL},
    {"twice, other case", "{" COORDINATOR "," ONE_SNP ",\"policies\":{}}",
	MANIFEST_PARSE_ERROR, NULL},
    {"twice", "{" COORDINATOR "," COORDINATOR "," ONE_SNP "}",
	MANIFEST_PARSE_ERROR, NULL},
    {"hash twice",
	"{\"Policies\":{\"" H2 "\":{},\"" H2_UPPER "\":{}}," ONE_SNP "}",
	MANIFEST_PARSE_ERROR, NULL},
    {"null", "null", MANIFEST_PARSE_ERROR, NULL},
    {"byte order mark", "\xef\xbb\xbf{" COORDINATOR "," ONE_SNP "}",
	MANIFEST_PARSE_ERROR, NULL},
    {"wrong types", "{\"Policies\":[]}", MANIFEST_PARSE_ERROR, NULL},
    {"list of numbers",
	"{" COORDINATOR "," ONE_SNP ",\"WorkloadOwnerKeyDigests\":[1]}",
	MANIFEST_PARSE_ERROR, NULL},
    {"legacy not asked for", "{\"Policies\":{\"" H1 "\":[\"a\"]}," ONE_SNP "}",
	MANIFEST_PARSE_ERROR, NULL},
};

static void
manifest_validate__verdicts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		const struct verdict_case *c = &verdicts[i];
		struct manifest_notes notes;
		struct manifest m;
		enum manifest_verdict got = judge(&m, &notes, c->text);

		if (got != c->want)
			fail_msg("%s: %s", c->name, manifest_verdict_name(got));
		if (c->path != NULL && !names_path(&notes, c->path))
			fail_msg("%s: %s is not named", c->name, c->path);
		if (c->path == NULL && notes.v.n > 0)
			fail_msg("%s: %.*s: %.*s", c->name,
			    STR_ARG(notes.v.p[0].path),
			    STR_ARG(notes.v.p[0].text));
	}
}

/* canonical(parse(canonical(m))) == canonical(m), for every readable case */
static void
manifest_write__is_stable(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		struct buf one = {0}, two = {0};
		struct manifest m, again;

		if (manifest_read(
			&m, a, str_from(verdicts[i].text), false, NULL) != 0)
			continue;
		manifest_write(&one, &m);
		assert_int_equal(
		    manifest_read(&again, a, buf_str(&one), false, NULL), 0);
		manifest_write(&two, &again);
		assert_str(buf_str(&two), buf_str(&one));
		buf_free(&one);
		buf_free(&two);
	}
}

static void
manifest_write__escapes_like_go(void **state)
{
	static const char in[] =
	    "{\"Policies\":{\"" H2_UPPER
	    "\":{\"WorkloadSecretID\":\"<a>&\\u2028\\b\\f\\n\\r\\t\\u001f"
	    "\\\"\\\\/\x7f\xc3\xa9\"}},\"ReferenceValues\":{}}";
	static const char want[] =
	    "{\n  \"Policies\": {\n    \"" H2
	    "\": {\n      \"SANs\": null,\n      \"WorkloadSecretID\": "
	    "\"\\u003ca\\u003e\\u0026\\u2028\\b\\f\\n\\r\\t\\u001f\\\"\\\\/"
	    "\x7f\xc3\xa9\"\n    }\n  },\n  \"ReferenceValues\": {},\n"
	    "  \"WorkloadOwnerKeyDigests\": null,\n"
	    "  \"SeedshareOwnerPubKeys\": null\n}\n";
	struct manifest m;
	struct buf b = {0};

	(void)state;
	assert_int_equal(manifest_read(&m, a, str_from(in), false, NULL), 0);
	assert_int_equal(m.warnings.v.n, 1);
	manifest_write(&b, &m);
	assert_strz(buf_str(&b), want);
	assert_non_null(manifest_policy_find(&m, STR(H2_UPPER)));
	assert_null(manifest_policy_find(&m, STR(H1)));
	/* what JSON cannot hold but a caller may */
	m.policies.p[0].secret_id = STR("a\xff\xe2\x80\xa9");
	b.n = 0;
	manifest_write(&b, &m);
	assert_true(
	    str_find(buf_str(&b), STR("\"a\\ufffd\\u2029\""), 0) != SIZE_MAX);
	buf_free(&b);
}

static void
manifest_read__unknown_members(void **state)
{
	struct manifest m;

	(void)state;
	assert_int_equal(
	    manifest_read(
		&m, a, STR("{\"Future\":{\"x\":1}," ONE_SNP "}"), false, NULL),
	    0);
	assert_int_equal(m.warnings.v.n, 1);
	assert_strz(m.warnings.v.p[0].path, "Future");
}

static void
manifest_read__names_the_member(void **state)
{
	struct manifest m;
	struct rt_err err = {0};

	(void)state;
	assert_int_equal(
	    manifest_read(&m, a,
		str_from(TDX_OF("Rtrms", ",\"MinimumQeSvn\":65536")), false,
		&err),
	    RT_EFORMAT);
	assert_string_equal(err.text,
	    "ReferenceValues.tdx[0].MinimumQeSvn: expected an integer from 0 "
	    "to 65535");
	assert_int_equal(
	    manifest_read(&m, a, str_from(TCB_OF("256")), false, &err),
	    RT_EFORMAT);
	assert_string_equal(err.text,
	    "ReferenceValues.snp[0].MinimumTCB.BootloaderVersion: value out "
	    "of range for uint8");
}

struct format_case {
	const char *text;
	enum manifest_format want;
};

static void
manifest_read__finds_the_format(void **state)
{
	static const struct format_case cases[] = {
	    {"{" ONE_SNP "}", MANIFEST_1_2},
	    {WITH("{\"snp\":[" SNP
		  "," SNP_OF(TCB, ",\"guestpolicy\":null") "]}"),
		MANIFEST_1_7},
	    {WITH("{\"snp\":[" SNP_OF(TCB, ",\"PlatformInfo\":{}") "]}"),
		MANIFEST_1_10},
	    {"{\"workloadownerpubkeys\":null}", MANIFEST_2},
	    {TDX_OF("Rtrms", SVNS), MANIFEST_1_2},
	    {TDX_OF("Rtmrs", SVNS), MANIFEST_1_2},
	    {TDX_OF("Rtmrs", ""), MANIFEST_2},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct manifest m;

		assert_int_equal(
		    manifest_read(&m, a, str_from(cases[i].text), false, NULL),
		    0);
		assert_string_equal(manifest_format_name(m.format),
		    manifest_format_name(cases[i].want));
	}
}

#define OLD_1                                                                  \
	"{\"Policies\":{\"" H1 "\":[\"web\",\"*\"]},\"ReferenceValues\":"      \
	"{\"SNP\":{" TCB ",\"TrustedIDKeyHashes\":[\"" M48 "\"]}},"            \
	"\"WorkloadOwnerKeyDigests\":[\"" H2 "\"]}"
#define OLD_2                                                                  \
	"{\"Policies\":{\"" H1 "\":[\"web\",\"*\"]},\"ReferenceValues\":"      \
	"{\"SNP\":{" TCB "},\"TrustedMeasurement\":\"" M48 "\"},"              \
	"\"WorkloadOwnerKeyDigests\":[\"" H2 "\"],"                            \
	"\"SeedshareOwnerPubKeys\":null}"

static void
manifest_read__legacy(void **state)
{
	struct manifest_notes notes = {0};
	struct manifest m;

	(void)state;
	assert_int_equal(manifest_read(&m, a, STR(OLD_1), true, NULL), 0);
	assert_int_equal(m.format, MANIFEST_0_2);
	assert_int_equal(m.refs.id_key_hashes.v.n, 1);
	assert_int_equal(
	    manifest_validate(&notes, a, &m), MANIFEST_NO_COORDINATOR);
	assert_int_equal(
	    manifest_convert(&m, a, MANIFEST_1_2, NULL, NULL), RT_EINVAL);
	assert_int_equal(manifest_read(&m, a, STR(OLD_2), true, NULL), 0);
	assert_int_equal(m.format, MANIFEST_0_8);
	assert_strz(m.policies.p[0].sans.v.p[0], "web");
	assert_strz(m.owner_digests.v.p[0], H2);
	assert_int_equal(
	    manifest_validate(&notes, a, &m), MANIFEST_NO_COORDINATOR);
	assert_int_equal(manifest_convert(&m, a, MANIFEST_1_10, NULL, NULL), 0);
	assert_true(m.refs.snp.p[0].guest_policy.smt);
	assert_true(m.refs.snp.p[0].platform_info.smt);
}

static void
manifest_convert__needs_owner_keys(void **state)
{
	/* any bytes do: conversion compares digests */
	struct manifest_list keys = {.set = true};
	struct str digest = rt_sha256_hex(a, STR("\x30\x00"));
	struct manifest m;
	struct rt_err err = {0};

	(void)state;
	assert_int_equal(
	    manifest_read(&m, a, STR("{" ONE_SNP "}"), false, NULL), 0);
	manifest_list_add(&m.owner_digests, a, digest);
	assert_int_equal(
	    manifest_convert(&m, a, MANIFEST_2, &keys, &err), RT_EINVAL);
	assert_int_equal(m.format, MANIFEST_1_2);
	manifest_list_add(&keys, a, STR("3001"));
	manifest_list_add(&keys, a, STR("3000"));
	assert_int_equal(manifest_convert(&m, a, MANIFEST_2, &keys, &err), 0);
	assert_int_equal(m.owner_keys.v.n, 1);
	assert_strz(m.owner_keys.v.p[0], "3000");
	assert_true(m.refs.snp.p[0].has_guest_policy);
	assert_int_equal(
	    manifest_convert(&m, a, MANIFEST_1_2, &keys, &err), RT_EINVAL);
}

static void
manifest_convert__tdx(void **state)
{
	struct manifest m;

	(void)state;
	assert_int_equal(
	    manifest_read(&m, a, str_from(TDX_OF("Rtrms", SVNS)), false, NULL),
	    0);
	assert_int_equal(manifest_convert(&m, a, MANIFEST_2, NULL, NULL), 0);
	assert_int_equal(m.warnings.v.n, 0);
	assert_int_equal(
	    manifest_read(&m, a, str_from(TDX_OF("Rtrms", SVNS)), false, NULL),
	    0);
	m.refs.tdx.p[0].qe_svn = 1;
	assert_int_equal(manifest_convert(&m, a, MANIFEST_2, NULL, NULL), 0);
	assert_int_equal(m.warnings.v.n, 1);
	m.format = MANIFEST_1_10;
	m.refs.tdx.p[0].td_attributes = STR("0000000000000000");
	assert_int_equal(
	    manifest_convert(&m, a, MANIFEST_2, NULL, NULL), RT_EINVAL);
}

static void
manifest_policy_add__keeps_order(void **state)
{
	static const char *const hashes[] = {"cc", "AA", "bb", "aa"};
	struct manifest m;
	size_t i;

	(void)state;
	manifest_init(&m, MANIFEST_1_2);
	for (i = 0; i < 4; i++)
		assert_non_null(
		    manifest_policy_add(&m, a, str_from(hashes[i])));
	assert_int_equal(m.policies.n, 3);
	assert_strz(m.policies.p[0].hash, "aa");
	assert_strz(m.policies.p[2].hash, "cc");
}

static void
manifest_words(void **state)
{
	struct manifest_guest_policy gp = {.smt = true, .abi_minor = 31};
	struct manifest_platform_info pi = {.smt = true, .tio = true};

	(void)state;
	assert_int_equal(manifest_guest_policy_word(&gp), 196639);
	gp.page_swap_disable = true;
	assert_int_equal(manifest_guest_policy_word(&gp), 196639 + (1 << 25));
	assert_int_equal(manifest_platform_info_word(&pi), 0x81);
}

static void
manifest_transition__chains(void **state)
{
	unsigned char zero[32] = {0}, out[32], want[32], both[64] = {0};

	(void)state;
	manifest_transition(out, STR("{}\n"), zero);
	rt_sha256(both, STR("{}\n"));
	rt_sha256(want, (struct str){(const char *)both, 64});
	assert_memory_equal(out, want, 32);
	manifest_transition(want, STR("{}\n"), out);
	assert_memory_not_equal(out, want, 32);
}

/* OpenSSL must accept the constant signature under the recovered key. */
static bool
verifies(const struct idblock *b)
{
	unsigned char point[97] = {4};
	unsigned char digest[48];
	static const unsigned char sig[] = {0x30, 6, 2, 1, 2, 2, 1, 1};
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;
	bool ok;

	memcpy(point + 1, b->x, 48);
	memcpy(point + 49, b->y, 48);
	SHA384(b->block, sizeof(b->block), digest);
	OSSL_PARAM_BLD_push_utf8_string(
	    bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0);
	OSSL_PARAM_BLD_push_octet_string(
	    bld, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	params = OSSL_PARAM_BLD_to_param(bld);
	ok = EVP_PKEY_fromdata_init(ctx) == 1 &&
	     EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
	EVP_PKEY_CTX_free(ctx);
	ctx = ok ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	ok =
	    ok && EVP_PKEY_verify_init(ctx) == 1 &&
	    EVP_PKEY_verify(ctx, sig, sizeof(sig), digest, sizeof(digest)) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	return ok;
}

static void
idblock_make__signature_verifies(void **state)
{
	unsigned char measurement[48];
	unsigned i;

	(void)state;
	for (i = 0; i < 8; i++) {
		struct idblock b;
		struct rt_err err = {0};

		memset(measurement, (int)(i * 37), sizeof(measurement));
		assert_int_equal(
		    idblock_make(&b, measurement, 0x30000 + i, &err), 0);
		assert_true(verifies(&b));
		assert_memory_equal(b.block, measurement, 48);
		assert_int_equal(b.block[0x58], i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(manifest_validate__verdicts),
	    cmocka_unit_test(manifest_write__is_stable),
	    cmocka_unit_test(manifest_write__escapes_like_go),
	    cmocka_unit_test(manifest_read__unknown_members),
	    cmocka_unit_test(manifest_read__names_the_member),
	    cmocka_unit_test(manifest_read__finds_the_format),
	    cmocka_unit_test(manifest_read__legacy),
	    cmocka_unit_test(manifest_convert__needs_owner_keys),
	    cmocka_unit_test(manifest_convert__tdx),
	    cmocka_unit_test(manifest_policy_add__keeps_order),
	    cmocka_unit_test(manifest_words),
	    cmocka_unit_test(manifest_transition__chains),
	    cmocka_unit_test(idblock_make__signature_verifies),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
