/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exchange over HTTP.  What the other side sends is bounded here: its
 * head, the text of errors, the time; the body by the sink.  libcurl's own
 * texts hold times, so messages are made from its codes.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/x509_vfy.h>

#include "compiler/image/image_http.h"
#include "runtime/base/banned.h"

#define CONNECT_MAX ((uint64_t)10000) /* of the time, in milliseconds */
#define HEAD_MAX ((size_t)64 << 10)
#define TEXT_MAX ((size_t)4 << 10)  /* what is kept of an error */
#define SKIP_MAX ((size_t)64 << 10) /* what is read of it */
#define SLOW_BYTES 512L             /* a second, over SLOW_SECONDS */
#define SLOW_SECONDS 30L

struct img_http {
	const struct rt_curl *curl;
	CURL *easy;
	struct curl_slist *headers;
	/* of the exchange */
	const struct img_request *request;
	struct img_response *response;
	struct arena *arena;
	size_t head;     /* bytes of it */
	struct buf text; /* of an error */
	size_t skipped;
	bool enough; /* we broke it off, knowing what we want */
	struct rt_err *err;
	int rc; /* our own verdict */
};

uint64_t
img_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

struct img_http *
img_http_new(const struct rt_curl *curl)
{
	struct img_http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		rt_no_memory();
	h->curl = curl;
	h->easy = curl->easy_init();
	if (h->easy == NULL)
		rt_no_memory();
	return h;
}

void
img_http_free(struct img_http *h)
{
	if (h == NULL)
		return;
	h->curl->easy_cleanup(h->easy);
	buf_free(&h->text);
	free(h);
}

static bool
is_named(struct str name, const char *word)
{
	return name.n == strlen(word) && strncasecmp(name.p, word, name.n) == 0;
}

static void
keep_challenge(struct img_response *r, struct str value)
{
	if (r->nchallenges < IMG_CHALLENGES_MAX)
		r->challenges[r->nchallenges++] = value;
}

static void
keep_header(struct img_http *h, struct str line)
{
	struct img_response *r = h->response;
	const struct {
		const char *name;
		struct str *value;
	} wanted[] = {{"content-type", &r->content_type},
	    {"docker-content-digest", &r->digest},
	    {"retry-after", &r->retry_after},
	    {"content-range", &r->content_range}};
	size_t colon = str_chr(line, ':', 0), i;
	struct str name = str_sub(line, 0, colon), value;

	if (colon == SIZE_MAX)
		return;
	value = str_trim(str_sub(line, colon + 1, line.n));
	if (is_named(name, "www-authenticate"))
		keep_challenge(r, arena_str(h->arena, value));
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (is_named(name, wanted[i].name))
			*wanted[i].value = arena_str(h->arena, value);
}

static size_t
on_header(char *p, size_t one, size_t n, void *ctx)
{
	struct img_http *h = ctx;
	struct str line = {p, one * n};

	h->head += line.n;
	if (h->head > HEAD_MAX) {
		h->rc = rt_err_set(h->err, RT_ELIMIT,
		    "the head of the answer has more than %zu bytes", HEAD_MAX);
		return 0;
	}
	/* Only the last head counts, not those of interim answers. */
	if (str_starts(line, STR("HTTP/")))
		*h->response = (struct img_response){0};
	keep_header(h, line);
	return line.n;
}

/* The text of an error: its beginning is kept, little more is read. */
static size_t
keep_text(struct img_http *h, struct str s)
{
	size_t room = TEXT_MAX - h->text.n;

	buf_put(&h->text, str_sub(s, 0, room));
	h->skipped += s.n;
	h->enough = h->skipped > SKIP_MAX;
	return h->enough ? 0 : s.n;
}

static size_t
on_body(char *p, size_t one, size_t n, void *ctx)
{
	struct img_http *h = ctx;
	struct str s = {p, one * n};
	long status = 0;

	(void)h->curl->easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	h->response->status = status;
	if (status / 100 != 2 || h->request->sink == NULL)
		return keep_text(h, s);
	h->rc = h->request->sink(h->request->ctx, h->response, s, h->err);
	return h->rc == 0 ? s.n : 0;
}

