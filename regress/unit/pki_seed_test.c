/* SPDX-License-Identifier: Apache-2.0 */
/* Seeds, what is derived from them, and signatures: coordinator 19. */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "regress/unit/unit.h"
#include "runtime/base/buf.h"
#include "runtime/base/encode.h"
#include "runtime/manifest/manifest.h"
#include "runtime/pki/derive.h"
#include "runtime/pki/key.h"
#include "runtime/pki/seed.h"
#include "runtime/pki/sign.h"

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

static struct str
unhex(const char *hex)
{
	struct str s = {"", 0};

	assert_int_equal(rt_unhex(&s, a, str_from(hex), NULL), 0);
	return s;
}

/* The bytes from `first` on. */
static struct str
run_of(unsigned char first, size_t n)
{
	char *p = arena_alloc(a, n);
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (char)(first + i);
	return (struct str){p, n};
}

static struct str
hex(struct str s)
{
	return rt_hex(a, (const unsigned char *)s.p, s.n);
}

static struct pki_seed
seed_of(struct str seed, struct str salt)
{
	struct pki_seed s = {0};

	assert_int_equal(pki_seed_read(&s, seed, salt, NULL), 0);
	return s;
}

/* 19.2 */
static struct pki_seed
normal(void)
{
	return seed_of(run_of(0, 64), run_of(0x80, 32));
}

static struct str
number(const EVP_PKEY *k)
{
	unsigned char bytes[48];
	BIGNUM *x = NULL;

	assert_int_equal(
	    EVP_PKEY_get_bn_param(k, OSSL_PKEY_PARAM_PRIV_KEY, &x), 1);
	assert_int_equal(BN_bn2binpad(x, bytes, 48), 48);
	BN_clear_free(x);
	return rt_hex(a, bytes, 48);
}

/* The public point: the end of the SubjectPublicKeyInfo. */
static struct str
point(const EVP_PKEY *k)
{
	struct str der = {"", 0};

	assert_int_equal(pki_key_public(&der, a, k, NULL), 0);
	return hex(str_sub(der, der.n - 97, der.n));
}

/* RFC 5869, A.1 */
static void
pki_hkdf__rfc5869(void **state)
{
	struct pki_secret s = {0};

	(void)state;
	assert_int_equal(
	    pki_hkdf(&s, 42,
		unhex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
		unhex("000102030405060708090a0b0c"),
		unhex("f0f1f2f3f4f5f6f7f8f9"), NULL),
	    0);
	assert_strz(hex(pki_secret_str(&s)),
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf3"
	    "4007208d5b887185865");
	pki_secret_free(&s);
	assert_null(s.p);
}

struct derived {
	const char *purpose[PKI_PURPOSES], *root, *root_point, *signing,
	    *signing_point;
};

static void
check_derived(const struct pki_seed *s, const struct derived *want)
{
	struct pki_secret got = {0};
	EVP_PKEY *k = NULL;
	int i;

	for (i = 0; i < PKI_PURPOSES; i++) {
		assert_int_equal(
		    pki_seed_derive(&got, s, (enum pki_purpose)i, NULL), 0);
		assert_strz(hex(pki_secret_str(&got)), want->purpose[i]);
		pki_secret_free(&got);
	}
	assert_int_equal(pki_seed_key(&k, s, PKI_ROOT_CA, NULL), 0);
	assert_strz(number(k), want->root);
	if (want->root_point != NULL)
		assert_strz(point(k), want->root_point);
	EVP_PKEY_free(k);
	assert_int_equal(pki_seed_key(&k, s, PKI_SIGNING, NULL), 0);
	assert_strz(number(k), want->signing);
	if (want->signing_point != NULL)
		assert_strz(point(k), want->signing_point);
	EVP_PKEY_free(k);
	assert_int_equal(pki_seed_key(&k, s, PKI_POD_STATE, NULL), RT_EINVAL);
}

