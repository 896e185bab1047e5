# SPDX-License-Identifier: Apache-2.0
package agent_policy

import future.keywords.in
import future.keywords.if

# A block device, by its address on the bus.
source(_, s) if {
	s.driver == "blk"
	regex.match("^[0-9a-f]{2}(/[0-9a-f]{2})?$", s.source)
}

source(_, s) if {
	s.driver == "scsi"
	regex.match("^[0-9]+:[0-9]+$", s.source)
}

place(p, s) if {
	s.driver in ["blk", "scsi"]
	s.mount_point == device_dir(p.mount_point, s)
}
