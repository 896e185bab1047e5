/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a policy travels: as an annotation of its own (policy-model 10.1) or
 * inside an initdata document (10.2), and back.
 */
#include <stdlib.h>
#include <string.h>

#include "compiler/policy/carrier.h"
#include "grammar/toml_doc.h"
#include "runtime/base/encode.h"

#include "runtime/base/banned.h"

/* Kubernetes takes 256 KiB of annotations; more is no carrier. */
#define CARRIER_MAX ((size_t)1 << 20)
/* The agent's limit for a policy file (policy-model 10.5). */
#define DOCUMENT_MAX ((size_t)16 << 20)

/* The state behind the first bytes of a document. */
struct head {
	size_t n;
	bool literal;    /* the policy so far can stand between ''' */
	unsigned quotes; /* at its end */
	struct rt_sha256 hash;
	struct rt_gzip *packed; /* of initdata */
};

/* A beginning of documents, and the state behind it. */
struct carrier_stem {
	struct buf text;
	struct head head;
};

struct carrier {
	bool initdata, debug_shell;
	struct carrier_stem *stem;
	size_t from, rules; /* where the policy begins, where its rules end */
	size_t defaults, branch; /* where its defaults and the stem end */
	struct buf text;         /* of the document, as long as it is literal */
	struct buf first;   /* the first one, then what the second shares */
	struct head shared; /* behind that */
	struct buf escaped, out; /* reused */
};

#define ONES 0x0101010101010101u
#define HIGH 0x8080808080808080u

/* Has a word of eight bytes one that may be odd?  ASCII text seldom does. */
static bool
has_odd(const char *p)
{
	uint64_t w, quote, del, low;

	memcpy(&w, p, sizeof(w));
	/* A byte becomes zero where it is the one looked for. */
	quote = w ^ ONES * '\'';
	del = w ^ ONES * 0x7f;
	low = (w - ONES * 0x20) & ~w;
	quote = (quote - ONES) & ~quote;
	del = (del - ONES) & ~del;
	return ((quote | del | low) & HIGH) != 0;
}

/* Bytes that cannot be between ''', and the quote itself. */
static bool
is_odd(unsigned char c)
{
	return c == '\'' || c == 0x7f || (c < 0x20 && c != '\n' && c != '\t');
}

/*
 * Can it stand between ''' as it is?  `quotes`: how many there are in a row,
 * before and behind.
 */
static bool
fits_literal(struct str s, unsigned *quotes)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		for (; i + 8 < s.n && !has_odd(s.p + i); i += 8)
			*quotes = 0;
		if (!is_odd((unsigned char)s.p[i])) {
			*quotes = 0;
			continue;
		}
		if (s.p[i] != '\'' || ++*quotes == 3)
			return false;
	}
	return true;
}

static void
put_escaped(struct buf *out, struct str s)
{
	size_t i;

	buf_puts(out, "\"\"\"\n");
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
	buf_puts(out, "\"\"\"\n");
}

/* All up to the value of the policy. */
static void
put_header(struct buf *out, bool debug_shell)
{
	buf_puts(
	    out, "version = \"0.1.0\"\nalgorithm = \"sha256\"\n\n[data]\n");
	if (debug_shell)
		buf_puts(out, "\"contrast.insecure-debug\" = '''\ntrue'''\n");
	buf_puts(out, "\"policy.rego\" = ");
}

static void
pack_to(struct head *h, struct str s, size_t cut)
{
	if (h->n >= cut || cut > s.n)
		return;
	rt_gzip_put(h->packed, str_sub(s, h->n, cut));
	rt_gzip_cut(h->packed);
	h->n = cut;
}

/*
 * To the end of a text that the head is the beginning of.  Defaults, other
 * rules and data are packed apart.
 */
static void
advance(struct head *h, const struct carrier *c, struct str text)
{
	struct str rest = str_sub(text, h->n, text.n);

	h->literal = h->literal && fits_literal(rest, &h->quotes);
	rt_sha256_put(&h->hash, rest);
	if (h->packed != NULL) {
		pack_to(h, text, c->defaults);
		pack_to(h, text, c->rules);
		rt_gzip_put(h->packed, str_sub(text, h->n, text.n));
	}
	h->n = text.n;
}

static struct head
head_copy(const struct head *from)
{
	struct head h = *from;

	if (h.packed != NULL)
		h.packed = rt_gzip_copy(h.packed);
	return h;
}

/* Where the policy begins. */
static struct head
head_new(const struct carrier *c)
{
	struct head h = {0};

	if (c->initdata)
		h.packed = rt_gzip_new();
	advance(&h, c, str_sub(buf_str(&c->text), 0, c->from));
	h.literal = true;
	h.quotes = 0;
	return h;
}

