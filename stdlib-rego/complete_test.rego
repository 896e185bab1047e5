# SPDX-License-Identifier: Apache-2.0
# with: complete
package agent_policy

import future.keywords.in
import future.keywords.if

test_complete_accepted[name] if {
	some name, patch in {
		"all": [],
		"token missing": removed("/OCI/Process/Env/1"),
	}
	created(create_web, patch)
}

test_complete_refused[name] if {
	some name, patch in {
		"literal missing": removed("/OCI/Process/Env/4"),
		"none": replaced("/OCI/Process/Env", []),
	}
	not created(create_web, patch)
}
