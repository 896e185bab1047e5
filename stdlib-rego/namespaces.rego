# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# All containers of a pod have the same network; the others are the guest's.

# explain: namespaces
namespaces if {
	count(networks) <= 1
	found := [[t, n.Path] |
		some n in oci.Linux.Namespaces
		kind_of := n.Type
		not kind_of in ["cgroup", "network"]
		t := namespace_type(n.Type)
	]
	found == [[t, n.Path] | some n in policy_data.linux[want.linux].Namespaces; t := namespace_type(n.Type)]
}

namespace_type(t) := "mnt" if lower(t) == "mount"

namespace_type(t) := t if lower(t) != "mount"

networks := [n.Path | some n in oci.Linux.Namespaces; n.Type == "network"]

network_namespace := concat("", networks)
