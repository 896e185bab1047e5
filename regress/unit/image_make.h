/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_REGRESS_IMAGE_MAKE_H
#define CONTRASTC_REGRESS_IMAGE_MAKE_H

/*
 * Makes layouts and archives for the tests of compiler/image, without the
 * code under test and without libarchive.  Included by one test program each.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#include "compiler/image/image.h"
#include "runtime/base/encode.h"

#define OCI "application/vnd.oci.image."

/* type as in tar: '0' file, '1' hard link, '2' symbolic link, '5' directory */
struct make_entry {
	char type;
	const char *name, *text;
};

enum make_codec { MAKE_PLAIN, MAKE_GZIP, MAKE_ZSTD };

static void
make_tar_entry(struct buf *b, char type, const char *name, const char *link,
    struct str data)
{
	char h[512] = {0};
	unsigned sum = 0;
	size_t i;

	(void)snprintf(h, 100, "%s", name);
	(void)snprintf(h + 100, 8, "%07o", type == '5' ? 0755 : 0644);
	(void)snprintf(h + 108, 8, "%07o", 0);
	(void)snprintf(h + 116, 8, "%07o", 0);
	(void)snprintf(h + 124, 12, "%011zo", data.n);
	(void)snprintf(h + 136, 12, "%011o", 0);
	memset(h + 148, ' ', 8);
	h[156] = type;
	(void)snprintf(h + 157, 100, "%s", link);
	memcpy(h + 257,
	    "ustar\0"
	    "00",
	    8);
	for (i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	(void)snprintf(h + 148, 8, "%06o", sum);
	buf_put(b, (struct str){h, sizeof(h)});
	buf_put(b, data);
	buf_fill(b, '\0', (512 - data.n % 512) % 512);
}

static void
make_tar_end(struct buf *b)
{
	buf_fill(b, '\0', 1024);
}

/* Entries up to one without a name. */
static struct str
make_tar(struct arena *a, const struct make_entry *e)
{
	struct buf b = {0};
	struct str s;

	for (; e->name != NULL; e++)
		if (e->type == '0')
			make_tar_entry(&b, '0', e->name, "", str_from(e->text));
		else
			make_tar_entry(&b, e->type, e->name,
			    e->text != NULL ? e->text : "", STR(""));
	make_tar_end(&b);
	s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static struct str
make_compress(struct arena *a, struct str s, enum make_codec codec)
{
	struct buf b = {0};

	if (codec == MAKE_GZIP)
		rt_gzip(&b, s);
	if (codec == MAKE_ZSTD)
		b.n = ZSTD_compress(buf_reserve(&b, ZSTD_compressBound(s.n)),
		    ZSTD_compressBound(s.n), s.p, s.n, 3);
	if (codec != MAKE_PLAIN)
		s = arena_str(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static const char *
make_dir(struct arena *a)
{
	const char *top = getenv("TMPDIR");
	struct str t =
	    arena_printf(a, "%s/image-test.XXXXXX", top != NULL ? top : "/tmp");
	char *name = arena_alloc(a, t.n + 1);

	memcpy(name, t.p, t.n);
	if (mkdtemp(name) == NULL)
		abort();
	return name;
}

static int
make_remove_one(
    const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
make_remove(const char *dir)
{
	(void)nftw(dir, make_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
make_file(struct arena *a, const char *dir, const char *name, struct str s)
{
	const char *path = arena_cstr(a, arena_printf(a, "%s/%s", dir, name));
	FILE *f = fopen(path, "w");

	if (f == NULL || (s.n > 0 && fwrite(s.p, 1, s.n, f) != s.n) ||
	    fclose(f) != 0)
		abort();
}

static void
make_layout(struct arena *a, const char *dir)
{
	const char *blobs =
	    arena_cstr(a, arena_printf(a, "%s/blobs/sha256", dir));

	(void)mkdir(arena_cstr(a, arena_printf(a, "%s/blobs", dir)), 0755);
	(void)mkdir(blobs, 0755);
	make_file(
	    a, dir, "oci-layout", STR("{\"imageLayoutVersion\":\"1.0.0\"}"));
}

/* Stores a blob; the result is its descriptor without the closing brace. */
static struct str
make_blob(struct arena *a, const char *dir, const char *type, struct str s)
{
	struct str hex = rt_sha256_hex(a, s);

	make_file(a, dir,
	    arena_cstr(a, arena_printf(a, "blobs/sha256/%.*s", STR_ARG(hex))),
	    s);
	return arena_printf(a,
	    "{\"mediaType\":\"%s\",\"digest\":\"sha256:%.*s\",\"size\":%zu",
	    type, STR_ARG(hex), s.n);
}

/* A manifest of layers; `config` is the member of the configuration. */
static struct str
make_image(struct arena *a, const char *dir, const char *config,
    const char *arch, const struct str *tars, size_t n, enum make_codec codec)
{
	static const char *const types[] = {OCI "layer.v1.tar",
	    OCI "layer.v1.tar+gzip", OCI "layer.v1.tar+zstd"};
	struct buf layers = {0}, ids = {0};
	struct str desc, text;
	size_t i;

	for (i = 0; i < n; i++) {
		desc = make_blob(
		    a, dir, types[codec], make_compress(a, tars[i], codec));
		buf_printf(&layers, "%s%.*s}", i > 0 ? "," : "", STR_ARG(desc));
		desc = rt_sha256_hex(a, tars[i]);
		buf_printf(
		    &ids, "%s\"sha256:%.*s\"", i > 0 ? "," : "", STR_ARG(desc));
	}
	text = arena_printf(a,
	    "{\"os\":\"linux\",\"architecture\":\"%s\",\"config\":%s,"
	    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%.*s]}}",
	    arch, config, STR_ARG(buf_str(&ids)));
	desc = make_blob(a, dir, OCI "config.v1+json", text);
	text = arena_printf(a,
	    "{\"schemaVersion\":2,\"mediaType\":\"" OCI
	    "manifest.v1+json\",\"config\":%.*s},\"layers\":[%.*s]}",
	    STR_ARG(desc), STR_ARG(buf_str(&layers)));
	buf_free(&layers);
	buf_free(&ids);
	return make_blob(a, dir, OCI "manifest.v1+json", text);
}

/* index.json with what `fmt` says is in its list. */
__attribute__((format(printf, 3, 4))) static void
make_index(struct arena *a, const char *dir, const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	make_file(a, dir, "index.json",
	    arena_printf(a, "{\"schemaVersion\":2,\"manifests\":[%s]}", text));
}

#define NAMED(ref)                                                             \
	",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" ref "\"}}"

#endif
