# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_storages_block_accepted[name] if {
	some name, patch in {
		"all": [],
		"scsi": [
			{"op": "replace", "path": "/storages/1/driver", "value": "scsi"},
			{"op": "replace", "path": "/storages/1/source", "value": "0:1"},
			{"op": "replace", "path": "/storages/1/mount_point", "value": "/run/kata-containers/sandbox/storage/MDox"},
			{"op": "replace", "path": "/OCI/Mounts/13/source", "value": "/run/kata-containers/sandbox/storage/MDox"},
		],
	}
	created(create_web, patch)
}

test_storages_block_refused[name] if {
	some name, patch in {
		"driver": replaced("/storages/1/driver", "nvdimm"),
		"source": replaced("/storages/1/source", "00/02"),
		"mount point": replaced("/storages/1/mount_point", "/run/kata-containers/sandbox/storage/x"),
		"no address": [
			{"op": "replace", "path": "/storages/1/source", "value": "/dev/sda"},
			{"op": "replace", "path": "/storages/1/mount_point", "value": "/run/kata-containers/sandbox/storage/L2Rldi9zZGE="},
			{"op": "replace", "path": "/OCI/Mounts/13/source", "value": "/run/kata-containers/sandbox/storage/L2Rldi9zZGE="},
		],
		"scsi address of blk": [
			{"op": "replace", "path": "/storages/1/source", "value": "0:1"},
			{"op": "replace", "path": "/storages/1/mount_point", "value": "/run/kata-containers/sandbox/storage/MDox"},
			{"op": "replace", "path": "/OCI/Mounts/13/source", "value": "/run/kata-containers/sandbox/storage/MDox"},
		],
	}
	not created(create_web, patch)
}
