/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate table of host and firmware (attestation 17.4). */
#include "runtime/attest/snp.h"
#include "runtime/base/banned.h"

#define GUID_LEN 16
#define ENTRY_LEN 24
#define ENTRIES_MAX 32

static const struct {
	unsigned char guid[GUID_LEN];
	size_t at; /* in struct snp_table */
} known[] = {
    {{0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9,
	 0x3b, 0xe8, 0xac, 0xcd},
	offsetof(struct snp_table, vcek)},
    {{0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e, 0xaa, 0xe6, 0x39, 0xc0,
	 0x45, 0xa0, 0xb8, 0xa1},
	offsetof(struct snp_table, vlek)},
    {{0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f, 0x05, 0xae,
	 0xf3, 0x27, 0xc7, 0x82},
	offsetof(struct snp_table, ca)},
    {{0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43, 0x3f, 0xb6,
	 0x01, 0x4c, 0xd0, 0xae},
	offsetof(struct snp_table, ark)},
    {{0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d, 0x97, 0xff, 0xd1, 0x9f,
	 0x88, 0xdc, 0x67, 0xea},
	offsetof(struct snp_table, crl)},
};

static size_t
get_u32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 |
	       (size_t)b[3] << 24;
}

/* Entries up to the terminator, or SIZE_MAX. */
static size_t
count(struct str table)
{
	static const char zero[ENTRY_LEN];
	size_t n;

	for (n = 0; n <= ENTRIES_MAX && ENTRY_LEN * (n + 1) <= table.n; n++) {
		if (memcmp(table.p + ENTRY_LEN * n, zero, ENTRY_LEN) == 0)
			return n;
	}
	return SIZE_MAX;
}

static void
store(struct snp_table *out, const char *guid, struct str blob)
{
	struct str *s;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (memcmp(known[i].guid, guid, GUID_LEN) != 0)
			continue;
		s = (struct str *)(void *)((char *)out + known[i].at);
		if (s->p == NULL)
			*s = blob;
	}
}

bool
snp_table_read(struct snp_table *out, struct str table)
{
	size_t n, i, offset, len;

	*out = (struct snp_table){0};
	n = table.n > ATTEST_CERT_TABLE_MAX ? SIZE_MAX : count(table);
	if (n == SIZE_MAX)
		return false;
	for (i = 0; i < n; i++) {
		const char *e = table.p + ENTRY_LEN * i;

		offset = get_u32(e + GUID_LEN);
		len = get_u32(e + GUID_LEN + 4);
		if (offset < ENTRY_LEN * (n + 1) || offset > table.n ||
		    len > table.n - offset) {
			*out = (struct snp_table){0};
			return false;
		}
		store(out, e, str_sub(table, offset, offset + len));
	}
	return true;
}
