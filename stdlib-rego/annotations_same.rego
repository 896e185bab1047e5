# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# Annotations that all containers have, whatever their value.
annotation(k, _) if k in policy_data.annotations

annotation(k, _) if {
	k == "nerdctl/network-namespace"
	type == "sandbox"
}
