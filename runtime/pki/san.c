/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SANs of a manifest's entry, sorted into kinds as Go's net.ParseIP and
 * url.Parse have it (coordinator 7.3); URIs are RFC 3986.
 */
#include <arpa/inet.h>

#include <openssl/x509v3.h>

#include "runtime/base/buf.h"
#include "runtime/pki/cert_int.h"

#include "runtime/base/banned.h"

#define ALPHA "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static bool
all_of(struct str s, struct str set)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (str_chr(set, s.p[i], 0) == SIZE_MAX)
			return false;
	}
	return true;
}

/* IP addresses */

/* The bytes of an address; 0: it is none.  IPv4 in IPv6 is IPv4. */
static size_t
parse_ip(unsigned char out[16], struct str s)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	char text[INET6_ADDRSTRLEN];

	if (s.n >= sizeof(text) || memchr(s.p, '\0', s.n) != NULL)
		return 0;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, out) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, out) != 1)
		return 0;
	if (memcmp(out, mapped, sizeof(mapped)) != 0)
		return 16;
	memmove(out, out + sizeof(mapped), 4);
	return 4;
}

/* URIs */

static size_t
scheme_end(struct str s)
{
	size_t n = str_chr(s, ':', 0);

	if (n == SIZE_MAX || n == 0 || !all_of(str_sub(s, 0, 1), STR(ALPHA)) ||
	    !all_of(str_sub(s, 0, n), STR(ALPHA DIGIT "+-.")))
		return SIZE_MAX;
	return n;
}

static bool
has_control(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	}
	return false;
}

/* Is every % followed by two hex digits? */
static bool
escapes_ok(struct str s)
{
	size_t at = 0;

	while ((at = str_chr(s, '%', at)) != SIZE_MAX) {
		if (at + 3 > s.n || !all_of(str_sub(s, at + 1, at + 3),
					STR(DIGIT "abcdefABCDEF")))
			return false;
		at += 3;
	}
	return true;
}

/* The escape of a byte beyond ASCII. */
static bool
is_high_escape(struct str s)
{
	return s.n == 3 && escapes_ok(s) &&
	       (s.p[1] == '8' || s.p[1] == '9' || (s.p[1] & 0x40) != 0);
}

/* What may stand in a host, beside characters beyond ASCII. */
static bool
host_ok(struct str s)
{
	static const struct str set =
	    STR_INIT(ALPHA DIGIT "-._~!$&'()*+,;=:[]<>\"");
	size_t i;

	for (i = 0; i < s.n; i++) {
		if ((s.p[i] & 0x80) == 0 &&
		    str_chr(set, s.p[i], 0) == SIZE_MAX &&
		    (s.p[i] != '%' || !is_high_escape(str_sub(s, i, i + 3))))
			return false;
	}
	return true;
}

/* Nothing, or a colon and digits. */
static bool
port_ok(struct str s)
{
	return s.n == 0 ||
	       (s.p[0] == ':' && all_of(str_sub(s, 1, s.n), STR(DIGIT)));
}

static bool
authority_ok(struct str s)
{
	size_t at = str_rchr(s, '@'), end;

	if (at != SIZE_MAX) {
		struct str user = str_sub(s, 0, at);

		if (!escapes_ok(user) ||
		    !all_of(user, STR(ALPHA DIGIT "-._:~!$&'()*+,;=%@")))
			return false;
		s = str_sub(s, at + 1, s.n);
	}
	end = str_rchr(s, s.n > 0 && s.p[0] == '[' ? ']' : ':');
	if (s.n > 0 && s.p[0] == '[' && end == SIZE_MAX)
		return false;
	if (end == SIZE_MAX)
		return host_ok(s);
	if (s.p[0] == '[')
		end++;
	return host_ok(str_sub(s, 0, end)) && port_ok(str_sub(s, end, s.n));
}

/* What is behind the scheme. */
static bool
rest_ok(struct str s)
{
	size_t at = str_chr(s, '#', 0);

	if (at != SIZE_MAX && !escapes_ok(str_sub(s, at + 1, s.n)))
		return false;
	s = str_sub(s, 0, at);
	s = str_sub(s, 0, str_chr(s, '?', 0));
	if (s.n == 0 || s.p[0] != '/')
		return true; /* opaque */
	if (str_starts(s, STR("//"))) {
		s = str_sub(s, 2, s.n);
		at = str_chr(s, '/', 0);
		if (!authority_ok(str_sub(s, 0, at)))
			return false;
		s = str_sub(s, at, s.n);
	}
	return escapes_ok(s);
}

