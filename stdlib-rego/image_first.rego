# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

# The first storage is the image; its option says what is pulled.
# explain: image
image if {
	s := input.storages[0]
	s.driver == "image_guest_pull"
	s.fstype == "overlay"
	s.fs_group == null
	s.options == []
	s.mount_point == oci.Root.Path
	count(s.driver_options) == 1
	option := s.driver_options[0]
	startswith(option, "image_guest_pull=")
	pull := json.unmarshal(trim_prefix(option, "image_guest_pull="))
	reference(s, pull.metadata)
}

# The pause image is part of the guest, and of the sandbox alone.
reference(s, metadata) if {
	type == "sandbox"
	metadata["io.kubernetes.cri.container-type"] == "sandbox"
	s.source == "pause"
	not metadata["io.kubernetes.cri.image-name"]
}

reference(s, metadata) if {
	type == "container"
	metadata["io.kubernetes.cri.container-type"] == "container"
	digest(s.source) == want.image.digest
	digest(metadata["io.kubernetes.cri.image-name"]) == want.image.digest
}

# What stands after the @ of a reference.
digest(reference_text) := "" if not contains(reference_text, "@")

digest(reference_text) := parts[1] if {
	parts := split(reference_text, "@")
	count(parts) == 2
}
