/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/policy/policy_int.h"
#include "runtime/base/banned.h"

void
denial_add(struct program *p)
{
	(void)p;
}
