SRCS += coordinator/api.c coordinator/attest_api.c coordinator/config.c \
	coordinator/guard.c coordinator/history.c coordinator/mesh_api.c \
	coordinator/metrics.c coordinator/peer.c coordinator/peer_loop.c coordinator/serve_grpc.c \
	coordinator/serve_http.c coordinator/state.c coordinator/store.c \
	coordinator/store_file.c coordinator/transit.c coordinator/transit_seal.c coordinator/update.c coordinator/user_get.c \
	coordinator/user_recover.c coordinator/user_set.c
PROGS += contrast-coordinator
contrast-coordinator_SRCS := coordinator/main.c
