# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A claim that the guest itself mounts.
mount(p, m) if {
	contains(p.source, "$(b64-direct-vol-path)")
	[p.type_, p.options] == [m.type_, m.options]
	some s in input.storages
	s.driver in ["blk", "smb"]
	s.mount_point == m.source
	m.source == direct_dir(p.source, s)
}
