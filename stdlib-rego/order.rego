# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# The containers that protect the others are created before them.
# explain: order
order if index in array.concat([0], policy_data.contrastc.checks.start_before)

order if {
	every i in policy_data.contrastc.checks.start_before {
		data.pstate[concat("", ["s:", format_int(i, 10)])]
	}
}

# Not removed with the container: it has been there once.
started := {concat("", ["s:", format_int(index, 10)]): index}
