PROGS += contrastc
contrastc_SRCS = compiler/main.c
SRCS += compiler/cmd/ask.c compiler/cmd/simulate.c compiler/cmd/test.c compiler/cmd/why.c
SRCS += compiler/cmd/check.c compiler/cmd/cmd.c compiler/cmd/collateral.c compiler/cmd/completion.c compiler/cmd/explain.c compiler/cmd/findings.c \
	compiler/cmd/generate.c compiler/cmd/generate_git.c \
	compiler/cmd/generate_one.c compiler/cmd/generate_options.c \
	compiler/cmd/generate_plan.c compiler/cmd/generate_sizes.c \
	compiler/cmd/generate_two.c compiler/cmd/generate_write.c \
	compiler/cmd/help.c compiler/cmd/lock.c compiler/cmd/manifest.c \
	compiler/cmd/opt.c compiler/cmd/client.c compiler/cmd/client_call.c \
	compiler/cmd/client_history.c compiler/cmd/client_state.c compiler/cmd/owner.c compiler/cmd/set.c \
	compiler/cmd/verify.c compiler/cmd/recover.c compiler/cmd/co_status.c \
	compiler/cmd/simulated_tee.c compiler/cmd/duration.c \
	compiler/cmd/opt_layer.c compiler/cmd/opt_config.c \
	compiler/cmd/config.c compiler/cmd/images.c compiler/cmd/progress.c \
	compiler/cmd/platform.c compiler/cmd/policies.c \
	compiler/cmd/settings.c compiler/cmd/settings_diff.c compiler/cmd/sign.c \
	compiler/cmd/version.c
MAN += compiler/cmd/contrastc.1 compiler/cmd/contrastc-annotations.7 compiler/cmd/contrastc-check.1 \
	compiler/cmd/contrastc-config.5 compiler/cmd/contrastc-settings.1 \
	compiler/cmd/contrastc-generate.1 compiler/cmd/contrastc-lock.1
MAN += compiler/cmd/contrastc-collateral.1 compiler/cmd/contrastc-gitops.7 compiler/cmd/contrastc-sign.1
MAN += compiler/cmd/contrastc-set.1 compiler/cmd/contrastc-verify.1 compiler/cmd/contrastc-recover.1 \
	compiler/cmd/contrastc-status.1 compiler/cmd/contrastc-simulated-tee.1
SRCS += compiler/cmd/rego_check.c compiler/cmd/rego_error.c compiler/cmd/rego_eval.c compiler/cmd/rego_fmt.c \
	compiler/cmd/rego_load.c compiler/cmd/rego_result.c compiler/cmd/rego_run.c compiler/cmd/rego_test.c compiler/cmd/rego_test_find.c compiler/cmd/rego_test_report.c compiler/cmd/rego_cover.c compiler/cmd/rego_unused.c
MAN += compiler/cmd/contrastc-rego.1
MAN += compiler/cmd/contrastc-simulate.1 compiler/cmd/contrastc-test.1 \
	compiler/cmd/contrastc-why.1
