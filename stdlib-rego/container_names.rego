# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The container of the policy that a request is for.  Names tell them apart;
# the sandbox has none (see kind).
index := i if {
	some i, n in policy_data.pod[4]
	n == name
}
