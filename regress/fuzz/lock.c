/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: lock files.  What is read is used, what is written can be read
 * again, and writing that once more gives the same bytes.
 */
#include <sys/mman.h>

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/image/image_int.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str
file_of(struct arena *a, struct str bytes, int *fd)
{
	*fd = memfd_create("lock", MFD_CLOEXEC);
	if (*fd < 0 || write(*fd, bytes.p, bytes.n) != (ssize_t)bytes.n)
		abort();
	return arena_printf(a, "/proc/self/fd/%d", *fd);
}

static void
ask(struct arena *a, struct img_store *s, struct str ref)
{
	const struct img_facts *f;
	struct rt_err err;

	f = img_facts_get(s, ref, IMG_USERS | IMG_VERITY, &err);
	if (f == NULL && err.code == 0)
		abort();
	if (f != NULL && img_pull_digest(f).n > 0 &&
	    img_digest_get(s, ref, &err) == NULL)
		abort();
	(void)a;
}

/* Reads, asks, writes; an empty result: it was refused. */
static struct str
rewrite(struct arena *a, struct str text, bool prune)
{
	struct img_options o = {.ask_tags = true};
	struct img_lock lock = {0};
	struct img_store *s;
	struct img_file *f;
	struct diags d;
	size_t i;
	int fd;

	diags_init(&d, a);
	o.lock_path = arena_cstr(a, file_of(a, text, &fd));
	s = img_store_open(a, &d, &o);
	if (d.errors > 0 || s->lock == NULL) {
		if (d.errors == 0)
			abort();
	} else {
		f = s->lock->state;
		for (i = 0; i < f->entries.n && i < 64; i++)
			ask(a, s, f->entries.p[i]->facts.ref);
		img_lock_make(&lock, s, prune);
	}
	img_store_close(s);
	(void)close(fd);
	return lock.text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size}, once, twice;
	struct arena *a;

	if (size > 65536)
		return 0;
	a = arena_new();
	once = rewrite(a, text, false);
	if (once.n > 0) {
		twice = rewrite(a, once, false);
		if (!str_eq(once, twice) || rewrite(a, once, true).n == 0)
			abort();
	}
	arena_free(a);
	return 0;
}
