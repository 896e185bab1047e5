# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Options that depend on the kernel.
mount(p, m) if {
	p.type_ == "cgroup"
	[p.type_, p.source] == [m.type_, m.source]
	every o in p.options {
		o in m.options
	}
	every o in m.options {
		o in array.concat(p.options, policy_data.cluster_config.cgroup_mount_extras_allowed)
	}
}
