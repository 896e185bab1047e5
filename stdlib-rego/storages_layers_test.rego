# SPDX-License-Identifier: Apache-2.0
# with: image_layers storages_layers_dir storages_dir storages_block
package agent_policy

import future.keywords.in
import future.keywords.if

accepted_storages(found) if storages with input as json.patch(create_web, replaced("/storages", found))

beside := array.concat([{"fstype": "tar"}, {"fstype": "fuse3.kata-overlay"}], [create_web.storages[2], create_web.storages[2]])

# The policy data with the volume of memory alone, twice.
memory := array.concat(
	added("/containers/2/volumes", [1, 2]),
	added("/volumes/-", object.union(policy_data.volumes[1], {"mount_point": "/b"})),
)

accepted_memory(found) if {
	storages with input as json.patch(create_web, replaced("/storages", found))
		with data.agent_policy.policy_data as json.patch(policy_data, memory)
}

two := json.patch(beside, replaced("/3/mount_point", "/b"))

test_storages_layers_accepted[name] if {
	some name, found in {
		"both": two,
		"another order": array.reverse(two),
		"without shared": json.patch(two, removed("/2/shared")),
	}
	accepted_memory(found)
}

test_storages_layers_refused[name] if {
	some name, patch in {
		"the same twice": replaced("/3/mount_point", two[2].mount_point),
		"missing": removed("/3"),
		"additional": added("/-", two[2]),
		"image from the guest": added("/-", create_web.storages[0]),
		"a disk": replaced("/2/driver", "blk"),
	}
	not accepted_memory(json.patch(two, patch))
}

test_storages_layers_other if not accepted_storages(beside)
