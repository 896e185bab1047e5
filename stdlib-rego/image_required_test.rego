# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

request_plain := json.patch(create_web, replaced("/storages/0/driver_options", []))

test_image_required_accepted[name] if {
	some name, patch in {
		"the digest": [],
	}
	created(request_plain, patch)
}

test_image_required_refused[name] if {
	some name, patch in {
		"option": replaced("/storages/0/driver_options", ["x"]),
		"another digest": replaced("/storages/0/source", "x@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"),
		"absent": removed("/storages/0"),
		"twice": added("/storages/-", request_plain.storages[0]),
		"mount point": replaced("/storages/0/mount_point", "/"),
		"shared": replaced("/storages/0/shared", true),
		"pause for a container that takes the sandbox's id": array.concat(replaced("/storages/0/source", "pause"), replaced("/container_id", create_web.OCI.Annotations["io.kubernetes.cri.sandbox-id"])),
		"pause": replaced("/storages/0/source", "pause"),
	}
	not created(request_plain, patch)
}