static void
add_header(struct img_http *h, const char *line)
{
	struct curl_slist *l = h->curl->slist_append(h->headers, line);

	if (l == NULL)
		rt_no_memory();
	h->headers = l;
}

static void
add_headers(struct img_http *h, const struct img_request *r)
{
	struct buf b = {0};

	if (r->accept != NULL) {
		buf_printf(&b, "Accept: %s", r->accept);
		buf_putc(&b, '\0');
		add_header(h, b.p);
	}
	if (r->authorization.n > 0) {
		struct buf secret = {0};

		(void)buf_reserve(&secret, r->authorization.n + 20);
		buf_puts(&secret, "Authorization: ");
		buf_put(&secret, r->authorization);
		buf_putc(&secret, '\0');
		add_header(h, secret.p);
		img_buf_wipe(&secret);
	}
	if (r->partial) {
		b.n = 0;
		buf_printf(
		    &b, "Range: bytes=%llu-", (unsigned long long)r->from);
		buf_putc(&b, '\0');
		add_header(h, b.p);
	}
	buf_free(&b);
}

static void
free_headers(struct img_http *h)
{
	struct curl_slist *l;

	for (l = h->headers; l != NULL; l = l->next)
		OPENSSL_cleanse(l->data, strlen(l->data));
	h->curl->slist_free_all(h->headers);
	h->headers = NULL;
}

#define SET(h, option, value)                                                  \
	(void)(h)->curl->easy_setopt((h)->easy, (option), (value))

