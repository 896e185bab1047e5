# SPDX-License-Identifier: Apache-2.0
# with: storages_first storages_block storages_dir
package agent_policy

import future.keywords.in
import future.keywords.if

option(type_of, name_of) := replaced("/storages/0/driver_options", [concat("", [
	"image_guest_pull=",
	json.marshal({"metadata": {
		"io.kubernetes.cri.container-type": type_of,
		"io.kubernetes.cri.image-name": name_of,
	}}),
])])

pause_option := replaced("/storages/0/driver_options", ["image_guest_pull={\"metadata\":{\"io.kubernetes.cri.container-type\":\"sandbox\"}}"])

create_first := json.patch(create_web, option("container", create_web.storages[0].source))

test_image_first_accepted[name] if {
	some name, patch in {
		"the digest": [],
	}
	created(create_first, patch)
}

test_image_first_refused[name] if {
	some name, patch in {
		"another digest": replaced("/storages/0/source", "x@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"),
		"another name in the option": option("container", "x@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"),
		"no name": option("container", ""),
		"pause for another": option("sandbox", "x"),
		"pause": array.concat(pause_option, replaced("/storages/0/source", "pause")),
		"no JSON": replaced("/storages/0/driver_options", ["image_guest_pull={"]),
		"no option": replaced("/storages/0/driver_options", []),
		"two options": added("/storages/0/driver_options/-", "x"),
		"type": replaced("/storages/0/fstype", "ext4"),
		"mount point": replaced("/storages/0/mount_point", "/"),
		"driver": replaced("/storages/0/driver", "local"),
	}
	not created(create_first, patch)
}

test_image_first_pause if {
	created(create_pause, pause_option)
	not created(create_pause, array.concat(pause_option, replaced("/storages/0/source", "x")))
	not created(create_pause, array.concat(option("container", "x"), replaced("/storages/0/source", "x")))
}
