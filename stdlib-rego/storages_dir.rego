# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A directory of the guest.
place(p, s) if {
	p.fstype in ["bind", "local", "tmpfs"]
	full(expand(p.mount_point, policy_data.common.cpath), s.mount_point)
}
