PROTOS += runtime/wire/userapi runtime/wire/meshapi
SRCS += runtime/wire/http.c runtime/wire/http_request.c
SRCS += runtime/wire/client.c runtime/wire/client_response.c \
	runtime/wire/dial.c \
	runtime/wire/h2.c runtime/wire/io.c runtime/wire/loop.c \
	runtime/wire/message.c runtime/wire/net.c runtime/wire/pb.c \
	runtime/wire/pool.c runtime/wire/server.c \
	runtime/wire/server_call.c runtime/wire/server_conn.c \
	runtime/wire/server_handshake.c runtime/wire/server_reply.c \
	runtime/wire/server_stream.c runtime/wire/status.c
TESTS += regress/unit/wire_status_test.c regress/unit/wire_pb_test.c
SRCS += runtime/wire/atls.c runtime/wire/atls_cert.c runtime/wire/atls_conn.c \
	runtime/wire/atls_judge.c runtime/wire/atls_nonce.c
TESTS += regress/unit/atls_nonce_test.c regress/unit/atls_test.c
FUZZ += regress/fuzz/atls_cert.c regress/fuzz/atls_hello.c regress/fuzz/atls_names.c
SRCS += runtime/wire/sandbox.c runtime/wire/sandbox_landlock.c \
	runtime/wire/sandbox_seccomp.c
TESTS += regress/unit/sandbox_test.c
TESTS += regress/unit/wire_grpc_test.c
TESTS += regress/unit/wire_http_test.c
SRCS += runtime/wire/mtls.c
TESTS += regress/unit/mtls_test.c
$(O)/regress/unit/wire_grpc_test: $(O)/regress/wire/rig.o
$(O)/regress/unit/wire_http_test: $(O)/regress/wire/tls.o
PROGS += grpc_peer
grpc_peer_SRCS = regress/wire/grpc_peer.c regress/wire/rig.c regress/wire/tls.c
FUZZ += regress/fuzz/wire_client.c regress/fuzz/wire_header.c \
	regress/fuzz/wire_http.c regress/fuzz/wire_pb.c \
	regress/fuzz/wire_server.c
$(O)/regress/fuzz/wire_client $(O)/regress/fuzz/wire_server: $(O)/regress/wire/rig.o
TESTS += regress/unit/wire_frames_test.c
$(O)/regress/unit/wire_frames_test: $(O)/regress/wire/rig.o $(O)/regress/wire/tls.o
SRCS += runtime/wire/config.c
