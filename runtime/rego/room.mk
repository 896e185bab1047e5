SRCS += runtime/rego/json_read.c runtime/rego/json_write.c \
	runtime/rego/number.c runtime/rego/number_arith.c \
	runtime/rego/number_float.c runtime/rego/profile.c \
	runtime/rego/unicode.c runtime/rego/value.c runtime/rego/value_build.c
TESTS += regress/unit/rego_value_test.c regress/unit/rego_number_test.c
