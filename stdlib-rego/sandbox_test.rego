# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

sandbox := {
	"hostname": "web-0", "dns": [], "sandbox_pidns": false, "sandbox_id": "x",
	"guest_hook_path": "", "kernel_modules": [],
	"storages": [{
		"driver": "ephemeral", "driver_options": [], "source": "shm", "fstype": "tmpfs",
		"options": ["noexec", "nosuid", "nodev", "mode=1777", "size=67108864"],
		"mount_point": "/run/kata-containers/sandbox/shm", "fs_group": null, "shared": false,
	}],
}

test_sandbox_accepted[name] if {
	some name, patch in {
		"all": [],
		"older agent": removed("/storages/0/shared"),
		"no storages": replaced("/storages", []),
		"host name": replaced("/hostname", "x"),
	}
	CreateSandboxRequest == true with input as json.patch(sandbox, patch)
}

test_sandbox_refused[name] if {
	some name, patch in {
		"hook": replaced("/guest_hook_path", "/x"),
		"hook of other policies": replaced("/guest_hook_path", "/usr/share/oci/hooks"),
		"module": replaced("/kernel_modules", [{"name": "x", "parameters": []}]),
		"pid namespace": replaced("/sandbox_pidns", true),
		"driver": replaced("/storages/0/driver", "x"),
		"driver option": replaced("/storages/0/driver_options", ["x"]),
		"source": replaced("/storages/0/source", "x"),
		"type": replaced("/storages/0/fstype", "x"),
		"option": removed("/storages/0/options/0"),
		"mount point": replaced("/storages/0/mount_point", "/x"),
		"group": replaced("/storages/0/fs_group", {"group_id": 0, "group_change_policy": 0}),
		"shared": replaced("/storages/0/shared", true),
		"null": replaced("/storages", null),
	}
	CreateSandboxRequest == false with input as json.patch(sandbox, patch)
}
