SRCS += compiler/image/image_archive.c compiler/image/image_blob.c \
	compiler/image/image_config.c compiler/image/image_file.c \
	compiler/image/image_layer.c compiler/image/image_layout.c \
	compiler/image/image_lock.c compiler/image/image_oci.c \
	compiler/image/image_pause.c compiler/image/image_ref.c \
	compiler/image/image_store.c compiler/image/image_stream.c \
	compiler/image/image_tar.c compiler/image/image_users.c

TESTS += regress/unit/image_ref_test.c regress/unit/image_test.c \
	regress/unit/image_users_test.c

FUZZ += regress/fuzz/imgref.c regress/fuzz/layer.c regress/fuzz/oci.c

MAN += compiler/image/contrastc-images.5
