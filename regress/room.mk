PROGS += conform floor measure
floor_SRCS = regress/bench/floor.c
measure_SRCS = regress/bench/measure.c
conform_SRCS = regress/conform.c
# conform_SRCS += regress/conform_<theme>.c: one line a theme
conform_SRCS += regress/conform_kubernetes.c regress/conform_strict.c
conform_SRCS += regress/conform_manifests.c regress/conform_generate.c
TESTS += regress/unit/encode_test.c regress/unit/file_test.c \
	regress/unit/jv_test.c regress/unit/proof_test.c \
	regress/unit/report_test.c \
	regress/unit/source_test.c regress/unit/str_test.c
TESTS += regress/unit/diag_test.c
TESTS += regress/unit/k8s_field_test.c
conform_SRCS += regress/conform_images.c
conform_SRCS += regress/conform_genpolicy.c
conform_SRCS += regress/conform_kata_policy.c regress/conform_kata_generate.c \
	regress/conform_kata_tarfs.c regress/conform_mutation.c \
	regress/judge.c regress/layer.c \
	regress/conform_decide.c regress/conform_policy.c \
	regress/conform_cover.c regress/judge_engine.c \
	regress/conform_mutants.c regress/mutant.c regress/conform_why.c
PROGS += verity
verity_SRCS = regress/bench/verity.c regress/layer.c
TESTS += regress/unit/jv_patch_test.c regress/unit/settings_test.c
TESTS += regress/unit/lower_test.c regress/unit/secret_test.c
FUZZ += regress/fuzz/settings.c
conform_SRCS += regress/conform_real.c regress/conform_real_suite.c \
	regress/edit_work.c
TESTS += regress/unit/k8s_class_test.c
conform_SRCS += regress/conform_rego.c regress/conform_rego_opa.c \
	regress/conform_rego_agent.c regress/conform_rego_yaml.c \
	regress/rego_case.c
FUZZ += regress/fuzz/config.c regress/fuzz/lower.c
SHIMS += regress/shim/alloc.c regress/shim/clock.c regress/shim/fault.c \
	regress/shim/memory.c
conform_SRCS += regress/conform_attestation.c \
	regress/conform_attestation_change.c \
	regress/conform_attestation_tdx.c
PROGS += atls_peer
atls_peer_SRCS = regress/wire/atls_peer.c
PROGS += bench-rego
bench-rego_SRCS = regress/bench/rego.c
PROGS += daemon_rig
daemon_rig_SRCS = regress/wire/daemon_rig.c