/* 19.1 */
static void
pki_seed__short(void **state)
{
	static const struct derived want = {
	    .purpose = {"e8d42dc81aea4b0d0749b75004f3bb2ad35fd827e05727ac19c31e"
			"106ddc2a1f",
		"e0f4adb8326ed1bbf99b8291d7a90363113e2ac8ff9d030bcabe5e48b88bf"
		"0a6",
		"bf37eb5a0693de7fda734f4f30bcb0825dcb4173edf399b058977d9c6d7d9"
		"eab",
		"d37a2b4ab89820a3c4293ac2c7db7c1b801ec243ed8bf460513a254b06993"
		"9fa"},
	    .root = "b17a061a04d93454c9530d247b336a9112a5209da0d0199929484cba35"
		    "0d25159f2ead15d2d1334d6c908dad63ce7ee4",
	    .signing = "5a58b771eef6bd6d2967b933ef3474e71bea849fd2b900f431dafe"
		       "843d267b0b08875a95f4e442c6863663090c7c8576"};
	struct pki_seed s =
	    seed_of(unhex("ccebed634ddee7535cd593e1e200b19b780f3906d8782207fa09"
			  "c59e87a07cb3"),
		unhex("8c1b1225c5f6cb7eef6dbd8f77a1e1e149de031d6e3718e660a8b04c"
		      "8e2b0037"));

	(void)state;
	check_derived(&s, &want);
	pki_seed_free(&s);
}

/* 19.2 */
static void
pki_seed__normal(void **state)
{
	static const struct derived want = {
	    .purpose =
		{"f81c5fde31d222a06091e0806a6a8030f3826c06e0688401715352d89717"
		 "a41658e47f0eb54de25230c948f43e0a5682537cbad34572a16346801edc"
		 "8a9bd2af",
		    "6d95d475a3c9a7bc8b38230cd294f156f8d384ab551df8f8ae8470e0b1"
		    "408a4d099216b3523b8095355a47d5f14414a724924654cfeea85f3548"
		    "43cf7c631e86",
		    "efef04b30b16bde0788fd929350ab7ccfc1367c21d302903808da4170a"
		    "dabbefe3d8adecf29cf665e7ebfa5436a02453e90ea8f603e5096aa7d6"
		    "60a3db956caa",
		    "966234c81086498aba67fa6cc75a63e2b04c20a5955c8cfd31323546cb"
		    "bb338ca54bb68a25661ed28297debc771872ba2317db17eb8d3a8e011a"
		    "b3cbdb4524d3"},
	    .root = "514ddeec4fdd0ef307ce60950e74d131836b775b3a076d25c1d02ccbca"
		    "e37ce022552e596a83182618adaeb025ab0b41",
	    .root_point =
		"048927d996eb242d6d6a894919fdc20da80ced7fea4df093f60770ae3e518e"
		"20a708d7c812ca5b67c4d6a7885a1f814c4307e404840bba9f1cc90483f7bc"
		"3cc5507e3cf72e1b97a4c87bffbaa001f42aceb4eb72eae8d2deb78ae180db"
		"8274ec8a",
	    .signing = "d6a5a0c06cbe8c2d5095168887b37db1c48452cfb9ad1e6964c421"
		       "63a4660266bdf1817c44d6889e83745ac430464922",
	    .signing_point =
		"042b7cb32b5c2c31cb4fc42f298ea42071c97c1e829f6834ddf1b3c2938cf4"
		"42f0789f3ccf9fe15af8b053bfcb6f76f215da0d402bd1056f64ae1cb3faf8"
		"4d0c82c3f7d5a18f76d7270b0beeea55b9e93b10aab9c80402229f608cecce"
		"596e1f77"};
	struct pki_seed s = normal();

	(void)state;
	check_derived(&s, &want);
	pki_seed_free(&s);
}

static void
check_workload(const struct pki_seed *s, const char *id, const char *want)
{
	struct pki_secret got = {0};

	assert_int_equal(pki_seed_workload(&got, s, str_from(id), NULL), 0);
	assert_strz(hex(pki_secret_str(&got)), want);
	pki_secret_free(&got);
}

