# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_image_digest_accepted[name] if {
	some name, patch in {
		"the digest": [],
		"another name": replaced("/storages/0/source", "mirror.example/x@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"),
		"absent": removed("/storages/0"),
	}
	created(create_web, patch)
}

test_image_digest_refused[name] if {
	some name, patch in {
		"another digest": replaced("/storages/0/source", "registry.example/shop/web:1@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"),
		"no digest": replaced("/storages/0/source", "registry.example/shop/web:1"),
		"two digests": replaced("/storages/0/source", "x@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb@sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"),
		"pause for a container that takes the sandbox's id": array.concat(replaced("/storages/0/source", "pause"), replaced("/container_id", create_web.OCI.Annotations["io.kubernetes.cri.sandbox-id"])),
		"pause": replaced("/storages/0/source", "pause"),
		"type": replaced("/storages/0/fstype", "ext4"),
		"group": replaced("/storages/0/fs_group", {"group_id": 0, "group_change_policy": 0}),
		"shared": replaced("/storages/0/shared", true),
		"options": replaced("/storages/0/options", ["x"]),
		"mount point": replaced("/storages/0/mount_point", "/"),
		"one of two": added("/storages/-", object.union(create_web.storages[0], {"source": "x"})),
	}
	not created(create_web, patch)
}

test_image_digest_pause if {
	created(create_pause, [])
	not created(create_pause, replaced("/storages/0/source", "mirror.example/pause"))
	not created(create_pause, array.concat(replaced("/storages/0/source", "mirror.example/pause"), replaced("/container_id", "x")))
	not created(create_pause, replaced("/container_id", "x"))
}
