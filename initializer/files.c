/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "initializer/files.h"
#include "runtime/base/file.h"
#include "runtime/base/banned.h"

static const struct row {
	const char *path;
	mode_t mode;
} rows[INIT_FILES] = {
    [INIT_CHAIN] = {"tls-config/certChain.pem", 0444},
    [INIT_MESH_CA] = {"tls-config/mesh-ca.pem", 0444},
    [INIT_ROOT_CA] = {"tls-config/coordinator-root-ca.pem", 0444},
    [INIT_KEY] = {"tls-config/key.pem", 0400},
    [INIT_SECRET] = {"secrets/workload-secret-seed", 0400},
};

const char *
init_file_path(struct arena *a, const char *dir, enum init_file f)
{
	return arena_printf(a, "%s/%s", dir, rows[f].path).p;
}

int
init_files_directory(struct arena *a, const char *path, struct rt_err *err)
{
	mode_t mask = umask(022);
	int rc = file_make_dirs(a, path, 0755);

	(void)umask(mask);
	return rc == 0 ? 0 : rt_err_sys(err, RT_EIO, "mkdir %s", path);
}

int
init_files_prepare(struct arena *a, const char *dir, struct rt_err *err)
{
	static const char *const below[] = {"tls-config", "secrets"};
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(below) / sizeof(*below) && rc == 0; i++)
		rc = init_files_directory(
		    a, arena_printf(a, "%s/%s", dir, below[i]).p, err);
	return rc;
}

/* A file that an earlier run left keeps its mode when it is replaced. */
static int
set_mode(const char *path, mode_t mode, struct rt_err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return errno == ENOENT
			   ? 0
			   : rt_err_sys(err, RT_EIO, "open %s", path);
	if (fstat(fd, &st) != 0 ||
	    ((st.st_mode & 07777) != mode && fchmod(fd, mode) != 0))
		rc = rt_err_sys(err, RT_EIO, "mode of %s", path);
	(void)close(fd);
	return rc;
}

static int
add(struct file_set *fs, const char *dir, enum init_file f, struct str bytes,
    mode_t mode, struct rt_err *err)
{
	const char *path = init_file_path(fs->arena, dir, f);

	file_set_add(fs, path, bytes, mode);
	return set_mode(path, mode, err);
}

/* Renaming is over before a secret of another policy goes. */
static int
put_in_place(
    struct file_set *fs, const char *dir, bool secret, struct rt_err *err)
{
	const char *path = init_file_path(fs->arena, dir, INIT_SECRET);
	size_t changed;
	int rc = file_set_stage(fs, err);

	if (rc == 0)
		rc = file_set_commit(fs, &changed, err);
	if (rc == 0 && !secret && unlink(path) != 0 && errno != ENOENT)
		rc = rt_err_sys(err, RT_EIO, "remove %s", path);
	return rc;
}

int
init_files_write(struct arena *a, const char *dir,
    const struct str bytes[INIT_FILES], mode_t key_mode, struct rt_err *err)
{
	struct file_set fs;
	mode_t mask;
	int f, rc = 0;

	file_set_init(&fs, a);
	for (f = 0; f < INIT_FILES && rc == 0; f++) {
		if (bytes[f].n == 0 && f == INIT_SECRET)
			continue;
		rc = add(&fs, dir, (enum init_file)f, bytes[f],
		    f == INIT_KEY ? key_mode : rows[f].mode, err);
	}
	if (rc != 0)
		return rc;
	mask = umask(0);
	rc = put_in_place(&fs, dir, bytes[INIT_SECRET].n > 0, err);
	(void)umask(mask);
	return rc;
}

int
init_files_done(const char *path, struct rt_err *err)
{
	mode_t mask = umask(022);
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

	(void)umask(mask);
	if (fd < 0)
		return rt_err_sys(err, RT_EIO, "%s", path);
	return close(fd) == 0 ? 0 : rt_err_sys(err, RT_EIO, "%s", path);
}
