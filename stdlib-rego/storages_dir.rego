# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A directory of the guest.
place(p, s) if {
	p.fstype in ["bind", "local", "tmpfs"]
	full(expand(p.mount_point, common.cpath), s.mount_point)
}

source(p, s) if [p.driver, p.source] == [s.driver, s.source]

source(p, s) if {
	p.driver == s.driver
	strings.any_prefix_match(p.source, ["^", "$("])
	full(expand(p.source, common.cpath), s.source)
}
