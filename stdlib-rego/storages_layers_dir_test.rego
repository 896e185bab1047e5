# SPDX-License-Identifier: Apache-2.0
# with: image_layers storages_layers storages_dir
package agent_policy

import future.keywords.in
import future.keywords.if

volume := policy_data.volumes[1]

found_volume := create_web.storages[2]

same_storage(patch) if {
	storage(volume, json.patch(found_volume, patch)) with input as create_web
}

test_storages_layers_dir_accepted[name] if {
	some name, patch in {
		"as in the policy": [],
		"older agent": removed("/shared"),
	}
	same_storage(patch)
}

test_storages_layers_dir_refused[name] if {
	some name, patch in {
		"file system": replaced("/fstype", "local"),
		"option": added("/options/-", "exec"),
		"driver option": added("/driver_options/-", "x"),
		"group": replaced("/fs_group", {"group_id": 1, "group_change_policy": 0}),
		"driver": replaced("/driver", "local"),
		"source": replaced("/source", "/"),
		"mount point": replaced("/mount_point", "/run/kata-containers/sandbox/ephemeral/tmp2"),
		"shared": replaced("/shared", true),
	}
	not same_storage(patch)
}
