SRCS += compiler/front/k8s_check.c compiler/front/k8s_field.c \
	compiler/front/k8s_near.c compiler/front/k8s_scalar.c compiler/front/object.c \
	compiler/front/yaml.c compiler/front/yaml_json.c \
	compiler/front/yaml_tree.c compiler/front/yaml_type.c
FUZZ += regress/fuzz/field.c
