# SPDX-License-Identifier: Apache-2.0
SRCS += runtime/attest/attest_collect.c runtime/attest/attest_pb.c \
	runtime/attest/attest_result.c runtime/attest/attest_x509.c
SRCS += runtime/attest/snp_cert.c runtime/attest/snp_claims.c \
	runtime/attest/snp_compare.c runtime/attest/snp_crl.c \
	runtime/attest/snp_doc.c runtime/attest/snp_launch.c \
	runtime/attest/snp_report.c runtime/attest/snp_roots.c \
	runtime/attest/snp_table.c runtime/attest/snp_verify.c
$(O)/runtime/attest/snp_roots.o: runtime/attest/snp_roots.pem

TESTS += regress/unit/attest_test.c
TESTS += regress/unit/snp_test.c
