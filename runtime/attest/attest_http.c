/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral over HTTPS (attestation 20.2). */
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "runtime/attest/attest_http.h"
#include "runtime/base/buf.h"
#include "runtime/base/curl.h"
#include "runtime/base/banned.h"

#define REDIRECTS 3
#define RETRY_MAX 10 /* seconds, of Retry-After */
#define STATUS_BUSY 429

/* One exchange. */
struct exchange {
	const struct rt_curl *curl;
	CURL *easy;
	bool local; /* no proxy */
	struct curl_slist *headers;
	const char *chain_name;
	struct buf body, chain;
	uint64_t retry_after;
	bool too_large;
	long status;
	struct str redirect;
};

static void
nap(int64_t ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	if (ms > 0)
		(void)nanosleep(&t, NULL);
}

static bool
is_named(struct str line, const char *name)
{
	size_t n = strlen(name);

	return line.n > n && line.p[n] == ':' &&
	       strncasecmp(line.p, name, n) == 0;
}

static unsigned
digit(char c)
{
	return isdigit((unsigned char)c) != 0
		   ? (unsigned)(c - '0')
		   : (unsigned)((c | 0x20) - 'a' + 10);
}

/* Is the last line of what there is one with dashes? */
static bool
in_dashes(const struct buf *out)
{
	size_t line = str_rchr(buf_str(out), '\n');

	line = line == SIZE_MAX ? 0 : line + 1;
	return line < out->n && out->p[line] == '-';
}

/*
 * Intel's service sends its chains percent-encoded.  A plus stands for itself
 * in base64 and for a blank, if at all, in the lines around it (12.1).
 */
static void
put_decoded(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && s.n - i > 2 &&
		    isxdigit((unsigned char)s.p[i + 1]) != 0 &&
		    isxdigit((unsigned char)s.p[i + 2]) != 0) {
			buf_putc(out,
			    (char)(digit(s.p[i + 1]) << 4 | digit(s.p[i + 2])));
			i += 2;
		} else {
			buf_putc(out,
			    s.p[i] == '+' && in_dashes(out) ? ' ' : s.p[i]);
		}
	}
}

static size_t
on_header(char *p, size_t one, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct str line = {p, one * n}, value;

	value = str_trim(str_sub(line, str_chr(line, ':', 0), line.n));
	value = str_trim(str_sub(value, 1, value.n));
	if (line.n > ATTEST_CHAIN_MAX * 3)
		return 0;
	if (is_named(line, "retry-after"))
		(void)str_u64(value, RETRY_MAX, &x->retry_after);
	if (x->chain_name != NULL && is_named(line, x->chain_name)) {
		x->chain.n = 0;
		put_decoded(&x->chain, value);
	}
	return line.n;
}

static size_t
on_body(char *p, size_t one, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	struct str s = {p, one * n};

	x->too_large = s.n > ATTEST_ITEM_MAX - x->body.n;
	if (x->too_large)
		return 0;
	buf_put(&x->body, s);
	return s.n;
}

#define SET(x, option, value)                                                  \
	(void)(x)->curl->easy_setopt((x)->easy, (option), (value))

