SRCS += compiler/emit/extract.c compiler/emit/key_pem.c compiler/emit/keys.c \
	compiler/emit/manifest_fill.c

TESTS += regress/unit/keys_test.c regress/unit/manifest_fill_test.c
FUZZ += regress/fuzz/pem.c
SRCS += compiler/emit/proof.c
