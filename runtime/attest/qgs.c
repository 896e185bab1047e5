/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the quoting service (17.5), little endian behind their length. */
#include "runtime/attest/tdx_guest.h"
#include "runtime/attest/tdx_int.h"
#include "runtime/base/buf.h"
#include "runtime/base/banned.h"

#define MAJOR 1
#define MINOR_MAX 1
#define HEADER_LEN 16
#define BODY_AT (HEADER_LEN + 8) /* after the two sizes */
enum { GET_QUOTE_REQ, GET_QUOTE_RESP };

static void
put_le(struct buf *out, uint32_t v, unsigned bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		buf_putc(out, (char)(v & 0xff));
}

void
qgs_request(struct buf *out, struct str report)
{
	uint32_t size = (uint32_t)(BODY_AT + report.n);
	int i;

	for (i = 24; i >= 0; i -= 8)
		buf_putc(out, (char)(size >> i & 0xff));
	put_le(out, MAJOR, 2);
	put_le(out, 0, 2);
	put_le(out, GET_QUOTE_REQ, 4);
	put_le(out, size, 4);
	put_le(out, 0, 4);
	put_le(out, (uint32_t)report.n, 4);
	put_le(out, 0, 4); /* no list of ids */
	buf_put(out, report);
}

static int
malformed(struct attest_result *r, const char *what)
{
	return attest_reject(r, ATTEST_ISSUE_DEVICE,
	    "the quoting service sends a response with %s", what);
}

int
qgs_response(struct str *quote, struct attest_result *r, struct str message)
{
	uint32_t id, size;

	if (message.n < HEADER_LEN || message.n > QGS_MESSAGE_MAX)
		return malformed(r, "a wrong size");
	if (tdx_u16(message, 0) != MAJOR || tdx_u16(message, 2) > MINOR_MAX)
		return malformed(r, "an unknown version");
	if (tdx_u32(message, 4) != GET_QUOTE_RESP)
		return malformed(r, "another type");
	if (tdx_u32(message, 8) != message.n)
		return malformed(r, "another size than it has");
	if (tdx_u32(message, 12) != 0)
		return attest_reject(r, ATTEST_ISSUE_DEVICE,
		    "the quoting service fails with 0x%x",
		    tdx_u32(message, 12));
	if (message.n < BODY_AT)
		return malformed(r, "no quote");
	id = tdx_u32(message, HEADER_LEN);
	size = tdx_u32(message, HEADER_LEN + 4);
	if (id > message.n - BODY_AT || size != message.n - BODY_AT - id)
		return malformed(r, "sizes that do not fit");
	*quote = str_sub(message, BODY_AT + id, message.n);
	return 0;
}

/* A line `port = n`; others are skipped. */
static bool
read_port(struct str line, uint64_t *port)
{
	size_t eq = str_chr(line, '=', 0);

	return eq != SIZE_MAX &&
	       str_eqz(str_trim(str_sub(line, 0, eq)), "port") &&
	       str_u64(
		   str_trim(str_sub(line, eq + 1, line.n)), UINT32_MAX, port) &&
	       *port > 0;
}

unsigned
qgs_port(struct str config)
{
	uint64_t port = QGS_PORT, found;

	while (config.n > 0) {
		size_t end = str_chr(config, '\n', 0);

		if (end == SIZE_MAX)
			end = config.n;
		if (read_port(str_sub(config, 0, end), &found))
			port = found;
		config = str_sub(config, end + 1, config.n);
	}
	return (unsigned)port;
}
