# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

test_args_tokens_accepted[name] if {
	some name, patch in {
		"all": [],
		"the token itself": replaced("/OCI/Process/Args/3", "--pod=$(sandbox-name)"),
	}
	created(create_web, patch)
}

test_args_tokens_refused[name] if {
	some name, patch in {
		"another": replaced("/OCI/Process/Args/1", "x"),
		"missing": removed("/OCI/Process/Args/3"),
		"additional": added("/OCI/Process/Args/-", "x"),
		"other value": replaced("/OCI/Process/Args/3", "--pod=web-1"),
		"more behind": replaced("/OCI/Process/Args/3", "--pod=web-0x"),
	}
	not created(create_web, patch)
}
