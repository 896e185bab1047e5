# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_create_accepted[name] if {
	some name, patch in {
		"all": [],
		"no container id": replaced("/container_id", ""),
		"resource limits": replaced("/OCI/Linux/Resources/Memory", {"Limit": 1}),
		"cgroup": replaced("/OCI/Linux/CgroupsPath", "x"),
		"rlimits": replaced("/OCI/Process/Rlimits", [{"Type": "x", "Hard": 1, "Soft": 1}]),
		"apparmor": replaced("/OCI/Process/ApparmorProfile", "y"),
	}
	created(create_web, patch)
}

test_create_refused[name] if {
	some name, patch in {
		"shared mounts": replaced("/shared_mounts", [{"name": "x", "src_ctr": "", "src_path": "", "dst_ctr": "", "dst_path": ""}]),
		"user": replaced("/string_user", {"uid": "0", "gid": "0", "additionalGids": []}),
		"hooks": replaced("/OCI/Hooks", {"Prestart": []}),
		"solaris": replaced("/OCI/Solaris", {}),
		"windows": replaced("/OCI/Windows", {}),
		"user mapping": replaced("/OCI/Linux/UIDMappings", [{"HostID": 0, "ContainerID": 0, "Size": 1}]),
		"group mapping": replaced("/OCI/Linux/GIDMappings", [{"HostID": 0, "ContainerID": 0, "Size": 1}]),
		"mount label": replaced("/OCI/Linux/MountLabel", "x"),
		"rdt": replaced("/OCI/Linux/IntelRdt", {}),
		"seccomp": replaced("/OCI/Linux/Seccomp", {}),
		"resources": replaced("/OCI/Linux/Resources", null),
		"device rule": replaced("/OCI/Linux/Resources/Devices", [{"Allow": true, "Type": "a", "Major": 0, "Minor": 0, "Access": "rwm"}]),
		"block": replaced("/OCI/Linux/Resources/BlockIO", {}),
		"network": replaced("/OCI/Linux/Resources/Network", {}),
		"pids": replaced("/OCI/Linux/Resources/Pids", {}),
		"selinux": replaced("/OCI/Process/SelinuxLabel", "x"),
		"user name": replaced("/OCI/Process/User/Username", "x"),
		"pid namespace": replaced("/sandbox_pidns", true),
		"terminal": replaced("/OCI/Process/Terminal", true),
		"process": replaced("/OCI/Process", null),
		"no OCI": replaced("/OCI", null),
		"container id": replaced("/container_id", "../x"),
		"slash": replaced("/container_id", "a/b"),
		"tilde": replaced("/container_id", "a~1"),
		"another container": replaced("/OCI/Annotations/io.kubernetes.cri.container-name", "db"),
		"no name": removed("/OCI/Annotations/io.kubernetes.cri.container-name"),
		"type": replaced("/OCI/Annotations/io.kubernetes.cri.container-type", "sandbox"),
		"unknown type": replaced("/OCI/Annotations/io.kubernetes.cri.container-type", "x"),
		"kata type": replaced("/OCI/Annotations/io.katacontainers.pkg.oci.container_type", "pod_sandbox"),
		"log directory": added("/OCI/Annotations/io.kubernetes.cri.sandbox-log-directory", "/x"),
		"name of the pod": replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-name", "web-1"),
		"part of the name": replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-name", "web-01"),
		"no name of the pod": removed("/OCI/Annotations/io.kubernetes.cri.sandbox-name"),
		"namespace": replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-namespace", "other"),
		"no namespace": removed("/OCI/Annotations/io.kubernetes.cri.sandbox-namespace"),
		"sandbox id": replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-id", "x"),
		"long sandbox id": replaced("/OCI/Annotations/io.kubernetes.cri.sandbox-id", concat("", [create_web.OCI.Annotations["io.kubernetes.cri.sandbox-id"], "0"])),
		"writable root": replaced("/OCI/Root/Readonly", true),
		"root": replaced("/OCI/Root/Path", "/"),
		"root below": replaced("/OCI/Root/Path", concat("", ["/x", create_web.OCI.Root.Path])),
		"no root": replaced("/OCI/Root", null),
	}
	not created(create_web, patch)
}
