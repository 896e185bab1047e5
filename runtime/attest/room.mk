# SPDX-License-Identifier: Apache-2.0
SRCS += runtime/attest/party.c runtime/attest/attest.c runtime/attest/attest_cache.c \
	runtime/attest/attest_collect.c runtime/attest/attest_gather.c \
	runtime/attest/attest_http.c \
	runtime/attest/attest_manifest.c runtime/attest/attest_pb.c \
	runtime/attest/attest_result.c runtime/attest/attest_store.c \
	runtime/attest/attest_tsm.c runtime/attest/attest_validity.c \
	runtime/attest/attest_x509.c runtime/attest/attest_known.c \
	runtime/attest/sev_guest.c \
	runtime/attest/simulated.c \
	runtime/attest/simulated_config.c runtime/attest/simulated_make.c \
	runtime/attest/snp_platform.c
SRCS += runtime/attest/snp_cert.c runtime/attest/snp_claims.c \
	runtime/attest/snp_compare.c runtime/attest/snp_crl.c \
	runtime/attest/snp_doc.c runtime/attest/snp_launch.c \
	runtime/attest/snp_report.c runtime/attest/snp_roots.c \
	runtime/attest/snp_table.c runtime/attest/snp_verify.c
$(O)/runtime/attest/snp_roots.o: runtime/attest/snp_roots.pem

TESTS += regress/unit/attest_test.c
TESTS += regress/unit/snp_test.c
SRCS += runtime/attest/intel_chain.c runtime/attest/intel_crl.c \
	runtime/attest/intel_item.c runtime/attest/tdx_doc_encode.c \
	runtime/attest/pck_ext.c runtime/attest/tcb_evaluate.c \
	runtime/attest/tcb_info.c runtime/attest/tcb_read.c \
	runtime/attest/tdx_claims.c runtime/attest/tdx_collateral.c \
	runtime/attest/tdx_compare.c runtime/attest/tdx_doc.c \
	runtime/attest/tdx_guest.c runtime/attest/tdx_key.c \
	runtime/attest/tdx_manifest.c runtime/attest/tdx_platform.c \
	runtime/attest/tdx_quote.c runtime/attest/tdx_root.c \
	runtime/attest/tdx_trust.c runtime/attest/tdx_verify.c \
	runtime/attest/qgs.c
FUZZ += regress/fuzz/tdx_quote.c regress/fuzz/pck_ext.c \
	regress/fuzz/tcb_info.c regress/fuzz/qe_identity.c \
	regress/fuzz/tdx_collateral.c regress/fuzz/qgs.c
TESTS += regress/unit/attest_issue_test.c
TESTS += regress/unit/attest_store_test.c
FUZZ += regress/fuzz/snp_report.c regress/fuzz/snp_cert.c \
	regress/fuzz/snp_table.c regress/fuzz/snp_doc.c \
	regress/fuzz/attest_file.c
TESTS += regress/unit/tdx_test.c regress/unit/tdx_issue_test.c \
	regress/unit/tdx_fetch_test.c
