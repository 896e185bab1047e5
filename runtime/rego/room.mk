SRCS += runtime/rego/builtin.c runtime/rego/builtin_aggregate.c \
	runtime/rego/builtin_array.c runtime/rego/builtin_crypto.c \
	runtime/rego/builtin_encode.c runtime/rego/builtin_format.c \
	runtime/rego/builtin_graph.c runtime/rego/builtin_json.c \
	runtime/rego/builtin_net.c runtime/rego/builtin_number.c \
	runtime/rego/builtin_object.c runtime/rego/builtin_operator.c \
	runtime/rego/builtin_patch.c runtime/rego/builtin_path.c \
	runtime/rego/builtin_semver.c runtime/rego/builtin_sprintf.c \
	runtime/rego/builtin_sprintf_put.c \
	runtime/rego/builtin_string.c runtime/rego/builtin_text.c \
	runtime/rego/builtin_time.c runtime/rego/builtin_type.c \
	runtime/rego/builtin_units.c runtime/rego/gotime.c \
	runtime/rego/gotime_layout.c \
	runtime/rego/gotime_parse.c runtime/rego/gotime_zone.c
SRCS += runtime/rego/json_read.c runtime/rego/json_write.c \
	runtime/rego/number.c runtime/rego/number_arith.c \
	runtime/rego/number_float.c runtime/rego/number_text.c runtime/rego/profile.c \
	runtime/rego/unicode.c runtime/rego/value.c runtime/rego/value_build.c
SRCS += runtime/rego/builtin_globs.c runtime/rego/builtin_regex.c \
	runtime/rego/regex.c runtime/rego/regex_bracket.c runtime/rego/regex_group.c runtime/rego/regex_class.c \
	runtime/rego/regex_glob.c runtime/rego/regex_parse.c
SRCS += runtime/rego/cover.c runtime/rego/eval.c runtime/rego/eval_call.c \
	runtime/rego/eval_ops.c runtime/rego/eval_run.c \
	runtime/rego/eval_tree.c runtime/rego/gen.c runtime/rego/gen_body.c \
	runtime/rego/gen_call.c runtime/rego/gen_path.c \
	runtime/rego/gen_rule.c runtime/rego/gen_scope.c \
	runtime/rego/gen_term.c runtime/rego/program.c
TESTS += regress/unit/rego_builtin_test.c regress/unit/rego_engine_test.c \
	regress/unit/rego_number_test.c regress/unit/rego_regex_test.c \
	regress/unit/rego_value_test.c
FUZZ += regress/fuzz/rego_builtin.c regress/fuzz/rego_eval.c \
	regress/fuzz/rego_regex.c regress/fuzz/rego_value.c
