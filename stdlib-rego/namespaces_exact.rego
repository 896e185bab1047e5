# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The runtime sends the list of the policy.

# explain: namespaces
namespaces if {
	found := [[t, n.Path] |
		some n in oci.Linux.Namespaces
		t := namespace_type(n.Type)
	]
	found == [[t, n.Path] | some n in policy_data.linux[want.linux].Namespaces; t := namespace_type(n.Type)]
}

namespace_type(t) := "mnt" if lower(t) == "mount"

namespace_type(t) := t if lower(t) != "mount"

network_namespace := ""
