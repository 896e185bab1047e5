# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_linux_accepted[name] if {
	some name, patch in {
		"all": [],
		"more masked": added("/OCI/Linux/MaskedPaths/-", "/x"),
		"more read-only": added("/OCI/Linux/ReadonlyPaths/-", "/x"),
		"masked instead of read-only": array.concat(removed("/OCI/Linux/ReadonlyPaths/0"), added("/OCI/Linux/MaskedPaths/-", create_web.OCI.Linux.ReadonlyPaths[0])),
		"no sysctl": replaced("/OCI/Linux/Sysctl", {}),
	}
	created(create_web, patch)
}

test_linux_refused[name] if {
	some name, patch in {
		"fewer masked": removed("/OCI/Linux/MaskedPaths/0"),
		"fewer read-only": removed("/OCI/Linux/ReadonlyPaths/0"),
		"device": added("/OCI/Linux/Devices/-", {"Path": "/dev/mem", "Type": "c", "Major": 1, "Minor": 1, "FileMode": 0, "UID": 0, "GID": 0}),
		"sysctl": added("/OCI/Linux/Sysctl/kernel.core_pattern", "x"),
		"value of a sysctl": replaced("/OCI/Linux/Sysctl/net.ipv4.ip_unprivileged_port_start", "1"),
	}
	not created(create_web, patch)
}
