PROTOS += runtime/wire/userapi runtime/wire/meshapi
SRCS += runtime/wire/pb.c runtime/wire/status.c
TESTS += regress/unit/wire_status_test.c regress/unit/wire_pb_test.c
SRCS += runtime/wire/atls.c runtime/wire/atls_cert.c runtime/wire/atls_conn.c \
	runtime/wire/atls_judge.c runtime/wire/atls_nonce.c
TESTS += regress/unit/atls_nonce_test.c regress/unit/atls_test.c
FUZZ += regress/fuzz/atls_cert.c regress/fuzz/atls_hello.c regress/fuzz/atls_names.c
SRCS += runtime/wire/sandbox.c runtime/wire/sandbox_landlock.c \
	runtime/wire/sandbox_seccomp.c
TESTS += regress/unit/sandbox_test.c
