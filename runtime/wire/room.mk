PROTOS += runtime/wire/userapi runtime/wire/meshapi
SRCS += runtime/wire/pb.c runtime/wire/status.c
TESTS += regress/unit/wire_status_test.c regress/unit/wire_pb_test.c
