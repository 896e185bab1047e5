# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# What is no part of the image is one of the policy's volumes.

# explain: storages
storages if {
	found := [s | some s in input.storages; not of_image(s)]
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
