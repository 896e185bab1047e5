/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nonces on the wire.  The client's is an ALPN name or the server name of its
 * ClientHello, the server's the one name of authority in its certificate
 * request.  Nothing here trusts a length.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "runtime/wire/atls_int.h"

#include "runtime/base/banned.h"

#define ALPN_ANY "atls"
#define ALPN_NONCE "atls:v1:nonce:"
#define HEX_LEN ((size_t)2 * ATLS_NONCE_LEN)
#define B64_LEN ((size_t)ATLS_NONCE_B64 - 1)

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* Cuts a vector with a length of `prefix` bytes off the front. */
static bool
take(struct str *out, struct str *in, size_t prefix)
{
	size_t len = 0, i;

	if (in->n < prefix)
		return false;
	for (i = 0; i < prefix; i++)
		len = len << 8 | (unsigned char)in->p[i];
	if (in->n - prefix < len)
		return false;
	*out = str_sub(*in, prefix, prefix + len);
	*in = str_sub(*in, prefix + len, in->n);
	return true;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)((at - digits) % 16);
}

static bool
from_hex(unsigned char nonce[ATLS_NONCE_LEN], struct str s)
{
	size_t i;

	if (s.n != HEX_LEN)
		return false;
	for (i = 0; i < ATLS_NONCE_LEN; i++) {
		int hi = hex_digit(s.p[2 * i]), lo = hex_digit(s.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		nonce[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

/*
 * Exactly what 32 bytes make: 43 letters and a '='.  EVP_DecodeBlock alone
 * would skip blanks and count the padding.
 */
static bool
from_base64(unsigned char nonce[ATLS_NONCE_LEN], struct str s)
{
	unsigned char raw[ATLS_NONCE_LEN + 1];
	char text[ATLS_NONCE_B64];

	if (s.n != B64_LEN)
		return false;
	memcpy(text, s.p, B64_LEN);
	text[B64_LEN] = '\0';
	if (strspn(text, base64) != B64_LEN - 1 || text[B64_LEN - 1] != '=' ||
	    EVP_DecodeBlock(raw, (unsigned char *)text, (int)B64_LEN) !=
		ATLS_NONCE_LEN + 1)
		return false;
	memcpy(nonce, raw, ATLS_NONCE_LEN);
	return true;
}

static int
from_alpn(
    unsigned char nonce[ATLS_NONCE_LEN], struct str name, struct rt_err *err)
{
	if (!str_starts(name, STR(ALPN_NONCE)))
		return rt_err_set(err, RT_EFORMAT,
		    "the client speaks a version of attested TLS that is not "
		    "supported");
	if (!from_hex(nonce, str_sub(name, sizeof(ALPN_NONCE) - 1, name.n)))
		return rt_err_set(err, RT_EFORMAT,
		    "the nonce in the client's ALPN list is not %zu hex digits",
		    HEX_LEN);
	return 0;
}

/* The first ALPN name that is of attested TLS, or the empty slice. */
static int
find_alpn(struct str *name, struct str alpn, struct rt_err *err)
{
	struct str list, entry;

	*name = (struct str){NULL, 0};
	if (alpn.p == NULL)
		return 0;
	if (!take(&list, &alpn, 2) || alpn.n != 0)
		goto bad;
	while (list.n > 0) {
		if (!take(&entry, &list, 1))
			goto bad;
		if (name->n == 0 && str_starts(entry, STR(ALPN_ANY)))
			*name = entry;
	}
	return 0;
bad:
	return rt_err_set(err, RT_EFORMAT, "the client's ALPN list is broken");
}

/* The host name of the extension; empty if there is none. */
static int
find_server_name(struct str *name, struct str ext, struct rt_err *err)
{
	struct str list;

	*name = (struct str){NULL, 0};
	if (ext.p == NULL)
		return 0;
	if (take(&list, &ext, 2) && ext.n == 0 && list.n > 0 &&
	    list.p[0] == 0) {
		list = str_sub(list, 1, list.n);
		if (take(name, &list, 2))
			return 0;
	}
	return rt_err_set(
	    err, RT_EFORMAT, "the client's server name is broken");
}

int
atls_nonce_of_hello(unsigned char nonce[ATLS_NONCE_LEN], struct str alpn,
    struct str server_name, struct rt_err *err)
{
	struct str name;
	int r = find_alpn(&name, alpn, err);

	if (r != 0)
		return r;
	if (name.n > 0)
		return from_alpn(nonce, name, err);
	r = find_server_name(&name, server_name, err);
	if (r != 0)
		return r;
	if (name.n == 0)
		return rt_err_set(err, RT_EFORMAT, "the client sends no nonce");
	if (!from_base64(nonce, name))
		return rt_err_set(err, RT_EFORMAT,
		    "the client's server name is not the base64 of a nonce");
	return 0;
}

int
atls_nonce_of_names(unsigned char nonce[ATLS_NONCE_LEN],
    const STACK_OF(X509_NAME) * names, struct rt_err *err)
{
	int n = names == NULL ? 0 : sk_X509_NAME_num(names);
	const X509_NAME_ENTRY *e;
	const X509_NAME *name;
	unsigned char *text = NULL;
	bool good = false;
	int len;

	if (n != 1)
		return rt_err_set(err, RT_EFORMAT,
		    "the server names %d authorities, not the one that is its "
		    "nonce",
		    n);
	name = sk_X509_NAME_value(names, 0);
	e = X509_NAME_get_entry(name, 0);
	if (X509_NAME_entry_count(name) == 1 &&
	    OBJ_obj2nid(X509_NAME_ENTRY_get_object(e)) == NID_commonName) {
		len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(e));
		good = len > 0 &&
		       from_base64(nonce,
			   (struct str){(const char *)text, (size_t)len});
		OPENSSL_free(text);
	}
	return good ? 0
		    : rt_err_set(err, RT_EFORMAT,
			  "the name of authority that the server sends is no "
			  "nonce");
}

void
atls_nonce_base64(
    char out[ATLS_NONCE_B64], const unsigned char nonce[ATLS_NONCE_LEN])
{
	(void)EVP_EncodeBlock((unsigned char *)out, nonce, ATLS_NONCE_LEN);
}

X509_NAME *
atls_nonce_name(const unsigned char nonce[ATLS_NONCE_LEN])
{
	X509_NAME *name = X509_NAME_new();
	char text[ATLS_NONCE_B64];

	atls_nonce_base64(text, nonce);
	if (name != NULL &&
	    X509_NAME_add_entry_by_NID(name, NID_commonName,
		V_ASN1_PRINTABLESTRING, (const unsigned char *)text,
		(int)B64_LEN, -1, 0) == 1)
		return name;
	X509_NAME_free(name);
	return NULL;
}

void
atls_nonce_hex(
    char out[2 * ATLS_NONCE_LEN + 1], const unsigned char nonce[ATLS_NONCE_LEN])
{
	size_t i;

	for (i = 0; i < ATLS_NONCE_LEN; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", nonce[i]);
}

void
atls_nonce_alpn(struct buf *out, const unsigned char nonce[ATLS_NONCE_LEN])
{
	char hex[2 * ATLS_NONCE_LEN + 1];

	if (nonce != NULL) {
		atls_nonce_hex(hex, nonce);
		buf_putc(out, (char)(sizeof(ALPN_NONCE) - 1 + HEX_LEN));
		buf_puts(out, ALPN_NONCE);
		buf_puts(out, hex);
	}
	buf_put(out, STR("\x02h2"));
}
