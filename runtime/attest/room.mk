# SPDX-License-Identifier: Apache-2.0
SRCS += runtime/attest/attest_collect.c runtime/attest/attest_pb.c \
	runtime/attest/attest_result.c runtime/attest/attest_x509.c
TESTS += regress/unit/attest_test.c
