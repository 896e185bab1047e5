SRCS += coordinator/api.c coordinator/guard.c coordinator/history.c \
	coordinator/mesh_api.c coordinator/state.c coordinator/store.c \
	coordinator/store_file.c coordinator/update.c coordinator/user_get.c \
	coordinator/user_recover.c coordinator/user_set.c
