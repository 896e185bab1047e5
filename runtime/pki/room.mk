SRCS += runtime/pki/ca.c runtime/pki/cert.c runtime/pki/der.c \
	runtime/pki/drbg.c runtime/pki/hkdf.c runtime/pki/key.c \
	runtime/pki/leaf.c runtime/pki/owner.c runtime/pki/owner_check.c \
	runtime/pki/san.c runtime/pki/secret.c runtime/pki/secret_file.c \
	runtime/pki/seed.c runtime/pki/share.c runtime/pki/share_json.c \
	runtime/pki/sign.c
TESTS += regress/unit/pki_ca_test.c regress/unit/pki_owner_test.c \
	regress/unit/pki_seed_test.c regress/unit/pki_share_test.c
FUZZ += regress/fuzz/pem.c regress/fuzz/seedshare.c
