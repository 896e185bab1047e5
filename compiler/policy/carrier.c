/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a policy travels: as an annotation of its own (policy-model 10.1) or
 * inside an initdata document (10.2), and back.
 */
#include "compiler/policy/policy_int.h"
#include "grammar/toml_doc.h"
#include "runtime/base/encode.h"

#include "runtime/base/banned.h"

/* Kubernetes takes 256 KiB of annotations; more is no carrier. */
#define CARRIER_MAX ((size_t)1 << 20)
/* The agent's limit for a policy file (policy-model 10.5). */
#define DOCUMENT_MAX ((size_t)16 << 20)

/* Can it stand between ''' as it is? */
static bool
fits_literal(struct str s)
{
	unsigned char c;
	size_t i, quotes = 0;

	for (i = 0; i < s.n; i++) {
		c = (unsigned char)s.p[i];
		quotes = c == '\'' ? quotes + 1 : 0;
		if (quotes == 3 || c == 0x7f ||
		    (c < 0x20 && c != '\n' && c != '\t'))
			return false;
	}
	return quotes == 0;
}

static void
put_escaped(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\\' || c == '"') {
			buf_putc(out, '\\');
			buf_putc(out, (char)c);
		} else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
			buf_printf(out, "\\u%04x", c);
		} else {
			buf_putc(out, (char)c);
		}
	}
}

static void
put_value(struct buf *out, struct str s)
{
	bool literal = fits_literal(s);

	buf_puts(out, literal ? "'''\n" : "\"\"\"\n");
	if (literal)
		buf_put(out, s);
	else
		put_escaped(out, s);
	buf_puts(out, literal ? "'''\n" : "\"\"\"\n");
}

void
carrier_document(struct buf *out, struct str policy, bool debug_shell)
{
	buf_puts(
	    out, "version = \"0.1.0\"\nalgorithm = \"sha256\"\n\n[data]\n");
	if (debug_shell) {
		buf_puts(out, "\"contrast.insecure-debug\" = ");
		put_value(out, STR("true"));
	}
	buf_puts(out, "\"policy.rego\" = ");
	put_value(out, policy);
}

void
carrier_fill(
    struct policy *out, struct arena *a, const struct policy_options *o)
{
	struct buf document = {0}, packed = {0}, text = {0};

	out->document = out->text;
	if (o->initdata) {
		carrier_document(&document, out->text, o->debug_shell);
		out->document = arena_str(a, buf_str(&document));
		rt_gzip(&packed, out->document);
		rt_base64(&text, buf_str(&packed));
	} else {
		rt_base64(&text, out->text);
	}
	out->digest = rt_sha256_hex(a, out->document);
	out->carrier = arena_str(a, buf_str(&text));
	buf_free(&document);
	buf_free(&packed);
	buf_free(&text);
}

/* "sha-256" is read as "sha256". */
static int
check_header(const struct toml *doc, struct rt_err *err)
{
	bool found;
	struct str s = toml_get_str(doc, STR("version"), &found);

	if (!found || !str_eq(s, STR("0.1.0")))
		return rt_err_set(
		    err, RT_EFORMAT, "initdata: 'version' is not \"0.1.0\"");
	s = toml_get_str(doc, STR("algorithm"), &found);
	if (!found || (!str_eq(s, STR("sha256")) && !str_eq(s, STR("sha-256"))))
		return rt_err_set(
		    err, RT_EFORMAT, "initdata: 'algorithm' is not \"sha256\"");
	return 0;
}

static int
check_data(const struct toml *data, struct rt_err *err)
{
	const struct toml_entry *e;

	if (data == NULL || data->type != TOML_TABLE)
		return rt_err_set(
		    err, RT_EFORMAT, "initdata: the table 'data' is missing");
	VEC_FOREACH(e, &data->entries) {
		if (e->value->type != TOML_STRING)
			return rt_err_set(err, RT_EFORMAT,
			    "initdata: '%.*s' is not a string",
			    STR_ARG(e->key));
		if (e->key.n == 0 || str_chr(e->key, '/', 0) != SIZE_MAX)
			return rt_err_set(err, RT_EFORMAT,
			    "initdata: '%.*s' is no file name",
			    STR_ARG(e->key));
	}
	return 0;
}

static int
decode_initdata(
    struct policy *out, struct arena *a, struct str packed, struct rt_err *err)
{
	struct toml *doc, *data;
	bool found;
	int rc;

	if ((rc = rt_gunzip(&out->document, a, packed, DOCUMENT_MAX, err)) < 0)
		return rc;
	if ((rc = toml_parse(&doc, a, out->document, err)) < 0)
		return rt_err_wrap(err, "initdata");
	if ((rc = check_header(doc, err)) < 0)
		return rc;
	data = toml_get(doc, STR("data"));
	if ((rc = check_data(data, err)) < 0)
		return rc;
	out->text = toml_get_str(data, STR("policy.rego"), &found);
	if (!found)
		return rt_err_set(
		    err, RT_EFORMAT, "initdata: there is no 'policy.rego'");
	return 0;
}

int
policy_carrier_decode(struct policy *out, struct arena *a, struct str value,
    bool initdata, struct rt_err *err)
{
	struct policy p = {.carrier = value};
	struct str bytes;
	int rc;

	if (value.n > CARRIER_MAX)
		return rt_err_set(err, RT_ELIMIT, "the annotation is too long");
	if ((rc = rt_unbase64(&bytes, a, value, err)) < 0)
		return rc;
	p.text = p.document = bytes;
	if (initdata && (rc = decode_initdata(&p, a, bytes, err)) < 0)
		return rc;
	p.digest = rt_sha256_hex(a, p.document);
	*out = p;
	return 0;
}
