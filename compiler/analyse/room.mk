# SPDX-License-Identifier: Apache-2.0
SRCS += compiler/analyse/cover.c compiler/analyse/example.c \
	compiler/analyse/fixture.c \
	compiler/analyse/mutate.c compiler/analyse/open.c \
	compiler/analyse/requests.c \
	compiler/analyse/simulate.c \
	compiler/analyse/simulate_file.c compiler/analyse/simulate_hints.c \
	compiler/analyse/simulate_layer.c \
	compiler/analyse/simulate_oci.c compiler/analyse/simulate_storage.c \
	compiler/analyse/simulate_text.c compiler/analyse/whole.c \
	compiler/analyse/why.c compiler/analyse/why_expect.c \
	compiler/analyse/why_hint.c compiler/analyse/why_request.c \
	compiler/analyse/why_text.c
TESTS += regress/unit/analyse_test.c regress/unit/example_test.c
FUZZ += regress/fuzz/example.c regress/fuzz/requests.c regress/fuzz/why.c
