/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "coordinator/store.h"
#include "runtime/base/banned.h"

#define LETTERS                                                                \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
#define NAME_MAX_LEN 128

static size_t
name_len(const char *s)
{
	size_t n = strspn(s, LETTERS);

	return n <= NAME_MAX_LEN ? n : 0;
}

bool
co_store_key_ok(const char *key)
{
	size_t kind = name_len(key), name;

	if (kind == 0 || key[kind] != '/')
		return false;
	name = name_len(key + kind + 1);
	return name > 0 && key[kind + 1 + name] == '\0';
}

static int
check(const char *key, size_t n, struct rt_err *err)
{
	if (!co_store_key_ok(key))
		return rt_err_set(err, RT_EINVAL, "history: not a key");
	if (n > CO_VALUE_MAX)
		return rt_err_set(err, RT_ELIMIT,
		    "history: %s: %zu bytes, at most %zu", key, n,
		    CO_VALUE_MAX);
	return 0;
}

int
co_store_get(struct str *out, struct arena *a, struct co_store *s,
    const char *key, struct rt_err *err)
{
	int rc = check(key, 0, err);

	return rc != 0 ? rc : s->kind->get(out, a, s, key, err);
}

int
co_store_put(
    struct co_store *s, const char *key, struct str value, struct rt_err *err)
{
	int rc = check(key, value.n, err);

	return rc != 0 ? rc : s->kind->put(s, key, value, err);
}

int
co_store_swap(struct co_store *s, const char *key, const struct str *old,
    struct str value, struct rt_err *err)
{
	int rc = check(key, value.n, err);

	return rc != 0 ? rc : s->kind->swap(s, key, old, value, err);
}

void
co_store_close(struct co_store *s)
{
	if (s != NULL)
		s->kind->close(s);
}
