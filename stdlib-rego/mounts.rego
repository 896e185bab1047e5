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
			p.destination == m.destination
			mount(p, m)
		]
	]
	every i, _ in oci.Mounts {
		count(hits[i]) == 1
	}
	count({h | some h in hits}) == count(hits)
}

mount(p, m) if {
	p == m
	p.source != ""
}

mount(p, m) if {
	[p.type_, p.options] == [m.type_, m.options]
	strings.any_prefix_match(p.source, ["^", "$("])
	full(expand(p.source, shared_dir), m.source)
}
