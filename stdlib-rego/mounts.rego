# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Each mount is one of the policy's, and no two are the same one.
# explain: mounts
mounts if {
	hits := [h |
		some m in oci.Mounts
		h := [i |
			some i in want.mounts
			p := policy_data.mounts[i]
			p[0] == m.destination
			mount(p, policy_data.kinds[p[1]], m)
		]
	]
	every i, _ in oci.Mounts {
		count(hits[i]) == 1
	}
	count({h | some h in hits}) == count(hits)
}

mount(p, k, m) if {
	k == [m.type_, m.options]
	mount_source(p, m.source)
}

mount_source(p, s) if {
	p[2] == s
	s > ""
}
