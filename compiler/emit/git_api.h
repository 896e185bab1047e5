/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_EMIT_GIT_API_H
#define CONTRASTC_EMIT_GIT_API_H

#include <git2.h>

#include "runtime/base/err.h"

/*
 * The calls of libgit2 that are used.  The library is opened when the first
 * one is needed, so that no other run pays for it.
 */
#define GIT_CALLS(X)                                                           \
	X(attr_get)                                                            \
	X(attr_value)                                                          \
	X(blob_create_from_buffer)                                             \
	X(buf_dispose)                                                         \
	X(commit_create)                                                       \
	X(commit_free)                                                         \
	X(commit_lookup)                                                       \
	X(commit_tree)                                                         \
	X(config_free)                                                         \
	X(config_get_bool)                                                     \
	X(config_get_string)                                                   \
	X(diff_options_init)                                                   \
	X(error_clear)                                                         \
	X(error_last)                                                          \
	X(filter_list_apply_to_buffer)                                         \
	X(filter_list_free)                                                    \
	X(filter_list_load)                                                    \
	X(ignore_path_is_ignored)                                              \
	X(index_add)                                                           \
	X(index_free)                                                          \
	X(index_get_bypath)                                                    \
	X(index_read)                                                          \
	X(index_write)                                                         \
	X(libgit2_init)                                                        \
	X(libgit2_opts)                                                        \
	X(message_prettify)                                                    \
	X(odb_hash)                                                            \
	X(oid_equal)                                                           \
	X(oid_tostr)                                                           \
	X(patch_free)                                                          \
	X(patch_from_buffers)                                                  \
	X(patch_to_buf)                                                        \
	X(reference_name_to_id)                                                \
	X(repository_config_snapshot)                                          \
	X(repository_discover)                                                 \
	X(repository_free)                                                     \
	X(repository_head_detached)                                            \
	X(repository_head_unborn)                                              \
	X(repository_index)                                                    \
	X(repository_is_bare)                                                  \
	X(repository_open_ext)                                                 \
	X(repository_path)                                                     \
	X(repository_state)                                                    \
	X(repository_workdir)                                                  \
	X(signature_free)                                                      \
	X(signature_new)                                                       \
	X(signature_now)                                                       \
	X(tree_create_updated)                                                 \
	X(tree_entry_bypath)                                                   \
	X(tree_entry_filemode)                                                 \
	X(tree_entry_free)                                                     \
	X(tree_entry_id)                                                       \
	X(tree_free)                                                           \
	X(tree_id)                                                             \
	X(tree_lookup)

struct git_api {
#define X(name) __typeof__(git_##name) *name;
	GIT_CALLS(X)
#undef X
};

/* NULL: the library is not there, or is another version; RT_ENOTFOUND. */
const struct git_api *git_api(struct rt_err *err);
/* `code` with what libgit2 says about its last failure behind the text. */
int git_api_fail(const struct git_api *git, struct rt_err *err, int code,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
