/* SPDX-License-Identifier: Apache-2.0 */
/* Values of gRPC's headers: escapes both ways, timeouts. */
#include <stdlib.h>

#include "runtime/wire/status.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = {(const char *)data, size};
	struct buf b = {0}, back = {0}, t = {0};
	int64_t ms, again;

	wire_percent_encode(&b, in);
	wire_percent_decode(&back, buf_str(&b));
	if (!str_eq(in, buf_str(&back)))
		abort();
	back.n = 0;
	wire_percent_decode(&back, in);
	if (back.n > size)
		abort();
	if (wire_timeout_parse(&ms, in) && ms > 0) {
		wire_timeout_format(&t, ms);
		if (!wire_timeout_parse(&again, buf_str(&t)) || again > ms)
			abort();
	}
	buf_free(&b);
	buf_free(&back);
	buf_free(&t);
	return 0;
}