static void
prepare(struct exchange *x, const char *url, int64_t ms)
{
	x->curl->easy_reset(x->easy);
	x->body.n = x->chain.n = 0;
	x->too_large = false;
	x->retry_after = RETRY_MAX;
	SET(x, CURLOPT_URL, url);
	SET(x, CURLOPT_USERAGENT, "contrastc/" CONTRASTC_VERSION);
	SET(x, CURLOPT_FOLLOWLOCATION, 0L);
	SET(x, CURLOPT_NOSIGNAL, 1L);
	SET(x, CURLOPT_TIMEOUT_MS, (long)ms);
	SET(x, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (getenv("SSL_CERT_FILE") != NULL)
		SET(x, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
	if (getenv("SSL_CERT_DIR") != NULL)
		SET(x, CURLOPT_CAPATH, getenv("SSL_CERT_DIR"));
	if (x->local)
		SET(x, CURLOPT_PROXY, "");
	SET(x, CURLOPT_HTTPHEADER, x->headers);
	SET(x, CURLOPT_HEADERFUNCTION, on_header);
	SET(x, CURLOPT_HEADERDATA, x);
	SET(x, CURLOPT_WRITEFUNCTION, on_body);
	SET(x, CURLOPT_WRITEDATA, x);
}

static int
perform(struct exchange *x, struct arena *a, const char *url, int64_t ms,
    struct rt_err *err)
{
	char *redirect = NULL;
	CURLcode code;

	prepare(x, url, ms);
	code = x->curl->easy_perform(x->easy);
	if (x->too_large)
		return rt_err_set(err, RT_ELIMIT, "%s: more than %zu bytes",
		    url, ATTEST_ITEM_MAX);
	if (code != CURLE_OK)
		return rt_err_set(
		    err, RT_ENET, "%s: %s", url, x->curl->easy_strerror(code));
	(void)x->curl->easy_getinfo(
	    x->easy, CURLINFO_RESPONSE_CODE, &x->status);
	(void)x->curl->easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &redirect);
	x->redirect = arena_str(a, str_from(redirect));
	return 0;
}

/* Scheme, host and port. */
static struct str
origin(struct str url)
{
	size_t start = str_find(url, STR("://"), 0);

	return start == SIZE_MAX
		   ? (struct str){"", 0}
		   : str_sub(url, 0, str_chr(url, '/', start + 3));
}

/* Follows redirects on the same host. */
static int
exchange(struct exchange *x, struct arena *a, const char *url, int64_t ms,
    struct rt_err *err)
{
	struct str from = origin(str_from(url));
	int i, rc;

	for (i = 0; i <= REDIRECTS; i++) {
		rc = perform(x, a, url, ms, err);
		if (rc != 0 || x->status / 100 != 3)
			return rc;
		if (!str_eq(origin(x->redirect), from))
			return rt_err_set(err, RT_ENOTFOUND,
			    "%s: redirects to another host", url);
		url = x->redirect.p;
	}
	return rt_err_set(err, RT_ENOTFOUND, "%s: too many redirects", url);
}

/* RT_EIO: worth another try. */
static int
judge(const struct exchange *x, const char *url, struct rt_err *err)
{
	if (x->status == 200 || x->status == 203)
		return 0;
	return rt_err_set(err,
	    x->status / 100 == 5 || x->status == STATUS_BUSY ? RT_EIO
							     : RT_ENOTFOUND,
	    "%s: status %ld", url, x->status);
}

static int
attempts(struct exchange *x, struct arena *a, const char *url, int64_t until,
    int64_t pause, struct rt_err *err)
{
	bool throttled = false;
	int64_t left, wait;
	int rc;

	for (;;) {
		left = until - rt_now_ms();
		if (left <= 0)
			return rt_err_set(
			    err, RT_ENET, "%s: it takes too long", url);
		rc = exchange(x, a, url, left < pause ? left : pause, err);
		if (rc == 0)
			rc = judge(x, url, err);
		if (rc != RT_ENET && rc != RT_EIO)
			return rc;
		wait = pause;
		if (rc == RT_EIO && x->status == STATUS_BUSY) {
			if (throttled)
				return rc;
			throttled = true;
			wait = (int64_t)x->retry_after * 1000;
		}
		if (wait >= until - rt_now_ms())
			return rc;
		nap(wait);
	}
}

static int
begin(struct exchange *x, struct rt_err *err)
{
	x->curl = rt_curl_load(err);
	if (x->curl == NULL)
		return RT_EIO;
	x->easy = x->curl->easy_init();
	if (x->easy == NULL)
		rt_no_memory();
	return 0;
}

static int
finish(struct attest_body *out, struct arena *a, struct exchange *x, int rc)
{
	x->curl->easy_cleanup(x->easy);
	x->curl->slist_free_all(x->headers);
	if (rc == 0) {
		out->bytes = arena_str(a, buf_str(&x->body));
		out->chain = arena_str(a, buf_str(&x->chain));
	}
	buf_free(&x->body);
	buf_free(&x->chain);
	return rc;
}

int
attest_http_get(struct attest_body *out, struct arena *a, const char *url,
    const char *chain, int64_t until, int64_t pause, struct rt_err *err)
{
	struct exchange x = {.chain_name = chain};
	int rc = begin(&x, err);

	if (rc != 0)
		return rc;
	return finish(out, a, &x, attempts(&x, a, url, until, pause, err));
}

int
attest_http_local(struct attest_body *out, struct arena *a, const char *url,
    const char *header, int64_t ms, struct rt_err *err)
{
	struct exchange x = {.local = true};
	int rc = begin(&x, err);

	if (rc != 0)
		return rc;
	if (header != NULL)
		x.headers = x.curl->slist_append(NULL, header);
	rc = perform(&x, a, url, ms, err);
	return finish(out, a, &x, rc != 0 ? rc : judge(&x, url, err));
}
