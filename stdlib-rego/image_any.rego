# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# Which image the guest pulls is not checked.

# explain: image
image if {
	every s in input.storages {
		image_storage(s)
	}
}

image_storage(s) if s.driver != "image_guest_pull"

image_storage(s) if {
	s.driver == "image_guest_pull"
	s.fstype == "overlay"
	s.fs_group == null
	not s.shared
	s.options == []
	s.mount_point == oci.Root.Path
}
