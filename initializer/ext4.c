/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <unistd.h>

#include "initializer/ext4.h"
#include "runtime/base/process.h"
#include "runtime/base/banned.h"

#define BLOCK 4096
#define GROUP 32768 /* blocks: a bit for each in one block */

/* s_magic, little-endian, of the superblock at 1024. */
#define MAGIC_AT 1080
#define MAGIC_LOW 0x53
#define MAGIC_HIGH 0xef

static int
find(bool *found, int fd, const char *device, struct rt_err *err)
{
	unsigned char magic[2] = {0};
	ssize_t n = pread(fd, magic, sizeof(magic), MAGIC_AT);

	if (n < 0 && errno != EIO)
		return rt_err_sys(err, RT_EIO, "read %s", device);
	*found = n == (ssize_t)sizeof(magic) && magic[0] == MAGIC_LOW &&
		 magic[1] == MAGIC_HIGH;
	return 0;
}

static bool
is_power(uint64_t n, uint64_t of)
{
	while (n > 1 && n % of == 0)
		n /= of;
	return n == 1;
}

/* Group 0 and, sparse_super, those of the powers of 3, 5 and 7. */
bool
init_ext4_is_super(uint64_t n)
{
	uint64_t group = n / GROUP;

	return n % GROUP == 0 && (group == 0 || is_power(group, 3) ||
				     is_power(group, 5) || is_power(group, 7));
}

/* mkfs.ext4 and the kernel read superblocks before they write them. */
static int
clear_supers(int fd, uint64_t blocks)
{
	static const alignas(BLOCK) unsigned char zero[BLOCK];
	uint64_t n;

	for (n = 0; n < blocks; n += GROUP)
		if (init_ext4_is_super(n) &&
		    pwrite(fd, zero, BLOCK, (off_t)(n * BLOCK)) != BLOCK)
			return -1;
	return fsync(fd);
}

static int
prepare(bool *found, const char *device, struct rt_err *err)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC), rc;
	off_t size;

	if (fd < 0)
		return rt_err_sys(err, RT_EIO, "open %s", device);
	rc = find(found, fd, device, err);
	(void)close(fd);
	if (rc != 0 || *found)
		return rc;
	fd = open(device, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		return rt_err_sys(err, RT_EIO, "open %s", device);
	size = lseek(fd, 0, SEEK_END);
	if (size < BLOCK || clear_supers(fd, (uint64_t)size / BLOCK) != 0)
		rc = rt_err_sys(err, RT_EIO, "write %s", device);
	(void)close(fd);
	return rc;
}

int
init_ext4_make(bool *made, const char *device, struct rt_err *err)
{
	const char *const argv[] = {
	    "mkfs.ext4", "-q", "-b", "4096", device, NULL};
	bool found = false;
	int status = 0, rc = prepare(&found, device, err);

	*made = rc == 0 && !found;
	if (*made)
		rc = rt_run(&status, argv, err);
	if (rc == 0 && status != 0)
		rc = rt_err_set(err, RT_EIO,
		    "no file system can be made: mkfs.ext4 exits with %d",
		    status);
	return rc;
}
