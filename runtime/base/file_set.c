/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several files that change together.  While a set is staged and committed it
 * holds a shared lock on each directory; whoever gets an exclusive one knows
 * that temporary files there are those of a run that was killed.
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/file.h"
#include "runtime/base/map.h"

#include "runtime/base/banned.h"

/* Descriptors are few; beyond this directories are neither locked nor swept. */
#define LOCKS_MAX 256

void
file_set_init(struct file_set *fs, struct arena *a)
{
	memset(fs, 0, sizeof(*fs));
	fs->arena = a;
	fs->held = -1;
}

void
file_set_add(
    struct file_set *fs, const char *path, struct str bytes, mode_t mode)
{
	struct file_out f = {.path = path, .bytes = bytes, .mode = mode};

	VEC_PUSH(fs->arena, &fs->files, f);
}

static const char *
directory(struct arena *a, const char *path)
{
	struct str p = str_from(path), base = str_basename(p);

	return base.n == p.n ? "." : arena_cstr(a, str_sub(p, 0, p.n - base.n));
}

/* locks, and what was left behind */

/* ".NAME.XXXXXX" of a file of the set? */
static bool
is_temp(const struct map *names, struct str entry)
{
	return entry.n > 8 && entry.p[0] == '.' &&
	       entry.p[entry.n - 7] == '.' &&
	       map_get(names, str_sub(entry, 1, entry.n - 7)) != NULL;
}

static void
sweep(int fd, const struct map *names)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	struct stat st;

	if (d == NULL && copy >= 0)
		(void)close(copy);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (is_temp(names, str_from(e->d_name)) &&
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			(void)unlinkat(fd, e->d_name, 0);
	}
	if (d != NULL)
		(void)closedir(d);
}

