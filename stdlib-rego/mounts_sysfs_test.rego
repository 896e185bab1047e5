# SPDX-License-Identifier: Apache-2.0
# with: mounts_sysfs
package agent_policy

import future.keywords.in
import future.keywords.if

# The policy lets the container write.
writable := [{"op": "replace", "path": concat("", ["/kinds/", format_int(i, 10), "/1/3"]), "value": "rw"} |
	some i, k in policy_data.kinds
	k[0] == "sysfs"
]

test_mounts_sysfs_accepted[name] if {
	some name, patch in {
		"read-only": [],
		"writable": replaced("/OCI/Mounts/5/options/3", "rw"),
	}
	created_with(writable, create_web, patch)
}

test_mounts_sysfs_refused[name] if {
	some name, patch in {
		"option": replaced("/OCI/Mounts/5/options", ["nosuid", "ro"]),
		"source": replaced("/OCI/Mounts/5/source", "x"),
		"destination": replaced("/OCI/Mounts/5/destination", "/x"),
		"neither": replaced("/OCI/Mounts/5/options", ["nosuid", "noexec", "nodev"]),
	}
	not created_with(writable, create_web, patch)
}