static void
pki_seed_workload__vectors(void **state)
{
	struct pki_seed s =
	    seed_of(unhex("9c7f285a46704602f8b6d9d4a89193579a979f144a9d8733fddd"
			  "4f2bbcecd77f"),
		unhex("6227b2cae740349beaff040af74aa1566ac330e9b54ce0e58f8d5ee4"
		      "7281745a"));
	struct pki_secret none = {0};

	(void)state;
	check_workload(&s, "workload-1",
	    "87668b2d30e7538b5643e42bcc0f1a7b532833f47fcd1293f779d9f2abf9e708");
	check_workload(&s, "emoji-pod ",
	    "345f575cdd9fa8fbe61d35186266aaadd440a06db34beb52d85e3b678dc29e01");
	check_workload(&s, "   ",
	    "4874199bd19baf510bc5a5c71918c5263be4fb870efcf1bdd73e17249e3cb385");
	check_workload(&s, "12345",
	    "c5dfeb23e39da9807d6260e6825d8367b47052fcb6bb4c79624fc5936921a0d0");
	assert_int_equal(
	    pki_seed_workload(&none, &s, STR(""), NULL), RT_EINVAL);
	assert_null(none.p);
	pki_seed_free(&s);
	s = normal();
	check_workload(&s, "web",
	    "e0226f75dd042a380f099c00151442aae9e902bd19875c53bed76ad1c5fe82ec29"
	    "792361c536b787399e6a9397b561ac334070f392f5f6742a5ec72c1036b2de");
	check_workload(&s, "1_vault_unsealing",
	    "1ea2f931bc402afb91f87d86bf250ddc3f54dc01f8bc4c519604924d8777ce3101"
	    "eb6aad563754f55c097cbb709509b85ce3999ed17a8dffa10e8afdf06e20ab");
	pki_seed_free(&s);
}

/* The ciphertext of 19.2, made with the key. */
static void
pki_seed_transit__vector(void **state)
{
	struct pki_seed s = normal();
	struct pki_secret key = {0};
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char out[12 + 5 + 16];
	struct buf b = {0};
	int n = 0;

	(void)state;
	assert_int_equal(
	    pki_seed_transit(&key, &s, STR("vault_unsealing"), 1, NULL), 0);
	assert_int_equal(key.n, PKI_TRANSIT_KEY_LEN);
	memcpy(out, run_of(0, 12).p, 12);
	assert_int_equal(
	    EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), key.p, out, NULL), 1);
	assert_int_equal(EVP_EncryptUpdate(ctx, out + 12, &n,
			     (const unsigned char *)"hello", 5),
	    1);
	assert_int_equal(EVP_EncryptFinal_ex(ctx, out + 17, &n), 1);
	assert_int_equal(
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + 17), 1);
	rt_base64(&b, (struct str){(const char *)out, sizeof(out)});
	assert_strz(
	    buf_str(&b), "AAECAwQFBgcICQoLJCGTVjLC2f+QAlZ24mStRCrz72ZD");
	buf_free(&b);
	EVP_CIPHER_CTX_free(ctx);
	pki_secret_free(&key);
	assert_int_equal(
	    pki_seed_transit(&key, &s, STR(""), 1, NULL), RT_EINVAL);
	pki_seed_free(&s);
}

static void
pki_seed_read__lengths(void **state)
{
	static const struct {
		size_t seed, salt;
		int rc;
	} cases[] = {{31, 32, RT_EINVAL}, {32, 32, 0}, {1024, 32, 0},
	    {1025, 32, RT_EINVAL}, {64, 31, RT_EINVAL}, {64, 33, RT_EINVAL},
	    {0, 32, RT_EINVAL}, {64, 0, RT_EINVAL}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_seed s = {0};
		EVP_PKEY *k = NULL;

		assert_int_equal(pki_seed_read(&s, run_of(7, cases[i].seed),
				     run_of(9, cases[i].salt), NULL),
		    cases[i].rc);
		if (cases[i].rc == 0)
			assert_int_equal(
			    pki_seed_key(&k, &s, PKI_SIGNING, NULL), 0);
		else
			assert_null(s.seed.p);
		EVP_PKEY_free(k);
		pki_seed_free(&s);
	}
}

static void
pki_seed_new__draws(void **state)
{
	static const unsigned char zero[PKI_SALT_LEN];
	struct pki_seed one = {0}, two = {0};
	bool locked;

	(void)state;
	assert_int_equal(pki_secret_init(&locked, NULL), 0);
	assert_int_equal(pki_seed_new(&one, NULL), 0);
	assert_int_equal(pki_seed_new(&two, NULL), 0);
	assert_int_equal(one.seed.n, PKI_SEED_LEN);
	assert_true(CRYPTO_secure_allocated(one.seed.p));
	assert_true(pki_seed_equal(&one, &one));
	assert_false(pki_seed_equal(&one, &two));
	assert_memory_not_equal(one.salt, zero, sizeof(zero));
	pki_seed_free(&one);
	pki_seed_free(&two);
	assert_memory_equal(one.salt, zero, sizeof(zero));
}

