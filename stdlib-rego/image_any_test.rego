# SPDX-License-Identifier: Apache-2.0
# with: image_any
package agent_policy

import future.keywords.in
import future.keywords.if

test_image_any_accepted[name] if {
	some name, patch in {
		"the digest": [],
		"another digest": replaced("/storages/0/source", "x"),
		"absent": removed("/storages/0"),
	}
	created(create_web, patch)
}

test_image_any_refused[name] if {
	some name, patch in {
		"type": replaced("/storages/0/fstype", "ext4"),
		"options": replaced("/storages/0/options", ["x"]),
		"mount point": replaced("/storages/0/mount_point", "/"),
	}
	not created(create_web, patch)
}
