# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Containers are created in the order of the pod, as far as they are listed;
# the list has them in the policy's order, which is the reverse.  All others
# come after all of them.
# explain: order
order if index == 0

order if {
	every i in policy_data.contrastc.checks.start_before {
		came_before(i)
	}
}

came_before(i) if data.pstate[concat("", ["s:", format_int(i, 10)])]

came_before(i) if {
	i <= index
	index in policy_data.contrastc.checks.start_before
}

# Not removed with the container: it has been there once.
started := {concat("", ["s:", format_int(index, 10)]): index}
