# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

hooked(path) := result if {
	result := CreateSandboxRequest with input as {"guest_hook_path": path, "kernel_modules": [], "sandbox_pidns": false, "storages": []}
		with data.agent_policy.policy_data as json.patch(policy_data, replaced("/contrastc/checks/guest_hooks", ["/usr/share/oci/hooks"]))
}

test_sandbox_hooks if {
	hooked("") == true
	hooked("/usr/share/oci/hooks") == true
	hooked("/usr/share/oci") == false
}
