SRCS += compiler/report/azuredevops.c compiler/report/explain.c \
	compiler/report/github.c compiler/report/github_summary.c \
	compiler/report/gitlab.c \
	compiler/report/json.c compiler/report/junit.c \
	compiler/report/manual.c \
	compiler/report/report.c compiler/report/sarif.c \
	compiler/report/tap.c compiler/report/text.c
MAN += $(O)/contrastc-diagnostics.7
