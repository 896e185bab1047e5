# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Options that depend on the kernel.
mount(p, k, m) if {
	k[0] == "cgroup"
	[k[0], p[2]] == [m.type_, m.source]
	every o in k[1] {
		o in m.options
	}
	every o in m.options {
		o in array.concat(k[1], policy_data.cluster_config.cgroup_mount_extras_allowed)
	}
}
