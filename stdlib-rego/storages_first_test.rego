# SPDX-License-Identifier: Apache-2.0
# with: image_first storages_block storages_dir
package agent_policy

import future.keywords.in
import future.keywords.if

create_first := json.patch(create_web, [{"op": "replace", "path": "/storages/0/driver_options", "value": [concat("", [
	"image_guest_pull=",
	json.marshal({"metadata": {
		"io.kubernetes.cri.container-type": "container",
		"io.kubernetes.cri.image-name": create_web.storages[0].source,
	}}),
])]}])

test_storages_first_accepted[name] if {
	some name, patch in {
		"all": [],
	}
	created(create_first, patch)
}

test_storages_first_refused[name] if {
	some name, patch in {
		"image last": replaced("/storages", array.reverse(create_web.storages)),
		"missing": removed("/storages/2"),
		"additional": added("/storages/-", create_web.storages[0]),
	}
	not created(create_first, patch)
}
