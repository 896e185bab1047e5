SRCS += compiler/front/k8s_check.c compiler/front/k8s_field.c \
	compiler/front/k8s_near.c compiler/front/k8s_scalar.c
FUZZ += regress/fuzz/field.c

SRCS += compiler/front/input.c compiler/front/object.c \
	compiler/front/splice.c
SRCS += compiler/front/yaml.c compiler/front/yaml_json.c \
	compiler/front/yaml_parse.c compiler/front/yaml_print.c \
	compiler/front/yaml_share.c compiler/front/yaml_tree.c compiler/front/yaml_type.c
SRCS += compiler/front/edit.c compiler/front/edit_apply.c \
	compiler/front/edit_diff.c compiler/front/edit_flow.c \
	compiler/front/edit_range.c compiler/front/edit_text.c
MAN += compiler/front/contrastc-fields.7 \
	compiler/front/contrastc-kubernetes.7
FUZZ += regress/fuzz/yaml.c
TESTS += regress/unit/yaml_test.c
TESTS += regress/unit/edit_test.c
TESTS += regress/unit/input_test.c
