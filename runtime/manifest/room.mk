SRCS += runtime/manifest/convert.c \
	runtime/manifest/format.c runtime/manifest/idblock.c \
	runtime/manifest/json_text.c runtime/manifest/legacy.c \
	runtime/manifest/manifest.c \
	runtime/manifest/platform.c runtime/manifest/read.c \
	runtime/manifest/refpatch.c runtime/manifest/refvalues.c \
	runtime/manifest/validate.c runtime/manifest/write.c

TESTS += regress/unit/manifest_test.c regress/unit/platform_test.c
FUZZ += regress/fuzz/manifest.c

MAN += runtime/manifest/contrastc-manifest.5
JSON += refvalues=runtime/manifest/reference-values.json
