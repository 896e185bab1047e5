SRCS += coordinator/store.c coordinator/store_file.c coordinator/history.c
