# SPDX-License-Identifier: Apache-2.0
# with: image_layers storages_layers
package agent_policy

import future.keywords.in
import future.keywords.if

direct := "$(spath)/$(b64-direct-vol-path)"

disk := {"driver": "blk", "driver_options": [], "source": "", "fstype": "", "options": [], "mount_point": direct, "fs_group": null, "shared": false}

share := object.union(disk, {"driver": "smb", "options": ["nobrl"]})

found_disk := {"driver": "blk", "driver_options": [], "source": "00/02", "fstype": "ext4", "options": [], "mount_point": "/run/kata-containers/sandbox/storage/MDAvMDI=", "fs_group": null}

found_share := object.union(found_disk, {
	"driver": "smb",
	"source": "//f.example/s",
	"mount_point": "/run/kata-containers/sandbox/storage/Ly9mLmV4YW1wbGUvcw==",
	"fstype": "cifs",
	"options": ["nobrl", "addr=10.0.0.7", "username=u,password=cGFzcw=="],
})

test_storages_direct if {
	storage(disk, found_disk)
	storage(share, found_share)
}

test_storages_direct_disk_refused[name] if {
	some name, patch in {
		"elsewhere": replaced("/mount_point", "/run/kata-containers/sandbox/storage/MDAvMDE="),
		"option": added("/options/-", "x"),
		"driver option": added("/driver_options/-", "x"),
		"driver": replaced("/driver", "smb"),
		"group": replaced("/fs_group", {"group_id": 1, "group_change_policy": 0}),
	}
	not storage(disk, json.patch(found_disk, patch))
}

test_storages_direct_share_refused[name] if {
	some name, patch in {
		"no address": removed("/options/1"),
		"no account": removed("/options/2"),
		"no options of the class": removed("/options/0"),
		"option": added("/options/-", "x"),
		"address with more": replaced("/options/1", "addr=10.0.0.7,uid=0"),
		"account with more": replaced("/options/2", "username=u,password=p,uid=0"),
		"order": replaced("/options", ["nobrl", "username=u,password=p", "addr=10.0.0.7"]),
		"no options": replaced("/options", []),
	}
	not storage(share, json.patch(found_share, patch))
}
