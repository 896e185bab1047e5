# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_version_accepted[name] if {
	some name, patch in {
		"the same": [],
	}
	created(create_web, patch)
}

test_version_refused[name] if {
	some name, patch in {
		"another": replaced("/OCI/Version", "1.2.0"),
	}
	not created(create_web, patch)
}
