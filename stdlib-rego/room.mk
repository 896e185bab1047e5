# SPDX-License-Identifier: Apache-2.0
# The predicates that choose among the modules; the linker reads the modules
# themselves (modules.def).
SRCS += compiler/policy/feature.c compiler/policy/feature_env.c \
	compiler/policy/index.c compiler/policy/index_factor.c compiler/policy/index_pattern.c \
	compiler/policy/index_text.c compiler/policy/index_pod.c
TESTS += regress/unit/feature_test.c regress/unit/index_test.c
