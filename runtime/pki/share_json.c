/* SPDX-License-Identifier: Apache-2.0 */
/* The file seed-shares.json. */
#include "runtime/base/encode.h"
#include "runtime/base/jv.h"
#include "runtime/pki/share.h"

#include "runtime/base/banned.h"

static void
put_base64(struct arena *a, struct jv *o, const char *key, struct str bytes)
{
	struct buf b = {0};

	rt_base64(&b, bytes);
	jv_put_str(a, o, key, arena_str(a, buf_str(&b)));
	buf_free(&b);
}

void
pki_shares_write(struct buf *out, struct arena *a, const struct pki_shares *s)
{
	struct jv *top = jv_object(a), *list = jv_array(a);
	const struct pki_share *it;

	VEC_FOREACH(it, &s->list) {
		struct jv *o = jv_push(a, list, jv_object(a));

		jv_put_str(a, o, "PublicKey", it->public_key);
		put_base64(a, o, "EncryptedSeed", it->encrypted);
	}
	jv_set(a, top, STR("SeedShares"), list);
	put_base64(a, top, "salt", s->salt);
	jv_print(out, top, JV_PRETTY);
}

/* A member that is a string of base64, at most `max` bytes of it. */
static int
read_base64(struct str *out, struct arena *a, const struct jv *o,
    struct str key, size_t max, struct rt_err *err)
{
	const struct jv *v = jv_get(o, key);
	int rc;

	if (!jv_is(v, JV_STRING))
		return rt_err_set(
		    err, RT_EFORMAT, "%.*s: not a string", STR_ARG(key));
	rc = rt_unbase64(out, a, v->text, err);
	if (rc != 0)
		return rt_err_wrap(err, "%.*s", STR_ARG(key));
	if (out->n > max)
		return rt_err_set(err, RT_ELIMIT, "%.*s: more than %zu bytes",
		    STR_ARG(key), max);
	return 0;
}

static int
read_share(struct pki_share *out, struct arena *a, const struct jv *o,
    struct rt_err *err)
{
	struct str der;

	out->public_key = jv_get_str(o, STR("PublicKey"));
	if (out->public_key.n == 0 ||
	    rt_unhex(&der, a, out->public_key, NULL) != 0)
		return rt_err_set(
		    err, RT_EFORMAT, "PublicKey: not hexadecimal");
	return read_base64(&out->encrypted, a, o, STR("EncryptedSeed"),
	    PKI_SHARE_BITS_MAX / 8, err);
}

static int
read_list(struct pki_shares *out, struct arena *a, const struct jv *list,
    struct rt_err *err)
{
	size_t i;

	if (!jv_is(list, JV_ARRAY))
		return rt_err_set(err, RT_EFORMAT, "SeedShares: not an array");
	if (list->items.n > PKI_SHARES_MAX)
		return rt_err_set(
		    err, RT_ELIMIT, "SeedShares: more than %d", PKI_SHARES_MAX);
	for (i = 0; i < list->items.n; i++) {
		struct pki_share share = {0};
		int rc = read_share(&share, a, list->items.p[i], err);

		if (rc != 0)
			return rt_err_wrap(err, "SeedShares[%zu]", i);
		VEC_PUSH(a, &out->list, share);
	}
	return 0;
}

int
pki_shares_read(struct pki_shares *out, struct arena *a, struct str text,
    struct rt_err *err)
{
	struct pki_shares s = {0};
	struct jv *v = NULL;
	int rc;

	if (text.n > PKI_SHARES_FILE_MAX)
		return rt_err_set(err, RT_ELIMIT, "larger than %zu MiB",
		    PKI_SHARES_FILE_MAX >> 20);
	rc = jv_parse(&v, a, text, err);
	if (rc == 0)
		rc = read_list(&s, a, jv_getz(v, "SeedShares"), err);
	if (rc == 0)
		rc = read_base64(&s.salt, a, v, STR("salt"), PKI_SALT_LEN, err);
	if (rc != 0)
		return rc;
	if (s.salt.n != PKI_SALT_LEN)
		return rt_err_set(err, RT_EFORMAT,
		    "salt: %zu bytes instead of %d", s.salt.n, PKI_SALT_LEN);
	*out = s;
	return 0;
}