/* The URI with its scheme in lower case and ASCII only; false: it is none. */
static bool
parse_uri(struct buf *out, struct str s)
{
	size_t i, end = scheme_end(s);

	if (end == SIZE_MAX || has_control(str_sub(s, 0, str_chr(s, '#', 0))) ||
	    !rest_ok(str_sub(s, end + 1, s.n)))
		return false;
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7f)
			buf_printf(out, "%%%02X", c);
		else if (i < end && c >= 'A' && c <= 'Z')
			buf_putc(out, (char)(c + ('a' - 'A')));
		else
			buf_putc(out, (char)c);
	}
	return true;
}

/* general names */

/* In the order in which the extension has them. */
enum { DNS, IP, URI, KINDS };

static const struct {
	int general, string; /* types of OpenSSL */
} kinds[KINDS] = {[DNS] = {GEN_DNS, V_ASN1_IA5STRING},
    [IP] = {GEN_IPADD, V_ASN1_OCTET_STRING},
    [URI] = {GEN_URI, V_ASN1_IA5STRING}};

static bool
push(GENERAL_NAMES *list, int kind, struct str value)
{
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_STRING *s = ASN1_STRING_type_new(kinds[kind].string);

	if (g == NULL || s == NULL ||
	    ASN1_STRING_set(s, value.p, (int)value.n) != 1) {
		ASN1_STRING_free(s);
		GENERAL_NAME_free(g);
		return false;
	}
	GENERAL_NAME_set0_value(g, kinds[kind].general, s);
	if (sk_GENERAL_NAME_push(list, g) > 0)
		return true;
	GENERAL_NAME_free(g);
	return false;
}

static bool
is_ascii(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if ((s.p[i] & 0x80) != 0)
			return false;
	}
	return true;
}

/* *value is in `space` or borrows from `s`. */
static int
classify(struct str *value, struct buf *space, struct str s)
{
	unsigned char ip[16];
	size_t n = parse_ip(ip, s);

	space->n = 0;
	if (n > 0) {
		buf_put(space, (struct str){(const char *)ip, n});
		*value = buf_str(space);
		return IP;
	}
	if (parse_uri(space, s)) {
		*value = buf_str(space);
		return URI;
	}
	*value = s;
	return DNS;
}

/* Adds those of one kind; *dns is the first DNS name. */
static int
add_kind(GENERAL_NAMES *list, struct str *dns, int kind,
    const struct pki_leaf *leaf, struct rt_err *err)
{
	struct buf space = {0};
	struct str value;
	size_t i;
	int rc = 0;

	for (i = 0; i < leaf->n_sans && rc == 0; i++) {
		if (classify(&value, &space, leaf->sans[i]) != kind)
			continue;
		if (kind == DNS && (value.n == 0 || !is_ascii(value)))
			rc = rt_err_set(err, RT_EINVAL,
			    "SAN '%.*s' is no name that a certificate can hold",
			    STR_ARG(str_clip(value, 200)));
		else if (!push(list, kind, value))
			rc = rt_err_set(err, RT_ECRYPTO, "SAN");
		else if (kind == DNS && dns->n == 0)
			*dns = value;
	}
	buf_free(&space);
	return rc;
}

/* Silently skips what is no address, such as one with a zone. */
static bool
add_peer(GENERAL_NAMES *list, struct str peer)
{
	unsigned char ip[16];
	size_t n = peer.n == 0 ? 0 : parse_ip(ip, peer);

	return n == 0 || push(list, IP, (struct str){(const char *)ip, n});
}

int
san_names(GENERAL_NAMES **out, struct str *name, const struct pki_leaf *leaf,
    struct rt_err *err)
{
	GENERAL_NAMES *list = GENERAL_NAMES_new();
	struct str dns = {"", 0};
	int kind, rc = 0;

	if (list == NULL)
		return rt_err_set(err, RT_ECRYPTO, "SANs");
	for (kind = 0; kind < KINDS && rc == 0; kind++) {
		rc = add_kind(list, &dns, kind, leaf, err);
		if (rc == 0 && kind == IP && !add_peer(list, leaf->peer))
			rc = rt_err_set(err, RT_ECRYPTO, "SANs");
	}
	if (rc != 0) {
		GENERAL_NAMES_free(list);
		return rc;
	}
	if (leaf->n_sans > 0)
		*name = dns.n > 0 ? dns : leaf->sans[0];
	*out = list;
	return 0;
}