/* Behind the stem, if the text has it; the first one makes it. */
static struct head
head_branch(const struct carrier *c)
{
	struct carrier_stem *s = c->stem;
	struct str begin = str_sub(buf_str(&c->text), 0, c->branch);
	struct head h;

	if (s->text.n > 0 && str_eq(buf_str(&s->text), begin))
		return head_copy(&s->head);
	h = head_new(c);
	if (s->text.n == 0 && c->branch > c->from) {
		advance(&h, c, begin);
		buf_put(&s->text, begin);
		s->head = head_copy(&h);
	}
	return h;
}

struct carrier_stem *
carrier_stem_new(void)
{
	struct carrier_stem *s = calloc(1, sizeof(*s));

	if (s == NULL)
		rt_no_memory();
	return s;
}

void
carrier_stem_free(struct carrier_stem *s)
{
	if (s == NULL)
		return;
	buf_free(&s->text);
	rt_gzip_free(s->head.packed);
	free(s);
}

struct carrier *
carrier_new(const struct policy_options *o, struct carrier_stem *s,
    const struct carrier_rules *rules)
{
	struct carrier *c = calloc(1, sizeof(*c));

	if (c == NULL)
		rt_no_memory();
	c->initdata = o->initdata;
	c->debug_shell = o->debug_shell;
	if (c->initdata) {
		put_header(&c->text, c->debug_shell);
		buf_puts(&c->text, "'''\n");
	}
	c->stem = s;
	c->from = c->text.n;
	buf_put(&c->text, rules->text);
	c->rules = c->text.n;
	c->defaults = c->from + rules->defaults;
	c->branch = c->from + rules->shared;
	return c;
}

void
carrier_free(struct carrier *c)
{
	if (c == NULL)
		return;
	buf_free(&c->text);
	buf_free(&c->first);
	buf_free(&c->escaped);
	buf_free(&c->out);
	rt_gzip_free(c->shared.packed);
	free(c);
}

struct buf *
carrier_begin(struct carrier *c)
{
	c->text.n = c->rules;
	return &c->text;
}

static size_t
common(struct str a, struct str b)
{
	size_t i = 0;

	while (i < a.n && i < b.n && a.p[i] == b.p[i])
		i++;
	return i;
}

/*
 * A head that the text begins with.  The second policy says how far all are
 * likely to be alike; where a head ends changes no byte.
 */
static struct head
head_of(struct carrier *c)
{
	struct str text = buf_str(&c->text);

	if (c->first.n == 0) {
		buf_put(&c->first, text);
		return head_branch(c);
	}
	if (c->shared.n == 0) {
		c->first.n = common(text, buf_str(&c->first));
		c->shared = head_branch(c);
		advance(&c->shared, c, buf_str(&c->first));
	}
	return str_starts(text, buf_str(&c->first)) ? head_copy(&c->shared)
						    : head_branch(c);
}

static void
pack_escaped(struct carrier *c, struct str text, unsigned char *digest)
{
	c->escaped.n = 0;
	put_header(&c->escaped, c->debug_shell);
	put_escaped(&c->escaped, text);
	rt_sha256(digest, buf_str(&c->escaped));
	rt_gzip(&c->out, buf_str(&c->escaped));
}

void
carrier_end(struct policy *out, struct arena *a, struct carrier *c)
{
	struct head h = head_of(c);
	const struct buf *document = &c->text;
	unsigned char digest[SHA256_LEN];
	struct buf text = {0};
	size_t end = c->text.n;

	c->out.n = 0;
	advance(&h, c, buf_str(&c->text));
	if (c->initdata && h.literal && h.quotes == 0) {
		buf_puts(&c->text, "'''\n");
		advance(&h, c, buf_str(&c->text));
		rt_sha256_end(digest, &h.hash);
		rt_gzip_end(&c->out, h.packed);
	} else if (c->initdata) {
		pack_escaped(
		    c, str_sub(buf_str(&c->text), c->from, end), digest);
		document = &c->escaped;
	} else {
		rt_sha256_end(digest, &h.hash);
	}
	rt_gzip_free(h.packed);
	out->text = str_sub(buf_str(&c->text), c->from, end);
	out->document = buf_str(document);
	rt_base64(&text, c->initdata ? buf_str(&c->out) : out->text);
	out->digest = rt_hex(a, digest, sizeof(digest));
	out->carrier = arena_str(a, buf_str(&text));
	buf_free(&text);
}

/* "sha-256" is read as "sha256". */
static int
check_header(const struct toml *doc, struct rt_err *err)
{
	bool found;
	struct str s = toml_get_str(doc, STR("version"), &found);

	if (!found || !str_eqz(s, "0.1.0"))
		return rt_err_set(
		    err, RT_EFORMAT, "initdata: 'version' is not \"0.1.0\"");
	s = toml_get_str(doc, STR("algorithm"), &found);
	if (!found || (!str_eqz(s, "sha256") && !str_eqz(s, "sha-256")))
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
