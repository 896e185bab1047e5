/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc_peer serve [tls FILE] [connections N]
 *	The methods of rig.h on a port of 127.0.0.1, which is printed; with TLS
 *	the certificate is written to FILE.  "load" on standard input prints
 *	connections, bytes held and open descriptors; its end stops the server
 *	with time, and prints the connections that were left.
 * grpc_peer call PORT plain|tls PATH MANIFEST MS
 *	Prints the status code, the size of what came back, and the text; a
 *	MANIFEST of "@N" is N bytes and must come back unchanged.
 * grpc_peer flood PORT plain|tls IDLE SLOW CALLS
 *	Opens IDLE connections that say nothing and SLOW ones that stop within
 *	their first message, then calls; prints how many calls were answered
 *	and the slowest, in ms.
 */
#include <sys/resource.h>
#include <sys/socket.h>

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "regress/wire/rig.h"
#include "regress/wire/tls.h"
#include "runtime/base/banned.h"

#define HOST "127.0.0.1"

static int
die(const char *what)
{
	fprintf(stderr, "grpc_peer: %s\n", what);
	return 2;
}

static uint64_t
number(const char *z)
{
	uint64_t n;

	if (!str_u64(str_from(z), UINT32_MAX, &n))
		exit(die(z));
	return n;
}

static unsigned
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	if (d != NULL)
		(void)closedir(d);
	return n;
}

static void
print_load(struct wire_rig *rig)
{
	unsigned n;
	size_t held;

	wire_server_load(rig->server, &n, &held);
	printf("%u connections, %zu bytes, %u descriptors\n", n, held,
	    descriptors());
	(void)fflush(stdout);
}

static bool
write_certificate(SSL_CTX *ctx, const char *path)
{
	FILE *f = fopen(path, "w");
	bool ok =
	    f != NULL && PEM_write_X509(f, SSL_CTX_get0_certificate(ctx)) == 1;

	return f != NULL && fclose(f) == 0 && ok;
}

static void
all_descriptors(void)
{
	struct rlimit all = {0};

	(void)getrlimit(RLIMIT_NOFILE, &all);
	all.rlim_cur = all.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &all);
}

static int
serve_on(struct wire_rig *rig)
{
	char line[64];
	uint16_t port;
	int fd;

	if (wire_listen(&fd, HOST, 0, &port, NULL) != 0 ||
	    wire_server_listen(rig->server, fd, NULL) != 0)
		return die("cannot listen");
	printf("%u\n", port);
	(void)fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL)
		print_load(rig);
	wire_server_stop(rig->server, 5000);
	print_load(rig);
	wire_rig_stop(rig);
	return 0;
}

static int
serve(int argc, char **argv)
{
	struct wire_limits limits = {0};
	struct wire_tls tls;
	struct wire_rig rig;
	SSL_CTX *ctx = NULL;
	int i, r;

	for (i = 0; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "connections") == 0)
			limits.connections = (unsigned)number(argv[i + 1]);
		else if ((ctx = wire_test_server(false)) == NULL ||
			 !write_certificate(ctx, argv[i + 1]))
			return die("cannot write the certificate");
	}
	tls = wire_test_tls(ctx);
	if (wire_rig_start(&rig, &limits, ctx == NULL ? NULL : &tls) != 0)
		return die("cannot start");
	r = serve_on(&rig);
	SSL_CTX_free(ctx);
	return r;
}

static struct wire_client *
dial(const char *port, SSL_CTX *ctx, struct rt_err *err)
{
	int64_t deadline = rt_now_ms() + 20000;
	struct wire_client *client;
	struct wire_io io = {.fd = -1};

	if (wire_connect(&io.fd, HOST, port, deadline, err) != 0)
		return NULL;
	if (ctx != NULL &&
	    (io.ssl = wire_test_connect(ctx, io.fd, deadline)) == NULL) {
		(void)close(io.fd);
		(void)rt_err_set(err, RT_ENET, "no handshake");
		return NULL;
	}
	if (wire_client_new(&client, io, "localhost", 0, err) != 0)
		return NULL;
	return client;
}

static int
call(char **argv)
{
	SSL_CTX *ctx = strcmp(argv[1], "tls") == 0 ? wire_test_client() : NULL;
	struct rt_err err = {0};
	struct wire_client *client = dial(argv[0], ctx, &err);
	bool sized = argv[3][0] == '@';
	struct buf in = {0}, out = {0};
	struct wire_status st;

	if (client == NULL)
		return die(err.text);
	if (sized)
		buf_fill(&in, 'y', (size_t)number(argv[3] + 1));
	else
		buf_puts(&in, argv[3]);
	(void)wire_rig_call(
	    &out, client, argv[2], buf_str(&in), (int64_t)number(argv[4]), &st);
	printf("%d %zu %s%s\n", st.code, out.n, st.text,
	    sized && st.code == 0 && !str_eq(buf_str(&in), buf_str(&out))
		? "changed"
		: "");
	wire_client_free(client);
	SSL_CTX_free(ctx);
	buf_free(&in);
	buf_free(&out);
	return 0;
}

/* The first bytes of what a peer says, not all of it. */
static void
begin(int fd, bool tls)
{
	static const char hello[] = "\x16\x03\x01\x02\x00\x01";
	static const char preface[] = "PRI * HT";

	if (tls)
		(void)!write(fd, hello, sizeof(hello) - 1);
	else
		(void)!write(fd, preface, sizeof(preface) - 1);
}

static unsigned
open_many(const char *port, bool tls, unsigned idle, unsigned slow)
{
	unsigned i, n = 0;
	int fd;

	for (i = 0; i < idle + slow; i++) {
		if (wire_connect(&fd, HOST, port, rt_now_ms() + 20000, NULL) !=
		    0)
			break;
		if (i >= idle)
			begin(fd, tls);
		n++;
	}
	return n;
}

static int
flood(char **argv)
{
	SSL_CTX *ctx = strcmp(argv[1], "tls") == 0 ? wire_test_client() : NULL;
	unsigned i, n, good = 0, calls = (unsigned)number(argv[4]);
	int64_t t, slowest = 0;

	n = open_many(argv[0], ctx != NULL, (unsigned)number(argv[2]),
	    (unsigned)number(argv[3]));
	for (i = 0; i < calls; i++) {
		struct buf out = {0};
		struct wire_status st = {.code = -1};
		struct wire_client *client;

		t = rt_now_ms();
		client = dial(argv[0], ctx, NULL);
		if (client != NULL && wire_rig_call(&out, client, "/t.T/Echo",
					  STR("x"), 20000, &st) == 0)
			good++;
		wire_client_free(client);
		buf_free(&out);
		slowest = rt_now_ms() - t > slowest ? rt_now_ms() - t : slowest;
	}
	printf("%u open, %u of %u calls answered, slowest %lld ms\n", n, good,
	    calls, (long long)slowest);
	SSL_CTX_free(ctx);
	return good == calls ? 0 : 1;
}

int
main(int argc, char **argv)
{
	(void)signal(SIGPIPE, SIG_IGN);
	all_descriptors();
	if (argc >= 2 && strcmp(argv[1], "serve") == 0)
		return serve(argc - 2, argv + 2);
	if (argc == 7 && strcmp(argv[1], "call") == 0)
		return call(argv + 2);
	if (argc == 7 && strcmp(argv[1], "flood") == 0)
		return flood(argv + 2);
	return die("usage: grpc_peer serve|call|flood …");
}
