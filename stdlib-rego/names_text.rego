# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The pod is the one that the policy is for; its id is as usual.
# explain: names
names if {
	full(wanted_name, sandbox_name)
	policy_data.pod[1] in ["", sandbox_namespace]
	count(sandbox_id) == 64
	trim(sandbox_id, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

wanted_name := policy_data.pod[0]
