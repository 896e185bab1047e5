SRCS += runtime/pki/der.c runtime/pki/drbg.c runtime/pki/hkdf.c \
	runtime/pki/key.c runtime/pki/owner.c runtime/pki/owner_check.c \
	runtime/pki/secret.c runtime/pki/secret_file.c runtime/pki/seed.c \
	runtime/pki/sign.c
TESTS += regress/unit/pki_owner_test.c regress/unit/pki_seed_test.c
FUZZ += regress/fuzz/pem.c
