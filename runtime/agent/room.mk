# SPDX-License-Identifier: Apache-2.0
SRCS += runtime/agent/agent.c runtime/agent/copy.c \
	runtime/agent/engine.c runtime/agent/policy.c
TESTS += regress/unit/agent_test.c regress/unit/agent_policy_test.c
FUZZ += regress/fuzz/request.c
