# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# The guest mounts one memory volume.
one := [{"op": "replace", "path": "/containers/2/volumes", "value": [1]}]

memory := json.patch(create_web, removed("/storages/1"))

stored(change, patch) if {
	storages with input as json.patch(memory, patch)
		with data.agent_policy.policy_data as json.patch(policy_data, change)
}

test_storages_text_accepted[name] if {
	some name, patch in {
		"all": [],
		"another order": replaced("/storages", array.reverse(memory.storages)),
		"shared is not said": removed("/storages/1/shared"),
	}
	stored(one, patch)
}

test_storages_text_refused[name] if {
	some name, patch in {
		"twice": added("/storages/-", memory.storages[1]),
		"missing": removed("/storages/1"),
		"additional": added("/storages/-", object.union(memory.storages[1], {"driver": "x"})),
		"driver": replaced("/storages/1/driver", "local"),
		"driver options": replaced("/storages/1/driver_options", ["x"]),
		"source": replaced("/storages/1/source", "/"),
		"type": replaced("/storages/1/fstype", "bind"),
		"options": replaced("/storages/1/options", ["x"]),
		"mount point": replaced("/storages/1/mount_point", "/x"),
		"group": replaced("/storages/1/fs_group", {"group_id": 7, "group_change_policy": 0}),
		"shared": replaced("/storages/1/shared", true),
		"null": replaced("/storages/1", null),
	}
	not stored(one, patch)
}

test_storages_text_none if {
	not stored(replaced("/containers/2/volumes", []), [])
}
