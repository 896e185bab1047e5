SRCS += compiler/pass/cross.c compiler/pass/cross_add.c \
	compiler/pass/cross_egress.c compiler/pass/cross_names.c \
	compiler/pass/cross_refs.c compiler/pass/cross_service.c \
	compiler/pass/pass.c compiler/pass/pass_begin.c \
	compiler/pass/pass_carrier.c compiler/pass/pass_class.c \
	compiler/pass/pass_conflict.c compiler/pass/pass_debug_shell.c \
	compiler/pass/pass_image.c compiler/pass/pass_image_store.c \
	compiler/pass/pass_initializer.c compiler/pass/pass_inject.c \
	compiler/pass/pass_mesh.c compiler/pass/pass_mesh_check.c \
	compiler/pass/pass_pin.c \
	compiler/pass/pass_secure_pv.c compiler/pass/pass_vcpus.c \
	compiler/pass/pass_verify.c \
	compiler/pass/pass_verify_after.c
TESTS += regress/unit/cross_test.c regress/unit/pass_test.c
FUZZ += regress/fuzz/pass.c
