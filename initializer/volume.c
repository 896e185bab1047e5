/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mount.h>
#include <sys/stat.h>

#include <string.h>

#include "initializer/crypt.h"
#include "initializer/ext4.h"
#include "initializer/files.h"
#include "initializer/luks.h"
#include "initializer/volume.h"
#include "runtime/base/log.h"
#include "runtime/pki/secret.h"
#include "runtime/base/banned.h"

struct volume {
	const struct init_config *config;
	const char *device, *mount_point;
	const char *name, *path; /* of the mapping */
};

static struct volume
volume_of(struct arena *a, const struct init_config *c)
{
	struct volume v = {.config = c,
	    .device = c->text[INIT_DEVICE],
	    .mount_point = c->text[INIT_STATE]};

	v.name = init_luks_name(a, v.device, v.mount_point);
	v.path = arena_printf(a, "/dev/mapper/%s", v.name).p;
	return v;
}

/* Fresh or not, it is opened in one way, from what is in memory. */
static int
unlock(const struct volume *v, struct str key, struct rt_err *err)
{
	bool old = strcmp(v->config->text[INIT_PLAIN_LUKS], "1") == 0;
	struct init_crypt *c;
	int rc = init_crypt_new(&c, v->device, err);

	if (rc == RT_ENOTFOUND) {
		log_event(LOG_WARN, "no encrypted volume: it is formatted",
		    "device", v->device, NULL);
		rc = init_crypt_format(c, key, err);
	}
	if (rc == 0)
		rc = init_crypt_open(c, v->name, key, old, err);
	init_crypt_free(c);
	return rc;
}

static int
unlock_with_secret(struct arena *a, const struct volume *v, struct rt_err *err)
{
	const char *path =
	    init_file_path(a, v->config->text[INIT_DIR], INIT_SECRET);
	struct pki_file key;
	int rc = pki_file_read(&key, path, err);

	if (rc == RT_ENOTFOUND || (rc == 0 && key.n == 0))
		rc = rt_err_set(err, RT_ENOTFOUND,
		    "an encrypted volume needs a workload secret, and the "
		    "pod's policy has no WorkloadSecretID in the manifest");
	if (rc == 0)
		rc = unlock(v, pki_file_str(&key), err);
	pki_file_free(&key);
	return rc;
}

/* By an earlier run. */
static bool
is_mounted(const struct volume *v)
{
	struct stat at, of;

	return stat(v->mount_point, &at) == 0 && stat(v->path, &of) == 0 &&
	       at.st_dev == of.st_rdev;
}

static int
mount_volume(struct arena *a, const struct volume *v, struct rt_err *err)
{
	bool made;
	int rc = init_ext4_make(&made, v->path, err);

	if (rc == 0)
		rc = init_files_directory(a, v->mount_point, err);
	if (rc == 0 && !is_mounted(v) &&
	    mount(v->path, v->mount_point, "ext4", 0, NULL) != 0)
		rc = rt_err_sys(err, RT_EIO, "mount at %s", v->mount_point);
	if (rc == 0)
		log_event(LOG_INFO,
		    made ? "encrypted volume mounted, with a new file system"
			 : "encrypted volume mounted",
		    "device", v->device, "at", v->mount_point, NULL);
	return rc;
}

int
init_volume_open(const struct init_config *c, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct volume v = volume_of(a, c);
	bool present;
	int rc = init_crypt_present(&present, v.name, err);

	if (rc == 0 && !present)
		rc = unlock_with_secret(a, &v, err);
	if (rc == 0) {
		rc = mount_volume(a, &v, err);
		if (rc != 0 && init_crypt_close(v.name, NULL) != 0)
			log_event(LOG_WARN, "the volume stays open", NULL);
	}
	arena_free(a);
	return rc == 0 ? 0 : rt_err_wrap(err, "encrypted volume");
}

int
init_volume_close(const struct init_config *c, struct rt_err *err)
{
	struct arena *a = arena_new();
	struct volume v = volume_of(a, c);
	int rc = 0;

	if (umount2(v.mount_point, UMOUNT_NOFOLLOW) == 0)
		rc = init_crypt_close(v.name, err);
	else if (umount2(v.mount_point, UMOUNT_NOFOLLOW | MNT_DETACH) == 0)
		log_event(LOG_WARN, "the volume is still in use: not closed",
		    "at", v.mount_point, NULL);
	else
		rc = rt_err_sys(err, RT_EIO, "unmount %s", v.mount_point);
	arena_free(a);
	return rc;
}
