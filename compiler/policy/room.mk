SRCS += compiler/policy/carrier.c compiler/policy/denial.c \
	compiler/policy/denial_literal.c compiler/policy/denial_place.c \
	compiler/policy/examine.c \
	compiler/policy/fold.c compiler/policy/image.c \
	compiler/policy/layout.c compiler/policy/link.c \
	compiler/policy/live.c compiler/policy/live_ops.c compiler/policy/name.c \
	compiler/policy/rewrite.c compiler/policy/shake.c \
	compiler/policy/specialise.c compiler/policy/unroll.c compiler/policy/funcspec.c \
	compiler/policy/stdlib.c
TESTS += regress/unit/specialise_test.c
TESTS += regress/unit/index_factor_test.c regress/unit/examine_test.c regress/unit/policy_test.c regress/unit/carrier_test.c
$(O)/compiler/policy/stdlib.o: $(wildcard stdlib-rego/*.rego)
$(O)/compiler/policy/mkimage_write.o: stdlib-rego/order.def
FUZZ += regress/fuzz/initdata.c regress/fuzz/specialise.c
TOOLS += compiler/policy/mkimage.c compiler/policy/mkimage_write.c
MAN += compiler/policy/contrastc-policy.7
