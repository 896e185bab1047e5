SRCS += runtime/base/arena.c runtime/base/buf.c runtime/base/curl.c \
	runtime/base/diag.c \
	runtime/base/encode.c runtime/base/err.c runtime/base/file.c runtime/base/file_set.c \
	runtime/base/jv.c runtime/base/jv_pack.c runtime/base/jv_parse.c \
	runtime/base/jv_patch.c runtime/base/library.c \
	runtime/base/log.c runtime/base/log_limit.c \
	runtime/base/map.c runtime/base/process.c \
	runtime/base/source.c runtime/base/str.c
TOOLS += runtime/base/mkpacked.c
TESTS += regress/unit/jv_pack_test.c regress/unit/log_limit_test.c
