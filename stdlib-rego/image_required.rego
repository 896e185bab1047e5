# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# The guest pulls the image, with the digest of the policy.

# explain: image
image if {
	count([s | some s in input.storages; s.driver == "image_guest_pull"]) == 1
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
	s.driver_options == []
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
