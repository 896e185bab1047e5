# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A volume on a block device of its own.
mount(p, k, m) if {
	p[2] == ""
	k == [m.type_, m.options]
	some s in input.storages
	s.driver in ["blk", "scsi"]
	s.mount_point == m.source
	m.source == device_dir("$(spath)/$(b64_device_id)", s)
}
