# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_storages_accepted[name] if {
	some name, patch in {
		"all": [],
		"another order": replaced("/storages", array.reverse(create_web.storages)),
	}
	created(create_web, patch)
}

test_storages_refused[name] if {
	some name, patch in {
		"additional": added("/storages/-", create_web.storages[2]),
		"missing": removed("/storages/2"),
		"the same twice": replaced("/storages/2", create_web.storages[1]),
		"driver options": replaced("/storages/1/driver_options", ["create_filesystem"]),
		"type": replaced("/storages/1/fstype", "ext3"),
		"options": replaced("/storages/2/options", ["x"]),
		"group": replaced("/storages/1/fs_group", {"group_id": 7, "group_change_policy": 0}),
		"shared": replaced("/storages/1/shared", false),
		"null": replaced("/storages", null),
		"one is null": replaced("/storages/1", null),
	}
	not created(create_web, patch)
}
