# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

literal := replaced("/containers/2/OCI/Process/Args/3", "--pod=web-0")

test_args_accepted[name] if {
	some name, patch in {
		"all": [],
	}
	created_with(literal, create_web, patch)
}

test_args_refused[name] if {
	some name, patch in {
		"another": replaced("/OCI/Process/Args/1", "x"),
		"missing": removed("/OCI/Process/Args/3"),
		"additional": added("/OCI/Process/Args/-", "x"),
		"none": replaced("/OCI/Process/Args", []),
		"token": replaced("/OCI/Process/Args/3", "--pod=web-1"),
	}
	not created_with(literal, create_web, patch)
}