/* Limits of c2sp.org/det-keygen and of the private number. */
static void
pki_det_p384__refuses(void **state)
{
	static const char order[] =
	    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf58"
	    "1a0db248b0a77aecec196accc52973";
	EVP_PKEY *k = NULL;

	(void)state;
	assert_int_equal(pki_det_p384(&k, run_of(0, 15), NULL), RT_EINVAL);
	assert_int_equal(
	    pki_key_from_scalar(&k, NID_secp384r1, unhex(order), NULL),
	    RT_ECRYPTO);
	assert_int_equal(
	    pki_key_from_scalar(&k, NID_secp384r1, unhex("00"), NULL),
	    RT_ECRYPTO);
	assert_null(k);
	assert_int_equal(pki_det_p384(&k, run_of(0, 16), NULL), 0);
	assert_int_equal(pki_key_curve(k), NID_secp384r1);
	EVP_PKEY_free(k);
}

/* 19.5 */
#define FIRST "e03a1aa08ae3bffda47fbff9e6c8c2e0b4de481857d1cfccc85e9660561c5fb1"

static void
first_transition(unsigned char out[SHA256_LEN])
{
	static const unsigned char zero[SHA256_LEN];

	manifest_transition(out, STR("{\"Policies\":{}}\n"), zero);
	assert_strz(rt_hex(a, out, SHA256_LEN), FIRST);
}

static void
pki_latest__vector(void **state)
{
	struct str sig =
	    unhex("3066023100f87bb682c663e6ff454e4ef77ce3373dc90364088571723e3c"
		  "4de7e82faba91aa25075dab6631c29f236bee22aa03f5d0231008c8e844b"
		  "85adc352f14c9795e89a2b19985f91f4a8da601631d6be828a4b57b51ace"
		  "ec9606ec4ceb8eab51f98bb253ed");
	unsigned char hash[SHA256_LEN];
	struct pki_seed s = normal();
	struct rt_err err = {0};
	EVP_PKEY *k = NULL, *other = NULL;
	struct str made;

	(void)state;
	first_transition(hash);
	assert_int_equal(pki_seed_key(&k, &s, PKI_SIGNING, NULL), 0);
	assert_int_equal(pki_seed_key(&other, &s, PKI_ROOT_CA, NULL), 0);
	assert_int_equal(pki_latest_verify(k, hash, sig, NULL), 0);
	assert_int_equal(pki_latest_sign(&made, a, k, hash, NULL), 0);
	assert_int_equal(pki_latest_verify(k, hash, made, NULL), 0);
	assert_int_equal(
	    pki_latest_verify(other, hash, made, &err), RT_EVERIFY);
	assert_string_equal(err.text, "latest transition signature is invalid");
	assert_int_equal(
	    pki_latest_verify(k, hash, str_sub(made, 0, made.n - 1), NULL),
	    RT_EVERIFY);
	assert_int_equal(pki_latest_verify(k, hash, STR(""), NULL), RT_EVERIFY);
	hash[0] ^= 1;
	assert_int_equal(pki_latest_verify(k, hash, made, NULL), RT_EVERIFY);
	EVP_PKEY_free(k);
	EVP_PKEY_free(other);
	pki_seed_free(&s);
}

static void
pki_transition__vector(void **state)
{
	struct str sig =
	    unhex("3064023010826561a40733e5d80ea53dadbba038fc659298909f1761d1e3"
		  "4ddfcc5412c53869bcc575d53702978c2d23128f1bf1023062a6043e316e"
		  "6124fdc7ccdd0986922d3167be800a1fc881f6184b6e54817e6a8241389a"
		  "8e8142cc372d231f7ac476f9");
	unsigned char hash[SHA256_LEN], other[SHA256_LEN] = {0};
	struct str der, made, owners[2];
	EVP_PKEY *k = NULL, *rsa = EVP_RSA_gen(2048);

	(void)state;
	first_transition(hash);
	assert_int_equal(
	    pki_key_from_scalar(&k, NID_secp384r1, unhex("01"), NULL), 0);
	assert_int_equal(pki_key_public(&der, a, k, NULL), 0);
	assert_strz(rt_sha256_hex(a, der),
	    "29f8fe74f38c49d49810cec736a26732a30bff2e64827b709a1c63340d4f7181");
	assert_strz(rt_sha256_hex(a, pki_transition_prepare(a, hash)),
	    "b21f828e0e59b7e17f2c02abe4956925cbddf9dbc307fe953ba279c80e4e3321");
	owners[0] = STR("00");
	owners[1] = hex(der);
	assert_int_equal(pki_transition_verify(owners, 2, hash, sig, NULL), 0);
	assert_int_equal(pki_transition_sign(&made, a, k, hash, NULL), 0);
	assert_int_equal(pki_transition_verify(owners, 2, hash, made, NULL), 0);
	assert_int_equal(
	    pki_transition_verify(owners, 1, hash, made, NULL), RT_EVERIFY);
	assert_int_equal(
	    pki_transition_verify(NULL, 0, hash, made, NULL), RT_EVERIFY);
	assert_int_equal(
	    pki_transition_verify(owners, 2, other, made, NULL), RT_EVERIFY);
	/* the signature of `latest` is another thing */
	assert_int_equal(pki_latest_verify(k, hash, made, NULL), RT_EVERIFY);
	assert_int_equal(
	    pki_transition_sign(&made, a, rsa, hash, NULL), RT_ECRYPTO);
	EVP_PKEY_free(k);
	EVP_PKEY_free(rsa);
}

