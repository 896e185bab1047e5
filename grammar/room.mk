PARSERS += grammar/annot
SRCS += grammar/annot.c
TESTS += regress/unit/annot_test.c
FUZZ += regress/fuzz/annot.c
