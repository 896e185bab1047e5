# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_mounts_cgroup_accepted[name] if {
	some name, patch in {
		"allowed extra": added("/OCI/Mounts/6/options/-", "nsdelegate"),
		"both extras": array.concat(added("/OCI/Mounts/6/options/-", "nsdelegate"), added("/OCI/Mounts/6/options/0", "memory_recursiveprot")),
	}
	created(create_web, patch)
}

test_mounts_cgroup_refused[name] if {
	some name, patch in {
		"other extra": added("/OCI/Mounts/6/options/-", "favordynmods"),
		"missing option": removed("/OCI/Mounts/6/options/0"),
		"source": replaced("/OCI/Mounts/6/source", "x"),
		"destination": replaced("/OCI/Mounts/6/destination", "/x"),
		"writable": replaced("/OCI/Mounts/6/options/4", "rw"),
		"type": replaced("/OCI/Mounts/6/type_", "cgroup2"),
	}
	not created(create_web, patch)
}
