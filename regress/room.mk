PROGS += conform
conform_SRCS = regress/conform.c
# conform_SRCS += regress/conform_<theme>.c: one line a theme
