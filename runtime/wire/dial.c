/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connecting through an HTTP proxy (CONNECT, RFC 9110 section 9.3.6), as the
 * environment says.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>

#include "runtime/base/arena.h"
#include "runtime/base/curl.h"
#include "runtime/wire/client.h"
#include "runtime/base/banned.h"

#define URL_MAX 512

static const char *
variable(const char *upper, const char *lower)
{
	const char *s = getenv(upper);

	return s != NULL && s[0] != '\0' ? s : getenv(lower);
}

/* Go's clients, too, never reach the own machine through a proxy. */
static bool
is_here(const char *host)
{
	return strcasecmp(host, "localhost") == 0 ||
	       strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* The socket outlives what made it. */
static int
keep_socket(int *fd, const struct rt_curl *curl, CURL *easy, struct rt_err *err)
{
	curl_socket_t s = CURL_SOCKET_BAD;

	(void)curl->easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &s);
	if (s != CURL_SOCKET_BAD)
		*fd = fcntl(s, F_DUPFD_CLOEXEC, 0);
	return s == CURL_SOCKET_BAD || *fd < 0
		   ? rt_err_sys(err, RT_ENET, "connecting")
		   : 0;
}

static int
tunnel(int *fd, const struct rt_curl *curl, const char *url, const char *proxy,
    int64_t deadline, struct rt_err *err)
{
	const char *not_for = variable("NO_PROXY", "no_proxy");
	int64_t left = deadline - rt_now_ms();
	CURL *easy = curl->easy_init();
	CURLcode code;
	int rc;

	if (easy == NULL)
		rt_no_memory();
	(void)curl->easy_setopt(easy, CURLOPT_URL, url);
	(void)curl->easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	(void)curl->easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	(void)curl->easy_setopt(easy, CURLOPT_PROXY, proxy);
	(void)curl->easy_setopt(
	    easy, CURLOPT_NOPROXY, not_for == NULL ? "" : not_for);
	(void)curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl->easy_setopt(
	    easy, CURLOPT_TIMEOUT_MS, left > 1 ? (long)left : 1L);
	code = curl->easy_perform(easy);
	if (code == CURLE_OK)
		rc = keep_socket(fd, curl, easy, err);
	else
		rc = rt_err_set(err, RT_ENET, "through the proxy: %s",
		    curl->easy_strerror(code));
	curl->easy_cleanup(easy);
	return rc;
}

int
wire_dial(int *fd, const char *host, const char *port, int64_t deadline,
    struct rt_err *err)
{
	const char *proxy = variable("HTTPS_PROXY", "https_proxy");
	const struct rt_curl *curl;
	char url[URL_MAX];
	int n;

	if (proxy == NULL || proxy[0] == '\0' || is_here(host))
		return wire_connect(fd, host, port, deadline, err);
	if (strncasecmp(proxy, "https://", 8) == 0)
		return rt_err_set(err, RT_EINVAL,
		    "HTTPS_PROXY: a proxy that is itself spoken to by TLS is "
		    "not supported");
	n = snprintf(url, sizeof(url),
	    strchr(host, ':') == NULL ? "http://%s:%s" : "http://[%s]:%s", host,
	    port);
	if (n < 0 || (size_t)n >= sizeof(url))
		return rt_err_set(err, RT_EINVAL, "a host name of %d bytes", n);
	curl = rt_curl_load(err);
	return curl == NULL ? RT_EIO
			    : tunnel(fd, curl, url, proxy, deadline, err);
}
