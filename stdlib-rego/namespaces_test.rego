# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_namespaces_accepted[name] if {
	some name, patch in {
		"all": [],
		"network": added("/OCI/Linux/Namespaces/0", {"Type": "network", "Path": "/x"}),
		"cgroup": added("/OCI/Linux/Namespaces/-", {"Type": "cgroup", "Path": ""}),
		"mnt": replaced("/OCI/Linux/Namespaces/2/Type", "mnt"),
		"MOUNT": replaced("/OCI/Linux/Namespaces/2/Type", "MOUNT"),
	}
	created(create_web, patch)
}

test_namespaces_refused[name] if {
	some name, patch in {
		"missing": removed("/OCI/Linux/Namespaces/0"),
		"additional": added("/OCI/Linux/Namespaces/-", {"Type": "pid", "Path": ""}),
		"path": replaced("/OCI/Linux/Namespaces/0/Path", "/proc/1/ns/ipc"),
		"order": replaced("/OCI/Linux/Namespaces", array.reverse(create_web.OCI.Linux.Namespaces)),
		"two networks": array.concat(added("/OCI/Linux/Namespaces/0", {"Type": "network", "Path": "/x"}), added("/OCI/Linux/Namespaces/0", {"Type": "network", "Path": "/x"})),
		"none": replaced("/OCI/Linux/Namespaces", []),
		"null": replaced("/OCI/Linux", null),
	}
	not created(create_web, patch)
}
