# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A directory of the guest beside the layers.
storage(p, s) if {
	[p.fstype, p.driver_options, p.options, p.fs_group, p.shared] == [s.fstype, s.driver_options, s.options, s.fs_group, object.get(s, "shared", false)]
	driver := p.driver
	not driver in ["blk", "smb"]
	source(p, s)
	place(p, s)
}
