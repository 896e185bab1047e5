SRCS += runtime/mesh/deny.c
TESTS += regress/unit/deny_test.c
