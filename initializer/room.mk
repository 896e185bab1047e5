SRCS += initializer/answer.c initializer/child.c initializer/config.c \
	initializer/crypt.c initializer/ext4.c \
	initializer/files.c initializer/identity.c initializer/luks.c \
	initializer/volume.c
PROGS += contrast-initializer
contrast-initializer_SRCS := initializer/main.c
$(O)/initializer/child.o: override CPPFLAGS += -DCONTRASTC_BUILD_TIME=$(BUILD_TIME)
MAN += initializer/contrast-initializer.8
TESTS += regress/unit/initializer_test.c regress/unit/luks_test.c
FUZZ += regress/fuzz/luks.c
