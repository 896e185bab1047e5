# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A claim that the guest itself mounts.
mount(p, k, m) if {
	contains(p[2], "$(b64-direct-vol-path)")
	k == [m.type_, m.options]
	some s in input.storages
	s.driver in ["blk", "smb"]
	s.mount_point == m.source
	m.source == direct_dir(p[2], s)
}
