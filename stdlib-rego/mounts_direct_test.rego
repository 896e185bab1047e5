# SPDX-License-Identifier: Apache-2.0
# with: storages_direct storages_layers image_layers
package agent_policy

import future.keywords.in
import future.keywords.if

disk := {"driver": "blk", "source": "00/02", "mount_point": "/run/kata-containers/sandbox/storage/MDAvMDI="}

found := {"destination": "/data", "source": disk.mount_point, "type_": "bind", "options": ["rbind", "rprivate", "rw"]}

mounted(patch, storage_patch) if {
	m := json.patch(found, patch)
	s := json.patch(disk, storage_patch)
	mount(["/data", 0, "$(spath)/$(b64-direct-vol-path)"], ["bind", ["rbind", "rprivate", "rw"]], m) with input as {"storages": [s]}
}

test_mounts_direct if mounted([], [])

test_mounts_direct_share if mounted([], replaced("/driver", "smb"))

test_mounts_direct_refused[name] if {
	some name, patch in {
		"elsewhere": replaced("/source", "/run/kata-containers/sandbox/storage/MDAvMDE="),
		"options": replaced("/options/2", "ro"),
		"type": replaced("/type_", "tmpfs"),
	}
	not mounted(patch, [])
}

test_mounts_direct_storage_refused[name] if {
	some name, patch in {
		"another disk": replaced("/source", "00/03"),
		"mounted elsewhere": replaced("/mount_point", "/x"),
		"no disk": replaced("/driver", "local"),
	}
	not mounted([], patch)
}
