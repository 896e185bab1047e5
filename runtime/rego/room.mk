SRCS += runtime/rego/json_read.c runtime/rego/json_write.c \
	runtime/rego/number.c runtime/rego/number_arith.c \
	runtime/rego/number_float.c runtime/rego/profile.c \
	runtime/rego/unicode.c runtime/rego/value.c runtime/rego/value_build.c
TESTS += regress/unit/rego_value_test.c regress/unit/rego_number_test.c
SRCS += runtime/rego/eval.c runtime/rego/eval_call.c \
	runtime/rego/eval_ops.c runtime/rego/eval_run.c \
	runtime/rego/eval_tree.c runtime/rego/gen.c runtime/rego/gen_body.c \
	runtime/rego/gen_call.c runtime/rego/gen_path.c \
	runtime/rego/gen_rule.c runtime/rego/gen_scope.c \
	runtime/rego/gen_term.c runtime/rego/program.c
