SRCS += coordinator/api.c coordinator/attest_api.c coordinator/config.c \
	coordinator/guard.c coordinator/history.c coordinator/mesh_api.c \
	coordinator/metrics.c coordinator/peer.c coordinator/peer_loop.c \
	coordinator/serve_grpc.c coordinator/serve_http.c coordinator/state.c \
	coordinator/store.c coordinator/store_file.c coordinator/transit.c \
	coordinator/transit_seal.c coordinator/update.c coordinator/user_get.c \
	coordinator/user_recover.c coordinator/user_set.c
PROGS += contrast-coordinator
contrast-coordinator_SRCS := coordinator/main.c
# No clock is before the build (attestation 20.3).  0, no check, where neither
# SOURCE_DATE_EPOCH nor a commit says when it was.
BUILD_TIME := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct \
	2>/dev/null),0)
$(O)/coordinator/main.o: override CPPFLAGS += -DCONTRASTC_BUILD_TIME=$(BUILD_TIME)
TESTS += regress/unit/co_api_test.c regress/unit/co_store_test.c
# parties around it, for regress/theme/coordinator.sh
PROGS += co_drive co_writer
co_drive_SRCS = regress/wire/co_drive.c
co_writer_SRCS = regress/wire/co_writer.c
FUZZ += regress/fuzz/co_config.c regress/fuzz/co_history.c
MAN += coordinator/contrast-coordinator.8
PROGS += co_speed attest_speed
co_speed_SRCS = regress/bench/co_speed.c
attest_speed_SRCS = regress/bench/attest_speed.c
