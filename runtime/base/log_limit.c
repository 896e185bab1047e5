/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/base/log_limit.h"
#include "runtime/base/banned.h"

/* FNV-1a */
static size_t
slot_of(struct str key)
{
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = 0; i < key.n; i++)
		hash = (hash ^ (unsigned char)key.p[i]) * 16777619u;
	return hash % LOG_LIMIT_SLOTS;
}

bool
log_limit_pass(
    struct log_limit *l, struct str key, int64_t now, unsigned *silent)
{
	size_t i = slot_of(key);
	bool pass;

	(void)pthread_mutex_lock(&l->lock);
	if (now - l->slots[i].since >= LOG_LIMIT_MS) {
		l->slots[i].since = now;
		l->slots[i].lines = 0;
	}
	pass = l->slots[i].lines < LOG_LIMIT_LINES;
	if (pass) {
		l->slots[i].lines++;
		*silent = l->slots[i].silent;
		l->slots[i].silent = 0;
	} else {
		l->slots[i].silent++;
	}
	(void)pthread_mutex_unlock(&l->lock);
	return pass;
}
