# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.every
import future.keywords.if

# No literal variable of the policy is missing.
# explain: complete
complete if {
	every e in object.get(wanted_process, "Env", []) {
		present(e)
	}
}

present(e) if e in oci.Process.Env

present(e) if contains(e, "$(")

# Not every runtime sends what the pod replaces.
present(e) if e in object.get(want, "env_overridden", [])
