/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "runtime/base/arena.h"
#include "runtime/pki/secret.h"

#include "runtime/base/banned.h"

static int
fill(struct pki_file *f, int fd, struct rt_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return rt_err_sys(err, RT_EIO, "stat");
	f->mode = st.st_mode;
	while (f->n < PKI_FILE_MAX + 1) {
		ssize_t n = read(fd, f->p + f->n, PKI_FILE_MAX + 1 - f->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rt_err_sys(err, RT_EIO, "read");
		if (n == 0)
			return 0;
		f->n += (size_t)n;
	}
	return rt_err_set(
	    err, RT_ELIMIT, "larger than %zu KiB", PKI_FILE_MAX >> 10);
}

int
pki_file_read(struct pki_file *out, const char *path, struct rt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	*out = (struct pki_file){0};
	if (fd < 0)
		return rt_err_sys(err, errno == ENOENT ? RT_ENOTFOUND : RT_EIO,
		    "open %s", path);
	/* beyond what the file fills the pages are never touched */
	out->p = rt_malloc(PKI_FILE_MAX + 1);
	rc = fill(out, fd, err);
	(void)close(fd);
	return rc == 0 ? 0 : rt_err_wrap(err, "%s", path);
}

void
pki_file_free(struct pki_file *f)
{
	if (f->p != NULL)
		OPENSSL_cleanse(f->p, f->n);
	free(f->p);
	*f = (struct pki_file){0};
}

struct str
pki_file_str(const struct pki_file *f)
{
	return (struct str){f->p, f->n};
}
