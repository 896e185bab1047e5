SRCS += compiler/image/image_config.c compiler/image/image_file.c \
	compiler/image/image_pause.c compiler/image/image_ref.c \
	compiler/image/image_store.c

TESTS += regress/unit/image_ref_test.c
