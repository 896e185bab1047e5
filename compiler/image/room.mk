SRCS += compiler/image/image_archive.c compiler/image/image_blob.c \
	compiler/image/image_cache.c compiler/image/image_challenge.c \
	compiler/image/image_creds.c compiler/image/image_secret.c \
	compiler/image/image_helper.c compiler/image/image_hosts.c \
	compiler/image/image_http.c compiler/image/image_registry.c \
	compiler/image/image_request.c compiler/image/image_token.c \
	compiler/image/image_config.c compiler/image/image_file.c \
	compiler/image/image_layer.c compiler/image/image_layout.c \
	compiler/image/image_lock.c compiler/image/image_oci.c \
	compiler/image/image_pause.c compiler/image/image_ref.c \
	compiler/image/image_store.c compiler/image/image_stream.c \
	compiler/image/image_tag.c compiler/image/image_tar.c \
	compiler/image/image_users.c \
	compiler/image/image_verity.c compiler/image/image_verity_layer.c \
	compiler/image/image_verity_tarfs.c

TESTS += regress/unit/image_creds_test.c regress/unit/image_ref_test.c \
	regress/unit/image_registry_test.c regress/unit/image_test.c \
	regress/unit/image_users_test.c regress/unit/image_verity_test.c

FUZZ += regress/fuzz/auth.c regress/fuzz/imgref.c regress/fuzz/layer.c regress/fuzz/lock.c \
	regress/fuzz/oci.c \
	regress/fuzz/tarfs.c

MAN += compiler/image/contrastc-images.5
