# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# An image that the guest pulls has the digest of the policy.

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
	reference(s)
}

# The pause image is part of the guest: its reference has no digest that could
# be compared, so no other may be pulled for the sandbox, and this for nothing
# else.
reference(s) if {
	type == "sandbox"
	input.container_id == sandbox_id
	s.source == "pause"
}

reference(s) if {
	type == "container"
	digest(s.source) == want.image.digest
}

# What stands after the @ of a reference.
digest(reference_text) := "" if not contains(reference_text, "@")

digest(reference_text) := parts[1] if {
	parts := split(reference_text, "@")
	count(parts) == 2
}
