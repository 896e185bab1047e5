PARSERS += grammar/annot
SRCS += grammar/annot.c
TESTS += regress/unit/annot_test.c
FUZZ += regress/fuzz/annot.c
SRCS += grammar/rego_ast.c grammar/rego_build.c grammar/rego_filter.c \
	grammar/rego_print.c
PARSERS += grammar/rego
TESTS += regress/unit/rego_test.c
