/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of images: the first byte chooses the document, the rest is its text.
 *   i index of a layout, m manifest or index, c configuration, f images file
 * The blob "{}" can be named by a descriptor.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compiler/image/image_int.h"
#include "runtime/base/encode.h"
#include "runtime/base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EMPTY                                                                  \
	"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

struct memory {
	struct img_blobs blobs; /* first */
	struct str digest, text;
};

static int
serve(struct img_span *out, struct img_blobs *b, struct str place,
    struct rt_err *err)
{
	static int fd = -1;
	const struct memory *m = (const struct memory *)b;
	struct str text = str_eqz(place, EMPTY) ? STR("{}") : m->text;

	if (!str_eqz(place, EMPTY) && !str_eq(place, m->digest))
		return rt_err_set(err, RT_ENOTFOUND, "no such blob");
	if (fd < 0)
		fd = memfd_create("oci", MFD_CLOEXEC);
	if (pwrite(fd, text.p, text.n, 0) != (ssize_t)text.n)
		abort();
	*out = (struct img_span){.fd = fd, .size = text.n};
	return 0;
}

static void
read_manifest(struct arena *a, struct str text)
{
	struct memory m = {.text = text};
	struct img_desc d = {0};
	struct img_facts f;
	struct rt_err err;
	unsigned char sum[SHA256_LEN];

	rt_sha256(sum, text);
	m.blobs.open = serve;
	m.digest = d.digest = img_sha256_text(a, sum);
	if (img_oci_read(&f, a, &m.blobs, &d, STR("linux/amd64"), IMG_USERS,
		&err) == 0 &&
	    !str_eq(f.manifest_digest, m.digest))
		abort();
}

static void
read_layout(struct arena *a, struct str text)
{
	struct memory m = {.digest = STR_INIT(EMPTY)};
	struct img_layout *l;
	struct img_facts f;
	struct img_ref r;
	struct rt_err err;

	m.blobs.open = serve;
	if (img_layout_new(&l, a, &m.blobs, text, &err) == 0 &&
	    img_ref_parse(&r, a, STR("a:1"), &err) == 0 &&
	    img_layout_find(&f, l, a, &r, STR("linux/amd64"), 0, &err) == 0)
		abort(); /* no image is there */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = {(const char *)data + 1, size - 1};
	struct img_facts facts = {0};
	struct img_file *file;
	struct rt_err err;

	if (size == 0 || size > 65536)
		err.code = 0;
	else if (data[0] == 'i')
		read_layout(a, text);
	else if (data[0] == 'm')
		read_manifest(a, text);
	else if (data[0] == 'c')
		err.code =
		    img_oci_config(&facts, a, text, STR("linux/amd64"), &err);
	else
		err.code = img_file_parse(&file, a, STR("images.json"), text,
		    STR("linux/amd64"), false, &err);
	arena_free(a);
	return 0;
}
