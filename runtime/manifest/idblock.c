/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

#include "runtime/manifest/idblock.h"
#include "runtime/base/banned.h"

#define NUMBER_LEN 72 /* little-endian numbers of the structures */
#define COORD_LEN 48

/* The constant signature. */
enum { SIG_R = 2, SIG_S = 1 };

static void
put_le(unsigned char *p, uint64_t n, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++, n >>= 8)
		p[i] = (unsigned char)n;
}

static void
make_block(unsigned char b[IDBLOCK_LEN], const unsigned char *measurement,
    uint64_t policy)
{
	memset(b, 0, IDBLOCK_LEN);
	memcpy(b, measurement, IDBLOCK_MEASUREMENT_LEN);
	b[0x30] = 1;            /* family */
	b[0x40] = 2;            /* image */
	put_le(b + 0x50, 1, 4); /* version */
	put_le(b + 0x54, 2, 4); /* guest SVN */
	put_le(b + 0x58, policy, 8);
}

/*
 * The key with which (r, s) is a signature of z, for the point R with x = r
 * and the given parity of y: (s R - z G) / r.
 */
static bool
recover(
    const EC_GROUP *g, EC_POINT *q, const BIGNUM *z, int parity, BN_CTX *ctx)
{
	EC_POINT *point = EC_POINT_new(g);
	BIGNUM *r = BN_CTX_get(ctx);
	BIGNUM *s = BN_CTX_get(ctx);
	BIGNUM *u = BN_CTX_get(ctx);
	BIGNUM *v = BN_CTX_get(ctx);
	const BIGNUM *n = EC_GROUP_get0_order(g);
	bool ok;

	ok = point != NULL && v != NULL && BN_set_word(r, SIG_R) == 1 &&
	     BN_set_word(s, SIG_S) == 1 &&
	     EC_POINT_set_compressed_coordinates(g, point, r, parity, ctx) ==
		 1 &&
	     BN_mod_inverse(u, r, n, ctx) != NULL &&
	     BN_mod_mul(v, u, s, n, ctx) == 1 && /* of R */
	     BN_mod_mul(u, u, z, n, ctx) == 1 && BN_sub(u, n, u) == 1 &&
	     EC_POINT_mul(g, q, u, point, v, ctx) == 1 &&
	     EC_POINT_is_at_infinity(g, q) == 0;
	EC_POINT_free(point);
	return ok;
}

static bool
coordinates(const EC_GROUP *g, const EC_POINT *q,
    unsigned char xy[2][COORD_LEN], BN_CTX *ctx)
{
	BIGNUM *x = BN_CTX_get(ctx);
	BIGNUM *y = BN_CTX_get(ctx);

	return y != NULL &&
	       EC_POINT_get_affine_coordinates(g, q, x, y, ctx) == 1 &&
	       BN_bn2binpad(x, xy[0], COORD_LEN) == COORD_LEN &&
	       BN_bn2binpad(y, xy[1], COORD_LEN) == COORD_LEN;
}

/* Both candidates; the smaller one, compared as big-endian numbers. */
static bool
find_key(struct idblock *out, const EC_GROUP *g, BN_CTX *ctx)
{
	unsigned char hash[SHA384_DIGEST_LENGTH];
	unsigned char xy[2][2][COORD_LEN];
	BIGNUM *z = BN_CTX_get(ctx);
	EC_POINT *q = EC_POINT_new(g);
	bool ok = z != NULL && q != NULL;
	size_t i;

	SHA384(out->block, IDBLOCK_LEN, hash);
	ok = ok && BN_bin2bn(hash, sizeof(hash), z) != NULL;
	for (i = 0; i < 2 && ok; i++)
		ok = recover(g, q, z, (int)i, ctx) &&
		     coordinates(g, q, xy[i], ctx);
	EC_POINT_free(q);
	if (!ok)
		return false;
	i = memcmp(xy[1], xy[0], sizeof(xy[0])) < 0;
	memcpy(out->x, xy[i][0], COORD_LEN);
	memcpy(out->y, xy[i][1], COORD_LEN);
	return true;
}

static void
put_reversed(unsigned char *p, const unsigned char *be)
{
	size_t i;

	for (i = 0; i < COORD_LEN; i++)
		p[i] = be[COORD_LEN - 1 - i];
}

static void
make_auth(struct idblock *out)
{
	unsigned char *key = out->auth + 0x240;

	memset(out->auth, 0, sizeof(out->auth));
	put_le(out->auth, 1, 4); /* algorithm of the ID key; no author key */
	put_le(out->auth + 0x40, SIG_R, NUMBER_LEN);
	put_le(out->auth + 0x40 + NUMBER_LEN, SIG_S, NUMBER_LEN);
	put_le(key, 2, 4); /* curve P-384 */
	put_reversed(key + 4, out->x);
	put_reversed(key + 4 + NUMBER_LEN, out->y);
	SHA384(key, IDBLOCK_KEY_LEN, out->key_digest);
}

int
idblock_make(struct idblock *out,
    const unsigned char measurement[IDBLOCK_MEASUREMENT_LEN], uint64_t policy,
    struct rt_err *err)
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(NID_secp384r1);
	BN_CTX *ctx = BN_CTX_new();
	struct idblock b;
	int rc = 0;

	make_block(b.block, measurement, policy);
	if (g == NULL || ctx == NULL) {
		rc = rt_err_set(err, RT_ECRYPTO, "P-384 is not available");
	} else {
		BN_CTX_start(ctx);
		if (!find_key(&b, g, ctx))
			rc = rt_err_set(err, RT_ECRYPTO,
			    "the key of the ID block cannot be computed");
		BN_CTX_end(ctx);
	}
	BN_CTX_free(ctx);
	EC_GROUP_free(g);
	if (rc != 0)
		return rc;
	make_auth(&b);
	*out = b;
	return 0;
}
