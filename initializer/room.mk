SRCS += initializer/answer.c initializer/child.c initializer/config.c \
	initializer/deny.c initializer/files.c initializer/identity.c
PROGS += contrast-initializer
contrast-initializer_SRCS := initializer/main.c
$(O)/initializer/child.o: override CPPFLAGS += -DCONTRASTC_BUILD_TIME=$(BUILD_TIME)
MAN += initializer/contrast-initializer.8
TESTS += regress/unit/initializer_test.c
