SRCS += compiler/ir/ir.c compiler/ir/read.c compiler/ir/name.c \
	compiler/ir/container.c compiler/ir/volume.c
