/* SPDX-License-Identifier: Apache-2.0 */
/* Small operations on the model; the words and hashes that it stands for. */
#include <stdlib.h>
#include <string.h>

#include "runtime/manifest/manifest_int.h"
#include "runtime/base/banned.h"

/* The first entry whose hash is not less. */
static size_t
lower_bound(const struct manifest *m, struct str hash)
{
	size_t from = 0, to = m->policies.n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (str_cmp(m->policies.p[mid].hash, hash) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static struct manifest_policy *
find_lowered(const struct manifest *m, struct str hash)
{
	size_t i = lower_bound(m, hash);

	if (i == m->policies.n || !str_eq(m->policies.p[i].hash, hash))
		return NULL;
	return &m->policies.p[i];
}

struct manifest_policy *
manifest_policy_find(const struct manifest *m, struct str hash)
{
	char low[128];
	size_t i;

	if (hash.n > sizeof(low))
		return NULL;
	for (i = 0; i < hash.n; i++) {
		char c = hash.p[i];

		low[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
	}
	return find_lowered(m, (struct str){low, hash.n});
}

struct manifest_policy *
manifest_policy_add(struct manifest *m, struct arena *a, struct str hash)
{
	struct manifest_policy p = {.hash = mf_lower_hex(a, hash)};
	struct manifest_policy *old = find_lowered(m, p.hash);
	size_t i;

	if (old != NULL)
		return old;
	m->policies_set = true;
	i = lower_bound(m, p.hash);
	VEC_INSERT(a, &m->policies, i, p);
	return &m->policies.p[i];
}

bool
manifest_list_has(const struct manifest_list *l, struct str s)
{
	size_t i;

	for (i = 0; i < l->v.n; i++) {
		if (str_eq(l->v.p[i], s))
			return true;
	}
	return false;
}

void
manifest_list_add(struct manifest_list *l, struct arena *a, struct str s)
{
	l->set = true;
	if (!manifest_list_has(l, s))
		VEC_PUSH(a, &l->v, s);
}

static int
by_bytes(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

void
manifest_list_sort(struct manifest_list *l)
{
	if (l->v.n > 1)
		qsort(l->v.p, l->v.n, sizeof(*l->v.p), by_bytes);
}

void
manifest_transition(unsigned char out[SHA256_LEN], struct str manifest,
    const unsigned char previous[SHA256_LEN])
{
	unsigned char both[2 * SHA256_LEN];

	rt_sha256(both, manifest);
	memcpy(both + SHA256_LEN, previous, SHA256_LEN);
	rt_sha256(out, (struct str){(const char *)both, sizeof(both)});
}

uint64_t
manifest_guest_policy_word(const struct manifest_guest_policy *p)
{
	const bool bits[] = {p->smt, true, p->migrate_ma, p->debug,
	    p->single_socket, p->cxl, p->aes256_xts, p->rapl_dis,
	    p->ciphertext_hiding, p->page_swap_disable};
	uint64_t word = p->abi_minor | (uint64_t)p->abi_major << 8;
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		word |= (uint64_t)bits[i] << (16 + i);
	return word;
}

uint64_t
manifest_platform_info_word(const struct manifest_platform_info *p)
{
	return (uint64_t)p->smt | (uint64_t)p->tsme << 1 |
	       (uint64_t)p->ecc << 2 | (uint64_t)p->rapl_disabled << 3 |
	       (uint64_t)p->ciphertext_hiding << 4 |
	       (uint64_t)p->alias_check << 5 | (uint64_t)p->tio << 7;
}

uint64_t
manifest_api_version(struct str text)
{
	uint64_t n = 0;

	if (!str_starts(text, STR("v")) || text.n < 2 || text.p[1] == '0' ||
	    !str_u64(str_sub(text, 1, text.n), UINT32_MAX, &n))
		return 0;
	return n;
}
