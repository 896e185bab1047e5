# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.if

capable(w, found) if {
	w == ["$(privileged_caps)"]
	capability_set(common.privileged_caps) == found
}
