# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# The first storage is the image; each other is one of the policy's.

# explain: storages
storages if {
	found := array.slice(input.storages, 1, count(input.storages))
	wanted := want.volumes
	hits := [h |
		some s in found
		h := [i |
			some i, p in wanted
			storage(policy_data.volumes[p], s)
		]
	]
	every h in hits {
		count(h) > 0
	}
	count(found) == count(wanted)
	count({i | some h in hits; some i in h}) == count(wanted)
}

storage(p, s) if {
	[p.fstype, p.driver_options, p.options, p.fs_group, p.shared] == [s.fstype, s.driver_options, s.options, s.fs_group, object.get(s, "shared", false)]
	driver := p.driver
	not driver in ["blk", "overlayfs"]
	source(p, s)
	place(p, s)
}