static void
set_tls(struct img_http *h, const struct img_tls *t)
{
	struct curl_blob ca = {.flags = CURL_BLOB_NOCOPY};

	SET(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (t->ca.n > 0) {
		ca.data = (void *)(uintptr_t)t->ca.p;
		ca.len = t->ca.n;
		SET(h, CURLOPT_CAINFO_BLOB, &ca);
	} else if (getenv("SSL_CERT_FILE") != NULL) {
		SET(h, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
	}
	if (getenv("SSL_CERT_DIR") != NULL)
		SET(h, CURLOPT_CAPATH, getenv("SSL_CERT_DIR"));
	if (t->cert != NULL)
		SET(h, CURLOPT_SSLCERT, t->cert);
	if (t->key != NULL)
		SET(h, CURLOPT_SSLKEY, t->key);
}

/*
 * libcurl reads the variables but for HTTP_PROXY, which a web server could
 * set for its scripts; such a script has REQUEST_METHOD.
 */
static void
set_proxy(struct img_http *h, const struct img_request *r)
{
	const char *proxy = getenv("HTTP_PROXY");

	if (r->direct)
		SET(h, CURLOPT_PROXY, "");
	else if (proxy != NULL && getenv("http_proxy") == NULL &&
		 getenv("REQUEST_METHOD") == NULL &&
		 str_starts(str_from(r->url), STR("http://")))
		SET(h, CURLOPT_PROXY, proxy);
	SET(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void
set_limits(struct img_http *h, uint64_t left)
{
	SET(h, CURLOPT_NOSIGNAL, 1L);
	SET(h, CURLOPT_TIMEOUT_MS, (long)left);
	SET(h, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(left < CONNECT_MAX ? left : CONNECT_MAX));
	SET(h, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
	SET(h, CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
}

static void
prepare(struct img_http *h, const struct img_request *r, uint64_t left)
{
	h->curl->easy_reset(h->easy);
	SET(h, CURLOPT_URL, r->url);
	SET(h, CURLOPT_USERAGENT, "contrastc/" CONTRASTC_VERSION);
	SET(h, CURLOPT_FOLLOWLOCATION, 0L);
	SET(h, CURLOPT_HEADERFUNCTION, on_header);
	SET(h, CURLOPT_HEADERDATA, h);
	SET(h, CURLOPT_WRITEFUNCTION, on_body);
	SET(h, CURLOPT_WRITEDATA, h);
	if (r->head)
		SET(h, CURLOPT_NOBODY, 1L);
	if (r->form.n > 0) {
		SET(h, CURLOPT_POSTFIELDSIZE, (long)r->form.n);
		SET(h, CURLOPT_POSTFIELDS, r->form.p);
	}
	set_limits(h, left);
	set_tls(h, r->tls);
	set_proxy(h, r);
	add_headers(h, r);
	SET(h, CURLOPT_HTTPHEADER, h->headers);
}

static int
bad_certificate(struct img_http *h, struct rt_err *err)
{
	long result = 0;

	(void)h->curl->easy_getinfo(
	    h->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	return rt_err_set(err, RT_ECRYPTO,
	    "its certificate is not accepted: %s",
	    result > X509_V_ERR_UNSPECIFIED
		? X509_verify_cert_error_string(result)
		: "it is for another name");
}

static int
failure(struct img_http *h, CURLcode code, struct rt_err *err)
{
	/* clang-format off */
	static const struct {
		CURLcode code;
		int rc;
		const char *text;
	} texts[] = {
	    {CURLE_COULDNT_RESOLVE_HOST, RT_ENET, "its name cannot be resolved"},
	    {CURLE_COULDNT_RESOLVE_PROXY, RT_ENET,
		"the name of the proxy cannot be resolved"},
	    {CURLE_COULDNT_CONNECT, RT_ENET, "no connection"},
	    {CURLE_OPERATION_TIMEDOUT, RT_ENET, "it takes too long"},
	    {CURLE_PARTIAL_FILE, RT_ENET, "the connection broke"},
	    {CURLE_RECV_ERROR, RT_ENET, "the connection broke"},
	    {CURLE_SEND_ERROR, RT_ENET, "the connection broke"},
	    {CURLE_GOT_NOTHING, RT_ENET, "no answer"},
	    {CURLE_SSL_CONNECT_ERROR, RT_ESTATE,
		"TLS cannot be agreed on with it; if it speaks plain HTTP, "
		"--plain-http allows that"},
	    {CURLE_SSL_CERTPROBLEM, RT_EIO,
		"the client certificate or its key cannot be used"},
	    {CURLE_SSL_CACERT_BADFILE, RT_EIO,
		"the file with the CAs cannot be used"},
	    {CURLE_URL_MALFORMAT, RT_EFORMAT, "the URL is malformed"},
	    {CURLE_UNSUPPORTED_PROTOCOL, RT_EFORMAT, "the URL is malformed"},
	};
	/* clang-format on */
	size_t i;

	if (h->rc != 0)
		return h->rc;
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return bad_certificate(h, err);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].code == code)
			return rt_err_set(
			    err, texts[i].rc, "%s", texts[i].text);
	return rt_err_set(err, RT_ENET, "%s", h->curl->easy_strerror(code));
}

static void
finish(struct img_http *h)
{
	struct img_response *r = h->response;
	char *redirect = NULL;

	(void)h->curl->easy_getinfo(
	    h->easy, CURLINFO_RESPONSE_CODE, &r->status);
	(void)h->curl->easy_getinfo(h->easy, CURLINFO_REDIRECT_URL, &redirect);
	r->redirect = arena_str(h->arena, str_from(redirect));
	r->text = arena_str(h->arena, buf_str(&h->text));
}

int
img_http_do(struct img_response *out, struct arena *a, struct img_http *h,
    const struct img_request *r, struct rt_err *err)
{
	uint64_t now = img_now();
	struct rt_err ignored;
	CURLcode code;

	if (r->until <= now)
		return rt_err_set(err, RT_ENET, "it takes too long");
	*out = (struct img_response){0};
	h->request = r;
	h->response = out;
	h->arena = a;
	h->err = err != NULL ? err : &ignored;
	h->head = h->skipped = h->text.n = 0;
	h->enough = false;
	h->rc = 0;
	prepare(h, r, r->until - now);
	code = h->curl->easy_perform(h->easy);
	free_headers(h);
	if (code != CURLE_OK && !h->enough)
		return failure(h, code, err);
	finish(h);
	return 0;
}
