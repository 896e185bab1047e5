SRCS += compiler/report/explain.c compiler/report/json.c compiler/report/text.c
