# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Each storage is one of the policy's; the image has its own check.

# explain: storages
storages if {
	found := [s | some s in input.storages; s.driver != "image_guest_pull"]
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