static void
pki_secret__limits(void **state)
{
	struct pki_secret s = {0};

	(void)state;
	assert_int_equal(pki_secret_new(&s, 0, NULL), RT_EINVAL);
	assert_int_equal(
	    pki_secret_new(&s, PKI_SECRET_MAX + 1, NULL), RT_EINVAL);
	assert_null(s.p);
	assert_int_equal(pki_secret_copy(&s, STR("abc"), NULL), 0);
	assert_true(pki_secret_equal(&s, STR("abc")));
	assert_false(pki_secret_equal(&s, STR("abd")));
	assert_false(pki_secret_equal(&s, STR("ab")));
	pki_secret_free(&s);
	pki_secret_free(&s);
}

/* The heap is bounded: the end of it is an error, not a crash. */
static void
pki_secret__used_up(void **state)
{
	static struct pki_secret all[PKI_SECRET_HEAP / PKI_SECRET_MAX + 1];
	size_t i, n = 0;
	int rc = 0;

	(void)state;
	while (rc == 0 && n < sizeof(all) / sizeof(all[0])) {
		rc = pki_secret_new(&all[n], PKI_SECRET_MAX, NULL);
		n += rc == 0;
	}
	assert_int_equal(rc, RT_ELIMIT);
	for (i = 0; i < n; i++)
		pki_secret_free(&all[i]);
	assert_int_equal(pki_secret_new(&all[0], 1, NULL), 0);
	pki_secret_free(&all[0]);
}

/* PEM both ways: mesh CA keys of peers, keys of workloads. */
static void
pki_key_pem__labels(void **state)
{
	struct pki_secret sec1 = {0}, pkcs8 = {0};
	EVP_PKEY *k = NULL;

	(void)state;
	assert_int_equal(pki_key_new(&k, NID_secp384r1, NULL), 0);
	assert_int_equal(pki_key_pem(&sec1, k, NULL), 0);
	assert_int_equal(pki_key_pkcs8_pem(&pkcs8, k, NULL), 0);
	assert_true(str_starts(
	    pki_secret_str(&sec1), STR("-----BEGIN EC PRIVATE KEY-----\n")));
	assert_true(str_starts(
	    pki_secret_str(&pkcs8), STR("-----BEGIN PRIVATE KEY-----\n")));
	pki_secret_free(&sec1);
	pki_secret_free(&pkcs8);
	EVP_PKEY_free(k);
	assert_int_equal(pki_key_new(&k, NID_sha256, NULL), RT_ECRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pki_hkdf__rfc5869),
	    cmocka_unit_test(pki_seed__short),
	    cmocka_unit_test(pki_seed__normal),
	    cmocka_unit_test(pki_seed_workload__vectors),
	    cmocka_unit_test(pki_seed_transit__vector),
	    cmocka_unit_test(pki_seed_read__lengths),
	    cmocka_unit_test(pki_seed_new__draws),
	    cmocka_unit_test(pki_det_p384__refuses),
	    cmocka_unit_test(pki_latest__vector),
	    cmocka_unit_test(pki_transition__vector),
	    cmocka_unit_test(pki_secret__limits),
	    cmocka_unit_test(pki_secret__used_up),
	    cmocka_unit_test(pki_key_pem__labels),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
