# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Sets, with or without the prefix.  Without any lists the guest would drop
# nothing.
# explain: capabilities
capabilities if {
	oci.Process.Capabilities != null
	every i, k in ["Ambient", "Bounding", "Effective", "Inheritable", "Permitted"] {
		found := {trim_prefix(c, "CAP_") | some c in oci.Process.Capabilities[k]}
		some w in policy_data.capabilities[want.capabilities[i]]
		{c | some c in w} == found
	}
}
