SRCS += compiler/front/k8s_field.c
