# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# The guest image has hooks of its own.

# explain: create-sandbox
CreateSandboxRequest if {
	input.guest_hook_path in array.concat([""], policy_data.contrastc.checks.guest_hooks)
	input.kernel_modules == []
	input.sandbox_pidns == false
	every s in input.storages {
		is_object(s)
		object.union({"shared": false}, s) in policy_data.sandbox.storages
	}
}
