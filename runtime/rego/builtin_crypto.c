/* SPDX-License-Identifier: Apache-2.0 */
/* Digests (rego 9.6), with OpenSSL. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "runtime/rego/builtin_int.h"
#include "runtime/base/banned.h"

static rv
hex(struct rego_call *c, const unsigned char *p, unsigned n)
{
	struct buf *b = rego_text(c);
	unsigned i;

	for (i = 0; i < n; i++)
		buf_printf(b, "%02x", p[i]);
	return rego_text_done(c, b);
}

static rv
digest(struct rego_call *c, const EVP_MD *md)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!rego_want_string(c, 0))
		return RV_UNDEFINED;
	if (EVP_Digest(rego_str(c, 0).p, rego_str(c, 0).n, out, &n, md, NULL) !=
	    1)
		return rego_fail(c, REGO_EBUILTIN, "digest not available");
	return hex(c, out, n);
}

static rv
hmac(struct rego_call *c, const EVP_MD *md)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct str s, key;

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	s = rego_str(c, 0);
	key = rego_str(c, 1);
	if (HMAC(md, key.p, (int)key.n, (const unsigned char *)s.p, s.n, out,
		&n) == NULL)
		return rego_fail(c, REGO_EBUILTIN, "digest not available");
	return hex(c, out, n);
}

rv
rego_fn_crypto_md5(struct rego_call *c)
{
	return digest(c, EVP_md5());
}

rv
rego_fn_crypto_sha1(struct rego_call *c)
{
	return digest(c, EVP_sha1());
}

rv
rego_fn_crypto_sha256(struct rego_call *c)
{
	return digest(c, EVP_sha256());
}

rv
rego_fn_crypto_hmac_md5(struct rego_call *c)
{
	return hmac(c, EVP_md5());
}

rv
rego_fn_crypto_hmac_sha1(struct rego_call *c)
{
	return hmac(c, EVP_sha1());
}

rv
rego_fn_crypto_hmac_sha256(struct rego_call *c)
{
	return hmac(c, EVP_sha256());
}

rv
rego_fn_crypto_hmac_sha512(struct rego_call *c)
{
	return hmac(c, EVP_sha512());
}

rv
rego_fn_crypto_hmac_equal(struct rego_call *c)
{
	struct str a, b;

	if (!rego_want_strings(c, 2))
		return RV_UNDEFINED;
	a = rego_str(c, 0);
	b = rego_str(c, 1);
	return rv_bool(a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}
