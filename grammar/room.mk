PARSERS += grammar/annot
SRCS += grammar/annot.c
TESTS += regress/unit/annot_test.c
FUZZ += regress/fuzz/annot.c
SRCS += grammar/rego_ast.c grammar/rego_build.c grammar/rego_filter.c \
	grammar/rego_check.c grammar/rego_fmt.c grammar/rego_fmt_term.c \
	grammar/rego_portable.c \
	grammar/rego_print.c grammar/rego_safe.c \
	grammar/toml_doc.c
PARSERS += grammar/rego grammar/toml
TESTS += regress/unit/rego_test.c regress/unit/toml_test.c
FUZZ += regress/fuzz/rego.c regress/fuzz/toml.c
