# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_mounts_block_accepted[name] if {
	some name, patch in {
		"its device": [],
		"another address": [
			{"op": "replace", "path": "/storages/1/source", "value": "02"},
			{"op": "replace", "path": "/storages/1/mount_point", "value": "/run/kata-containers/sandbox/storage/MDI="},
			{"op": "replace", "path": "/OCI/Mounts/13/source", "value": "/run/kata-containers/sandbox/storage/MDI="},
		],
	}
	created(create_web, patch)
}

test_mounts_block_refused[name] if {
	some name, patch in {
		"no such storage": replaced("/OCI/Mounts/13/source", "/run/kata-containers/sandbox/storage/MDEvMDE="),
		"the storage of another kind": replaced("/OCI/Mounts/13/source", "/run/kata-containers/sandbox/ephemeral/tmp"),
		"empty source": replaced("/OCI/Mounts/13/source", ""),
		"image": replaced("/OCI/Mounts/13/source", create_web.storages[0].mount_point),
		"option": replaced("/OCI/Mounts/13/options/2", "ro"),
		"destination": replaced("/OCI/Mounts/13/destination", "/tmp"),
		"type": replaced("/OCI/Mounts/13/type_", "tmpfs"),
	}
	not created(create_web, patch)
}