static bool
is_held(const struct file_set *fs, int fd)
{
	struct stat a, b;

	return fs->held >= 0 && fstat(fs->held, &a) == 0 &&
	       fstat(fd, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/*
 * Nobody is waited for: who has a directory for itself alone may want one of
 * ours next.  Without a lock nothing is swept, and should another run then
 * take a temporary file for a leftover, the rename fails and all is taken back.
 */
static void
lock(struct file_set *fs, const char *dir, const struct map *names)
{
	int fd = -1;

	if (fs->locks.n < LOCKS_MAX)
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	VEC_PUSH(fs->arena, &fs->locks, fd);
	if (is_held(fs, fd)) {
		sweep(fd, names);
		return;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		sweep(fd, names);
	(void)flock(fd, LOCK_SH | LOCK_NB);
}

struct place_of {
	const char *dir;
	struct map names;
};

static void
lock_all(struct file_set *fs)
{
	struct map by_dir = {0};
	VEC(struct place_of *) dirs = {0};
	struct place_of *p, **it;
	struct file_out *f;

	VEC_FOREACH(f, &fs->files) {
		const char *dir = directory(fs->arena, f->target);

		p = map_get(&by_dir, str_from(dir));
		if (p == NULL) {
			p = ARENA_NEW(fs->arena, struct place_of);
			p->dir = dir;
			(void)map_set(fs->arena, &by_dir, str_from(dir), p);
			VEC_PUSH(fs->arena, &dirs, p);
		}
		(void)map_set(
		    fs->arena, &p->names, str_basename(str_from(f->target)), f);
	}
	VEC_FOREACH(it, &dirs)
		lock(fs, (*it)->dir, &(*it)->names);
}

static void
unlock_all(struct file_set *fs)
{
	int *fd;

	VEC_FOREACH(fd, &fs->locks)
		(void)close(*fd);
	fs->locks.n = 0;
}

/* staging */

static int
write_all(int fd, struct str s, struct rt_err *err)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rt_err_sys(err, RT_EIO, "write");
		s = str_sub(s, (size_t)n, s.n);
	}
	return 0;
}

/* A name beside the target that cannot be mistaken for input. */
static int
make_temp(struct arena *a, struct file_out *f, int *fd, struct rt_err *err)
{
	struct str t = str_from(f->target), base = str_basename(t);
	char *name = (char *)(uintptr_t)arena_printf(
	    a, "%.*s.%.*s.XXXXXX", (int)(t.n - base.n), t.p, STR_ARG(base))
			 .p;

	*fd = mkostemp(name, O_CLOEXEC);
	if (*fd < 0)
		return rt_err_sys(
		    err, RT_EIO, "%s: create a file beside it", f->path);
	f->temp = name;
	return 0;
}

static int
stage(struct arena *a, struct file_out *f, struct rt_err *err)
{
	struct stat st;
	mode_t mode = f->mode, mask;
	int fd, r;

	if (stat(f->target, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return rt_err_set(
			    err, RT_EIO, "%s: not a regular file", f->path);
		mode = st.st_mode & 07777;
		if ((size_t)st.st_size == f->bytes.n &&
		    file_has_bytes(f->target, f->bytes))
			return 0;
	} else {
		mask = umask(0);
		(void)umask(mask);
		mode &= ~mask;
	}
	if ((r = make_temp(a, f, &fd, err)) != 0)
		return r;
	r = write_all(fd, f->bytes, err);
	if (r == 0 && (fchmod(fd, mode) != 0 || fsync(fd) != 0))
		r = rt_err_sys(err, RT_EIO, "write");
	if (close(fd) != 0 && r == 0)
		r = rt_err_sys(err, RT_EIO, "close");
	if (r != 0)
		(void)rt_err_wrap(err, "%s", f->path);
	return r;
}

int
file_set_stage(struct file_set *fs, struct rt_err *err)
{
	struct file_out *f;
	int r;

	VEC_FOREACH(f, &fs->files) {
		f->target = file_real_path(fs->arena, f->path);
		if (f->target == NULL)
			return rt_err_sys(err, RT_EIO, "%s", f->path);
	}
	lock_all(fs);
	VEC_FOREACH(f, &fs->files) {
		if ((r = stage(fs->arena, f, err)) != 0) {
			file_set_abort(fs);
			return r;
		}
	}
	return 0;
}

/* committing */

static int
sync_directory(struct arena *a, const char *path)
{
	int fd = open(directory(a, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -1;
	r = fsync(fd);
	if (r != 0 && errno != EIO && errno != ENOSPC)
		r = 0; /* a file system that cannot */
	(void)close(fd);
	return r;
}

/*
 * New and old file change places, so that the old one can come back.  Where
 * the file system cannot do that, or there is no old one, it is a rename.
 */
static int
put_in_place(struct file_out *f)
{
	if (renameat2(
		AT_FDCWD, f->temp, AT_FDCWD, f->target, RENAME_EXCHANGE) == 0) {
		f->state = FILE_EXCHANGED;
		return 0;
	}
	if (errno != ENOENT && errno != EINVAL && errno != ENOSYS &&
	    errno != EOPNOTSUPP)
		return -1;
	f->state = errno == ENOENT ? FILE_MADE : FILE_REPLACED;
	if (rename(f->temp, f->target) != 0) {
		f->state = FILE_STAGED;
		return -1;
	}
	f->temp = NULL;
	return 0;
}

static bool
take_back(struct file_out *f)
{
	if (f->state == FILE_EXCHANGED)
		return renameat2(AT_FDCWD, f->temp, AT_FDCWD, f->target,
			   RENAME_EXCHANGE) == 0;
	if (f->state == FILE_MADE)
		return unlink(f->target) == 0;
	return f->state == FILE_STAGED;
}

/* The first `n` files get their old content again. */
static void
roll_back(struct file_set *fs, size_t n, struct rt_err *err)
{
	while (n-- > 0) {
		if (!take_back(&fs->files.p[n]))
			(void)rt_err_wrap(
			    err, "%s is new, but", fs->files.p[n].path);
	}
	file_set_abort(fs);
}

/*
 * Is the directory written out behind this file?  Once for all of its files
 * in a row; and before the last file of the set, which speaks for the others.
 */
static bool
is_synced(const struct file_set *fs, const struct file_out *f)
{
	const struct file_out *end = fs->files.p + fs->files.n, *next = f + 1;

	while (next < end && next->temp == NULL)
		next++;
	return next + 1 >= end || strcmp(directory(fs->arena, f->target),
				      directory(fs->arena, next->target)) != 0;
}

int
file_set_commit(struct file_set *fs, size_t *changed, struct rt_err *err)
{
	struct file_out *f;
	int r;

	*changed = 0;
	VEC_FOREACH(f, &fs->files) {
		if (f->temp == NULL)
			continue;
		if (put_in_place(f) != 0 ||
		    (is_synced(fs, f) &&
			sync_directory(fs->arena, f->target) != 0)) {
			r = rt_err_sys(err, RT_EIO, "%s: rename", f->path);
			roll_back(fs, (size_t)(f - fs->files.p) + 1, err);
			*changed = 0;
			return r;
		}
		(*changed)++;
	}
	file_set_abort(fs);
	return 0;
}

void
file_set_abort(struct file_set *fs)
{
	struct file_out *f;

	VEC_FOREACH(f, &fs->files) {
		if (f->temp != NULL)
			(void)unlink(f->temp);
		f->temp = NULL;
	}
	unlock_all(fs);
}
