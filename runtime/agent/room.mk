# SPDX-License-Identifier: Apache-2.0
SRCS += runtime/agent/agent.c
TESTS += regress/unit/agent_test.c
FUZZ += regress/fuzz/request.c
