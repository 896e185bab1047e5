# SPDX-License-Identifier: Apache-2.0
# with: namespaces_exact
package agent_policy

import future.keywords.in
import future.keywords.if

test_namespaces_exact_accepted[name] if {
	some name, patch in {
		"all": [],
		"mnt": replaced("/OCI/Linux/Namespaces/2/Type", "mnt"),
	}
	created(create_web, patch)
}

test_namespaces_exact_refused[name] if {
	some name, patch in {
		"network": added("/OCI/Linux/Namespaces/0", {"Type": "network", "Path": "/x"}),
		"missing": removed("/OCI/Linux/Namespaces/0"),
		"path": replaced("/OCI/Linux/Namespaces/0/Path", "/x"),
	}
	not created(create_web, patch)
}
