SRCS += compiler/emit/extract.c compiler/emit/keys.c \
	compiler/emit/manifest_fill.c compiler/emit/manifest_secret.c

TESTS += regress/unit/keys_test.c regress/unit/manifest_fill_test.c
SRCS += compiler/emit/git.c compiler/emit/git_api.c compiler/emit/git_check.c \
	compiler/emit/patch.c compiler/emit/proof.c \
	compiler/emit/stale.c compiler/emit/stale_diff.c \
	compiler/emit/stale_yaml.c
