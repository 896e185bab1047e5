SRCS += coordinator/store.c coordinator/store_file.c coordinator/history.c \
	coordinator/state.c coordinator/guard.c coordinator/update.c
